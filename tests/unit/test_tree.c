/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_tree: the one helper against what a client that is root can plant at every path we
 * write: links out of the tree, loops, FIFOs, devices, hard links, directories.
 */
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/tree.h"
#include "tests/unit/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static char dir[] = "/tmp/mkdcroot-tree.XXXXXX";
static const struct tree_attr attr = { .mode = 0644 };

static char *at(const char *path)
{
	return fs_join(dir, path);
}

static bool outside_is_untouched(void)
{
	cleanup_str struct str got = STR_INIT;
	cleanup_error struct error err = ERROR_INIT;
	char *path = at("outside/shadow");
	bool same =
		!fs_read_file(path, &got, &err) && strcmp(str_text(&got), "the server's\n") == 0;

	free(path);
	return same;
}

/* One thing planted at /etc/NAME of the root. */
enum plant { ABSOLUTE, DOTDOT, LOOP, FIFO, DEVICE, HARD, DIRECTORY, SELF_PROC, NOTHING };

static const char *const plant_name[] = { "an absolute link", "a link with ..", "a loop",
					  "a FIFO",	      "a device",	"a hard link",
					  "a directory",      "a magic link",	"nothing" };

static void do_plant(enum plant what)
{
	char *path = at("root/etc/hostname"), *shadow = at("outside/shadow");

	unlink(path);
	rmdir(path);
	switch (what) {
	case ABSOLUTE:
		tap_ok(symlink(shadow, path) == 0, "plant %s", plant_name[what]);
		break;
	case DOTDOT:
		tap_ok(symlink("../../outside/shadow", path) == 0, "plant %s", plant_name[what]);
		break;
	case LOOP:
		tap_ok(symlink("hostname", path) == 0, "plant %s", plant_name[what]);
		break;
	case FIFO:
		tap_ok(mkfifo(path, 0666) == 0, "plant %s", plant_name[what]);
		break;
	case DEVICE:
		tap_ok(geteuid() || mknod(path, S_IFCHR | 0666, makedev(1, 5)) == 0, "plant %s",
		       plant_name[what]);
		break;
	case HARD:
		tap_ok(link(shadow, path) == 0, "plant %s", plant_name[what]);
		break;
	case DIRECTORY:
		tap_ok(mkdir(path, 0755) == 0, "plant %s", plant_name[what]);
		break;
	case SELF_PROC:
		tap_ok(symlink("/proc/self/root/etc/shadow", path) == 0, "plant %s",
		       plant_name[what]);
		break;
	case NOTHING:
		break;
	}
	free(path);
	free(shadow);
}

static void test_plants(const struct tree *t)
{
	for (enum plant what = ABSOLUTE; what <= NOTHING; what++) {
		cleanup_error struct error err = ERROR_INIT;
		cleanup_str struct str got = STR_INIT;
		int rc;

		do_plant(what);
		rc = tree_read(t, "/etc/hostname", &got, &err);
		tap_ok(what == HARD ? rc == 0 : rc < 0, "reading %s", plant_name[what]);
		rc = tree_truncate(t, "/etc/hostname", &err);
		if (what != HARD)
			tap_ok(outside_is_untouched(), "emptying %s", plant_name[what]);
		do_plant(what);
		if (what == HARD) {
			char *shadow = at("outside/shadow");

			fs_replace_file(shadow, "the server's\n", 13, 0600, &err);
			free(shadow);
			do_plant(what);
		}
		rc = tree_write(t, "/etc/hostname", "mine\n", 5, &attr, &err);
		tap_ok(what == DIRECTORY ? rc == -EISDIR : rc == 0, "writing over %s",
		       plant_name[what]);
		tap_ok(outside_is_untouched(), "outside is as it was after %s", plant_name[what]);
		do_plant(what);
		rc = tree_symlink(t, "x", "/etc/hostname", &err);
		tap_ok(what == DIRECTORY ? rc == -EISDIR : rc == 0, "linking over %s",
		       plant_name[what]);
		do_plant(what);
		TAP_OK(tree_remove(t, "/etc/hostname", &err) == 0);
		TAP_OK(outside_is_untouched() && !tree_exists(t, "/etc/hostname"));
	}
}

/* The directory in the middle is a link, too. */
static void test_parents(const struct tree *t)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_str struct str got = STR_INIT;
	char *link = at("root/var"), *outside = at("outside");
	char *new = at("outside/new");

	TAP_OK(symlink(outside, link) == 0);
	tree_write(t, "/var/new", "x", 1, &attr, &err);
	tap_ok(!fs_exists(new), "a parent that links outside by its whole path stays inside");
	unlink(link);
	TAP_OK(symlink("../outside", link) == 0);
	TAP_OK(tree_read(t, "/var/shadow", &got, &err) < 0);
	tree_mkdir(t, "/var/sub", &attr, &err);
	tree_empty(t, "/var", &err);
	TAP_OK(outside_is_untouched() && !fs_exists(new));
	TAP_OK(tree_read(t, "../outside/shadow", &got, &err) < 0);
	TAP_OK(tree_write(t, "/..", "x", 1, &attr, &err) < 0);
	unlink(link);
	free(link);
	free(outside);
	free(new);
}

static void test_glob(const struct tree *t)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_strv struct strv paths = STRV_INIT;

	tree_write(t, "/usr/lib/a.service", "", 0, &attr, &err);
	tree_write(t, "/usr/lib/b.service", "", 0, &attr, &err);
	tree_write(t, "/usr/lib/c.timer", "", 0, &attr, &err);
	TAP_OK(tree_glob(t, "/u*/lib/*.service", &paths, &err) == 0 && paths.n == 2 &&
	       strcmp(paths.v[0], "/usr/lib/a.service") == 0);
	TAP_OK(tree_glob(t, "/nowhere/*", &paths, &err) == 0 && paths.n == 2);
	TAP_OK(tree_glob(t, "/usr/lib/c.timer", &paths, &err) == 0 && paths.n == 3);
	TAP_OK(tree_empty(t, "/usr/lib", &err) == 0 && tree_exists(t, "/usr/lib") &&
	       !tree_exists(t, "/usr/lib/c.timer"));
}

int main(void)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_tree struct tree t = TREE_INIT;
	char *root, *etc, *outside, *shadow;

	if (!mkdtemp(dir))
		return 1;
	root = at("root");
	etc = at("root/etc");
	outside = at("outside");
	shadow = at("outside/shadow");
	fs_mkdir_p(etc, 0755, &err);
	fs_mkdir_p(outside, 0755, &err);
	fs_replace_file(shadow, "the server's\n", 13, 0600, &err);
	TAP_OK(tree_open(&t, root, &err) == 0);
	test_plants(&t);
	test_parents(&t);
	test_glob(&t);
	free(root);
	free(etc);
	free(outside);
	free(shadow);
	fs_remove_tree(dir, &err);
	return tap_done();
}
