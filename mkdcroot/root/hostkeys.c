/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hostkeys: SSH host keys, made in this process by libssh (3 ms for the two usual
 * ones, most of it the crypto library's start; ssh-keygen takes that for each, RSA over a second).
 */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/root/identity.h"

#include <libssh/libssh.h>
#include <string.h>

static const struct {
	const char *name;
	enum ssh_keytypes_e type;
	int bits;
} types[] = {
	{ "ed25519", SSH_KEYTYPE_ED25519, 0 },
	{ "ecdsa", SSH_KEYTYPE_ECDSA_P256, 256 },
	{ "rsa", SSH_KEYTYPE_RSA, 3072 },
};
#define N_TYPES (sizeof(types) / sizeof(*types))

static size_t find_type(const char *name)
{
	size_t i = 0;

	while (i < N_TYPES && strcmp(types[i].name, name) != 0)
		i++;
	return i;
}

bool hostkey_type_is_known(const char *type)
{
	return find_type(type) < N_TYPES;
}

/* libssh's strings, one of them secret, become ours. */
static char *take_string(char *s)
{
	char *copy = mem_strdup(s);

	explicit_bzero(s, strlen(s));
	ssh_string_free_char(s);
	return copy;
}

static int export_key(struct hostkey *key, ssh_key pair, const char *comment)
{
	char *secret = NULL, *public = NULL;
	cleanup_free char *line = NULL;

	if (ssh_pki_export_privkey_base64(pair, NULL, NULL, NULL, &secret) != SSH_OK)
		return -EIO;
	key->secret = take_string(secret);
	if (ssh_pki_export_pubkey_base64(pair, &public) != SSH_OK)
		return -EIO;
	line = take_string(public);
	key->public =
		mem_printf("%s %s %s\n", ssh_key_type_to_char(ssh_key_type(pair)), line, comment);
	return 0;
}

int hostkey_generate(struct hostkey *key, const char *type, const char *comment, struct error *err)
{
	size_t i = find_type(type);
	ssh_key pair = NULL;
	int rc;

	if (i == N_TYPES)
		return error_say(err, -EINVAL, "SSH host key type %s: it is ed25519, ecdsa or rsa",
				 type);
	if (ssh_pki_generate(types[i].type, types[i].bits, &pair) != SSH_OK)
		return error_say(err, -EIO, "make an SSH host key (%s): libssh failed", type);
	rc = export_key(key, pair, comment);
	ssh_key_free(pair);
	if (rc) {
		hostkey_free(key);
		return error_say(err, rc, "export an SSH host key (%s): libssh failed", type);
	}
	key->type = mem_strdup(type);
	return 0;
}

void hostkey_free(struct hostkey *key)
{
	if (key->secret)
		explicit_bzero(key->secret, strlen(key->secret));
	free(key->secret);
	free(key->type);
	free(key->public);
	*key = (struct hostkey){ .type = NULL };
}
