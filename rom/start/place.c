/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the initrd goes; see place.h. */
#include "rom/start/place.h"

#define FIRST_MB 0x100000u
#define TOP	 0xFFFFF000u

static bool overlap(const struct place_range *r, uint32_t start, uint32_t end)
{
	return r->start < end && start < r->end;
}

bool place_is_memory(const struct place_range *map, unsigned n, uint32_t start, uint32_t end)
{
	uint32_t reached = start;
	bool grown = true;

	for (unsigned i = 0; i < n; i++)
		if (!map[i].usable && overlap(&map[i], start, end))
			return false;
	/* The ranges come in no order and may touch: go on as long as one of them carries us further. */
	while (reached < end && grown) {
		grown = false;
		for (unsigned i = 0; i < n; i++)
			if (map[i].usable && map[i].start <= reached && map[i].end > reached) {
				reached = map[i].end;
				grown = true;
			}
	}
	return reached >= end;
}

/* The highest aligned place that ends at or below end; 0 if that is below 1 MB. */
static uint32_t below(uint32_t end, uint32_t size)
{
	uint32_t at;

	if (end < size)
		return 0;
	at = (end - size) & ~(PLACE_ALIGN - 1);
	return at < FIRST_MB ? 0 : at;
}

static bool is_free(const struct place_range *taken, unsigned n, uint32_t start, uint32_t end)
{
	for (unsigned i = 0; i < n; i++)
		if (overlap(&taken[i], start, end))
			return false;
	return true;
}

uint32_t place_find(const struct place_range *map, unsigned n, uint32_t size, uint32_t limit,
		    const struct place_range *taken, unsigned n_taken)
{
	uint32_t best = 0;

	if (!limit || limit > TOP)
		limit = TOP;
	/*
	 * The highest legal place touches something above it: the limit, the end of memory, or the
	 * start of what is reserved or taken.  So those are all the places to try.
	 */
	for (unsigned i = 0; i <= n + n_taken; i++) {
		uint32_t end = limit, at;

		if (i < n)
			end = map[i].usable ? map[i].end : map[i].start;
		else if (i < n + n_taken)
			end = taken[i - n].start;
		if (end > limit)
			end = limit;
		at = below(end, size);
		if (at > best && place_is_memory(map, n, at, at + size) &&
		    is_free(taken, n_taken, at, at + size))
			best = at;
	}
	return best;
}
