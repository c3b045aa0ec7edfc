/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * progress: long work shown on standard error.  On a terminal one line that is
 * written over, with rate and time left; elsewhere a line at the end.
 */
#ifndef MKDCROOT_BASE_PROGRESS_H
#define MKDCROOT_BASE_PROGRESS_H

#include <stdbool.h>

struct progress {
	const char *what;	  /* "copy", "make image" */
	unsigned long long total; /* bytes, 0 while not known */
	unsigned long long done;
	double started; /* seconds, CLOCK_MONOTONIC */
	double shown;	/* when it was drawn last */
	bool terminal;
	bool quiet;
	bool count; /* of things, not of bytes */
};

/* @what must live until progress_end(). */
void progress_begin(struct progress *p, const char *what, unsigned long long total, bool quiet);
/* The same for @total things, which progress_update() counts. */
void progress_begin_count(struct progress *p, const char *what, unsigned long long total,
			  bool quiet);
/* @done bytes so far; drawn at most five times a second. */
void progress_update(struct progress *p, unsigned long long done);
/* Also says how long it took. */
void progress_end(struct progress *p);

/* Bytes in words, "393.1 MB", to @buf (16 bytes), which is returned. */
const char *progress_bytes(unsigned long long bytes, char *buf);

#endif
