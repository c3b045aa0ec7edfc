/* SPDX-License-Identifier: GPL-2.0-or-later */
/* console: a small state machine takes the control sequences out. */
#include "mkdcroot/try/console.h"
#include "mkdcroot/base/mem.h"

#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 1024
#define KEPT_LINES     20

/* ECMA-48: ESC; CSI is ESC [, ended by 0x40-0x7E; OSC is ESC ], ended by BEL or ESC \. */
enum state { TEXT, ESCAPE, ESCAPE_ONE, CSI, OSC, OSC_ESCAPE };

struct console {
	const struct console_mark *marks;
	size_t n_marks;
	void (*on_mark)(int id, const char *line, void *arg);
	void *arg;
	enum state state;
	bool returned; /* a CR came: the next character begins the line anew */
	char line[LINE_MAX_BYTES + 1];
	size_t len;
	char *kept[KEPT_LINES]; /* a ring; @n_kept lines were ever kept */
	size_t n_kept;
};

struct console *console_new(const struct console_mark *marks, size_t n,
			    void (*on_mark)(int id, const char *line, void *arg), void *arg)
{
	struct console *c = mem_new(sizeof(*c));

	c->marks = marks;
	c->n_marks = n;
	c->on_mark = on_mark;
	c->arg = arg;
	return c;
}

void console_free(struct console *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < KEPT_LINES; i++)
		free(c->kept[i]);
	free(c);
}

static void end_line(struct console *c)
{
	char **slot = &c->kept[c->n_kept % KEPT_LINES];

	if (strspn(c->line, " ") < c->len) {
		free(*slot);
		*slot = mem_strdup(c->line);
		c->n_kept++;
	}
	c->len = 0;
	c->line[0] = '\0';
	c->returned = false;
}

/* Only a mark that ends with the character that just came is new. */
static void look_for_marks(struct console *c)
{
	for (size_t i = 0; i < c->n_marks; i++) {
		size_t len = strlen(c->marks[i].text);

		if (len && len <= c->len &&
		    memcmp(c->line + c->len - len, c->marks[i].text, len) == 0)
			c->on_mark(c->marks[i].id, c->line, c->arg);
	}
}

static void put(struct console *c, char byte)
{
	if (c->returned)
		c->len = 0;
	c->returned = false;
	if (c->len == LINE_MAX_BYTES) {
		/* No line of text is that long; what is looked for may still come. */
		memmove(c->line, c->line + LINE_MAX_BYTES / 2, LINE_MAX_BYTES / 2);
		c->len = LINE_MAX_BYTES / 2;
	}
	c->line[c->len++] = byte;
	c->line[c->len] = '\0';
	look_for_marks(c);
}

static void take_text(struct console *c, char byte)
{
	if (byte == '\033')
		c->state = ESCAPE;
	else if (byte == '\n')
		end_line(c);
	else if (byte == '\r')
		c->returned = true;
	else if (byte == '\b' && c->len)
		c->line[--c->len] = '\0';
	else if (byte == '\t')
		put(c, ' ');
	else if ((unsigned char)byte >= ' ' && byte != 0x7F)
		put(c, byte);
}

static void take_byte(struct console *c, char byte)
{
	switch (c->state) {
	case TEXT:
		take_text(c, byte);
		break;
	case ESCAPE:
		c->state = byte == '['			? CSI
			   : byte == ']'		? OSC
			   : byte >= ' ' && byte <= '/' ? ESCAPE_ONE
							: TEXT;
		break;
	case ESCAPE_ONE:
		c->state = byte >= ' ' && byte <= '/' ? ESCAPE_ONE : TEXT;
		break;
	case CSI:
		/* A newline in the middle: it was no sequence. */
		if ((byte >= '@' && byte <= '~') || byte == '\n')
			c->state = TEXT;
		break;
	case OSC:
		c->state = byte == '\a' || byte == '\n' ? TEXT : byte == '\033' ? OSC_ESCAPE : OSC;
		break;
	case OSC_ESCAPE:
		c->state = TEXT;
		break;
	}
}

void console_take(struct console *c, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		take_byte(c, bytes[i]);
}

static void add_printable(struct strv *lines, const char *line)
{
	char *text = mem_strdup(line);

	for (char *p = text; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	strv_take(lines, text);
}

void console_last(const struct console *c, struct strv *lines)
{
	size_t first = c->n_kept > KEPT_LINES ? c->n_kept - KEPT_LINES : 0;
	bool unfinished = strspn(c->line, " ") < c->len;

	if (unfinished && c->n_kept - first == KEPT_LINES)
		first++;
	for (size_t i = first; i < c->n_kept; i++)
		add_printable(lines, c->kept[i % KEPT_LINES]);
	if (unfinished)
		add_printable(lines, c->line);
}
