/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host_made: a digest of all that the files in a host's root are made from, so that a change of the settings
 * is seen without opening anything in the root: the settings that reach a host, its line, and the
 * addresses that it is told.
 */
#ifndef MKDCROOT_PLAN_HOST_MADE_H
#define MKDCROOT_PLAN_HOST_MADE_H

#include "mkdcroot/model/host.h"
#include "mkdcroot/model/settings.h"
#include "mkdcroot/plan/served_from.h"

#include <stdint.h>

/* Both read once for all hosts. */
struct host_made {
	uint64_t settings;
	struct network net;
};

void host_made_open(struct host_made *m, const struct settings *s);
void host_made_close(struct host_made *m);
#define cleanup_host_made __attribute__((cleanup(host_made_close)))

/* The digest of @h, whose line is @line (host_format()), to @out. */
void host_made_digest(const struct host_made *m, const struct host *h, const char *line,
		      char out[17]);

#endif
