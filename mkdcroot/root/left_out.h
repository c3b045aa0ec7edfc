/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * left_out: what a layer did not get from its source, and why.  Kept beside the layer's
 * stage, so that an administrator who misses something finds out.
 */
#ifndef MKDCROOT_ROOT_LEFT_OUT_H
#define MKDCROOT_ROOT_LEFT_OUT_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"
#include "mkdcroot/root/volumes.h"

#include <jansson.h>

struct left_out {
	struct strv paths;	 /* "/etc/machine-id", in the order of the copying */
	struct strv rules;	 /* the pattern for each */
	struct volumes *volumes; /* the caller's: of a running server; or NULL */
};

#define LEFT_OUT_INIT                      \
	{                                  \
		STRV_INIT, STRV_INIT, NULL \
	}

void left_out_add(struct left_out *l, const char *path, const char *rule);
void left_out_free(struct left_out *l);
#define cleanup_left_out __attribute__((cleanup(left_out_free)))

/* A line of the log about it; file systems one a line, paths only with --verbose. */
void left_out_tell(const struct left_out *l);

/*
 * { "file_systems": [{ "target", "type", "source", "why" (null: taken) }],
 *   "paths": [{ "path", "rule" }] }; the caller owns the reference.
 */
json_t *left_out_json(const struct left_out *l);

#endif
