/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exclude: the patterns of a profile (rsync(1), --exclude) held against a path, for what is not
 * copied by rsync.  A pattern with "/" at its beginning is anchored at the root, another one
 * matches the end of a path; "*", "?" and "[]" match no "/", "**" does; a "/" at the end wants a
 * directory.  What is below an excluded directory is excluded.
 */
#ifndef MKDCROOT_MODEL_EXCLUDE_H
#define MKDCROOT_MODEL_EXCLUDE_H

#include "mkdcroot/base/str.h"

#include <stdbool.h>
#include <stddef.h>

struct exclude;

/* @patterns must live as long as it. */
struct exclude *exclude_new(const struct strv *patterns);
void exclude_free(struct exclude **e);
#define cleanup_exclude __attribute__((cleanup(exclude_free)))

/*
 * The pattern that leaves out @path ("/etc/machine-id": "/" first, no "." or "..", no "/" at the end),
 * or NULL.  *@at: so many bytes of the path matched, fewer than all where a directory above is excluded.
 */
const char *exclude_match(struct exclude *e, const char *path, bool is_dir, size_t *at);

/* Does @pattern, as one of rsync's, match the whole of @path itself? */
bool exclude_pattern_matches(const char *pattern, const char *path, bool is_dir);

#endif
