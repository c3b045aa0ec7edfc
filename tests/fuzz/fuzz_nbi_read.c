/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzes disnbi's reader (rom/tools/nbi_read.c, nbi_linux.c): the input is a file. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rom/tools/nbi_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	static struct nbi_linux linux_part;
	struct error err = ERROR_INIT;
	struct nbi_image image;

	if (fd < 0)
		fd = memfd_create("image", 0);
	if (fd < 0 || ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	if (nbi_image_read(fd, "image", &image, &err))
		abort();
	/* An image that passes holds what the reader promises. */
	for (size_t i = 0; !image.n_problems && i < image.n_segments; i++)
		if (image.segments[i].offset + image.segments[i].image_length > size)
			abort();
	nbi_linux_read(fd, &image, &linux_part);
	if (strlen(linux_part.command_line) >= sizeof(linux_part.command_line))
		abort();
	nbi_image_free(&image);
	error_clear(&err);
	return 0;
}
