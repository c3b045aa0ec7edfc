/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the assembler (rom/entry/switch.S, rom.lds) gives to C, and C to it. */
#ifndef ROM_ENTRY_SWITCH_H
#define ROM_ENTRY_SWITCH_H

#include <stdint.h>
#include "rom/entry/low.h"

/* Makes the real-mode call described by low_area->regs; see rom/core/bios.h. */
void real_call(void);

/* Gives the machine back to whoever called the ROM. */
_Noreturn void real_end(void);

/*
 * A C call of three arguments in flat 32-bit mode, interrupts off; returns what it returned in EAX.
 */
uint32_t flat_call(uint32_t entry, const uint32_t arguments[3]);

/* Leaves this copy of the body for good: start(low) on the given stack. */
_Noreturn void body_restart(struct low_area *low, void (*start)(struct low_area *), void *stack);

/* C's entry, called by body_start in the first copy of the body. */
_Noreturn void rom_begin(struct low_area *low);

/* From the linker script. The relocation table begins at body_end. */
extern uint8_t body_start[], body_end[], bss_start[], bss_end[], body_stack_top[];

/* Offsets in the low area, as addresses of symbols: what depends on where it is. */
extern uint8_t low_segment[], low_flat_address[], low_flat[], gdtr[], gdt[], gdt_code16[],
	gdt_data16[];

#endif
