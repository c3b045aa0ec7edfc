/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inifile: the reader handed to libinih counts the lines. */
#include "mkdcroot/base/inifile.h"
#include "mkdcroot/base/str.h"

#include <errno.h>
#include <ini.h>
#include <string.h>

struct reading {
	const char *path;
	const char *p, *end; /* what is left to read */
	unsigned int line;   /* number of the line read last */
	inifile_fn fn;
	void *arg;
	struct str problems;
};

static void problem(struct reading *r, const char *text)
{
	str_addf(&r->problems, "%s%s:%u: %s", r->problems.len ? "\n" : "", r->path, r->line, text);
}

/* As fgets(3): libinih asks for one line at a time. */
static char *read_line(char *buf, int size, void *stream)
{
	struct reading *r = stream;
	const char *eol;
	size_t len;

	if (r->p == r->end)
		return NULL;
	r->line++;
	eol = memchr(r->p, '\n', (size_t)(r->end - r->p));
	len = (size_t)((eol ? eol : r->end) - r->p);
	if (memchr(r->p, '\0', len)) {
		problem(r, "a NUL byte stands in it");
		size = 1;
	} else if (len > INIFILE_LINE_MAX || len + 2 > (size_t)size) {
		problem(r, "the line has more than 197 characters");
		size = 1;
	}
	if (size > 1) {
		memcpy(buf, r->p, len);
		buf[len++] = '\n';
		buf[len] = '\0';
		len--;
	} else {
		/* The line is blamed already: hand on an empty one. */
		buf[0] = '\0';
	}
	r->p = eol ? eol + 1 : r->end;
	return buf;
}

static int take(void *user, const char *section, const char *key, const char *value)
{
	struct reading *r = user;
	cleanup_error struct error err = ERROR_INIT;

	if (!r->fn(r->arg, section, key, value, r->line, &err))
		return 1;
	problem(r, error_text(&err));
	return 1;
}

int inifile_parse(const char *path, const char *text, size_t len, inifile_fn fn, void *arg,
		  struct error *err)
{
	struct reading r = { .path = path, .p = text, .end = text + len, .fn = fn, .arg = arg };
	int bad = ini_parse_stream(read_line, &r, take, &r);

	if (bad > 0) {
		r.line = (unsigned int)bad;
		problem(&r, "neither [section] nor key = value nor a comment");
	}
	if (r.problems.len)
		error_say(err, -EINVAL, "%s", str_text(&r.problems));
	str_free(&r.problems);
	return err->status;
}
