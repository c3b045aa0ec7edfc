/* SPDX-License-Identifier: GPL-2.0-or-later */
/* farm_daemon: what there is to know of each kind of daemon, for this folder only. */
#ifndef MKDCROOT_SERVE_FARM_DAEMON_H
#define MKDCROOT_SERVE_FARM_DAEMON_H

#include "mkdcroot/serve/conf.h"
#include "mkdcroot/serve/farm_server.h"
#include "mkdcroot/serve/port.h"

#include <stdbool.h>

#define FARM_DAEMON_PORTS 2
#define RELOAD_RESTART	  (-1)

struct farm_daemon {
	const char *name; /* in lines; also what it calls itself in syslog */
	const char *package;
	/* Is it one of those that @o asks for? */
	bool (*wanted)(const struct farm_server_options *o);
	/* Append its files, or NULL. */
	int (*configure)(const struct farm_server_options *o, struct conf_files *files,
			 struct error *err);
	/* Its program and arguments. */
	void (*command)(const struct farm_server_options *o, struct strv *argv);
	const char *env; /* "NAME=value", or NULL */
	/* The port that it gets as standard input, bound by us; or PORT_NONE. */
	struct port input;
	/* What it binds itself: it is ready when it has them. */
	struct port ports[FARM_DAEMON_PORTS];
	bool by_syslog; /* it says everything to syslog; what it writes besides is the same once more */
	/* When its files have changed: the signal by which it reads them again, or RELOAD_RESTART. */
	int reload;
};

/* Where an rpcbind listens that the machine has. */
extern const struct port rpcbind_port;

/* All kinds, in the order in which they start; ends with a NULL name. */
extern const struct farm_daemon farm_daemons[];

#endif
