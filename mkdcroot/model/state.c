/* SPDX-License-Identifier: GPL-2.0-or-later */
/* state: jansson's pack and unpack do the checking; a file that does not fit is an error with its name. */
#include "mkdcroot/model/state.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/json_file.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/model/paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int misfit(const char *path, const json_error_t *where, struct error *err)
{
	return error_say(err, -EINVAL, "%s: not the state that mkdcroot writes: %s", path,
			 where->text);
}

void layer_state_free(struct layer_state *l)
{
	free(l->name);
	free(l->source);
	strv_free(&l->profile);
	free(l->generation);
	*l = (struct layer_state){ 0 };
}

void layer_state_add(struct layer_state *l, const struct generation_state *g)
{
	l->generation = mem_resize(l->generation, l->n + 1, sizeof(*l->generation));
	l->generation[l->n++] = *g;
	l->current = g->number;
}

const struct generation_state *layer_state_find(const struct layer_state *l, unsigned int number)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->generation[i].number == number)
			return &l->generation[i];
	return NULL;
}

static int unpack_generation(struct layer_state *l, json_t *item, json_error_t *where)
{
	struct generation_state g = { 0 };
	const char *uuid, *sha256;
	json_int_t bytes, created;
	int number;

	if (json_unpack_ex(item, where, 0, "{s:i, s:s, s:s, s:I, s:I}", "number", &number, "uuid",
			   &uuid, "sha256", &sha256, "bytes", &bytes, "created", &created) < 0)
		return -EINVAL;
	g.number = (unsigned int)number;
	g.bytes = (unsigned long long)bytes;
	g.created = created;
	memccpy(g.uuid, uuid, '\0', sizeof(g.uuid) - 1);
	memccpy(g.sha256, sha256, '\0', sizeof(g.sha256) - 1);
	layer_state_add(l, &g);
	return 0;
}

static int unpack_layer(struct layer_state *l, json_t *root, const char *path, struct error *err)
{
	json_t *profile, *generations;
	json_error_t where;
	const char *source;
	int current;

	if (json_unpack_ex(root, &where, 0, "{s:s, s:o, s:i, s:o}", "source", &source, "profile",
			   &profile, "current", &current, "generations", &generations) < 0)
		return misfit(path, &where, err);
	l->source = mem_strdup(source);
	for (size_t i = 0; i < json_array_size(profile); i++) {
		const char *name = json_string_value(json_array_get(profile, i));

		strv_add(&l->profile, name ? name : "");
	}
	for (size_t i = 0; i < json_array_size(generations); i++)
		if (unpack_generation(l, json_array_get(generations, i), &where))
			return misfit(path, &where, err);
	l->current = (unsigned int)current;
	return 0;
}

int layer_state_read(struct layer_state *l, const struct settings *s, const char *name,
		     struct error *err)
{
	cleanup_free char *path = path_layer_state(s, name);
	cleanup_json json_t *root = NULL;
	int there = fs_find(path, err);

	if (there < 0)
		return there;
	if (!there)
		return error_say(err, -ENOENT,
				 "there is no layer %s (make it: mkdcroot layer create %s --source "
				 "debian:bookworm, or --source DIR)",
				 name, name);
	root = json_file_read(path, err);
	if (!root)
		return err->status;
	l->name = mem_strdup(name);
	return unpack_layer(l, root, path, err);
}

json_t *layer_state_json(const struct layer_state *l)
{
	json_t *profile = json_array(), *generations = json_array();

	for (size_t i = 0; i < l->profile.n; i++)
		json_array_append_new(profile, json_string(l->profile.v[i]));
	for (size_t i = 0; i < l->n; i++) {
		const struct generation_state *g = &l->generation[i];

		json_array_append_new(generations,
				      json_pack("{s:i, s:s, s:s, s:I, s:I}", "number",
						(int)g->number, "uuid", g->uuid, "sha256",
						g->sha256, "bytes", (json_int_t)g->bytes, "created",
						(json_int_t)g->created));
	}
	return json_pack("{s:s, s:o, s:i, s:o}", "source", l->source, "profile", profile, "current",
			 (int)l->current, "generations", generations);
}

int layer_state_write(const struct layer_state *l, const struct settings *s, struct error *err)
{
	cleanup_free char *path = path_layer_state(s, l->name);

	return json_file_write(layer_state_json(l), path, true, err);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int layer_state_list(const struct settings *s, struct strv *names, struct error *err)
{
	cleanup_free char *path = path_layers(s);
	cleanup_dir DIR *dir = opendir(path);
	struct dirent *entry;

	if (!dir)
		return errno == ENOENT ? 0 : error_set(err, -errno, "list %s", path);
	while ((errno = 0, entry = readdir(dir))) {
		cleanup_free char *state = path_layer_state(s, entry->d_name);

		if (entry->d_name[0] != '.' && fs_exists(state))
			strv_add(names, entry->d_name);
	}
	if (errno)
		return error_set(err, -errno, "list %s", path);
	if (names->n)
		qsort(names->v, names->n, sizeof(*names->v), compare_names);
	return 0;
}

void host_state_free(struct host_state *h)
{
	free(h->name);
	free(h->layer);
	free(h->line);
	*h = (struct host_state){ 0 };
}

int host_state_read(struct host_state *h, const struct settings *s, const char *name,
		    struct error *err)
{
	cleanup_free char *path = path_host_state(s, name);
	cleanup_json json_t *root = json_file_read(path, err);
	const char *ip, *layer, *fsid, *line = NULL, *made = "";
	json_error_t where;
	json_int_t created;
	int generation;

	if (!root)
		return err->status;
	if (json_unpack_ex(root, &where, 0, "{s:s, s:s, s:i, s:s, s:I, s?s, s?s}", "ip", &ip,
			   "layer", &layer, "generation", &generation, "fsid", &fsid, "created",
			   &created, "line", &line, "made", &made) < 0)
		return misfit(path, &where, err);
	if (ip_parse(&h->ip, ip, err))
		return error_wrap(err, "%s", path);
	h->name = mem_strdup(name);
	h->layer = mem_strdup(layer);
	h->generation = (unsigned int)generation;
	memccpy(h->fsid, fsid, '\0', sizeof(h->fsid) - 1);
	h->created = created;
	h->line = mem_strdup(line);
	memccpy(h->made, made, '\0', sizeof(h->made) - 1);
	return 0;
}

int host_state_write(const struct host_state *h, const struct settings *s, bool durable,
		     struct error *err)
{
	cleanup_free char *path = path_host_state(s, h->name);
	char ip[IP_TEXT_MAX];
	json_t *root =
		json_pack("{s:s, s:s, s:i, s:s, s:I, s:s*, s:s*}", "ip", ip_format(&h->ip, ip),
			  "layer", h->layer, "generation", (int)h->generation, "fsid", h->fsid,
			  "created", (json_int_t)h->created, "line", h->line, "made",
			  *h->made ? h->made : NULL);

	return durable ? json_file_write(root, path, true, err)
		       : json_file_write_later(root, path, err);
}
