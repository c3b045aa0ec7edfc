/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * served: the hosts of the farm that can be served, and their roots' mounts.  A host that cannot
 * is told once, with the reason, and does not keep the others back.
 */
#ifndef MKDCROOT_SERVE_SERVED_H
#define MKDCROOT_SERVE_SERVED_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/plan/farm.h"
#include "mkdcroot/serve/farm_server.h"
#include "mkdcroot/serve/interface.h"

#include <stdbool.h>
#include <stdint.h>

enum served_mounts {
	SERVED_LOOK,  /* the kernel's NFS server serves them: only look */
	SERVED_MOUNT, /* mount here what is not mounted */
};

struct served {
	const struct farm *farm;
	const struct interface *interface;
	enum served_mounts mounts;
	bool roots; /* they have to be mounted; false: nobody serves them now */
	int outer;  /* in a cage: see cage_bring_mount(); else -1 */
	/* Result: */
	struct served_host *v;
	size_t n;
	struct strv strings; /* what @v points to */
	struct strv mounted; /* roots that were mounted here */
	struct strv said;    /* complaints that have been made */
};

/* Find them in @s->farm->hosts, anew; mount their roots if that is to be done. */
void served_read(struct served *s);

/* Unmount roots that were mounted here and are not served any more; those that are busy, later. */
void served_unmount_stale(struct served *s);

/* Unmount all that was mounted here. */
void served_unmount_all(struct served *s);

/* Something that changes whenever another set of hosts, images or states would be found. */
uint64_t served_fingerprint(const struct served *s);

void served_free(struct served *s);
#define cleanup_served __attribute__((cleanup(served_free)))

#endif
