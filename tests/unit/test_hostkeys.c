/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host keys and identities: what libssh makes, ssh-keygen reads; saved and read back; kept. */
#include "mkdcroot/base/child.h"
#include "mkdcroot/root/identity.h"
#include "tests/unit/box.h"
#include "tests/unit/tap.h"

/* Does ssh-keygen derive the public key that we wrote from the private one? */
static bool ssh_keygen_agrees(const struct box *b, const struct hostkey *key)
{
	char *path = mem_printf("%s/key-%s", b->dir, key->type);
	const char *const argv[] = { "ssh-keygen", "-y", "-f", path, NULL };
	struct error err = ERROR_INIT;
	struct str out = STR_INIT;
	struct child child = { .argv = argv, .output = &out };
	bool same = false;

	box_put(path, key->secret, 0600);
	if (child_run(&child, &err))
		printf("# %s\n", error_text(&err));
	else {
		/* Type and key; the comment is not in a private key of every form. */
		size_t type = strcspn(key->public, " ") + 1;

		type += strcspn(key->public + type, " ");
		same = strncmp(str_text(&out), key->public, type) == 0;
	}
	error_clear(&err);
	str_free(&out);
	free(path);
	return same;
}

static void test_types(const struct box *b)
{
	static const char *const types[] = { "ed25519", "ecdsa", "rsa" };

	for (size_t i = 0; i < 3; i++) {
		struct hostkey key = { .type = NULL };
		struct error err = ERROR_INIT;

		tap_ok(hostkey_generate(&key, types[i], "root@aldebaran", &err) == 0, "%s is made",
		       types[i]);
		tap_ok(ssh_keygen_agrees(b, &key), "ssh-keygen reads the %s key", types[i]);
		tap_ok(str_has_suffix(key.public, " root@aldebaran\n"), "%s has its comment",
		       types[i]);
		hostkey_free(&key);
	}
}

static void test_identity(const struct box *b)
{
	char *path = mem_printf("%s/identity", b->dir);
	struct identity a = { .n = 0 }, c = { .n = 0 };
	struct error err = ERROR_INIT;
	bool changed = false;

	tap_ok(identity_load(&a, path, &err) == -ENOENT, "no identity yet");
	error_clear(&err);
	tap_ok(identity_complete(&a, "ed25519 ecdsa", "root@x", &changed, &err) == 0 && changed,
	       "one is made");
	tap_ok(strlen(a.machine_id) == 32 && strspn(a.machine_id, "0123456789abcdef") == 32 &&
		       a.machine_id[12] == '4',
	       "its machine-id is 32 hex digits of a random UUID");
	tap_ok(identity_save(&a, path, &err) == 0, "saved");
	tap_ok(identity_load(&c, path, &err) == 0, "read again: %s", err.text ? err.text : "");
	tap_ok(c.n == 2 && strcmp(a.machine_id, c.machine_id) == 0 &&
		       strcmp(a.keys[0].secret, c.keys[0].secret) == 0 &&
		       strcmp(a.keys[1].public, c.keys[1].public) == 0 &&
		       strcmp(a.keys[1].type, c.keys[1].type) == 0,
	       "and the same");
	tap_ok(identity_complete(&c, "ed25519,ecdsa", "root@x", &changed, &err) == 0 && !changed,
	       "a complete one is kept");
	tap_ok(strcmp(a.keys[0].secret, c.keys[0].secret) == 0, "with its keys");
	chmod(path, 0640);
	identity_free(&c);
	tap_ok(identity_load(&c, path, &err) == -EPERM, "refused when others can read it");
	error_clear(&err);
	tap_ok(identity_complete(&c, "dsa", "x", NULL, &err) == -EINVAL &&
		       strstr(err.text, "dsa") && c.n == 0 && !c.machine_id[0],
	       "an unknown type is refused before anything is made");
	error_clear(&err);
	identity_free(&a);
	identity_free(&c);
	free(path);
}

static void test_damage(const struct box *b)
{
	static const char *const bad[] = { "machine-id 0123\n",
					   "hostkey ed25519\nnothing\n",
					   "hostkey ed25519\n-----BEGIN X\n-----END X",
					   "hostkey dsa\n-----BEGIN X\n-----END X\nssh x\n",
					   "machine-id 0123456789abcdef0123456789ABCDEF\n",
					   "what\n",
					   "hostkey" };
	char *path = mem_printf("%s/damaged", b->dir);

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct identity id = { .n = 0 };
		struct error err = ERROR_INIT;

		box_put(path, bad[i], 0600);
		tap_ok(identity_load(&id, path, &err) == -EINVAL && id.n == 0,
		       "a damaged file is refused (%zu)", i);
		error_clear(&err);
		identity_free(&id);
	}
	free(path);
}

int main(void)
{
	struct box b;

	box_open(&b);
	test_types(&b);
	test_identity(&b);
	test_damage(&b);
	box_close(&b);
	return tap_done();
}
