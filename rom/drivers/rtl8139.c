/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RealTek RTL8129/8139 family.
 *
 * Source: RealTek, "RTL8139C(L) PCI Fast Ethernet Controller", rev. 1.4, and "RTL8139(A/B)
 * Programming Guide", V0.1.
 *
 * The chip writes received frames one after the other into one ring, each behind a
 * four-byte header and aligned to four bytes; four transmit descriptors are used in turn.
 */
#include "rom/drivers/driver.h"
#include "rom/drivers/rtl8139.h"
#include "rom/core/error.h"
#include "rom/core/heap.h"
#include "rom/core/io.h"
#include "rom/core/print.h"

#define RING_SIZE   32768u
#define RING_TAIL   4096u /* what RCR_WRAP may write behind the ring: one frame, however long */
#define FRAME_CHECK 4u
#define LENGTH_LIMIT \
	4000u /* longer than any frame the chip can take in: the ring is out of step \
			    */
#define TX_COUNT      4u
#define RESET_TIMEOUT 10000u /* microseconds */

/* Empty polls from memory alone between two looks at registers. */
#define LOOK_INTERVAL 256u

static uint8_t ring[RING_SIZE + RING_TAIL] DMA_ALIGNED(16);
static uint8_t tx_buffer[TX_COUNT][1536] DMA_ALIGNED(16);
static uint32_t rx_offset; /* of the next header in the ring */
static uint32_t rx_idle;   /* polls since the chip said the ring is empty; 0: it has not */
static uint32_t rx_stale;  /* what was in the next header's place when it said so */
static uint32_t tx_next;   /* descriptor the next frame goes to */

/* Returns false if the chip does not come back: it is not there, or broken. */
static bool rtl8139_reset(const struct nic *nic)
{
	outb(CR_RST, nic->io + CR);
	return wait_for(!(inb(nic->io + CR) & CR_RST), RESET_TIMEOUT);
}

/*
 * The first two chips may have been left asleep by an operating system; in the later ones the same
 * bits mean other things.  Returns false if there is no chip.
 */
static bool rtl8139_wake(const struct nic *nic)
{
	uint32_t version = inl(nic->io + TCR) & TCR_HWVERID;

	if (version == TCR_HWVERID)
		return false;
	if (version == HWVERID_8139 || version == HWVERID_8139A) {
		outb(CR9346_UNLOCK, nic->io + CR9346);
		outb(inb(nic->io + CONFIG1) & ~(CONFIG1_SLEEP | CONFIG1_PWRDN), nic->io + CONFIG1);
		outb(CR9346_LOCK, nic->io + CR9346);
	}
	return true;
}

static int rtl8139_probe(struct nic *nic)
{
	if (!nic->io || !rtl8139_wake(nic) || !rtl8139_reset(nic)) {
		print("RTL8139: there is no chip, or it does not come out of reset\n");
		return ROM_ENODEV;
	}
	for (uint32_t i = 0; i < sizeof(nic->mac); i++)
		nic->mac[i] = inb(nic->io + IDR0 + i);
	return 0;
}

/* From any state to running, with empty rings. */
static bool rtl8139_start(const struct nic *nic)
{
	uint16_t io = nic->io;

	if (!rtl8139_reset(nic))
		return false;
	rx_offset = 0;
	rx_idle = 0;
	tx_next = 0;

	outw(0, io + IMR);
	outl(dma_address(ring), io + RBSTART);
	for (uint32_t i = 0; i < TX_COUNT; i++)
		outl(dma_address(tx_buffer[i]), io + TSAD0 + 4 * i);
	/* The configuration registers take values only while the engines are on. */
	outb(CR_RE | CR_TE, io + CR);
	outl(TCR_IFG_STANDARD | TCR_MXDMA_2048, io + TCR);
	outl(RCR_APM | RCR_AB | RCR_WRAP | RCR_MXDMA_UNLIMITED | RCR_RBLEN_32K | RCR_RXFTH_NONE,
	     io + RCR);
	return true;
}

