/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * generation: an immutable image of a layer.  erofs with an own UUID, so that a
 * file handle of another generation is refused cleanly, compressed with lz4.
 */
#ifndef OVERLAY_GENERATION_H
#define OVERLAY_GENERATION_H

#include "mkdcroot/base/error.h"
#include "overlay/mounts.h"

/* What mkfs.erofs is given and what came of it. */
struct generation {
	char uuid[37];	 /* of the file system */
	char sha256[65]; /* of the image, in hexadecimal */
	unsigned long long bytes;
};

/*
 * Make @image from the merged view @view (stage below, prepared files above): in a
 * private mount namespace at @mount_point, by mkfs.erofs -zlz4, to a temporary file
 * beside it, synced, checksum to @image with .sha256 instead of .erofs (in the form
 * of sha256sum(1)), then renamed.  @tick, if not NULL, is called about four times a
 * second with the bytes that the image has so far.
 */
int generation_build(const struct overlay *view, const char *mount_point, const char *image,
		     void (*tick)(unsigned long long bytes, void *arg), void *arg,
		     struct generation *g, struct error *err);

/* Compare @image with its .sha256 file; -EBADMSG names the image when it differs. */
int generation_verify(const char *image, struct error *err);

#endif
