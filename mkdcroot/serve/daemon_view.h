/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * daemon_view: the file system as the daemons see it: the machine's, with a /run, a /dev and
 * an /etc/hosts of their own, in a mount namespace of their own.  So they find their configuration
 * whatever user they become, leave no socket, lock or pid file on the machine, what they say to
 * syslog comes to us, and the machine's name is known to bootpd, which ends otherwise.
 */
#ifndef MKDCROOT_SERVE_DAEMON_VIEW_H
#define MKDCROOT_SERVE_DAEMON_VIEW_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"

struct daemon_view {
	char *run;	  /* directory that is seen as /run, 0755 */
	char *dev;	  /* likewise as /dev */
	struct strv kept; /* files and directories below /run that must be seen all the same */
};

/*
 * Make the directories run/ and dev/ in @dir.  @address: the server's, by which its name is known.
 */
int daemon_view_make(struct daemon_view *v, const char *dir, const char *address,
		     struct error *err);

/* When @path lies below /run, let it be seen; else it is seen anyhow. */
int daemon_view_keep(struct daemon_view *v, const char *path, struct error *err);
void daemon_view_free(struct daemon_view *v);

/* In the child: enter it for good.  Mounts that come later from outside are seen too.  0 or -errno. */
int daemon_view_enter(const struct daemon_view *v);

#endif
