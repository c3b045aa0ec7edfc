/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mounts: generation images and overlays, through the kernel's mount API
 * (fsopen(2), fsconfig(2), fsmount(2), move_mount(2)): one call is well under a
 * millisecond where mount(8) takes several, and each option has its own message.
 */
#ifndef OVERLAY_MOUNTS_H
#define OVERLAY_MOUNTS_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"

#include <stdbool.h>

/*
 * Mount the erofs image @image read-only at the existing directory @dir, through a
 * loop device that goes away with the mount.  @direct_io: read it past the page
 * cache of the file system below, where that can do it.
 */
int image_mount(const char *image, const char *dir, bool direct_io, struct error *err);

/* One overlay.  All paths are the server's own, never a client's. */
struct overlay {
	const char *lower; /* the mounted generation */
	const char *upper;
	const char *work; /* beside @upper, on the same file system */
};

/*
 * Mount @o at the existing directory @target: index, nfs_export, redirect_dir and
 * xino on, nosuid, nodev, noexec.  Without xino=on an NFS client gets EXDEV for
 * every file of the lower layer; the flags protect the server and do not reach
 * clients.  See Documentation/filesystems/overlayfs.rst.
 */
int overlay_mount(const struct overlay *o, const char *target, struct error *err);

/*
 * The same for a stage that is being prepared, mounted nowhere: no NFS options, all
 * flags off, and volatile: its end does not wait until all that was ever written to the
 * file system of the store is on disk.  Returns a directory descriptor (>= 0), with whose
 * last closing the mount is gone, or a negative errno.
 */
int overlay_mount_detached(const struct overlay *o, struct error *err);

/* @o's merged view, to be read only: the upper is just the topmost of two layers; @o->work is not used. */
int overlay_view_detached(const struct overlay *o, struct error *err);

/* umount2(2) of @target, never lazily; what is not mounted is success.  -EBUSY names what to look
 * at. */
int mount_remove(const char *target, struct error *err);

/*
 * Can this kernel mount erofs, overlay and loop devices, and is the file system of @store, an existing directory, one
 * for uppers: writable, with trusted extended attributes, the kinds of files in directories (d_type), not itself
 * an overlay nor on the network?  One clear line otherwise.  What only should be said goes to @warnings.
 */
int mounts_preflight(const char *store, struct strv *warnings, struct error *err);

#endif
