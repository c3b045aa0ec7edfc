/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot_watch: a state machine a host.
 *
 * A host asks twice on its way: its ROM, then its kernel.  So a request of a host that has its boot file is at
 * first taken for the kernel's; when the host then asks for its boot file, it was the ROM's, after a reset.
 */
#include "mkdcroot/watch/boot_watch.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/now.h"
#include "mkdcroot/base/progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* Computers that are not of the farm and are remembered. */
#define STRANGERS_MAX 256

/* How long something may take before it is said that it did not happen. */
#define STRANGER_MS   4000
#define NO_ANSWER_MS  8000
#define STALLED_MS    20000
#define STAGE_WAIT_MS 60000
#define LOGIN_WAIT_MS (5 * 60000)
/* After so much silence a stranger is told of again. */
#define STRANGER_AGAIN_MS (10 * 60000)

#define JUST_NOW_MS 10000

#define NO_ANSWER_ASKS 3

struct seen {
	char *name; /* of the farm; NULL: a stranger */
	struct mac_addr mac;
	struct ip_addr ip;
	struct boot_progress progress;
	bool wire;	   /* this boot is seen on the wire, so silence means something */
	unsigned int asks; /* without an answer */
	bool ignored;	   /* by a boot server that said so */
	bool asked_again;  /* since the boot file came: by the kernel, or after a reset */
	uint64_t asked_ms; /* the first of @asks, or when it asked again */
	uint64_t last_ms;  /* the last event */
	uint64_t due_ms;   /* since when its first one is, 0: it may stay off */
	uint64_t mount_ms; /* since when a mount is due, 0: none is */
	uint64_t loaded_bytes, moved_ms; /* how much of the file, and since when no more */
	char file[256];			 /* the boot file, or what of it is loaded */
	char said[320];			 /* the trouble that was said last, and about what */
};

struct boot_watch {
	const struct hosts_file *hosts;
	const struct strv *own;
	void (*say)(const struct boot_line *line, void *arg);
	void *arg;
	struct seen *seen;
	size_t n;
};

static const char *const stage_names[STAGE_COUNT] = { "off",	"asked",   "answered", "loading",
						      "loaded", "mounted", "init",     "up" };

const char *boot_stage_name(enum boot_stage stage)
{
	return (unsigned int)stage < STAGE_COUNT ? stage_names[stage] : "unknown";
}

/* --- what is said --- */

static const struct host *host_of(const struct boot_watch *w, const struct seen *s)
{
	return s->name ? hosts_file_find(w->hosts, s->name) : NULL;
}

static struct boot_line line_of(const struct boot_watch *w, const struct seen *s, enum boot_say say,
				uint64_t when_ms)
{
	return (struct boot_line){ .say = say,
				   .when_ms = when_ms,
				   .host = host_of(w, s),
				   .mac = s->mac,
				   .ip = s->ip,
				   .stage = s->progress.stage };
}

__attribute__((format(printf, 5, 6))) static void say_stage(struct boot_watch *w, struct seen *s,
							    enum boot_stage stage, uint64_t when_ms,
							    const char *fmt, ...)
{
	struct boot_line line;
	char text[600];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	s->progress.stage = stage;
	s->progress.reached_ms[stage] = when_ms;
	s->progress.trouble[0] = s->progress.trouble_text[0] = s->said[0] = '\0';
	line = line_of(w, s, SAY_STAGE, when_ms);
	line.text = text;
	w->say(&line, w->arg);
}

/*
 * Trouble @code: @text, and what to do about it.  The same code about the same @thing (a file, an address, "") is said
 * once: two sources have different words for it, and hosts try again and again.
 */
