/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies and adjusts the 32-bit body; see relocate.h for the table's format. */
#include "rom/core/relocate.h"
#include "rom/core/mem.h"
#include "rom/entry/switch.h"

uint32_t relocate_size(void)
{
	return (uint32_t)bss_end - (uint32_t)body_start;
}

uint32_t relocate_body(uint32_t dest)
{
	uint32_t delta = dest - (uint32_t)body_start;
	uint8_t *word = (uint8_t *)dest;
	const uint8_t *table = body_end;

	memcpy((void *)dest, body_start, (uint32_t)body_end - (uint32_t)body_start);
	memset(bss_start + delta, 0, (uint32_t)bss_end - (uint32_t)bss_start);
	for (; *table != RELOCATE_END; table++) {
		if (*table == RELOCATE_SKIP) {
			word += RELOCATE_STEP;
			continue;
		}
		word += *table;
		*(uint32_t *)word += delta;
	}
	return delta;
}
