/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * place: put something at a path of a tree unless it stands there already, so that an
 * overlay's upper gets only what differs.  Whatever else stands there is replaced, but
 * never a directory by a file.
 */
#ifndef MKDCROOT_ROOT_PLACE_H
#define MKDCROOT_ROOT_PLACE_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"
#include "mkdcroot/base/tree.h"

#include <stdbool.h>

/* All return 1 when something was changed, 0 when it was there, negative errno on failure. */
int place_file(const struct tree *t, const char *path, const struct str *content,
	       const struct tree_attr *attr, struct error *err);
int place_link(const struct tree *t, const char *path, const char *target, struct error *err);

/* @keep: a directory (or a link) that is there stays as it is. */
int place_dir(const struct tree *t, const char *path, const struct tree_attr *attr, bool keep,
	      struct error *err);

/* Remove @path, with all below it. */
int place_nothing(const struct tree *t, const char *path, struct error *err);

#endif
