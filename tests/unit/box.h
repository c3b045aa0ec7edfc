/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * box: a throw-away directory with an "inside" that plays a root file system and an "outside" with
 * something that nothing may touch.  Test code only: a failed call ends the program.
 */
#ifndef TESTS_UNIT_BOX_H
#define TESTS_UNIT_BOX_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/str.h"
#include "mkdcroot/base/tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BOX_VICTIM "do not touch\n"

struct box {
	char dir[64];
	char *root;   /* dir/inside */
	char *victim; /* dir/outside: a file with BOX_VICTIM in it */
	struct tree tree;
};

static inline void box_die(const char *what)
{
	perror(what);
	printf("Bail out! %s\n", what);
	exit(1);
}

static inline void box_put(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f) || chmod(path, mode))
		box_die(path);
}

static inline void box_open(struct box *b)
{
	struct error err = ERROR_INIT;

	*b = (struct box){ .tree = TREE_INIT };
	strcpy(b->dir, "/tmp/mkdcroot-test-XXXXXX");
	if (!mkdtemp(b->dir))
		box_die("mkdtemp");
	b->root = fs_join(b->dir, "inside");
	b->victim = fs_join(b->dir, "outside");
	box_put(b->victim, BOX_VICTIM, 0600);
	if (mkdir(b->root, 0755) || tree_open(&b->tree, b->root, &err))
		box_die(b->root);
}

static inline void box_close(struct box *b)
{
	struct error err = ERROR_INIT;

	tree_close(&b->tree);
	if (fs_remove_tree(b->dir, &err))
		box_die(error_text(&err));
	free(b->root);
	free(b->victim);
}

/* The server's path of @path in the tree, its parents made; to be freed. */
static inline char *box_path(const struct box *b, const char *path)
{
	struct error err = ERROR_INIT;
	char *full = mem_printf("%s%s", b->root, path);
	char *dir = mem_strdup(full);

	*strrchr(dir, '/') = '\0';
	if (fs_mkdir_p(dir, 0755, &err))
		box_die(error_text(&err));
	free(dir);
	return full;
}

static inline void box_write(const struct box *b, const char *path, const char *text, mode_t mode)
{
	char *full = box_path(b, path);

	box_put(full, text, mode);
	free(full);
}

static inline void box_mkdir(const struct box *b, const char *path)
{
	char *full = mem_printf("%s%s/.", b->root, path);
	struct error err = ERROR_INIT;

	if (fs_mkdir_p(full, 0755, &err))
		box_die(error_text(&err));
	free(full);
}

static inline void box_symlink(const struct box *b, const char *target, const char *path)
{
	char *full = box_path(b, path);

	if (symlink(target, full))
		box_die(full);
	free(full);
}

/* The content of @path in the tree, to be freed; NULL when there is no such regular file. */
static inline char *box_read(const struct box *b, const char *path)
{
	struct error err = ERROR_INIT;
	struct str text = STR_INIT;
	int rc = tree_read(&b->tree, path, &text, &err);

	error_clear(&err);
	if (!rc)
		return str_steal(&text);
	str_free(&text);
	return NULL;
}

static inline bool box_has(const struct box *b, const char *path, const char *text)
{
	char *have = box_read(b, path);
	bool same = have && strcmp(have, text) == 0;

	if (have && !same)
		printf("# %s has: %s\n", path, have);
	free(have);
	return same;
}

static inline bool box_contains(const struct box *b, const char *path, const char *text)
{
	char *have = box_read(b, path);
	bool found = have && strstr(have, text);

	free(have);
	return found;
}

static inline bool box_links(const struct box *b, const char *path, const char *target)
{
	char *have = tree_readlink(&b->tree, path);
	bool same = have && strcmp(have, target) == 0;

	free(have);
	return same;
}

static inline mode_t box_mode(const struct box *b, const char *path)
{
	char *full = mem_printf("%s%s", b->root, path);
	struct stat st;
	mode_t mode = lstat(full, &st) ? 0 : st.st_mode & 07777;

	free(full);
	return mode;
}

/* Is what stands outside as it was? */
static inline bool box_victim_is_whole(const struct box *b)
{
	struct error err = ERROR_INIT;
	struct str text = STR_INIT;
	struct stat st;
	bool whole = fs_read_file(b->victim, &text, &err) == 0 &&
		     strcmp(str_text(&text), BOX_VICTIM) == 0 && lstat(b->victim, &st) == 0 &&
		     (st.st_mode & 07777) == 0600 && st.st_uid == getuid();

	str_free(&text);
	error_clear(&err);
	return whole;
}

#endif
