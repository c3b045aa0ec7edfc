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

/* The descriptor's base, 24 bits of it in a row from byte 2 on. */
static void set_base(uint8_t *descriptor, uint32_t base)
{
	uint32_t *field = (uint32_t *)(descriptor + 2);

	*field = (*field & 0xFF000000) | base;
}

void low_area_move(uint32_t to)
{
	uint8_t *low = memcpy((void *)to, low_area, LOW_SIZE);

	/* What low_begin in switch.S sets, too: all that depends on the place. */
	low_area = (struct low_area *)low;
	low_area->segment = (uint16_t)(to >> 4);
	*(uint16_t *)(low + (uint32_t)low_segment) = (uint16_t)(to >> 4);
	*(uint32_t *)(low + (uint32_t)low_flat_address) = to + (uint32_t)low_flat;
	*(uint32_t *)(low + (uint32_t)gdtr + 2) = to + (uint32_t)gdt;
	set_base(low + (uint32_t)gdt_code16, to);
	set_base(low + (uint32_t)gdt_data16, to);
	__asm__ volatile("lgdt (%0)" : : "r"(low + (uint32_t)gdtr) : "memory");
}
