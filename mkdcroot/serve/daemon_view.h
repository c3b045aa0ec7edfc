/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * daemon_view: the file system as the daemons see it: the machine's, with a /run and a
 * /dev of their own, in a mount namespace of their own.  So they find their configuration
 * whatever user they become, leave no socket, lock or pid file on the machine, and what they
 * say to syslog comes to us.
 */
#ifndef MKDCROOT_SERVE_DAEMON_VIEW_H
#define MKDCROOT_SERVE_DAEMON_VIEW_H

#include "mkdcroot/base/error.h"

struct daemon_view {
	char *run;  /* directory that is seen as /run, 0755 */
	char *dev;  /* likewise as /dev */
	char *kept; /* a directory below /run that must be seen all the same, or NULL */
};

/*
 * Make the directories run/ and dev/ in @dir.  @farm: the farm's directory, which stays
 * visible even when it lies below /run.
 */
int daemon_view_make(struct daemon_view *v, const char *dir, const char *farm, struct error *err);
void daemon_view_free(struct daemon_view *v);

/* In the child: enter it for good.  Mounts that come later from outside are seen too.  0 or -errno. */
int daemon_view_enter(const struct daemon_view *v);

#endif
