/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host_status: only reads, and needs no lock. */
#include "mkdcroot/plan/host_status.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/plan/mounting.h"
#include "mkdcroot/plan/register.h"

static int read_servers(struct host_status *out, struct farm *farm, const struct host *h,
			struct error *err)
{
	cleanup_free char *root = path_root(&farm->settings, &h->ip);
	cleanup_error struct error ignored = ERROR_INIT;
	int rc = farm->nfs.ops->in_files(&farm->nfs, root, err);

	if (rc < 0)
		return rc;
	out->in_exports = rc;
	out->exported = farm->nfs.ops->is_running(&farm->nfs)
				? farm->nfs.ops->is_exported(&farm->nfs, root, &ignored)
				: 0;
	out->in_boot = true;
	for (int i = 0; i < farm->n_boot; i++) {
		rc = boot_has(farm, farm->boot[i], h->name, err);
		if (rc < 0)
			return rc;
		out->in_boot = out->in_boot && rc;
	}
	out->waiting = !out->in_boot && !h->mac.set;
	return 0;
}

int host_status_read(struct host_status *out, struct farm *farm, const struct host *h,
		     struct error *err)
{
	cleanup_free char *path = path_host_state(&farm->settings, h->name);
	int rc = 0;

	*out = (struct host_status){ 0 };
	if (fs_exists(path))
		rc = host_state_read(&out->state, &farm->settings, h->name, err);
	if (!rc && out->state.name)
		out->mounted = host_is_mounted(&farm->settings, &out->state) == 1;
	return rc ? rc : read_servers(out, farm, h, err);
}

void host_status_free(struct host_status *st)
{
	host_state_free(&st->state);
}

bool host_status_is_good(const struct host_status *st, const struct farm *farm)
{
	bool running = farm->nfs.ops->is_running(&farm->nfs);

	return st->state.name && st->mounted && st->in_exports && st->in_boot &&
	       (st->exported || !running);
}
