/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Intel EtherExpress PRO/100: 82557 to 82562.
 *
 * Source: Intel, "8255x 10/100 Mbps Ethernet Controller Family Open Source Software
 * Developer Manual", rev. 1.3.
 *
 * A command unit, which gets one block at a time from us, and a receive unit, which goes round a ring
 * of frames until it comes to the one marked as the end; the mark follows us.
 */
#include "rom/drivers/driver.h"
#include "rom/drivers/eepro100.h"
#include "rom/drivers/eeprom93.h"
#include "rom/core/error.h"
#include "rom/core/heap.h"
#include "rom/core/io.h"
#include "rom/core/print.h"

#define RX_COUNT	32u
#define COMMAND_TIMEOUT 10000u /* microseconds */
#define RESET_TIME	20u
#define THRESHOLD	0xE0u /* 1792 bytes: the whole frame first */

/* Empty polls between two looks at the receive unit's state, which would cost a register each. */
#define STOPPED_INTERVAL 256u

/* The manual's defaults for a PHY on MII; what differs has a reason beside it. */
static const uint8_t configuration[22] = {
	22,   /* bytes */
	0x08, /* receive FIFO limit */
	0x00, 0x00, 0x00,
	0x00, 0x32,	  /* standard transmit blocks and counters, no interrupts of their own */
	0x03,		  /* discard short frames; one retry after an underrun */
	0x01,		  /* MII */
	0x00, 0x2E,	  /* the source address is in the frame; preamble of 7 bytes */
	0x00, 0x60,	  /* interframe spacing: 96 bit times */
	0x00, 0xF2, 0x48, /* not promiscuous, broadcasts */
	0x00, 0x40, 0xF2, /* pad short frames, no checksum in memory */
	0x80,		  /* full duplex as the PHY says */
	0x3F, 0x05,	  /* no multicasts */
};

static struct eepro_command command DMA_ALIGNED(16);
static struct eepro_receive ring[RX_COUNT] DMA_ALIGNED(16);
static uint32_t rx_next;
static uint32_t rx_idle; /* empty polls since the last look at the receive unit */

/* Gives the chip a command, with its parameter.  False if it does not take the one before. */
static bool eepro_scb(const struct nic *nic, uint8_t cmd, uint32_t pointer)
{
	if (!wait_for(!mmio_read8(nic->mmio + SCB_COMMAND), COMMAND_TIMEOUT))
		return false;
	barrier();
	mmio_write32(nic->mmio + SCB_POINTER, pointer);
	mmio_write8(nic->mmio + SCB_COMMAND, cmd);
	return true;
}

static void eepro_reset(const struct nic *nic)
{
	/* First the gentle one, which lets a DMA transfer under way end. */
	mmio_write32(nic->mmio + PORT, PORT_SELECTIVE_RESET);
	platform_udelay(RESET_TIME);
	mmio_write32(nic->mmio + PORT, PORT_RESET);
	platform_udelay(RESET_TIME);
	mmio_write8(nic->mmio + SCB_MASK, SCB_MASK_ALL);
}

/* One clock of the EEPROM with `bit` on its input. Returns its output. */
static bool eepro_eeprom_bit(const struct nic *nic, bool bit)
{
	uint16_t wires = EECS | (bit ? EEDI : 0);

	mmio_write16(nic->mmio + EEPROM, wires);
	platform_udelay(EEPROM93_TIME);
	mmio_write16(nic->mmio + EEPROM, wires | EESK);
	platform_udelay(EEPROM93_TIME);
	bit = mmio_read16(nic->mmio + EEPROM) & EEDO;
	mmio_write16(nic->mmio + EEPROM, wires);
	platform_udelay(EEPROM93_TIME);
	return bit;
}

static int eepro_probe(struct nic *nic)
{
	uint32_t width = 0;

	if (!nic->mmio) {
		print("PRO/100: the card has no memory window\n");
		return ROM_ENODEV;
	}
	eepro_reset(nic);
	for (uint32_t i = 0; i < sizeof(nic->mac) / 2; i++) {
		uint16_t word = eeprom93_read(nic, eepro_eeprom_bit, i, &width);

		mmio_write16(nic->mmio + EEPROM, 0); /* not selected: ready for the next */
		platform_udelay(EEPROM93_TIME);
		memcpy(nic->mac + 2 * i, &word, 2);
	}
	if (!width) {
		print("PRO/100: the EEPROM with the MAC address does not answer\n");
		return ROM_ENODEV;
	}
	return 0;
}

/* Has the block in `command` executed; true when it is done. */
static bool eepro_execute(const struct nic *nic, uint16_t cmd)
{
	command.status = 0;
	command.command = cmd | CMD_EL;
	command.link = LIST_END;
	return eepro_scb(nic, CU_START, dma_address(&command)) &&
	       wait_for(*(volatile uint16_t *)&command.status & STATUS_C, COMMAND_TIMEOUT);
}

