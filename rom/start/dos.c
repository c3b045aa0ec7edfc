/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Start code of a floppy image: makes it drive 0 and boots from it.
 *
 *      memory map -> place_find() -> image to the top of memory
 *      resident part -> top of conventional memory, into INT 13h and 15h
 *      boot sector -> 0x7C00
 */
#include <stddef.h>

#include "rom/start/bios.h"
#include "rom/start/place.h"
#include "rom/start/resident.h"

void enter_boot_sector(void) __attribute__((noreturn));
void start_main(uint32_t header, uint32_t reply);

#define MAP_MAX	       (RESIDENT_MAP_MAX - 1) /* cutting the image out may make one more */
#define ONE_MB	       0x100000u
#define SIXTEEN_MB     0x1000000u
#define BOOT_SECTOR    0x7C00u
#define VECTOR(n)      ((n)*4u)
#define BDA_EQUIPMENT  0x410u
#define BDA_MEMORY     0x413u /* KB of conventional memory */
#define FLOPPY_PRESENT 0x0001u

static struct place_range map[MAP_MAX];
static unsigned map_n;

static void add_entry(uint32_t start, uint32_t end, bool usable)
{
	struct resident_map *m = &resident.map[resident.map_n];

	if (start >= end || resident.map_n == RESIDENT_MAP_MAX)
		return;
	m->base = start;
	m->length = end - start;
	m->type = usable ? 1 : 2;
	resident.map_n++;
}

/* The BIOS's map without the image and without the resident part. */
static void make_map(uint32_t low_end, uint32_t image, uint32_t image_end)
{
	for (unsigned i = 0; i < map_n; i++) {
		struct place_range r = map[i];

		if (r.usable && r.start < low_end && r.end > low_end && r.end <= ONE_MB)
			r.end = low_end;
		if (r.usable && r.start < image_end && image < r.end) {
			add_entry(r.start, image, true);
			r.start = image_end;
		}
		add_entry(r.start, r.end, r.usable);
	}
}

/* End of the memory that begins at start, as the map left to DOS has it. */
static uint32_t end_of(uint32_t start)
{
	for (unsigned i = 0; i < resident.map_n; i++) {
		const struct resident_map *m = &resident.map[i];

		if (m->type == 1 && m->base <= start && start < m->base + m->length)
			return m->base + m->length;
	}
	return start;
}

/* The two older calls tell the same in less detail. */
static void make_sizes(void)
{
	uint32_t end = end_of(ONE_MB), low = (end - ONE_MB) >> 10;

	resident.k88 = (uint16_t)(low > 0xFC00 ? 0xFC00 : low);
	resident.e801_low = (uint16_t)(low > 0x3C00 ? 0x3C00 : low);
	resident.e801_high = (uint16_t)((end_of(SIXTEEN_MB) - SIXTEEN_MB) >> 16);
}

static uint16_t peek16(uint32_t at)
{
	uint16_t value;

	mem_copy(linear_of(&value), at, sizeof(value));
	return value;
}

static void poke(uint32_t at, const void *data, uint32_t bytes)
{
	mem_copy(at, linear_of(data), bytes);
}

static void hook(uint8_t number, uint32_t *old, uint16_t entry, uint32_t base)
{
	uint32_t vector = (base >> 4) << 16 | entry;

	mem_copy(linear_of(old), VECTOR(number), 4);
	poke(VECTOR(number), &vector, 4);
}

/* Puts the resident part to base and into the BIOS's calls. */
static void install(uint32_t base, uint32_t size)
{
	uint16_t kb = (uint16_t)(base >> 10);
	uint16_t equipment = peek16(BDA_EQUIPMENT) | FLOPPY_PRESENT;

	hook(0x13, &resident.old13, resident.entry13, base);
	hook(0x15, &resident.old15, resident.entry15, base);
	poke(base, &resident, size);
	poke(BDA_MEMORY, &kb, sizeof(kb));
	poke(BDA_EQUIPMENT, &equipment, sizeof(equipment));
}

static void no_memory(uint32_t size)
{
	print_text("mknbi: not enough memory for a RAM disk of ");
	print_size(size);
	print_text("\n");
}

void start_main(uint32_t header, uint32_t reply)
{
	const struct start_dos *p = (const struct start_dos *)(uintptr_t)start_params;
	uint32_t size = resident_size, base, image;
	uint32_t rounded;

	(void)header;
	(void)reply;
	print_init();
	if (!start_params || p->magic != START_DOS_MAGIC || !a20_enable()) {
		print_text("mknbi: this image is damaged, or the A20 gate does not open\n");
		return;
	}
	map_n = memory_map(map, MAP_MAX);
	rounded = (p->image_size + PLACE_ALIGN - 1) & ~(PLACE_ALIGN - 1);
	image = place_find(map, map_n, rounded, 0, NULL, 0);
	/* Whole kilobytes: DOS knows nothing finer. */
	base = (memory_low_end() - size) & ~0x3FFu;
	if (!image || base < 0x80000u) {
		no_memory(p->image_size);
		return;
	}
	print_text("mknbi: drive A: is a RAM disk of ");
	print_size(p->image_size);
	print_text(" at ");
	print_hex(image);
	print_text("\n");
	resident.image = image;
	resident.total = p->image_size / 512;
	resident.cylinders = p->cylinders;
	resident.heads = p->heads;
	resident.sectors = p->sectors;
	resident.type = (uint8_t)p->drive_type;
	make_map(base, image, image + rounded);
	make_sizes();
	mem_copy(image, p->image, p->image_size);
	install(base, size);
	mem_copy(BOOT_SECTOR, image, 512);
	enter_boot_sector();
}
