/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory map: what memmap_usable() and memmap_find() make of BIOSes' answers, good, old and
 * lying.  The BIOS is the function below; built without PIE, as the code keeps addresses in 32 bits.
 */
#include <string.h>
#include "rom/core/memmap.c"
#include "tests/unit/tap.h"

#define KB 1024u

struct e820_answer {
	uint64_t start, size;
	uint32_t type;
};

static uint8_t fake_low_space[LOW_SIZE] __attribute__((aligned(16)));
struct low_area *low_area;
const struct nic_driver nic_driver = { .is_pci = true };

static struct {
	const struct e820_answer *e820;
	unsigned int count;
	bool endless; /* never says that this was the last entry */
	bool e801;
	uint16_t e801_ax, e801_bx;
	uint16_t extended_kb; /* INT 15h, AH = 88h */
	uint16_t base_kb;
} bios;

struct bregs *bios_regs(void)
{
	memset(&low_area->regs, 0, sizeof(low_area->regs));
	return &low_area->regs;
}

static void e820(struct bregs *regs)
{
	uint32_t n = regs->ebx;

	if (n >= bios.count) {
		regs->flags |= BREGS_CARRY;
		return;
	}
	memcpy((uint8_t *)low_area + LOW_BUFFER, &bios.e820[n], 20);
	regs->eax = E820_SMAP;
	regs->ebx = n + 1 == bios.count ? (bios.endless ? n : 0) : n + 1;
}

void bios_interrupt(uint8_t number)
{
	struct bregs *regs = &low_area->regs;

	if (number == 0x12) {
		regs->eax = bios.base_kb;
	} else if (regs->eax == 0xE820) {
		e820(regs);
	} else if (regs->eax == 0xE801 && bios.e801) {
		regs->eax = bios.e801_ax;
		regs->ebx = bios.e801_bx;
		regs->ecx = 0;
	} else if (regs->eax == 0x8800) {
		regs->eax = bios.extended_kb;
	} else {
		regs->flags |= BREGS_CARRY;
	}
}

static void read_map(const struct e820_answer *map, unsigned int count)
{
	memset(&bios, 0, sizeof(bios));
	bios.e820 = map;
	bios.count = count;
	bios.base_kb = 639;
	memmap_read();
}

static void test_ordinary(void)
{
	static const struct e820_answer map[] = {
		{ 0, 0x9FC00, 1 },
		{ 0x9FC00, 0x400, 2 },
		{ 0xF0000, 0x10000, 2 },
		{ 0x100000, 0x7EE0000, 1 }, /* 128 MB less ACPI's tables */
		{ 0x7FE0000, 0x20000, 2 },
		{ 0xFFFC0000, 0x40000, 2 },
		{ 0x100000000, 0x10000000, 1 },
	};

	read_map(map, 7);
	tap_ok(memmap_usable(0x10000, 0x80000), "conventional memory");
	tap_ok(!memmap_usable(0x0, 0x10), "not the interrupt vectors");
	tap_ok(!memmap_usable(0x7BFF, 2), "not the BIOS data area's end");
	tap_ok(memmap_usable(0x7C00, 512), "the boot sector's place");
	tap_ok(memmap_usable(0x9FBFF, 1), "the last byte below the EBDA");
	tap_ok(!memmap_usable(0x9FBFF, 2), "not one byte of the EBDA");
	tap_ok(!memmap_usable(0x9F000, 0x61001), "not across 640 KB to 1 MB");
	tap_ok(!memmap_usable(0xC8000, 1), "not the option ROMs");
	tap_ok(memmap_usable(0x2000000, 0x5FE0000), "up to the last byte of RAM");
	tap_ok(!memmap_usable(0x2000000, 0x5FE0001), "not one byte more");
	tap_ok(!memmap_usable(0xFFFFFFFF, 2), "a range that wraps");
	tap_ok(!memmap_usable(0x2000000, 0xFFFFFFFF), "a range that wraps by its size");
	tap_ok(!memmap_usable(0xFFFFFFFF, 1), "the top of 4 GB is no RAM here");
	tap_ok(memmap_usable(0x2000000, 0), "an empty range");
	tap_ok(!memmap_usable((uint32_t)(uintptr_t)low_area + 4, 1), "not the low area");
	tap_ok(memmap_find(0x100000) == 0x7EE0000, "the highest place for 1 MB");
	tap_ok(memmap_find(0x7FF0000) == 0, "no place for more than there is");
}

