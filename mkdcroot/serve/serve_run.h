/* SPDX-License-Identifier: GPL-2.0-or-later */
/* serve_run: serve, once it is decided what and where; for this folder only. */
#ifndef MKDCROOT_SERVE_SERVE_RUN_H
#define MKDCROOT_SERVE_SERVE_RUN_H

#include "mkdcroot/serve/farm_server.h"
#include "mkdcroot/serve/interface.h"
#include "mkdcroot/serve/serve.h"
#include "mkdcroot/serve/served.h"

struct serve_run {
	struct farm *farm;
	const struct serve_options *o;
	struct interface interface;
	const char *boot_server;
	bool ganesha, kernel; /* who serves NFS; neither: nobody, or somebody else */
	int lock;
};

/* What they mean for the daemons; without hosts and directory. */
struct farm_server_options serve_run_server_options(const struct serve_run *r);

/* In the cage: serve until a signal to end comes (0), or something fails. */
int serve_run(const struct serve_run *r, int outer, struct error *err);

#endif
