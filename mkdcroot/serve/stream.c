/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stream: lines and frames become events, events stages, stages lines. */
#include "mkdcroot/serve/stream.h"
#include "mkdcroot/base/json_file.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/now.h"
#include "mkdcroot/watch/boot_log.h"
#include "mkdcroot/watch/boot_print.h"
#include "mkdcroot/watch/boot_watch.h"

#include <stdio.h>
#include <time.h>

struct stream {
	const struct serve_options *o;
	struct strv own; /* our address */
	struct boot_log *log;
	struct boot_packets *packets;
	struct boot_watch *watch;
	struct boot_print *print;
	const struct hosts_file *hosts;
	bool ready;
};

static void on_event(const struct boot_event *e, void *arg)
{
	boot_watch_take(((struct stream *)arg)->watch, e);
}

static void say(const struct boot_line *line, void *arg)
{
	struct stream *s = arg;

	if (!s->o->quiet || line->say == SAY_TROUBLE)
		boot_print_line(line, s->print);
}

struct stream *stream_new(const struct serve_options *o, const struct interface *interface,
			  const struct hosts_file *hosts)
{
	struct stream *s = mem_new(sizeof(*s));

	s->o = o;
	s->hosts = hosts;
	strv_add(&s->own, interface->address);
	s->log = boot_log_new();
	s->packets = boot_packets_new(on_event, s);
	s->print = boot_print_new(stdout, o->json);
	s->watch = boot_watch_new(hosts, &s->own, say, s);
	return s;
}

void stream_free(struct stream *s)
{
	boot_watch_free(s->watch);
	boot_print_free(s->print);
	boot_packets_free(s->packets);
	boot_log_free(s->log);
	strv_free(&s->own);
	free(s);
}

/* One object a line; takes @o. */
static void print_object(json_t *o)
{
	json_object_set_new(o, "time", json_real((double)now_realtime_ms() / 1000.0));
	json_dumpf(o, stdout, JSON_COMPACT | JSON_REAL_PRECISION(13));
	putchar('\n');
	fflush(stdout);
	json_decref(o);
}

static void print_ready_json(size_t n_hosts, const struct interface *interface,
			     const struct strv *daemons)
{
	json_t *names = json_array();

	for (size_t i = 0; i < daemons->n; i++)
		json_array_append_new(names, json_string(daemons->v[i]));
	print_object(json_pack("{s:s, s:i, s:s, s:s, s:o}", "say", "ready", "hosts", (int)n_hosts,
			       "interface", interface->name, "address", interface->address,
			       "daemons", names));
}

void stream_ready(struct stream *s, size_t n_hosts, const struct interface *interface,
		  const struct strv *daemons)
{
	cleanup_str struct str names = STR_INIT;

	s->ready = true;
	if (s->o->json) {
		print_ready_json(n_hosts, interface, daemons);
		return;
	}
	for (size_t i = 0; i < daemons->n; i++)
		str_addf(&names, "%s%s", i ? ", " : "", daemons->v[i]);
	if (s->o->quiet)
		return;
	printf("serving %zu host%s on %s (%s): %s\n", n_hosts, n_hosts == 1 ? "" : "s",
	       interface->name, interface->address, str_text(&names));
	fflush(stdout);
}

static void print_line(struct stream *s, const char *daemon, const char *line)
{
	time_t now = time(NULL);
	char clock[16];
	struct tm tm;

	boot_print_clear(s->print);
	if (s->o->json) {
		json_t *text = json_string(line);

		/* What is no UTF-8 is left out. */
		print_object(json_pack("{s:s, s:s, s:o}", "say", "log", "daemon", daemon, "text",
				       text ? text : json_null()));
		return;
	}
	strftime(clock, sizeof(clock), "%H:%M:%S", localtime_r(&now, &tm));
	printf("%s %s: %s\n", clock, daemon, line);
	fflush(stdout);
}

void stream_line(struct stream *s, const char *daemon, const char *line)
{
	struct boot_event e;

	if (s->o->verbose)
		print_line(s, daemon, line);
	if (boot_log_take(s->log, daemon, line, now_realtime_ms(), &e))
		boot_watch_take(s->watch, &e);
}

int stream_wire(struct stream *s, int fd, struct error *err)
{
	return boot_packets_read(s->packets, fd, err);
}

void stream_tick(struct stream *s)
{
	boot_watch_tick(s->watch, now_realtime_ms());
}

void stream_hosts(struct stream *s, const struct hosts_file *hosts)
{
	s->hosts = hosts;
	boot_watch_hosts(s->watch, hosts);
}

void stream_changed(struct stream *s, size_t before, size_t now)
{
	boot_print_clear(s->print);
	if (s->o->json) {
		print_object(json_pack("{s:s, s:i, s:i}", "say", "changed", "hosts", (int)now,
				       "before", (int)before));
		return;
	}
	if (s->o->quiet)
		return;
	printf("the farm has changed: serving %zu host%s\n", now, now == 1 ? "" : "s");
	fflush(stdout);
}

void stream_stopping(struct stream *s)
{
	size_t running = 0;

	boot_print_clear(s->print);
	for (size_t i = 0; s->ready && i < s->hosts->n; i++) {
		struct boot_progress p;

		running += boot_watch_progress(s->watch, s->hosts->host[i].name, &p) &&
			   p.stage >= STAGE_MOUNTED;
	}
	if (running)
		log_warn("%zu mounted root%s served no more: what still runs there waits "
			 "until it is served again",
			 running, running == 1 ? " is" : "s are");
}
