/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * steps: the types of steps there are, and what they share.  The arguments of every
 * step about a host are { "line", "layer", "generation", "fsid", "created" }: the host's
 * line in the hosts file and its state, so that a journal says all that is needed.
 */
#ifndef MKDCROOT_PLAN_STEPS_H
#define MKDCROOT_PLAN_STEPS_H

#include "mkdcroot/model/host.h"
#include "mkdcroot/model/state.h"
#include "mkdcroot/plan/farm.h"
#include "mkdcroot/plan/plan.h"

/* A host as a step sees it. */
struct step_host {
	struct hosts_file parsed; /* holds the one line */
	const struct host *host;
	struct host_state state;
	struct settings own; /* the farm's settings with the host's over them */
};

/* Take it out of a step's arguments. */
int step_host_load(struct step_host *sh, struct farm *farm, const json_t *args, struct error *err);
void step_host_free(struct step_host *sh);
#define cleanup_step_host __attribute__((cleanup(step_host_free)))

/* The arguments for the steps about @h with @state. */
json_t *step_host_args(const struct host *h, const struct host_state *state);

/* step_host.c */
extern const struct step_type step_make_host, step_make_mount_point, step_mount, step_personalise,
	step_sync_host, step_retire_host, step_remove_mount_point, step_delete_host;
/* step_register.c */
extern const struct step_type step_register_host, step_register_exports, step_register_boot,
	step_export, step_unregister_host, step_unregister_exports, step_unregister_boot,
	step_take_away;
/* step_layer.c */
extern const struct step_type step_make_layer, step_fill_stage, step_prepare, step_make_generation,
	step_mount_generation, step_publish_layer, step_unmount_layer, step_retire_layer,
	step_delete_layer;
/* step_image.c */
extern const struct step_type step_make_image, step_place_image, step_link_image, step_boot_image,
	step_drop_image;

#endif