static void say_trouble(struct boot_watch *w, struct seen *s, uint64_t when_ms, const char *code,
			const char *thing, const char *text, const char *hint)
{
	struct boot_line line = line_of(w, s, SAY_TROUBLE, when_ms);
	char said[sizeof(s->said)];

	snprintf(said, sizeof(said), "%s %s", code, thing);
	if (strcmp(said, s->said) == 0)
		return;
	memcpy(s->said, said, sizeof(said));
	snprintf(s->progress.trouble, sizeof(s->progress.trouble), "%s", code);
	snprintf(s->progress.trouble_text, sizeof(s->progress.trouble_text), "%s%s%s", text,
		 hint ? "; " : "", hint ? hint : "");
	line.text = text;
	line.hint = hint;
	line.code = code;
	w->say(&line, w->arg);
}

/* --- who it is --- */

/* Of a host of the farm that was seen, or a new one. */
static struct seen *seen_host(struct boot_watch *w, const struct host *h)
{
	struct seen *s;

	for (size_t i = 0; i < w->n; i++)
		if (w->seen[i].name && strcmp(w->seen[i].name, h->name) == 0)
			return &w->seen[i];
	w->seen = mem_resize(w->seen, w->n + 1, sizeof(*w->seen));
	s = &w->seen[w->n++];
	*s = (struct seen){ .name = mem_strdup(h->name), .mac = h->mac, .ip = h->ip };
	return s;
}

void boot_watch_expect(struct boot_watch *w, const char *name, uint64_t since_ms)
{
	const struct host *h = hosts_file_find(w->hosts, name);

	if (h)
		seen_host(w, h)->due_ms = since_ms;
}

/* dnsmasq does not say for whom it cannot read a file: for the host that was answered last, if that was just now. */
static const struct host *find_last_answered(const struct boot_watch *w, const struct boot_event *e)
{
	const struct seen *last = NULL;

	for (size_t i = 0; i < w->n; i++) {
		const struct seen *s = &w->seen[i];

		if (s->name && s->progress.stage >= STAGE_ANSWERED &&
		    s->progress.stage <= STAGE_LOADING && (!last || s->last_ms > last->last_ms))
			last = s;
	}
	return last && e->when_ms < last->last_ms + JUST_NOW_MS ? host_of(w, last) : NULL;
}

static const struct host *find_host(const struct boot_watch *w, const struct boot_event *e)
{
	if (e->kind == EVENT_FILE_REFUSED && !e->mac.set && !ip_is_set(&e->ip))
		return find_last_answered(w, e);
	for (size_t i = 0; i < w->hosts->n; i++) {
		const struct host *h = &w->hosts->host[i];

		/* By the MAC where it is told: the address may be a wrong one that another server gave. */
		if (e->mac.set && h->mac.set ? mac_equal(&h->mac, &e->mac)
					     : ip_is_set(&e->ip) && ip_equal(&h->ip, &e->ip))
			return h;
	}
	return NULL;
}

/* A stranger that asks; the one that was silent longest makes room. */
static struct seen *seen_stranger(struct boot_watch *w, const struct boot_event *e)
{
	struct seen *oldest = NULL;
	size_t strangers = 0;

	if (!e->mac.set)
		return NULL;
	for (size_t i = 0; i < w->n; i++) {
		struct seen *s = &w->seen[i];

		if (s->name)
			continue;
		if (mac_equal(&s->mac, &e->mac))
			return s;
		strangers++;
		if (!oldest || s->last_ms < oldest->last_ms)
			oldest = s;
	}
	if (strangers < STRANGERS_MAX) {
		w->seen = mem_resize(w->seen, w->n + 1, sizeof(*w->seen));
		oldest = &w->seen[w->n++];
	}
	*oldest = (struct seen){ .mac = e->mac };
	return oldest;
}

/* --- strangers --- */

static void say_unknown(struct boot_watch *w, struct seen *s, uint64_t when_ms)
{
	char mac[MAC_TEXT_MAX], hint[200];

	mac_format(&s->mac, mac);
	snprintf(hint, sizeof(hint),
		 "if it is to be one: mkdcroot add NAME IP %s (or correct the mac= of its host)",
		 mac);
	say_trouble(w, s, when_ms, "unknown-host", "", "asks, and is no host of the farm", hint);
}

