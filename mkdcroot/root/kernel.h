/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel: the kernels that a distribution has put into a layer. */
#ifndef MKDCROOT_ROOT_KERNEL_H
#define MKDCROOT_ROOT_KERNEL_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/tree.h"

struct layer_kernel {
	char *version; /* "6.1.0-40-amd64" */
	char *path;    /* in the layer: "/boot/vmlinuz-6.1.0-40-amd64" */
};

void layer_kernel_free(struct layer_kernel *k);
#define cleanup_layer_kernel __attribute__((cleanup(layer_kernel_free)))

/*
 * The newest kernel in @t whose modules are there too.  -ENOENT says what to do when there
 * is none.
 */
int layer_kernel_find(struct layer_kernel *k, const struct tree *t, struct error *err);

#endif
