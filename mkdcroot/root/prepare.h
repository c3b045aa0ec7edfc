/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * prepare: what is done once for a layer, before its generation is made: secrets out,
 * caches and logs empty, units masked, configuration that suits a diskless host in.
 *
 * @view is the writable merged view of the layer's prepared/ over its stage/.  The
 * upper (prepared/) must be empty when the view is mounted: what an earlier run copied
 * up would hide what rsync has brought since.  Running it twice on a view is harmless.
 */
#ifndef MKDCROOT_ROOT_PREPARE_H
#define MKDCROOT_ROOT_PREPARE_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"
#include "mkdcroot/base/tree.h"
#include "mkdcroot/model/profile.h"

/* What was done.  Counts are of paths, units and accounts that were there. */
struct prepare_report {
	size_t scrubbed; /* secrets taken out */
	size_t removed;
	size_t emptied;	   /* directories emptied, files cut */
	size_t masked;	   /* units */
	size_t written;	   /* files, links and directories put in */
	size_t people;	   /* accounts of people taken out */
	size_t hashes;	   /* password hashes of other accounts taken out */
	struct strv lines; /* one line each, for --verbose: "scrub /etc/ssh/ssh_host_rsa_key" */
};

void prepare_report_free(struct prepare_report *r);
#define cleanup_prepare_report __attribute__((cleanup(prepare_report_free)))

/*
 * Do the layer part of @p in @view.  @report is zeroed or from an earlier call (added to).
 * On an error the view is half done and must not become a generation.
 */
int prepare_layer(const struct profile *p, const struct tree *view, struct prepare_report *report,
		  struct error *err);

#endif
