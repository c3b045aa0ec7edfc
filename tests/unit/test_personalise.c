/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Personalising with the shipped profiles: what a host gets, who can log in, that a second
 * time nothing is written, and that planted names lead nowhere.
 */
#include "mkdcroot/root/personalise.h"
#include "tests/unit/box.h"
#include "tests/unit/tap.h"

#define HASH "$6$abcd$NoRealHashButLongEnough"
#define KEY  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEtedjdwt1Zk6nFN4doTZmgN joe@desk"

/* A host of a farm, and the tree of a prepared layer. */
struct fixture {
	struct box b;
	struct profile profile;
	struct settings settings;
	struct host host;
	struct identity identity;
	struct personal_list list;
	struct error err;
};

static void set(struct fixture *f, const char *key, const char *value)
{
	if (settings_set(&f->settings, key, value, &f->err))
		box_die(error_text(&f->err));
}

static void fixture_open(struct fixture *f)
{
	struct strv dirs = STRV_INIT;

	*f = (struct fixture){ .err = ERROR_INIT };
	box_open(&f->b);
	settings_init(&f->settings);
	strv_add(&dirs, "share/profiles");
	f->host.name = mem_strdup("aldebaran");
	f->host.layer = mem_strdup("base");
	if (profile_load_one(&f->profile, &dirs, "debian", &f->err) ||
	    ip_parse(&f->host.ip, "192.168.1.100", &f->err) ||
	    identity_complete(&f->identity, "ed25519 ecdsa", "root@aldebaran", NULL, &f->err))
		box_die(error_text(&f->err));
	strv_free(&dirs);
	box_write(&f->b, "/etc/passwd",
		  "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/:/usr/sbin/nologin\n",
		  0644);
	box_write(&f->b, "/etc/shadow", "root:*:19000:0:99999:7:::\n", 0640);
	box_write(&f->b, "/etc/group", "root:x:0:\nsudo:x:27:\n", 0644);
	box_write(&f->b, "/etc/gshadow", "root:*::\nsudo:*::\n", 0640);
	box_write(&f->b, "/etc/machine-id", "", 0444);
	box_write(&f->b, "/usr/sbin/sshd", "", 0755);
	box_mkdir(&f->b, "/etc/ssh");
}

static void fixture_close(struct fixture *f)
{
	personal_list_free(&f->list);
	identity_free(&f->identity);
	host_free(&f->host);
	settings_free(&f->settings);
	profile_free(&f->profile);
	error_clear(&f->err);
	box_close(&f->b);
}

static int build(struct fixture *f, const struct accounts *people)
{
	struct personal_input in = { .profile = &f->profile,
				     .host = &f->host,
				     .settings = &f->settings,
				     .identity = &f->identity,
				     .tree = &f->b.tree,
				     .people = people,
				     .server = "192.168.1.1",
				     .netmask = "255.255.255.0",
				     .gateway = "",
				     .console = "" };

	personal_list_free(&f->list);
	error_clear(&f->err);
	return personalise_build(&f->list, &in, &f->err);
}

/* Build and apply; the number of paths changed, or a negative errno. */
static int personalise(struct fixture *f, const struct accounts *people)
{
	size_t written = 0;
	int rc = build(f, people);

	if (!rc)
		rc = personalise_apply(&f->list, &f->b.tree, &written, &f->err);
	if (rc)
		printf("# %s\n", error_text(&f->err));
	return rc ? rc : (int)written;
}

static bool warns(const struct fixture *f, const char *text)
{
	for (size_t i = 0; i < f->list.warnings.n; i++)
		if (strstr(f->list.warnings.v[i], text))
			return true;
	return false;
}