static void test_odd_maps(void)
{
	/* in pieces, unsorted, one overlapping, one reserved within RAM, one empty */
	static const struct e820_answer pieces[] = {
		{ 0x3000000, 0x1000000, 1 }, { 0x2000000, 0x1000000, 1 },
		{ 0x2800000, 0x1000000, 1 }, { 0, 0xA0000, 1 },
		{ 0x3800000, 0x1000, 2 },    { 0x5000000, 0, 1 },
	};
	static const struct e820_answer full[] = { { 0, 0x100000000, 1 } };

	read_map(pieces, 6);
	tap_ok(memmap_usable(0x2000000, 0x1800000), "three pieces in any order are one");
	tap_ok(!memmap_usable(0x37FF000, 0x2000), "a reserved page within RAM");
	tap_ok(memmap_usable(0x3801000, 0x7FF000), "behind it");
	tap_ok(!memmap_usable(0x1FFFFFF, 2), "before the first piece");
	tap_ok(!memmap_usable(0x9FC00, 1), "INT 12h is smaller than the map: it is right");
	tap_ok(memmap_find(0x1000) == 0x3FFF000, "the highest page");

	read_map(full, 1);
	tap_ok(memmap_usable(0xFFFFFFFF, 1), "RAM up to the last byte of 4 GB");
	tap_ok(memmap_find(0x100000) == 0xFFF00000, "a place just below 4 GB");
}

static void test_lies(void)
{
	static struct e820_answer many[200];
	static const struct e820_answer huge[] = { { UINT64_MAX - 10, UINT64_MAX, 1 },
						   { 0x2000000, UINT64_MAX, 1 } };

	for (unsigned int i = 0; i < 200; i++)
		many[i] = (struct e820_answer){ 0x2000000 + i * 0x1000, 0x1000, 1 };
	read_map(many, 200);
	tap_ok(memmap.ranges <= MAP_MAX, "more entries than fit");
	tap_ok(!memmap_usable(0xC8000, 1), "and the reserved ones are still there");

	memset(&bios, 0, sizeof(bios));
	bios.e820 = many;
	bios.count = 3;
	bios.endless = true;
	bios.base_kb = 639;
	memmap_read();
	tap_ok(memmap.ranges <= MAP_MAX, "a list without an end");

	read_map(huge, 2);
	tap_ok(memmap_usable(0x2000000, 0x1000), "a range that wraps in 64 bits: no harm");
}

static void test_old_bioses(void)
{
	read_map(NULL, 0);
	bios.e801 = true;
	bios.e801_ax = 0x3C00; /* 15 MB */
	bios.e801_bx = 0x0200; /* 32 MB above 16 */
	memmap_read();
	tap_ok(memmap_usable(0x1000000, 0x2000000), "E801h: above 16 MB");
	tap_ok(memmap_find(0x100000) == 0x2F00000, "E801h: the highest place");

	bios.e801 = false;
	bios.extended_kb = 31 * KB;
	memmap_read();
	tap_ok(memmap_find(0x100000) == 0x1F00000, "88h: the highest place");
	tap_ok(memmap_usable(0x10000, 0x80000), "88h: conventional memory");
}

int main(void)
{
	low_area = (struct low_area *)fake_low_space;
	test_ordinary();
	test_odd_maps();
	test_lies();
	test_old_bioses();
	return tap_done();
}
