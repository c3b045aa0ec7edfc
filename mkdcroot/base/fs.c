/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fs: durable replacement, recursive removal and the small calls around them. */
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"

#include <fcntl.h>
#include <libgen.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>

int fs_read_fd(int fd, const char *name, struct str *out, struct error *err)
{
	struct stat st;
	char buf[65536];
	size_t start = out->len;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return error_set(err, -errno, "read %s", name);
	if (!S_ISREG(st.st_mode))
		return error_say(err, -EINVAL, "read %s: not a regular file", name);
	while ((n = read(fd, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set(err, -errno, "read %s", name);
		if (out->len - start + (size_t)n > FS_READ_MAX)
			return error_set(err, -EFBIG, "read %s", name);
		str_addn(out, buf, (size_t)n);
	}
	return 0;
}

int fs_read_file(const char *path, struct str *out, struct error *err)
{
	/* O_NONBLOCK: a FIFO in the file's place must not stop us. */
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return error_set(err, -errno, "open %s", path);
	return fs_read_fd(fd, path, out, err);
}

int fs_read_optional(const char *path, struct str *out, struct error *err)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return error_set(err, -errno, "open %s", path);
	return fs_read_fd(fd, path, out, err);
}

int fs_write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

char *fs_join(const char *dir, const char *name)
{
	size_t len = strlen(dir);

	while (len > 1 && dir[len - 1] == '/')
		len--;
	while (*name == '/')
		name++;
	return mem_printf("%.*s%s%s", (int)len, dir, len == 1 && dir[0] == '/' ? "" : "/", name);
}

static char *parent_of(const char *path)
{
	cleanup_free char *copy = mem_strdup(path);

	return mem_strdup(dirname(copy));
}

int fs_sync_dir(const char *path, struct error *err)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) < 0)
		return error_set(err, -errno, "sync directory %s", path);
	return 0;
}

int fs_sync_parent(const char *path, struct error *err)
{
	cleanup_free char *dir = parent_of(path);

	return fs_sync_dir(dir, err);
}

/* Owner, mode and extended attributes of the old file go to the new one. */
static int copy_metadata(int from, int to, const struct stat *st)
{
	cleanup_free char *names = NULL;
	ssize_t len;

	if (fchown(to, st->st_uid, st->st_gid) < 0 || fchmod(to, st->st_mode & 07777) < 0)
		return -errno;
	len = flistxattr(from, NULL, 0);
	if (len <= 0)
		return len < 0 && errno != EOPNOTSUPP ? -errno : 0;
	names = mem_new((size_t)len);
	len = flistxattr(from, names, (size_t)len);
	for (char *name = names; len > 0 && name < names + len; name += strlen(name) + 1) {
		char value[65536];
		ssize_t n = fgetxattr(from, name, value, sizeof(value));

		if (n < 0 || fsetxattr(to, name, value, (size_t)n, 0) < 0)
			return -errno;
	}
	return len < 0 ? -errno : 0;
}

/* What is put behind a file's name for its temporary one, with eight hexadecimal digits. */
#define TEMPORARY ".mkdcroot-"