static int rtl8139_open(struct nic *nic)
{
	if (rtl8139_start(nic))
		return 0;
	print("RTL8139: the chip does not come out of reset\n");
	return ROM_EIO;
}

static void rtl8139_close(struct nic *nic)
{
	outb(0, nic->io + CR);
	rtl8139_reset(nic);
}

/* True when descriptor i's buffer is ours; on the way, has an aborted frame sent again. */
static bool rtl8139_tx_ready(uint16_t io, uint32_t i)
{
	uint32_t status = inl(io + TSD0 + 4 * i);

	if (status & TSD_TABT) /* sixteen collisions: the transmitter stands still until told */
		outl(TCR_IFG_STANDARD | TCR_MXDMA_2048 | TCR_CLRABT, io + TCR);
	return status & TSD_OWN;
}

static int rtl8139_transmit(struct nic *nic, const void *frame, uint32_t len)
{
	uint32_t i = tx_next;

	if (!wait_for(rtl8139_tx_ready(nic->io, i), TRANSMIT_TIMEOUT)) {
		rtl8139_start(nic);
		return ROM_EIO;
	}
	len = frame_copy(tx_buffer[i], frame, len);
	barrier();
	outl(TSD_ERTXTH_FRAME | len, nic->io + TSD0 + 4 * i); /* clears OWN: off it goes */
	tx_next = (i + 1) % TX_COUNT;
	return 0;
}

/*
 * False if there is certainly no frame.  The chip says so in a register, but a register costs far
 * more than memory: once it has said "empty", the place of the next header is watched,
 * which still holds what was there before, and the register only asked when that
 * changes - and now and then, as the new header may be just like the old bytes.
 */
static bool rtl8139_rx_pending(const struct nic *nic)
{
	uint32_t header = *(const volatile uint32_t *)(ring + rx_offset);

	if (rx_idle && header == rx_stale) {
		if (++rx_idle < LOOK_INTERVAL)
			return false;
		if (inw(nic->io + ISR) & (ISR_RXOVW | ISR_FOVW))
			outw(0xFFFF, nic->io + ISR); /* lets a receiver that stopped go on */
	}
	if (!(inb(nic->io + CR) & CR_BUFE))
		return true;
	rx_stale = header;
	rx_idle = 1;
	return false;
}

static uint32_t rtl8139_poll(struct nic *nic, void *frame)
{
	uint32_t header, len;

	if (!rtl8139_rx_pending(nic))
		return 0;
	header = *(const volatile uint32_t *)(ring + rx_offset);
	len = header >> 16;
	if (len == RX_LENGTH_BUSY)
		return 0;
	if (!(header & RX_ROK) || len < FRAME_CHECK || len > LENGTH_LIMIT) {
		/* Bad frames are not accepted, so this is not a header: begin anew. */
		rtl8139_start(nic);
		return 0;
	}
	rx_idle = 0;
	len -= FRAME_CHECK;
	if (len >= 14 && len <= NIC_FRAME_MAX)
		memcpy(frame, ring + rx_offset + RX_HEADER, len);
	barrier();
	rx_offset = (rx_offset + RX_HEADER + len + FRAME_CHECK + 3) & (RING_SIZE - 4);
	outw((uint16_t)(rx_offset - 16), nic->io + CAPR);
	return len >= 14 && len <= NIC_FRAME_MAX ? len : 0;
}

static bool rtl8139_link(struct nic *nic)
{
	return !(inb(nic->io + MSR) & MSR_LINKB);
}

const struct nic_driver nic_driver = {
	.name = "rtl8139",
	.is_pci = true,
	.ops = {
		.probe = rtl8139_probe,
		.open = rtl8139_open,
		.close = rtl8139_close,
		.transmit = rtl8139_transmit,
		.poll = rtl8139_poll,
		.link = rtl8139_link,
	},
};
