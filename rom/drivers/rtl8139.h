/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Registers of the RealTek RTL8139 (offsets from the I/O base) and the bits this
 * driver uses; RealTek's names.
 */
#ifndef ROM_DRIVERS_RTL8139_H
#define ROM_DRIVERS_RTL8139_H

enum {
	IDR0 = 0x00,	/* six bytes: the MAC address */
	TSD0 = 0x10,	/* transmit status of descriptor 0..3, a dword each */
	TSAD0 = 0x20,	/* transmit start address of descriptor 0..3 */
	RBSTART = 0x30, /* physical address of the receive ring */
	CR = 0x37,	/* command */
	CAPR = 0x38,	/* current address of packet read: our place in the ring, less 16 */
	IMR = 0x3C,	/* interrupt mask */
	ISR = 0x3E,	/* interrupt status: write ones to clear */
	TCR = 0x40,	/* transmit configuration */
	RCR = 0x44,	/* receive configuration */
	CR9346 = 0x50,	/* lock of the CONFIG registers */
	CONFIG1 = 0x52,
	MSR = 0x58 /* media status */
};

enum { CR_BUFE = 0x01, CR_TE = 0x04, CR_RE = 0x08, CR_RST = 0x10 };

enum { TSD_OWN = 1 << 13, TSD_TABT = 1 << 30 };
/* Early transmit threshold in units of 32 bytes; the highest is "whole frame in the FIFO first". */
#define TSD_ERTXTH_FRAME (0x3Fu << 16)

enum { ISR_RXOVW = 0x10, ISR_FOVW = 0x40 };

enum { TCR_CLRABT = 1, TCR_MXDMA_2048 = 7 << 8, TCR_IFG_STANDARD = 3 << 24 };

enum {
	RCR_APM = 1 << 1,  /* accept frames for our address */
	RCR_AB = 1 << 3,   /* accept broadcasts */
	RCR_WRAP = 1 << 7, /* a frame runs on behind the ring's end, in one piece */
	RCR_MXDMA_UNLIMITED = 7 << 8,
	RCR_RBLEN_32K = 2 << 11,
	RCR_RXFTH_NONE = 7 << 13 /* a frame goes to memory when it is complete */
};

/* In TCR: which chip it is. */
#define TCR_HWVERID   0x7CC00000u
#define HWVERID_8139  0x60000000u
#define HWVERID_8139A 0x70000000u
enum { CONFIG1_PWRDN = 0x01, CONFIG1_SLEEP = 0x02 };

enum { CR9346_LOCK = 0x00, CR9346_UNLOCK = 0xC0 };

enum { MSR_LINKB = 0x04 }; /* set while there is no link */

/* The four bytes before each frame in the ring: status, then length with checksum. */
enum { RX_HEADER = 4, RX_ROK = 0x0001, RX_LENGTH_BUSY = 0xFFF0 };

#endif
