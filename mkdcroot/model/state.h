/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state: what the store remembers of a layer and of a host, as small JSON files.
 * They are the truth about what was made; /etc/mkdcroot/hosts is what is wanted.
 */
#ifndef MKDCROOT_MODEL_STATE_H
#define MKDCROOT_MODEL_STATE_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"
#include "mkdcroot/model/netaddr.h"
#include "mkdcroot/model/settings.h"

#include <jansson.h>
#include <stddef.h>

/* One immutable image of a layer. */
struct generation_state {
	unsigned int number; /* from 1 */
	char uuid[37];
	char sha256[65];
	unsigned long long bytes;
	long long created; /* seconds since 1970 */
};

struct layer_state {
	char *name;
	char *source;			     /* "debian:bookworm", a directory, ... */
	struct strv profile;		     /* names, the distribution's first */
	unsigned int current;		     /* the newest generation */
	struct generation_state *generation; /* ascending */
	size_t n;
};

void layer_state_free(struct layer_state *l);
#define cleanup_layer_state __attribute__((cleanup(layer_state_free)))

/* Read a layer's state.  -ENOENT: "there is no layer NAME", with what to do. */
int layer_state_read(struct layer_state *l, const struct settings *s, const char *name,
		     struct error *err);
int layer_state_write(const struct layer_state *l, const struct settings *s, struct error *err);
/* The state as the file has it; the caller owns the reference. */
json_t *layer_state_json(const struct layer_state *l);
/* Append @g, which becomes the current generation. */
void layer_state_add(struct layer_state *l, const struct generation_state *g);
/* Generation @number, or NULL. */
const struct generation_state *layer_state_find(const struct layer_state *l, unsigned int number);
/* The names of all layers in the store, sorted. */
int layer_state_list(const struct settings *s, struct strv *names, struct error *err);

struct host_state {
	char *name;
	struct ip_addr ip;
	char *layer;
	unsigned int generation;
	char fsid[37];	   /* UUID of its export, for the host's life */
	long long created; /* seconds since 1970 */
	/* What its root was made from; NULL and "" in states that older versions wrote. */
	char *line;    /* the host's line, as host_format() has it */
	char made[17]; /* digest of all that its files depend on; see plan/host_made.h */
};

void host_state_free(struct host_state *h);
#define cleanup_host_state __attribute__((cleanup(host_state_free)))

/* Read a host's state.  -ENOENT: nothing was made for it yet. */
int host_state_read(struct host_state *h, const struct settings *s, const char *name,
		    struct error *err);
/*
 * Write it over what is there; durable only after the next sync of the store when @durable is
 * false.
 */
int host_state_write(const struct host_state *h, const struct settings *s, bool durable,
		     struct error *err);

#endif
