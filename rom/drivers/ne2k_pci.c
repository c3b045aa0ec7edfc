/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NE2000 on PCI: RealTek RTL8029 and its relatives.
 *
 * Source: National Semiconductor, "DP8390D/NS32490D NIC Network Interface Controller", July 1995;
 * RealTek, "RTL8029AS PCI Full-Duplex Ethernet Controller", 1997.
 *
 * Everything goes through the card's own 16 KiB of memory, in pages of 256 bytes: six for
 * the frame to send, the rest is the receive ring.  "Remote DMA" is the chip's word for
 * moving it through the data port; no bus mastering happens.
 */
#include "rom/drivers/driver.h"
#include "rom/drivers/ne2k_pci.h"
#include "rom/core/error.h"
#include "rom/core/io.h"
#include "rom/core/pci.h"
#include "rom/core/print.h"

#define TX_PAGE	      0x40u
#define RX_START      0x46u
#define RX_STOP	      0x80u
#define RX_STOP_8K    0x60u  /* a card with half the memory */
#define RESET_TIMEOUT 10000u /* microseconds */
#define WRITE_TIMEOUT 20000u

/* Cards whose data port does not take 32 bits at once. */
static const struct pci_id only_16bit[] = {
	{ 0x1106, 0x0926 }, /* VIA 86C926 */
	{ 0x12C3, 0x0058 }, /* Holtek HT80232 */
	{ 0, 0 },
};

static uint32_t tx_buffer[1536 / 4];
static bool wide;	 /* the data port takes 32 bits */
static uint8_t rx_stop;	 /* first page behind the ring */
static uint8_t rx_page;	 /* of the next frame we shall read */
static uint8_t rx_write; /* where the chip was writing when we last asked; == rx_page: nothing */

/* Begins moving len bytes from or to card memory (CR_READ or CR_WRITE). */
static void ne2k_remote(uint16_t io, uint8_t direction, uint32_t address, uint32_t len)
{
	outb((uint8_t)len, io + RBCR0);
	outb((uint8_t)(len >> 8), io + RBCR1);
	outb((uint8_t)address, io + RSAR0);
	outb((uint8_t)(address >> 8), io + RSAR1);
	outb(CR_STA | direction, io + CR);
}

static void ne2k_read(uint16_t io, uint32_t address, void *data, uint32_t len)
{
	uint8_t *end = (uint8_t *)data + (len & ~3u);

	ne2k_remote(io, CR_READ, address, (len + 1) & ~1u);
	if (wide)
		insl(io + DATA, data, len / 4);
	else
		insw(io + DATA, data, len / 4 * 2);
	/* The caller's buffer ends with the frame: what is left over goes in by bytes. */
	if (len & 2) {
		uint16_t word = inw(io + DATA);

		memcpy(end, &word, 2);
		end += 2;
	}
	if (len & 1)
		*end = (uint8_t)inw(io + DATA);
}

static bool ne2k_reset(uint16_t io)
{
	outb(inb(io + RESET), io + RESET);
	return wait_for(inb(io + ISR) & ISR_RST, RESET_TIMEOUT);
}

/* Stopped, page 0, no interrupts, nothing received or sent. */
static void ne2k_quiet(uint16_t io)
{
	outb(CR_NODMA | CR_STP, io + CR);
	outb(DCR_FIFO_8 | DCR_NORMAL | DCR_WORD, io + DCR);
	outb(0, io + RBCR0);
	outb(0, io + RBCR1);
	outb(RCR_MON, io + RCR);
	outb(TCR_LOOPBACK, io + TCR);
	outb(0, io + IMR);
	outb(0xFF, io + ISR);
}

static int ne2k_probe(struct nic *nic)
{
	uint16_t prom[sizeof(nic->mac)];

	if (!nic->io || !ne2k_reset(nic->io)) {
		print("NE2000: the chip does not come out of reset\n");
		return ROM_ENODEV;
	}
	wide = true;
	for (const struct pci_id *id = only_16bit; id->vendor; id++)
		if (id->vendor == nic->vendor && id->device == nic->device)
			wide = false;
	rx_stop = nic->vendor == 0x12C3 && nic->device == 0x5598 ? RX_STOP_8K : RX_STOP;

	ne2k_quiet(nic->io);
	/* The address PROM is at 0, each byte twice, as 16-bit cards have it. */
	ne2k_read(nic->io, 0, prom, sizeof(prom));
	for (uint32_t i = 0; i < sizeof(nic->mac); i++)
		nic->mac[i] = (uint8_t)prom[i];
	nic->small_ring = true;
	return 0;
}

