/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log_line: the parts of a line of a log: when, who, what.  Syslog's forms (RFC 3164, with and without a host; ISO 8601
 * as rsyslog writes it now), nfs-ganesha's and Kea's own, and plain "program: message".
 */
#ifndef MKDCROOT_WATCH_LOG_LINE_H
#define MKDCROOT_WATCH_LOG_LINE_H

#include <stdint.h>

struct log_line {
	uint64_t when_ms;    /* 0: the line does not say */
	char program[32];    /* "" when the line does not say */
	const char *message; /* in the line that was taken apart */
};

/* @now_ms: tells the year, which RFC 3164 leaves out. */
void log_line_split(struct log_line *out, const char *line, uint64_t now_ms);

#endif