static void stranger(struct boot_watch *w, struct seen *s, const struct boot_event *e)
{
	if (s->last_ms && e->when_ms - s->last_ms > STRANGER_AGAIN_MS)
		*s = (struct seen){ .mac = s->mac };
	s->last_ms = e->when_ms;
	if (e->kind == EVENT_ASKED && !s->asks++)
		s->asked_ms = e->when_ms;
	else if (e->kind == EVENT_ANSWERED)
		s->asks = 0; /* somebody else's computer */
	else if (e->kind == EVENT_IGNORED)
		say_unknown(w, s, e->when_ms);
}

/* --- hosts of the farm, by kind of event --- */

static void start_over(struct seen *s)
{
	*s = (struct seen){ .name = s->name, .mac = s->mac, .ip = s->ip, .last_ms = s->last_ms };
}

static bool is_own(const struct boot_watch *w, const struct ip_addr *server)
{
	char text[IP_TEXT_MAX];

	return !ip_is_set(server) || !w->own || !w->own->n ||
	       strv_has(w->own, ip_format(server, text));
}

static void asked(struct boot_watch *w, struct seen *s, const struct boot_event *e)
{
	enum boot_stage stage = s->progress.stage;
	char mac[MAC_TEXT_MAX];

	/* On the wire the end of a file is seen; in the logs of most TFTP daemons it is not. */
	if (stage >= STAGE_INIT || (stage == STAGE_LOADING && (s->wire || s->progress.trouble[0])))
		start_over(s);
	stage = s->progress.stage;
	if (!s->asks++)
		s->asked_ms = e->when_ms;
	if (stage >= STAGE_LOADING)
		s->asked_again = true;
	if (stage == STAGE_OFF)
		say_stage(w, s, STAGE_ASKED, e->when_ms, "asked, as %s",
			  mac_format(e->mac.set ? &e->mac : &s->mac, mac));
}

/* Another's answer is fine when it says what ours would: the site's DHCP server that was told of the host. */
static bool is_good_answer(const struct boot_watch *w, const struct seen *s,
			   const struct boot_event *e)
{
	return is_own(w, &e->server) ||
	       (strcmp(e->text, BOOT_EVENT_NO_FILE) != 0 && ip_equal(&e->ip, &s->ip));
}

static void check_answer(struct boot_watch *w, struct seen *s, const struct boot_event *e)
{
	char text[600], server[IP_TEXT_MAX], ip[IP_TEXT_MAX], due[IP_TEXT_MAX];

	ip_format(&e->server, server);
	if (!is_good_answer(w, s, e)) {
		snprintf(text, sizeof(text), "answered by %s, which is not this server", server);
		say_trouble(w, s, e->when_ms, "other-server", server, text,
			    "find that DHCP server (a router often is one) and make it leave this "
			    "host out, or serve hosts on a network of their own");
	} else if (ip_is_set(&e->ip) && !ip_equal(&e->ip, &s->ip)) {
		snprintf(text, sizeof(text), "got the address %s; in the hosts file it has %s",
			 ip_format(&e->ip, ip), ip_format(&s->ip, due));
		say_trouble(w, s, e->when_ms, "wrong-address", ip, text,
			    "mkdcroot status tells whether the boot server knows the host; a lease "
			    "given before may have to be deleted");
	} else if (s->progress.stage < STAGE_LOADING && !e->file[0] &&
		   strcmp(e->text, BOOT_EVENT_NO_FILE) == 0) {
		say_trouble(w, s, e->when_ms, "no-file", server,
			    "answered without the name of a boot file",
			    "mkdcroot image makes it and registers the host with it; with another "
			    "boot server: bf in bootptab, filename in dhcpd.conf, dhcp-boot in "
			    "dnsmasq");
	}
}

