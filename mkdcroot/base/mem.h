/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mem: allocation that does not fail.  Out of memory ends the process with one
 * line and exit status 1: a command that dies is completed or taken back by the
 * next one through the journal, so there is nothing better to do on the way.
 * Everything returned is freed with free().
 */
#ifndef MKDCROOT_BASE_MEM_H
#define MKDCROOT_BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>

/* @size bytes, zeroed.  Never NULL. */
void *mem_new(size_t size);

/* As reallocarray(3): @count elements of @size bytes.  Never NULL; the overflow of the product is
 * fatal too. */
void *mem_resize(void *p, size_t count, size_t size);

/* A copy of @s; NULL for NULL. */
char *mem_strdup(const char *s);

/* A copy of the first @len bytes of @s (fewer when it ends before), terminated. */
char *mem_strndup(const char *s, size_t len);

/* A formatted string. */
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *mem_vprintf(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

#endif
