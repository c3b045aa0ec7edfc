/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_watch: mkdcroot watch: sources (the network, the journal, files) in one poll(2) loop, all into one boot_watch,
 * whose lines boot_print writes.
 */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/interrupt.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/now.h"
#include "mkdcroot/commands.h"
#include "mkdcroot/watch/boot_log.h"
#include "mkdcroot/watch/boot_packets.h"
#include "mkdcroot/watch/boot_print.h"
#include "mkdcroot/watch/boot_watch.h"
#include "mkdcroot/watch/log_source.h"
#include "mkdcroot/watch/own_address.h"

#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define FILES_MS 200  /* how often files are looked at */
#define TICK_MS	 1000 /* how often it is asked what did not happen */
/* What is waited for after the last line of a file that is read once. */
#define ONCE_MS 10000

/* Where daemons write whose lines are not in the journal, and where syslog is without one. */
static const char *const own_logs[] = { "/var/log/ganesha/ganesha.log", "/var/log/ganesha.log",
					"/var/log/kea/kea-dhcp4.log", "/var/log/atftpd.log" };
static const char *const syslogs[] = { "/var/log/syslog", "/var/log/messages",
				       "/var/log/daemon.log" };

struct watching {
	const struct options *o;
	struct farm *farm;
	struct boot_watch *watch;
	struct boot_print *print;
	struct boot_packets *packets;
	struct boot_log *log; /* of the journal and each file: lines of one daemon stand together */
	struct strv own;
	struct strv interfaces; /* of @fds */
	int *fds;		/* packet sockets, -1 while an interface is gone */
	struct log_source **sources;
	size_t n_sources;
	struct timespec hosts_time; /* of the hosts file as it was read */
	uint64_t event_ms;	    /* of the last event */
	uint64_t tick_ms;
	bool trouble; /* of a host that is shown, now */
};

/* --- what is shown --- */

/* Strangers are shown unless hosts were named that all have their MAC. */
static bool is_shown(const struct watching *w, const struct host *h)
{
	if (!w->o->args.n)
		return true;
	if (h)
		return strv_has(&w->o->args, h->name);
	for (size_t i = 0; i < w->o->args.n; i++) {
		h = hosts_file_find(&w->farm->hosts, w->o->args.v[i]);
		if (h && !h->mac.set)
			return true;
	}
	return false;
}

static void on_line(const struct boot_line *line, void *arg)
{
	struct watching *w = arg;

	if (is_shown(w, line->host) && !(w->o->quiet && line->say == SAY_PROGRESS))
		boot_print_line(line, w->print);
}

/* --- events --- */

static void on_event(const struct boot_event *e, void *arg)
{
	struct watching *w = arg;

	w->event_ms = e->when_ms ? e->when_ms : now_realtime_ms();
	/* In old logs time goes by as their lines say. */
	if (w->event_ms >= w->tick_ms + TICK_MS && w->o->once) {
		boot_watch_tick(w->watch, w->event_ms);
		w->tick_ms = w->event_ms;
	}
	boot_watch_take(w->watch, e);
}

static void on_log_line(const char *program, const char *line, uint64_t when_ms, void *arg)
{
	struct watching *w = arg;
	struct boot_event e;

	if (boot_log_take(w->log, program, line, when_ms, &e))
		on_event(&e, w);
}

/* --- sources --- */

static void add_source(struct watching *w, struct log_source *s)
{
	w->sources = mem_resize(w->sources, w->n_sources + 1, sizeof(struct log_source *));
	w->sources[w->n_sources++] = s;
}

/* Those of @paths that are there. */
static size_t add_known_files(struct watching *w, const char *const *paths, size_t n)
{
	size_t added = 0;

	for (size_t i = 0; i < n; i++) {
		cleanup_error struct error ignored = ERROR_INIT;
		struct log_source *s;

		if (log_source_file(&s, paths[i], false, true, &ignored))
			continue;
		log_debug("following %s", paths[i]);
		add_source(w, s);
		added++;
	}
	return added;
}

/* Without --log: the journal, or what syslog writes; and the logs that daemons keep themselves. */
static void add_default_logs(struct watching *w)
{
	cleanup_error struct error why = ERROR_INIT;
	struct log_source *s;

	if (log_source_journal(&s, &why) == 0) {
		log_debug("following the journal");
		add_source(w, s);
	} else if (add_known_files(w, syslogs, sizeof(syslogs) / sizeof(syslogs[0]))) {
		log_info("%s; following syslog's files", error_text(&why));
	} else {
		log_info("%s, and there is no syslog in /var/log: name the daemons' logs by --log",
			 error_text(&why));
	}
	add_known_files(w, own_logs, sizeof(own_logs) / sizeof(own_logs[0]));
}