static int ne2k_open(struct nic *nic)
{
	uint16_t io = nic->io;

	ne2k_quiet(io);
	rx_page = RX_START + 1;
	rx_write = rx_page;
	outb(TX_PAGE, io + TPSR);
	outb(RX_START, io + PSTART);
	outb(rx_stop, io + PSTOP);
	outb(RX_START, io + BNRY);

	outb(CR_PAGE1 | CR_NODMA | CR_STP, io + CR);
	for (uint32_t i = 0; i < sizeof(nic->mac); i++)
		outb(nic->mac[i], io + PAR0 + i);
	for (uint32_t i = 0; i < 8; i++)
		outb(0, io + MAR0 + i);
	outb(rx_page, io + CURR);

	outb(CR_NODMA | CR_STA, io + CR);
	outb(0, io + TCR);
	outb(RCR_AB, io + RCR);
	return 0;
}

static void ne2k_close(struct nic *nic)
{
	ne2k_quiet(nic->io);
	ne2k_reset(nic->io);
}

static int ne2k_transmit(struct nic *nic, const void *frame, uint32_t len)
{
	uint16_t io = nic->io;

	if (!wait_for(!(inb(io + CR) & CR_TXP), TRANSMIT_TIMEOUT))
		goto broken;
	len = frame_copy((uint8_t *)tx_buffer, frame, len);
	outb(ISR_RDC, io + ISR);
	ne2k_remote(io, CR_WRITE, TX_PAGE << 8, (len + 1) & ~1u);
	if (wide)
		outsl(io + DATA, tx_buffer, len / 4);
	else
		outsw(io + DATA, tx_buffer, len / 4 * 2);
	if (len & 3) /* one or two more words */
		outsw(io + DATA, tx_buffer + len / 4, ((len & 3) + 1) / 2);
	if (!wait_for(inb(io + ISR) & ISR_RDC, WRITE_TIMEOUT))
		goto broken;
	outb((uint8_t)len, io + TBCR0);
	outb((uint8_t)(len >> 8), io + TBCR1);
	outb(CR_NODMA | CR_STA | CR_TXP, io + CR);
	return 0;
broken:
	ne2k_open(nic);
	return ROM_EIO;
}

/* Does the ring hold a frame?  One register if it does not, none while it holds known ones. */
static bool ne2k_rx_pending(struct nic *nic)
{
	uint16_t io = nic->io;
	uint8_t status;

	if (rx_page != rx_write)
		return true;
	status = inb(io + ISR);
	if (status & ISR_OVW) {
		/* The datasheet's way out of an overflow begins with a stop; ours ends there, too.
		 */
		ne2k_open(nic);
		return false;
	}
	if (!(status & ISR_PRX))
		return false;
	/* First the bit, then the page: a frame that comes between is found by its bit later. */
	outb(ISR_PRX, io + ISR);
	outb(CR_PAGE1 | CR_NODMA | CR_STA, io + CR);
	rx_write = inb(io + CURR);
	outb(CR_NODMA | CR_STA, io + CR);
	return rx_page != rx_write;
}

static uint32_t ne2k_poll(struct nic *nic, void *frame)
{
	struct ne2k_header header;
	uint32_t start, len;

	if (!ne2k_rx_pending(nic))
		return 0;
	ne2k_read(nic->io, (uint32_t)rx_page << 8, &header, sizeof(header));
	if (!(header.status & RSR_PRX) || header.next < RX_START || header.next >= rx_stop) {
		ne2k_open(nic); /* not a header: the ring is out of step */
		return 0;
	}
	len = header.count - (uint32_t)sizeof(header);
	if (len >= 14 && len <= NIC_FRAME_MAX) {
		start = ((uint32_t)rx_page << 8) + sizeof(header);
		ne2k_read(nic->io, start, frame, len); /* wraps at PSTOP by itself */
	} else {
		len = 0;
	}
	rx_page = header.next;
	outb(rx_page == RX_START ? rx_stop - 1 : rx_page - 1, nic->io + BNRY);
	return len;
}

const struct nic_driver nic_driver = {
	.name = "ne2k_pci",
	.is_pci = true,
	.ops = {
		.probe = ne2k_probe,
		.open = ne2k_open,
		.close = ne2k_close,
		.transmit = ne2k_transmit,
		.poll = ne2k_poll,
	},
};
