/* SPDX-License-Identifier: GPL-2.0-or-later */
/* step_host: the steps that make and remove a host's directories, mounts and files. */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/tree.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/plan/mounting.h"
#include "mkdcroot/plan/served_from.h"
#include "mkdcroot/plan/steps.h"
#include "mkdcroot/root/personalise.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static int make_dir(const char *path, struct error *err)
{
	/* The step may have been begun before. */
	return mkdir(path, 0700) < 0 && errno != EEXIST ? error_set(err, -errno, "create %s", path)
							: 0;
}

static int make_host_run(struct farm *farm, const json_t *args, struct error *err)
{
	cleanup_step_host struct step_host sh;
	int rc = step_host_load(&sh, farm, args, err);

	if (!rc) {
		const struct settings *s = &farm->settings;
		cleanup_free char *dir = path_host(s, sh.host->name);
		cleanup_free char *upper = path_host_upper(s, sh.host->name);
		cleanup_free char *work = path_host_work(s, sh.host->name);
		cleanup_free char *lower = path_generation(s, sh.state.layer, sh.state.generation);

		rc = mount_generation(s, sh.state.layer, sh.state.generation, err);
		if (!rc)
			rc = make_dir(dir, err);
		if (!rc)
			rc = make_dir(upper, err);
		if (!rc)
			rc = make_dir(work, err);
		if (!rc)
			/* The overlay's root shows the upper's own owner and mode: the layer's. */
			rc = fs_copy_owner(lower, upper, err);
		if (!rc)
			rc = host_state_write(&sh.state, s, false, err);
	}
	return rc;
}

static int make_host_undo(struct farm *farm, const json_t *args, struct error *err)
{
	cleanup_step_host struct step_host sh;
	int rc = step_host_load(&sh, farm, args, err);

	if (!rc) {
		cleanup_free char *dir = path_host(&farm->settings, sh.host->name);

		rc = fs_remove_tree(dir, err);
	}
	return rc;
}

const struct step_type step_make_host = { "make-host", make_host_run, make_host_undo };

/* The link by the host's name, for the kernel's default root path; only ever ours. */
static int make_link(const char *target, const char *link, struct error *err)
{
	char there[64];
	ssize_t n;

	if (symlink(target, link) == 0)
		return 0;
	if (errno != EEXIST)
		return error_set(err, -errno, "create %s", link);
	n = readlink(link, there, sizeof(there) - 1);
	if (n > 0 && (size_t)n == strlen(target) && memcmp(there, target, (size_t)n) == 0)
		return 0;
	return error_say(err, -EEXIST, "create %s: it exists and is no link to %s", link, target);
}

static int make_mount_point_run(struct farm *farm, const json_t *args, struct error *err)
{
	cleanup_step_host struct step_host sh;
	int rc = step_host_load(&sh, farm, args, err);

	if (!rc) {
		cleanup_error struct error ignored = ERROR_INIT;
		cleanup_free char *root = path_root(&farm->settings, &sh.host->ip);
		cleanup_free char *link = path_root_link(&farm->settings, sh.host->name);

		rc = make_dir(root, err);
		/* Nothing is to be written below the mount; not every file system can say so. */
		if (!rc && fs_set_immutable(root, true, &ignored))
			log_debug("%s", error_text(&ignored));
		if (!rc)
			rc = make_link(strrchr(root, '/') + 1, link, err);
	}
	return rc;
}

static int remove_mount_point_run(struct farm *farm, const json_t *args, struct error *err)
{
	cleanup_step_host struct step_host sh;
	int rc = step_host_load(&sh, farm, args, err);

	if (!rc) {
		cleanup_error struct error ignored = ERROR_INIT;
		cleanup_free char *root = path_root(&farm->settings, &sh.host->ip);
		cleanup_free char *link = path_root_link(&farm->settings, sh.host->name);
		char target[64] = "";

		if (readlink(link, target, sizeof(target) - 1) > 0 &&
		    strcmp(target, strrchr(root, '/') + 1) == 0)
			rc = fs_unlink(link, err);
		fs_set_immutable(root, false, &ignored);
		if (!rc && rmdir(root) < 0 && errno != ENOENT)
			rc = error_set(err, -errno, "remove %s", root);
		/* A host of which nothing was made may have no farm directory either. */
		if (!rc && fs_exists(farm->settings.farm))
			rc = fs_sync_parent(root, err);
	}
	return rc;
}

const struct step_type step_make_mount_point = { "make-mount-point", make_mount_point_run,
						 remove_mount_point_run };
const struct step_type step_remove_mount_point = { "remove-mount-point", remove_mount_point_run,
						   make_mount_point_run };

static int mount_run(struct farm *farm, const json_t *args, struct error *err)
{
	cleanup_step_host struct step_host sh;
	int rc = step_host_load(&sh, farm, args, err);

	return rc ? rc : mount_host(&farm->settings, &sh.state, err);
}

static int mount_undo(struct farm *farm, const json_t *args, struct error *err)
{
	cleanup_step_host struct step_host sh;
	int rc = step_host_load(&sh, farm, args, err);

	return rc ? rc : umount_host(&farm->settings, &sh.state, err);
}

const struct step_type step_mount = { "mount", mount_run, mount_undo };

/* The host's keys and machine-id: kept when it has them, made when not. */
static int need_identity(struct identity *id, const struct step_host *sh, struct error *err)
{
	cleanup_free char *path = path_host_identity(&sh->own, sh->host->name);
	cleanup_free char *comment = mem_printf("root@%s", sh->host->name);
	bool changed = false;
	int rc = fs_exists(path) ? identity_load(id, path, err) : 0;

	if (!rc)
		rc = identity_complete(id, sh->own.hostkey_types, comment, &changed, err);
	if (!rc && changed)
		rc = identity_save(id, path, err);
	return rc;
}

