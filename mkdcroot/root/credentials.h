/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * credentials: who can log in.  passwd(5), shadow(5), group(5), gshadow(5) of a tree
 * without its people and password hashes; and with those that a host is to have.
 *
 * People are accounts with a user id from UID_MIN (1000) to UID_MAX (60000), as in
 * login.defs(5).  Texts come from trees that are not trusted: lines that make no
 * sense are left as they are when they hold no hash, and left out otherwise.
 */
#ifndef MKDCROOT_ROOT_CREDENTIALS_H
#define MKDCROOT_ROOT_CREDENTIALS_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"
#include "mkdcroot/base/tree.h"

#include <stdbool.h>

/* The account files of one tree.  A file that is not there has has_* false. */
struct accounts {
	struct str passwd, shadow, group, gshadow, subuid, subgid;
	bool has_shadow, has_gshadow, has_subuid, has_subgid;
};

void accounts_free(struct accounts *a);
#define cleanup_accounts __attribute__((cleanup(accounts_free)))

/* Read them from /etc of @t; missing files read as empty. */
int accounts_read(struct accounts *a, const struct tree *t, struct error *err);

/*
 * Take people out (with their groups, memberships and subordinate ids), and every
 * password hash of the accounts that stay; @people and @hashes count them.
 */
void accounts_scrub(struct accounts *a, size_t *people, size_t *hashes);

/*
 * Owner and group of @attr from names (of these accounts) or numbers.  -ENOENT, nothing recorded, when there
 * is no such account.
 */
int accounts_find_owner(const struct accounts *a, const char *owner, const char *group,
			struct tree_attr *attr);

/* What a host's settings say about logging in. */
struct credentials {
	const char *users;     /* "none", "keep", or a file of the server in passwd/shadow form */
	const char *root_hash; /* crypt(3) hash, or empty */
	const char
		*root_key; /* authorized_keys lines, or a file of the server with them, or empty */
	const struct accounts *source; /* of the layer's source, for "keep"; NULL: it has none */
};

/*
 * Put people and root's hash into the scrubbed accounts @a.
 * A person whose name or id another account of the layer has is -EEXIST; one who is there
 * already, with the same id, stays as the host has it.
 * @homes: home directories of the people, "uid gid path", appended.
 */
int accounts_apply(struct accounts *a, const struct credentials *c, struct strv *homes,
		   struct error *err);

/* root's authorized_keys as @c says, appended to @out (nothing when it says none).  Checked:
 * -EINVAL. */
int credentials_root_keys(const struct credentials *c, struct str *out, struct error *err);

/* Is @hash something that crypt(3) could have made (not "", "*", "!", "x")? */
bool credentials_is_hash(const char *hash);

/*
 * Will anybody be able to log in?  With a password (an account with a hash and a shell)
 * or with root's key.  @why: says who, or why nobody; the caller frees it.
 */
bool credentials_can_login(const struct accounts *a, bool root_has_key, char **why);

#endif
