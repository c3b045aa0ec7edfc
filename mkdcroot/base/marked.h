/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * marked: a block of our lines in a text file that belongs to the administrator
 *
 *	# BEGIN mkdcroot: written by mkdcroot; edit above or below this block
 *	...
 *	# END mkdcroot
 *
 * Everything outside it is kept byte for byte.  The file is cut in three: the head,
 * the lines of the block, the tail.  A block that we empty is not written, so that the last
 * line taken away leaves the file as it was before the first one was added: where a
 * newline had to be added to the head, the BEGIN line says so, and it goes away again.
 *
 * The syntax of the file is the caller's: it walks over the text and reports the
 * markers and the lines that it meets where a line of the file can begin.
 */
#ifndef MKDCROOT_BASE_MARKED_H
#define MKDCROOT_BASE_MARKED_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

/* One line of the block (or several physical ones that are continued), with its newline. */
struct marked_line {
	TAILQ_ENTRY(marked_line) link;
	char *text; /* owned */
	size_t len;
};

struct marked {
	struct str head;
	struct str
		begin; /* the marker lines as they stand in the file, empty when there are none */
	TAILQ_HEAD(marked_lines, marked_line) lines;
	struct str end;
	struct str tail;
	bool newline_added;	 /* the head's last newline is ours */
	bool changed;		 /* since it was read */
	unsigned int begin_line; /* where the markers stand, 0 when there are none */
	unsigned int end_line;
	size_t tail_at; /* offset of the tail while the text is walked over */
};

enum marked_kind {
	MARKED_NONE, /* any other line */
	MARKED_BEGIN,
	MARKED_END,
	MARKED_EDITED, /* looks like one of ours, but is not as we write it */
};

void marked_init(struct marked *m);
void marked_free(struct marked *m);

/* What is the line of @len bytes (with or without its newline)? */
enum marked_kind marked_classify(const char *line, size_t len);

/*
 * The walk has met a marker line, [@at, @end) of @text, on line @line of @file.
 * Errors (-EINVAL) "file:line: ...": a second block, END without BEGIN, an edited marker.
 */
int marked_meet(struct marked *m, enum marked_kind kind, const char *file, unsigned int line,
		const char *text, size_t at, size_t end, struct error *err);

/* Is the walk inside the block? */
bool marked_inside(const struct marked *m);

/* The walk is over: @len bytes of @text.  Error: BEGIN without END. */
int marked_finish(struct marked *m, const char *file, const char *text, size_t len,
		  struct error *err);

/* Put a line holding @len bytes of @text at the end of the block, or before @before when given. */
struct marked_line *marked_add(struct marked *m, struct marked_line *before, const char *text,
			       size_t len);
/* Give @line another text of @len bytes (copied). */
void marked_set(struct marked *m, struct marked_line *line, const char *text, size_t len);
void marked_remove(struct marked *m, struct marked_line *line);

/* Append the whole file to @out. */
void marked_write(const struct marked *m, struct str *out);

#endif
