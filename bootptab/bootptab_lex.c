/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bootptab_lex: where an entry of bootptab(5) ends, and what bootpd's own reading leaves of it:
 *  - a backslash takes the next character as it is; before a newline it continues the entry;
 *  - right behind a colon, white space is dropped, and behind a continuation blank lines and
 *    comments too, so that a comment can stand in the middle of an entry;
 *  - "quoted" text is taken with its newlines, and keeps its quotes for the next stage.
 */

#include "bootptab/bootptab_private.h"

#include <errno.h>
#include <string.h>

static bool is_space(int c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static int next(struct bootptab_lexer *lx)
{
	int c;

	if (lx->pos >= lx->len)
		return -1;
	c = (unsigned char)lx->text[lx->pos++];
	if (c == '\n')
		lx->line++;
	return c;
}

void bootptab_lex_comment(struct bootptab_lexer *lx)
{
	const char *end = memchr(lx->text + lx->pos, '\n', lx->len - lx->pos);

	lx->pos = end ? (size_t)(end - lx->text) + 1 : lx->len;
	lx->line += end != NULL;
}

static int store(struct bootptab_lexer *lx, struct bootptab_raw *raw, int c, struct error *err)
{
	if (!c)
		return error_say(err, -EINVAL, "%s:%u: a NUL character", lx->file, lx->line);
	if (raw->len >= BOOTPTAB_ENTRY_MAX)
		return error_say(err, -EINVAL,
				 "%s:%u: the entry is longer than %d bytes, bootpd cuts it",
				 lx->file, lx->line, BOOTPTAB_ENTRY_MAX);
	/* A newline has been counted already. */
	raw->line[raw->len] = c == '\n' ? lx->line - 1 : lx->line;
	raw->text[raw->len++] = (char)c;
	raw->text[raw->len] = '\0';
	return 0;
}

/* Behind "\<newline>" that follows a colon: blank lines and comments are passed over. */
static int skip_to_text(struct bootptab_lexer *lx, struct error *err)
{
	for (;;) {
		int c = lx->pos < lx->len ? (unsigned char)lx->text[lx->pos] : -1;

		if (c < 0) {
			lx->open_end = true;
			return 0;
		}
		if (c == '#') {
			if (marked_classify(lx->text + lx->pos, lx->len - lx->pos) != MARKED_NONE)
				return error_say(
					err, -EINVAL,
					"%s:%u: a marker of mkdcroot inside an entry: the line "
					"above must not end in a backslash",
					lx->file, lx->line);
			bootptab_lex_comment(lx);
		} else if (is_space(c)) {
			next(lx);
		} else {
			return 0;
		}
	}
}

/* The rest of "quoted text", behind the opening quote. */
static int take_quoted(struct bootptab_lexer *lx, struct bootptab_raw *raw, unsigned int line,
		       struct error *err)
{
	for (;;) {
		int c = next(lx);
		int r;

		if (c == '"')
			return store(lx, raw, c, err);
		if (c == '\\')
			c = next(lx);
		if (c < 0)
			return error_say(err, -EINVAL, "%s:%u: the quote (\") is never closed",
					 lx->file, line);
		r = store(lx, raw, c, err);
		if (r < 0)
			return r;
	}
}

/* Behind a colon.  Returns 1 when the entry ends there. */
static int after_colon(struct bootptab_lexer *lx, struct bootptab_raw *raw, struct error *err)
{
	int c;

	do {
		c = next(lx);
		if (c < 0 || c == '\n')
			return 1;
	} while (is_space(c));
	if (c == '\\') {
		c = next(lx);
		if (c < 0) {
			lx->open_end = true;
			return 1;
		}
		if (c == '\n')
			return skip_to_text(lx, err);
	}
	/* Not looked at again: a quote or a colon here is only itself. */
	return store(lx, raw, c, err);
}

int bootptab_lex_entry(struct bootptab_lexer *lx, struct bootptab_raw *raw, struct error *err)
{
	raw->len = 0;
	raw->text[0] = '\0';
	for (;;) {
		unsigned int line = lx->line;
		int c = next(lx);
		int r;

		if (c < 0 || c == '\n')
			return 0;
		if (c == '\\') {
			c = next(lx);
			if (c < 0 || (c == '\n' && lx->pos >= lx->len))
				lx->open_end = true;
			if (c < 0)
				return 0;
			r = store(lx, raw, c, err);
		} else {
			r = store(lx, raw, c, err);
			if (r == 0 && c == '"')
				r = take_quoted(lx, raw, line, err);
			else if (r == 0 && c == ':')
				r = after_colon(lx, raw, err);
		}
		if (r != 0)
			return r < 0 ? r : 0;
	}
}
