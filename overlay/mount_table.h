/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount_table: the mounts of this process's namespace, /proc/self/mountinfo read once, to look many
 * up in.
 */
#ifndef OVERLAY_MOUNT_TABLE_H
#define OVERLAY_MOUNT_TABLE_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* The topmost mount at a place. */
struct mount_entry {
	const char *target;  /* decoded; belongs to the table */
	const char *options; /* of the file system, as the kernel writes them */
	size_t order;	     /* of mounting */
};

struct mount_table {
	struct str text;
	struct mount_entry *v; /* sorted by target */
	size_t n;
};

int mount_table_read(struct mount_table *t, struct error *err);
/* The same from @text (NUL-terminated, copied), for tests. */
void mount_table_parse(struct mount_table *t, const char *text);
void mount_table_free(struct mount_table *t);
#define cleanup_mount_table __attribute__((cleanup(mount_table_free)))

/* The mount at exactly @target, or NULL. */
const struct mount_entry *mount_table_find(const struct mount_table *t, const char *target);

/* Is an overlay with the upper directory @upper mounted at @target, on top? */
bool mount_table_has(const struct mount_table *t, const char *target, const char *upper);

#endif