static int add_logs(struct watching *w, struct error *err)
{
	cleanup_strv struct strv files = STRV_INIT;
	bool from_start = w->o->from_start || w->o->once;

	option_values(w->o, "log", &files);
	if (!files.n)
		add_default_logs(w);
	for (size_t i = 0; i < files.n; i++) {
		struct log_source *s;
		int rc = log_source_file(&s, files.v[i], from_start, true, err);

		if (rc)
			return rc;
		log_debug("following %s", files.v[i]);
		add_source(w, s);
	}
	return 0;
}

/* The interfaces that were named must be there; those that were found need not. */
static int add_interfaces(struct watching *w, const struct strv *found, struct error *err)
{
	cleanup_strv struct strv named = STRV_INIT;
	const struct strv *all = &named;

	option_values(w->o, "interface", &named);
	if (!named.n)
		all = found;
	if (!all->n)
		log_warn("no interface is on the network of a host: name one by --interface, or "
			 "only logs are read, which do not show every stage");
	w->fds = mem_new((all->n + 1) * sizeof(*w->fds));
	for (size_t i = 0; i < all->n; i++) {
		cleanup_error struct error why = ERROR_INIT;
		int fd = boot_packets_open(all->v[i], &why);

		if (fd < 0 && named.n)
			return error_say(err, fd, "%s", error_text(&why));
		if (fd < 0) {
			log_warn("%s; only logs are read", error_text(&why));
			continue;
		}
		log_debug("watching the interface %s", all->v[i]);
		w->fds[w->interfaces.n] = fd;
		strv_add(&w->interfaces, all->v[i]);
	}
	return 0;
}

static int open_all(struct watching *w, struct error *err)
{
	cleanup_strv struct strv found = STRV_INIT;
	struct settings *s = &w->farm->settings;
	struct stat st;
	int rc;

	for (size_t i = 0; i < w->o->args.n; i++) {
		const struct host *h;

		rc = farm_find(w->farm, w->o->args.v[i], &h, err);
		if (rc)
			return rc;
	}
	rc = own_addresses(&w->farm->hosts, &w->own, &found, err);
	if (rc)
		return rc;
	/* What the settings tell hosts is ours too: it may be on another machine, or behind a router. */
	if (!str_is_empty(s->tftp_server))
		strv_add(&w->own, s->tftp_server);
	if (!str_is_empty(s->nfs_server))
		strv_add(&w->own, s->nfs_server);
	if (stat(s->hosts, &st) == 0)
		w->hosts_time = st.st_mtim;
	w->log = boot_log_new();
	w->packets = boot_packets_new(on_event, w);
	w->print = boot_print_new(stdout, w->o->json);
	/* In old logs this machine may have had other addresses. */
	w->watch = boot_watch_new(&w->farm->hosts, w->o->once ? NULL : &w->own, on_line, w);
	rc = add_logs(w, err);
	if (!rc && !w->o->once && !w->o->no_packets)
		rc = add_interfaces(w, &found, err);
	return rc;
}

static void close_all(struct watching *w)
{
	for (size_t i = 0; i < w->interfaces.n; i++)
		if (w->fds[i] >= 0)
			close(w->fds[i]);
	for (size_t i = 0; i < w->n_sources; i++)
		log_source_free(w->sources[i]);
	free(w->fds);
	free(w->sources);
	boot_watch_free(w->watch);
	boot_print_free(w->print);
	boot_packets_free(w->packets);
	boot_log_free(w->log);
	strv_free(&w->own);
	strv_free(&w->interfaces);
}

/* --- the loop --- */

/* Everything that can be read now.  A source that fails is said and left out; the others go on. */
static void read_all(struct watching *w)
{
	for (size_t i = 0; i < w->interfaces.n; i++) {
		cleanup_error struct error why = ERROR_INIT;

		if (w->fds[i] < 0 || boot_packets_read(w->packets, w->fds[i], &why) == 0)
			continue;
		boot_print_clear(w->print);
		log_warn("%s: %s; waiting for it", w->interfaces.v[i], error_text(&why));
		close(w->fds[i]);
		w->fds[i] = -1;
	}
	for (size_t i = 0; i < w->n_sources;) {
		cleanup_error struct error why = ERROR_INIT;

		if (log_source_read(w->sources[i], on_log_line, w, &why) >= 0) {
			i++;
			continue;
		}
		boot_print_clear(w->print);
		log_warn("%s", error_text(&why));
		log_source_free(w->sources[i]);
		w->sources[i] = w->sources[--w->n_sources];
	}
}

/* An interface that went away may have come back. */
static void reopen_interfaces(struct watching *w)
{
	for (size_t i = 0; i < w->interfaces.n; i++) {
		cleanup_error struct error ignored = ERROR_INIT;

		if (w->fds[i] < 0)
			w->fds[i] = boot_packets_open(w->interfaces.v[i], &ignored);
	}
}

