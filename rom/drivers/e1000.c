/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Intel PRO/1000: 82543 to 82547 on PCI, 82571 to 82574 and those built into chipsets on
 * PCI Express.  Tried on (emulated) 82540EM, 82545EM, 82544GC and 82574L.
 *
 * Source: Intel, "PCI/PCI-X Family of Gigabit Ethernet Controllers Software Developer's
 * Manual" (8254x), rev. 4.0, and "82574 GbE Controller Family Datasheet", rev. 3.4.
 *
 * Two rings of legacy descriptors, which all these chips understand.  Polling looks at
 * memory only, and buffers go back to the chip eight at a time.
 */
#include "rom/drivers/driver.h"
#include "rom/drivers/e1000.h"
#include "rom/core/error.h"
#include "rom/core/heap.h"
#include "rom/core/io.h"
#include "rom/core/print.h"

#define RX_COUNT    32u /* rings are multiples of eight descriptors (128 bytes) */
#define RX_BATCH    8u
#define TX_COUNT    8u
#define RX_SIZE	    2048u /* what RCTL's buffer size 0 means */
#define TX_SIZE	    1536u
#define DRAIN_TIME  2000u /* microseconds; a full frame at 10 Mb/s takes 1200 */
#define RESET_TIME  5000u
#define EEPROM_TIME 20000u

static struct e1000_rx rx_ring[RX_COUNT] DMA_ALIGNED(128);
static struct e1000_tx tx_ring[TX_COUNT] DMA_ALIGNED(128);
static uint8_t rx_buffer[RX_COUNT][RX_SIZE] DMA_ALIGNED(16);
static uint8_t tx_buffer[TX_COUNT][TX_SIZE] DMA_ALIGNED(16);
static uint32_t rx_next, tx_next;

static uint32_t e1000_read(const struct nic *nic, uint32_t reg)
{
	return mmio_read32(nic->mmio + reg);
}

static void e1000_write(const struct nic *nic, uint32_t reg, uint32_t value)
{
	mmio_write32(nic->mmio + reg, value);
}

/* The I219 in chipsets since 2015 does not survive a reset of its MAC: it is only stopped. */
static bool e1000_is_i219(const struct nic *nic)
{
	return nic->device < 0x1000 || (nic->device >= 0x156F && nic->device != 0x294C);
}

/* Stops both directions, waits until they have stopped, and puts the registers back to defaults. */
static void e1000_reset(const struct nic *nic)
{
	e1000_write(nic, IMC, 0xFFFFFFFF);
	e1000_write(nic, RCTL, 0);
	e1000_write(nic, TCTL, 0);
	e1000_read(nic, STATUS); /* the writes have arrived */
	platform_udelay(DRAIN_TIME);
	if (e1000_is_i219(nic))
		return;
	e1000_write(nic, CTRL, e1000_read(nic, CTRL) | CTRL_RST);
	platform_udelay(RESET_TIME);
	e1000_write(nic, IMC, 0xFFFFFFFF);
}

static int e1000_probe(struct nic *nic)
{
	uint32_t low, high;

	/* The 82542 has its rings' registers elsewhere. */
	if (!nic->mmio || nic->device == 0x1000) {
		print("PRO/1000: the 82542, and cards without a memory window, do not work here\n");
		return ROM_ENODEV;
	}
	e1000_reset(nic);
	/* A reset makes the chip read its EEPROM, with our address for the first filter. */
	if (!wait_for(e1000_read(nic, RAH0) & RAH_AV, EEPROM_TIME)) {
		print("PRO/1000: no MAC address comes from the EEPROM\n");
		return ROM_ENODEV;
	}
	low = e1000_read(nic, RAL0);
	high = e1000_read(nic, RAH0);
	memcpy(nic->mac, &low, 4);
	memcpy(nic->mac + 4, &high, 2);
	return 0;
}

