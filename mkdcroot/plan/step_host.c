/* SPDX-License-Identifier: GPL-2.0-or-later */
/* step_host: the steps that make and remove a host's directories, mounts and files. */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/tree.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/plan/mounting.h"
#include "mkdcroot/plan/step_host.h"
#include "overlay/mount_table.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static int make_dir(const char *path, struct error *err)
{
	/* The step may have been begun before. */
	return mkdir(path, 0700) < 0 && errno != EEXIST ? error_set(err, -errno, "create %s", path)
							: 0;
}

/* Upper and work directory; the overlay's root shows the upper's own owner and mode: the layer's. */
int step_host_make_dirs(const struct settings *s, const struct host_state *state, struct error *err)
{
	cleanup_free char *dir = path_host(s, state->name);
	cleanup_free char *upper = path_host_upper(s, state->name);
	cleanup_free char *work = path_host_work(s, state->name);
	cleanup_free char *lower = path_generation(s, state->layer, state->generation);
	int rc = mount_generation(s, state->layer, state->generation, err);

	if (!rc)
		rc = make_dir(dir, err);
	if (!rc)
		rc = fs_find(upper, err);
	if (!rc) {
		/* What overlayfs keeps in it is about the upper that is gone. */
		rc = fs_remove_tree(work, err);
		if (!rc)
			rc = make_dir(upper, err);
		if (!rc)
			rc = fs_copy_owner(lower, upper, err);
	}
	return rc < 0 ? rc : make_dir(work, err);
}

static int make_host(struct farm *farm, struct step_host *sh, void *arg, struct error *err)
{
	int rc = step_host_make_dirs(&farm->settings, &sh->state, err);

	(void)arg;
	return rc ? rc : host_state_write(&sh->state, &farm->settings, false, err);
}

static int unmake_host(struct farm *farm, struct step_host *sh, void *arg, struct error *err)
{
	cleanup_free char *dir = path_host(&farm->settings, sh->host->name);

	(void)arg;
	return fs_remove_tree(dir, err);
}

static int make_host_run(struct farm *farm, const json_t *args, struct error *err)
{
	return step_hosts_each(farm, args, STEP_RUN, NULL, make_host, NULL, err);
}

