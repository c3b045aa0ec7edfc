/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AMD PCnet-PCI family: Am79C970 (PCnet-PCI) to Am79C978.
 *
 * Source: AMD, "Am79C970A PCnet-PCI II Single-Chip Full-Duplex Ethernet Controller", publication
 * 19436, rev. E.
 *
 * A LANCE with 32-bit descriptors: a receive and a transmit ring in memory, whose OWN
 * bits say whose turn it is.  Polling looks at memory only.
 */
#include "rom/drivers/driver.h"
#include "rom/drivers/pcnet32.h"
#include "rom/core/error.h"
#include "rom/core/heap.h"
#include "rom/core/io.h"
#include "rom/core/print.h"

#define RX_LOG	     5u
#define RX_COUNT     (1u << RX_LOG)
#define TX_LOG	     2u
#define TX_COUNT     (1u << TX_LOG)
#define BUFFER_SIZE  1536u
#define FRAME_CHECK  4u
#define INIT_TIMEOUT 20000u /* microseconds */

static struct {
	struct pcnet_descriptor rx[RX_COUNT];
	struct pcnet_descriptor tx[TX_COUNT];
	struct pcnet_init init;
} shared DMA_ALIGNED(16);
static uint8_t rx_buffer[RX_COUNT][BUFFER_SIZE] DMA_ALIGNED(16);
static uint8_t tx_buffer[TX_COUNT][BUFFER_SIZE] DMA_ALIGNED(16);
static uint32_t rx_next, tx_next;

static void pcnet_write_csr(uint16_t io, uint16_t csr, uint16_t value)
{
	outw(csr, io + RAP);
	outw(value, io + RDP);
}

static void pcnet_reset(uint16_t io)
{
	/* Whatever mode it is in: a read of the reset register of either ends in word mode. */
	inl(io + RESET_DWORD);
	inw(io + RESET);
	platform_udelay(1);
	outw(CSR0, io + RAP);
}

static int pcnet_probe(struct nic *nic)
{
	pcnet_reset(nic->io);
	/* A reset stops the chip, and nothing else may be on. */
	if (!nic->io || (inw(nic->io + RDP) & 0xFF) != CSR0_STOP) {
		print("PCnet: the chip does not come out of reset\n");
		return ROM_ENODEV;
	}
	for (uint32_t i = 0; i < sizeof(nic->mac); i++)
		nic->mac[i] = inb(nic->io + APROM + i);
	return 0;
}

/* Gives a receive buffer to the chip. */
static void pcnet_rx_give(uint32_t i)
{
	volatile struct pcnet_descriptor *d = &shared.rx[i];

	d->message = 0;
	d->length = (uint16_t)-BUFFER_SIZE;
	d->status = DESC_OWN; /* last: from here on it is the chip's */
}

static void pcnet_rings(const struct nic *nic)
{
	memset(&shared, 0, sizeof(shared));
	for (uint32_t i = 0; i < RX_COUNT; i++) {
		shared.rx[i].address = dma_address(rx_buffer[i]);
		pcnet_rx_give(i);
	}
	for (uint32_t i = 0; i < TX_COUNT; i++)
		shared.tx[i].address = dma_address(tx_buffer[i]);
	rx_next = 0;
	tx_next = 0;

	shared.init.rlen = RX_LOG << 4;
	shared.init.tlen = TX_LOG << 4;
	memcpy(shared.init.padr, nic->mac, sizeof(nic->mac));
	shared.init.rdra = dma_address(shared.rx);
	shared.init.tdra = dma_address(shared.tx);
}

/* From any state to running, with empty rings. */
static bool pcnet_start(struct nic *nic)
{
	uint16_t io = nic->io;

	pcnet_reset(io);
	outw(BCR_SWS, io + RAP);
	outw(SWS_PCNET_PCI, io + BDP);
	pcnet_rings(nic);
	barrier();
	pcnet_write_csr(io, CSR1, (uint16_t)dma_address(&shared.init));
	pcnet_write_csr(io, CSR2, (uint16_t)(dma_address(&shared.init) >> 16));
	pcnet_write_csr(io, CSR3, CSR3_MASK_ALL);
	pcnet_write_csr(io, CSR4, CSR4_DPOLL | CSR4_MASK_ALL);
	pcnet_write_csr(io, CSR0, CSR0_INIT);
	/* RAP stays at CSR0 from here on. */
	if (!wait_for(inw(io + RDP) & CSR0_IDON, INIT_TIMEOUT))
		return false;
	outw(CSR0_FLAGS | CSR0_STRT, io + RDP);
	return true;
}

static int pcnet_open(struct nic *nic)
{
	if (pcnet_start(nic))
		return 0;
	print("PCnet: the chip does not take its initialization block\n");
	return ROM_EIO;
}

static void pcnet_close(struct nic *nic)
{
	pcnet_write_csr(nic->io, CSR0, CSR0_STOP);
	pcnet_reset(nic->io);
}

static int pcnet_transmit(struct nic *nic, const void *frame, uint32_t len)
{
	volatile struct pcnet_descriptor *d = &shared.tx[tx_next];

	if (!wait_for(!(d->status & DESC_OWN), TRANSMIT_TIMEOUT)) {
		pcnet_start(nic);
		return ROM_EIO;
	}
	len = frame_copy(tx_buffer[tx_next], frame, len);
	d->length = (uint16_t)-len;
	d->message = 0;
	barrier();
	d->status = DESC_OWN | DESC_STP | DESC_ENP;
	outw(CSR0_TDMD, nic->io + RDP);
	tx_next = (tx_next + 1) % TX_COUNT;
	return 0;
}

static uint32_t pcnet_poll(struct nic *nic, void *frame)
{
	const volatile struct pcnet_descriptor *rx = shared.rx, *d = &rx[rx_next];
	uint16_t status = d->status;
	uint32_t len = 0;

	(void)nic;
	if (status & DESC_OWN)
		return 0;
	if (status & DESC_ERR) {
		/* dropped */
	} else if (!(status & DESC_ENP)) {
		/*
		 * Either the chip is just writing it (QEMU's gives OWN away before the rest is there), or
		 * the frame is longer than a buffer: then the chip has gone on to the next, and this
		 * one, looked at once more, is still the same.
		 */
		if (rx[(rx_next + 1) % RX_COUNT].status & DESC_OWN || d->status != status)
			return 0;
	} else {
		len = d->message & DESC_MCNT;
		if (!len)
			return 0; /* the second half of the descriptor is on its way */
		len -= FRAME_CHECK;
		if (!(status & DESC_STP) || len < 14 || len > NIC_FRAME_MAX)
			len = 0;
		memcpy(frame, rx_buffer[rx_next], len);
	}
	barrier();
	pcnet_rx_give(rx_next);
	rx_next = (rx_next + 1) % RX_COUNT;
	return len;
}

static bool pcnet_link(struct nic *nic)
{
	uint16_t led;

	outw(BCR_LNKST, nic->io + RAP);
	led = inw(nic->io + BDP);
	outw(CSR0, nic->io + RAP);
	/* A board may use this LED for something else: then we do not know. */
	return !(led & LNKST_LNKSTE) || led & LNKST_LEDOUT;
}

const struct nic_driver nic_driver = {
	.name = "pcnet32",
	.is_pci = true,
	.ops = {
		.probe = pcnet_probe,
		.open = pcnet_open,
		.close = pcnet_close,
		.transmit = pcnet_transmit,
		.poll = pcnet_poll,
		.link = pcnet_link,
	},
};
