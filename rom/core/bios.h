/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls into real mode: BIOS interrupts, PXE firmware, and at last the image itself. */
#ifndef ROM_CORE_BIOS_H
#define ROM_CORE_BIOS_H

#include <stdint.h>
#include "rom/entry/bregs.h"
#include "rom/entry/low.h"

/* The low area (rom/entry/low.h); set before anything else runs. */
extern struct low_area *low_area;

/* The buffer in the low area that callees can reach, LOW_BUFFER_LEN bytes. Nobody owns it between calls. */
static inline void *low_buffer(void)
{
	return (uint8_t *)low_area + LOW_BUFFER;
}

/*
 * Clears the registers of the next call and returns them to be filled in: DS = ES = the low
 * area, interrupts off.  They lie in the low area itself, and hold the results after the call.
 */
struct bregs *bios_regs(void);

/* Software interrupt `number` with the registers set up in bios_regs(); results are there, too. */
void bios_interrupt(uint8_t number);

/*
 * Far call to regs->target, with regs->stack pushed before it; whether the callee
 * takes the words off the stack or leaves them makes no difference.
 */
void bios_far_call(void);

/*
 * Moves the low area to physical address `to` (a multiple of 16, below 640 KB), where LOW_SIZE
 * bytes are free.  The way back to the BIOS is lost: the caller's stack may be overwritten
 * after this.
 */
void low_area_move(uint32_t to);

#endif
