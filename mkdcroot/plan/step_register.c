/* SPDX-License-Identifier: GPL-2.0-or-later */
/* step_register: the steps that tell the hosts file, the NFS server and the boot servers of a host. */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/plan/mounting.h"
#include "mkdcroot/plan/register.h"
#include "mkdcroot/plan/steps.h"

/* The hosts file with or without the host's line, read afresh: the administrator may have saved it meanwhile. */
static int edit_hosts(struct farm *farm, const struct host *h, bool present, struct error *err)
{
	cleanup_hosts_file struct hosts_file file = { 0 };
	cleanup_str struct str text = STR_INIT;
	cleanup_free char *line = host_format(h);
	int rc = hosts_file_read(&file, farm->settings.hosts, err);

	if (rc)
		return rc;
	if (!present && !hosts_file_find(&file, h->name))
		return 0;
	if (present)
		hosts_file_with(&file, h->name, line, &text);
	else
		hosts_file_without(&file, h->name, &text);
	rc = fs_mkdir_p_for(farm->settings.hosts, 0755, err);
	return rc ? rc : fs_replace_checked(farm->settings.hosts, &text, 0644, err);
}

static int edit_exports(struct farm *farm, const struct step_host *sh, bool present,
			struct error *err)
{
	cleanup_farm_export struct farm_export x = { 0 };
	const struct nfs_server_ops *ops = farm->nfs.ops;
	int rc = farm_export_make(&x, farm, sh->host, sh->state.fsid, err);

	if (rc)
		return rc;
	return present ? ops->add_files(&farm->nfs, &x.e, 1, err)
		       : ops->remove_files(&farm->nfs, &x.e, 1, err);
}

static int edit_boot(struct farm *farm, const struct step_host *sh, bool present, struct error *err)
{
	int rc = 0;

	for (int i = 0; !rc && i < farm->n_boot; i++)
		rc = present ? register_boot(farm, farm->boot[i], sh->host, true, NULL, err)
			     : unregister_boot(farm, farm->boot[i], sh->host->name, err);
	return rc;
}

static int export_live(struct farm *farm, const struct step_host *sh, bool present,
		       struct error *err)
{
	cleanup_farm_export struct farm_export x = { 0 };
	const struct nfs_server_ops *ops = farm->nfs.ops;
	int rc = farm_export_make(&x, farm, sh->host, sh->state.fsid, err);

	if (rc)
		return rc;
	if (!present)
		return ops->take_away(&farm->nfs, &x.e, 1, umount_export, NULL, err)
			       ?: umount_host(&farm->settings, &sh->state, err);
	rc = mount_host(&farm->settings, &sh->state, err);
	return rc ? rc : ops->add_live(&farm->nfs, &x.e, 1, err);
}

static int edit_hosts_of(struct farm *farm, const struct step_host *sh, bool present,
			 struct error *err)
{
	return edit_hosts(farm, sh->host, present, err);
}

/* One of the four above, with the step's arguments taken apart. */
static int with_host(struct farm *farm, const json_t *args, bool present,
		     int (*edit)(struct farm *, const struct step_host *, bool, struct error *),
		     struct error *err)
{
	cleanup_step_host struct step_host sh;
	int rc = step_host_load(&sh, farm, args, err);

	return rc ? rc : edit(farm, &sh, present, err);
}

#define STEP_PAIR(edit, add_name, add_step, remove_name, remove_step)                      \
	static int edit##_add(struct farm *farm, const json_t *args, struct error *err)    \
	{                                                                                  \
		return with_host(farm, args, true, edit, err);                             \
	}                                                                                  \
	static int edit##_remove(struct farm *farm, const json_t *args, struct error *err) \
	{                                                                                  \
		return with_host(farm, args, false, edit, err);                            \
	}                                                                                  \
	const struct step_type add_step = { add_name, edit##_add, edit##_remove };         \
	const struct step_type remove_step = { remove_name, edit##_remove, edit##_add }

STEP_PAIR(edit_hosts_of, "register-host", step_register_host, "unregister-host",
	  step_unregister_host);
STEP_PAIR(edit_exports, "register-exports", step_register_exports, "unregister-exports",
	  step_unregister_exports);
STEP_PAIR(edit_boot, "register-boot", step_register_boot, "unregister-boot", step_unregister_boot);
STEP_PAIR(export_live, "export", step_export, "take-away", step_take_away);