static void answered(struct boot_watch *w, struct seen *s, const struct boot_event *e)
{
	bool good = is_good_answer(w, s, e);
	char server[IP_TEXT_MAX], ip[IP_TEXT_MAX];

	s->asks = 0;
	s->ignored = false;
	if (s->progress.stage >= STAGE_LOADING) {
		if (s->asked_again && s->progress.stage < STAGE_MOUNTED && good)
			s->mount_ms = e->when_ms;
	} else if (s->progress.stage < STAGE_ANSWERED && good) {
		ip_format(&e->server, server);
		ip_format(&e->ip, ip);
		say_stage(w, s, STAGE_ANSWERED, e->when_ms, "answered%s%s%s%s%s%s",
			  *server ? " by " : "", server, *ip ? ": " : "", ip,
			  e->file[0] ? ", file " : "", e->file);
	}
	check_answer(w, s, e);
}

static void ignored(struct boot_watch *w, struct seen *s, const struct boot_event *e)
{
	char text[400];

	s->ignored = true;
	snprintf(text, sizeof(text), "%s does not answer it: %s",
		 e->source[0] ? e->source : "the boot server", e->text);
	say_trouble(w, s, e->when_ms, "not-registered", "", text,
		    "mkdcroot status tells where the host is registered; is its MAC in the hosts "
		    "file the one it asks with?");
}

static void file_asked(struct boot_watch *w, struct seen *s, const struct boot_event *e)
{
	uint64_t asked_ms = s->asked_ms;

	/* After the kernel nobody asks for files: the request before was a ROM's again. */
	if (s->progress.stage >= STAGE_INIT ||
	    (s->progress.stage >= STAGE_LOADING && s->asked_again)) {
		start_over(s);
		s->progress.reached_ms[STAGE_ASKED] = asked_ms;
	}
	s->moved_ms = e->when_ms;
	if (s->progress.stage > STAGE_LOADED ||
	    (s->progress.stage == STAGE_LOADING && strcmp(s->file, e->file) == 0 &&
	     !s->progress.trouble[0]))
		return;
	memcpy(s->file, e->file, sizeof(s->file));
	s->loaded_bytes = 0;
	say_stage(w, s, STAGE_LOADING, e->when_ms, "loading %s", s->file);
}

static void file_part(struct boot_watch *w, struct seen *s, const struct boot_event *e)
{
	struct boot_line line;
	char text[400], done[16];

	if (s->progress.stage != STAGE_LOADING || strcmp(s->file, e->file) != 0)
		file_asked(w, s, e);
	if (s->progress.stage != STAGE_LOADING || e->bytes <= s->loaded_bytes)
		return;
	s->loaded_bytes = e->bytes;
	s->moved_ms = e->when_ms;
	if (strcmp(s->progress.trouble, "file-stalled") == 0)
		s->progress.trouble[0] = s->progress.trouble_text[0] = s->said[0] = '\0';
	if (e->total)
		snprintf(text, sizeof(text), "loading %u %% of %s",
			 (unsigned int)(e->bytes / ((e->total + 99) / 100)), s->file);
	else
		snprintf(text, sizeof(text), "loading %s of %s", progress_bytes(e->bytes, done),
			 s->file);
	line = line_of(w, s, SAY_PROGRESS, e->when_ms);
	line.text = text;
	line.bytes = e->bytes;
	line.total = e->total;
	w->say(&line, w->arg);
}

static void file_sent(struct boot_watch *w, struct seen *s, const struct boot_event *e)
{
	uint64_t since = s->progress.reached_ms[STAGE_LOADING];
	char bytes[16];

	if (s->progress.stage > STAGE_LOADED ||
	    (s->progress.stage == STAGE_LOADED && strcmp(s->file, e->file) == 0))
		return;
	memcpy(s->file, e->file, sizeof(s->file));
	s->asked_again = false;
	if (e->bytes && since && e->when_ms >= since)
		say_stage(w, s, STAGE_LOADED, e->when_ms, "loaded %s, %s in %.1f s", s->file,
			  progress_bytes(e->bytes, bytes), (double)(e->when_ms - since) / 1000.0);
	else
		say_stage(w, s, STAGE_LOADED, e->when_ms, "loaded %s", s->file);
}

