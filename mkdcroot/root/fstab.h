/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fstab: fstab(5) of a server turned into that of a diskless host.  Dropped: `/` (the
 * kernel has mounted it, over NFSv3 or v4; without a line nothing remounts it with the
 * wrong options), swap, everything on a local disk (/dev/..., UUID=, LABEL=, PARTUUID=,
 * PARTLABEL=, ID=, ZFS and the like, images mounted by loop) and what is mounted from below a
 * dropped mount point (binds).  All other lines and comments stay as they are.
 */
#ifndef MKDCROOT_ROOT_FSTAB_H
#define MKDCROOT_ROOT_FSTAB_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"

#include <stdbool.h>

/*
 * @text: the old table ("" for none), @name: what messages call it.
 * @add: lines to be there at the end ("SOURCE TARGET TYPE [OPTIONS [FREQ PASS]]"); one of @text
 * with the same target gives way to it.
 * @out: the new table is appended.  @dropped, unless NULL: "TARGET (why): LINE" for each line left
 * out. A line of @text that cannot be read is dropped and reported: the text comes from a tree that
 * is not trusted.  A bad line in @add is -EINVAL.
 */
int fstab_rewrite(const char *text, const char *name, const struct strv *add, struct str *out,
		  struct strv *dropped, struct error *err);

/* Is a file system mounted at @target or above it (not "/") by the table @text? */
bool fstab_covers(const char *text, const char *target);

#endif
