/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registers (offsets from the I/O base) and descriptors of the DEC 21140/21143, by DEC's names. */
#ifndef ROM_DRIVERS_TULIP_H
#define ROM_DRIVERS_TULIP_H

#include <stdint.h>

enum {
	CSR0 = 0x00, /* bus mode */
	CSR1 = 0x08, /* transmit poll demand */
	CSR2 = 0x10, /* receive poll demand */
	CSR3 = 0x18, /* receive list */
	CSR4 = 0x20, /* transmit list */
	CSR5 = 0x28, /* status */
	CSR6 = 0x30, /* operation mode */
	CSR7 = 0x38, /* interrupt enable */
	CSR9 = 0x48  /* serial ROM and MII */
};

#define CSR0_SWR     (1u << 0)
#define CSR0_CAL_PBL (1u << 14 | 8u << 8) /* 8-dword alignment and bursts */

#define CSR5_RS_MASK (7u << 17)
#define CSR5_TS_MASK (7u << 20)

#define CSR6_SR	 (1u << 1)
#define CSR6_FD	 (1u << 9)
#define CSR6_ST	 (1u << 13)
#define CSR6_PS	 (1u << 18) /* MII/SYM port */
#define CSR6_HBD (1u << 19)
#define CSR6_SF	 (1u << 21) /* whole frame in the FIFO first */
#define CSR6_TTM (1u << 22)
#define CSR6_PCS (1u << 23)
#define CSR6_SCR (1u << 24)
#define CSR6_MBO (1u << 25) /* must be one */

/* CSR9: the serial ROM's wires, and MII's. */
#define CSR9_CS	      (1u << 0)
#define CSR9_SK	      (1u << 1)
#define CSR9_DI	      (1u << 2)
#define CSR9_DO	      (1u << 3)
#define CSR9_SR	      (1u << 11)
#define CSR9_RD	      (1u << 14)
#define CSR9_MDC      (1u << 16)
#define CSR9_MDO      (1u << 17)
#define CSR9_MII_READ (1u << 18)
#define CSR9_MDI      (1u << 19)
enum { SROM_MAC = 10 }; /* word of the MAC address in the ROM's version 1 and later layouts */

/* Registers of the PHY, through MII. */
enum { PHY_STATUS = 1, PHY_ADVERTISED = 4, PHY_PARTNER = 5 };
enum { PHY_LINK = 1 << 2, PHY_10_FULL = 1 << 6, PHY_100_HALF = 1 << 7, PHY_100_FULL = 1 << 8 };
enum { PHY_NONE = 32 };

/* PCI configuration of the 21143: asleep, or snoozing. */
enum { CFDD = 0x40 };

struct tulip_descriptor {
	uint32_t status;
	uint32_t control;
	uint32_t buffer;
	uint32_t buffer2;
};

#define DESC_OWN      (1u << 31)
#define RX_ES	      (1u << 15) /* error summary */
#define RX_FS	      (1u << 9)
#define RX_LS	      (1u << 8)
#define RX_LENGTH(s)  ((s) >> 16 & 0x3FFF)
#define DESC_RING_END (1u << 25)
#define TX_LS	      (1u << 30)
#define TX_FS	      (1u << 29)
#define TX_SETUP      (1u << 27)

#endif
