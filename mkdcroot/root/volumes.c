/* SPDX-License-Identifier: GPL-2.0-or-later */
/* volumes: libmount reads the table; each reason to leave one out is a function. */
#include "mkdcroot/root/volumes.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"

#include <blkid/blkid.h>
#include <fnmatch.h>
#include <libmount/libmount.h>
#include <string.h>
#include <sys/sysmacros.h>

/* What libmount has no better word for.  "fuse.*" is a prefix. */
static const struct kind {
	const char *type, *why;
} kinds[] = {
	{ "overlay", "it is an overlay" },
	{ "overlayfs", "it is an overlay" },
	{ "aufs", "it is an overlay" },
	{ "squashfs", "it is an image" },
	{ "erofs", "it is an image" },
	{ "cramfs", "it is an image" },
	{ "iso9660", "it is an image" },
	{ "udf", "it is an image" },
	{ "virtiofs", "it is on another machine" },
	{ "9p", "it is on another machine" },
	{ "vboxsf", "it is on another machine" },
	{ "ceph", "it is on another machine" },
	{ "glusterfs", "it is on another machine" },
	{ "lustre", "it is on another machine" },
	{ "beegfs", "it is on another machine" },
	{ "afs", "it is on another machine" },
	{ "fuse", "a program serves it" },
	{ "fuse.*", "a program serves it" },
};

struct reader {
	struct libmnt_table *table;
	const struct strv *excludes;
	bool (*removable)(dev_t devno);
};

static bool is_below(const char *path, const char *dir)
{
	size_t len = strcmp(dir, "/") == 0 ? 0 : strlen(dir);

	return strncmp(path, dir, len) == 0 && path[len] == '/' && path[len + 1];
}

static struct libmnt_fs *parent_of(const struct reader *r, struct libmnt_fs *fs)
{
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *other, *parent = NULL;

	while (!parent && mnt_table_next_fs(r->table, iter, &other) == 0)
		if (other != fs && mnt_fs_get_id(other) == mnt_fs_get_parent_id(fs))
			parent = other;
	mnt_free_iter(iter);
	return parent;
}

static bool is_type(const char *type, const struct kind *kind)
{
	size_t len = strlen(kind->type);

	if (kind->type[len - 1] == '*')
		return strncmp(type, kind->type, len - 1) == 0;
	return strcmp(type, kind->type) == 0;
}

