/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tree: the only code that opens paths inside a root file system of a host, a
 * stage or a layer.  The client of a host is root in it: every name in there may
 * be a symbolic link to /etc/shadow, a FIFO, a device, a hard link.  So
 *  - every path is resolved by openat2(2) from the root's descriptor with
 *    RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV: absolute links and
 *    ".." stay inside;
 *  - the last component is never followed, opened O_NONBLOCK and must be a regular
 *    file with one link;
 *  - a file is written as an exclusive temporary beside it, then renamed.
 * Without openat2 (Linux before 5.6, a filtered call) nothing weaker is done:
 * every call returns -ENOSYS or what the filter says.
 *
 * Paths are given as seen from inside the root, with or without a leading "/".
 */
#ifndef MKDCROOT_BASE_TREE_H
#define MKDCROOT_BASE_TREE_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

struct tree {
	int fd;	     /* O_PATH | O_DIRECTORY of the root */
	char *name;  /* for messages: the root's path on the server */
	bool mounts; /* paths may cross mounts: see tree_open_server() */
};

#define TREE_INIT        \
	{                \
		.fd = -1 \
	}

/* Open the root @path of the server. */
int tree_open(struct tree *t, const char *path, struct error *err);
/* Open the server's own root, to look at: the one tree that is trusted, and made of several file systems. */
int tree_open_server(struct tree *t, struct error *err);
void tree_close(struct tree *t);
#define cleanup_tree __attribute__((cleanup(tree_close)))

/*
 * For who has to do with names what the calls below do not: the directory that holds @path, made
 * with its parents (0755) where it is missing, as an O_PATH descriptor that the caller
 * closes, or -errno.  *@name: the last name, inside @path; never "", "." or "..".
 */
int tree_open_parent(const struct tree *t, const char *path, const char **name);
/* The same without making anything. */
int tree_find_parent(const struct tree *t, const char *path, const char **name);
/* The directory @path itself to read and change it, its last component not followed; or -errno. */
int tree_open_dir(const struct tree *t, const char *path);

/* Append the regular file @path to @out; at most 16 MiB.  -ENOENT (recorded too) when it does not
 * exist. */
int tree_read(const struct tree *t, const char *path, struct str *out, struct error *err);

/* Copy the regular file @path of any size to the new file @to of the server, mode 0600. */
int tree_copy_out(const struct tree *t, const char *path, const char *to, struct error *err);

/* What stands in a root: permissions, owner. */
struct tree_attr {
	mode_t mode; /* permission bits, 07777 */
	uid_t uid;
	gid_t gid;
};

/*
 * Write @path: missing parent directories are made (mode 0755, root's).  Whatever
 * was there, a link included, is replaced; a directory there is an error (-EISDIR).
 * Not synced: see tree_sync().
 */
int tree_write(const struct tree *t, const char *path, const void *data, size_t len,
	       const struct tree_attr *attr, struct error *err);

/* Make the directory @path (parents 0755).  An existing directory gets @attr. */
int tree_mkdir(const struct tree *t, const char *path, const struct tree_attr *attr,
	       struct error *err);

/* Make @path a symbolic link to @target, replacing what is there (a directory: -EISDIR). */
int tree_symlink(const struct tree *t, const char *target, const char *path, struct error *err);

/* Make the character device @path (parents 0755), unless something stands there. */
int tree_device(const struct tree *t, const char *path, dev_t device, mode_t mode,
		struct error *err);

/* Remove the non-directory @path; missing is success. */
int tree_unlink(const struct tree *t, const char *path, struct error *err);

/* Remove @path and all below it; missing is success.  No link followed, no mount crossed. */
int tree_remove(const struct tree *t, const char *path, struct error *err);

/* Remove all below the directory @path but not itself; missing is success. */
int tree_empty(const struct tree *t, const char *path, struct error *err);

/* Cut the regular file @path to nothing, with its attributes kept; missing is success. */
int tree_truncate(const struct tree *t, const char *path, struct error *err);

/* lstat of @path.  0, or -ENOENT and the like (no error recorded for -ENOENT). */
int tree_stat(const struct tree *t, const char *path, struct stat *st, struct error *err);
bool tree_exists(const struct tree *t, const char *path);

/* The target of the symbolic link @path, or NULL; the caller frees it. */
char *tree_readlink(const struct tree *t, const char *path);

/*
 * Names in directory @path that match the shell pattern @pattern (fnmatch(3)
 * FNM_PERIOD; NULL for all), sorted, appended to @names.  Missing directory: none.
 */
int tree_list(const struct tree *t, const char *path, const char *pattern, struct strv *names,
	      struct error *err);

/*
 * All paths (with leading "/") that match @glob, whose components may hold * ? [].
 * Links in the middle are followed inside the root.  Sorted, appended to @paths.
 */
int tree_glob(const struct tree *t, const char *glob, struct strv *paths, struct error *err);

/* Make all that was written durable (syncfs of the file system that holds the root). */
int tree_sync(const struct tree *t, struct error *err);

#endif
