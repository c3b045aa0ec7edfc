/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_fs: replacing the administrator's files, and removing trees. */
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"
#include "tests/unit/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static char dir[] = "/tmp/mkdcroot-fs.XXXXXX";

static char *in(const char *name)
{
	return fs_join(dir, name);
}

static void put(const char *path, const char *text)
{
	cleanup_error struct error err = ERROR_INIT;

	fs_replace_file(path, text, strlen(text), 0644, &err);
}

static bool holds(const char *path, const char *text)
{
	cleanup_str struct str got = STR_INIT;
	cleanup_error struct error err = ERROR_INIT;

	return !fs_read_file(path, &got, &err) && strcmp(str_text(&got), text) == 0;
}

static void test_replace(void)
{
	cleanup_error struct error err = ERROR_INIT;
	char *file = in("exports"), *link = in("link"), *value = mem_new(16);
	struct stat before, after;

	put(file, "one\n");
	chmod(file, 0640);
	setxattr(file, "user.note", "kept", 4, 0);
	TAP_OK(symlink("exports", link) == 0);
	stat(file, &before);
	TAP_OK(fs_replace_file(link, "two\n", 4, 0644, &err) == 0);
	stat(file, &after);
	TAP_OK(holds(file, "two\n") && before.st_ino != after.st_ino);
	TAP_OK((after.st_mode & 07777) == 0640);
	TAP_OK(lstat(link, &after) == 0 && S_ISLNK(after.st_mode));
	tap_ok(getxattr(file, "user.note", value, 16) == 4, "extended attributes are kept");
	stat(file, &before);
	TAP_OK(fs_replace_file(file, "two\n", 4, 0644, &err) == 0 && stat(file, &after) == 0 &&
	       before.st_ino == after.st_ino);
	TAP_OK(fs_replace_file("/nonexistent/x", "a", 1, 0644, &err) == -ENOENT);
	TAP_OK(fs_replace_file(dir, "a", 1, 0644, &err) < 0);
	free(file);
	free(link);
	free(value);
}

static void test_remove(void)
{
	cleanup_error struct error err = ERROR_INIT;
	char *tree = in("tree"), *deep = in("tree/a/b/c"), *outside = in("outside");
	char *link = in("tree/a/link"), *inner = in("outside/kept");

	TAP_OK(fs_mkdir_p(deep, 0755, &err) == 0 && fs_mkdir_p(outside, 0755, &err) == 0);
	put(inner, "kept");
	TAP_OK(symlink(outside, link) == 0);
	TAP_OK(fs_remove_tree(tree, &err) == 0 && !fs_exists(tree));
	TAP_OK(holds(inner, "kept"));
	TAP_OK(fs_remove_tree(tree, &err) == 0);
	TAP_OK(fs_is_mount_point("/proc") == 1 && fs_is_mount_point(outside) == 0 &&
	       fs_is_mount_point(tree) == 0);
	free(tree);
	free(deep);
	free(outside);
	free(link);
	free(inner);
}

static void test_read(void)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_str struct str got = STR_INIT;
	char *fifo = in("fifo");

	TAP_OK(mkfifo(fifo, 0600) == 0);
	tap_ok(fs_read_file(fifo, &got, &err) == -EINVAL, "a FIFO is refused and does not block");
	TAP_OK(fs_read_optional("/nonexistent", &got, &err) == 0 && got.len == 0);
	TAP_OK(fs_read_file("/nonexistent", &got, &err) == -ENOENT &&
	       strcmp(err.text, "open /nonexistent: No such file or directory") == 0);
	free(fifo);
}

int main(void)
{
	cleanup_error struct error err = ERROR_INIT;

	if (!mkdtemp(dir))
		return 1;
	test_replace();
	test_remove();
	test_read();
	fs_remove_tree(dir, &err);
	return tap_done();
}
