/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * step_register: the steps that tell the hosts file, the NFS server and the boot servers of hosts.  Each
 * reads a file once, changes it for all hosts, and writes it once.
 */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/plan/mounting.h"
#include "mkdcroot/plan/register.h"
#include "mkdcroot/plan/step_host.h"

#include <errno.h>
#include <string.h>

/* What is to become of the hosts of a step. */
enum way {
	WAY_ADD,
	WAY_REMOVE,
	WAY_BACK, /* undo an addition: those that were there before become as they were */
};

/* All hosts of a step, loaded. */
struct loaded {
	struct step_host *v;
	size_t n;
};

static void loaded_free(struct loaded *all)
{
	for (size_t i = 0; i < all->n; i++)
		step_host_free(&all->v[i]);
	free(all->v);
}

#define cleanup_loaded __attribute__((cleanup(loaded_free)))

static int load_all(struct loaded *all, struct farm *farm, const json_t *args, struct error *err)
{
	size_t n = step_hosts_n(args);
	int rc = 0;

	all->v = mem_new((n + 1) * sizeof(*all->v));
	for (all->n = 0; !rc && all->n < n; all->n++)
		rc = step_host_load(&all->v[all->n], farm, step_hosts_get(args, all->n), err);
	return rc;
}

/* --- the hosts file --- */

/* The text of a host's line: as it was to the byte where that is known. */
static char *line_of(const struct step_host *sh)
{
	return sh->text ? mem_strdup(sh->text) : host_format(sh->host);
}

/* Read afresh: the administrator may have saved it meanwhile. */
static int edit_hosts(struct farm *farm, const struct loaded *all, bool present, struct error *err)
{
	cleanup_free struct hosts_edit *edit = mem_new((all->n + 1) * sizeof(*edit));
	cleanup_hosts_file struct hosts_file file = { 0 };
	cleanup_strv struct strv lines = STRV_INIT;
	cleanup_str struct str text = STR_INIT;
	int rc = hosts_file_read(&file, farm->settings.hosts, err);
	bool any = present;

	if (rc)
		return rc;
	for (size_t i = 0; i < all->n; i++) {
		const struct step_host *sh = &all->v[i];

		strv_take(&lines, line_of(sh));
		edit[i] = (struct hosts_edit){ sh->host->name, present ? lines.v[i] : NULL };
		any = any || hosts_file_find(&file, sh->host->name);
	}
	if (!any)
		return 0;
	hosts_file_edit(&file, edit, all->n, &text);
	rc = fs_mkdir_p_for(farm->settings.hosts, 0755, err);
	return rc ? rc : fs_replace_checked(farm->settings.hosts, &text, 0644, err);
}

static int edit_hosts_way(struct farm *farm, const json_t *args, enum way way, struct error *err)
{
	cleanup_loaded struct loaded all = { 0 };
	int rc = load_all(&all, farm, args, err);

	return rc ? rc : edit_hosts(farm, &all, way == WAY_ADD, err);
}

/* Lines that are there get another text, or the one before. */
static int change_line(struct farm *farm, const json_t *args, bool back, struct error *err)
{
	cleanup_hosts_file struct hosts_file file = { 0 };
	cleanup_free struct hosts_edit *edit = NULL;
	cleanup_loaded struct loaded all = { 0 };
	cleanup_str struct str text = STR_INIT;
	int rc = load_all(&all, farm, args, err);

	if (!rc)
		rc = hosts_file_read(&file, farm->settings.hosts, err);
	if (rc)
		return rc;
	edit = mem_new((all.n + 1) * sizeof(*edit));
	for (size_t i = 0; i < all.n; i++)
		if (!all.v[i].text || !all.v[i].text_was)
			return error_say(err, -EINVAL, "a step's arguments: no line of %s",
					 all.v[i].host->name);
	for (size_t i = 0; i < all.n; i++)
		edit[i] = (struct hosts_edit){ all.v[i].host->name,
					       back ? all.v[i].text_was : all.v[i].text };
	hosts_file_edit(&file, edit, all.n, &text);
	return fs_replace_checked(farm->settings.hosts, &text, 0644, err);
}

static int change_line_run(struct farm *farm, const json_t *args, struct error *err)
{
	return change_line(farm, args, false, err);
}

static int change_line_undo(struct farm *farm, const json_t *args, struct error *err)
{
	return change_line(farm, args, true, err);
}

const struct step_type step_change_line = { "change-line", change_line_run, change_line_undo };

/* --- the NFS server --- */

/* The exports of the hosts; @was: as they were, those only that stay where they are. */
static int exports_of(struct farm_exports *out, const struct farm *farm, const struct loaded *all,
		      bool stays, bool was, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < all->n; i++) {
		const struct step_host *sh = &all->v[i];

		if (sh->stays == stays)
			rc = farm_exports_add(out, farm, was && sh->was ? sh->was : sh->host,
					      sh->state.fsid, err);
	}
	return rc;
}

