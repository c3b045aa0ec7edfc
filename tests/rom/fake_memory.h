/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory of a small PC for hosted tests of the image loader: implements
 * rom/core/memmap.h over an array.  A write outside what memmap_usable() allows,
 * or over the loader, ends the test program.
 */
#ifndef TESTS_ROM_FAKE_MEMORY_H
#define TESTS_ROM_FAKE_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/* RAM is [0x7C00, FAKE_LOW_END) and [0x100000, FAKE_MEMORY_END); the loader sits at the top. */
#define FAKE_LOW_END	 0x9FC00u
#define FAKE_MEMORY_SIZE 0x500000u
#define FAKE_MEMORY_END	 (FAKE_MEMORY_SIZE - 0x10000u)

extern uint8_t fake_memory[FAKE_MEMORY_SIZE];

/* Zeroes the memory and the count. */
void fake_memory_reset(void);

/* Bytes written since then. */
uint32_t fake_memory_written(void);

#endif
