/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzes mknbi's kernel reader (rom/tools/linux_image.c) and the layout made of what it read. */
#include <stdlib.h>

#include "rom/format/nbi.h"
#include "rom/tools/linux_nbi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct linux_image image;
	struct linux_layout l;

	/* The last byte stretches the file, as if more kernel followed than is read. */
	uint64_t file_size = size + (size ? (uint64_t)data[size - 1] << 16 : 0);
	size_t head = size < LINUX_IMAGE_HEAD ? size : LINUX_IMAGE_HEAD;

	if (!linux_image_parse(data, head, file_size, "kernel", &image, &err) &&
	    !linux_layout_make(&image, 0x3600, 100, file_size * 3, "kernel", &l, &err)) {
		/* What passes can be loaded: setup below the loader, kernel whole, nothing wraps. */
		if (l.setup < NBI_LOW_LIMIT || l.setup + image.setup_size > NBI_LOADER_START ||
		    image.setup_size + (uint64_t)image.kernel_size != file_size ||
		    l.kernel + image.kernel_size < l.kernel || image.run_end < image.run_start)
			abort();
	}
	error_clear(&err);
	return 0;
}
