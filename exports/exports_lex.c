/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exports_lex: the characters and words of exports(5), with the quirks of nfs-utils:
 * a continuation is one space even inside quotes, an octal escape is decoded as soon
 * as its third digit is there, a comment begins only where a word could.
 */

#include "exports/exports_private.h"

#include <errno.h>
#include <string.h>

int exports_lex_next(struct exports_lexer *lx)
{
	char c;

	if (lx->pos >= lx->len)
		return -1;
	c = lx->text[lx->pos++];
	if (c == '\n')
		lx->line++;
	if (c != '\\')
		return (unsigned char)c;
	if (lx->pos >= lx->len) {
		lx->open_end = true;
		return '\\';
	}
	if (lx->text[lx->pos] != '\n')
		return '\\';
	lx->pos++;
	lx->line++;
	lx->continued = true;
	while (lx->pos < lx->len && (lx->text[lx->pos] == ' ' || lx->text[lx->pos] == '\t'))
		lx->pos++;
	if (lx->pos >= lx->len)
		lx->open_end = true;
	return ' ';
}

int exports_lex_skip(struct exports_lexer *lx)
{
	for (;;) {
		struct exports_lexer before = *lx;
		int c = exports_lex_next(lx);

		if (c == ' ' || c == '\t')
			continue;
		/* Not taken; but that a continuation ended the text is worth knowing. */
		lx->pos = before.pos;
		lx->line = before.line;
		return c;
	}
}

void exports_lex_comment(struct exports_lexer *lx)
{
	const char *end = memchr(lx->text + lx->pos, '\n', lx->len - lx->pos);

	if (end) {
		lx->pos = (size_t)(end - lx->text) + 1;
		lx->line++;
	} else {
		lx->pos = lx->len;
	}
}

static bool is_space(int c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* Decode \ooo at the end of @word, behind @from. */
static void decode_octal(struct str *word, size_t from)
{
	const char *p;
	int value;

	if (word->len - from < 4)
		return;
	p = word->data + word->len - 4;
	if (p[0] != '\\' || !is_octal(p[1]) || !is_octal(p[2]) || !is_octal(p[3]))
		return;
	value = (p[1] - '0') * 64 + (p[2] - '0') * 8 + (p[3] - '0');
	if (value > 255)
		return;
	word->len -= 4;
	str_addc(word, (char)value);
}

int exports_lex_word(struct exports_lexer *lx, struct str *word, struct error *err)
{
	unsigned int line = lx->line;
	size_t from = word->len;
	bool quoted = false;

	for (;;) {
		struct exports_lexer before = *lx;
		int c = exports_lex_next(lx);

		if (c < 0 && quoted)
			return error_say(err, -EINVAL, "%s:%u: the quote (\") is never closed",
					 lx->file, line);
		if (c == '\n' && !quoted) {
			lx->pos = before.pos;
			lx->line = before.line;
		}
		if (c < 0 || (!quoted && is_space(c)))
			break;
		if (c == '"') {
			quoted = !quoted;
			continue;
		}
		str_addc(word, (char)c);
		decode_octal(word, from);
	}
	if (word->len == from)
		return error_say(err, -EINVAL, "%s:%u: an empty word (\"\")", lx->file, line);
	if (memchr(word->data + from, 0, word->len - from))
		return error_say(err, -EINVAL, "%s:%u: a NUL character", lx->file, line);
	return 0;
}
