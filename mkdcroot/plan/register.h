/* SPDX-License-Identifier: GPL-2.0-or-later */
/* register: one host in one boot server's database. */
#ifndef MKDCROOT_PLAN_REGISTER_H
#define MKDCROOT_PLAN_REGISTER_H

#include "mkdcroot/plan/farm.h"

/*
 * Make backend @ops have @h.  @save: write it and tell the daemon; false: only check that it
 * could be done.  *@state (may be NULL) tells what came of it.
 */
int register_boot(struct farm *farm, const struct boot_server_ops *ops, const struct host *h,
		  bool save, enum boot_state *state, struct error *err);

/*
 * The same with the host's boot file said: a path on this server, NULL for that of the settings.
 * register_boot() takes the image of the host's own generation where there is one, unless the
 * host's line has a boot_file.
 */
int register_boot_file(struct farm *farm, const struct boot_server_ops *ops, const struct host *h,
		       const char *boot_file, bool save, enum boot_state *state, struct error *err);

/*
 * The path of the image that @h is told to boot, freed by the caller: that of its own generation
 * where there is one, unless its line has a boot_file; else the settings'.  NULL with @err set when its
 * settings are wrong.
 */
char *register_boot_path(const struct settings *s, const struct host *h, struct error *err);

/* Take the host @name out of backend @ops; one that is not there is success. */
int unregister_boot(struct farm *farm, const struct boot_server_ops *ops, const char *name,
		    struct error *err);

/* Does backend @ops have the host @name?  1, 0 or negative errno. */
int boot_has(struct farm *farm, const struct boot_server_ops *ops, const char *name,
	     struct error *err);

#endif