static void test_files(void)
{
	struct fixture f;
	char *id;

	fixture_open(&f);
	set(&f, "domain", "foo.com");
	set(&f, "dns", "192.168.1.1 192.168.1.2");
	set(&f, "mount", "${server}:/home /home nfs rw,hard");
	set(&f, "root_hash", HASH);
	box_write(&f.b, "/etc/fstab", "UUID=1 / ext4 defaults 0 1\nnas:/x /x nfs rw 0 0\n", 0644);
	box_symlink(&f.b, "../run/systemd/resolve/stub-resolv.conf", "/etc/resolv.conf");
	TAP_OK(build(&f, NULL) == 0 && box_has(&f.b, "/etc/machine-id", "") &&
	       !tree_exists(&f.b.tree, "/etc/hostname"));
	TAP_OK(personalise(&f, NULL) > 8);
	TAP_OK(box_has(&f.b, "/etc/hostname", "aldebaran\n"));
	TAP_OK(box_contains(&f.b, "/etc/hosts", "\n192.168.1.100\taldebaran.foo.com aldebaran\n"));
	TAP_OK(box_contains(&f.b, "/etc/resolv.conf",
			    "\nsearch foo.com\nnameserver 192.168.1.1\nnameserver 192.168.1.2\n"));
	TAP_OK(box_contains(&f.b, "/etc/fstab", "\n192.168.1.1:/home /home nfs rw,hard\n") &&
	       box_contains(&f.b, "/etc/fstab", "\ntmpfs /tmp tmpfs") &&
	       box_contains(&f.b, "/etc/fstab", "nas:/x") &&
	       !box_contains(&f.b, "/etc/fstab", "UUID"));
	id = mem_printf("%s\n", f.identity.machine_id);
	TAP_OK(box_has(&f.b, "/etc/machine-id", id) && box_mode(&f.b, "/etc/machine-id") == 0444);
	TAP_OK(box_has(&f.b, "/etc/ssh/ssh_host_ed25519_key", f.identity.keys[0].secret) &&
	       box_mode(&f.b, "/etc/ssh/ssh_host_ed25519_key") == 0600);
	TAP_OK(box_has(&f.b, "/etc/ssh/ssh_host_ecdsa_key.pub", f.identity.keys[1].public) &&
	       box_mode(&f.b, "/etc/ssh/ssh_host_ecdsa_key.pub") == 0644);
	TAP_OK(box_has(&f.b, "/etc/shadow", "root:" HASH ":19000:0:99999:7:::\n") &&
	       box_mode(&f.b, "/etc/shadow") == 0640);
	TAP_OK(f.list.warnings.n == 0);
	tap_ok(personalise(&f, NULL) == 0, "a second time nothing is written");
	set(&f, "dns", "");
	tap_ok(personalise(&f, NULL) >= 1 && box_links(&f.b, "/etc/resolv.conf", "../proc/net/pnp"),
	       "without dns the kernel's word counts");
	for (size_t i = 0; i < f.list.n; i++)
		tap_ok(!f.list.v[i].secret == !strstr(f.list.v[i].path, "shadow") ||
			       strstr(f.list.v[i].path, "_key"),
		       "%s: secret or not, asked for by %s", f.list.v[i].path, f.list.v[i].why);
	free(id);
	fixture_close(&f);
}

static void test_login(void)
{
	struct fixture f;
	char *keys;

	fixture_open(&f);
	TAP_OK(personalise(&f, NULL) > 0 && warns(&f, "nobody will be able to log in"));
	set(&f, "root_key", KEY);
	TAP_OK(personalise(&f, NULL) > 0 && f.list.warnings.n == 0);
	TAP_OK(box_has(&f.b, "/root/.ssh/authorized_keys", KEY "\n") &&
	       box_mode(&f.b, "/root/.ssh/authorized_keys") == 0600 &&
	       box_mode(&f.b, "/root/.ssh") == 0700 && box_mode(&f.b, "/root") == 0700);
	keys = mem_printf("%s/usr/sbin/sshd", f.b.root);
	unlink(keys);
	free(keys);
	tap_ok(personalise(&f, NULL) == 0 && warns(&f, "no sshd"),
	       "a key without sshd is of no use");
	f.settings.root_key[0] = 'x';
	free(f.settings.root_key);
	f.settings.root_key = mem_strdup("-----BEGIN OPENSSH PRIVATE KEY-----");
	TAP_OK(build(&f, NULL) == -EINVAL && strstr(f.err.text, "private one"));
	free(f.settings.root_key);
	f.settings.root_key = mem_strdup("");
	free(f.settings.root_hash);
	f.settings.root_hash = mem_strdup("secret");
	TAP_OK(build(&f, NULL) == -EINVAL && strstr(f.err.text, "root_hash"));
	free(f.settings.root_hash);
	f.settings.root_hash = mem_strdup(HASH ":0:0:x\nroot2::0:");
	tap_ok(build(&f, NULL) == -EINVAL, "a hash cannot bring lines along");
	fixture_close(&f);
}

