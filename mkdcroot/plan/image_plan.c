/* SPDX-License-Identifier: GPL-2.0-or-later */
/* image_plan: see the header. */
#include "mkdcroot/plan/image_plan.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/json_file.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/plan/make_image.h"
#include "mkdcroot/plan/register.h"
#include "mkdcroot/plan/steps.h"

#include <string.h>
#include <sys/stat.h>

/* --- which generations --- */

void image_targets_free(struct image_targets *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->v[i].layer);
	free(t->v);
	*t = (struct image_targets){ 0 };
}

static void add_target(struct image_targets *t, const char *layer, unsigned int generation,
		       bool newest)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].generation == generation && strcmp(t->v[i].layer, layer) == 0)
			return;
	t->v = mem_resize(t->v, t->n + 1, sizeof(*t->v));
	t->v[t->n++] = (struct image_target){ mem_strdup(layer), generation, newest };
}

int image_targets_host(struct image_targets *t, const struct farm *farm, const char *name,
		       struct error *err)
{
	cleanup_host_state struct host_state state = { 0 };
	cleanup_layer_state struct layer_state layer = { 0 };
	const struct host *h;
	int rc = farm_find(farm, name, &h, err);

	if (!rc)
		rc = host_state_read(&state, &farm->settings, name, err);
	if (!rc)
		rc = layer_state_read(&layer, &farm->settings, state.layer, err);
	if (!rc)
		add_target(t, state.layer, state.generation, state.generation == layer.current);
	return rc;
}

/* Older ones first: the link to the newest image is set last. */
int image_targets_layer(struct image_targets *t, const struct farm *farm, const char *name,
			struct error *err)
{
	cleanup_layer_state struct layer_state layer = { 0 };
	int rc = layer_state_read(&layer, &farm->settings, name, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < farm->hosts.n; i++) {
		cleanup_host_state struct host_state state = { 0 };
		cleanup_error struct error ignored = ERROR_INIT;

		if (!host_state_read(&state, &farm->settings, farm->hosts.host[i].name, &ignored) &&
		    strcmp(state.layer, name) == 0 && state.generation != layer.current)
			add_target(t, name, state.generation, false);
	}
	add_target(t, name, layer.current, true);
	return 0;
}

int image_targets_all(struct image_targets *t, const struct farm *farm, struct error *err)
{
	cleanup_strv struct strv names = STRV_INIT;
	int rc = layer_state_list(&farm->settings, &names, err);

	for (size_t i = 0; !rc && i < names.n; i++)
		rc = image_targets_layer(t, farm, names.v[i], err);
	if (!rc && !t->n)
		rc = error_say(err, -ENOENT,
			       "there is no layer to make an image of (mkdcroot layer create)");
	return rc;
}

/* --- steps --- */

static json_t *target_args(const struct farm *farm, const struct image_target *t,
			   const char *kernel)
{
	cleanup_free char *image = path_image(&farm->settings, t->layer, t->generation);

	return json_pack("{s:s, s:i, s:s, s:b}", "layer", t->layer, "generation",
			 (int)t->generation, "kernel", kernel ? kernel : "", "existed",
			 fs_exists(image));
}

static void add_make(struct plan *p, const struct farm *farm, const struct image_target *t,
		     const char *kernel, json_t *args)
{
	cleanup_free char *image = path_image(&farm->settings, t->layer, t->generation);

	plan_add(p, &step_make_image, args, "make the tagged image %s from %s", image,
		 kernel ? kernel : "the kernel in the layer");
}

/* The link that the setting boot_file names by default; a file of the administrator's stays. */
static void add_link(struct plan *p, const struct farm *farm, const struct image_target *t)
{
	cleanup_free char *link = path_image_link(&farm->settings);
	cleanup_free char *image = path_image(&farm->settings, t->layer, t->generation);
	const char *target = strrchr(image, '/') + 1;
	char before[256] = "";
	struct stat st;
	ssize_t n = readlink(link, before, sizeof(before) - 1);

	if (n < 0 && lstat(link, &st) == 0) {
		log_warn("%s is a file, no link of mkdcroot's: it stays as it is", link);
		return;
	}
	plan_add(p, &step_link_image,
		 json_pack("{s:s, s:s}", "target", target, "before", n > 0 ? before : ""),
		 "let %s point to it", link);
}

