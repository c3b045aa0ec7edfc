/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gunzip: a stream of bytes, unpacked by zlib when it is gzip (RFC 1952), else as it is.
 * libarchive reads gzip, too, but never looks at its checksums.
 */
#ifndef MKDCROOT_ROOT_GUNZIP_H
#define MKDCROOT_ROOT_GUNZIP_H

#include <stdbool.h>
#include <sys/types.h>
#include <zlib.h>

struct gunzip {
	/* The next piece of the source: bytes, 0 at the end, -1 on a failure, which it has told. */
	ssize_t (*pull)(void *arg, const void **bytes);
	void *arg;
	bool begun, packed, member_done;
	z_stream z;
	char *out;
};

/* Free what it has; it may be used again with the same source from its beginning. */
void gunzip_end(struct gunzip *g);

/* The next piece: bytes, 0 at the end, -1 with *@problem (static; NULL when pull() failed). */
ssize_t gunzip_read(struct gunzip *g, const void **bytes, const char **problem);

#endif
