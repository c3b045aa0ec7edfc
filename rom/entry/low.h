/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The low area: what has to lie below 1 MB while the net loader runs.  It is the last LOW_SIZE
 * bytes of conventional memory; a real-mode segment of its own, in which CS = DS = SS.
 *
 *      0x0000  parameters (struct low_area, below), then the 16-bit code of low.S
 *      ...     stack of real mode, growing down from LOW_STACK_TOP
 *      0x1800  a buffer for real-mode callees (E820 entries, PXE parameters and frames)
 *      0x2000  the BOOTP reply, for the image
 *
 * Read by the assembler (LOW_* offsets) and by C (the struct); asserts hold them together.
 */
#ifndef ROM_ENTRY_LOW_H
#define ROM_ENTRY_LOW_H

#define LOW_SIZE       0x2800
#define LOW_CODE_MAX   0x0400 /* parameters and code end here */
#define LOW_STACK_TOP  0x1800
#define LOW_BUFFER     0x1800
#define LOW_BUFFER_LEN 0x0800
#define LOW_REPLY      0x2000
#define LOW_REPLY_LEN  0x0800

#define LOW_SEGMENT  0x00
#define LOW_ROM_SEG  0x02
#define LOW_LOCATION 0x04
#define LOW_BIOS_SP  0x06
#define LOW_BIOS_SS  0x08
#define LOW_PXE	     0x0C
#define LOW_PROT_ESP 0x10
#define LOW_PROT_EIP 0x14
#define LOW_REGS     0x18

#define REGS_EAX    (LOW_REGS + 0x00)
#define REGS_EBX    (LOW_REGS + 0x04)
#define REGS_ECX    (LOW_REGS + 0x08)
#define REGS_EDX    (LOW_REGS + 0x0C)
#define REGS_ESI    (LOW_REGS + 0x10)
#define REGS_EDI    (LOW_REGS + 0x14)
#define REGS_EBP    (LOW_REGS + 0x18)
#define REGS_DS	    (LOW_REGS + 0x1C)
#define REGS_ES	    (LOW_REGS + 0x1E)
#define REGS_FLAGS  (LOW_REGS + 0x20)
#define REGS_WORDS  (LOW_REGS + 0x22)
#define REGS_STACK  (LOW_REGS + 0x24)
#define REGS_TARGET (LOW_REGS + 0x34)
#define LOW_CODE    (LOW_REGS + 0x38)

/* Where the 32-bit body is linked and first copied to; its .bss begins BODY_BSS behind. */
#define BODY_BASE 0x20000
#define BODY_BSS  0x10000

#define SEL_CODE32 0x08 /* flat */
#define SEL_DATA32 0x10 /* flat */
#define SEL_CODE16 0x18 /* base: the low area */
#define SEL_DATA16 0x20 /* base: the low area, limit 64 KB */

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>
#include "rom/entry/bregs.h"

struct low_area {
	uint16_t segment;     /* of this area */
	uint16_t rom_segment; /* where the ROM image was entered */
	uint16_t location;    /* PCI location the BIOS gave to init, or 0xFFFF */
	uint16_t bios_sp;     /* the caller's stack, to return to */
	uint16_t bios_ss;
	uint16_t reserved;
	uint32_t pxe;	   /* far pointer to !PXE or PXENV+, or 0 */
	uint32_t prot_esp; /* state of the 32-bit side during a real-mode call */
	uint32_t prot_eip;
	struct bregs regs;
};

#define LOW_ASSERT(member, offset) \
	_Static_assert(offsetof(struct low_area, member) == (offset), "low.h and low.S disagree")
LOW_ASSERT(pxe, LOW_PXE);
LOW_ASSERT(prot_esp, LOW_PROT_ESP);
LOW_ASSERT(regs, LOW_REGS);
LOW_ASSERT(regs.ds, REGS_DS);
LOW_ASSERT(regs.flags, REGS_FLAGS);
LOW_ASSERT(regs.stack, REGS_STACK);
LOW_ASSERT(regs.target, REGS_TARGET);
#endif

#endif
