/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * str: a growing byte string (it may hold NUL bytes; a terminating one always
 * follows), and a list of strings.
 */
#ifndef MKDCROOT_BASE_STR_H
#define MKDCROOT_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>

struct str {
	char *data; /* NULL while empty and never grown */
	size_t len; /* bytes in use, without the terminating NUL */
	size_t cap;
};

#define STR_INIT           \
	{                  \
		NULL, 0, 0 \
	}

void str_add(struct str *s, const char *text);
void str_addn(struct str *s, const char *bytes, size_t len);
void str_addc(struct str *s, char c);
void str_addf(struct str *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The contents as a C string, "" while empty; valid until the next change. */
const char *str_text(const struct str *s);

/* Hand the buffer to the caller, who frees it (never NULL); @s is fresh again. */
char *str_steal(struct str *s);
void str_free(struct str *s);
#define cleanup_str __attribute__((cleanup(str_free)))

/* A list of owned strings. */
struct strv {
	char **v; /* v[n] is NULL once anything was added */
	size_t n;
};

#define STRV_INIT       \
	{               \
		NULL, 0 \
	}

/* Append a copy of @text. */
void strv_add(struct strv *list, const char *text);
/* Append @text itself; the list frees it. */
void strv_take(struct strv *list, char *text);
void strv_addf(struct strv *list, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool strv_has(const struct strv *list, const char *text);
void strv_free(struct strv *list);
#define cleanup_strv __attribute__((cleanup(strv_free)))

/* Split @text at any of the characters in @seps, empty pieces left out, and append the pieces to
 * @list. */
void strv_split(struct strv *list, const char *text, const char *seps);

/*
 * @text for a message: control characters and backslashes as \xNN, and of a long one the
 * beginning.  The caller frees it.
 */
char *str_printable(const char *text);

bool str_has_prefix(const char *s, const char *prefix);
bool str_has_suffix(const char *s, const char *suffix);
static inline bool str_is_empty(const char *s)
{
	return !s || !*s;
}

#endif
