/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tree: everything goes through open_in() below; see the header for the rules. */
#include "mkdcroot/base/tree.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>

#define TREE_READ_MAX (16u << 20)
#define COPY_BYTES    (1u << 20)

/* The gate: no other function here opens by more than a single name. */
static int open_in(const struct tree *t, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned)(flags | O_CLOEXEC),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd;

	if (!t->mounts)
		how.resolve |= RESOLVE_NO_XDEV;
	/* RESOLVE_IN_ROOT can lose a race against a rename and says EAGAIN. */
	for (int tries = 0; tries < 64; tries++) {
		fd = syscall(SYS_openat2, t->fd, *path ? path : "/", &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return fd < 0 ? -errno : (int)fd;
}

int tree_open(struct tree *t, const char *path, struct error *err)
{
	int probe;

	t->fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (t->fd < 0)
		return error_set(err, -errno, "open root %s", path);
	t->name = mem_strdup(path);
	probe = open_in(t, "/", O_PATH | O_DIRECTORY);
	if (probe < 0) {
		tree_close(t);
		return error_say(err, probe,
				 "open root %s: openat2(2) does not work here (%s); mkdcroot does "
				 "nothing in a host's root without it: use Linux 5.6 or later",
				 path, strerror(-probe));
	}
	close(probe);
	return 0;
}

int tree_open_server(struct tree *t, struct error *err)
{
	int rc = tree_open(t, "/", err);

	t->mounts = true;
	return rc;
}

void tree_close(struct tree *t)
{
	if (t->fd >= 0)
		close(t->fd);
	free(t->name);
	*t = (struct tree)TREE_INIT;
}

static int fail(const struct tree *t, int rc, const char *what, const char *path, struct error *err)
{
	if (rc == -EXDEV)
		return error_say(err, rc, "%s %s in %s: it leads to another file system", what,
				 path, t->name);
	if (rc == -ELOOP || rc == -EINVAL)
		return error_say(err, rc, "%s %s in %s: not a regular file", what, path, t->name);
	return error_set(err, rc, "%s %s in %s", what, path, t->name);
}

/* Split into the directory's path (to be freed) and the last name (inside @path). */
static char *split(const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');

	*name = slash ? slash + 1 : path;
	if (!slash)
		return mem_strdup("/");
	return mem_strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

static bool is_name(const char *name)
{
	return *name && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* The directory that holds @path, as an O_PATH descriptor, or -errno. */
static int open_parent(const struct tree *t, const char *path, const char **name)
{
	cleanup_free char *dir = split(path, name);

	if (!is_name(*name))
		return -EINVAL;
	return open_in(t, dir, O_PATH | O_DIRECTORY);
}

static int make_parents(const struct tree *t, const char *path);

/* As open_parent(), with the directories made that are missing. */
static int need_parent(const struct tree *t, const char *path, const char **name)
{
	int fd = open_parent(t, path, name);

	if (fd == -ENOENT) {
		int rc = make_parents(t, path);

		return rc ? rc : open_parent(t, path, name);
	}
	return fd;
}

static int make_parents(const struct tree *t, const char *path)
{
	const char *name;
	cleanup_free char *dir = split(path, &name);
	cleanup_fd int parent = need_parent(t, dir, &name);

	if (parent < 0)
		return parent;
	if (mkdirat(parent, name, 0755) < 0)
		return errno == EEXIST ? 0 : -errno;
	/* The umask must not decide what a client sees. */
	return fchmodat(parent, name, 0755, 0) < 0 ? -errno : 0;
}

int tree_open_parent(const struct tree *t, const char *path, const char **name)
{
	return need_parent(t, path, name);
}

int tree_find_parent(const struct tree *t, const char *path, const char **name)
{
	return open_parent(t, path, name);
}

int tree_open_dir(const struct tree *t, const char *path)
{
	return open_in(t, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK);
}

/* Open a regular file with one link, whatever it was a moment ago. */
static int open_regular(int parent, const char *name, int flags)
{
	cleanup_fd int fd =
		openat(parent, name, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	return steal_fd(&fd);
}

/* What cannot be opened without side effects is not opened: look first with O_PATH. */
static int check_regular(int parent, const char *name)
{
	struct stat st;

	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode))
		return -ELOOP;
	return S_ISREG(st.st_mode) ? 0 : -EINVAL;
}

int tree_read(const struct tree *t, const char *path, struct str *out, struct error *err)
{
	const char *name;
	cleanup_fd int parent = open_parent(t, path, &name);
	cleanup_fd int fd = -1;
	struct stat st;
	int rc = parent < 0 ? parent : check_regular(parent, name);

	if (!rc) {
		fd = open_regular(parent, name, O_RDONLY);
		rc = fd < 0 ? fd : 0;
	}
	if (!rc && fstat(fd, &st) == 0 && st.st_size > TREE_READ_MAX)
		rc = -EFBIG;
	if (rc)
		return fail(t, rc, "read", path, err);
	rc = fs_read_fd(fd, path, out, err);
	return rc ? error_wrap(err, "in %s", t->name) : 0;
}

int tree_copy_out(const struct tree *t, const char *path, const char *to, struct error *err)
{
	const char *name;
	cleanup_fd int parent = open_parent(t, path, &name);
	cleanup_free char *buf = mem_new(COPY_BYTES);
	cleanup_fd int in = -1, out = -1;
	ssize_t n = 0;
	int rc = parent < 0 ? parent : check_regular(parent, name);

	if (!rc) {
		in = open_regular(parent, name, O_RDONLY);
		rc = in < 0 ? in : 0;
	}
	if (rc)
		return fail(t, rc, "read", path, err);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (out < 0)
		return error_set(err, -errno, "create %s", to);
	while (!rc && (n = read(in, buf, COPY_BYTES)) > 0)
		rc = fs_write_all(out, buf, (size_t)n);
	if (rc)
		return error_set(err, rc, "write %s", to);
	return n < 0 ? fail(t, -errno, "read", path, err) : 0;
}

static void temporary_name(char *buf, size_t size)
{
	unsigned int random = 0;

	if (getrandom(&random, sizeof(random), 0) < 0)
		random = (unsigned)getpid();
	snprintf(buf, size, ".mkdcroot-%08x", random);
}

static int set_attr(int fd, const struct tree_attr *attr)
{
	if (fchown(fd, attr->uid, attr->gid) < 0 || fchmod(fd, attr->mode) < 0)
		return -errno;
	return 0;
}

/* Rename over @name, unless a directory stands there. */
static int put_in_place(int parent, const char *temporary, const char *name)
{
	int rc = renameat(parent, temporary, parent, name) < 0 ? -errno : 0;

	if (rc)
		unlinkat(parent, temporary, 0);
	return rc == -ENOTDIR || rc == -ENOTEMPTY ? -EISDIR : rc;
}

int tree_write(const struct tree *t, const char *path, const void *data, size_t len,
	       const struct tree_attr *attr, struct error *err)
{
	const char *name;
	char temporary[32];
	cleanup_fd int parent = need_parent(t, path, &name);
	cleanup_fd int fd = -1;
	int rc;

	if (parent < 0)
		return fail(t, parent, "write", path, err);
	temporary_name(temporary, sizeof(temporary));
	fd = openat(parent, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(t, -errno, "write", path, err);
	rc = set_attr(fd, attr);
	if (!rc)
		rc = fs_write_all(fd, data, len);
	if (!rc && close(steal_fd(&fd)) < 0)
		rc = -errno;
	if (rc)
		unlinkat(parent, temporary, 0);
	else
		rc = put_in_place(parent, temporary, name);
	return rc ? fail(t, rc, "write", path, err) : 0;
}

int tree_mkdir(const struct tree *t, const char *path, const struct tree_attr *attr,
	       struct error *err)
{
	const char *name;
	cleanup_fd int parent = need_parent(t, path, &name);
	cleanup_fd int fd = -1;
	int rc = parent < 0 ? parent : 0;

	if (!rc && mkdirat(parent, name, 0700) < 0 && errno != EEXIST)
		rc = -errno;
	if (!rc) {
		fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		rc = fd < 0 ? -errno : set_attr(fd, attr);
	}
	return rc ? fail(t, rc, "create directory", path, err) : 0;
}

int tree_symlink(const struct tree *t, const char *target, const char *path, struct error *err)
{
	const char *name;
	char temporary[32];
	cleanup_fd int parent = need_parent(t, path, &name);
	int rc = parent < 0 ? parent : 0;

	temporary_name(temporary, sizeof(temporary));
	if (!rc && symlinkat(target, parent, temporary) < 0)
		rc = -errno;
	if (!rc)
		rc = put_in_place(parent, temporary, name);
	return rc ? fail(t, rc, "link", path, err) : 0;
}

int tree_device(const struct tree *t, const char *path, dev_t device, mode_t mode,
		struct error *err)
{
	const char *name;
	cleanup_fd int parent = need_parent(t, path, &name);
	int rc = parent < 0 ? parent : 0;

	if (!rc && mknodat(parent, name, S_IFCHR | mode, device) < 0)
		return errno == EEXIST ? 0 : fail(t, -errno, "create the device", path, err);
	/* The umask must not decide what a client sees. */
	if (!rc && fchmodat(parent, name, mode, AT_SYMLINK_NOFOLLOW) < 0 && errno == EOPNOTSUPP)
		rc = fchmodat(parent, name, mode, 0) < 0 ? -errno : 0;
	return rc ? fail(t, rc, "create the device", path, err) : 0;
}

int tree_unlink(const struct tree *t, const char *path, struct error *err)
{
	const char *name;
	cleanup_fd int parent = open_parent(t, path, &name);
	int rc = parent < 0 ? parent : 0;

	if (!rc && unlinkat(parent, name, 0) < 0)
		rc = -errno;
	return rc && rc != -ENOENT ? fail(t, rc, "remove", path, err) : 0;
}

int tree_remove(const struct tree *t, const char *path, struct error *err)
{
	const char *name;
	cleanup_fd int parent = open_parent(t, path, &name);
	int rc = parent == -ENOENT ? 0 : parent < 0 ? parent : fs_remove_at(parent, name);

	return rc ? fail(t, rc, "remove", path, err) : 0;
}

/* A descriptor to read the directory @path with. */
static int open_dir(const struct tree *t, const char *path)
{
	return open_in(t, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
}

int tree_empty(const struct tree *t, const char *path, struct error *err)
{
	cleanup_strv struct strv names = STRV_INIT;
	cleanup_fd int dir = open_dir(t, path);
	int rc = dir == -ENOENT ? 0 : dir < 0 ? dir : 0;

	if (rc)
		return fail(t, rc, "empty", path, err);
	if (dir < 0)
		return 0;
	rc = tree_list(t, path, NULL, &names, err);
	for (size_t i = 0; !rc && i < names.n; i++) {
		rc = fs_remove_at(dir, names.v[i]);
		if (rc)
			return fail(t, rc, "empty", path, err);
	}
	return rc;
}

int tree_truncate(const struct tree *t, const char *path, struct error *err)
{
	const char *name;
	cleanup_fd int parent = open_parent(t, path, &name);
	cleanup_fd int fd = -1;
	int rc = parent < 0 ? parent : check_regular(parent, name);

	if (!rc) {
		fd = open_regular(parent, name, O_WRONLY);
		rc = fd < 0 ? fd : ftruncate(fd, 0) < 0 ? -errno : 0;
	}
	return rc && rc != -ENOENT ? fail(t, rc, "empty", path, err) : 0;
}

int tree_stat(const struct tree *t, const char *path, struct stat *st, struct error *err)
{
	cleanup_fd int fd = open_in(t, path, O_PATH | O_NOFOLLOW);
	int rc = fd < 0 ? fd : fstat(fd, st) < 0 ? -errno : 0;

	return rc && rc != -ENOENT ? fail(t, rc, "look at", path, err) : rc;
}

bool tree_exists(const struct tree *t, const char *path)
{
	cleanup_error struct error ignored = ERROR_INIT;
	struct stat st;

	return tree_stat(t, path, &st, &ignored) == 0;
}

char *tree_readlink(const struct tree *t, const char *path)
{
	cleanup_fd int fd = open_in(t, path, O_PATH | O_NOFOLLOW);
	char buf[4096];
	ssize_t n = fd < 0 ? -1 : readlinkat(fd, "", buf, sizeof(buf));

	return n < 0 || n == sizeof(buf) ? NULL : mem_strndup(buf, (size_t)n);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_wanted(const char *name, const char *pattern)
{
	return is_name(name) && (!pattern || fnmatch(pattern, name, FNM_PERIOD) == 0);
}

int tree_list(const struct tree *t, const char *path, const char *pattern, struct strv *names,
	      struct error *err)
{
	cleanup_fd int fd = open_dir(t, path);
	cleanup_dir DIR *dir = NULL;
	struct dirent *entry;
	size_t start = names->n;

	/* A link in a circle is no directory either: one planted in /etc must not stop a glob. */
	if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
		return 0;
	if (fd >= 0)
		dir = fdopendir(fd);
	if (!dir)
		return fail(t, fd < 0 ? fd : -errno, "list", path, err);
	steal_fd(&fd);
	while ((errno = 0, entry = readdir(dir)))
		if (is_wanted(entry->d_name, pattern))
			strv_add(names, entry->d_name);
	if (errno)
		return fail(t, -errno, "list", path, err);
	if (names->n > start)
		qsort(names->v + start, names->n - start, sizeof(*names->v), compare_names);
	return 0;
}

/* 1 when there is something at @path, 0 when nothing can be; a disk that cannot be read is an error. */
static int find(const struct tree *t, const char *path, struct error *err)
{
	cleanup_error struct error why = ERROR_INIT;
	struct stat st;
	int rc = tree_stat(t, path, &st, &why);

	if (!rc)
		return 1;
	if (rc == -ENOENT || rc == -ENOTDIR || rc == -ELOOP || rc == -EXDEV || rc == -ENAMETOOLONG)
		return 0;
	return error_say(err, rc, "%s", error_text(&why));
}

/* One component of the pattern at a time, below the directory @base. */
static int glob_below(const struct tree *t, const char *base, const char *rest, struct strv *paths,
		      struct error *err)
{
	cleanup_strv struct strv names = STRV_INIT;
	cleanup_free char *part = NULL;
	int rc;

	rest += strspn(rest, "/");
	part = mem_strndup(rest, strcspn(rest, "/"));
	rest += strlen(part);
	if (strpbrk(part, "*?[")) {
		rc = tree_list(t, base, part, &names, err);
		if (rc)
			return rc;
	} else {
		strv_add(&names, part);
	}
	for (size_t i = 0; i < names.n; i++) {
		cleanup_free char *path = fs_join(base, names.v[i]);

		rc = *rest ? glob_below(t, path, rest, paths, err) : find(t, path, err);
		if (rc < 0)
			return rc;
		if (!*rest && rc)
			strv_add(paths, path);
	}
	return 0;
}

int tree_glob(const struct tree *t, const char *glob, struct strv *paths, struct error *err)
{
	return glob_below(t, "/", glob, paths, err);
}

int tree_sync(const struct tree *t, struct error *err)
{
	cleanup_fd int fd = open_dir(t, "/");

	if (fd < 0 || syncfs(fd) < 0)
		return fail(t, fd < 0 ? fd : -errno, "sync", "/", err);
	return 0;
}
