/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot_print: the lines of boot_watch for people or programs:
 *
 *	21:40:03 aldebaran        loading 42 % of /base-2.nb
 *
 * On a terminal the progress of all hosts is one last line that is written over; elsewhere a
 * host's progress is a line each 25 %.  JSON is an object a line (NDJSON): time, host (or null), mac,
 * ip, say ("stage", "progress", "trouble"), stage, text; trouble also has code and hint, progress bytes and total.
 */
#ifndef MKDCROOT_WATCH_BOOT_PRINT_H
#define MKDCROOT_WATCH_BOOT_PRINT_H

#include "mkdcroot/watch/boot_watch.h"

#include <stdbool.h>
#include <stdio.h>

struct boot_print;

/* @out is kept, not owned. */
struct boot_print *boot_print_new(FILE *out, bool json);
/* Ends the line of progress. */
void boot_print_free(struct boot_print *p);

/* Fits boot_watch_new()'s @say with a struct boot_print as @arg.  Flushes. */
void boot_print_line(const struct boot_line *line, void *print);

/* Something else is about to be written to the terminal: take the line of progress off. */
void boot_print_clear(struct boot_print *p);

#endif
