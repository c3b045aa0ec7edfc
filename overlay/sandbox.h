/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sandbox: run a layer's own program in a throw-away copy of the layer: in namespaces
 * of its own (mounts, processes, no network), with the generation below and an upper
 * that the caller deletes, so that neither the layer nor the server is changed.  Never
 * for a host's root: its contents are a client's.
 */
#ifndef OVERLAY_SANDBOX_H
#define OVERLAY_SANDBOX_H

#include "mkdcroot/base/error.h"
#include "overlay/mounts.h"

struct sandbox {
	struct overlay overlay;	  /* lower: a mounted generation; upper, work: empty directories */
	const char *mount_point;  /* an empty directory, only used in the sandbox's namespace */
	const char *data;	  /* a directory of the server's, seen as SANDBOX_DATA, read-only */
	const char *const *argv;  /* NULL-terminated; looked up in the layer */
	unsigned int max_seconds; /* then everything in it is killed */
};

#define SANDBOX_DATA "/tmp/mkdcroot"

/*
 * Run it and wait.  It sees /proc, /sys (read-only), a minimal /dev, empty /tmp and /run; what it
 * writes elsewhere is in the upper afterwards.  0 when it exits with status 0; otherwise
 * as child_run(), with the program's last words.
 */
int sandbox_run(const struct sandbox *s, struct error *err);

#endif
