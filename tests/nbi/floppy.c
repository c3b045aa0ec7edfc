/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries the RAM disk it was booted from, and what DOS would ask of it.  The disk is 1.44 MB; the first bytes of
 * every sector from number 36 on are its number.
 */
#include "rom/start/bios.h"

void floppy_main(void);

#define BUFFER	0x20000u
#define SECTORS 2880u
#define MAP_MAX 32

static struct place_range map[MAP_MAX];
static uint8_t sector[512];
static unsigned failures;

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	failures++;
	print_text("floppy: wrong: ");
	print_text(what);
	print_text("\n");
}

/* INT 13h for drive 0; buffer linear. Returns AH and carry as bit 8. */
static unsigned disk(uint8_t function, uint8_t count, unsigned lba, uint32_t buffer)
{
	struct bios_regs regs = { .eax = (uint32_t)function << 8 | count };
	unsigned cylinder = lba / 36, head = lba / 18 % 2;

	regs.ecx = 0x77770000u | cylinder << 8 | (lba % 18 + 1);
	regs.edx = 0x66660000u | head << 8;
	regs.ebx = 0x55550000u | (buffer & 15);
	regs.es = (uint16_t)(buffer >> 4);
	bios_call(0x13, &regs);
	return (regs.eax >> 8 & 0xFF) | (regs.flags & BIOS_CARRY) << 8;
}

static uint32_t number_at(uint32_t at)
{
	uint32_t value;

	mem_copy(linear_of(&value), at, sizeof(value));
	return value;
}

static void test_parameters(void)
{
	struct bios_regs regs = { .eax = 0x0800 };

	bios_call(0x13, &regs);
	check(!(regs.flags & BIOS_CARRY), "AH=08h fails");
	check((regs.ecx & 0xFFFF) == (79 << 8 | 18), "cylinders and sectors");
	check((regs.edx & 0xFFFF) == (1 << 8 | 1), "heads and drives");
	check((regs.ebx & 0xFF) == 4, "drive type");
	regs = (struct bios_regs){ .eax = 0x1500 };
	bios_call(0x13, &regs);
	check((regs.eax >> 8 & 0xFF) == 1 && !(regs.flags & BIOS_CARRY), "AH=15h");
}

static void test_read(void)
{
	bool ok = true;

	for (unsigned lba = 36; lba + 18 <= SECTORS; lba += 18) {
		ok = ok && disk(2, 18, lba, BUFFER + 16 * 7) == 0;
		for (unsigned i = 0; i < 18; i++)
			ok = ok && number_at(BUFFER + 16 * 7 + i * 512) == lba + i;
	}
	check(ok, "reading every track");
	check(disk(2, 128, 100, BUFFER) == 0 && number_at(BUFFER + 127 * 512) == 227,
	      "64 KB at once");
	check(disk(4, 18, 36, BUFFER) == 0, "verify");
	check(disk(0, 0, 0, 0) == 0, "reset");
}

static void test_write(void)
{
	for (unsigned i = 0; i < sizeof(sector); i++)
		sector[i] = (uint8_t)(i ^ 0x5A);
	mem_copy(BUFFER, linear_of(sector), sizeof(sector));
	check(disk(3, 1, 2000, BUFFER) == 0, "write");
	check(disk(2, 3, 1999, BUFFER + 0x1000) == 0, "read back");
	check(number_at(BUFFER + 0x1000) == 1999 && number_at(BUFFER + 0x1400) == 2001,
	      "neighbours as they were");
	check(number_at(BUFFER + 0x1200) == 0x59585B5A, "written sector");
}

static void test_errors(void)
{
	struct bios_regs regs = { .eax = 0x0201, .ecx = 0 };

	check(disk(2, 1, SECTORS, BUFFER) == 0x104, "behind the end");
	check(disk(2, 2, SECTORS - 1, BUFFER) == 0x104, "across the end");
	check(disk(1, 0, 0, 0) == 0x104, "last status");
	check(disk(2, 0, 36, BUFFER) == 0x101, "no sectors");
	check(disk(2, 129, 36, BUFFER) == 0x101, "more than 64 KB");
	check(disk(0x41, 0, 0, 0) == 0x101, "no extensions");
	check(disk(0x06, 0, 0, 0) == 0x101, "no such function");
	bios_call(0x13, &regs);
	check(regs.flags & BIOS_CARRY, "sector 0");
	regs = (struct bios_regs){ .eax = 0x0201, .ecx = 1, .edx = 1 };
	bios_call(0x13, &regs);
	check(regs.flags & BIOS_CARRY, "drive 1 is the BIOS's, and there is none");
}

/* 64 MB machine: the disk's 1440 KB are at the end of memory, and nobody tells of them. */
static void test_memory(void)
{
	struct bios_regs regs = { .eax = 0xE801 };
	unsigned n = memory_map(map, MAP_MAX);
	uint32_t end = 0;

	for (unsigned i = 0; i < n; i++)
		if (map[i].usable && map[i].end > end)
			end = map[i].end;
	check(end == 0x3E78000, "end of memory by E820h");
	bios_call(0x15, &regs);
	check((regs.eax & 0xFFFF) == 0x3C00 && (regs.ebx & 0xFFFF) == (0x3E78000 - 0x1000000) >> 16,
	      "E801h");
	regs = (struct bios_regs){ .eax = 0x8800 };
	bios_call(0x15, &regs);
	check((regs.eax & 0xFFFF) == (0x3E78000 - 0x100000) >> 10, "88h");
	check(memory_low_end() < 0x9FC00 && memory_low_end() > 0x9E000, "conventional memory");
	check(place_is_memory(map, n, 0x1000, memory_low_end()) &&
		      !place_is_memory(map, n, 0x1000, memory_low_end() + 1024),
	      "conventional memory by E820h");
}

void floppy_main(void)
{
	print_init();
	test_parameters();
	test_read();
	test_write();
	test_errors();
	test_memory();
	if (!failures)
		print_text("floppy: all well\n");
}
