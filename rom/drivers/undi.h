/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What PXE firmware offers: its two entry structures, and the UNDI calls this driver makes. */
#ifndef ROM_DRIVERS_UNDI_H
#define ROM_DRIVERS_UNDI_H

#include <stdint.h>

/* A far pointer as it is in memory: the offset first. As a dword: segment << 16 | offset. */
typedef uint32_t far_pointer;

/* "!PXE" (PXE 2.1, table 3-3), as far as it is used. */
struct pxe {
	uint8_t signature[4];
	uint8_t length;
	uint8_t checksum;
	uint8_t revision;
	uint8_t reserved;
	far_pointer undi_rom;
	far_pointer base_rom;
	far_pointer entry; /* for calls in real mode: parameters on the stack */
} __attribute__((packed));

/* "PXENV+" (table 3-1): the older one, which may point to the other. */
struct pxenv {
	uint8_t signature[6];
	uint16_t version; /* BCD: 0x0201 and up have pxe */
	uint8_t length;
	uint8_t checksum;
	far_pointer entry; /* parameters in ES:DI and BX */
	uint8_t protected_mode[26];
	far_pointer pxe;
} __attribute__((packed));
enum { PXENV_HAS_PXE = 0x0201 };
_Static_assert(offsetof(struct pxenv, pxe) == 0x28, "PXENV+ has 40 bytes before its pointer");

enum undi_call {
	UNDI_STARTUP = 0x01,
	UNDI_CLEANUP = 0x02,
	UNDI_INITIALIZE = 0x03,
	UNDI_SHUTDOWN = 0x05,
	UNDI_OPEN = 0x06,
	UNDI_CLOSE = 0x07,
	UNDI_TRANSMIT = 0x08,
	UNDI_GET_INFORMATION = 0x0C,
	UNDI_ISR = 0x14,
	UNDI_STOP = 0x15,
	UNDI_UNLOAD_STACK = 0x70
};

/* Parameter blocks; every one begins with the status, 0 for success. */
struct undi_information {
	uint16_t status;
	uint16_t io;
	uint16_t irq;
	uint16_t mtu;
	uint16_t hardware_type;
	uint16_t address_length;
	uint8_t address[16];
	uint8_t permanent_address[16];
	uint16_t rom;
	uint16_t rx_buffers;
	uint16_t tx_buffers;
} __attribute__((packed));

struct undi_initialize {
	uint16_t status;
	uint32_t protocol_ini;
	uint8_t reserved[8];
} __attribute__((packed));

struct undi_open {
	uint16_t status;
	uint16_t flag;
	uint16_t filter;
	uint16_t multicast_count;
	uint8_t multicast[8][16];
} __attribute__((packed));
enum { UNDI_FILTER_DIRECTED = 1, UNDI_FILTER_BROADCAST = 2 };

struct undi_transmit {
	uint16_t status;
	uint8_t protocol; /* 0: the frame has its header */
	uint8_t flag;
	far_pointer dest;
	far_pointer block;
	uint32_t reserved[2];
} __attribute__((packed));

/* What `block` points to; the frame is all "immediate" data. */
struct undi_block {
	uint16_t length;
	far_pointer frame;
	uint16_t data_blocks;
	uint8_t data[8][8];
} __attribute__((packed));

struct undi_isr {
	uint16_t status;
	uint16_t function;
	uint16_t buffer_length; /* bytes at `buffer` */
	uint16_t frame_length;	/* of the whole frame, with its header */
	uint16_t header_length;
	far_pointer buffer;
	uint8_t protocol;
	uint8_t packet_type;
} __attribute__((packed));

enum { ISR_IN_START = 1, ISR_IN_PROCESS = 2, ISR_IN_GET_NEXT = 3 };
enum { ISR_OUT_DONE = 0, ISR_OUT_TRANSMIT = 2, ISR_OUT_RECEIVE = 3, ISR_OUT_BUSY = 4 };

#endif
