/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host_status: what is true of a host now, from the store, the kernel and the servers' files. */
#ifndef MKDCROOT_PLAN_HOST_STATUS_H
#define MKDCROOT_PLAN_HOST_STATUS_H

#include "mkdcroot/plan/farm.h"

#include <stdbool.h>

struct host_status {
	struct host_state state; /* state.name NULL: nothing was made for it */
	bool mounted;
	bool in_exports; /* in the NFS server's files */
	int exported;	 /* by the running server: 1, 0, or negative when it cannot be told */
	bool in_boot;	 /* in every boot server's files */
	bool waiting;	 /* not there because its MAC is not known */
};

int host_status_read(struct host_status *out, struct farm *farm, const struct host *h,
		     struct error *err);
void host_status_free(struct host_status *st);
#define cleanup_host_status __attribute__((cleanup(host_status_free)))

/* Is everything as it should be? */
bool host_status_is_good(const struct host_status *st, const struct farm *farm);

#endif
