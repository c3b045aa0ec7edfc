/* SPDX-License-Identifier: GPL-2.0-or-later */
/* layer_plan: what has to be done to make or remove a layer. */
#ifndef MKDCROOT_PLAN_LAYER_PLAN_H
#define MKDCROOT_PLAN_LAYER_PLAN_H

#include "mkdcroot/plan/farm.h"
#include "mkdcroot/plan/plan.h"

/* @profile: NULL to find the one that fits the source.  -EEXIST when there is such a layer. */
int layer_plan_create(struct plan *p, struct farm *farm, const char *name, const char *source,
		      const char *profile, struct error *err);

/* -EBUSY names the hosts that are on it. */
int layer_plan_remove(struct plan *p, struct farm *farm, const char *name, struct error *err);

#endif
