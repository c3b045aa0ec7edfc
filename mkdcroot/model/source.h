/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source: where a layer comes from:
 *
 *	/			the running server
 *	/srv/tree		a directory (an image that is mounted, a chroot)
 *	/srv/tree.tar.zst	a tar archive, compressed or not, or what `docker save` writes
 *	debian:bookworm		a suite of Debian
 */
#ifndef MKDCROOT_MODEL_SOURCE_H
#define MKDCROOT_MODEL_SOURCE_H

#include "mkdcroot/base/error.h"

enum source_kind { SOURCE_SERVER, SOURCE_DIRECTORY, SOURCE_ARCHIVE, SOURCE_DEBIAN };

struct source {
	enum source_kind kind;
	const char *value; /* the path, or the suite; points into the text it was parsed from */
};

/*
 * Parse @text, which must live as long as @source.  Says what the known forms are when it is none.
 * A path is an archive when a regular file stands there; where nothing does, its name decides.
 */
int source_parse(struct source *source, const char *text, struct error *err);

#endif
