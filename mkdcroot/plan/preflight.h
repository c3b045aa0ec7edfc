/* SPDX-License-Identifier: GPL-2.0-or-later */
/* preflight: is this server able to do what a plan asks, before anything is changed? */
#ifndef MKDCROOT_PLAN_PREFLIGHT_H
#define MKDCROOT_PLAN_PREFLIGHT_H

#include "mkdcroot/plan/farm.h"

/* Before hosts are added: kernel, store, farm directory, NFS server, boot servers.  Warnings are logged. */
int preflight_hosts(struct farm *farm, struct error *err);

/* Before a layer is made from a source of that kind: kernel, store, programs, root's rights. */
int preflight_layer(struct farm *farm, const char *source, struct error *err);

/* For an image of a layer: the rights, and the file systems of the throw-away copy. */
int preflight_image(struct farm *farm, struct error *err);

#endif
