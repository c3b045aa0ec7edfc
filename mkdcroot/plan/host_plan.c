/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host_plan: the order of the steps is DESIGN: a root is complete before anything says that it exists. */
#include "mkdcroot/plan/host_plan.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/json_file.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/model/profile.h"
#include "mkdcroot/plan/register.h"
#include "mkdcroot/plan/served_from.h"
#include "mkdcroot/plan/steps.h"

#include <string.h>
#include <time.h>

/* Nothing may stand where the host's things go. */
static int check_places(const struct farm *farm, const struct host *h, struct error *err)
{
	const struct settings *s = &farm->settings;
	cleanup_free char *dir = path_host(s, h->name), *root = path_root(s, &h->ip);
	cleanup_free char *link = path_root_link(s, h->name);

	if (fs_exists(dir))
		return error_say(err, -EEXIST,
				 "%s exists, but %s has no host %s: put its line back, or move the "
				 "directory away",
				 dir, s->hosts, h->name);
	if (fs_exists(root))
		return error_say(err, -EEXIST, "%s exists already: move it away first", root);
	if (fs_exists(link))
		return error_say(err, -EEXIST, "%s exists already: move it away first", link);
	if (strcmp(h->name, "boot") == 0)
		return error_say(err, -EINVAL, "a host cannot be called boot: %s holds the images",
				 link);
	return 0;
}

static int new_state(struct host_state *state, const struct farm *farm, const struct host *h,
		     struct error *err)
{
	cleanup_layer_state struct layer_state layer = { 0 };
	cleanup_free char *uuid = NULL;
	int rc = layer_state_read(&layer, &farm->settings, h->layer, err);

	if (rc)
		return rc;
	uuid = nfs_export_uuid();
	*state = (struct host_state){ .name = mem_strdup(h->name),
				      .ip = h->ip,
				      .layer = mem_strdup(h->layer),
				      .generation = layer.current,
				      .created = time(NULL) };
	memccpy(state->fsid, uuid, '\0', sizeof(state->fsid) - 1);
	return 0;
}

/* A profile with a mistake, or one that is not there, is found before anything is done. */
static int check_profiles(const struct farm *farm, const struct host *h, struct error *err)
{
	cleanup_profile struct profile profile = PROFILE_INIT;
	cleanup_strv struct strv dirs = STRV_INIT;

	if (!h->role)
		return 0;
	profile_dirs(&farm->settings, &dirs);
	return profile_load_one(&profile, &dirs, h->role, err);
}

static int check_servers(struct farm *farm, const struct host *h, const char *fsid, bool *waiting,
			 struct error *err)
{
	cleanup_farm_export struct farm_export x = { 0 };
	int rc = farm_export_make(&x, farm, h, fsid, err);

	if (!rc)
		rc = farm->nfs.ops->check(&farm->nfs, &x.e, 1, err);
	*waiting = false;
	for (int i = 0; !rc && i < farm->n_boot; i++) {
		enum boot_state state = BOOT_UNCHANGED;

		rc = register_boot(farm, farm->boot[i], h, false, &state, err);
		*waiting = *waiting || state == BOOT_WAITING_FOR_MAC;
	}
	return rc;
}

static int check_add(struct farm *farm, const struct host *h, struct host_state *state,
		     bool *waiting, struct error *err)
{
	cleanup_settings struct settings own = { 0 };
	struct served_from from;
	int rc = hosts_file_check_new(&farm->hosts, h, err);

	if (!rc)
		rc = new_state(state, farm, h, err);
	if (!rc)
		rc = check_profiles(farm, h, err);
	if (!rc)
		rc = check_places(farm, h, err);
	if (!rc)
		rc = settings_for_host(&own, &farm->settings, h, err);
	if (!rc)
		rc = served_from(&from, &own, &h->ip, err);
	return rc ? rc : check_servers(farm, h, state->fsid, waiting, err);
}

static const char *boot_file_of(const struct farm *farm)
{
	return farm->n_boot && farm->boot[0] == &boot_server_bootptab ? farm->settings.bootptab
								      : "the boot server's files";
}

