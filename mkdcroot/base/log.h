/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log: what is said to the administrator beside a command's output.  Everything
 * goes to standard error; the level is set once, by main().
 */
#ifndef MKDCROOT_BASE_LOG_H
#define MKDCROOT_BASE_LOG_H

enum log_level {
	LOG_QUIET,   /* errors only */
	LOG_NORMAL,  /* what is done, one line a stage */
	LOG_VERBOSE, /* each step and each program that is run */
};

void log_set_level(enum log_level level);

/* What goes wrong but does not stop us: "mkdcroot: warning: ...". */
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A stage of long work: "mkdcroot: ...".  Not with --quiet. */
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Only with --verbose. */
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