static void e1000_rx_rings(const struct nic *nic)
{
	for (uint32_t i = 0; i < RX_COUNT; i++) {
		rx_ring[i].address = dma_address(rx_buffer[i]);
		rx_ring[i].status = 0;
	}
	rx_next = 0;
	barrier();
	e1000_write(nic, RDBAL, dma_address(rx_ring));
	e1000_write(nic, RDBAH, 0);
	e1000_write(nic, RDLEN, sizeof(rx_ring));
	e1000_write(nic, RDH, 0);
	e1000_write(nic, RDT, 0);
}

static void e1000_tx_rings(const struct nic *nic)
{
	for (uint32_t i = 0; i < TX_COUNT; i++) {
		tx_ring[i].address = dma_address(tx_buffer[i]);
		tx_ring[i].status = TX_DD;
	}
	tx_next = 0;
	barrier();
	e1000_write(nic, TDBAL, dma_address(tx_ring));
	e1000_write(nic, TDBAH, 0);
	e1000_write(nic, TDLEN, sizeof(tx_ring));
	e1000_write(nic, TDH, 0);
	e1000_write(nic, TDT, 0);
}

static int e1000_open(struct nic *nic)
{
	uint32_t ctrl = e1000_read(nic, CTRL);

	e1000_write(nic, CTRL,
		    (ctrl & ~(CTRL_LRST | CTRL_ILOS | CTRL_PHY_RST)) | CTRL_SLU | CTRL_ASDE);
	for (uint32_t i = 0; i < 128; i++)
		e1000_write(nic, MTA + 4 * i, 0);
	e1000_rx_rings(nic);
	e1000_tx_rings(nic);
	e1000_write(nic, TIPG, TIPG_COPPER);
	e1000_write(nic, TCTL, TCTL_EN | TCTL_PSP | TCTL_CT | TCTL_COLD);
	e1000_write(nic, RCTL, RCTL_EN | RCTL_BAM | RCTL_SECRC);
	e1000_write(nic, RDT, RX_COUNT - 1); /* one less than all: equal pointers mean empty */
	return 0;
}

static void e1000_close(struct nic *nic)
{
	e1000_reset(nic);
}

static bool e1000_link(struct nic *nic)
{
	return e1000_read(nic, STATUS) & STATUS_LU;
}

static int e1000_transmit(struct nic *nic, const void *frame, uint32_t len)
{
	volatile struct e1000_tx *d = &tx_ring[tx_next];

	if (!wait_for(d->status & TX_DD, TRANSMIT_TIMEOUT)) {
		/* Without a link frames wait in the ring, as they should; else it is stuck. */
		if (e1000_link(nic)) {
			e1000_reset(nic);
			e1000_open(nic);
		}
		return ROM_EIO;
	}
	d->length = (uint16_t)frame_copy(tx_buffer[tx_next], frame, len);
	d->status = 0;
	d->command = TX_EOP | TX_IFCS | TX_RS;
	tx_next = (tx_next + 1) % TX_COUNT;
	barrier();
	e1000_write(nic, TDT, tx_next);
	return 0;
}

static uint32_t e1000_poll(struct nic *nic, void *frame)
{
	volatile struct e1000_rx *d = &rx_ring[rx_next];
	uint32_t len;

	if (!(d->status & RX_DD))
		return 0;
	len = d->length;
	if (!(d->status & RX_EOP) || d->errors || len < 14 || len > NIC_FRAME_MAX)
		len = 0;
	memcpy(frame, rx_buffer[rx_next], len);
	d->status = 0;
	barrier();
	/* The tail may be moved up to the descriptor before the one we look at next. */
	if (rx_next % RX_BATCH == RX_BATCH - 1)
		e1000_write(nic, RDT, rx_next);
	rx_next = (rx_next + 1) % RX_COUNT;
	return len;
}

const struct nic_driver nic_driver = {
	.name = "e1000",
	.is_pci = true,
	.ops = {
		.probe = e1000_probe,
		.open = e1000_open,
		.close = e1000_close,
		.transmit = e1000_transmit,
		.poll = e1000_poll,
		.link = e1000_link,
	},
};
