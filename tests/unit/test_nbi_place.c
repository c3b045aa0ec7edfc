/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the start code puts the initrd (rom/start/place.c), and the layout mknbi makes (rom/tools/linux_layout.c). */
#include <errno.h>

#include "rom/start/place.h"
#include "rom/tools/linux_nbi.h"
#include "tests/unit/tap.h"

#define MB  0x100000u
#define TOP 0xFFFFF000u

/* A machine of 512 MB with a hole at 15 MB and ACPI tables at the top. */
static const struct place_range machine[] = {
	{ 0, 0x9FC00, true },	     { 0x9FC00, 0xA0000, false }, { 1 * MB, 15 * MB, true },
	{ 15 * MB, 16 * MB, false }, { 16 * MB, 511 * MB, true }, { 511 * MB, 512 * MB, false },
};
#define N 6

static void test_is_memory(void)
{
	static const struct place_range split[] = { { 2 * MB, 3 * MB, true },
						    { 1 * MB, 2 * MB, true },
						    { 3 * MB, 4 * MB, true } };

	tap_ok(place_is_memory(machine, N, 1 * MB, 15 * MB), "a whole range is memory");
	tap_ok(!place_is_memory(machine, N, 14 * MB, 17 * MB), "a hole is not");
	tap_ok(!place_is_memory(machine, N, 510 * MB, 512 * MB), "reserved is not");
	tap_ok(place_is_memory(split, 3, 1 * MB, 4 * MB),
	       "ranges that touch, in any order, are one");
	tap_ok(!place_is_memory(split, 3, 1 * MB, 4 * MB + 1), "but not beyond them");
	tap_ok(!place_is_memory(NULL, 0, 1 * MB, 2 * MB), "without a map there is no memory");
}

static void test_find(void)
{
	const struct place_range taken[] = { { 1 * MB, 9 * MB, false },
					     { 16 * MB, 64 * MB, false } };
	static const struct place_range bios[] = { { 1 * MB, 64 * MB, true },
						   { 60 * MB, 61 * MB, false } };

	tap_ok(place_find(machine, N, 10 * MB, 0, taken, 2) == 501 * MB,
	       "as high as there is memory");
	tap_ok(place_find(machine, N, 10 * MB + 1, 0, taken, 2) == 501 * MB - 4096, "page aligned");
	tap_ok(place_find(machine, N, 10 * MB, 100 * MB, taken, 2) == 90 * MB, "below the limit");
	tap_ok(place_find(machine, N, 10 * MB, 70 * MB, taken, 2) == 0,
	       "no place between what is taken");
	tap_ok(place_find(machine, N, 5 * MB, 68 * MB, taken, 2) == 10 * MB,
	       "under what is taken, if there is room");
	tap_ok(place_find(machine, N, 500 * MB, 0, taken, 2) == 0, "too large");
	tap_ok(place_find(machine, N, 0xFFFFF000u, 0, taken, 2) == 0, "far too large");
	tap_ok(place_find(bios, 2, 4 * MB, 0, NULL, 0) == 56 * MB,
	       "a reserved range inside a usable one counts");
	tap_ok(place_find(bios, 2, 3 * MB, 0, NULL, 0) == 61 * MB, "above it, if there is room");
}

/* Nothing found may ever touch what is taken: all sizes and limits of a small machine. */
static void test_find_all(void)
{
	const struct place_range map[] = { { 1 * MB, 8 * MB, true }, { 9 * MB, 13 * MB, true } };
	const struct place_range taken[] = { { 2 * MB, 4 * MB, false },
					     { 10 * MB, 11 * MB, false } };
	unsigned wrong = 0, found = 0;

	for (uint32_t size = MB / 2; size < 8 * MB; size += MB / 2)
		for (uint32_t limit = 1 * MB; limit < 14 * MB; limit += MB / 2) {
			uint32_t at = place_find(map, 2, size, limit, taken, 2), better = 0;

			for (uint32_t a = limit; a >= 1 * MB && !better; a -= MB / 2)
				if (a + size <= limit && place_is_memory(map, 2, a, a + size) &&
				    !(a < 4 * MB && a + size > 2 * MB) &&
				    !(a < 11 * MB && a + size > 10 * MB))
					better = a;
			wrong += at != better;
			found += at != 0;
		}
	tap_ok(!wrong && found > 100, "the same as trying every place (%u found)", found);
}

static struct linux_image image_of(unsigned protocol, bool big)
{
	return (struct linux_image){ .protocol = protocol,
				     .big = big,
				     .setup_size = 0x3000,
				     .kernel_size = big ? 8 * MB + 100 : 300000,
				     .initrd_max = 0x37FFFFFF,
				     .cmdline_max = 255,
				     .run_start = 16 * MB,
				     .run_end = 50 * MB };
}

/* The layout is refused, in words. */
static void refused(const struct linux_image *image, uint64_t initrd, const char *name)
{
	cleanup_error struct error err = ERROR_INIT;
	struct linux_layout l;
	int rc = linux_layout_make(image, 0x3600, 100, initrd, "k", &l, &err);

	tap_ok(rc == -EFBIG, "%s: %s", name, error_text(&err));
}

static void test_layout(void)
{
	cleanup_error struct error err = ERROR_INIT;
	struct linux_image image = image_of(0x20F, true);
	struct linux_layout l;

	tap_ok(!linux_layout_make(&image, 0x3600, 100, 60 * MB, "k", &l, &err), "bzImage 2.15");
	tap_ok(l.setup == 0x10000 && l.kernel == MB && l.initrd == 9 * MB + 4096,
	       "setup low, kernel at 1 MB, initrd on the next page");
	image = image_of(0x201, true);
	tap_ok(!linux_layout_make(&image, 0x3600, 100, 0, "k", &l, &err) && l.setup == 0x90000,
	       "bzImage 2.01 has its setup at 0x90000");
	image = image_of(0x200, false);
	tap_ok(!linux_layout_make(&image, 0x3600, 100, 0, "k", &l, &err) && l.header == 0x8C000 &&
		       l.kernel == 0x10000,
	       "zImage: start code between kernel and setup");
	image.kernel_size = 0x7FFFF;
	tap_ok(!linux_layout_make(&image, 0x3600, 100, 0, "k", &l, &err) && l.header == 0x94000,
	       "a large zImage: start code behind setup");
	image.setup_size = 0x7000;
	refused(&image, 0, "a large zImage with a large setup");
	image = image_of(0x20F, true);
	refused(&image, 870ull * MB, "initrd too large");
	refused(&image, 1ull << 33, "initrd of 8 GB");
}

int main(void)
{
	test_is_memory();
	test_find();
	test_find_all();
	test_layout();
	return tap_done();
}
