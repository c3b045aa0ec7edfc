/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * personalise: what makes one host out of a layer: name, addresses, machine-id, SSH host
 * keys, fstab, credentials, and what its role asks for.
 *
 * personalise_build() is pure: it reads the tree and returns what is to stand there;
 * --dry-run prints that.  personalise_apply() writes it.  Only what differs from what
 * the tree has is written, so that the host's upper stays small, and running it
 * again changes nothing.
 */
#ifndef MKDCROOT_ROOT_PERSONALISE_H
#define MKDCROOT_ROOT_PERSONALISE_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"
#include "mkdcroot/base/tree.h"
#include "mkdcroot/model/host.h"
#include "mkdcroot/model/profile.h"
#include "mkdcroot/model/settings.h"
#include "mkdcroot/root/credentials.h"
#include "mkdcroot/root/identity.h"

enum personal_type { PERSONAL_FILE, PERSONAL_LINK, PERSONAL_DIR, PERSONAL_REMOVE };

/* One path of the host's root. */
struct personal_file {
	enum personal_type type;
	char *path;	       /* in the host's root, with leading "/" */
	struct tree_attr attr; /* of a file or directory */
	struct str content;    /* of a file; the target of a link */
	bool secret;	       /* not to be printed: keys, hashes */
	bool keep;	       /* PERSONAL_DIR: one that is there stays as it is */
	char *why;	       /* the profile's "file:line" that asks for it */
};

struct personal_list {
	struct personal_file *v;
	size_t n;
	struct strv warnings; /* nobody can log in, fstab lines dropped for being broken, ... */
	struct strv notes;    /* fstab lines left out, for --verbose */
};

void personal_list_free(struct personal_list *list);
#define cleanup_personal_list __attribute__((cleanup(personal_list_free)))

/* All that the host's files are made from.  Nothing is owned. */
struct personal_input {
	const struct profile *profile; /* distribution and role, loaded together */
	const struct host *host;
	const struct settings *settings; /* the host's own: settings_for_host() */
	const struct identity *identity; /* complete */
	const struct tree *tree; /* the host's root, or the layer's generation for a dry run */
	const struct accounts *people; /* of the layer's source, only for users=keep; or NULL */
	const char *server;	       /* NFS server's address, never empty */
	const char *netmask;	       /* dotted, "" when not known */
	const char *gateway;	       /* "" for none */
	const char *console;	       /* "ttyS0,115200", or "" */
};

/*
 * Say what is to stand in the host's root.  @list is zeroed by the caller's initialiser.
 * An owner that the tree's passwd does not have is an error with the profile's file:line.
 */
int personalise_build(struct personal_list *list, const struct personal_input *in,
		      struct error *err);

/*
 * Make @t so.  Not synced (tree_sync(), or the plan's own step).  @written, unless NULL,
 * counts what had to be changed.
 */
int personalise_apply(const struct personal_list *list, const struct tree *t, size_t *written,
		      struct error *err);

#endif
