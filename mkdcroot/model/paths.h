/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * paths: where things are, made from the settings.  Every function returns a fresh
 * string that the caller frees.  The layout is drawn in ARCHITECTURE.md.
 */
#ifndef MKDCROOT_MODEL_PATHS_H
#define MKDCROOT_MODEL_PATHS_H

#include "mkdcroot/model/netaddr.h"
#include "mkdcroot/model/settings.h"

char *path_lock(const struct settings *s);
char *path_journal(const struct settings *s);

/* The lock of `serve`, and an empty directory where it mounts what it keeps in memory. */
char *path_serve_lock(const struct settings *s);
char *path_serve(const struct settings *s);

/* The store's directory of a host, and what is in it. */
char *path_host(const struct settings *s, const char *name);
char *path_host_state(const struct settings *s, const char *name);
char *path_host_identity(const struct settings *s, const char *name);
char *path_host_upper(const struct settings *s, const char *name);
char *path_host_work(const struct settings *s, const char *name);
/* Where a removed host's directory waits to be deleted. */
char *path_trash(const struct settings *s, const char *name);

/* A layer's directory, and what is in it. */
char *path_layers(const struct settings *s);
char *path_layer(const struct settings *s, const char *layer);
char *path_layer_state(const struct settings *s, const char *layer);
char *path_layer_stage(const struct settings *s, const char *layer);
char *path_layer_prepared(const struct settings *s, const char *layer);
char *path_layer_prepared_work(const struct settings *s, const char *layer);
/* What the layer did not get from its source (JSON). */
char *path_layer_left_out(const struct settings *s, const char *layer);
char *path_layer_view(const struct settings *s, const char *layer);
char *path_generation_image(const struct settings *s, const char *layer, unsigned int generation);
char *path_generation(const struct settings *s, const char *layer, unsigned int generation);

/* A host's root in the farm (/tftpboot/192.168.1.100), and the link by its name. */
char *path_root(const struct settings *s, const struct ip_addr *ip);
char *path_root_link(const struct settings *s, const char *name);

/* boot/ of the farm: the tagged image of a layer's generation, and the link to the newest. */
char *path_boot(const struct settings *s);
char *path_image(const struct settings *s, const char *layer, unsigned int generation);
char *path_image_link(const struct settings *s);
/* Where an image of the layer is made. */
char *path_layer_workshop(const struct settings *s, const char *layer);

#endif
