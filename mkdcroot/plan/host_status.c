/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host_status: only reads, and needs no lock. */
#include "mkdcroot/plan/host_status.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/plan/mounting.h"
#include "mkdcroot/plan/register.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static bool is_directory(char *path)
{
	cleanup_free char *owned = path;
	struct stat st;

	return lstat(owned, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Does the link by the host's name point to its root? */
static bool link_is_right(const struct settings *s, const struct host *h)
{
	cleanup_free char *link = path_root_link(s, h->name);
	char there[IP_TEXT_MAX + 1] = "", ip[IP_TEXT_MAX];
	ssize_t n = readlink(link, there, sizeof(there) - 1);

	return n > 0 && strcmp(there, ip_format(&h->ip, ip)) == 0;
}

static int read_store(struct host_status *out, const struct farm *farm, const struct host *h,
		      enum host_status_depth depth, struct error *err)
{
	const struct settings *s = &farm->settings;
	cleanup_error struct error problem = ERROR_INIT;
	int rc = host_state_read(&out->state, s, h->name, &problem);

	if (rc == -ENOENT)
		return 0;
	if (rc)
		return error_say(err, rc, "%s", error_text(&problem));
	out->mounted = host_is_mounted(s, &out->state) == 1;
	if (depth == HOST_STATUS_SEEN)
		return 0;
	out->stored = is_directory(path_host_upper(s, h->name)) &&
		      is_directory(path_host_work(s, h->name));
	out->placed = (out->mounted || is_directory(path_root(s, &h->ip))) && link_is_right(s, h);
	return 0;
}

static int read_nfs(struct host_status *out, struct farm *farm, const struct host *const *h,
		    size_t n, struct error *err)
{
	cleanup_free struct nfs_seen *seen = mem_new((n + 1) * sizeof(*seen));
	cleanup_farm_exports struct farm_exports x = { 0 };
	bool running = farm->nfs.ops->is_running(&farm->nfs);
	int rc = 0;

	for (size_t i = 0; !rc && i < n; i++)
		rc = farm_exports_add(&x, farm, h[i], out[i].state.fsid, err);
	if (!rc)
		rc = farm->nfs.ops->look(&farm->nfs, x.e, n, seen, err);
	for (size_t i = 0; !rc && i < n; i++) {
		out[i].running = running;
		out[i].in_exports = seen[i].in_files;
		out[i].exports_right = seen[i].as_wanted;
		out[i].exported = running ? seen[i].exported : 0;
	}
	return rc;
}

/* Would the backend have to be told something of @h? */
static bool is_right(struct registration *r, const struct host *h, const struct host_status *st)
{
	cleanup_error struct error ignored = ERROR_INIT;
	enum boot_state state = BOOT_UNCHANGED;
	bool was_there = register_has(r, h->name);
	const char *image;

	if (!st->state.name)
		return false;
	image = register_image(r, h, st->state.layer, st->state.generation);
	return register_ensure(r, h, image, &state, &ignored) == 0 &&
	       (state == BOOT_UNCHANGED || (state == BOOT_WAITING_FOR_MAC && !was_there));
}

static int read_boot(struct host_status *out, struct farm *farm, const struct boot_server_ops *ops,
		     const struct host *const *h, size_t n, enum host_status_depth depth,
		     struct error *err)
{
	cleanup_registration struct registration r = { .net.fd = -1 };
	int rc = register_open(&r, farm, ops, err);
	bool all_right = true;

	for (size_t i = 0; !rc && i < n; i++)
		out[i].in_boot = out[i].in_boot && register_has(&r, h[i]->name);
	for (size_t i = 0; !rc && depth == HOST_STATUS_COMPARED && i < n; i++) {
		out[i].boot_right = out[i].boot_right && is_right(&r, h[i], &out[i]);
		all_right = all_right && out[i].boot_right;
	}
	/* What all share is written with any of them. */
	if (!rc && depth == HOST_STATUS_COMPARED && all_right && n &&
	    boot_server_is_changed(&r.srv))
		out[0].boot_right = false;
	return rc;
}

int host_status_read_all(struct host_status *out, struct farm *farm, const struct host *const *h,
			 size_t n, enum host_status_depth depth, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < n; i++)
		rc = read_store(&out[i], farm, h[i], depth, err);
	if (!rc)
		rc = read_nfs(out, farm, h, n, err);
	for (size_t i = 0; i < n; i++)
		out[i].in_boot = out[i].boot_right = true;
	for (int b = 0; !rc && b < farm->n_boot; b++)
		rc = read_boot(out, farm, farm->boot[b], h, n, depth, err);
	for (size_t i = 0; i < n; i++)
		out[i].waiting = !out[i].in_boot && !h[i]->mac.set;
	return rc;
}

int host_status_read(struct host_status *out, struct farm *farm, const struct host *h,
		     struct error *err)
{
	*out = (struct host_status){ 0 };
	return host_status_read_all(out, farm, &h, 1, HOST_STATUS_SEEN, err);
}

void host_status_free(struct host_status *st)
{
	host_state_free(&st->state);
}

bool host_status_is_good(const struct host_status *st)
{
	return st->state.name && st->mounted && st->in_exports && st->in_boot &&
	       (st->exported || !st->running);
}
