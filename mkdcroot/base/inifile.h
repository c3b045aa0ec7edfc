/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inifile: INI files by libinih, with what Debian's build of it leaves out: line
 * numbers, and an error for a line that its buffer would cut (INIFILE_LINE_MAX).
 *
 * Form: [section], key = value, comments after ; or # at the beginning of a line
 * and after " ;" behind a value; a line that begins with a blank continues the value
 * before it (the handler is called again with the same key).
 */
#ifndef MKDCROOT_BASE_INIFILE_H
#define MKDCROOT_BASE_INIFILE_H

#include "mkdcroot/base/error.h"

#include <stddef.h>

/* Bytes of the longest line, its newline not counted. */
#define INIFILE_LINE_MAX 197

/*
 * What is done with one "key = value" in line @line of [section] ("" before the
 * first).  A problem goes to @err without file and line; they are put before it.
 */
typedef int (*inifile_fn)(void *arg, const char *section, const char *key, const char *value,
			  unsigned int line, struct error *err);

/*
 * Parse @len bytes of @text, the contents of @path.  Goes through to the end; all
 * problems are in the message, one a line, each "path:line: ...".  -EINVAL if any.
 */
int inifile_parse(const char *path, const char *text, size_t len, inifile_fn fn, void *arg,
		  struct error *err);

#endif
