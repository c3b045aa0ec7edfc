/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DEC Tulip: 21140 and 21143, with a PHY on MII or a 100BASE-TX transceiver on the SYM port.
 *
 * Source: Digital Semiconductor, "21143 PCI/CardBus 10/100-Mb/s Ethernet LAN Controller Hardware
 * Reference Manual", rev. 1.0; "21X4 Serial ROM Format", version 4.05.
 *
 * The many clones differ in how they filter addresses and where they keep their own: not driven.
 * Neither is the 21143's built-in 10BASE-T port.
 */
#include "rom/drivers/driver.h"
#include "rom/drivers/eeprom93.h"
#include "rom/drivers/tulip.h"
#include "rom/core/error.h"
#include "rom/core/heap.h"
#include "rom/core/io.h"
#include "rom/core/pci.h"
#include "rom/core/print.h"

#define VENDOR_DEC    0x1011u
#define RX_COUNT      32u
#define TX_COUNT      4u
#define BUFFER_SIZE   1536u
#define FRAME_CHECK   4u
#define SETUP_SIZE    192u
#define RESET_TIME    50u /* microseconds */
#define STOP_TIMEOUT  5000u
#define SETUP_TIMEOUT 10000u
#define MII_TIME      1u

/* Empty polls between two receive poll demands, in case the receiver has run out of buffers. */
#define DEMAND_INTERVAL 256u

static struct tulip_descriptor rx_ring[RX_COUNT] DMA_ALIGNED(16);
static struct tulip_descriptor tx_ring[TX_COUNT] DMA_ALIGNED(16);
static uint8_t rx_buffer[RX_COUNT][BUFFER_SIZE] DMA_ALIGNED(16);
static uint8_t tx_buffer[TX_COUNT][BUFFER_SIZE] DMA_ALIGNED(16);
static uint32_t rx_next, tx_next, rx_idle;
static uint32_t phy; /* address on MII, or PHY_NONE */

static void tulip_reset(const struct nic *nic)
{
	outl(0, nic->io + CSR7);
	outl(0, nic->io + CSR6);
	wait_for(!(inl(nic->io + CSR5) & (CSR5_RS_MASK | CSR5_TS_MASK)), STOP_TIMEOUT);
	outl(CSR0_SWR, nic->io + CSR0);
	platform_udelay(RESET_TIME);
	outl(CSR0_CAL_PBL, nic->io + CSR0);
	outl(0, nic->io + CSR7);
}

static bool tulip_srom_bit(const struct nic *nic, bool bit)
{
	uint32_t wires = CSR9_SR | CSR9_RD | CSR9_CS | (bit ? CSR9_DI : 0);

	outl(wires, nic->io + CSR9);
	platform_udelay(EEPROM93_TIME);
	outl(wires | CSR9_SK, nic->io + CSR9);
	platform_udelay(EEPROM93_TIME);
	bit = inl(nic->io + CSR9) & CSR9_DO;
	outl(wires, nic->io + CSR9);
	platform_udelay(EEPROM93_TIME);
	return bit;
}

/* Reads three words of the serial ROM into the MAC address. */
static void tulip_srom_mac(struct nic *nic, uint32_t address, uint32_t *width)
{
	for (uint32_t i = 0; i < sizeof(nic->mac) / 2; i++) {
		uint16_t word = eeprom93_read(nic, tulip_srom_bit, address + i, width);

		outl(CSR9_SR | CSR9_RD, nic->io + CSR9); /* not selected: ready for the next */
		platform_udelay(EEPROM93_TIME);
		memcpy(nic->mac + 2 * i, &word, 2);
	}
}

/*
 * One clock of MII's management interface, driving `bit` or, with `read`, listening: the PHY
 * changes its bit after a rising edge, so it is taken before the next one.
 */
