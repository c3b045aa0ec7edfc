/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The BIOS's memory map (ACPI 6, chapter 15, INT 15h) and writing into free memory. */
#include "rom/core/bios.h"
#include "rom/core/mem.h"
#include "rom/core/memmap.h"
#include "rom/format/nbi.h"
#include "rom/net/nic.h"

enum { E820_RAM = 1, E820_BUFFER = 24, MAP_MAX = 64 };
#define E820_SMAP 0x534D4150u
#define MB	  0x100000u

/* Below this are the interrupt vectors, the BIOS's data area and DOS-era scratch space. */
#define BIOS_DATA_END 0x7C00u

/* The entry as E820h writes it. */
struct e820_entry {
	uint64_t start;
	uint64_t size;
	uint32_t type;
};

/* [start, last], inclusive, so that the end of 4 GB has a number. */
struct range {
	uint32_t start;
	uint32_t last;
	bool ram;
};

static struct {
	struct range map[MAP_MAX];
	unsigned int ranges;
	uint32_t end;	      /* of what images may use */
	uint8_t *shadow;      /* of [0, MEMMAP_LOW_END) */
	uint32_t shadow_from; /* what was written: [from, to) */
	uint32_t shadow_to;
} memmap;

static void add_range(uint64_t start, uint64_t size, bool ram)
{
	struct range *range = &memmap.map[memmap.ranges];

	if (memmap.ranges == MAP_MAX || !size || start > UINT32_MAX)
		return;
	range->start = (uint32_t)start;
	range->last = size - 1 > UINT32_MAX - start ? UINT32_MAX : (uint32_t)(start + size - 1);
	range->ram = ram;
	memmap.ranges++;
}

static bool read_e820(void)
{
	struct e820_entry *entry = low_buffer();
	uint32_t next = 0;
	struct bregs *regs;

	do {
		regs = bios_regs();
		regs->eax = 0xE820;
		regs->ebx = next;
		regs->ecx = E820_BUFFER;
		regs->edx = E820_SMAP;
		regs->edi = LOW_BUFFER;
		bios_interrupt(0x15);
		if (regs->flags & BREGS_CARRY || regs->eax != E820_SMAP)
			break;
		add_range(entry->start, entry->size, entry->type == E820_RAM);
		next = regs->ebx;
	} while (next && memmap.ranges < MAP_MAX);
	return memmap.ranges > 0;
}

/* BIOSes of before 1997: E801h (KB below 16 MB, 64 KB units above), then 88h (KB). */
static void read_old(void)
{
	struct bregs *regs = bios_regs();

	add_range(0, MEMMAP_LOW_END, true);
	regs->eax = 0xE801;
	bios_interrupt(0x15);
	if (!(regs->flags & BREGS_CARRY)) {
		if (!(regs->eax & 0xFFFF)) {
			regs->eax = regs->ecx;
			regs->ebx = regs->edx;
		}
		add_range(MB, (regs->eax & 0xFFFF) << 10, true);
		add_range(16 * MB, (uint64_t)(regs->ebx & 0xFFFF) << 16, true);
		return;
	}
	regs = bios_regs();
	regs->eax = 0x8800;
	bios_interrupt(0x15);
	add_range(MB, (regs->eax & 0xFFFF) << 10, true);
}

void memmap_read(void)
{
	uint32_t low_end;

	memmap.ranges = 0;
	memmap.end = 0;
	if (!read_e820())
		read_old();

	/* What firmware keeps for itself below 640 KB shows in INT 12h, not always in the map. */
	bios_regs();
	bios_interrupt(0x12);
	low_end = (low_area->regs.eax & 0xFFFF) << 10;
	if (memmap.ranges > MAP_MAX - 3)
		memmap.ranges = MAP_MAX - 3;
	add_range(0, BIOS_DATA_END, false);
	/*
	 * PXE firmware in use gives its memory back before the image is entered, and then
	 * this loader's low area moves to the place the proposal for tagged images gives it
	 * (undi.c, leave()).
	 */
	if (!nic_driver.is_pci && (uint32_t)low_area < NBI_LOADER_START)
		low_end = NBI_LOADER_START;
	else
		add_range((uint32_t)low_area, LOW_SIZE, false);
	add_range(low_end, MB - low_end, false);
}

uint32_t memmap_low_end(void)
{
	return memmap.shadow_to;
}

uint32_t memmap_find(uint32_t size)
{
	uint32_t best = 0;
	uint32_t start;

	for (const struct range *r = memmap.map; r < &memmap.map[memmap.ranges]; r++) {
		if (!r->ram || r->last < MB + size)
			continue;
		start = (r->last + 1 - size) & ~0xFFFu;
		if (start > best && memmap_usable(start, size))
			best = start;
	}
	return best;
}

void memmap_reserve(uint32_t start, uint32_t size)
{
	add_range(start, size, false);
	memmap.end = start;
	memmap.shadow = (uint8_t *)start;
	memmap.shadow_from = MEMMAP_LOW_END;
	memmap.shadow_to = 0;
	memcpy(memmap.shadow + BIOS_DATA_END, (void *)BIOS_DATA_END,
	       MEMMAP_LOW_END - BIOS_DATA_END);
}

uint32_t memmap_end(void)
{
	return memmap.end;
}

bool memmap_usable(uint32_t start, uint32_t size)
{
	uint32_t last = size ? start + size - 1 : start;
	const struct range *end = &memmap.map[memmap.ranges];
	const struct range *r;
	bool covered = false;
	uint32_t at = start;

	if (last < start)
		return false;
	for (r = memmap.map; r < end; r++) {
		if (!r->ram && r->start <= last && r->last >= start)
			return false;
	}
	/* The RAM ranges come in any order: each finds the next one, so as many rounds are enough. */
	for (unsigned int round = 0; round < memmap.ranges && !covered; round++) {
		for (r = memmap.map; r < end && !covered; r++) {
			if (!r->ram || r->start > at || r->last < at)
				continue;
			covered = r->last >= last;
			at = r->last + 1;
		}
	}
	return covered;
}

void memmap_write(uint32_t dest, const void *src, uint32_t len)
{
	uint32_t low = dest >= MEMMAP_LOW_END ? 0 : MEMMAP_LOW_END - dest;

	if (low > len)
		low = len;
	if (low) {
		memcpy(memmap.shadow + dest, src, low);
		if (dest < memmap.shadow_from)
			memmap.shadow_from = dest;
		if (dest + low > memmap.shadow_to)
			memmap.shadow_to = dest + low;
	}
	memcpy((void *)(dest + low), (const uint8_t *)src + low, len - low);
}

void memmap_commit(void)
{
	uint32_t from = memmap.shadow_from;
	uint32_t to = memmap.shadow_to;

	/* Between two things written may lie the low area, which lives on. */
	if (to > (uint32_t)low_area)
		to = (uint32_t)low_area;
	if (from < to)
		memcpy((void *)from, memmap.shadow + from, to - from);
}
