/* SPDX-License-Identifier: GPL-2.0-or-later */
/* str: growth is by doubling, so that appending stays linear. */
#include "mkdcroot/base/str.h"
#include "mkdcroot/base/mem.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void str_addn(struct str *s, const char *bytes, size_t len)
{
	if (s->cap - s->len <= len) {
		size_t cap = s->cap ? s->cap : 64;

		while (cap - s->len <= len)
			cap *= 2;
		s->data = mem_resize(s->data, cap, 1);
		s->cap = cap;
	}
	if (len)
		memcpy(s->data + s->len, bytes, len);
	s->len += len;
	s->data[s->len] = '\0';
}

void str_add(struct str *s, const char *text)
{
	str_addn(s, text, strlen(text));
}

void str_addc(struct str *s, char c)
{
	str_addn(s, &c, 1);
}

void str_addf(struct str *s, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = mem_vprintf(fmt, ap);
	va_end(ap);
	str_add(s, text);
	free(text);
}

const char *str_text(const struct str *s)
{
	return s->data ? s->data : "";
}

char *str_steal(struct str *s)
{
	char *data = s->data ? s->data : mem_strdup("");

	*s = (struct str)STR_INIT;
	return data;
}

void str_free(struct str *s)
{
	free(s->data);
	*s = (struct str)STR_INIT;
}

void strv_take(struct strv *list, char *text)
{
	list->v = mem_resize(list->v, list->n + 2, sizeof(*list->v));
	list->v[list->n++] = text;
	list->v[list->n] = NULL;
}

void strv_add(struct strv *list, const char *text)
{
	strv_take(list, mem_strdup(text));
}

void strv_addf(struct strv *list, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strv_take(list, mem_vprintf(fmt, ap));
	va_end(ap);
}

bool strv_has(const struct strv *list, const char *text)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->v[i], text) == 0)
			return true;
	return false;
}

void strv_free(struct strv *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->v[i]);
	free(list->v);
	*list = (struct strv)STRV_INIT;
}

void strv_split(struct strv *list, const char *text, const char *seps)
{
	while (*text) {
		size_t len;

		text += strspn(text, seps);
		len = strcspn(text, seps);
		if (len)
			strv_take(list, mem_strndup(text, len));
		text += len;
	}
}

bool str_has_prefix(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_has_suffix(const char *s, const char *suffix)
{
	size_t ls = strlen(s), lx = strlen(suffix);

	return ls >= lx && strcmp(s + ls - lx, suffix) == 0;
}

#define PRINTABLE_MAX 256

char *str_printable(const char *text)
{
	struct str out = STR_INIT;

	for (; *text && out.len < PRINTABLE_MAX; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f || *text == '\\')
			str_addf(&out, "\\x%02x", (unsigned char)*text);
		else
			str_addc(&out, *text);
	}
	if (*text)
		str_add(&out, "...");
	return str_steal(&out);
}
