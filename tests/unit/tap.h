/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The test protocol of every C test: one TAP line a check, a plan at the end. */
#ifndef TESTS_UNIT_TAP_H
#define TESTS_UNIT_TAP_H

#include <stdbool.h>
#include <stdio.h>
#include <stdarg.h>

/* Counters of the running test program; one program is one test file. */
static int tap_count;
static int tap_failed;

/* Report one check. @ok whether it held; @file, @line where; the rest is its printf-style name. Returns @ok. */
__attribute__((format(printf, 4, 5))) static inline bool tap_report(bool ok, const char *file,
								    int line, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %d - ", ok ? "" : "not ", ++tap_count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	if (!ok) {
		tap_failed++;
		printf("# failed at %s:%d\n", file, line);
	}
	fflush(stdout);
	return ok;
}

#define tap_ok(cond, ...) tap_report(!!(cond), __FILE__, __LINE__, __VA_ARGS__)
#define TAP_OK(cond)	  tap_report(!!(cond), __FILE__, __LINE__, "%s", #cond)

/* Print the plan. Returns the program's exit status: 0 when all held, 1 otherwise. */
static inline int tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed ? 1 : 0;
}

#endif
