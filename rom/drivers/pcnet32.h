/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registers, descriptors and the initialization block of the AMD PCnet-PCI, by AMD's names. */
#ifndef ROM_DRIVERS_PCNET32_H
#define ROM_DRIVERS_PCNET32_H

#include <stdint.h>

/* Offsets from the I/O base, in word mode. */
enum { APROM = 0x00, RDP = 0x10, RAP = 0x12, RESET = 0x14, BDP = 0x16, RESET_DWORD = 0x18 };

enum { CSR0 = 0, CSR1 = 1, CSR2 = 2, CSR3 = 3, CSR4 = 4 }; /* status, init block, masks, features */
enum {
	CSR0_INIT = 0x0001,
	CSR0_STRT = 0x0002,
	CSR0_STOP = 0x0004,
	CSR0_TDMD = 0x0008, /* look at the transmit ring now */
	CSR0_IDON = 0x0100,
	CSR0_FLAGS = 0x7F00 /* everything that is cleared by writing ones */
};
enum { CSR3_MASK_ALL = 0x5F00 };
enum { CSR4_DPOLL = 0x1000, CSR4_MASK_ALL = 0x0115 };

enum { BCR_LNKST = 4, BCR_SWS = 20 }; /* bus configuration registers, through BDP */
enum { LNKST_LEDOUT = 0x8000, LNKST_LNKSTE = 0x0040 };
enum { SWS_PCNET_PCI = 2 }; /* 32-bit structures, the layout below */

struct pcnet_init {
	uint16_t mode;
	uint8_t rlen; /* log2 of the number of receive descriptors, in the high four bits */
	uint8_t tlen;
	uint8_t padr[6]; /* our address */
	uint16_t reserved;
	uint32_t ladrf[2];   /* multicast filter */
	uint32_t rdra, tdra; /* the rings */
};

struct pcnet_descriptor {
	uint32_t address;
	uint16_t length; /* minus the buffer's (frame's) size, high four bits ones */
	uint16_t status;
	uint32_t message; /* received: length with checksum, in the low 12 bits */
	uint32_t reserved;
};

enum { DESC_OWN = 0x8000, DESC_ERR = 0x4000, DESC_STP = 0x0200, DESC_ENP = 0x0100 };
enum { DESC_MCNT = 0x0FFF };

#endif
