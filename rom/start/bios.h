/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the start code asks of the machine: BIOS calls, memory anywhere below 4 GB,
 * words on the screen and the serial line, the memory map, the A20 gate.
 * Real mode; pointers are offsets in the start code's own segment.
 */
#ifndef ROM_START_BIOS_H
#define ROM_START_BIOS_H

#include <stdbool.h>
#include <stdint.h>

#include "rom/start/params.h"
#include "rom/start/place.h"

/* Registers of a BIOS call, in and out (entry.S knows the offsets). */
struct bios_regs {
	uint32_t eax, ebx, ecx, edx, esi, edi, ebp;
	uint16_t flags; /* out only */
	uint16_t es;
};

#define BIOS_CARRY 1u

void bios_call(uint8_t number, struct bios_regs *regs);

/* Copies bytes between linear addresses, which may overlap; needs A20 for odd megabytes. */
void mem_copy(uint32_t to, uint32_t from, uint32_t bytes);

/* Linear address of our own segment, and of something in it. */
extern uint32_t start_base;
static inline uint32_t linear_of(const void *p)
{
	return start_base + (uint32_t)(uintptr_t)p;
}

/* Offset in our segment of the parameter block. */
extern uint32_t start_params;

/* Sets up COM1 (115200 8N1) if there is one; without it, text goes to the screen only. */
void print_init(void);
void print_text(const char *text);
void print_number(uint32_t n);
void print_hex(uint32_t n);
/* "N KB", or "N MB" from 10 MB on; rounded up. */
void print_size(uint32_t bytes);

/*
 * Fills map with the BIOS's memory map (INT 15h E820h; else E801h, else 88h), the part below 4 GB.
 * Returns the number of ranges, at most max; 0 if the BIOS tells nothing.
 */
unsigned memory_map(struct place_range *map, unsigned max);

/* Kilobytes of conventional memory (INT 12h) as bytes: the first address that is not ours. */
uint32_t memory_low_end(void);

/* Opens the A20 gate. Returns false if no method worked. */
bool a20_enable(void);

#endif
