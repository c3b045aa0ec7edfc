/* SPDX-License-Identifier: GPL-2.0-or-later */
/* marked: the block of our lines in a file of the administrator's. */

#include "mkdcroot/base/marked.h"

#include "mkdcroot/base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BEGIN_WORDS "# BEGIN mkdcroot"
#define END_WORDS   "# END mkdcroot"
#define BEGIN_LINE  BEGIN_WORDS ": written by mkdcroot; edit above or below this block\n"
/* The sentence is looked for when the file is read again. */
#define ADDED_WORDS "(the line above ended the file without a newline)"
#define BEGIN_ADDED \
	BEGIN_WORDS ": written by mkdcroot; edit above or below this block " ADDED_WORDS "\n"
#define END_LINE END_WORDS "\n"

void marked_init(struct marked *m)
{
	memset(m, 0, sizeof(*m));
	TAILQ_INIT(&m->lines);
}

void marked_free(struct marked *m)
{
	struct marked_line *line;

	while ((line = TAILQ_FIRST(&m->lines)) != NULL)
		marked_remove(m, line);
	str_free(&m->head);
	str_free(&m->begin);
	str_free(&m->end);
	str_free(&m->tail);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Does the line begin with @words, and does a word end there? */
static bool begins_with(const char *line, size_t len, const char *words)
{
	size_t n = strlen(words);

	if (len < n || memcmp(line, words, n))
		return false;
	return len == n || strchr(" \t\r\n:", line[n]);
}

/* The same for a line that somebody may have retyped: any case, any number of # and blanks. */
static bool resembles(const char *line, size_t len, const char *verb)
{
	const char *const words[] = { verb, "mkdcroot" };
	size_t i = 0;

	while (i < len && (is_blank(line[i]) || line[i] == '#'))
		i++;
	for (size_t w = 0; w < 2; w++) {
		size_t n = strlen(words[w]);

		if (len - i < n || strncasecmp(line + i, words[w], n))
			return false;
		i += n;
		if (i < len && !strchr(" \t\r\n:", line[i]))
			return false;
		while (i < len && is_blank(line[i]))
			i++;
	}
	return true;
}

enum marked_kind marked_classify(const char *line, size_t len)
{
	if (begins_with(line, len, BEGIN_WORDS))
		return MARKED_BEGIN;
	if (begins_with(line, len, END_WORDS))
		return MARKED_END;
	if (resembles(line, len, "begin") || resembles(line, len, "end"))
		return MARKED_EDITED;
	return MARKED_NONE;
}

bool marked_inside(const struct marked *m)
{
	return m->begin_line && !m->end_line;
}

static int meet_begin(struct marked *m, const char *file, unsigned int line, const char *text,
		      size_t at, size_t end, struct error *err)
{
	size_t words = strlen(ADDED_WORDS);

	if (m->begin_line)
		return error_say(err, -EINVAL,
				 "%s:%u: a second \"" BEGIN_WORDS
				 "\", the first is on line %u: leave "
				 "one block, with the lines of both",
				 file, line, m->begin_line);
	m->begin_line = line;
	str_addn(&m->head, text, at);
	str_addn(&m->begin, text + at, end - at);
	m->newline_added = at && text[at - 1] == '\n' &&
			   memmem(text + at, end - at, ADDED_WORDS, words) != NULL;
	return 0;
}

int marked_meet(struct marked *m, enum marked_kind kind, const char *file, unsigned int line,
		const char *text, size_t at, size_t end, struct error *err)
{
	switch (kind) {
	case MARKED_BEGIN:
		return meet_begin(m, file, line, text, at, end, err);
	case MARKED_END:
		if (!m->begin_line)
			return error_say(err, -EINVAL,
					 "%s:%u: \"" END_WORDS "\" without a \"" BEGIN_WORDS
					 "\" before it: put that line back where our lines begin",
					 file, line);
		if (m->end_line)
			return error_say(err, -EINVAL,
					 "%s:%u: a second \"" END_WORDS
					 "\", the first is on line %u: "
					 "remove one",
					 file, line, m->end_line);
		m->end_line = line;
		m->tail_at = end;
		str_addn(&m->end, text + at, end - at);
		return 0;
	case MARKED_EDITED:
		return error_say(
			err, -EINVAL,
			"%s:%u: this looks like a marker of mkdcroot that was edited: it has to "
			"begin with \"" BEGIN_WORDS "\" or \"" END_WORDS "\"",
			file, line);
	case MARKED_NONE:
		break;
	}
	return 0;
}

int marked_finish(struct marked *m, const char *file, const char *text, size_t len,
		  struct error *err)
{
	m->changed = false;
	if (!m->begin_line) {
		str_addn(&m->head, text, len);
		return 0;
	}
	if (!m->end_line)
		return error_say(err, -EINVAL,
				 "%s:%u: \"" BEGIN_WORDS "\" without \"" END_WORDS
				 "\": put that line back where our lines end",
				 file, m->begin_line);
	str_addn(&m->tail, text + m->tail_at, len - m->tail_at);
	return 0;
}

static void set_text(struct marked_line *line, const char *text, size_t len)
{
	free(line->text);
	line->text = mem_new(len + 1);
	memcpy(line->text, text, len);
	line->len = len;
}

struct marked_line *marked_add(struct marked *m, struct marked_line *before, const char *text,
			       size_t len)
{
	struct marked_line *line = mem_new(sizeof(*line));

	set_text(line, text, len);
	if (before)
		TAILQ_INSERT_BEFORE(before, line, link);
	else
		TAILQ_INSERT_TAIL(&m->lines, line, link);
	m->changed = true;
	return line;
}

void marked_set(struct marked *m, struct marked_line *line, const char *text, size_t len)
{
	set_text(line, text, len);
	m->changed = true;
}

void marked_remove(struct marked *m, struct marked_line *line)
{
	TAILQ_REMOVE(&m->lines, line, link);
	free(line->text);
	free(line);
	m->changed = true;
}

/* The head as it is without a block below it: a newline that came with the block goes with it. */
static size_t bare_head_len(const struct marked *m)
{
	/* Text that was put below the block since would run into the head's last line. */
	return m->newline_added && !m->tail.len ? m->head.len - 1 : m->head.len;
}

void marked_write(const struct marked *m, struct str *out)
{
	bool add_newline = m->head.len && m->head.data[m->head.len - 1] != '\n';
	struct marked_line *line;

	if (m->changed && TAILQ_EMPTY(&m->lines)) {
		str_addn(out, str_text(&m->head), bare_head_len(m));
		str_addn(out, str_text(&m->tail), m->tail.len);
		return;
	}
	str_addn(out, str_text(&m->head), m->head.len);
	if (m->begin_line || !TAILQ_EMPTY(&m->lines)) {
		if (add_newline)
			str_addc(out, '\n');
		if (m->begin_line)
			str_addn(out, m->begin.data, m->begin.len);
		else
			str_add(out, add_newline ? BEGIN_ADDED : BEGIN_LINE);
		for (line = TAILQ_FIRST(&m->lines); line; line = TAILQ_NEXT(line, link))
			str_addn(out, line->text, line->len);
		if (m->end_line)
			str_addn(out, m->end.data, m->end.len);
		else
			str_add(out, END_LINE);
	}
	str_addn(out, str_text(&m->tail), m->tail.len);
}
