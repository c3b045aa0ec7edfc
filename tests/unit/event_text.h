/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events of boots as text, one a line, for tests to compare: "asked 52:54:00:12:34:56", "loading ... file=/a". */
#ifndef TESTS_UNIT_EVENT_TEXT_H
#define TESTS_UNIT_EVENT_TEXT_H

#include "mkdcroot/base/str.h"
#include "mkdcroot/watch/boot_event.h"

#include <stdio.h>
#include <string.h>

static inline void event_text(const struct boot_event *e, struct str *out)
{
	static const char *const kinds[] = { "none",	  "asked",	   "answered",
					     "ignored",	  "file-asked",	   "file-part",
					     "file-sent", "file-refused",  "mount-asked",
					     "mounted",	  "mount-refused", "init",
					     "up" };
	char text[IP_TEXT_MAX];

	str_add(out, kinds[e->kind]);
	if (e->mac.set)
		str_addf(out, " %s", mac_format(&e->mac, text));
	if (ip_is_set(&e->ip))
		str_addf(out, " %s", ip_format(&e->ip, text));
	if (ip_is_set(&e->server))
		str_addf(out, " by=%s", ip_format(&e->server, text));
	if (e->file[0])
		str_addf(out, " file=%s", e->file);
	if (e->bytes || e->total)
		str_addf(out, " %llu/%llu", (unsigned long long)e->bytes,
			 (unsigned long long)e->total);
	if (e->text[0])
		str_addf(out, " (%s)", e->text);
	str_add(out, "\n");
}

/* Is @got what is due?  Otherwise it is shown. */
static inline bool event_text_is(const struct str *got, const char *due)
{
	if (strcmp(str_text(got), due) == 0)
		return true;
	printf("# got:\n");
	for (const char *p = str_text(got); *p; p += strcspn(p, "\n") + 1)
		printf("# | %.*s\n", (int)strcspn(p, "\n"), p);
	return false;
}

#endif
