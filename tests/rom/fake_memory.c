/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory of a small PC; see fake_memory.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rom/core/memmap.h"
#include "tests/rom/fake_memory.h"

uint8_t fake_memory[FAKE_MEMORY_SIZE];
static uint32_t written;

void fake_memory_reset(void)
{
	memset(fake_memory, 0, sizeof(fake_memory));
	written = 0;
}

uint32_t fake_memory_written(void)
{
	return written;
}

bool memmap_usable(uint32_t start, uint32_t size)
{
	uint64_t end = (uint64_t)start + (size ? size : 1);

	return (start >= 0x7C00 && end <= FAKE_LOW_END) ||
	       (start >= 0x100000 && end <= FAKE_MEMORY_END);
}

uint32_t memmap_end(void)
{
	return FAKE_MEMORY_END;
}

void memmap_write(uint32_t dest, const void *src, uint32_t len)
{
	if (!memmap_usable(dest, len)) {
		printf("not ok - wrote %u bytes to %#x, which is not free\n", len, dest);
		abort();
	}
	memcpy(fake_memory + dest, src, len);
	written += len;
}
