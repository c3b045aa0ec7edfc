/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * identity: one text file a host, so that making it durable costs one fsync:
 *
 *	machine-id 0123456789abcdef0123456789abcdef
 *	hostkey ed25519
 *	-----BEGIN OPENSSH PRIVATE KEY-----
 *	...
 *	-----END OPENSSH PRIVATE KEY-----
 *	ssh-ed25519 AAAA... root@aldebaran
 */
#include "mkdcroot/root/identity.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

void identity_free(struct identity *id)
{
	for (size_t i = 0; i < id->n; i++)
		hostkey_free(&id->keys[i]);
	free(id->keys);
	*id = (struct identity){ .n = 0 };
}

static struct hostkey *find_key(const struct identity *id, const char *type)
{
	for (size_t i = 0; i < id->n; i++)
		if (strcmp(id->keys[i].type, type) == 0)
			return &id->keys[i];
	return NULL;
}

static struct hostkey *add_key(struct identity *id)
{
	id->keys = mem_resize(id->keys, id->n + 1, sizeof(*id->keys));
	id->keys[id->n] = (struct hostkey){ .type = NULL };
	return &id->keys[id->n++];
}

/* machine-id(5): 128 random bits as a version 4 UUID without hyphens. */
static int make_machine_id(struct identity *id, struct error *err)
{
	uint8_t bytes[MACHINE_ID_LEN / 2];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return error_set(err, -errno, "make a machine-id");
	bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40);
	bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(id->machine_id + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

int identity_complete(struct identity *id, const char *types, const char *comment, bool *changed,
		      struct error *err)
{
	cleanup_strv struct strv words = STRV_INIT;
	bool made = false;

	strv_split(&words, types, " \t,");
	for (size_t i = 0; i < words.n; i++)
		if (!hostkey_type_is_known(words.v[i]))
			return error_say(err, -EINVAL,
					 "SSH host key type %s: it is ed25519, ecdsa or rsa",
					 words.v[i]);
	if (!id->machine_id[0]) {
		int rc = make_machine_id(id, err);

		if (rc)
			return rc;
		made = true;
	}
	for (size_t i = 0; i < words.n; i++) {
		struct hostkey key = { .type = NULL };
		int rc;

		if (find_key(id, words.v[i]))
			continue;
		rc = hostkey_generate(&key, words.v[i], comment, err);
		if (rc)
			return rc;
		*add_key(id) = key;
		made = true;
	}
	if (changed)
		*changed = made;
	return 0;
}

static bool is_machine_id(const char *s, size_t len)
{
	return len == MACHINE_ID_LEN && strspn(s, "0123456789abcdef") >= MACHINE_ID_LEN;
}

/* A key: its private part up to the END line, then the line of its public part. */
static const char *take_key(struct identity *id, const char *type, size_t len, const char *text)
{
	const char *end = strstr(text, "\n-----END ");
	const char *public = end ? strchr(end + 1, '\n') : NULL;
	const char *stop = public ? strchr(public + 1, '\n') : NULL;
	struct hostkey *key;

	if (!stop || !str_has_prefix(text, "-----BEGIN "))
		return NULL;
	key = add_key(id);
	key->type = mem_strndup(type, len);
	key->secret = mem_strndup(text, (size_t)(public + 1 - text));
	key->public = mem_strndup(public + 1, (size_t)(stop - public));
	return hostkey_type_is_known(key->type) ? stop + 1 : NULL;
}

static int parse(struct identity *id, const char *text, const char *path, struct error *err)
{
	static const char id_word[] = "machine-id ", key_word[] = "hostkey ";
	unsigned int entry = 0;

	while (text && *text) {
		size_t len = strcspn(text, "\n");
		const char *next = text[len] ? text + len + 1 : NULL;
		size_t id_len = sizeof(id_word) - 1, key_len = sizeof(key_word) - 1;

		entry++;
		if (next && str_has_prefix(text, id_word) &&
		    is_machine_id(text + id_len, len - id_len)) {
			memcpy(id->machine_id, text + id_len, MACHINE_ID_LEN);
			text = next;
		} else if (next && str_has_prefix(text, key_word)) {
			text = take_key(id, text + key_len, len - key_len, next);
		} else {
			text = NULL;
		}
	}
	if (text)
		return 0;
	identity_free(id);
	return error_say(err, -EINVAL,
			 "%s: entry %u cannot be read; restore the file, or remove it and the host "
			 "gets a new machine-id and new SSH host keys",
			 path, entry);
}

int identity_load(struct identity *id, const char *path, struct error *err)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct str text = STR_INIT;
	struct stat st;
	int rc;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set(err, -errno, "read %s", path);
	if (st.st_mode & 077)
		return error_say(err, -EPERM,
				 "read %s: others can read these secrets (mode %04o): chmod 600 it",
				 path, (unsigned)(st.st_mode & 07777));
	rc = fs_read_fd(fd, path, &text, err);
	if (!rc)
		rc = parse(id, str_text(&text), path, err);
	if (text.data)
		explicit_bzero(text.data, text.len);
	str_free(&text);
	return rc;
}

int identity_save(const struct identity *id, const char *path, struct error *err)
{
	struct str text = STR_INIT;
	int rc = fs_find(path, err);

	if (rc < 0)
		return rc;
	str_addf(&text, "machine-id %s\n", id->machine_id);
	for (size_t i = 0; i < id->n; i++)
		str_addf(&text, "hostkey %s\n%s%s", id->keys[i].type, id->keys[i].secret,
			 id->keys[i].public);
	rc = rc ? fs_replace_file(path, text.data, text.len, 0600, err)
		: fs_create_file(path, text.data, text.len, 0600, err);
	explicit_bzero(text.data, text.len);
	str_free(&text);
	return rc;
}
