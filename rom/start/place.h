/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the initrd goes: the highest place that is memory, that the kernel accepts, and that
 * nothing else needs.  Pure arithmetic, tested hosted.
 */
#ifndef ROM_START_PLACE_H
#define ROM_START_PLACE_H

#include <stdbool.h>
#include <stdint.h>

/* [start, end) of the first 4 GB; an end of 2^32 is written as 0xFFFFF000. */
struct place_range {
	uint32_t start;
	uint32_t end;
	bool usable; /* RAM; otherwise reserved, whatever another range says of it */
};

#define PLACE_ALIGN 4096u

/* True if all of [start, end) is usable and nothing of it reserved. Ranges may overlap and touch. */
bool place_is_memory(const struct place_range *map, unsigned n, uint32_t start, uint32_t end);

/*
 * Highest address, a multiple of PLACE_ALIGN and at least 1 MB, for size (not 0) bytes that end at or
 * below limit (exclusive; 0 is 4 GB), are memory, and touch none of the n_taken ranges.
 * Returns 0 if there is none.
 */
uint32_t place_find(const struct place_range *map, unsigned n, uint32_t size, uint32_t limit,
		    const struct place_range *taken, unsigned n_taken);

#endif