static bool eepro_start(const struct nic *nic)
{
	eepro_reset(nic);
	if (!eepro_scb(nic, CU_LOAD_BASE, 0) || !eepro_scb(nic, RU_LOAD_BASE, 0))
		return false;
	memcpy(command.configuration, configuration, sizeof(configuration));
	if (!eepro_execute(nic, CMD_CONFIGURE))
		return false;
	memcpy(command.address, nic->mac, sizeof(nic->mac));
	if (!eepro_execute(nic, CMD_ADDRESS))
		return false;

	for (uint32_t i = 0; i < RX_COUNT; i++) {
		ring[i].status = 0;
		ring[i].command = i == RX_COUNT - 1 ? CMD_EL : 0;
		ring[i].link = dma_address(&ring[(i + 1) % RX_COUNT]);
		ring[i].buffers = LIST_END;
		ring[i].count = 0;
		ring[i].size = sizeof(ring[i].frame);
	}
	rx_next = 0;
	rx_idle = 0;
	return eepro_scb(nic, RU_START, dma_address(ring));
}

static int eepro_open(struct nic *nic)
{
	if (eepro_start(nic))
		return 0;
	print("PRO/100: the chip does not carry out its commands\n");
	return ROM_EIO;
}

static void eepro_close(struct nic *nic)
{
	eepro_reset(nic);
}

static int eepro_transmit(struct nic *nic, const void *frame, uint32_t len)
{
	/* The last command is done (the first was, when the card was opened)? */
	if (!wait_for(*(volatile uint16_t *)&command.status & STATUS_C, TRANSMIT_TIMEOUT)) {
		eepro_start(nic);
		return ROM_EIO;
	}
	len = frame_copy(command.transmit.frame, frame, len);
	command.status = 0;
	command.command = CMD_TRANSMIT | CMD_EL;
	command.transmit.buffers = LIST_END;
	command.transmit.count = (uint16_t)(TRANSMIT_EOF | len);
	command.transmit.threshold = THRESHOLD;
	command.transmit.descriptors = 0;
	return eepro_scb(nic, CU_START, dma_address(&command)) ? 0 : ROM_EIO;
}

/* Starts the receive unit again at the next frame, if it has come to its end. */
static void eepro_rx_restart(const struct nic *nic)
{
	if ((mmio_read8(nic->mmio + SCB_STATUS) & SCB_RUS) == SCB_RUS_READY)
		return;
	if (*(volatile uint16_t *)&ring[rx_next].status & STATUS_C)
		return; /* frames wait; when they are taken there is room */
	eepro_scb(nic, RU_START, dma_address(&ring[rx_next]));
}

static uint32_t eepro_poll(struct nic *nic, void *frame)
{
	volatile struct eepro_receive *r = &ring[rx_next];
	uint32_t len;

	if (!(r->status & STATUS_C)) {
		if (++rx_idle >= STOPPED_INTERVAL) {
			rx_idle = 0;
			eepro_rx_restart(nic);
		}
		return 0;
	}
	/*
	 * QEMU writes the status first and the frame then: reading any register waits until
	 * it is through.  On PCI the read makes sure of the same.
	 */
	mmio_read8(nic->mmio + SCB_STATUS);
	len = r->count & RECEIVE_COUNT;
	if (!(r->status & STATUS_OK) || len < 14 || len > NIC_FRAME_MAX)
		len = 0;
	memcpy(frame, ring[rx_next].frame, len);

	/* This one becomes the end of the list, and the end before it no longer is. */
	r->count = 0;
	r->command = CMD_EL;
	r->status = 0;
	barrier();
	((volatile struct eepro_receive *)&ring[(rx_next + RX_COUNT - 1) % RX_COUNT])->command = 0;
	rx_next = (rx_next + 1) % RX_COUNT;
	return len;
}

static bool eepro_link(struct nic *nic)
{
	uint32_t status = 0;

	/* The bit is kept low by any loss of the link since it was read last: read it twice. */
	for (int i = 0; i < 2; i++) {
		mmio_write32(nic->mmio + MDI, MDI_READ | MDI_PHY | MDI_BMSR);
		if (!wait_for((status = mmio_read32(nic->mmio + MDI)) & MDI_READY, 1000))
			return true; /* no such PHY: we cannot tell */
	}
	return status & BMSR_LINK;
}

const struct nic_driver nic_driver = {
	.name = "eepro100",
	.is_pci = true,
	.ops = {
		.probe = eepro_probe,
		.open = eepro_open,
		.close = eepro_close,
		.transmit = eepro_transmit,
		.poll = eepro_poll,
		.link = eepro_link,
	},
};
