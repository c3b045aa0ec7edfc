/* SPDX-License-Identifier: GPL-2.0-or-later */
/* step_change: the steps that bring a host that is there to what its line says now, and that repair it. */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/plan/mounting.h"
#include "mkdcroot/plan/step_host.h"
#include "overlay/mount_table.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* --- the place of a host that gets another address --- */

/* Let the link by the host's name point to @ip's root, in one rename. */
static int point_link(const struct settings *s, const char *name, const struct ip_addr *ip,
		      struct error *err)
{
	cleanup_free char *root = path_root(s, ip), *link = path_root_link(s, name);
	cleanup_free char *fresh = mem_printf("%s.new", link);

	if (fs_unlink(fresh, err))
		return err->status;
	if (symlink(strrchr(root, '/') + 1, fresh) < 0)
		return error_set(err, -errno, "create %s", fresh);
	return rename(fresh, link) < 0 ? error_set(err, -errno, "replace %s", link) : 0;
}

static int move_root(struct farm *farm, struct step_host *sh, void *arg, struct error *err)
{
	int rc = step_host_make_mount_point(&farm->settings, &sh->host->ip, err);

	(void)arg;
	return rc ? rc : point_link(&farm->settings, sh->host->name, &sh->host->ip, err);
}

static int move_root_back(struct farm *farm, struct step_host *sh, void *arg, struct error *err)
{
	int rc = sh->was ? point_link(&farm->settings, sh->was->name, &sh->was->ip, err) : 0;

	(void)arg;
	if (rc || sh->keep_root)
		return rc;
	return step_host_remove_mount_point(&farm->settings, &sh->host->ip, err);
}

static int move_root_run(struct farm *farm, const json_t *args, struct error *err)
{
	return step_hosts_each(farm, args, STEP_RUN, NULL, move_root, NULL, err);
}

static int move_root_undo(struct farm *farm, const json_t *args, struct error *err)
{
	int rc = step_hosts_each(farm, args, STEP_UNDO, NULL, move_root_back, NULL, err);

	return rc ? rc : fs_sync_dir(farm->settings.farm, err);
}

/* keep_root: the new mount point was there before, as another's. */
const struct step_type step_move_root = { "move-root", move_root_run, move_root_undo };

/* --- what should be there and is not --- */

static int repair_root(struct farm *farm, struct step_host *sh, void *arg, struct error *err)
{
	int rc = step_host_make_dirs(&farm->settings, &sh->state, err);

	(void)arg;
	if (!rc)
		rc = step_host_make_place(&farm->settings, sh->host, err);
	return rc ? rc : mount_host(&farm->settings, &sh->state, err);
}

static int repair_root_run(struct farm *farm, const json_t *args, struct error *err)
{
	return step_hosts_each(farm, args, STEP_RUN, "mount", repair_root, NULL, err);
}

/* Whatever else fails: what is right now stays. */
const struct step_type step_repair_root = { "repair-root", repair_root_run, NULL };

/* --- the files in its root --- */

static int personalise_one(struct farm *farm, struct step_host *sh, void *arg, struct error *err)
{
	cleanup_free char *path = path_root(&farm->settings, &sh->host->ip);

	return workshop_personalise(arg, sh, path, err);
}

static int personalise_again_run(struct farm *farm, const json_t *args, struct error *err)
{
	cleanup_workshop struct workshop w;

	workshop_open(&w);
	return step_hosts_each(farm, args, STEP_RUN, "personalise", personalise_one, &w, err);
}

struct back {
	struct workshop shop;
	struct mount_table table;
};

/* The host as it was, as a step sees it. */
static int load_was(struct step_host *out, struct farm *farm, const struct step_host *sh,
		    struct error *err)
{
	struct host_state state = sh->state;
	json_t *args;
	int rc;

	state.ip = sh->was->ip;
	memset(state.made, 0, sizeof(state.made));
	if (sh->was_made)
		memccpy(state.made, sh->was_made, '\0', sizeof(state.made) - 1);
	args = step_host_args(sh->was, &state);
	rc = step_host_load(out, farm, args, err);
	/* Nothing of it points into the arguments. */
	json_decref(args);
	return rc;
}

/*
 * What a client has planted in its root can stop the writing, and must not stop the taking back: every
 * command to come would try it again, and fail for all hosts.  Then the state is that of a host whose files are not
 * known, so that apply writes them.
 */
static int leave_files(const struct settings *s, struct step_host *was, struct error *why,
		       struct error *err)
{
	log_warn("%s: %s; its files stay as they are until the next apply", was->host->name,
		 error_text(why));
	memset(was->state.made, 0, sizeof(was->state.made));
	return host_state_write(&was->state, s, true, err);
}

/* Its root is at the new place or at the old one; after a power failure at none. */
static int personalise_back(struct farm *farm, struct step_host *sh, void *arg, struct error *err)
{
	const struct settings *s = &farm->settings;
	cleanup_step_host struct step_host was = { 0 };
	const struct host_state *at = NULL;
	struct back *back = arg;
	int rc;

	if (!sh->was)
		return 0;
	rc = load_was(&was, farm, sh, err);
	if (!rc && host_is_at(s, sh->host->name, &sh->host->ip, &back->table))
		at = &sh->state;
	if (!rc && !at) {
		at = &was.state;
		rc = step_host_make_mount_point(s, &was.state.ip, err);
		if (!rc)
			rc = mount_host(s, &was.state, err);
	}
	if (!rc) {
		cleanup_free char *path = path_root(s, &at->ip);
		cleanup_error struct error why = ERROR_INIT;

		if (workshop_personalise(&back->shop, &was, path, &why))
			rc = leave_files(s, &was, &why, err);
	}
	return rc;
}

static int personalise_again_undo(struct farm *farm, const json_t *args, struct error *err)
{
	struct back back = { 0 };
	int rc = mount_table_read(&back.table, err);

	workshop_open(&back.shop);
	if (!rc)
		rc = step_hosts_each(farm, args, STEP_UNDO, NULL, personalise_back, &back, err);
	workshop_close(&back.shop);
	mount_table_free(&back.table);
	return rc;
}

const struct step_type step_personalise_again = { "personalise-again", personalise_again_run,
						  personalise_again_undo };

/* --- what the store remembers --- */

static int update_state(struct farm *farm, struct step_host *sh, void *arg, struct error *err)
{
	(void)arg;
	return host_state_write(&sh->state, &farm->settings, false, err);
}

static int restore_state(struct farm *farm, struct step_host *sh, void *arg, struct error *err)
{
	cleanup_step_host struct step_host was = { 0 };
	cleanup_free char *path = path_host_state(&farm->settings, sh->host->name);
	int rc = sh->was ? load_was(&was, farm, sh, err) : 0;

	(void)arg;
	fs_remove_temporaries(path);
	return rc || !sh->was ? rc : host_state_write(&was.state, &farm->settings, false, err);
}

static int update_state_run(struct farm *farm, const json_t *args, struct error *err)
{
	return step_hosts_each(farm, args, STEP_RUN, NULL, update_state, NULL, err);
}

static int update_state_undo(struct farm *farm, const json_t *args, struct error *err)
{
	int rc = step_hosts_each(farm, args, STEP_UNDO, NULL, restore_state, NULL, err);

	return rc ? rc : step_sync_host.run(farm, args, err);
}

const struct step_type step_update_state = { "update-state", update_state_run, update_state_undo };
