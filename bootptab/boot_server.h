/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot_server: what answers a host's BOOTP or DHCP request: bootpd with its bootptab; others later.
 *
 * A backend owns one file of the administrator's, or a block in it.  It is opened
 * (read and parsed), edited in memory, and written in one replacement:
 *
 *	boot_server_open(&srv, "bootptab", settings, &err);
 *	boot_server_ensure(srv, &host, &state, &err);	or boot_server_remove(srv, "aldebaran", ...)
 *	boot_server_save(srv, &err);			durable
 *	boot_server_reload(srv, &err);			tell the daemon, where it does not see it
 *itself boot_server_close(srv);
 */
#ifndef BOOTPTAB_BOOT_SERVER_H
#define BOOTPTAB_BOOT_SERVER_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"
#include "mkdcroot/model/netaddr.h"
#include "mkdcroot/model/settings.h"

#include <stdbool.h>

/* What is said to one host.  Everything is the caller's. */
struct boot_host {
	const char *name;
	struct ip_addr ip;
	struct mac_addr mac;   /* unset: the host waits for its MAC */
	const char *root_path; /* rp: /tftpboot/192.168.1.100, without mount options */
	const char *boot_file; /* the image's path on this server, or NULL: that of @settings */
	const struct settings *settings; /* with the host's own over them (settings_for_host()) */
};

enum boot_state {
	BOOT_UNCHANGED,	      /* it is there already, the same */
	BOOT_WRITTEN,	      /* added or changed */
	BOOT_WAITING_FOR_MAC, /* not written: without a hardware address nobody can be answered */
	BOOT_REMOVED,
	BOOT_ABSENT, /* nothing to remove */
};

struct boot_server;

struct boot_server_ops {
	const char *name;

	/* Can it be used?  What only should be said goes to @warnings.  Changes nothing. */
	int (*preflight)(const struct settings *s, struct strv *warnings, struct error *err);

	/* Read the backend's files.  @s: the farm's settings, kept, not owned. */
	int (*open)(struct boot_server *srv, struct error *err);

	/*
	 * Make the files (in memory) say what @h has.  -EEXIST "file:line: ..." when something that
	 * is not ours has its name, address or MAC.
	 */
	int (*ensure)(struct boot_server *srv, const struct boot_host *h, enum boot_state *state,
		      struct error *err);

	/* Take what is ours about the host @name away (in memory). */
	int (*remove)(struct boot_server *srv, const char *name, enum boot_state *state,
		      struct error *err);

	/* Is there something of ours about the host @name? */
	bool (*has)(const struct boot_server *srv, const char *name);

	/* Would save() write something? */
	bool (*is_changed)(const struct boot_server *srv);

	/* Write the files, durably; nothing when nothing changed. */
	int (*save)(struct boot_server *srv, struct error *err);

	/* Let the daemon that runs now take it up. */
	int (*reload)(struct boot_server *srv, struct error *err);

	void (*close)(struct boot_server *srv);
};

struct boot_server {
	const struct boot_server_ops *ops;
	const struct settings *settings; /* not owned */
	void *state;			 /* the backend's own */
};

extern const struct boot_server_ops boot_server_bootptab;
extern const struct boot_server_ops boot_server_none;

/* The backend called @name, or NULL with -EINVAL recorded and the known names listed. */
const struct boot_server_ops *boot_server_find(const char *name, struct error *err);

/* The backends that @s->boot_backends names, in order, appended to @list (at most @max).  Returns
 * how many, or negative errno. */
int boot_server_list(const struct boot_server_ops **list, int max, const struct settings *s,
		     struct error *err);

int boot_server_open(struct boot_server *srv, const struct boot_server_ops *ops,
		     const struct settings *s, struct error *err);
int boot_server_ensure(struct boot_server *srv, const struct boot_host *h, enum boot_state *state,
		       struct error *err);
int boot_server_remove(struct boot_server *srv, const char *name, enum boot_state *state,
		       struct error *err);
bool boot_server_has(const struct boot_server *srv, const char *name);
bool boot_server_is_changed(const struct boot_server *srv);
int boot_server_save(struct boot_server *srv, struct error *err);
int boot_server_reload(struct boot_server *srv, struct error *err);
/* Also for one that failed to open. */
void boot_server_close(struct boot_server *srv);

/*
 * The name by which a TFTP daemon rooted at @tftp_root opens @file of this server: always with a
 * leading "/". Freed by the caller.  NULL with -EINVAL recorded when @file is not below @tftp_root.
 */
char *boot_file_name(const char *tftp_root, const char *file, struct error *err);

#endif
