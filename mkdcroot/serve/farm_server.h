/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * farm_server: the daemons of a whole farm server as children of this process: boot
 * server, TFTP, NFS, each with a configuration made from the farm in a directory of
 * its own.  Nothing is written to /etc, and the machine's own daemons are not touched.
 * Used by `serve` on a real interface and by `try` in a namespace.
 *
 *	farm_server_start()		configurations, daemons; returns when all of them listen
 *	poll(farm_server_fds())		then farm_server_read(): their lines go to on_line
 *	farm_server_reload()		the farm changed
 *	farm_server_stop()		ends all of them, by the id they were started with, and waits
 */
#ifndef MKDCROOT_SERVE_FARM_SERVER_H
#define MKDCROOT_SERVE_FARM_SERVER_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"
#include "mkdcroot/model/host.h"
#include "mkdcroot/plan/farm.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

/* A host as it is served. */
struct served_host {
	const struct host *host;
	const char *root;	 /* path that is exported: /tftpboot/192.168.1.100 */
	const char *boot_file;	 /* the image's path on this machine */
	const char *fsid;	 /* UUID of its export */
	const char *kernel_args; /* added to the kernel's command line by vendor tag 129, or NULL */
};

struct farm_server_options {
	const struct farm *farm; /* settings: netmask, gateway, dns, domain, tftp_root ... */
	const char *interface;	 /* where BOOTP and DHCP are answered */
	const char *address;	 /* the server's, dotted, on that interface */
	const char *netmask;	 /* dotted */
	const char *
		boot_server; /* "dnsmasq" (BOOTP, DHCP and TFTP) or "bootpd" (bootpd and in.tftpd) */
	bool nfs; /* start nfs-ganesha (and rpcbind, where none runs); false: the kernel's serves */
	const char *
		dir; /* an empty directory, 0700, for configurations, sockets, logs; the caller's */
	const struct served_host *hosts;
	size_t n_hosts;
	/* A line that a daemon wrote, without its newline. */
	void (*on_line)(const char *daemon, const char *line, void *arg);
	void *arg;
};

struct farm_server;

/*
 * Start all daemons.  @o is copied, what it points to (but @hosts, which is only used now) must live on.
 * Errors name the daemon, with its own last words: -EADDRINUSE when another one has its port, -ENOENT with the
 * package that brings it.  When one does not come up the others are ended.
 */
int farm_server_start(struct farm_server **out, const struct farm_server_options *o,
		      struct error *err);

/* Append the names of its daemons, the boot server first. */
void farm_server_names(const struct farm_server *s, struct strv *names);

/* The descriptors to poll for input: at most @max are put into @fds.  Returns how many. */
size_t farm_server_fds(const struct farm_server *s, struct pollfd *fds, size_t max);

/*
 * Read what the daemons wrote and hand it to on_line.  -ECHILD when one has ended, with its name, how, and its last
 * words.
 */
int farm_server_read(struct farm_server *s, struct error *err);

/* Serve these hosts from now on; the daemons run on.  The roots are mounted already. */
int farm_server_reload(struct farm_server *s, const struct served_host *hosts, size_t n,
		       struct error *err);

/* End the daemons (TERM, after 5 s KILL) and wait for them; NULL is fine. */
void farm_server_stop(struct farm_server *s);

#endif
