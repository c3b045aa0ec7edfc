/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * image_plan: what has to be done to make tagged images and let the hosts boot them.
 * Each image is made beside its place; then all are put in place, the link to the
 * newest follows, and the boot servers are told.  Whatever fails, the old images and
 * entries are as they were.
 */
#ifndef MKDCROOT_PLAN_IMAGE_PLAN_H
#define MKDCROOT_PLAN_IMAGE_PLAN_H

#include "mkdcroot/plan/farm.h"
#include "mkdcroot/plan/plan.h"

/* A generation of a layer that gets an image. */
struct image_target {
	char *layer;
	unsigned int generation;
	bool newest; /* of its layer */
};

struct image_targets {
	struct image_target *v;
	size_t n;
};

void image_targets_free(struct image_targets *t);
#define cleanup_image_targets __attribute__((cleanup(image_targets_free)))

/* The generation of the host @name. */
int image_targets_host(struct image_targets *t, const struct farm *farm, const char *name,
		       struct error *err);
/* The newest generation of @layer, and those that hosts use. */
int image_targets_layer(struct image_targets *t, const struct farm *farm, const char *layer,
			struct error *err);
/* The same for every layer. */
int image_targets_all(struct image_targets *t, const struct farm *farm, struct error *err);

/* @kernel: an absolute path, or NULL for each layer's own. */
int image_plan(struct plan *p, struct farm *farm, const struct image_targets *targets,
	       const char *kernel, struct error *err);

#endif