static int edit_exports_way(struct farm *farm, const json_t *args, enum way way, struct error *err)
{
	cleanup_farm_exports struct farm_exports fresh = { 0 }, stay = { 0 };
	const struct nfs_server_ops *ops = farm->nfs.ops;
	cleanup_loaded struct loaded all = { 0 };
	int rc = load_all(&all, farm, args, err);

	if (!rc)
		rc = exports_of(&fresh, farm, &all, false, false, err);
	if (!rc)
		rc = exports_of(way == WAY_ADD ? &fresh : &stay, farm, &all, true, way == WAY_BACK,
				err);
	if (!rc && way == WAY_ADD)
		return ops->add_files(&farm->nfs, fresh.e, fresh.n, err);
	if (!rc)
		rc = ops->remove_files(&farm->nfs, fresh.e, fresh.n, err);
	if (!rc && stay.n && way == WAY_BACK) {
		rc = ops->add_files(&farm->nfs, stay.e, stay.n, err);
		/* What runs was told of the change already. */
		if (!rc)
			rc = ops->add_live(&farm->nfs, stay.e, stay.n, err);
	}
	return rc;
}

static int mount_all(struct farm *farm, const struct loaded *all, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < all->n; i++) {
		const struct host_state *state = &all->v[i].state;

		/* One that was to be given up may have lost its mount point to another meanwhile. */
		rc = step_host_make_mount_point(&farm->settings, &state->ip, err);
		if (!rc)
			rc = mount_host(&farm->settings, state, err);
	}
	return rc;
}

static int export_live_way(struct farm *farm, const json_t *args, enum way way, struct error *err)
{
	cleanup_farm_exports struct farm_exports x = { 0 };
	const struct nfs_server_ops *ops = farm->nfs.ops;
	cleanup_loaded struct loaded all = { 0 };
	int rc = load_all(&all, farm, args, err);

	if (!rc)
		rc = exports_of(&x, farm, &all, false, false, err);
	if (!rc && way == WAY_ADD)
		rc = exports_of(&x, farm, &all, true, false, err);
	if (rc || !x.n)
		return rc;
	if (way == WAY_ADD)
		return mount_all(farm, &all, err) ?: ops->add_live(&farm->nfs, x.e, x.n, err);
	rc = ops->take_away(&farm->nfs, x.e, x.n, umount_export, NULL, err);
	for (size_t i = 0; !rc && i < all.n; i++)
		if (!all.v[i].stays)
			rc = umount_host(&farm->settings, &all.v[i].state, err);
	return rc;
}

/* --- the boot servers --- */

static int edit_boot_of(struct registration *r, const struct step_host *sh, enum way way,
			struct error *err)
{
	const struct host *h = way == WAY_BACK ? sh->was : sh->host;

	if (way == WAY_REMOVE || (way == WAY_BACK && !sh->stays))
		return register_remove(r, sh->host->name, err);
	if (!h)
		return 0;
	return register_ensure(r, h, register_image(r, h, sh->state.layer, sh->state.generation),
			       NULL, err);
}

static int edit_boot_in(struct farm *farm, const struct boot_server_ops *ops,
			const struct loaded *all, enum way way, struct error *err)
{
	cleanup_registration struct registration r = { .net.fd = -1 };
	int rc = register_open(&r, farm, ops, err);

	for (size_t i = 0; !rc && i < all->n; i++)
		rc = edit_boot_of(&r, &all->v[i], way, err);
	return rc ? rc : register_save(&r, err);
}

static int edit_boot_way(struct farm *farm, const json_t *args, enum way way, struct error *err)
{
	cleanup_loaded struct loaded all = { 0 };
	int rc = load_all(&all, farm, args, err);

	for (int i = 0; !rc && i < farm->n_boot; i++)
		rc = edit_boot_in(farm, farm->boot[i], &all, way, err);
	return rc;
}

/* Adding is undone by taking back, removing by adding. */
#define STEP_PAIR(edit, add_name, add_step, remove_name, remove_step)                      \
	static int edit##_add(struct farm *farm, const json_t *args, struct error *err)    \
	{                                                                                  \
		return edit(farm, args, WAY_ADD, err);                                     \
	}                                                                                  \
	static int edit##_back(struct farm *farm, const json_t *args, struct error *err)   \
	{                                                                                  \
		return edit(farm, args, WAY_BACK, err);                                    \
	}                                                                                  \
	static int edit##_remove(struct farm *farm, const json_t *args, struct error *err) \
	{                                                                                  \
		return edit(farm, args, WAY_REMOVE, err);                                  \
	}                                                                                  \
	const struct step_type add_step = { add_name, edit##_add, edit##_back };           \
	const struct step_type remove_step = { remove_name, edit##_remove, edit##_add }

STEP_PAIR(edit_hosts_way, "register-host", step_register_host, "unregister-host",
	  step_unregister_host);
STEP_PAIR(edit_exports_way, "register-exports", step_register_exports, "unregister-exports",
	  step_unregister_exports);
STEP_PAIR(edit_boot_way, "register-boot", step_register_boot, "unregister-boot",
	  step_unregister_boot);

static int export_run(struct farm *farm, const json_t *args, struct error *err)
{
	return export_live_way(farm, args, WAY_ADD, err);
}

static int export_undo(struct farm *farm, const json_t *args, struct error *err)
{
	return export_live_way(farm, args, WAY_BACK, err);
}

const struct step_type step_export = { "export", export_run, export_undo };

static int take_away_run(struct farm *farm, const json_t *args, struct error *err)
{
	return export_live_way(farm, args, WAY_REMOVE, err);
}

/* The running server exports only what stands in its files, which are put right after this otherwise. */
static int take_away_undo(struct farm *farm, const json_t *args, struct error *err)
{
	int rc = edit_exports_way(farm, args, WAY_ADD, err);

	return rc ? rc : export_live_way(farm, args, WAY_ADD, err);
}

const struct step_type step_take_away = { "take-away", take_away_run, take_away_undo };