static void test_users_file(void)
{
	static const struct {
		const char *text, *said;
	} bad[] = {
		{ "joe\n", ":1: not a line of passwd(5)" },
		{ "# c\n\njoe:x:0:0::/root:/bin/sh\n", "joe has user id 0" },
		{ "nobody:x:1005:1:::\n", "has an account nobody already" },
		{ "a:x:1000:1:::\nb:x:1000:1:::\n", "b and a have the same user id" },
		{ "../x:x:1000:1:::\n", "not the name of an account" },
	};
	struct fixture f;
	char *path;

	fixture_open(&f);
	path = mem_printf("%s/users", f.b.dir);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		box_put(path, bad[i].text, 0600);
		set(&f, "users", path);
		if (!tap_ok(build(&f, NULL) < 0 && strstr(f.err.text, bad[i].said), "users: %s",
			    bad[i].said))
			printf("# %s\n", error_text(&f.err));
	}
	box_put(path,
		"joe:x:1000:1000:Joe:/home/joe:/bin/bash\njoe:" HASH ":19000:0:99999:7:::\n"
		"ann:" HASH ":1001:1001::/net/ann:/bin/bash\nsudo:x:27:joe\nstaff:x:1010:joe,ann\n",
		0600);
	set(&f, "mount", "nas:/net /net nfs");
	TAP_OK(personalise(&f, NULL) > 0 && f.list.warnings.n == 0);
	TAP_OK(box_contains(&f.b, "/etc/passwd",
			    "\njoe:x:1000:1000:Joe:/home/joe:/bin/bash\n"
			    "ann:x:1001:1001::/net/ann:/bin/bash\n"));
	TAP_OK(box_contains(&f.b, "/etc/shadow", "\njoe:" HASH ":") &&
	       box_contains(&f.b, "/etc/shadow", "\nann:" HASH ":"));
	TAP_OK(box_contains(&f.b, "/etc/group",
			    "\nsudo:x:27:joe\njoe:x:1000:\nann:x:1001:\n"
			    "staff:x:1010:joe,ann\n"));
	tap_ok(box_mode(&f.b, "/home/joe") == 0700 && !tree_exists(&f.b.tree, "/net/ann"),
	       "a home is made where none is mounted");
	tap_ok(personalise(&f, NULL) == 0, "people who are there already stay as they are");
	chmod(path, 0666);
	TAP_OK(build(&f, NULL) == -EPERM);
	free(path);
	fixture_close(&f);
}

static void test_users_keep(void)
{
	struct accounts people = { .has_shadow = true };
	struct fixture f;

	fixture_open(&f);
	set(&f, "users", "keep");
	TAP_OK(build(&f, NULL) == -EINVAL && strstr(f.err.text, "source is not there"));
	str_add(&people.passwd, "root:x:0:0::/root:/bin/sh\n_chrony:x:105:1:::\n"
				"joe:x:1000:1000::/home/joe:/bin/bash\n");
	str_add(&people.shadow, "root:$6$ROOTSECRET00:1::::::\njoe:" HASH ":1::::::\n");
	str_add(&people.group, "joe:x:1000:\nsudo:x:27:joe\ndocker:x:998:joe\n");
	TAP_OK(personalise(&f, &people) > 0 && f.list.warnings.n == 0);
	TAP_OK(box_contains(&f.b, "/etc/shadow", "\njoe:" HASH ":"));
	tap_ok(!box_contains(&f.b, "/etc/shadow", "ROOTSECRET") &&
		       !box_contains(&f.b, "/etc/passwd", "_chrony"),
	       "only people are kept, not root's password");
	TAP_OK(box_contains(&f.b, "/etc/group", "\nsudo:x:27:joe\n"));
	accounts_free(&people);
	fixture_close(&f);
}

static void test_scrub(void)
{
	struct accounts a = { .has_shadow = true };
	size_t n = 0, hashes = 0;

	str_add(&a.shadow,
		"root::1::::::\na:!:1::::::\nb:!!:1::::::\nc:*LK*:1::::::\nd:!$6$locked$abc:1:\n"
		"e:abJnggxhB/yWI:1:\n+::::::::\n+nis:$6$x$yyyyyyyyyy:::::::\n# "
		"x:$6$old$hashhash:\nlone$6$x");
	str_add(&a.passwd, "f:abJnggxhB/yWI:5:5:::\n+::::::\ng:x:4294967296:1:::\nh\n");
	accounts_scrub(&a, &n, &hashes);
	tap_ok(strcmp(str_text(&a.shadow),
		      "root:*:1::::::\na:!:1::::::\nb:!!:1::::::\nc:*LK*:1::::::\nd:*:1:\ne:*:1:\n"
		      "+::::::::\n+nis:*:::::::\n# x:*:\n") == 0,
	       "no hash is left in shadow");
	tap_ok(strcmp(str_text(&a.passwd), "f:*:5:5:::\n+::::::\ng:x:4294967296:1:::\nh\n") == 0,
	       "nor in passwd; what is no account stays");
	tap_ok(n == 0 && hashes == 6, "%zu hashes were counted", hashes);
	accounts_free(&a);
}

