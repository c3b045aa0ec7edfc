/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * image_layers: which files of a container image's archive are its layers, by its JSON:
 * manifest.json of `docker save`, or index.json of the OCI image layout (image-spec 1.0) and the manifests it
 * names.  Pure but for @read.
 */
#ifndef MKDCROOT_ROOT_IMAGE_LAYERS_H
#define MKDCROOT_ROOT_IMAGE_LAYERS_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"

#include <stdbool.h>

/* Can "/..." be a file of such an archive?  A root file system has others. */
bool image_layers_is_member(const char *path);

/* Appends the text of the archive's file @path to @out. */
typedef int image_layers_read(void *arg, const char *path, struct str *out, struct error *err);

/*
 * Append the paths ("/blobs/sha256/...") of the layers to @layers, the lowest first.  @name: the
 * file that was found, "/manifest.json" or "/index.json".
 */
int image_layers_find(const char *name, image_layers_read *read, void *arg, struct strv *layers,
		      struct error *err);

#endif
