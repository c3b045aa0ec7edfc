/* SPDX-License-Identifier: GPL-2.0-or-later */
/* layer_plan: a layer is published last; until then no other command sees it. */
#include "mkdcroot/plan/layer_plan.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/json_file.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/tree.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/model/profile.h"
#include "mkdcroot/model/source.h"
#include "mkdcroot/plan/steps.h"
#include "mkdcroot/root/archive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int check_name(const char *name, struct error *err)
{
	cleanup_host struct host probe = { 0 };
	cleanup_free char *assignment = mem_printf("layer=%s", name);

	/* The rule for the name in a host's line is the rule for the name. */
	return host_set(&probe, assignment, err);
}

/* A source that holds the store would be copied into itself; links and dots must not hide that. */
static int check_apart(const struct settings *s, const char *dir, struct error *err)
{
	cleanup_free char *source = realpath(dir, NULL), *store = realpath(s->store, NULL);
	size_t len = source ? strlen(source) : 0;

	if (!source)
		return error_set(err, -errno, "open root %s", dir);
	/* A store that is not there yet (--dry-run) holds nothing. */
	if (!store || !str_has_prefix(store, source) ||
	    (len > 1 && store[len] && store[len] != '/'))
		return 0;
	return error_say(err, -EINVAL, "%s holds the store %s", dir, s->store);
}

/* Is it the root of a system at all?  One that is not would be cloned for nothing. */
static int check_directory(const struct settings *s, const char *dir, struct error *err)
{
	static const char *const signs[] = { "/etc", "/usr", "/bin", "/sbin" };
	cleanup_tree struct tree t = TREE_INIT;
	int rc = tree_open(&t, dir, err);

	for (size_t i = 0; !rc && i < sizeof(signs) / sizeof(signs[0]); i++)
		if (!tree_exists(&t, signs[i]))
			rc = error_say(err, -EINVAL, "%s is no root file system: it has no %s", dir,
				       signs[i]);
	return rc ? rc : check_apart(s, dir, err);
}

static int choose_profile(char **out, const struct farm *farm, const struct source *source,
			  const char *wanted, struct error *err)
{
	cleanup_profile struct profile profile = PROFILE_INIT;
	cleanup_strv struct strv dirs = STRV_INIT;
	int rc = 0;

	cleanup_archive_facts struct archive_facts facts = { .has_systemd = false };

	profile_dirs(&farm->settings, &dirs);
	/* Also with a profile given: it tells that the archive is one, and of a root file system. */
	if (source->kind == SOURCE_ARCHIVE)
		rc = archive_probe(source->value, &facts, err);
	if (rc)
		return rc;
	if (wanted) {
		*out = mem_strdup(wanted);
	} else if (source->kind == SOURCE_ARCHIVE) {
		rc = profile_detect_release(out, &dirs, str_text(&facts.release), facts.has_systemd,
					    err);
	} else if (source->kind == SOURCE_DEBIAN) {
		*out = mem_strdup("debian");
	} else if (source->kind == SOURCE_SERVER) {
		cleanup_tree struct tree t = TREE_INIT;

		rc = tree_open_server(&t, err) ?: profile_detect(out, &dirs, &t, err);
	} else {
		cleanup_tree struct tree t = TREE_INIT;

		rc = tree_open(&t, source->value, err) ?: profile_detect(out, &dirs, &t, err);
	}
	return rc ? rc : profile_load_one(&profile, &dirs, *out, err);
}

static int check_create(const struct farm *farm, const char *name, const struct source *source,
			struct error *err)
{
	cleanup_free char *state = path_layer_state(&farm->settings, name);
	int rc = check_name(name, err);

	if (!rc)
		rc = fs_find(state, err);
	if (rc > 0)
		rc = error_say(
			err, -EEXIST,
			"there is a layer %s already (mkdcroot layer show %s; remove it first, or "
			"choose another name)",
			name, name);
	if (!rc && source->kind == SOURCE_DIRECTORY)
		rc = check_directory(&farm->settings, source->value, err);
	return rc;
}

static void add_steps(struct plan *p, const struct settings *s, const char *name,
		      const char *source, const char *profile, json_t *args)
{
	cleanup_free char *dir = path_layer(s, name);
	cleanup_free char *image = path_generation_image(s, name, 1);
	cleanup_free char *gen = path_generation(s, name, 1);

	plan_add(p, &step_make_layer, json_incref(args), "create %s", dir);
	plan_add(p, &step_fill_stage, json_incref(args), "fill the stage %s/stage from %s", dir,
		 source);
	plan_add(p, &step_prepare, json_incref(args),
		 "take secrets and what is local out, as profile %s says", profile);
	plan_add(p, &step_make_generation, json_incref(args), "make the image %s", image);
	plan_add(p, &step_mount_generation, json_incref(args), "mount it at %s", gen);
	plan_add(p, &step_publish_layer, json_incref(args), "record layer %s, generation 1", name);
}

int layer_plan_create(struct plan *p, struct farm *farm, const char *name, const char *source,
		      const char *wanted, struct error *err)
{
	cleanup_free char *profile = NULL;
	cleanup_json json_t *args = NULL;
	struct source parsed;
	int rc = source_parse(&parsed, source, err);

	if (!rc)
		rc = check_create(farm, name, &parsed, err);
	if (!rc)
		rc = choose_profile(&profile, farm, &parsed, wanted, err);
	if (rc)
		return rc;
	args = json_pack("{s:s, s:s, s:s, s:i}", "layer", name, "source", source, "profile",
			 profile, "generation", 1);
	if (!args)
		return error_say(err, -EINVAL, "source '%s' is not UTF-8", source);
	add_steps(p, &farm->settings, name, source, profile, args);
	return 0;
}

/* Hosts by their state, not by the hosts file: that is what holds the layer's generations. */
static int check_unused(const struct farm *farm, const char *name, struct error *err)
{
	cleanup_str struct str users = STR_INIT;

	for (size_t i = 0; i < farm->hosts.n; i++) {
		cleanup_host_state struct host_state state = { 0 };
		cleanup_error struct error ignored = ERROR_INIT;
		const char *layer = farm->hosts.host[i].layer;

		if (!host_state_read(&state, &farm->settings, farm->hosts.host[i].name, &ignored))
			layer = state.layer;
		if (strcmp(layer, name) == 0)
			str_addf(&users, "%s%s", users.len ? ", " : "", farm->hosts.host[i].name);
	}
	if (!users.len)
		return 0;
	return error_say(err, -EBUSY, "layer %s is used by %s: remove these hosts first", name,
			 str_text(&users));
}

int layer_plan_remove(struct plan *p, struct farm *farm, const char *name, struct error *err)
{
	cleanup_layer_state struct layer_state layer = { 0 };
	cleanup_free char *dir = path_layer(&farm->settings, name);
	cleanup_json json_t *args = NULL;
	int rc = check_name(name, err);

	if (!rc)
		rc = layer_state_read(&layer, &farm->settings, name, err);
	if (!rc)
		rc = check_unused(farm, name, err);
	if (rc)
		return rc;
	args = json_pack("{s:s, s:s, s:s, s:i}", "layer", name, "source", layer.source, "profile",
			 layer.profile.n ? layer.profile.v[0] : "", "generation",
			 (int)layer.current);
	plan_add(p, &step_unmount_layer, json_incref(args), "unmount the generations of layer %s",
		 name);
	plan_add(p, &step_retire_layer, json_incref(args), "put %s aside", dir);
	plan_commit_here(p);
	plan_add(p, &step_delete_layer, json_incref(args), "delete the layer's stage and images");
	return 0;
}
