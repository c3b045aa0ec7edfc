/* SPDX-License-Identifier: GPL-2.0-or-later */
/* version: version numbers in what programs and kernels say of themselves. */
#ifndef MKDCROOT_BASE_VERSION_H
#define MKDCROOT_BASE_VERSION_H

#include <stdbool.h>

struct version {
	unsigned int part[3]; /* each below 1000000; missing ones are 0 */
};

/*
 * The first "N.N" or "N.N.N" in @text (a "v" before it goes), behind the word @after when it is
 * not NULL: "rsync  version 3.2.7  protocol version 31".  False when there is none.
 */
bool version_parse(struct version *v, const char *text, const char *after);

/* Negative, 0, positive as @a is older, the same, newer. */
int version_compare(const struct version *a, const struct version *b);

#endif