/* Hosts that were added meanwhile are no strangers. */
static void reread_hosts(struct watching *w)
{
	cleanup_error struct error why = ERROR_INIT;
	const char *path = w->farm->settings.hosts;
	struct hosts_file fresh = { 0 };
	struct stat st;

	if (stat(path, &st) || (st.st_mtim.tv_sec == w->hosts_time.tv_sec &&
				st.st_mtim.tv_nsec == w->hosts_time.tv_nsec))
		return;
	w->hosts_time = st.st_mtim;
	if (hosts_file_read(&fresh, path, &why)) {
		boot_print_clear(w->print);
		log_warn("%s", error_text(&why));
		hosts_file_free(&fresh);
		return;
	}
	hosts_file_free(&w->farm->hosts);
	w->farm->hosts = fresh;
	boot_watch_hosts(w->watch, &w->farm->hosts);
}

static void tick(struct watching *w)
{
	uint64_t now = now_realtime_ms();

	if (now < w->tick_ms + TICK_MS && now >= w->tick_ms)
		return;
	w->tick_ms = now;
	reopen_interfaces(w);
	reread_hosts(w);
	boot_watch_tick(w->watch, now);
}

/* Who is named is about to be switched on. */
static void expect_named(struct watching *w)
{
	uint64_t now = now_realtime_ms();

	for (size_t i = 0; w->interfaces.n && i < w->o->args.n; i++)
		boot_watch_expect(w->watch, w->o->args.v[i], now);
}

/* Wait until something can be read: files are not told of by poll(2). */
static void wait_for_input(struct watching *w, struct pollfd *fds)
{
	bool files = false;
	nfds_t n = 0;

	for (size_t i = 0; i < w->interfaces.n; i++)
		fds[n++] = (struct pollfd){ .fd = w->fds[i], .events = POLLIN };
	for (size_t i = 0; i < w->n_sources; i++) {
		fds[n] = (struct pollfd){ .fd = log_source_fd(w->sources[i]), .events = POLLIN };
		files = files || fds[n++].fd < 0;
	}
	poll(fds, n, files ? FILES_MS : TICK_MS);
}

static void follow(struct watching *w)
{
	cleanup_free struct pollfd *fds =
		mem_new((w->interfaces.n + w->n_sources + 1) * sizeof(*fds));

	expect_named(w);
	while (!interrupt_signal() && (w->interfaces.n || w->n_sources)) {
		wait_for_input(w, fds);
		read_all(w);
		tick(w);
	}
}

static int read_once(struct watching *w, struct error *err)
{
	for (size_t i = 0; i < w->n_sources; i++) {
		int more = 1;

		while (more > 0 && !interrupt_signal())
			more = log_source_read(w->sources[i], on_log_line, w, err);
		if (more < 0)
			return more;
	}
	if (w->event_ms)
		boot_watch_tick(w->watch, w->event_ms + ONCE_MS);
	return 0;
}

/* --- the summary of --once --- */

static void print_summary_line(struct watching *w, const struct host *h,
			       const struct boot_progress *p)
{
	json_t *o;

	if (!w->o->json) {
		printf("%-16s %-10s %s%s%s\n", h->name, boot_stage_name(p->stage), p->trouble,
		       p->trouble[0] ? ": " : "", p->trouble_text);
		return;
	}
	o = json_pack("{s:s, s:s, s:s, s:s?, s:s?}", "say", "summary", "host", h->name, "stage",
		      boot_stage_name(p->stage), "code", p->trouble[0] ? p->trouble : NULL, "text",
		      p->trouble[0] ? p->trouble_text : NULL);
	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

static void print_summary(struct watching *w)
{
	boot_print_clear(w->print);
	if (!w->o->json)
		printf("\n%-16s %-10s %s\n", "HOST", "STAGE", "TROUBLE");
	for (size_t i = 0; i < w->farm->hosts.n; i++) {
		const struct host *h = &w->farm->hosts.host[i];
		struct boot_progress p = { 0 };

		if (!is_shown(w, h))
			continue;
		boot_watch_progress(w->watch, h->name, &p);
		print_summary_line(w, h, &p);
		w->trouble = w->trouble || p.trouble[0];
	}
}

int cmd_watch(const struct options *o, struct error *err)
{
	cleanup_farm struct farm farm = { .lock = -1 };
	struct watching w = { .o = o, .farm = &farm };
	int rc;

	if (!o->log && (o->once || o->from_start)) {
		error_say(err, -EINVAL, "watch: --%s needs the files to read: --log FILE",
			  o->once ? "once" : "from-start");
		return EXIT_USAGE;
	}
	rc = command_farm(&farm, o, false, err);
	if (!rc)
		rc = open_all(&w, err);
	if (!rc && o->once) {
		rc = read_once(&w, err);
		if (!rc)
			print_summary(&w);
	} else if (!rc) {
		follow(&w);
		if (!interrupt_signal())
			rc = error_say(err, -ENODATA, "nothing is left to watch");
	}
	close_all(&w);
	return rc ? EXIT_FAILED : w.trouble ? EXIT_PARTLY : EXIT_OK;
}
