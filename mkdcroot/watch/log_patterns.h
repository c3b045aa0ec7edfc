/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log_patterns: the lines of daemons' logs that say something of a boot, as a table.
 *
 * A pattern is text with fields in it; it must match the whole message, blanks at its end aside:
 *	%m	MAC address, to the event's mac
 *	%i	IPv4 address, to its ip; a port behind it (":843") is skipped
 *	%s	IPv4 address, to its server
 *	%c	what dnsmasq knows of a client: a MAC address, or an IPv4 and a MAC address
 *	%f	text up to the last of the literal that follows, or the end: to its file
 *	%t	text up to the first of it, not empty: to its text
 *	%*	the same, to nowhere
 */
#ifndef MKDCROOT_WATCH_LOG_PATTERNS_H
#define MKDCROOT_WATCH_LOG_PATTERNS_H

#include "mkdcroot/watch/boot_event.h"

#include <stdbool.h>

struct log_pattern {
	const char *program;
	const char *pattern;
	enum boot_event_kind kind; /* EVENT_NONE: only remembered, for a line that follows */
	/* What the line does not say is taken from the lines of the same daemon before it. */
	bool remembered;
	const char *text; /* of the event, when the line has none */
};

/* Ends with a NULL program.  Of several that match the first counts. */
extern const struct log_pattern log_patterns[];

/* Match @message against @pattern; what it says goes to @e. */
bool log_pattern_match(const char *pattern, const char *message, struct boot_event *e);

#endif
