/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mounting: joins the model's paths with overlay/mounts.h. */
#include "mkdcroot/plan/mounting.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/model/paths.h"
#include "overlay/mounts.h"

int mount_generation(const struct settings *s, const char *layer, unsigned int number,
		     struct error *err)
{
	cleanup_free char *image = path_generation_image(s, layer, number);
	cleanup_free char *dir = path_generation(s, layer, number);
	int mounted = fs_is_mount_point(dir);
	int rc;

	if (mounted)
		return mounted > 0 ? 0 : error_set(err, mounted, "look at %s", dir);
	rc = fs_mkdir_p(dir, 0755, err);
	return rc ? rc : image_mount(image, dir, s->loop_direct_io, err);
}

int host_is_mounted(const struct settings *s, const struct host_state *state)
{
	cleanup_free char *root = path_root(s, &state->ip);

	return fs_is_mount_point(root);
}

int mount_host(const struct settings *s, const struct host_state *state, struct error *err)
{
	cleanup_free char *root = path_root(s, &state->ip);
	cleanup_free char *lower = path_generation(s, state->layer, state->generation);
	cleanup_free char *upper = path_host_upper(s, state->name);
	cleanup_free char *work = path_host_work(s, state->name);
	struct overlay overlay = { lower, upper, work };
	int rc = host_is_mounted(s, state);

	if (rc)
		return rc > 0 ? 0 : error_set(err, rc, "look at %s", root);
	rc = mount_generation(s, state->layer, state->generation, err);
	return rc ? rc : overlay_mount(&overlay, root, err);
}

int umount_host(const struct settings *s, const struct host_state *state, struct error *err)
{
	cleanup_free char *root = path_root(s, &state->ip);

	return mount_remove(root, err);
}

bool host_is_at(const struct settings *s, const char *name, const struct ip_addr *ip,
		const struct mount_table *table)
{
	cleanup_free char *root = path_root(s, ip), *upper = path_host_upper(s, name);
	/* The kernel names places without the links on the way. */
	cleanup_free char *real = realpath(root, NULL);

	return mount_table_has(table, real ? real : root, upper);
}

int umount_own(const struct settings *s, const struct host_state *state,
	       const struct mount_table *table, struct error *err)
{
	return host_is_at(s, state->name, &state->ip, table) ? umount_host(s, state, err) : 0;
}

int umount_export(const struct nfs_export *e, void *arg)
{
	cleanup_error struct error ignored = ERROR_INIT;

	(void)arg;
	return mount_remove(e->path, &ignored);
}
