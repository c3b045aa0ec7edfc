/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nfs_none: no NFS server is looked after; somebody else serves the roots. */

#include "exports/nfs_private.h"

static int none_preflight(const struct nfs_server *srv, struct strv *warnings, struct error *err)
{
	(void)srv, (void)warnings, (void)err;
	return 0;
}

static int none_change(const struct nfs_server *srv, const struct nfs_export *e, size_t n,
		       struct error *err)
{
	(void)srv, (void)e, (void)n, (void)err;
	return 0;
}

static int none_check(const struct nfs_server *srv, const struct nfs_export *gone, size_t n_gone,
		      const struct nfs_export *e, size_t n, struct error *err)
{
	(void)srv, (void)gone, (void)n_gone, (void)e, (void)n, (void)err;
	return 0;
}

/* Where nothing is written, nothing is missing. */
static int none_look(const struct nfs_server *srv, const struct nfs_export *e, size_t n,
		     struct nfs_seen *seen, struct error *err)
{
	(void)srv, (void)e, (void)err;
	for (size_t i = 0; i < n; i++)
		seen[i] = (struct nfs_seen){ .in_files = true, .as_wanted = true };
	return 0;
}

static int none_has(const struct nfs_server *srv, const char *path, struct error *err)
{
	(void)srv, (void)path, (void)err;
	return 0;
}

static bool none_is_running(const struct nfs_server *srv)
{
	(void)srv;
	return false;
}

static int none_take_away(const struct nfs_server *srv, const struct nfs_export *e, size_t n,
			  nfs_umount_fn *umount, void *arg, struct error *err)
{
	(void)srv;
	return nfs_umount_all(e, n, umount, arg, NULL, err);
}

const struct nfs_server_ops nfs_server_none = {
	.name = "none",
	.preflight = none_preflight,
	.check = none_check,
	.add_files = none_change,
	.remove_files = none_change,
	.look = none_look,
	.in_files = none_has,
	.is_running = none_is_running,
	.add_live = none_change,
	.take_away = none_take_away,
	.is_exported = none_has,
};
