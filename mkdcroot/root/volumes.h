/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * volumes: which of the file systems that a server has mounted belong to its system,
 * and so into a layer made from "/".  Read from mountinfo, proc_pid_mountinfo(5).
 */
#ifndef MKDCROOT_ROOT_VOLUMES_H
#define MKDCROOT_ROOT_VOLUMES_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"

#include <stdbool.h>
#include <sys/types.h>

struct volume {
	char *target;	 /* where it is mounted, without a "/" at the end but for "/" itself */
	char *type;	 /* ext4, nfs4 ... */
	char *source;	 /* /dev/sda2, server:/export ... */
	const char *why; /* why it is left out; NULL when it is taken */
	bool expected; /* nobody would miss it: proc, sysfs, tmpfs, a host's or container's root */
};

struct volumes {
	struct volume *v; /* parents before what is mounted below them; "/" is the first */
	size_t n;
};

/*
 * Read @mountinfo ("/proc/self/mountinfo").  Taken are "/" whatever it is, and every local file
 * system that can be seen, but for: pseudo and network file systems, overlays and images,
 * bind mounts, removable media, what @excludes (rsync patterns) leave out as a whole, and what is
 * mounted below something that is left out.
 * @removable: is the disk of this device number one?  NULL: ask sysfs.
 */
int volumes_read(struct volumes *out, const char *mountinfo, const struct strv *excludes,
		 bool (*removable)(dev_t devno), struct error *err);
void volumes_free(struct volumes *v);
#define cleanup_volumes __attribute__((cleanup(volumes_free)))

#endif
