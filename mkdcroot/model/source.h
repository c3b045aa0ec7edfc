/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source: where a layer comes from: "debian:bookworm", or an absolute directory (an image that is mounted, a chroot). */
#ifndef MKDCROOT_MODEL_SOURCE_H
#define MKDCROOT_MODEL_SOURCE_H

#include "mkdcroot/base/error.h"

enum source_kind { SOURCE_DIRECTORY, SOURCE_DEBIAN };

struct source {
	enum source_kind kind;
	const char
		*value; /* the directory, or the suite; points into the text it was parsed from */
};

/* Parse @text, which must live as long as @source.  Says what the known forms are when it is none. */
int source_parse(struct source *source, const char *text, struct error *err);

#endif