int host_plan_add(struct plan *p, struct farm *farm, const struct host *h, bool *waiting,
		  struct error *err)
{
	const struct settings *s = &farm->settings;
	cleanup_host_state struct host_state state = { 0 };
	cleanup_free char *root = path_root(s, &h->ip), *dir = path_host(s, h->name);
	cleanup_json json_t *args = NULL;
	int rc = check_add(farm, h, &state, waiting, err);

	if (rc)
		return rc;
	args = step_host_args(h, &state);
	plan_add(p, &step_make_host, json_incref(args), "create %s for the host's own changes",
		 dir);
	plan_add(p, &step_make_mount_point, json_incref(args), "create the mount point %s", root);
	plan_add(p, &step_mount, json_incref(args),
		 "mount layer %s generation %u and the changes at %s", state.layer,
		 state.generation, root);
	plan_add(p, &step_personalise, json_incref(args),
		 "write %s's name, addresses, keys, fstab and network configuration", h->name);
	plan_add(p, &step_sync_host, json_incref(args), "make it durable");
	plan_add(p, &step_register_host, json_incref(args), "add %s to %s", h->name, s->hosts);
	plan_add(p, &step_register_exports, json_incref(args),
		 "register %s in the NFS server's files (%s)", root,
		 farm->nfs.ops == &nfs_server_kernel ? s->exports : farm->nfs.ops->name);
	plan_add(p, &step_register_boot, json_incref(args), "%s %s in %s",
		 *waiting ? "do not yet register" : "register", h->name,
		 *waiting ? "the boot server's files: it waits for its MAC" : boot_file_of(farm));
	plan_add(p, &step_export, json_incref(args), "export %s by the running NFS server", root);
	return 0;
}

/* A host whose line stands in the file, but for which nothing was made, has only that. */
static int state_of(struct host_state *state, const struct farm *farm, const struct host *h,
		    struct error *err)
{
	cleanup_free char *path = path_host_state(&farm->settings, h->name);

	if (fs_exists(path))
		return host_state_read(state, &farm->settings, h->name, err);
	*state = (struct host_state){ .name = mem_strdup(h->name),
				      .ip = h->ip,
				      .layer = mem_strdup(h->layer),
				      .generation = 0 };
	return 0;
}

/* Files that cannot be read are found before anything is taken away. */
static int check_remove(struct farm *farm, const struct host *h, const char *root,
			struct error *err)
{
	int rc = farm->nfs.ops->in_files(&farm->nfs, root, err);

	for (int i = 0; rc >= 0 && i < farm->n_boot; i++)
		rc = boot_has(farm, farm->boot[i], h->name, err);
	return rc < 0 ? rc : 0;
}

int host_plan_remove(struct plan *p, struct farm *farm, const struct host *h, struct error *err)
{
	const struct settings *s = &farm->settings;
	cleanup_host_state struct host_state state = { 0 };
	cleanup_free char *root = path_root(s, &h->ip), *dir = path_host(s, h->name);
	cleanup_json json_t *args = NULL;
	int rc = state_of(&state, farm, h, err);

	if (rc)
		return rc;
	if (!ip_equal(&state.ip, &h->ip))
		return error_say(
			err, -EINVAL,
			"%s:%u: the IP address of host %s was edited: its root is still at "
			"another one; put it back, then remove the host",
			s->hosts, h->line, h->name);
	rc = check_remove(farm, h, root, err);
	if (rc)
		return rc;
	args = step_host_args(h, &state);
	plan_add(p, &step_unregister_boot, json_incref(args), "take %s out of %s", h->name,
		 boot_file_of(farm));
	plan_add(p, &step_unregister_exports, json_incref(args),
		 "take %s out of the NFS server's files", root);
	plan_add(p, &step_take_away, json_incref(args), "stop exporting %s and unmount it", root);
	plan_add(p, &step_unregister_host, json_incref(args), "take %s out of %s", h->name,
		 s->hosts);
	plan_add(p, &step_retire_host, json_incref(args), "put %s aside", dir);
	plan_commit_here(p);
	plan_add(p, &step_remove_mount_point, json_incref(args), "remove the mount point %s", root);
	plan_add(p, &step_delete_host, json_incref(args), "delete the host's own changes");
	return 0;
}
