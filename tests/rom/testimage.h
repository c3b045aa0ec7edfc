/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the test image and the program that makes it agree on. */
#ifndef TESTS_ROM_TESTIMAGE_H
#define TESTS_ROM_TESTIMAGE_H

#include <stdint.h>

#define TESTIMAGE_BASE	  0x80000u /* where the code runs */
#define TESTIMAGE_ENTRY32 0x100u
#define TESTIMAGE_HEADER  0x8F000u
#define SEARCH_END	  0x10000000u /* tests run with at most 256 MB */
#define DATA_MAGIC	  0x5E600000u /* + number of the record, from 1 */

/* The beginning of a segment of data, on a page's boundary. */
struct data_segment {
	uint32_t magic;
	uint32_t check; /* ~magic */
};

#endif