static int make_host_undo(struct farm *farm, const json_t *args, struct error *err)
{
	return step_hosts_each(farm, args, STEP_UNDO, "take back the hosts' directories",
			       unmake_host, NULL, err);
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

/* Nothing is to be written below the mount; not every file system can say so. */
int step_host_make_mount_point(const struct settings *s, const struct ip_addr *ip,
			       struct error *err)
{
	cleanup_error struct error ignored = ERROR_INIT;
	cleanup_free char *root = path_root(s, ip);
	int rc = make_dir(root, err);

	if (!rc && !fs_is_mount_point(root) && fs_set_immutable(root, true, &ignored))
		log_debug("%s", error_text(&ignored));
	return rc;
}

int step_host_make_place(const struct settings *s, const struct host *h, struct error *err)
{
	cleanup_free char *root = path_root(s, &h->ip);
	cleanup_free char *link = path_root_link(s, h->name);
	int rc = step_host_make_mount_point(s, &h->ip, err);

	return rc ? rc : make_link(strrchr(root, '/') + 1, link, err);
}

int step_host_remove_mount_point(const struct settings *s, const struct ip_addr *ip,
				 struct error *err)
{
	cleanup_error struct error ignored = ERROR_INIT;
	cleanup_free char *root = path_root(s, ip);

	fs_set_immutable(root, false, &ignored);
	return rmdir(root) < 0 && errno != ENOENT ? error_set(err, -errno, "remove %s", root) : 0;
}

static int make_place(struct farm *farm, struct step_host *sh, void *arg, struct error *err)
{
	(void)arg;
	return step_host_make_place(&farm->settings, sh->host, err);
}

/* The link goes only when it still points to this root: the host may have moved. */
static int remove_place(struct farm *farm, struct step_host *sh, void *arg, struct error *err)
{
	cleanup_free char *root = path_root(&farm->settings, &sh->host->ip);
	cleanup_free char *link = path_root_link(&farm->settings, sh->host->name);
	char target[64] = "";
	int rc = 0;

	(void)arg;
	/* EINVAL: something that is no link. */
	if (readlink(link, target, sizeof(target) - 1) < 0 && errno != ENOENT && errno != EINVAL)
		rc = error_set(err, -errno, "look at %s", link);
	else if (strcmp(target, strrchr(root, '/') + 1) == 0)
		rc = fs_unlink(link, err);
	if (rc || sh->keep_root)
		return rc;
	return step_host_remove_mount_point(&farm->settings, &sh->host->ip, err);
}

/* A host of which nothing was made may have no farm directory either. */
static int sync_farm(const struct farm *farm, struct error *err)
{
	return fs_exists(farm->settings.farm) ? fs_sync_dir(farm->settings.farm, err) : 0;
}

static int make_mount_point_run(struct farm *farm, const json_t *args, struct error *err)
{
	return step_hosts_each(farm, args, STEP_RUN, NULL, make_place, NULL, err);
}

static int make_mount_point_undo(struct farm *farm, const json_t *args, struct error *err)
{
	int rc = step_hosts_each(farm, args, STEP_UNDO, NULL, remove_place, NULL, err);

	return rc ? rc : sync_farm(farm, err);
}

static int remove_mount_point_run(struct farm *farm, const json_t *args, struct error *err)
{
	int rc = step_hosts_each(farm, args, STEP_FINISH, NULL, remove_place, NULL, err);

	return rc ? rc : sync_farm(farm, err);
}

const struct step_type step_make_mount_point = { "make-mount-point", make_mount_point_run,
						 make_mount_point_undo };
/* Behind the commit point: never undone. */
const struct step_type step_remove_mount_point = { "remove-mount-point", remove_mount_point_run,
						   NULL };

static int mount_one(struct farm *farm, struct step_host *sh, void *arg, struct error *err)
{
	(void)arg;
	return mount_host(&farm->settings, &sh->state, err);
}

/* Only what is the host's own: before the step was begun another one may have been mounted there. */
static int umount_one(struct farm *farm, struct step_host *sh, void *arg, struct error *err)
{
	return umount_own(&farm->settings, &sh->state, arg, err);
}

static int mount_run(struct farm *farm, const json_t *args, struct error *err)
{
	return step_hosts_each(farm, args, STEP_RUN, "mount", mount_one, NULL, err);
}

static int mount_undo(struct farm *farm, const json_t *args, struct error *err)
{
	cleanup_mount_table struct mount_table table = { .n = 0 };
	int rc = mount_table_read(&table, err);

	return rc ? rc : step_hosts_each(farm, args, STEP_UNDO, "unmount", umount_one, &table, err);
}

const struct step_type step_mount = { "mount", mount_run, mount_undo };

/* The host's keys and machine-id: kept when it has them, made when not. */
static int need_identity(struct identity *id, const struct step_host *sh, struct error *err)
{
	cleanup_free char *path = path_host_identity(&sh->own, sh->host->name);
	cleanup_free char *comment = mem_printf("root@%s", sh->host->name);
	bool changed = false;
	int rc = fs_find(path, err);

	if (rc > 0)
		rc = identity_load(id, path, err);

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

void workshop_open(struct workshop *w)
{
	*w = (struct workshop){ .profile = PROFILE_INIT };
	network_open(&w->net);
}

static void workshop_forget(struct workshop *w)
{
	profile_free(&w->profile);
	w->profile = (struct profile)PROFILE_INIT;
	accounts_free(&w->people);
	w->people = (struct accounts){ 0 };
	free(w->loaded);
	w->loaded = NULL;
	w->has_people = false;
}

void workshop_close(struct workshop *w)
{
	for (size_t i = 0; i < w->warnings.n; i++)
		if (w->times[i] > 1)
			log_warn("the same for %zu more: %s", w->times[i] - 1, w->warnings.v[i]);
	strv_free(&w->warnings);
	free(w->times);
	workshop_forget(w);
	network_close(&w->net);
}

/* Profiles and people are those of the host before, mostly. */
static int workshop_load(struct workshop *w, const struct step_host *sh, bool keep,
			 struct error *err)
{
	cleanup_free char *wanted =
		mem_printf("%s %s", sh->state.layer, sh->host->role ? sh->host->role : "");
	int rc = 0;

	if (!w->loaded || strcmp(w->loaded, wanted) != 0) {
		workshop_forget(w);
		rc = load_profiles(&w->profile, sh, err);
		if (!rc)
			w->loaded = steal_ptr(&wanted);
	}
	if (!rc && keep && !w->has_people) {
		rc = read_people(&w->people, sh, err);
		w->has_people = !rc;
	}
	return rc;
}

/* The same of many hosts is said of the first, and counted. */
static void workshop_warn(struct workshop *w, const char *name, const char *warning)
{
	size_t i = 0;

	while (i < w->warnings.n && strcmp(w->warnings.v[i], warning) != 0)
		i++;
	if (i == w->warnings.n) {
		log_warn("%s: %s", name, warning);
		strv_add(&w->warnings, warning);
		w->times = mem_resize(w->times, w->warnings.n, sizeof(*w->times));
		w->times[i] = 0;
	}
	w->times[i]++;
}

int workshop_personalise(struct workshop *w, const struct step_host *sh, const char *path,
			 struct error *err)
{
	cleanup_personal_list struct personal_list list = { 0 };
	cleanup_identity struct identity id = { 0 };
	cleanup_tree struct tree root = TREE_INIT;
	bool keep = strcmp(sh->own.users, "keep") == 0;
	struct served_from from;
	struct personal_input in = { .profile = &w->profile,
				     .host = sh->host,
				     .settings = &sh->own,
				     .identity = &id,
				     .tree = &root,
				     .people = keep ? &w->people : NULL,
				     .server = from.server,
				     .netmask = from.netmask,
				     .gateway = from.gateway,
				     .console = sh->own.console };
	int rc = tree_open(&root, path, err);

	if (!rc)
		rc = served_from_network(&from, &sh->own, &sh->host->ip, &w->net, err);
	if (!rc)
		rc = workshop_load(w, sh, keep, err);
	if (!rc)
		rc = need_identity(&id, sh, err);
	if (!rc)
		rc = personalise_build(&list, &in, err);
	if (!rc)
		rc = personalise_apply(&list, &root, NULL, err);
	for (size_t i = 0; !rc && i < list.warnings.n; i++)
		workshop_warn(w, sh->host->name, list.warnings.v[i]);
	for (size_t i = 0; !rc && i < list.notes.n; i++)
		log_debug("%s: %s", sh->host->name, list.notes.v[i]);
	return rc ? error_wrap(err, "personalise") : 0;
}

static int personalise_one(struct farm *farm, struct step_host *sh, void *arg, struct error *err)
{
	cleanup_free char *path = path_root(&farm->settings, &sh->host->ip);

	return workshop_personalise(arg, sh, path, err);
}

static int personalise_run(struct farm *farm, const json_t *args, struct error *err)
{
	cleanup_workshop struct workshop w;

	workshop_open(&w);
	return step_hosts_each(farm, args, STEP_RUN, "personalise", personalise_one, &w, err);
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
	(void)args;
	return sync_store_and_farm(&farm->settings, farm->settings.store, err);
}

const struct step_type step_sync_host = { "sync-host", sync_host_run, NULL };

static int to_trash(struct farm *farm, struct step_host *sh, void *arg, struct error *err)
{
	cleanup_free char *dir = path_host(&farm->settings, sh->host->name);
	cleanup_free char *trash = path_trash(&farm->settings, sh->host->name);
	int there = fs_find(dir, err);
	int rc = there > 0 ? fs_remove_tree(trash, err) : there;

	(void)arg;
	if (there > 0 && !rc && rename(dir, trash) < 0)
		rc = error_set(err, -errno, "rename %s to %s", dir, trash);
	return rc;
}

static int from_trash(struct farm *farm, struct step_host *sh, void *arg, struct error *err)
{
	cleanup_free char *dir = path_host(&farm->settings, sh->host->name);
	cleanup_free char *trash = path_trash(&farm->settings, sh->host->name);

	int there = fs_find(trash, err);

	(void)arg;
	if (there <= 0)
		return there;
	there = fs_find(dir, err);
	/* It was never moved, and the trash is an older one's. */
	if (there)
		return there < 0 ? there : 0;
	return rename(trash, dir) < 0 ? error_set(err, -errno, "rename %s to %s", trash, dir) : 0;
}

/* Both directories that the hosts were moved between, once. */
static int sync_moves(const struct settings *s, struct error *err)
{
	cleanup_free char *dir = path_host(s, "x"), *trash = path_trash(s, "x");
	int rc = fs_sync_parent(trash, err);

	return rc ? rc : fs_sync_parent(dir, err);
}

static int retire_host_run(struct farm *farm, const json_t *args, struct error *err)
{
	int rc = step_hosts_each(farm, args, STEP_RUN, NULL, to_trash, NULL, err);

	return rc ? rc : sync_moves(&farm->settings, err);
}

static int retire_host_undo(struct farm *farm, const json_t *args, struct error *err)
{
	int rc = step_hosts_each(farm, args, STEP_UNDO, NULL, from_trash, NULL, err);

	return rc ? rc : sync_moves(&farm->settings, err);
}

const struct step_type step_retire_host = { "retire-host", retire_host_run, retire_host_undo };

static int delete_one(struct farm *farm, struct step_host *sh, void *arg, struct error *err)
{
	cleanup_free char *trash = path_trash(&farm->settings, sh->host->name);

	(void)arg;
	return fs_remove_tree(trash, err);
}

static int delete_host_run(struct farm *farm, const json_t *args, struct error *err)
{
	return step_hosts_each(farm, args, STEP_FINISH, "delete", delete_one, NULL, err);
}

/* Behind the commit point: never undone. */
const struct step_type step_delete_host = { "delete-host", delete_host_run, NULL };
