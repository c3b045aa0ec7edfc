/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls into real mode; the switch itself is in rom/entry/switch.S. */
#include "rom/core/bios.h"
#include "rom/core/mem.h"
#include "rom/entry/switch.h"

struct low_area *low_area;

struct bregs *bios_regs(void)
{
	struct bregs *regs = &low_area->regs;

	memset(regs, 0, sizeof(*regs));
	regs->ds = low_area->segment;
	regs->es = low_area->segment;
	regs->flags = 2; /* the bit that is always one */
	return regs;
}

void bios_interrupt(uint8_t number)
{
	struct bregs *regs = &low_area->regs;

	/* An interrupt is a far call with the flags below the return address. */
	regs->target = *(volatile uint32_t *)(number * 4u);
	regs->stack[0] = 2 | BREGS_IF;
	regs->words = 1;
	real_call();
}

void bios_far_call(void)
{
	real_call();
}
