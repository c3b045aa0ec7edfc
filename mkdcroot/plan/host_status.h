/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host_status: what is true of hosts now, from the store, the kernel and the servers' files.  Every file is
 * read and every server asked once, for however many hosts.
 */
#ifndef MKDCROOT_PLAN_HOST_STATUS_H
#define MKDCROOT_PLAN_HOST_STATUS_H

#include "mkdcroot/plan/farm.h"

#include <stdbool.h>

struct host_status {
	struct host_state state; /* state.name NULL: nothing was made for it */
	bool mounted;
	bool in_exports; /* in the NFS server's files */
	bool running;	 /* the NFS server does */
	int exported;	 /* by the running server: 1, 0, or negative when it cannot be told */
	bool in_boot;	 /* in every boot server's files */
	bool waiting;	 /* not there because its MAC is not known */
	/* Only with HOST_STATUS_COMPARED: */
	bool stored;	    /* its directories in the store are there */
	bool placed;	    /* its mount point and the link by its name are there */
	bool exports_right; /* the line in the NFS server's files is just as it is to be */
	bool boot_right;    /* the same for every boot server */
};

enum host_status_depth {
	HOST_STATUS_SEEN,     /* what is shown to people */
	HOST_STATUS_COMPARED, /* also whether it is as @h's line and the settings want it */
};

/* @out[0..@n), which is zeroed, becomes the status of @h[0..@n). */
int host_status_read_all(struct host_status *out, struct farm *farm, const struct host *const *h,
			 size_t n, enum host_status_depth depth, struct error *err);

int host_status_read(struct host_status *out, struct farm *farm, const struct host *h,
		     struct error *err);
void host_status_free(struct host_status *st);
#define cleanup_host_status __attribute__((cleanup(host_status_free)))

/* Is everything as it should be? */
bool host_status_is_good(const struct host_status *st);

#endif
