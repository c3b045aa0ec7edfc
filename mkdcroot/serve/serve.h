/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * serve: a whole farm server in the foreground.
 *
 *	hosts file, store		-> served.h: who is served, with what
 *	interface.h, rival.h, port.h	where; is that right?
 *	cage.h				namespaces that end with us
 *	farm_server.h			the daemons
 *	  their lines -> boot_log.h \
 *	  the wire -> boot_packets.h -> boot_watch.h -> boot_print.h: standard output
 */
#ifndef MKDCROOT_SERVE_SERVE_H
#define MKDCROOT_SERVE_SERVE_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/plan/farm.h"

#include <stdbool.h>

struct serve_options {
	const char *interface;	 /* NULL: the one towards the hosts */
	const char *boot_server; /* dnsmasq, bootpd; NULL: dnsmasq, or else bootpd, as installed */
	const char *
		nfs; /* kernel, ganesha, none; NULL: kernel when the settings say so and it runs, else ganesha */
	bool despite_dhcp; /* serve although there is another DHCP server */
	bool print;	   /* write the configurations to standard output, and that is all */
	bool dry_run;	   /* say what would be started, and that is all */
	bool verbose;	   /* every line of the daemons */
	bool json;	   /* an object a line */
	bool quiet;	   /* only troubles */
};

/*
 * Serve until SIGINT, SIGTERM or SIGHUP.  @farm is open and not locked; its hosts are read again
 * when they change.  -EINVAL for options that make no sense; -EBUSY when it is served already.
 */
int serve(struct farm *farm, const struct serve_options *o, struct error *err);

#endif
