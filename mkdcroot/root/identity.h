/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * identity: what a host keeps for its life and shares with nobody: its machine-id
 * (machine-id(5)) and its SSH host keys.  Made once, kept in one file of the host's
 * store directory (0600), written into each root the host gets.
 */
#ifndef MKDCROOT_ROOT_IDENTITY_H
#define MKDCROOT_ROOT_IDENTITY_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"

#include <stdbool.h>
#include <stddef.h>

#define MACHINE_ID_LEN 32

/* An SSH host key as sshd(8) reads it. */
struct hostkey {
	char *type;   /* "ed25519", "ecdsa", "rsa": as in ssh_host_TYPE_key */
	char *secret; /* the private key file's text */
	char *public; /* the .pub file's line, with its newline */
};

struct identity {
	char machine_id[MACHINE_ID_LEN + 1]; /* hex digits; "" when there is none */
	struct hostkey *keys;
	size_t n;
};

/* Frees; secrets are overwritten first. */
void identity_free(struct identity *id);
#define cleanup_identity __attribute__((cleanup(identity_free)))

/*
 * Fill in what is missing: a machine-id, and a key of each of @types (words out of
 * ed25519, ecdsa, rsa; settings' hostkey_types).  @comment stands in the .pub lines
 * ("root@aldebaran").  An unknown type is -EINVAL.  @changed, unless NULL, says whether anything
 * was made.  RSA takes 0.1 to 2 s, the others less than a millisecond each.
 */
int identity_complete(struct identity *id, const char *types, const char *comment, bool *changed,
		      struct error *err);

/* Read the file @path.  -ENOENT (recorded too) when there is none; -EPERM when others can read it.
 */
int identity_load(struct identity *id, const char *path, struct error *err);

/*
 * Write it, mode 0600: over an older one atomically and durably, a first one so that the
 * caller's sync of the store makes it durable.
 */
int identity_save(const struct identity *id, const char *path, struct error *err);

/* Make one key pair (hostkeys.c; libssh). */
int hostkey_generate(struct hostkey *key, const char *type, const char *comment, struct error *err);
void hostkey_free(struct hostkey *key);
/* Is @type one that hostkey_generate() knows? */
bool hostkey_type_is_known(const char *type);

#endif