static void file_refused(struct boot_watch *w, struct seen *s, const struct boot_event *e)
{
	/* By what stands in the TFTP error, or in the log. */
	static const struct {
		const char *word, *code, *hint;
	} kinds[] = {
		{ "denied", "file-refused",
		  "the TFTP daemon's user must be able to read it: chmod 644 for the file, 755 for "
		  "the directories above it" },
		{ "access violation", "file-refused",
		  "the TFTP daemon's user must be able to read it (chmod 644, directories 755), "
		  "and "
		  "the name must lie below the daemon's root" },
		{ "outside", "file-refused",
		  "the name must lie below the directory that the TFTP daemon is rooted at" },
		{ "not found", "file-not-found",
		  "names are relative to the directory the TFTP daemon is rooted at, tftp_root in "
		  "mkdcroot.conf; mkdcroot image makes the image" },
		{ "no such file", "file-not-found",
		  "names are relative to the directory the TFTP daemon is rooted at, tftp_root in "
		  "mkdcroot.conf; mkdcroot image makes the image" },
		{ "the host broke it off", "file-broken-off",
		  "its screen says why: often the image is too large for its memory, or is none "
		  "that its ROM can start" },
		{ "", "file-failed", "look at the TFTP daemon's log" },
	};
	char text[600];

	if (s->progress.stage >= STAGE_LOADED && !s->asked_again)
		return;
	if (s->progress.stage < STAGE_LOADING || s->asked_again)
		file_asked(w, s, e);
	snprintf(text, sizeof(text), "%s: %s", e->file[0] ? e->file : s->file, e->text);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcasestr(e->text, kinds[i].word)) {
			say_trouble(w, s, e->when_ms, kinds[i].code, s->file, text, kinds[i].hint);
			return;
		}
}

static void mount_asked(struct boot_watch *w, struct seen *s, const struct boot_event *e)
{
	(void)w;
	if (s->progress.stage < STAGE_MOUNTED)
		s->mount_ms = e->when_ms;
}

static void mounted(struct boot_watch *w, struct seen *s, const struct boot_event *e)
{
	if (s->progress.stage >= STAGE_MOUNTED)
		return;
	s->asked_again = false;
	s->mount_ms = 0;
	say_stage(w, s, STAGE_MOUNTED, e->when_ms, "mounted%s%s", e->file[0] ? " " : "", e->file);
}

static void mount_refused(struct boot_watch *w, struct seen *s, const struct boot_event *e)
{
	char text[600];

	if (s->progress.stage >= STAGE_MOUNTED)
		return;
	snprintf(text, sizeof(text), "the NFS server does not let it mount %s: %s",
		 e->file[0] ? e->file : "its root", e->text);
	say_trouble(
		w, s, e->when_ms, "mount-refused", "", text,
		"mkdcroot status tells whether the root is mounted and exported; mkdcroot mount "
		"does both; does the NFS server run?");
}

static void init_found(struct boot_watch *w, struct seen *s, const struct boot_event *e)
{
	if (s->progress.stage < STAGE_INIT)
		say_stage(w, s, STAGE_INIT, e->when_ms, "init%s%s%s", e->text[0] ? " (" : "",
			  e->text, e->text[0] ? ")" : "");
}

static void up(struct boot_watch *w, struct seen *s, const struct boot_event *e)
{
	uint64_t since = 0;

	if (s->progress.stage == STAGE_UP)
		return;
	for (int i = STAGE_ASKED; i < STAGE_UP && !since; i++)
		since = s->progress.reached_ms[i];
	if (since && e->when_ms >= since)
		say_stage(w, s, STAGE_UP, e->when_ms, "up%s%s%s, %.1f s after it was first seen",
			  e->text[0] ? " (" : "", e->text, e->text[0] ? ")" : "",
			  (double)(e->when_ms - since) / 1000.0);
	else
		say_stage(w, s, STAGE_UP, e->when_ms, "up%s%s%s", e->text[0] ? " (" : "", e->text,
			  e->text[0] ? ")" : "");
}

