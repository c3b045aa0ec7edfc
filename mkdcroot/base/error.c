/* SPDX-License-Identifier: GPL-2.0-or-later */
/* error: texts are built with vasprintf; a text that cannot be built is said so. */
#include "mkdcroot/base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *format(const char *fmt, va_list ap)
{
	char *text;

	if (vasprintf(&text, fmt, ap) < 0)
		return NULL;
	return text;
}

static void replace(struct error *err, int status, char *text)
{
	free(err->text);
	err->text = text;
	err->status = status;
}

int error_set(struct error *err, int status, const char *fmt, ...)
{
	va_list ap;
	char *what, *text = NULL;

	va_start(ap, fmt);
	what = format(fmt, ap);
	va_end(ap);
	if (asprintf(&text, "%s: %s", what ? what : "(out of memory)", strerror(-status)) < 0)
		text = NULL;
	free(what);
	replace(err, status, text);
	return status;
}

int error_say(struct error *err, int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	replace(err, status, format(fmt, ap));
	va_end(ap);
	return status;
}

static void join(struct error *err, const char *a, const char *sep, const char *b)
{
	char *text = NULL;

	if (asprintf(&text, "%s%s%s", a, sep, b) < 0)
		return; /* the shorter text is better than none */
	free(err->text);
	err->text = text;
}

int error_wrap(struct error *err, const char *fmt, ...)
{
	va_list ap;
	char *what;

	va_start(ap, fmt);
	what = format(fmt, ap);
	va_end(ap);
	if (what)
		join(err, what, ": ", error_text(err));
	free(what);
	return err->status;
}

int error_append(struct error *err, const char *fmt, ...)
{
	va_list ap;
	char *what;

	va_start(ap, fmt);
	what = format(fmt, ap);
	va_end(ap);
	if (what)
		join(err, error_text(err), "", what);
	free(what);
	return err->status;
}

const char *error_text(const struct error *err)
{
	return err->text ? err->text : "unknown error";
}

void error_clear(struct error *err)
{
	free(err->text);
	*err = (struct error)ERROR_INIT;
}
