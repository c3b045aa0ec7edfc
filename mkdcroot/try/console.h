/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * console: what a host's serial console says, as a stream of bytes that come in pieces of any
 * size.  Terminal control sequences (ECMA-48) are taken out, lines are kept, and given texts are
 * found as soon as their last byte is there: a login prompt has no newline behind it.
 * The host writes what it likes: memory is bounded (tests/fuzz/fuzz_console.c).
 */
#ifndef MKDCROOT_TRY_CONSOLE_H
#define MKDCROOT_TRY_CONSOLE_H

#include "mkdcroot/base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* The longest text that can be looked for, in bytes. */
#define CONSOLE_MARK_MAX 200

struct console_mark {
	const char *text; /* within one line; 1 to CONSOLE_MARK_MAX bytes */
	int id;		  /* the caller's */
};

struct console;

/*
 * @marks (kept, not owned; @n of them) are what is looked for.  @on_mark is called each time one is
 * complete, with the line as far as it has come.
 */
struct console *console_new(const struct console_mark *marks, size_t n,
			    void (*on_mark)(int id, const char *line, void *arg), void *arg);
void console_free(struct console *c);

void console_take(struct console *c, const char *bytes, size_t len);

/* Append the last lines (at most 20, empty ones left out, the unfinished one included), printable ASCII only. */
void console_last(const struct console *c, struct strv *lines);

#endif
