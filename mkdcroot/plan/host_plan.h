/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host_plan: what has to be done to add or remove a host.  Building a plan checks everything and changes nothing. */
#ifndef MKDCROOT_PLAN_HOST_PLAN_H
#define MKDCROOT_PLAN_HOST_PLAN_H

#include "mkdcroot/plan/farm.h"
#include "mkdcroot/plan/plan.h"

/*
 * The plan to add @h, which is a new host.  @waiting is set when a boot server could not be
 * told because the host has no MAC.
 * Errors: -EEXIST for a name, address or MAC that is taken, with the line that has it.
 */
int host_plan_add(struct plan *p, struct farm *farm, const struct host *h, bool *waiting,
		  struct error *err);

/* The plan to remove the host @h of the hosts file, with all that it wrote. */
int host_plan_remove(struct plan *p, struct farm *farm, const struct host *h, struct error *err);

#endif
