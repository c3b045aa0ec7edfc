/* SPDX-License-Identifier: GPL-2.0-or-later */
/* commands: the functions behind the command table; see struct command for what they return. */
#ifndef MKDCROOT_COMMANDS_H
#define MKDCROOT_COMMANDS_H

#include "mkdcroot/command.h"
#include "mkdcroot/plan/farm.h"
#include "mkdcroot/plan/plan.h"

int cmd_add(const struct options *o, struct error *err);
int cmd_apply(const struct options *o, struct error *err);
int cmd_set(const struct options *o, struct error *err);
int cmd_remove(const struct options *o, struct error *err);
int cmd_list(const struct options *o, struct error *err);
int cmd_show(const struct options *o, struct error *err);
int cmd_status(const struct options *o, struct error *err);
int cmd_mount(const struct options *o, struct error *err);
int cmd_umount(const struct options *o, struct error *err);
int cmd_layer_create(const struct options *o, struct error *err);
int cmd_layer_list(const struct options *o, struct error *err);
int cmd_layer_show(const struct options *o, struct error *err);
int cmd_layer_remove(const struct options *o, struct error *err);
int cmd_image(const struct options *o, struct error *err);
int cmd_serve(const struct options *o, struct error *err);
int cmd_settings(const struct options *o, struct error *err);
int cmd_watch(const struct options *o, struct error *err);
int cmd_kernel_check(const struct options *o, struct error *err);

/* What commands share. */

/* Open the farm that the options name; with @change also take its lock, unless --dry-run. */
int command_farm(struct farm *farm, const struct options *o, bool change, struct error *err);

/*
 * Run @p, or print it with --dry-run.  Returns an exit status.  @farm must be locked
 * unless it is a dry run.
 */
int command_run_plan(struct farm *farm, const struct plan *p, const struct options *o,
		     struct error *err);

/* Ask "QUESTION [y/N]"; true when the answer is yes or --yes was given.  Without a terminal: -EINVAL in @err. */
bool command_confirm(const struct options *o, struct error *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