static void (*const handlers[])(struct boot_watch *, struct seen *, const struct boot_event *) = {
	[EVENT_ASKED] = asked,
	[EVENT_ANSWERED] = answered,
	[EVENT_IGNORED] = ignored,
	[EVENT_FILE_ASKED] = file_asked,
	[EVENT_FILE_PART] = file_part,
	[EVENT_FILE_SENT] = file_sent,
	[EVENT_FILE_REFUSED] = file_refused,
	[EVENT_MOUNT_ASKED] = mount_asked,
	[EVENT_MOUNTED] = mounted,
	[EVENT_MOUNT_REFUSED] = mount_refused,
	[EVENT_INIT] = init_found,
	[EVENT_UP] = up,
};

/*
 * What the wire has shown before any log had it.  A log's line comes late, and would look like the next attempt; its
 * reasons are not on the wire.
 */
static bool is_echo(const struct seen *s, const struct boot_event *e)
{
	return s->wire && strcmp(e->source, BOOT_EVENT_WIRE) != 0 &&
	       (e->kind == EVENT_ASKED || e->kind == EVENT_ANSWERED ||
		e->kind == EVENT_FILE_ASKED || e->kind == EVENT_FILE_PART ||
		e->kind == EVENT_FILE_SENT);
}

void boot_watch_take(struct boot_watch *w, const struct boot_event *event)
{
	struct boot_event e = *event;
	const struct host *h = find_host(w, &e);
	struct seen *s = h ? seen_host(w, h) : seen_stranger(w, &e);

	if (!s || (size_t)e.kind >= sizeof(handlers) / sizeof(handlers[0]) || !handlers[e.kind])
		return;
	if (!e.when_ms)
		e.when_ms = now_realtime_ms();
	if (!h) {
		stranger(w, s, &e);
		return;
	}
	if (!is_echo(s, &e))
		handlers[e.kind](w, s, &e);
	s->last_ms = e.when_ms;
	s->wire = s->wire || strcmp(e.source, BOOT_EVENT_WIRE) == 0;
}

/* --- what did not happen --- */

static bool is_over(uint64_t since_ms, uint64_t limit_ms, uint64_t now_ms)
{
	return since_ms && now_ms >= since_ms && now_ms - since_ms >= limit_ms;
}

static bool tick_silent(const struct seen *s, uint64_t now)
{
	return s->progress.stage == STAGE_OFF && !s->last_ms &&
	       is_over(s->due_ms, STAGE_WAIT_MS, now);
}

static bool tick_no_answer(const struct seen *s, uint64_t now)
{
	return s->asks >= NO_ANSWER_ASKS && !s->ignored && is_over(s->asked_ms, NO_ANSWER_MS, now);
}

static bool tick_stalled(const struct seen *s, uint64_t now)
{
	return s->wire && s->progress.stage == STAGE_LOADING &&
	       is_over(s->moved_ms, STALLED_MS, now);
}

static bool tick_no_kernel(const struct seen *s, uint64_t now)
{
	return s->wire && s->progress.stage == STAGE_LOADED && !s->asked_again && !s->mount_ms &&
	       is_over(s->progress.reached_ms[STAGE_LOADED], STAGE_WAIT_MS, now);
}

static bool tick_no_mount(const struct seen *s, uint64_t now)
{
	return s->wire && s->progress.stage < STAGE_MOUNTED &&
	       is_over(s->mount_ms, STAGE_WAIT_MS, now);
}

static bool tick_no_init(const struct seen *s, uint64_t now)
{
	return s->wire && s->progress.stage == STAGE_MOUNTED &&
	       is_over(s->progress.reached_ms[STAGE_MOUNTED], STAGE_WAIT_MS, now);
}

static bool tick_no_up(const struct seen *s, uint64_t now)
{
	return s->wire && s->progress.stage == STAGE_INIT &&
	       is_over(s->progress.reached_ms[STAGE_INIT], LOGIN_WAIT_MS, now);
}