/* Hosts that say their own boot_file keep it. */
static bool follows_layer(const struct host *h, const struct host_state *state,
			  const struct image_target *t)
{
	return !host_setting(h, "boot_file") && state->generation == t->generation &&
	       strcmp(state->layer, t->layer) == 0;
}

/* The command line is the image's, which all hosts of a generation share. */
static void warn_of_own_settings(const struct farm *farm, const struct host *h)
{
	static const char *const keys[] = { "nfs_options", "nfs", "console" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *own = host_setting(h, keys[i]);
		cleanup_str struct str common = STR_INIT;

		settings_value(&farm->settings, keys[i], &common);
		if (own && strcmp(own, str_text(&common)) != 0)
			log_warn("%s: its own %s=%s does not reach the kernel: hosts of a "
				 "generation share one command line, with the %s of the settings",
				 h->name, keys[i], own, keys[i]);
	}
}

static int add_host(struct plan *p, struct farm *farm, const struct host *h,
		    const struct host_state *state, const char *image, const char *kernel,
		    struct error *err)
{
	const char *before = fs_exists(image) ? image : "";
	json_t *args;
	int rc = 0;

	warn_of_own_settings(farm, h);
	if (kernel && h->nic && make_image_check_card(&farm->settings, kernel, h->nic, err))
		return error_wrap(err, "%s, nic=%s", h->name, h->nic);
	/* A conflict in a boot server's file is found before anything is made. */
	for (int i = 0; !rc && i < farm->n_boot; i++)
		rc = register_boot_file(farm, farm->boot[i], h, image, false, NULL, err);
	if (rc)
		return rc;
	args = step_host_args(h, state);
	json_object_set_new(args, "image", json_string(image));
	json_object_set_new(args, "before", json_string(before));
	plan_add(p, &step_boot_image, args, "let %s boot it", h->name);
	return 0;
}

static int add_hosts(struct plan *p, struct farm *farm, const struct image_target *t,
		     const char *kernel, struct error *err)
{
	cleanup_free char *image = path_image(&farm->settings, t->layer, t->generation);
	int rc = 0;

	for (size_t i = 0; !rc && i < farm->hosts.n; i++) {
		const struct host *h = &farm->hosts.host[i];
		cleanup_host_state struct host_state state = { 0 };
		cleanup_error struct error ignored = ERROR_INIT;

		if (!host_state_read(&state, &farm->settings, h->name, &ignored) &&
		    follows_layer(h, &state, t))
			rc = add_host(p, farm, h, &state, image, kernel, err);
	}
	return rc;
}

int image_plan(struct plan *p, struct farm *farm, const struct image_targets *targets,
	       const char *kernel, struct error *err)
{
	int rc = kernel ? make_image_check_kernel(&farm->settings, kernel, err) : 0;

	for (size_t i = 0; !rc && !kernel && i < targets->n; i++)
		rc = make_image_check_layer(&farm->settings, targets->v[i].layer,
					    targets->v[i].generation, err);
	for (size_t i = 0; !rc && i < targets->n; i++)
		add_make(p, farm, &targets->v[i], kernel,
			 target_args(farm, &targets->v[i], kernel));
	for (size_t i = 0; !rc && i < targets->n; i++) {
		const struct image_target *t = &targets->v[i];

		plan_add(p, &step_place_image, target_args(farm, t, kernel),
			 "put the image of layer %s generation %u in place", t->layer,
			 t->generation);
		if (t->newest)
			add_link(p, farm, t);
		rc = add_hosts(p, farm, t, kernel, err);
	}
	plan_commit_here(p);
	for (size_t i = 0; !rc && i < targets->n; i++)
		plan_add(p, &step_drop_image, target_args(farm, &targets->v[i], kernel),
			 "delete what it takes the place of");
	return rc;
}
