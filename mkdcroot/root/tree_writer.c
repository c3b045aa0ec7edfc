/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tree_writer: one function a kind of entry, each with a directory's descriptor and one name. */
#include "mkdcroot/root/tree_writer.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/tree.h"

#include <fcntl.h>
#include <limits.h>
#include <search.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#define HOLE_BYTES 4096

/* What a directory gets at the end. */
struct directory {
	char *path;
	mode_t mode;
	uid_t uid;
	gid_t gid;
	struct timespec mtime;
	struct tree_xattr *xattr;
	size_t n_xattr;
};

struct tree_writer {
	struct tree tree;
	/* The directory of the last entry: archives are mostly in the order of their directories. */
	char *dir;
	int dir_fd;
	struct directory *directories;
	size_t n_directories, cap_directories;
	unsigned long long budget;
	unsigned int layer; /* from 0 */
	void *written; /* tsearch(3) tree of the paths of this layer, from the second layer on */
};

struct tree_writer *tree_writer_new(const char *root, unsigned long long budget, struct error *err)
{
	struct tree_writer *w = mem_new(sizeof(*w));

	w->dir_fd = -1;
	w->budget = budget;
	if (tree_open(&w->tree, root, err))
		tree_writer_free(&w);
	return w;
}

static void free_xattrs(struct tree_xattr *xattr, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(xattr[i].name);
		free(xattr[i].value);
	}
	free(xattr);
}

/* What is removed may be, or hold, the directory that is kept open. */
static void forget_dir(struct tree_writer *w)
{
	if (w->dir_fd >= 0)
		close(w->dir_fd);
	w->dir_fd = -1;
	free(w->dir);
	w->dir = NULL;
}

void tree_writer_free(struct tree_writer **writer)
{
	struct tree_writer *w = *writer;

	if (!w)
		return;
	for (size_t i = 0; i < w->n_directories; i++) {
		free(w->directories[i].path);
		free_xattrs(w->directories[i].xattr, w->directories[i].n_xattr);
	}
	free(w->directories);
	forget_dir(w);
	tdestroy(w->written, free);
	tree_close(&w->tree);
	free(w);
	*writer = NULL;
}

void tree_writer_next_layer(struct tree_writer *w)
{
	tdestroy(w->written, free);
	w->written = NULL;
	w->layer++;
}

static int fail(const char *path, int rc, const char *what, struct error *err)
{
	cleanup_free char *name = str_printable(path);

	return error_set(err, rc, "%s %s", what, name);
}

