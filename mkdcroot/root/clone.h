/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clone: bring a source into a layer's stage, by rsync(1) or mmdebstrap(1). */
#ifndef MKDCROOT_ROOT_CLONE_H
#define MKDCROOT_ROOT_CLONE_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"

#include <stdbool.h>

/*
 * Make @stage what @source is, but for @excludes (rsync patterns): owners, modes, hard
 * links, ACLs, extended attributes, holes and times are kept.  What is in the
 * stage and not in the source is deleted.
 */
int clone_directory(const char *source, const char *stage, const struct strv *excludes, bool quiet,
		    struct error *err);

/*
 * Make a Debian tree of @suite with @packages in the empty directory @stage.
 * @mirror: "" for mmdebstrap's own choice.
 */
int clone_debian(const char *suite, const char *mirror, const struct strv *packages,
		 const char *stage, bool quiet, struct error *err);

#endif
