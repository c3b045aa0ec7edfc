/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot_watch: where each host is on its way from power-on to login, and what holds it up.
 * Events of any number of sources go in, in about the order of their times; one line a stage comes out.
 * The same stage seen by two sources is said once.
 */
#ifndef MKDCROOT_WATCH_BOOT_WATCH_H
#define MKDCROOT_WATCH_BOOT_WATCH_H

#include "mkdcroot/base/str.h"
#include "mkdcroot/model/hosts_file.h"
#include "mkdcroot/watch/boot_event.h"

#include <stdbool.h>

enum boot_stage {
	STAGE_OFF,	/* nothing seen of it yet */
	STAGE_ASKED,	/* its BOOTP or DHCP request was seen */
	STAGE_ANSWERED, /* and answered */
	STAGE_LOADING,	/* it loads its boot file */
	STAGE_LOADED,	/* it has all of it: the kernel starts */
	STAGE_MOUNTED,	/* its root is mounted */
	STAGE_INIT,	/* init was found in it */
	STAGE_UP,	/* it shows a login */
	STAGE_COUNT,
};

/* "asked", "answered", "loading", ...: as in the stage lines and in JSON. */
const char *boot_stage_name(enum boot_stage stage);

/* What the watcher says: a stage that a host has reached, its progress, or what is wrong. */
enum boot_say { SAY_STAGE, SAY_PROGRESS, SAY_TROUBLE };

struct boot_line {
	enum boot_say say;
	uint64_t when_ms;
	const struct host *host; /* NULL: of a stranger; @mac and @ip tell which */
	struct mac_addr mac;
	struct ip_addr ip;
	enum boot_stage stage;
	const char *text;      /* "loading 42 % of /base-2.nb", "answered by 192.168.1.1: ..." */
	const char *hint;      /* trouble: what to look at or to do; NULL otherwise */
	uint64_t bytes, total; /* progress: of the file; total 0: not known */
	const char *code;      /* trouble: short and stable, for JSON and tests: "no-answer", ... */
};

struct boot_watch;

/*
 * @hosts: the farm's, kept, not owned.  @own: addresses of the server's own boot servers, so that answers of
 * others are told; may be empty.  @say is called for each line.
 */
struct boot_watch *boot_watch_new(const struct hosts_file *hosts, const struct strv *own,
				  void (*say)(const struct boot_line *line, void *arg), void *arg);
void boot_watch_free(struct boot_watch *w);

/* The hosts file was read again. */
void boot_watch_hosts(struct boot_watch *w, const struct hosts_file *hosts);

/*
 * The host @name is to be switched on, and the wire is watched since @since_ms: when nothing of it is seen there in
 * a minute that is trouble too ("silent").  Unknown names are passed over.
 */
void boot_watch_expect(struct boot_watch *w, const char *name, uint64_t since_ms);

void boot_watch_take(struct boot_watch *w, const struct boot_event *e);

/* To be called about once a second: what did not happen is said here (asked three times and no answer, ...). */
void boot_watch_tick(struct boot_watch *w, uint64_t now_ms);

/* How far a host has come. */
struct boot_progress {
	enum boot_stage stage;
	uint64_t reached_ms[STAGE_COUNT]; /* 0: not reached, or not seen */
	char trouble[32];		  /* code of the trouble it is in, "" for none */
	char trouble_text[512];		  /* text and hint */
};

/* Of the host @name; false when nothing was seen of it. */
bool boot_watch_progress(const struct boot_watch *w, const char *name, struct boot_progress *out);

#endif