static void test_unknown_owner(void)
{
	struct fixture f;
	struct error err = ERROR_INIT;
	struct strv dirs = STRV_INIT, names = STRV_INIT;

	fixture_open(&f);
	box_write(&f.b, "/p/role/profile.conf",
		  "[profile]\nsummary = r\nkind = role\n[host]\nfile = /etc/x 0640 root nogrp t\n",
		  0644);
	box_write(&f.b, "/p/role/files/t", "${role}${fqdn}", 0644);
	strv_add(&dirs, "share/profiles");
	strv_addf(&dirs, "%s/p", f.b.root);
	strv_add(&names, "debian");
	strv_add(&names, "role");
	profile_free(&f.profile);
	TAP_OK(profile_load(&f.profile, &dirs, &names, &err) == 0);
	if (!tap_ok(build(&f, NULL) == -ENOENT && strstr(f.err.text, "/role/profile.conf:5)") &&
			    strstr(f.err.text, "no group nogrp"),
		    "an unknown group is an error with file and line"))
		printf("# %s\n", error_text(&f.err));
	strv_free(&dirs);
	strv_free(&names);
	fixture_close(&f);
}

/* Everything that personalising writes, and the directories on the way. */
static const char *const written[] = { "/etc/hostname",
				       "/etc/hosts",
				       "/etc/machine-id",
				       "/etc/resolv.conf",
				       "/etc/fstab",
				       "/etc/ssh/ssh_host_ed25519_key",
				       "/etc/ssh/ssh_host_ecdsa_key.pub",
				       "/root/.ssh",
				       "/root/.ssh/authorized_keys",
				       "/etc/shadow",
				       "/etc/passwd" };

enum trap { ABSOLUTE, UPWARDS, LOOP, FIFO, HARD, DIRECTORY, N_TRAPS };

static void set_trap(struct fixture *f, const char *path, enum trap trap)
{
	char *full = box_path(&f->b, path);
	char *up = mem_printf("../../../../../../../../..%s", f->b.victim);
	int rc = 0;

	unlink(full);
	rmdir(full);
	if (trap == FIFO)
		rc = mkfifo(full, 0600);
	else if (trap == HARD)
		rc = link(f->b.victim, full);
	else if (trap == DIRECTORY)
		rc = mkdir(full, 0755);
	else
		rc = symlink(trap == ABSOLUTE  ? f->b.victim
			     : trap == UPWARDS ? up
					       : strrchr(path, '/') + 1,
			     full);
	if (rc)
		box_die(full);
	free(full);
	free(up);
}

static void test_traps(void)
{
	static const char *const names[] = { "link", "link with ..", "loop",
					     "FIFO", "hard link",    "directory" };

	for (size_t i = 0; i < sizeof(written) / sizeof(*written); i++) {
		for (enum trap trap = 0; trap < N_TRAPS; trap++) {
			struct fixture f;
			size_t n;

			fixture_open(&f);
			set(&f, "root_hash", HASH);
			set(&f, "root_key", KEY);
			set(&f, "dns", "192.168.1.1");
			set_trap(&f, written[i], trap);
			alarm(20);
			if (!build(&f, NULL))
				(void)personalise_apply(&f.list, &f.b.tree, &n, &f.err);
			alarm(0);
			if (trap == HARD) {
				/* Unlinked or read at most: the other name's content is as it was. */
				struct str text = STR_INIT;
				struct error err = ERROR_INIT;

				fs_read_file(f.b.victim, &text, &err);
				tap_ok(strcmp(str_text(&text), BOX_VICTIM) == 0, "%s a %s",
				       written[i], names[trap]);
				str_free(&text);
			} else {
				tap_ok(box_victim_is_whole(&f.b), "%s a %s: %s", written[i],
				       names[trap], f.err.text ? f.err.text : "written");
			}
			fixture_close(&f);
		}
	}
}

int main(void)
{
	test_files();
	test_login();
	test_users_file();
	test_users_keep();
	test_scrub();
	test_unknown_owner();
	test_traps();
	return tap_done();
}