static bool tulip_mii_bit(const struct nic *nic, bool bit, bool read)
{
	uint32_t wires = read ? CSR9_MII_READ : bit ? CSR9_MDO : 0;

	outl(wires, nic->io + CSR9);
	platform_udelay(MII_TIME);
	bit = inl(nic->io + CSR9) & CSR9_MDI;
	outl(wires | CSR9_MDC, nic->io + CSR9);
	platform_udelay(MII_TIME);
	return bit;
}

/* A PHY's register (IEEE 802.3, 22.2.4.5): preamble, 01, 10, address, register; then 16 bits. */
static uint16_t tulip_mii_read(const struct nic *nic, uint32_t address, uint32_t reg)
{
	uint32_t head = 6 << 10 | address << 5 | reg, value = 0;

	for (int i = 0; i < 32; i++)
		tulip_mii_bit(nic, true, false);
	for (int i = 13; i >= 0; i--)
		tulip_mii_bit(nic, head >> i & 1, false);
	for (int i = 0; i < 18; i++) /* two for the turn-around */
		value = value << 1 | tulip_mii_bit(nic, false, true);
	return (uint16_t)value;
}

static uint32_t tulip_find_phy(const struct nic *nic)
{
	uint32_t i;

	for (i = 0; i < PHY_NONE; i++) {
		uint16_t status = tulip_mii_read(nic, i, PHY_STATUS);

		if (status && status != 0xFFFF)
			break;
	}
	return i;
}

static int tulip_probe(struct nic *nic)
{
	static const uint8_t unused[3] = { 0xFF, 0xFF, 0xFF };
	uint32_t width = 0;

	if (nic->vendor != VENDOR_DEC || !nic->io) {
		print("tulip: only DEC's own 21140 and 21143 work here, not this clone of "
		      "theirs\n");
		return ROM_ENODEV;
	}
	pci_write32(nic->location, CFDD, 0); /* awake */
	tulip_reset(nic);
	tulip_srom_mac(nic, 0, &width);
	if (!width) {
		print("tulip: the serial ROM with the MAC address does not answer\n");
		return ROM_ENODEV;
	}
	/* Boards of before 1995 have the address at 0, and nothing where it was put then. */
	tulip_srom_mac(nic, SROM_MAC, &width);
	if (!memcmp(nic->mac, unused, sizeof(unused)))
		tulip_srom_mac(nic, 0, &width);
	phy = tulip_find_phy(nic);
	return 0;
}

/* CSR6 for the port in use and, on MII, the duplex the PHY has agreed upon. */
static uint32_t tulip_port(const struct nic *nic)
{
	uint32_t common;

	if (phy == PHY_NONE)
		return CSR6_PS | CSR6_HBD | CSR6_PCS | CSR6_SCR;
	common = tulip_mii_read(nic, phy, PHY_ADVERTISED) & tulip_mii_read(nic, phy, PHY_PARTNER);
	if (common & PHY_100_FULL || (common & (PHY_100_HALF | PHY_10_FULL)) == PHY_10_FULL)
		return CSR6_PS | CSR6_HBD | CSR6_FD;
	return CSR6_PS | CSR6_HBD;
}

static void tulip_rings(void)
{
	for (uint32_t i = 0; i < RX_COUNT; i++) {
		rx_ring[i].buffer = dma_address(rx_buffer[i]);
		rx_ring[i].control = BUFFER_SIZE | (i == RX_COUNT - 1 ? DESC_RING_END : 0);
		rx_ring[i].status = DESC_OWN;
	}
	for (uint32_t i = 0; i < TX_COUNT; i++) {
		tx_ring[i].buffer = dma_address(tx_buffer[i]);
		tx_ring[i].status = 0;
	}
	rx_next = 0;
	tx_next = 0;
	rx_idle = 0;
}

static uint32_t tulip_tx_end(uint32_t i)
{
	return i == TX_COUNT - 1 ? DESC_RING_END : 0;
}

