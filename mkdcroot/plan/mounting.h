/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mounting: the generations and overlays of the farm, found by name. */
#ifndef MKDCROOT_PLAN_MOUNTING_H
#define MKDCROOT_PLAN_MOUNTING_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/model/host.h"
#include "mkdcroot/model/state.h"
#include "mkdcroot/plan/farm.h"
#include "overlay/mount_table.h"

/* Mount generation @number of @layer where it belongs; mounted already is success. */
int mount_generation(const struct settings *s, const char *layer, unsigned int number,
		     struct error *err);

/* Mount the overlay of the host at its root, its generation first; mounted already is success. */
int mount_host(const struct settings *s, const struct host_state *state, struct error *err);

/* Unmount a host's root; not mounted is success. */
int umount_host(const struct settings *s, const struct host_state *state, struct error *err);

/* Unmount a host's root unless something else than its own overlay is mounted there, by @table. */
int umount_own(const struct settings *s, const struct host_state *state,
	       const struct mount_table *table, struct error *err);

/* Is the host's own overlay mounted at the root of @ip? */
bool host_is_at(const struct settings *s, const char *name, const struct ip_addr *ip,
		const struct mount_table *table);

/* 1 mounted, 0 not, negative errno. */
int host_is_mounted(const struct settings *s, const struct host_state *state);

/* For nfs_server_ops.take_away: umounts e->path. */
int umount_export(const struct nfs_export *e, void *arg);

#endif
