/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the backends of nfs_server share, for the files of this folder only. */
#ifndef EXPORTS_NFS_PRIVATE_H
#define EXPORTS_NFS_PRIVATE_H

#include "exports/nfs_server.h"

/* Something to be done before a busy root is tried again. */
struct nfs_retry {
	unsigned int rounds;
	int (*prepare)(const struct nfs_server *srv, const struct nfs_export *e, size_t n,
		       struct error *err);
	const struct nfs_server *srv;
};

/*
 * Unmount the roots of @e[0..@n).  Those that are busy are tried again after @retry
 * (may be NULL) was prepared, as often as it says.  -EBUSY names the first that stays so.
 */
int nfs_umount_all(const struct nfs_export *e, size_t n, nfs_umount_fn *umount, void *arg,
		   const struct nfs_retry *retry, struct error *err);

/* The options of @e with its fsid=, freshly allocated. */
char *nfs_full_options(const struct nfs_export *e);

void nfs_sleep_ms(unsigned int ms);

/* Append the text of @problem, which is cleared, to @all as a line of its own. */
void nfs_add_problem(struct str *all, struct error *problem);

#endif