/* An exclusive temporary file beside @target; its name goes to *@name. */
static int open_temporary(const char *target, char **name)
{
	for (int tries = 0; tries < 100; tries++) {
		unsigned int random;
		int fd;

		if (getrandom(&random, sizeof(random), 0) != sizeof(random))
			return -errno;
		*name = mem_printf("%s" TEMPORARY "%08x", target, random);
		fd = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd >= 0)
			return fd;
		free(*name);
		*name = NULL;
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

static int fill_temporary(int fd, int old, const struct stat *st, mode_t mode, const void *data,
			  size_t len, bool durable)
{
	int rc = old >= 0 ? copy_metadata(old, fd, st) : fchmod(fd, mode) < 0 ? -errno : 0;

	if (!rc)
		rc = fs_write_all(fd, data, len);
	if (!rc && durable && fsync(fd) < 0)
		rc = -errno;
	return rc;
}

static bool has_content(int fd, const struct stat *st, const void *data, size_t len)
{
	cleanup_str struct str old = STR_INIT;
	cleanup_error struct error ignored = ERROR_INIT;

	return st->st_size == (off_t)len && !fs_read_fd(fd, "", &old, &ignored) && old.len == len &&
	       memcmp(str_text(&old), data, len) == 0;
}

static int replace(const char *path, const void *data, size_t len, mode_t mode, bool durable,
		   struct error *err)
{
	cleanup_free char *target = realpath(path, NULL);
	cleanup_free char *temporary = NULL;
	cleanup_fd int old = -1, fd = -1;
	struct stat st = { 0 };
	int rc;

	if (!target && errno != ENOENT)
		return error_set(err, -errno, "replace %s", path);
	if (!target)
		target = mem_strdup(path);
	old = open(target, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	if (old < 0 && errno != ENOENT)
		return error_set(err, -errno, "replace %s", path);
	if (old >= 0 && (fstat(old, &st) < 0 || !S_ISREG(st.st_mode)))
		return error_say(err, -EINVAL, "replace %s: not a regular file", path);
	if (old >= 0 && has_content(old, &st, data, len))
		return 0;
	fd = open_temporary(target, &temporary);
	if (fd < 0)
		return error_set(err, fd, "replace %s: create a file beside it", path);
	rc = fill_temporary(fd, old, &st, mode, data, len, durable);
	if (!rc && close(steal_fd(&fd)) < 0)
		rc = -errno;
	if (!rc && rename(temporary, target) < 0)
		rc = -errno;
	if (rc) {
		unlink(temporary);
		return error_set(err, rc, "replace %s", path);
	}
	return durable ? fs_sync_parent(target, err) : 0;
}

int fs_replace_file(const char *path, const void *data, size_t len, mode_t mode, struct error *err)
{
	return replace(path, data, len, mode, true, err);
}

int fs_replace_later(const char *path, const void *data, size_t len, mode_t mode, struct error *err)
{
	return replace(path, data, len, mode, false, err);
}

void fs_remove_temporaries(const char *path)
{
	cleanup_free char *real = realpath(path, NULL), *parent = parent_of(real ? real : path);
	const char *base = strrchr(real ? real : path, '/');
	cleanup_free char *prefix = mem_printf("%s" TEMPORARY, base ? base + 1 : path);
	cleanup_dir DIR *dir = opendir(parent);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		const char *digits = entry->d_name + strlen(prefix);

		if (str_has_prefix(entry->d_name, prefix) && strlen(digits) == 8 &&
		    strspn(digits, "0123456789abcdef") == 8)
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
}

int fs_create_file(const char *path, const void *data, size_t len, mode_t mode, struct error *err)
{
	cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	int rc = fd < 0 ? -errno : fs_write_all(fd, data, len);

	return rc ? error_set(err, rc, "write %s", path) : 0;
}

int fs_replace_checked(const char *path, const struct str *data, mode_t mode, struct error *err)
{
	cleanup_str struct str back = STR_INIT;
	int rc = fs_replace_file(path, str_text(data), data->len, mode, err);

	if (rc)
		return rc;
	rc = fs_read_file(path, &back, err);
	if (rc)
		return rc;
	if (back.len != data->len || memcmp(str_text(&back), str_text(data), data->len) != 0)
		return error_say(err, -EIO, "replace %s: it reads back otherwise than written",
				 path);
	return 0;
}

int fs_mkdir_p(const char *path, mode_t mode, struct error *err)
{
	cleanup_free char *parent = NULL;
	struct stat st;
	int rc;

	if (stat(path, &st) == 0)
		return S_ISDIR(st.st_mode) ? 0 : error_set(err, -ENOTDIR, "create %s", path);
	if (errno != ENOENT)
		return error_set(err, -errno, "create %s", path);
	parent = parent_of(path);
	if (strcmp(parent, path) != 0) {
		rc = fs_mkdir_p(parent, 0755, err);
		if (rc)
			return rc;
	}
	/* The umask must not decide who gets into it; what another process has made is its own. */
	if (mkdir(path, mode) == 0 ? chmod(path, mode) < 0 : errno != EEXIST)
		return error_set(err, -errno, "create %s", path);
	return fs_sync_dir(parent, err);
}

int fs_mkdir_p_for(const char *path, mode_t mode, struct error *err)
{
	cleanup_free char *dir = parent_of(path);

	return fs_mkdir_p(dir, mode, err);
}

int fs_copy_owner(const char *from, const char *to, struct error *err)
{
	struct stat st;

	if (stat(from, &st) < 0)
		return error_set(err, -errno, "look at %s", from);
	if (chown(to, st.st_uid, st.st_gid) < 0 || chmod(to, st.st_mode & 07777) < 0)
		return error_set(err, -errno, "set owner and mode of %s", to);
	return 0;
}

int fs_rename(const char *from, const char *to, struct error *err)
{
	int rc;

	if (rename(from, to) < 0)
		return error_set(err, -errno, "rename %s to %s", from, to);
	rc = fs_sync_parent(to, err);
	return rc ? rc : fs_sync_parent(from, err);
}

int fs_unlink(const char *path, struct error *err)
{
	if (unlink(path) < 0 && errno != ENOENT)
		return error_set(err, -errno, "remove %s", path);
	return 0;
}

bool fs_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

int fs_find(const char *path, struct error *err)
{
	struct stat st;

	if (lstat(path, &st) == 0)
		return 1;
	return errno == ENOENT || errno == ENOTDIR ? 0 : error_set(err, -errno, "look at %s", path);
}

/* Immutable or not; what is not may not be append-only either. */
static int change_flags(int fd, bool on)
{
	int flags, wanted;

	if (ioctl(fd, FS_IOC_GETFLAGS, &flags) < 0)
		return errno == ENOTTY ? -EOPNOTSUPP : -errno;
	wanted = on ? flags | FS_IMMUTABLE_FL : flags & ~(FS_IMMUTABLE_FL | FS_APPEND_FL);
	if (wanted == flags)
		return 0;
	flags = wanted;
	if (ioctl(fd, FS_IOC_SETFLAGS, &flags) < 0)
		return errno == ENOTTY ? -EOPNOTSUPP : -errno;
	return 0;
}

int fs_set_immutable(const char *path, bool on, struct error *err)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	int rc = fd < 0 ? -errno : change_flags(fd, on);

	return rc ? error_set(err, rc, "make %s %s", path, on ? "immutable" : "changeable") : 0;
}

int fs_is_mount_point(const char *path)
{
	struct statx stx;

	if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_TYPE, &stx) < 0)
		return errno == ENOENT ? 0 : -errno;
	return (stx.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

static int is_mount_root(int at, const char *name)
{
	struct statx stx;

	if (statx(at, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_TYPE, &stx) < 0)
		return -errno;
	return (stx.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

/*
 * A client can nest directories without end.  Those deeper than this are moved up to the
 * directory that is removed, so that neither descriptors nor the stack run out.
 */
#define REMOVE_DEPTH 100

struct removal {
	int top;	    /* the directory that is removed */
	unsigned int moved; /* directories that were moved into it */
};

static int remove_in(struct removal *r, int at, const char *name, unsigned int depth);

/* Open the directory @name in @at for removing its entries, or -errno. */
static int open_doomed(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	change_flags(fd, false);
	return fd;
}

static int move_up(struct removal *r, int at, const char *name)
{
	cleanup_fd int fd = open_doomed(at, name);
	int rc;

	if (fd < 0)
		return fd;
	do {
		cleanup_free char *up = mem_printf(".mkdcroot-deep-%u", r->moved++);

		rc = renameat2(at, name, r->top, up, RENAME_NOREPLACE) < 0 ? -errno : 0;
	} while (rc == -EEXIST);
	return rc;
}

static int remove_entries(struct removal *r, int fd, unsigned int depth)
{
	cleanup_fd int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	cleanup_dir DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;

	if (!dir)
		return -errno;
	steal_fd(&copy);
	rewinddir(dir);
	while ((errno = 0, entry = readdir(dir))) {
		int rc;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		rc = remove_in(r, fd, entry->d_name, depth);
		if (rc)
			return rc;
	}
	return -errno;
}

/* A client can make files immutable only where the file system lets it; take the flag off and try
 * again. */
static int unlink_at(int at, const char *name)
{
	cleanup_fd int fd = -1;

	if (unlinkat(at, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EPERM)
		return -errno;
	fd = openat(at, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -EPERM;
	change_flags(fd, false);
	return unlinkat(at, name, 0) < 0 ? -errno : 0;
}

static int remove_directory(struct removal *r, int at, const char *name, unsigned int depth)
{
	cleanup_fd int fd = open_doomed(at, name);
	unsigned int moved;
	int rc;

	if (fd < 0)
		return fd;
	if (depth == 0)
		r->top = fd;
	do {
		moved = r->moved;
		rc = remove_entries(r, fd, depth + 1);
		/* What was moved here meanwhile may stand before where the reading was. */
	} while (!rc && depth == 0 && r->moved != moved);
	if (rc)
		return rc;
	return unlinkat(at, name, AT_REMOVEDIR) < 0 && errno != ENOENT ? -errno : 0;
}

static int remove_in(struct removal *r, int at, const char *name, unsigned int depth)
{
	struct stat st;
	int rc;

	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISDIR(st.st_mode))
		return unlink_at(at, name);
	rc = is_mount_root(at, name);
	if (rc)
		return rc < 0 ? rc : -EXDEV;
	return depth > REMOVE_DEPTH ? move_up(r, at, name) : remove_directory(r, at, name, depth);
}

int fs_remove_at(int at, const char *name)
{
	struct removal r = { .top = -1 };

	return remove_in(&r, at, name, 0);
}

int fs_remove_tree(const char *path, struct error *err)
{
	int rc = fs_remove_at(AT_FDCWD, path);

	if (rc == -EXDEV)
		return error_say(err, rc, "remove %s: something is still mounted in it", path);
	return rc ? error_set(err, rc, "remove %s", path) : 0;
}

int fs_move_tree(const char *from, const char *to, struct error *err)
{
	int there = fs_find(from, err);
	int rc = there > 0 ? fs_remove_tree(to, err) : there;

	return there <= 0 || rc ? rc : fs_rename(from, to, err);
}

/* Deeper than REMOVE_DEPTH nothing is counted: nobody but a client that plays tricks has that. */
static unsigned long long usage_at(int at, const char *name, dev_t dev, unsigned int depth)
{
	cleanup_fd int fd =
		openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	cleanup_dir DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	unsigned long long sum = 0;
	struct dirent *entry;

	if (!dir)
		return 0;
	steal_fd(&fd);
	while ((entry = readdir(dir))) {
		struct stat st;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    st.st_dev != dev)
			continue;
		sum += (unsigned long long)st.st_blocks * 512;
		if (S_ISDIR(st.st_mode) && depth < REMOVE_DEPTH)
			sum += usage_at(dirfd(dir), entry->d_name, dev, depth + 1);
	}
	return sum;
}

unsigned long long fs_disk_usage(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return 0;
	if (!S_ISDIR(st.st_mode))
		return (unsigned long long)st.st_blocks * 512;
	return (unsigned long long)st.st_blocks * 512 + usage_at(AT_FDCWD, path, st.st_dev, 0);
}

#define RESERVE_BYTES (256ull << 20)

int fs_room(const char *path, unsigned long long *bytes, struct error *err)
{
	unsigned long long reserve, left;
	struct statvfs fs;

	if (statvfs(path, &fs) < 0)
		return error_set(err, -errno, "look at the file system of %s", path);
	reserve = fs.f_blocks * fs.f_frsize / 20;
	if (reserve > RESERVE_BYTES)
		reserve = RESERVE_BYTES;
	left = fs.f_bavail * fs.f_frsize;
	*bytes = left > reserve ? left - reserve : 0;
	return 0;
}