/* The layer's distribution profile, then the host's role. */
static int load_profiles(struct profile *p, const struct step_host *sh, struct error *err)
{
	cleanup_layer_state struct layer_state layer = { 0 };
	cleanup_strv struct strv dirs = STRV_INIT, names = STRV_INIT;
	int rc = layer_state_read(&layer, &sh->own, sh->state.layer, err);

	if (rc)
		return rc;
	profile_dirs(&sh->own, &dirs);
	for (size_t i = 0; i < layer.profile.n; i++)
		strv_add(&names, layer.profile.v[i]);
	if (sh->host->role)
		strv_add(&names, sh->host->role);
	return profile_load(p, &dirs, &names, err);
}

/* People of the source, for users=keep: their hashes are in the stage only. */
static int read_people(struct accounts *people, const struct step_host *sh, struct error *err)
{
	cleanup_free char *stage = path_layer_stage(&sh->own, sh->state.layer);
	cleanup_tree struct tree t = TREE_INIT;
	int rc = tree_open(&t, stage, err);

	return rc ? rc : accounts_read(people, &t, err);
}

static int personalise(const struct step_host *sh, struct error *err)
{
	cleanup_personal_list struct personal_list list = { 0 };
	cleanup_profile struct profile profile = PROFILE_INIT;
	cleanup_identity struct identity id = { 0 };
	cleanup_accounts struct accounts people = { 0 };
	cleanup_tree struct tree root = TREE_INIT;
	cleanup_free char *path = path_root(&sh->own, &sh->host->ip);
	bool keep = strcmp(sh->own.users, "keep") == 0;
	struct served_from from;
	struct personal_input in = { .profile = &profile,
				     .host = sh->host,
				     .settings = &sh->own,
				     .identity = &id,
				     .tree = &root,
				     .people = keep ? &people : NULL,
				     .server = from.server,
				     .netmask = from.netmask,
				     .gateway = from.gateway,
				     .console = sh->own.console };
	int rc = tree_open(&root, path, err);

	if (!rc)
		rc = served_from(&from, &sh->own, &sh->host->ip, err);
	if (!rc)
		rc = load_profiles(&profile, sh, err);
	if (!rc && keep)
		rc = read_people(&people, sh, err);
	if (!rc)
		rc = need_identity(&id, sh, err);
	if (!rc)
		rc = personalise_build(&list, &in, err);
	if (!rc)
		rc = personalise_apply(&list, &root, NULL, err);
	for (size_t i = 0; !rc && i < list.warnings.n; i++)
		log_warn("%s: %s", sh->host->name, list.warnings.v[i]);
	for (size_t i = 0; !rc && i < list.notes.n; i++)
		log_debug("%s: %s", sh->host->name, list.notes.v[i]);
	return rc;
}

static int personalise_run(struct farm *farm, const json_t *args, struct error *err)
{
	cleanup_step_host struct step_host sh;
	int rc = step_host_load(&sh, farm, args, err);

	if (!rc)
		rc = personalise(&sh, err);
	return rc ? error_wrap(err, "personalise") : 0;
}

/* What it wrote goes with the host's directory. */
const struct step_type step_personalise = { "personalise", personalise_run, NULL };

/* One syncfs for all that the steps before wrote; the farm may be on another file system. */
static int sync_store_and_farm(const struct settings *s, const char *dir, struct error *err)
{
	cleanup_fd int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat store, farm;

	if (fd < 0 || syncfs(fd) < 0)
		return error_set(err, -errno, "sync %s", dir);
	if (fstat(fd, &store) == 0 && stat(s->farm, &farm) == 0 && store.st_dev == farm.st_dev)
		return 0;
	return fs_sync_dir(s->farm, err);
}

static int sync_host_run(struct farm *farm, const json_t *args, struct error *err)
{
	cleanup_step_host struct step_host sh;
	int rc = step_host_load(&sh, farm, args, err);

	if (!rc) {
		cleanup_free char *dir = path_host(&farm->settings, sh.host->name);

		rc = sync_store_and_farm(&farm->settings, dir, err);
	}
	return rc;
}

const struct step_type step_sync_host = { "sync-host", sync_host_run, NULL };

/* Between the host's directory and the trash. */
static int move_host(struct farm *farm, const json_t *args, bool to_trash, struct error *err)
{
	cleanup_step_host struct step_host sh;
	int rc = step_host_load(&sh, farm, args, err);

	if (!rc) {
		cleanup_free char *dir = path_host(&farm->settings, sh.host->name);
		cleanup_free char *trash = path_trash(&farm->settings, sh.host->name);

		if (to_trash)
			rc = fs_move_tree(dir, trash, err);
		else if (
			!fs_exists(
				dir)) /* else it was never moved, and the trash is an older one's */
			rc = fs_move_tree(trash, dir, err);
	}
	return rc;
}

static int retire_host_run(struct farm *farm, const json_t *args, struct error *err)
{
	return move_host(farm, args, true, err);
}

static int retire_host_undo(struct farm *farm, const json_t *args, struct error *err)
{
	return move_host(farm, args, false, err);
}

const struct step_type step_retire_host = { "retire-host", retire_host_run, retire_host_undo };

static int delete_host_run(struct farm *farm, const json_t *args, struct error *err)
{
	cleanup_step_host struct step_host sh;
	int rc = step_host_load(&sh, farm, args, err);

	if (!rc) {
		cleanup_free char *trash = path_trash(&farm->settings, sh.host->name);

		rc = fs_remove_tree(trash, err);
	}
	return rc;
}

/* Behind the commit point: never undone. */
const struct step_type step_delete_host = { "delete-host", delete_host_run, NULL };