char *tree_writer_path(const char *path, struct error *err)
{
	cleanup_strv struct strv names = STRV_INIT;
	struct str out = STR_INIT;

	strv_split(&names, path, "/");
	for (size_t i = 0; i < names.n; i++) {
		if (strcmp(names.v[i], "..") == 0) {
			cleanup_free char *name = str_printable(path);

			str_free(&out);
			error_say(err, -EINVAL, "the name %s leads out of the tree", name);
			return NULL;
		}
		if (strcmp(names.v[i], ".") != 0)
			str_addf(&out, "/%s", names.v[i]);
	}
	if (!out.len)
		str_add(&out, "/");
	return str_steal(&out);
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* @path and what is above it belongs to this layer: its whiteouts do not mean it. */
static void note_written(struct tree_writer *w, const char *path)
{
	cleanup_free char *p = w->layer ? mem_strdup(path) : NULL;

	while (p && *p && !tfind(p, &w->written, compare_paths)) {
		char *copy = mem_strdup(p);

		tsearch(copy, &w->written, compare_paths);
		*strrchr(p, '/') = '\0';
	}
}

static bool is_written(const struct tree_writer *w, const char *path)
{
	return tfind(path, &w->written, compare_paths) != NULL;
}

/* w->dir_fd is the directory of @path afterwards. */
static int enter_parent(struct tree_writer *w, const char *path, const char **name)
{
	size_t len = (size_t)(strrchr(path, '/') - path);
	int fd;

	*name = path + len + 1;
	if (w->dir && strlen(w->dir) == len && memcmp(w->dir, path, len) == 0)
		return 0;
	forget_dir(w);
	fd = tree_open_parent(&w->tree, path, name);
	if (fd < 0)
		return fd;
	w->dir_fd = fd;
	w->dir = mem_strndup(path, len);
	return 0;
}

/* Make room for an entry at @name; a directory stays when @is_dir. */
static int make_room(struct tree_writer *w, const char *name, bool is_dir)
{
	struct stat st;
	int rc;

	if (fstatat(w->dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (is_dir && S_ISDIR(st.st_mode))
		return 0;
	if (!S_ISDIR(st.st_mode))
		return unlinkat(w->dir_fd, name, 0) < 0 ? -errno : 0;
	rc = fs_remove_at(w->dir_fd, name);
	return rc;
}

/* Others mean something to this kernel alone, or would work in the overlays above. */
static bool is_wanted_xattr(const char *name)
{
	return str_has_prefix(name, "user.") || strcmp(name, "security.capability") == 0 ||
	       strcmp(name, "system.posix_acl_access") == 0 ||
	       strcmp(name, "system.posix_acl_default") == 0;
}

static int set_xattrs(int fd, const struct tree_xattr *xattr, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_wanted_xattr(xattr[i].name) &&
		    fsetxattr(fd, xattr[i].name, xattr[i].value, xattr[i].len, 0) < 0)
			return -errno;
	return 0;
}

/* The owner first: changing it takes set-id bits and capabilities away. */
static int set_attributes(int fd, const struct tree_entry *e)
{
	const struct timespec times[2] = { e->mtime, e->mtime };
	int rc;

	if (fchown(fd, e->uid, e->gid) < 0 || fchmod(fd, e->mode & 07777) < 0)
		return -errno;
	rc = set_xattrs(fd, e->xattr, e->n_xattr);
	return rc ? rc : futimens(fd, times) < 0 ? -errno : 0;
}

static bool is_zero(const char *bytes, size_t len)
{
	return len && bytes[0] == 0 && memcmp(bytes, bytes + 1, len - 1) == 0;
}

static int write_at(int fd, const char *bytes, size_t len, off_t offset)
{
	while (len) {
		ssize_t n = pwrite(fd, bytes, len, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		bytes += n;
		len -= (size_t)n;
		offset += n;
	}
	return 0;
}

/* Pages of zeros become holes. */
static int write_piece(int fd, const char *bytes, size_t len, off_t offset)
{
	size_t at = 0;

	while (at < len) {
		size_t begin = at, end;

		for (end = at; at < len; at = end) {
			end = at + HOLE_BYTES - (size_t)((offset + (off_t)at) % HOLE_BYTES);
			if (end > len)
				end = len;
			if (is_zero(bytes + at, end - at))
				break;
		}
		if (at > begin) {
			int rc = write_at(fd, bytes + begin, at - begin, offset + (off_t)begin);

			if (rc)
				return rc;
		}
		if (at < len)
			at = end;
	}
	return 0;
}

static int spend(struct tree_writer *w, size_t len)
{
	if (len > w->budget)
		return -ENOSPC;
	w->budget -= len;
	return 0;
}

/* Like error_set()'s, but @rc < 0 can have come with a text of its own. */
static int fill(struct tree_writer *w, int fd, const struct tree_entry *e, struct error *err)
{
	long long offset = 0;
	const void *bytes;
	size_t len;
	int rc = 0;

	while (!rc && e->content && (rc = e->content(e->arg, &bytes, &len, &offset, err)) > 0) {
		if (offset < 0 || len > (size_t)(LLONG_MAX - offset))
			rc = -EFBIG;
		else
			rc = spend(w, len) ?: write_piece(fd, bytes, len, offset);
	}
	if (!rc && ftruncate(fd, e->size) < 0)
		rc = -errno;
	return rc && !err->status ? fail(e->path, rc, "write", err) : rc;
}

static int put_file(struct tree_writer *w, const char *name, const struct tree_entry *e,
		    struct error *err)
{
	cleanup_fd int fd =
		openat(w->dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int rc = fd < 0 ? -errno : 0;

	if (rc)
		return fail(e->path, rc, "create", err);
	rc = fill(w, fd, e, err);
	if (rc)
		return rc;
	rc = set_attributes(fd, e);
	return rc ? fail(e->path, rc, "set the attributes of", err) : 0;
}

/* What cannot be opened without side effects gets its owner and times by its name. */
static int set_by_name(const struct tree_writer *w, const char *name, const struct tree_entry *e)
{
	const struct timespec times[2] = { e->mtime, e->mtime };

	if (fchownat(w->dir_fd, name, e->uid, e->gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (!S_ISLNK(e->mode) && fchmodat(w->dir_fd, name, e->mode & 07777, 0) < 0)
		return -errno;
	return utimensat(w->dir_fd, name, times, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

static int put_link(struct tree_writer *w, const char *name, const struct tree_entry *e,
		    struct error *err)
{
	int rc = symlinkat(e->link ? e->link : "", w->dir_fd, name) < 0 ? -errno : 0;

	if (!rc)
		rc = set_by_name(w, name, e);
	return rc ? fail(e->path, rc, "make the link", err) : 0;
}

static int put_special(struct tree_writer *w, const char *name, const struct tree_entry *e,
		       struct error *err)
{
	int rc = mknodat(w->dir_fd, name, e->mode & (S_IFMT | 0600), e->device) < 0 ? -errno : 0;

	if (!rc)
		rc = set_by_name(w, name, e);
	return rc ? fail(e->path, rc, "create the device or FIFO", err) : 0;
}

static int put_directory(struct tree_writer *w, const char *path, const char *name,
			 const struct tree_entry *e, struct error *err)
{
	struct directory *d;

	/* The root itself is there. */
	if (*name && mkdirat(w->dir_fd, name, 0700) < 0 && errno != EEXIST)
		return fail(e->path, -errno, "create the directory", err);
	if (w->n_directories == w->cap_directories) {
		w->cap_directories = w->cap_directories ? 2 * w->cap_directories : 1024;
		w->directories = mem_resize(w->directories, w->cap_directories, sizeof(*d));
	}
	d = &w->directories[w->n_directories++];
	*d = (struct directory){ .path = mem_strdup(path),
				 .mode = e->mode & 07777,
				 .uid = e->uid,
				 .gid = e->gid,
				 .mtime = e->mtime,
				 .xattr = mem_resize(NULL, e->n_xattr + 1, sizeof(*d->xattr)) };
	for (; d->n_xattr < e->n_xattr; d->n_xattr++) {
		const struct tree_xattr *x = &e->xattr[d->n_xattr];

		d->xattr[d->n_xattr] =
			(struct tree_xattr){ mem_strdup(x->name), mem_new(x->len + 1), x->len };
		memcpy(d->xattr[d->n_xattr].value, x->value, x->len);
	}
	return 0;
}

/* Both names are looked up before anything is removed: they can be the same file. */
static int put_hard_link(struct tree_writer *w, const char *path, const char *name,
			 const struct tree_entry *e, struct error *err)
{
	cleanup_free char *target = tree_writer_path(e->link, err);
	cleanup_fd int dir = -1;
	const char *target_name;
	struct stat from, to;
	int rc = target ? 0 : -EINVAL;

	if (rc)
		return error_wrap(err, "hard link");
	dir = tree_find_parent(&w->tree, target, &target_name);
	if (dir < 0)
		rc = dir;
	else if (fstatat(dir, target_name, &from, AT_SYMLINK_NOFOLLOW) < 0)
		rc = -errno;
	else if (S_ISDIR(from.st_mode))
		rc = -EISDIR;
	else if (fstatat(w->dir_fd, name, &to, AT_SYMLINK_NOFOLLOW) == 0 &&
		 to.st_ino == from.st_ino)
		return 0;
	if (!rc)
		rc = make_room(w, name, false);
	if (!rc && linkat(dir, target_name, w->dir_fd, name, 0) < 0)
		rc = -errno;
	if (rc) {
		cleanup_free char *from_name = str_printable(e->link);
		cleanup_free char *to_name = str_printable(path);

		return error_set(err, rc, "hard link %s to %s", to_name, from_name);
	}
	return 0;
}

/* Remove what earlier layers left in the directory @path; what this one has written stays. */
static int clear_earlier(struct tree_writer *w, const char *path)
{
	cleanup_strv struct strv names = STRV_INIT;
	cleanup_error struct error ignored = ERROR_INIT;
	cleanup_fd int dir = tree_open_dir(&w->tree, path);
	int rc = dir == -ENOENT || dir == -ENOTDIR || dir == -ELOOP ? 0 : dir < 0 ? dir : 0;

	if (rc || dir < 0)
		return rc;
	rc = tree_list(&w->tree, path, NULL, &names, &ignored);
	for (size_t i = 0; !rc && i < names.n; i++) {
		cleanup_free char *below = fs_join(path, names.v[i]);

		rc = is_written(w, below) ? clear_earlier(w, below) : fs_remove_at(dir, names.v[i]);
	}
	return rc;
}

static const char whiteout[] = ".wh.";

/* @name is the last one of @path and begins with ".wh.". */
static int obey_whiteout(struct tree_writer *w, const char *path, const char *name,
			 struct error *err)
{
	cleanup_free char *dir = mem_strndup(path, (size_t)(name - path - (name - path > 1)));
	const char *victim = name + strlen(whiteout);
	cleanup_free char *below = fs_join(dir, victim);
	const char *last;
	int rc = 0;

	/* Before the first layer there was nothing. */
	if (!w->layer)
		return 0;
	forget_dir(w);
	if (strcmp(victim, ".wh..opq") == 0) {
		rc = clear_earlier(w, dir);
	} else if (!str_has_prefix(victim, whiteout) && *victim && strcmp(victim, ".") != 0 &&
		   strcmp(victim, "..") != 0 && !is_written(w, below)) {
		cleanup_fd int fd = tree_find_parent(&w->tree, below, &last);

		rc = fd == -ENOENT ? 0 : fd < 0 ? fd : fs_remove_at(fd, last);
	}
	return rc ? fail(path, rc, "do what is said by", err) : 0;
}

static int put_kind(struct tree_writer *w, const char *path, const char *name,
		    const struct tree_entry *e, struct error *err)
{
	int rc;

	if (e->hard)
		return put_hard_link(w, path, name, e, err);
	rc = make_room(w, name, S_ISDIR(e->mode));
	if (rc)
		return fail(path, rc, "replace", err);
	switch (e->mode & S_IFMT) {
	case S_IFREG:
		return put_file(w, name, e, err);
	case S_IFDIR:
		return put_directory(w, path, name, e, err);
	case S_IFLNK:
		return put_link(w, name, e, err);
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
		return put_special(w, name, e, err);
	}
	return fail(path, -EINVAL, "unknown kind of", err);
}

int tree_writer_put(struct tree_writer *w, const struct tree_entry *e, struct error *err)
{
	cleanup_free char *path = tree_writer_path(e->path, err);
	const char *name;
	int rc;

	if (!path)
		return -EINVAL;
	if (strcmp(path, "/") == 0) {
		if (S_ISDIR(e->mode) && !e->hard)
			return put_directory(w, path, "", e, err);
		return error_say(err, -EINVAL, "the root of the tree is no directory");
	}
	if (str_has_prefix(strrchr(path, '/') + 1, whiteout))
		return obey_whiteout(w, path, strrchr(path, '/') + 1, err);
	rc = enter_parent(w, path, &name);
	if (rc)
		return fail(path, rc, "make the directory of", err);
	rc = put_kind(w, path, name, e, err);
	if (!rc)
		note_written(w, path);
	return rc;
}

int tree_writer_finish(struct tree_writer *w, struct error *err)
{
	int rc = 0;

	/* In the archive's order: of two entries for a directory the later one counts. */
	for (size_t i = 0; !rc && i < w->n_directories; i++) {
		const struct directory *d = &w->directories[i];
		const struct tree_entry e = { .mode = d->mode,
					      .uid = d->uid,
					      .gid = d->gid,
					      .mtime = d->mtime,
					      .xattr = d->xattr,
					      .n_xattr = d->n_xattr };
		cleanup_fd int fd = tree_open_dir(&w->tree, d->path);

		/* A later entry can have replaced it. */
		if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
			continue;
		rc = fd < 0 ? fd : set_attributes(fd, &e);
		if (rc)
			rc = fail(d->path, rc, "set the attributes of", err);
	}
	return rc;
}
