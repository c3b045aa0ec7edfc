/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clone: bring a source into a layer's stage, by rsync(1) or mmdebstrap(1).  (A tar
 * archive: see archive.h.)
 */
#ifndef MKDCROOT_ROOT_CLONE_H
#define MKDCROOT_ROOT_CLONE_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"
#include "mkdcroot/root/left_out.h"
#include "mkdcroot/root/server_view.h"

#include <stdbool.h>

struct clone {
	const char *source;		/* a directory; not asked for with @view */
	const struct server_view *view; /* the running server is the source; or NULL */
	const char *stage;
	const struct strv *excludes; /* rsync patterns */
	bool quiet;
};

/*
 * Make the stage what the source is, but for the excludes: owners, modes, hard links, ACLs,
 * extended attributes, holes and times are kept; labels of SELinux and marks of overlayfs are not.
 * What is in the stage and not in the source is deleted, so that it can be called again
 * for a stage that has an older state.  What was left out is added to @left_out.  A file that
 * vanishes while the server is copied is a warning.
 */
int clone_tree(const struct clone *c, struct left_out *left_out, struct error *err);

/*
 * Make a Debian tree of @suite with @packages in the empty directory @stage.
 * @mirror: "" for mmdebstrap's own choice.
 */
int clone_debian(const char *suite, const char *mirror, const struct strv *packages,
		 const char *stage, bool quiet, struct error *err);

/*
 * The devices that the kernel and init want before anything is mounted at /dev, whose content
 * is copied from no source.
 */
int clone_devices(const char *stage, struct error *err);

#endif