/* The first that holds is said. */
static const struct {
	bool (*holds)(const struct seen *s, uint64_t now);
	const char *code, *text, *hint;
} ticks[] = {
	{ tick_silent, "silent", "nothing was heard of its boot for 60 s",
	  "if it was switched on: is the card's ROM enabled in its setup and first in the boot "
	  "order, is the "
	  "ROM the one for its card (mkdcroot try NAME boots it here), its cable in this network, "
	  "and its MAC the one of the hosts file?" },
	{ tick_no_answer, "no-answer", "asked three times and nobody answered",
	  "does the boot server run and listen on this interface, and is the host registered "
	  "(mkdcroot status)? A switch with spanning tree keeps a port closed for its first 30 s: "
	  "set portfast (an edge port) for it" },
	{ tick_stalled, "file-stalled", "loads no further for 20 s",
	  "a bad cable or switch port, a firewall that lets the first packet through and not the "
	  "transfer's own port, or a TFTP daemon that has ended" },
	{ tick_no_kernel, "no-kernel", "has its boot file, and nothing came after it for 60 s",
	  "the image may be damaged, for another CPU, or its kernel without a driver for the "
	  "host's network card (mkdcroot kernel-check)" },
	{ tick_no_mount, "no-mount", "its kernel runs, and did not mount the root in 60 s",
	  "is the NFS server running and reachable (rpcinfo -p), its ports not closed by a "
	  "firewall, and the root exported (mkdcroot status)?" },
	{ tick_no_init, "no-init", "its root is mounted, and init was not found in it for 60 s",
	  "is there /sbin/init in the root, for the host's CPU? init= on the kernel's command "
	  "line?" },
	{ tick_no_up, "no-up", "init runs, and no login was started for 5 minutes",
	  "its console says what it waits for" },
};

static void tick(struct boot_watch *w, struct seen *s, uint64_t now_ms)
{
	if (!s->name) {
		if (s->asks && is_over(s->asked_ms, STRANGER_MS, now_ms))
			say_unknown(w, s, now_ms);
		return;
	}
	for (size_t i = 0; i < sizeof(ticks) / sizeof(ticks[0]); i++)
		if (ticks[i].holds(s, now_ms)) {
			say_trouble(w, s, now_ms, ticks[i].code, "", ticks[i].text, ticks[i].hint);
			return;
		}
}

void boot_watch_tick(struct boot_watch *w, uint64_t now_ms)
{
	for (size_t i = 0; i < w->n; i++)
		tick(w, &w->seen[i], now_ms);
}

/* --- the object --- */

struct boot_watch *boot_watch_new(const struct hosts_file *hosts, const struct strv *own,
				  void (*say)(const struct boot_line *line, void *arg), void *arg)
{
	struct boot_watch *w = mem_new(sizeof(*w));

	*w = (struct boot_watch){ .hosts = hosts, .own = own, .say = say, .arg = arg };
	return w;
}

void boot_watch_free(struct boot_watch *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->n; i++)
		free(w->seen[i].name);
	free(w->seen);
	free(w);
}

void boot_watch_hosts(struct boot_watch *w, const struct hosts_file *hosts)
{
	size_t kept = 0;

	w->hosts = hosts;
	for (size_t i = 0; i < w->n; i++) {
		struct seen *s = &w->seen[i];
		const struct host *h = host_of(w, s);

		/* Who was removed is a stranger from now on; a stranger that was added starts as a host. */
		if (s->name && !h) {
			free(s->name);
			continue;
		}
		if (h) {
			s->mac = h->mac;
			s->ip = h->ip;
		}
		w->seen[kept++] = *s;
	}
	w->n = kept;
}

bool boot_watch_progress(const struct boot_watch *w, const char *name, struct boot_progress *out)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->seen[i].name && strcmp(w->seen[i].name, name) == 0) {
			*out = w->seen[i].progress;
			return true;
		}
	return false;
}
