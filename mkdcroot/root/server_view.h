/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * server_view: the running server's system as one tree: its root and the volumes
 * that belong to it, without anything else that is mounted, read-only and without
 * access times.  It exists in a mount namespace of the child that reads it; the server's
 * own mounts are not touched, and a mount that comes or goes meanwhile is not seen.
 */
#ifndef MKDCROOT_ROOT_SERVER_VIEW_H
#define MKDCROOT_ROOT_SERVER_VIEW_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/root/volumes.h"

struct server_view {
	const struct volumes *volumes; /* the caller's */
	int *fd;		       /* a detached mount for each that is taken, else -1 */
	const char *at;		       /* the caller's: a directory to mount it at */
};

/* Take a mount of each volume.  @at: an existing directory of the store. */
int server_view_open(struct server_view *view, const struct volumes *volumes, const char *at,
		     struct error *err);
void server_view_close(struct server_view *view);
#define cleanup_server_view __attribute__((cleanup(server_view_close)))

/* For struct child's setup, with the view for its argument: afterwards it stands at view->at. */
int server_view_enter(void *view);

/* Does the literal @path exist in it?  Asked of the volume that holds it. */
bool server_view_has(const struct server_view *view, const char *path);

#endif
