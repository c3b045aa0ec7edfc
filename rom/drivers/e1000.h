/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registers (offsets in memory space) and legacy descriptors of Intel's PRO/1000, by Intel's names. */
#ifndef ROM_DRIVERS_E1000_H
#define ROM_DRIVERS_E1000_H

#include <stdint.h>

enum {
	CTRL = 0x0000,
	STATUS = 0x0008,
	IMC = 0x00D8, /* interrupt mask clear */
	RCTL = 0x0100,
	TCTL = 0x0400,
	TIPG = 0x0410,
	RDBAL = 0x2800,
	RDBAH = 0x2804,
	RDLEN = 0x2808,
	RDH = 0x2810,
	RDT = 0x2818,
	TDBAL = 0x3800,
	TDBAH = 0x3804,
	TDLEN = 0x3808,
	TDH = 0x3810,
	TDT = 0x3818,
	MTA = 0x5200, /* multicast filter, 128 dwords */
	RAL0 = 0x5400,
	RAH0 = 0x5404
};

#define CTRL_LRST    (1u << 3)
#define CTRL_ASDE    (1u << 5) /* speed as the PHY detects it */
#define CTRL_SLU     (1u << 6) /* set link up */
#define CTRL_ILOS    (1u << 7)
#define CTRL_RST     (1u << 26)
#define CTRL_PHY_RST (1u << 31)

#define STATUS_LU (1u << 1)

#define RCTL_EN	   (1u << 1)
#define RCTL_BAM   (1u << 15) /* broadcasts */
#define RCTL_SECRC (1u << 26) /* leave the checksum out */

#define TCTL_EN	  (1u << 1)
#define TCTL_PSP  (1u << 3) /* pad short packets */
#define TCTL_CT	  (15u << 4)
#define TCTL_COLD (64u << 12)

#define TIPG_COPPER (10u | 8u << 10 | 6u << 20)

#define RAH_AV (1u << 31) /* address valid */

struct e1000_rx {
	uint32_t address, address_high;
	uint16_t length;
	uint16_t checksum;
	uint8_t status;
	uint8_t errors;
	uint16_t special;
};

struct e1000_tx {
	uint32_t address, address_high;
	uint16_t length;
	uint8_t checksum_offset;
	uint8_t command;
	uint8_t status;
	uint8_t checksum_start;
	uint16_t special;
};

enum { RX_DD = 0x01, RX_EOP = 0x02 };
enum { TX_EOP = 0x01, TX_IFCS = 0x02, TX_RS = 0x08 };
enum { TX_DD = 0x01 };

#endif
