/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_layer: mkdcroot layer create, list, show, remove. */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/json_file.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/progress.h"
#include "mkdcroot/commands.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/plan/layer_plan.h"
#include "mkdcroot/plan/preflight.h"

#include <errno.h>
#include <string.h>

int cmd_layer_create(const struct options *o, struct error *err)
{
	const char *name = o->args.n ? o->args.v[0] : "base";
	cleanup_farm struct farm farm = { .lock = -1 };
	cleanup_plan struct plan plan = { 0 };
	int status;

	if (!o->source)
		return error_say(err, -EINVAL,
				 "layer create: say where it comes from: --source "
				 "debian:bookworm, --source DIR, --source FILE.tar, or "
				 "--source / for this server"),
		       EXIT_USAGE;
	if (command_farm(&farm, o, true, err))
		return EXIT_FAILED;
	plan_init(&plan, "layer create %s", name);
	if (layer_plan_create(&plan, &farm, name, o->source, o->profile, err) ||
	    (!o->dry_run && preflight_layer(&farm, o->source, err)))
		return error_wrap(err, "create layer %s", name), EXIT_FAILED;
	status = command_run_plan(&farm, &plan, o, err);
	if (status != EXIT_OK)
		error_wrap(err, "create layer %s", name);
	else if (!o->dry_run)
		log_info("layer %s is ready, generation 1", name);
	return status;
}

int cmd_layer_remove(const struct options *o, struct error *err)
{
	cleanup_farm struct farm farm = { .lock = -1 };
	cleanup_plan struct plan plan = { 0 };
	const char *name = o->args.v[0];
	int status;

	if (!command_confirm(o, err, "Delete layer %s with its stage and images?", name) ||
	    command_farm(&farm, o, true, err))
		return EXIT_FAILED;
	plan_init(&plan, "layer remove %s", name);
	if (layer_plan_remove(&plan, &farm, name, err))
		return EXIT_FAILED;
	status = command_run_plan(&farm, &plan, o, err);
	if (status == EXIT_OK && !o->dry_run)
		log_info("removed layer %s", name);
	return status;
}

static json_t *layer_json(const struct layer_state *l)
{
	json_t *out = layer_state_json(l);

	json_object_set_new(out, "name", json_string(l->name));
	return out;
}

static void list_line(const struct layer_state *l)
{
	const struct generation_state *g = layer_state_find(l, l->current);
	char bytes[16];

	printf("%-16s %-10u %-10s %-12s %s\n", l->name, l->current,
	       progress_bytes(g ? g->bytes : 0, bytes), l->profile.n ? l->profile.v[0] : "-",
	       l->source);
}

int cmd_layer_list(const struct options *o, struct error *err)
{
	cleanup_farm struct farm farm = { .lock = -1 };
	cleanup_strv struct strv names = STRV_INIT;
	cleanup_json json_t *all = json_array();

	if (command_farm(&farm, o, false, err) || layer_state_list(&farm.settings, &names, err))
		return EXIT_FAILED;
	if (!o->json)
		printf("%-16s %-10s %-10s %-12s %s\n", "LAYER", "GENERATION", "IMAGE", "PROFILE",
		       "SOURCE");
	for (size_t i = 0; i < names.n; i++) {
		cleanup_layer_state struct layer_state l = { 0 };

		if (layer_state_read(&l, &farm.settings, names.v[i], err))
			return EXIT_FAILED;
		if (o->json)
			json_array_append_new(all, layer_json(&l));
		else
			list_line(&l);
	}
	if (o->json) {
		json_dumpf(all, stdout, JSON_INDENT(2));
		putchar('\n');
	}
	return EXIT_OK;
}

/* What the layer did not get from its source, as step fill-stage kept it; NULL when nothing was kept. */
static int read_left_out(json_t **out, const struct farm *farm, const char *name, struct error *err)
{
	cleanup_free char *path = path_layer_left_out(&farm->settings, name);

	*out = NULL;
	if (!fs_exists(path))
		return 0;
	*out = json_file_read(path, err);
	return *out ? 0 : err->status;
}

static const char *member(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

static void show_left_out(const json_t *left_out, bool all)
{
	const json_t *volumes = json_object_get(left_out, "file_systems");
	const json_t *paths = json_object_get(left_out, "paths");
	size_t i, n = 0;
	json_t *entry;

	json_array_foreach(volumes, i, entry)
	{
		bool taken = !*member(entry, "why");

		n += !taken;
		if (all)
			printf("%s %s (%s, %s)%s%s\n",
			       taken ? "taken:     " : "left out:  ", member(entry, "target"),
			       member(entry, "type"), member(entry, "source"), taken ? "" : ": ",
			       member(entry, "why"));
	}
	json_array_foreach(paths, i, entry) if (all)
		printf("left out:   %s (%s)\n", member(entry, "path"), member(entry, "rule"));
	if (!all)
		printf("left out:   %zu paths and %zu file systems of the source (--verbose lists "
		       "them)\n",
		       json_array_size(paths), n);
}

static void show_text(const struct farm *farm, const struct layer_state *l, const json_t *left_out,
		      bool all)
{
	cleanup_free char *dir = path_layer(&farm->settings, l->name);
	char bytes[16];

	printf("name:       %s\nsource:     %s\nprofile:    %s\ndirectory:  %s\n", l->name,
	       l->source, l->profile.n ? l->profile.v[0] : "-", dir);
	for (size_t i = 0; i < l->n; i++)
		printf("generation: %u, %s, uuid %s, sha256 %s%s\n", l->generation[i].number,
		       progress_bytes(l->generation[i].bytes, bytes), l->generation[i].uuid,
		       l->generation[i].sha256,
		       l->generation[i].number == l->current ? " (current)" : "");
	for (size_t i = 0; i < farm->hosts.n; i++)
		if (strcmp(farm->hosts.host[i].layer, l->name) == 0)
			printf("host:       %s\n", farm->hosts.host[i].name);
	if (left_out)
		show_left_out(left_out, all);
}

int cmd_layer_show(const struct options *o, struct error *err)
{
	cleanup_farm struct farm farm = { .lock = -1 };
	cleanup_layer_state struct layer_state l = { 0 };

	cleanup_json json_t *left_out = NULL;

	if (command_farm(&farm, o, false, err) ||
	    layer_state_read(&l, &farm.settings, o->args.v[0], err) ||
	    read_left_out(&left_out, &farm, l.name, err))
		return EXIT_FAILED;
	if (o->json) {
		cleanup_json json_t *out = layer_json(&l);

		if (left_out)
			json_object_set(out, "left_out", left_out);
		json_dumpf(out, stdout, JSON_INDENT(2));
		putchar('\n');
	} else {
		show_text(&farm, &l, left_out, o->verbose);
	}
	return EXIT_OK;
}
