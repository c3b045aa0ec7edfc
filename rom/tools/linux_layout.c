/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the parts of a Linux image go in memory; see linux_nbi.h. */
#include "rom/tools/linux_nbi.h"

#include <errno.h>

#include "rom/format/nbi.h"
#include "rom/start/place.h"

#define ONE_MB	    0x100000u
#define ZIMAGE_BASE 0x10000u
#define PAGE	    4096u

/*
 * The layouts below 1 MB, best first.  Kernels before protocol 2.02 want their setup at 0x90000, a zImage's
 * kernel proper fills what is below that, and nothing may be loaded from 0x98000 on
 * (NBI_LOADER_START).  The heap, the stack and the command line are only used when the
 * loader and the start code are gone, so these may be above it or over the start code.
 */
static const struct low_layout {
	bool big;
	unsigned min_protocol;
	uint32_t setup, setup_room;
	uint32_t header, header_end; /* header, start code and parameters */
	uint32_t heap_end;
	uint32_t command_line, low_end;
} low_layouts[] = {
	{ true, 0x202, 0x10000, 0xC000, 0x20000, 0x30000, 0xE000, 0x1E000, 0x30000 },
	{ true, 0x200, 0x90000, 0x8000, 0x20000, 0x30000, 0x9000, 0x99000, 0x9A000 },
	{ false, 0x200, 0x90000, 0x8000, 0x8C000, 0x90000, 0x9000, 0x99000, 0x9A000 },
	{ false, 0x200, 0x90000, 0x4000, 0x94000, 0x98000, 0x9000, 0x99000, 0x9A000 },
};

static bool low_fits(const struct low_layout *low, const struct linux_image *image, uint32_t needed)
{
	return low->big == image->big && image->protocol >= low->min_protocol &&
	       image->setup_size <= low->setup_room && needed <= low->header_end - low->header &&
	       (image->big || ZIMAGE_BASE + image->kernel_size <= low->header ||
		low->header >= low->setup);
}

static const struct low_layout *find_low(const struct linux_image *image, uint32_t needed)
{
	for (size_t i = 0; i < sizeof(low_layouts) / sizeof(low_layouts[0]); i++)
		if (low_fits(&low_layouts[i], image, needed))
			return &low_layouts[i];
	return NULL;
}

/* Would the start code find a place for the initrd in a machine with as much memory as there can be? */
static int check_initrd(const struct linux_image *image, const struct linux_layout *layout,
			uint64_t size, const char *name, struct error *err)
{
	const struct place_range all = { ONE_MB, 0xFFFFF000u, true };
	const struct place_range taken[] = {
		{ layout->kernel, layout->kernel + image->kernel_size, false },
		{ image->run_start, image->run_end, false },
	};

	if (!size)
		return 0;
	if (size >= image->initrd_max || layout->initrd + size > 0xFFFFF000u ||
	    !place_find(&all, 1, (uint32_t)size, image->initrd_max + 1, taken, 2))
		return error_say(err, -EFBIG,
				 "%s: an initrd of %llu bytes is too large: this kernel takes it "
				 "below 0x%x, outside of 0x%x to 0x%x",
				 name, (unsigned long long)size, image->initrd_max,
				 image->run_start, image->run_end);
	return 0;
}

int linux_layout_make(const struct linux_image *image, uint32_t start_memory, uint32_t params_size,
		      uint64_t initrd_size, const char *name, struct linux_layout *layout,
		      struct error *err)
{
	uint32_t needed = NBI_HEADER_SIZE + start_memory + params_size;
	const struct low_layout *low = find_low(image, needed);

	if (!low)
		return error_say(
			err, -EFBIG,
			"%s: %u bytes of setup and %u of start code and command line do not "
			"fit below 640 KB beside this kernel",
			name, image->setup_size, needed);
	layout->header = low->header;
	layout->start = low->header + NBI_HEADER_SIZE;
	layout->params = layout->start + start_memory;
	layout->setup = low->setup;
	layout->heap_end = low->heap_end;
	layout->command_line = low->command_line;
	layout->low_end = low->low_end;
	layout->kernel = image->big ? ONE_MB : ZIMAGE_BASE;
	layout->initrd = ONE_MB;
	if (image->big)
		layout->initrd = (ONE_MB + image->kernel_size + PAGE - 1) & ~(PAGE - 1);
	return check_initrd(image, layout, initrd_size, name, err);
}
