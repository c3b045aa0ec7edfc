/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mem: see the header for why out of memory is fatal here. */
#include "mkdcroot/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void out_of_memory(void)
{
	fputs("mkdcroot: out of memory\n", stderr);
	_Exit(1);
}

void *mem_new(size_t size)
{
	void *p = calloc(1, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *mem_resize(void *p, size_t count, size_t size)
{
	void *q = reallocarray(p, count ? count : 1, size);

	if (!q)
		out_of_memory();
	return q;
}

char *mem_strdup(const char *s)
{
	return s ? mem_strndup(s, strlen(s)) : NULL;
}

char *mem_strndup(const char *s, size_t len)
{
	char *copy = strndup(s, len);

	if (!copy)
		out_of_memory();
	return copy;
}

char *mem_vprintf(const char *fmt, va_list ap)
{
	char *text;

	if (vasprintf(&text, fmt, ap) < 0)
		out_of_memory();
	return text;
}

char *mem_printf(const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = mem_vprintf(fmt, ap);
	va_end(ap);
	return text;
}
