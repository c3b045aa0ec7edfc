/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The VMXNET3 device's registers and what it shares with a driver; its own names where known. */
#ifndef ROM_DRIVERS_VMXNET3_H
#define ROM_DRIVERS_VMXNET3_H

#include <stdint.h>

/* BAR 0. */
enum { IMR = 0x000, TXPROD = 0x600, RXPROD = 0x800 };
/* BAR 1. */
enum { VRRS = 0x00, UVRS = 0x08, DSAL = 0x10, DSAH = 0x18, CMD = 0x20, MACL = 0x28, MACH = 0x30 };

#define CMD_ACTIVATE	   0xCAFE0000u
#define CMD_QUIESCE	   0xCAFE0001u
#define CMD_RESET	   0xCAFE0002u
#define CMD_UPDATE_RX_MODE 0xCAFE0003u
#define CMD_GET_LINK	   0xF00D0002u
#define CMD_GET_MAC_LOW	   0xF00D0003u
#define CMD_GET_MAC_HIGH   0xF00D0004u

#define SHARED_MAGIC 0xBABEFEE1u

/* A 64-bit address whose upper half is always zero here. */
struct vmx_address {
	uint32_t low, high;
};

/* Where the device finds everything; all fields keep 8-byte alignment by themselves. */
struct vmx_shared {
	uint32_t magic;
	uint32_t pad;
	/* misc */
	uint32_t driver_version;
	uint32_t guest; /* bits 0..1: 32 or 64 bits; bits 2..5: kind */
	uint32_t revision;
	uint32_t upt_version;
	struct vmx_address upt_features;
	struct vmx_address driver_data;
	struct vmx_address queues;
	uint32_t driver_data_length;
	uint32_t queues_length;
	uint32_t mtu;
	uint16_t rx_fragments;
	uint8_t tx_queues, rx_queues;
	uint32_t reserved1[4];
	/* interrupts */
	uint8_t auto_mask;
	uint8_t interrupts;
	uint8_t event_interrupt;
	uint8_t moderation[25];
	uint32_t interrupt_control;
	uint32_t reserved2[2];
	/* receive filter */
	uint32_t rx_mode;
	uint16_t multicast_length;
	uint16_t pad2;
	struct vmx_address multicast;
	uint32_t vlans[128];
	/* RSS, power management, plug-in: none */
	uint32_t extensions[12];

	uint32_t events; /* "ECR" */
	uint32_t reserved3[5];
};
_Static_assert(sizeof(struct vmx_shared) == 8 + 72 + 40 + 528 + 48 + 24, "shared memory layout");

enum { GUEST_32BIT = 1, GUEST_KIND_PXE = 5 << 2 };
enum { INTERRUPTS_DISABLED = 1 };
enum { RX_MODE_UNICAST = 1, RX_MODE_BROADCAST = 4 };
enum { EVENT_RX_ERROR = 1, EVENT_TX_ERROR = 2 };

struct vmx_tx_queue {
	uint32_t deferred;
	uint32_t threshold;
	uint32_t reserved[2];
	struct vmx_address ring, data_ring, completion, driver_data, reserved2;
	uint32_t ring_size, data_size, completion_size, driver_data_length;
	uint8_t interrupt, pad[7];
	uint8_t status[8], statistics[80], pad2[88];
};

struct vmx_rx_queue {
	uint8_t update_producer; /* the device wants RXPROD written */
	uint8_t pad[7];
	uint32_t reserved[2];
	struct vmx_address ring[2], completion, driver_data, reserved2;
	uint32_t ring_size[2], completion_size, driver_data_length;
	uint8_t interrupt, pad2[7];
	uint8_t status[8], statistics[80], pad3[88];
};
_Static_assert(sizeof(struct vmx_tx_queue) == 256 && sizeof(struct vmx_rx_queue) == 256, "layout");

struct vmx_descriptor {
	struct vmx_address address;
	uint32_t control;
	uint32_t flags;
};
#define TX_GEN (1u << 14) /* control, with the length in bits 0..13 */
#define TX_EOP (1u << 12) /* flags */
#define TX_CQ  (1u << 13)
#define RX_GEN (1u << 31) /* control, with the buffer's size in bits 0..13 */

struct vmx_completion {
	uint32_t index; /* received: bits 14 and 15: last and first piece of the frame */
	uint32_t hash;
	uint32_t length; /* bits 0..13; bit 14: error */
	uint32_t generation;
};
#define COMPLETION_GEN	  (1u << 31)
#define COMPLETION_WHOLE  (3u << 14)
#define COMPLETION_ERROR  (1u << 14)
#define COMPLETION_LENGTH 0x3FFFu

#endif
