/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * farm: all that a command works on: the settings, the farm's hosts, the servers,
 * and while something is changed the lock.
 */
#ifndef MKDCROOT_PLAN_FARM_H
#define MKDCROOT_PLAN_FARM_H

#include "bootptab/boot_server.h"
#include "exports/nfs_server.h"
#include "mkdcroot/base/error.h"
#include "mkdcroot/model/hosts_file.h"
#include "mkdcroot/model/settings.h"
#include "mkdcroot/model/state.h"
#include "overlay/generation.h"

#include <stdbool.h>

#define FARM_BOOT_MAX 8

struct farm {
	struct settings settings;
	struct hosts_file hosts;
	struct nfs_server nfs;
	const struct boot_server_ops *boot[FARM_BOOT_MAX];
	int n_boot;
	int lock; /* descriptor, -1 while not taken */
	bool quiet;
	struct generation built; /* by the step make-generation, for publish-layer */
};

/*
 * Read the settings (@config, or NULL for /etc/mkdcroot/mkdcroot.conf, which may be
 * missing), and the hosts file.
 */
int farm_open(struct farm *farm, const char *config, struct error *err);
void farm_close(struct farm *farm);
#define cleanup_farm __attribute__((cleanup(farm_close)))

/*
 * Make the store where it is missing, take the lock (waiting up to a minute), complete or
 * take back what an interrupted command left, and read the hosts file again.
 */
int farm_lock(struct farm *farm, struct error *err);

/* The host @name with its own settings, or -ENOENT with the known names near it. */
int farm_find(const struct farm *farm, const char *name, const struct host **h, struct error *err);

/* What @h's root is exported as; the strings of @e are freed by farm_export_free(). */
struct farm_export {
	struct nfs_export e;
	char *path, *client, *options, *uuid;
};

int farm_export_make(struct farm_export *out, const struct farm *farm, const struct host *h,
		     const char *fsid, struct error *err);
void farm_export_free(struct farm_export *x);
#define cleanup_farm_export __attribute__((cleanup(farm_export_free)))

/* The same of many, for nfs_server_ops, which take arrays. */
struct farm_exports {
	struct farm_export *x; /* owner of the strings */
	struct nfs_export *e;  /* parallel to it */
	size_t n;
};

int farm_exports_add(struct farm_exports *all, const struct farm *farm, const struct host *h,
		     const char *fsid, struct error *err);
void farm_exports_free(struct farm_exports *all);
#define cleanup_farm_exports __attribute__((cleanup(farm_exports_free)))

#endif