/* Sets the address filter, by a "setup frame": sixteen addresses of three words in dwords. */
static bool tulip_set_filter(const struct nic *nic)
{
	volatile struct tulip_descriptor *d = &tx_ring[tx_next];
	uint8_t *setup = tx_buffer[tx_next];

	memset(setup, 0xFF, SETUP_SIZE); /* broadcasts, all sixteen; then one of them ours */
	for (uint32_t i = 0; i < sizeof(nic->mac); i++)
		setup[i / 2 * 4 + i % 2] = nic->mac[i];
	d->control = TX_SETUP | SETUP_SIZE | tulip_tx_end(tx_next);
	barrier();
	d->status = DESC_OWN;
	tx_next = (tx_next + 1) % TX_COUNT;
	outl(1, nic->io + CSR1);
	return wait_for(!(d->status & DESC_OWN), SETUP_TIMEOUT);
}

static bool tulip_start(const struct nic *nic)
{
	uint32_t mode;

	tulip_reset(nic);
	tulip_rings();
	barrier();
	outl(dma_address(rx_ring), nic->io + CSR3);
	outl(dma_address(tx_ring), nic->io + CSR4);
	mode = tulip_port(nic) | CSR6_SF | CSR6_MBO;
	outl(mode, nic->io + CSR6); /* the port first, then the engines */
	outl(mode | CSR6_ST, nic->io + CSR6);
	if (!tulip_set_filter(nic))
		return false;
	outl(mode | CSR6_ST | CSR6_SR, nic->io + CSR6);
	return true;
}

static int tulip_open(struct nic *nic)
{
	if (tulip_start(nic))
		return 0;
	print("tulip: the chip does not take its address filter\n");
	return ROM_EIO;
}

static void tulip_close(struct nic *nic)
{
	tulip_reset(nic);
}

static int tulip_transmit(struct nic *nic, const void *frame, uint32_t len)
{
	volatile struct tulip_descriptor *d = &tx_ring[tx_next];

	if (!wait_for(!(d->status & DESC_OWN), TRANSMIT_TIMEOUT)) {
		tulip_start(nic);
		return ROM_EIO;
	}
	len = frame_copy(tx_buffer[tx_next], frame, len);
	d->control = TX_FS | TX_LS | len | tulip_tx_end(tx_next);
	barrier();
	d->status = DESC_OWN;
	tx_next = (tx_next + 1) % TX_COUNT;
	outl(1, nic->io + CSR1);
	return 0;
}

static uint32_t tulip_poll(struct nic *nic, void *frame)
{
	volatile struct tulip_descriptor *d = &rx_ring[rx_next];
	uint32_t status = d->status;
	uint32_t len;

	if (status & DESC_OWN) {
		if (++rx_idle >= DEMAND_INTERVAL) {
			rx_idle = 0;
			outl(1, nic->io + CSR2);
		}
		return 0;
	}
	len = RX_LENGTH(status) - FRAME_CHECK;
	if ((status & (RX_ES | RX_FS | RX_LS)) != (RX_FS | RX_LS) || len < 14 ||
	    len > NIC_FRAME_MAX)
		len = 0;
	memcpy(frame, rx_buffer[rx_next], len);
	barrier();
	d->status = DESC_OWN;
	rx_next = (rx_next + 1) % RX_COUNT;
	return len;
}

static bool tulip_link(struct nic *nic)
{
	if (phy == PHY_NONE)
		return true;		      /* we cannot tell */
	tulip_mii_read(nic, phy, PHY_STATUS); /* kept low by a loss since it was read last */
	return tulip_mii_read(nic, phy, PHY_STATUS) & PHY_LINK;
}

const struct nic_driver nic_driver = {
	.name = "tulip",
	.is_pci = true,
	.ops = {
		.probe = tulip_probe,
		.open = tulip_open,
		.close = tulip_close,
		.transmit = tulip_transmit,
		.poll = tulip_poll,
		.link = tulip_link,
	},
};
