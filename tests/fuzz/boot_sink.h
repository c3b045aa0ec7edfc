/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where fuzzed events of boots go: through a boot_watch to a boot_print; what clients sent must stay printable. */
#ifndef TESTS_FUZZ_BOOT_SINK_H
#define TESTS_FUZZ_BOOT_SINK_H

#include "mkdcroot/watch/boot_print.h"
#include "mkdcroot/watch/boot_watch.h"

#include <stdlib.h>
#include <string.h>

struct boot_sink {
	struct hosts_file hosts;
	struct boot_print *print;
	struct boot_watch *watch;
	FILE *out;
};

static inline void sink_check(const char *text)
{
	for (; text && *text; text++)
		if (*text < 0x20 || *text > 0x7e)
			abort();
}

static inline void sink_line(const struct boot_line *line, void *arg)
{
	struct boot_sink *s = arg;

	sink_check(line->text);
	sink_check(line->hint);
	boot_print_line(line, s->print);
}

static inline void sink_event(const struct boot_event *e, void *arg)
{
	struct boot_sink *s = arg;

	if (!memchr(e->file, 0, sizeof(e->file)) || !memchr(e->text, 0, sizeof(e->text)) ||
	    (unsigned int)e->kind > EVENT_UP)
		abort();
	sink_check(e->file);
	sink_check(e->text);
	boot_watch_take(s->watch, e);
}

static inline void sink_begin(struct boot_sink *s)
{
	static const char farm[] = "aldebaran 192.168.1.100 mac=52:54:00:12:34:56\n"
				   "bellatrix 192.168.1.101\n";
	struct error err = ERROR_INIT;

	*s = (struct boot_sink){ 0 };
	if (hosts_file_parse(&s->hosts, "hosts", farm, strlen(farm), &err))
		abort();
	s->out = fopen("/dev/null", "w");
	s->print = boot_print_new(s->out, true);
	s->watch = boot_watch_new(&s->hosts, NULL, sink_line, s);
}

static inline void sink_end(struct boot_sink *s)
{
	boot_watch_tick(s->watch, 1u << 30);
	boot_watch_free(s->watch);
	boot_print_free(s->print);
	hosts_file_free(&s->hosts);
	fclose(s->out);
}

#endif
