/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * steps: the types of steps there are, and what they share.  A step about hosts does its work for as
 * many as there are: its arguments are { "hosts": [ ... ] }, or one host's alone, each
 *
 *	{ "line", "layer", "generation", "fsid", "created", "made" }
 *
 * the host's line in the hosts file and its state, so that a journal says all that is needed; and
 *
 *	"was", "was_made"	line and digest before, of a host that is changed
 *	"stays"			it is there, at the same place: undoing takes nothing away
 *	"keep_root"		its mount point becomes another host's
 *	"text", "text_was"	its line in the hosts file, to the byte
 *
 * where they apply.
 */
#ifndef MKDCROOT_PLAN_STEPS_H
#define MKDCROOT_PLAN_STEPS_H

#include "mkdcroot/model/host.h"
#include "mkdcroot/model/state.h"
#include "mkdcroot/plan/farm.h"
#include "mkdcroot/plan/plan.h"

/* A host as a step sees it. */
struct step_host {
	struct hosts_file parsed, was_parsed; /* each holds the one line */
	const struct host *host;
	const struct host *was; /* or NULL */
	struct host_state state;
	struct settings own;			/* the farm's settings with the host's over them */
	const char *was_made, *text, *text_was; /* of the arguments; or NULL */
	bool stays, keep_root;
};

/* Take one host out of a step's arguments. */
int step_host_load(struct step_host *sh, struct farm *farm, const json_t *args, struct error *err);
void step_host_free(struct step_host *sh);
#define cleanup_step_host __attribute__((cleanup(step_host_free)))

/* How many hosts @args are about, and the @i-th's arguments. */
size_t step_hosts_n(const json_t *args);
const json_t *step_hosts_get(const json_t *args, size_t i);

enum step_pass {
	STEP_RUN,    /* the first failure ends it, and so does a signal */
	STEP_FINISH, /* behind the commit point: the first failure ends it */
	STEP_UNDO,   /* all are tried, the first failure is kept */
};

/* Something done for one host. */
typedef int step_host_fn(struct farm *farm, struct step_host *sh, void *arg, struct error *err);

/* @fn for each host of @args.  @what: for the progress of many ("mount"), or NULL. */
int step_hosts_each(struct farm *farm, const json_t *args, enum step_pass pass, const char *what,
		    step_host_fn *fn, void *arg, struct error *err);

/* The arguments for the steps about @h with @state. */
json_t *step_host_args(const struct host *h, const struct host_state *state);

/* step_host.c */
extern const struct step_type step_make_host, step_make_mount_point, step_mount, step_personalise,
	step_sync_host, step_retire_host, step_remove_mount_point, step_delete_host;
/* step_change.c */
extern const struct step_type step_move_root, step_repair_root, step_personalise_again,
	step_update_state;
/* step_register.c */
extern const struct step_type step_register_host, step_register_exports, step_register_boot,
	step_export, step_unregister_host, step_unregister_exports, step_unregister_boot,
	step_take_away, step_change_line;
/* step_layer.c */
extern const struct step_type step_make_layer, step_fill_stage, step_prepare, step_make_generation,
	step_mount_generation, step_publish_layer, step_unmount_layer, step_retire_layer,
	step_delete_layer;
/* step_image.c */
extern const struct step_type step_make_image, step_place_image, step_link_image, step_boot_image,
	step_drop_image;

#endif
