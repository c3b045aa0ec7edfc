/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tree_writer: put what an archive holds into a tree.  Nothing about an entry is trusted: its
 * directory is resolved inside the tree (base/tree.h: links of earlier entries lead nowhere else), and
 * then only single names are used.  What stands at a name is replaced, never written through.
 *
 * Whiteouts of container layers are obeyed: ".wh.NAME" removes NAME, ".wh..wh..opq" what is in its
 * directory, in both cases only what an earlier layer has put there.
 *
 * The tree must be out of reach for others while it is written (the store is 0700).
 */
#ifndef MKDCROOT_ROOT_TREE_WRITER_H
#define MKDCROOT_ROOT_TREE_WRITER_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

struct tree_xattr {
	char *name;
	void *value;
	size_t len;
};

/* The strings belong to the caller; they are used only during the call. */
struct tree_entry {
	const char *path; /* as the archive has it */
	const char *link; /* target of a symbolic link, or of a hard link; else NULL */
	bool hard;   /* a hard link to the path @link of the tree: all but both names is ignored */
	mode_t mode; /* kind and permissions, set-id bits too */
	uid_t uid;
	gid_t gid;
	dev_t device;
	struct timespec mtime;
	const struct tree_xattr
		*xattr; /* only user.*, security.capability and POSIX ACLs are set */
	size_t n_xattr;
	long long size; /* of a regular file, with its holes */
	/*
	 * The next piece of a regular file's content, to be put at @offset: 1, 0 at the end, or
	 * negative errno with @err.  NULL: it is empty.
	 */
	int (*content)(void *arg, const void **bytes, size_t *len, long long *offset,
		       struct error *err);
	void *arg;
};

struct tree_writer;

/*
 * @root: a directory that is there.  @budget: bytes of content after which -ENOSPC is said, runs
 * of zeros counted (they are written as holes), so that a small archive of nothing does not run for days.
 */
struct tree_writer *tree_writer_new(const char *root, unsigned long long budget, struct error *err);
void tree_writer_free(struct tree_writer **w);
#define cleanup_tree_writer __attribute__((cleanup(tree_writer_free)))

/* From now on entries are of the next layer. */
void tree_writer_next_layer(struct tree_writer *w);

/*
 * The path inside the tree that @path of an archive means: "/etc/passwd", "/" for the root.
 * NULL (-EINVAL recorded) with ".." in it.  The caller frees it.
 */
char *tree_writer_path(const char *path, struct error *err);

/* Put one entry there; 0, or negative errno: then the tree is to be thrown away. */
int tree_writer_put(struct tree_writer *w, const struct tree_entry *e, struct error *err);

/* Give the directories their owners, modes, attributes and times, which writing in them would change. */
int tree_writer_finish(struct tree_writer *w, struct error *err);

#endif
