/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Registers of the National DP8390 as the NE2000 wires it (offsets from the I/O base),
 * by National's names.  Bits 6 and 7 of CR select which page the offsets mean.
 */
#ifndef ROM_DRIVERS_NE2K_PCI_H
#define ROM_DRIVERS_NE2K_PCI_H

enum {
	CR = 0x00,
	/* page 0 */
	PSTART = 0x01, /* first page of the receive ring */
	PSTOP = 0x02,  /* first page behind it */
	BNRY = 0x03,   /* last page we have read: the chip writes up to it */
	TPSR = 0x04,   /* first page of the frame to send */
	TBCR0 = 0x05,  /* its length */
	TBCR1 = 0x06,
	ISR = 0x07,
	RSAR0 = 0x08, /* remote DMA: address in card memory */
	RSAR1 = 0x09,
	RBCR0 = 0x0A, /* remote DMA: bytes */
	RBCR1 = 0x0B,
	RCR = 0x0C,
	TCR = 0x0D,
	DCR = 0x0E,
	IMR = 0x0F,
	/* page 1 */
	PAR0 = 0x01, /* our address, six registers */
	CURR = 0x07, /* page the next frame will go to */
	MAR0 = 0x08, /* multicast filter, eight registers */
	/* the board's own */
	DATA = 0x10, /* remote DMA's data */
	RESET = 0x1F /* reading resets, writing ends it */
};

enum {
	CR_STP = 0x01,
	CR_STA = 0x02,
	CR_TXP = 0x04,
	CR_READ = 0x08,
	CR_WRITE = 0x10,
	CR_NODMA = 0x20,
	CR_PAGE1 = 0x40
};

enum { ISR_PRX = 0x01, ISR_OVW = 0x10, ISR_RDC = 0x40, ISR_RST = 0x80 };

enum { RCR_AB = 0x04, RCR_MON = 0x20 };
enum { TCR_LOOPBACK = 0x02 };
enum { DCR_WORD = 0x01, DCR_NORMAL = 0x08, DCR_FIFO_8 = 0x40 };

enum { RSR_PRX = 0x01 };

/* What stands before each received frame in card memory. */
struct ne2k_header {
	uint8_t status;
	uint8_t next;	/* page of the next frame */
	uint16_t count; /* bytes, with these four */
};

#endif
