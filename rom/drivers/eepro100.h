/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registers (offsets in memory space) and shared structures of the Intel 8255x, by Intel's names. */
#ifndef ROM_DRIVERS_EEPRO100_H
#define ROM_DRIVERS_EEPRO100_H

#include <stdint.h>

enum {
	SCB_STATUS = 0x00,
	SCB_COMMAND = 0x02,
	SCB_MASK = 0x03,
	SCB_POINTER = 0x04,
	PORT = 0x08,
	EEPROM = 0x0E,
	MDI = 0x10
};

enum { SCB_RUS = 0x3C, SCB_RUS_READY = 0x10 }; /* the receive unit's state */
enum { SCB_MASK_ALL = 0x01 };
enum { PORT_RESET = 0, PORT_SELECTIVE_RESET = 2 };

/* Commands to the command unit (CU) and the receive unit (RU). */
enum { CU_START = 0x10, CU_LOAD_BASE = 0x60, RU_START = 0x01, RU_LOAD_BASE = 0x06 };

/* The serial EEPROM's wires. */
enum { EESK = 1, EECS = 2, EEDI = 4, EEDO = 8 };

#define MDI_READ  (2u << 26)
#define MDI_READY (1u << 28)
#define MDI_PHY	  (1u << 21) /* the PHY's address, 1 on every board and in the later chips */
#define MDI_BMSR  (1u << 16)
#define BMSR_LINK (1u << 2)

enum { CMD_ADDRESS = 1, CMD_CONFIGURE = 2, CMD_TRANSMIT = 4 };
enum { CMD_EL = 0x8000 }; /* last of its list */
enum { STATUS_C = 0x8000, STATUS_OK = 0x2000 };
#define LIST_END 0xFFFFFFFFu

/* What the command unit executes: one of three. */
struct eepro_command {
	uint16_t status;
	uint16_t command;
	uint32_t link;
	union {
		uint8_t address[6];
		uint8_t configuration[22];
		struct {
			uint32_t buffers;  /* LIST_END: the frame follows this block */
			uint16_t count;	   /* with TRANSMIT_EOF */
			uint8_t threshold; /* bytes in the FIFO before it begins to send, / 8 */
			uint8_t descriptors;
			uint8_t frame[1536];
		} transmit;
	};
};
enum { TRANSMIT_EOF = 0x8000 };

/* A received frame. */
struct eepro_receive {
	uint16_t status;
	uint16_t command;
	uint32_t link;
	uint32_t buffers;
	uint16_t count; /* the low 14 bits */
	uint16_t size;
	uint8_t frame[1536];
};
enum { RECEIVE_COUNT = 0x3FFF };

#endif
