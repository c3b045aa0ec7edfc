/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzzes the image loader (rom/core/nbi.c): the input is the file, fed in pieces.  The fake memory
 * ends the program when anything is written where it may not be.
 */
#include <stdlib.h>
#include <string.h>
#include "rom/core/image.h"
#include "tests/rom/fake_memory.h"
#include "tests/rom/fake_net.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct image image;
	/* Deterministic, but not the same for all inputs. */
	uint32_t step = size ? 1 + data[size - 1] * 6u : 1, before;
	int result = 0;

	fake_reset();
	image_begin(&image);
	before = fake_memory_written();
	for (size_t at = 0; at < size && !result; at += step)
		result = image_data(&image, data + at,
				    (uint32_t)(size - at < step ? size - at : step));
	if (!result)
		image_end(&image);
	/* No byte of the file is written twice, and its end brings none. */
	if (fake_memory_written() - before > size || memchr(fake.output, 27, fake.output_len))
		abort();
	return 0;
}