static const char *why_type(const struct reader *r, struct libmnt_fs *fs)
{
	const char *type = mnt_fs_get_fstype(fs);

	(void)r;
	for (size_t i = 0; type && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (is_type(type, &kinds[i]))
			return kinds[i].why;
	if (mnt_fs_is_netfs(fs))
		return "it is on another machine";
	return mnt_fs_is_pseudofs(fs) ? "it is not on a disk" : NULL;
}

/* Another mount on top of it, or on top of a directory above it, hides it. */
static const char *why_hidden(const struct reader *r, struct libmnt_fs *fs)
{
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	const char *target = mnt_fs_get_target(fs);
	bool hidden = false;
	struct libmnt_fs *other;

	while (!hidden && mnt_table_next_fs(r->table, iter, &other) == 0) {
		const char *at = mnt_fs_get_target(other);

		if (other == fs || !at)
			continue;
		hidden = (mnt_fs_get_parent_id(other) == mnt_fs_get_id(fs) &&
			  strcmp(at, target) == 0) ||
			 (mnt_fs_get_parent_id(other) == mnt_fs_get_parent_id(fs) &&
			  is_below(target, at));
	}
	mnt_free_iter(iter);
	return hidden ? "another mount hides it" : NULL;
}

/* A subvolume of btrfs has a root of its own without being a bind mount. */
static bool is_subvolume(struct libmnt_fs *fs)
{
	const char *root = mnt_fs_get_root(fs);
	char *value = NULL;
	size_t len = 0;

	return strcmp(mnt_fs_get_fstype(fs), "btrfs") == 0 &&
	       mnt_fs_get_option(fs, "subvol", &value, &len) == 0 && value && strlen(root) == len &&
	       strncmp(value, root, len) == 0;
}

/* A part of a file system, or one that is mounted elsewhere, too, and there first. */
static const char *why_bind(const struct reader *r, struct libmnt_fs *fs)
{
	static const char why[] = "it is a bind mount";
	const char *root = mnt_fs_get_root(fs);
	struct libmnt_iter *iter;
	struct libmnt_fs *other;
	bool twice = false;

	if (root && strcmp(root, "/") != 0 && !is_subvolume(fs))
		return why;
	iter = mnt_new_iter(MNT_ITER_FORWARD);
	while (root && !twice && mnt_table_next_fs(r->table, iter, &other) == 0 && other != fs)
		twice = mnt_fs_get_devno(other) == mnt_fs_get_devno(fs) && mnt_fs_get_root(other) &&
			strcmp(mnt_fs_get_root(other), root) == 0 && !why_hidden(r, other);
	mnt_free_iter(iter);
	return twice ? why : NULL;
}

static const char *why_removable(const struct reader *r, struct libmnt_fs *fs)
{
	return r->removable(mnt_fs_get_devno(fs)) ? "it is a removable medium" : NULL;
}

/* Does a pattern leave out all that is in @fs, or where it is mounted? */
static const char *why_excluded(const struct reader *r, struct libmnt_fs *fs)
{
	for (size_t i = 0; i < r->excludes->n; i++) {
		const char *pattern = r->excludes->v[i];
		size_t len = strlen(pattern);
		cleanup_free char *dir = NULL;

		if (pattern[0] != '/')
			continue;
		if (str_has_suffix(pattern, "/**"))
			len -= 3;
		else if (str_has_suffix(pattern, "/*"))
			len -= 2;
		else if (str_has_suffix(pattern, "/"))
			len -= 1;
		dir = mem_strndup(pattern, len);
		if (len && !strstr(dir, "**") &&
		    fnmatch(dir, mnt_fs_get_target(fs), FNM_PATHNAME | FNM_LEADING_DIR) == 0)
			return "the profile or the settings leave it out";
	}
	return NULL;
}

/* In this order: a network's file system that hangs must not be asked anything. */
static const char *(*const reasons[])(const struct reader *r, struct libmnt_fs *fs) = {
	why_type, why_hidden, why_excluded, why_bind, why_removable,
};

static const char *why_itself(const struct reader *r, struct libmnt_fs *fs)
{
	const char *why = NULL;

	for (size_t i = 0; !why && i < sizeof(reasons) / sizeof(reasons[0]); i++)
		why = reasons[i](r, fs);
	return why;
}

/*
 * What is mounted below something that is left out has no place in the copy.  What lies
 * under the same target does not count: an automounter's trigger, or what is hidden.
 */
static const char *why_left_out(const struct reader *r, struct libmnt_fs *fs)
{
	const char *why = why_itself(r, fs);
	struct libmnt_fs *above = parent_of(r, fs);

	while (!why && above && strcmp(mnt_fs_get_target(above), "/") != 0) {
		if (strcmp(mnt_fs_get_target(above), mnt_fs_get_target(fs)) != 0 &&
		    why_itself(r, above))
			why = "it is mounted below one that is left out";
		above = parent_of(r, above);
	}
	return why;
}

static bool sysfs_removable(dev_t devno)
{
	cleanup_str struct str text = STR_INIT;
	cleanup_error struct error ignored = ERROR_INIT;
	cleanup_free char *path = NULL;
	dev_t disk = devno;

	/* Not a disk's: of btrfs or ZFS, say. */
	if (major(devno) == 0)
		return false;
	if (blkid_devno_to_wholedisk(devno, NULL, 0, &disk) < 0)
		disk = devno;
	path = mem_printf("/sys/dev/block/%u:%u/removable", major(disk), minor(disk));
	return fs_read_optional(path, &text, &ignored) == 0 && str_text(&text)[0] == '1';
}

static struct volume *add(struct volumes *out, const char *target, struct libmnt_fs *fs)
{
	const char *type = fs ? mnt_fs_get_fstype(fs) : NULL;
	const char *source = fs ? mnt_fs_get_source(fs) : NULL;
	struct volume *v;

	out->v = mem_resize(out->v, out->n + 1, sizeof(*out->v));
	v = &out->v[out->n++];
	*v = (struct volume){ .target = mem_strdup(target),
			      .type = mem_strdup(type ? type : "?"),
			      .source = mem_strdup(source ? source : "?") };
	return v;
}

static void read_all(const struct reader *r, struct volumes *out)
{
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *fs, *root = NULL;

	/* In a chroot "/" need not be a mount. */
	root = mnt_table_find_target(r->table, "/", MNT_ITER_BACKWARD);
	add(out, "/", root);
	while (mnt_table_next_fs(r->table, iter, &fs) == 0) {
		const char *target = mnt_fs_get_target(fs);
		struct volume *v;

		if (!target || strcmp(target, "/") == 0)
			continue;
		v = add(out, target, fs);
		v->why = why_left_out(r, fs);
		v->expected = why_type(r, fs) && why_excluded(r, fs);
	}
	mnt_free_iter(iter);
}

/* libmount's word about a line that it cannot read: there is none in what the kernel writes. */
static int skip_line(struct libmnt_table *table, const char *file, int line)
{
	(void)table;
	(void)file;
	(void)line;
	return 1;
}

int volumes_read(struct volumes *out, const char *mountinfo, const struct strv *excludes,
		 bool (*removable)(dev_t devno), struct error *err)
{
	struct reader r = { mnt_new_table(), excludes, removable ? removable : sysfs_removable };
	int rc = 0;

	*out = (struct volumes){ NULL, 0 };
	if (r.table) {
		mnt_table_set_parser_errcb(r.table, skip_line);
		rc = mnt_table_parse_file(r.table, mountinfo);
	}
	if (!r.table || rc)
		rc = error_set(err, rc < 0 ? rc : -EIO, "read %s", mountinfo);
	else
		read_all(&r, out);
	mnt_unref_table(r.table);
	return rc;
}

void volumes_free(struct volumes *v)
{
	for (size_t i = 0; i < v->n; i++) {
		free(v->v[i].target);
		free(v->v[i].type);
		free(v->v[i].source);
	}
	free(v->v);
	*v = (struct volumes){ NULL, 0 };
}
