/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * faults.so: preloaded into mkdcroot, makes one of its calls fail, or all from one on, or takes a picture
 * of the disk before each of them.  From the environment:
 *
 *	FAULT_KINDS=gcsrm	which calls count: g those that need room, c other changes, s those that
 *				wait for the disk, r reading, m mounting
 *	FAULT_UNDER=/mnt/	only calls about files below this count (mounting always does)
 *	FAULT_AT=N		the Nth that counts fails, from 1
 *	FAULT_ON=1		and all after it
 *	FAULT_ERRNO=28		with this
 *	FAULT_LOG=FILE		gets a line "N call path" when the first fails
 *	FAULT_COUNT=FILE	gets a byte for each call that counts
 *	FAULT_IMAGE=FILE	the disk: before each call that counts it is copied (only where there is data)
 *	FAULT_SNAPSHOTS=DIR	to DIR/0001, DIR/0002 ...
 *	FAULT_SYNC=DIR		after all that was written so far is brought to the disk that holds DIR
 *
 * Only the program mkdcroot is concerned, its children until they exec something else.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

/* The C library's function behind ours of the same name. */
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static struct {
	bool on, goes_on;
	pid_t pid;
	const char *kinds, *under, *log, *count, *image, *snapshots, *sync;
	unsigned long at, n;
	int error;
	pthread_mutex_t lock;
} fault = { .lock = PTHREAD_MUTEX_INITIALIZER };

static long number(const char *name)
{
	const char *text = getenv(name);

	return text ? strtol(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void begin(void)
{
	fault.kinds = getenv("FAULT_KINDS");
	fault.under = getenv("FAULT_UNDER") ?: "/mnt/";
	fault.at = (unsigned long)number("FAULT_AT");
	fault.goes_on = number("FAULT_ON");
	fault.error = (int)number("FAULT_ERRNO");
	fault.log = getenv("FAULT_LOG");
	fault.count = getenv("FAULT_COUNT");
	fault.image = getenv("FAULT_IMAGE");
	fault.snapshots = getenv("FAULT_SNAPSHOTS");
	fault.sync = getenv("FAULT_SYNC");
	fault.pid = getpid();
	fault.on = fault.kinds && strcmp(program_invocation_short_name, "mkdcroot") == 0;
}

static void say(const char *file, const char *text, size_t len)
{
	int fd = file ? NEXT(open)(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;

	if (fd >= 0) {
		if (NEXT(write)(fd, text, len) < 0)
			abort();
		NEXT(close)(fd);
	}
}

/* Copy the disk's data, and leave its holes holes. */
static void take_picture(void)
{
	char name[PATH_MAX];
	static char buf[1 << 16];
	off_t data = 0, hole, size;
	int in, out;

	if (fault.sync) {
		in = NEXT(open)(fault.sync, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		NEXT(syncfs)(in);
		NEXT(close)(in);
	}
	snprintf(name, sizeof(name), "%s/%04lu", fault.snapshots, fault.n);
	in = NEXT(open)(fault.image, O_RDONLY | O_CLOEXEC);
	out = NEXT(open)(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	size = lseek(in, 0, SEEK_END);
	if (in < 0 || out < 0 || NEXT(ftruncate)(out, size) < 0)
		abort();
	while ((data = lseek(in, data, SEEK_DATA)) >= 0) {
		hole = lseek(in, data, SEEK_HOLE);
		for (ssize_t n; data < hole; data += n) {
			size_t want = hole - data < (off_t)sizeof(buf) ? (size_t)(hole - data)
								       : sizeof(buf);

			n = NEXT(pread)(in, buf, want, data);
			if (n <= 0 || NEXT(pwrite)(out, buf, (size_t)n, data) != n)
				abort();
		}
	}
	NEXT(close)(in);
	NEXT(close)(out);
}

/* Is it about a file that counts?  The path of a descriptor's file is found in /proc. */
static bool is_under(int fd, const char *path, char *where)
{
	char link[64];
	ssize_t n;

	if (path && path[0] == '/' && fd == AT_FDCWD) {
		snprintf(where, PATH_MAX, "%s", path);
	} else {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		n = fd == AT_FDCWD ? -1 : NEXT(readlink)(link, where, PATH_MAX - 1);
		if (n < 0)
			return false;
		where[n] = '\0';
		if (path)
			snprintf(where + n, (size_t)(PATH_MAX - n), "/%s", path);
	}
	return strncmp(where, fault.under, strlen(fault.under)) == 0;
}

/* Is this call to fail?  Then errno is set. */
static bool strikes(const char *call, char kind, int fd, const char *path)
{
	char where[PATH_MAX] = "", line[PATH_MAX + 64];
	int saved = errno;
	bool hit;

	if (!fault.on || !strchr(fault.kinds, kind))
		return false;
	if (kind != 'm' && !is_under(fd, path, where)) {
		errno = saved;
		return false;
	}
	pthread_mutex_lock(&fault.lock);
	fault.n++;
	say(fault.count, ".", 1);
	/* A child that has not yet become another program would count the same again. */
	if (fault.snapshots && fault.pid == getpid())
		take_picture();
	hit = fault.at && (fault.n == fault.at || (fault.goes_on && fault.n > fault.at));
	if (hit && fault.n == fault.at) {
		snprintf(line, sizeof(line), "%lu %s %s\n", fault.n, call, where);
		say(fault.log, line, strlen(line));
	}
	pthread_mutex_unlock(&fault.lock);
	errno = hit ? fault.error : saved;
	return hit;
}

/* One function a line: type, name, parameters, arguments, kind, descriptor, path. */
#define CALL(type, name, params, args, kind, fd, path) \
	type name params                               \
	{                                              \
		if (strikes(#name, kind, fd, path))    \
			return (type)-1;               \
		return NEXT(name) args;                \
	}

CALL(int, mkdir, (const char *path, mode_t mode), (path, mode), 'g', AT_FDCWD, path)
CALL(int, mkdirat, (int fd, const char *path, mode_t mode), (fd, path, mode), 'g', fd, path)
CALL(int, mknodat, (int fd, const char *path, mode_t mode, dev_t dev), (fd, path, mode, dev), 'g',
     fd, path)
CALL(int, symlink, (const char *to, const char *path), (to, path), 'g', AT_FDCWD, path)
CALL(int, symlinkat, (const char *to, int fd, const char *path), (to, fd, path), 'g', fd, path)
CALL(int, link, (const char *from, const char *to), (from, to), 'g', AT_FDCWD, to)
CALL(int, linkat, (int f, const char *from, int t, const char *to, int flags),
     (f, from, t, to, flags), 'g', t, to)
CALL(int, rename, (const char *from, const char *to), (from, to), 'g', AT_FDCWD, to)
CALL(int, renameat, (int f, const char *from, int t, const char *to), (f, from, t, to), 'g', t, to)
CALL(int, renameat2, (int f, const char *from, int t, const char *to, unsigned int flags),
     (f, from, t, to, flags), 'g', t, to)
CALL(int, setxattr, (const char *path, const char *name, const void *value, size_t size, int flags),
     (path, name, value, size, flags), 'g', AT_FDCWD, path)
CALL(int, fsetxattr, (int fd, const char *name, const void *value, size_t size, int flags),
     (fd, name, value, size, flags), 'g', fd, NULL)
CALL(int, unlink, (const char *path), (path), 'c', AT_FDCWD, path)
CALL(int, unlinkat, (int fd, const char *path, int flags), (fd, path, flags), 'c', fd, path)
CALL(int, rmdir, (const char *path), (path), 'c', AT_FDCWD, path)
CALL(int, ftruncate, (int fd, off_t size), (fd, size), 'c', fd, NULL)
CALL(int, chmod, (const char *path, mode_t mode), (path, mode), 'c', AT_FDCWD, path)
CALL(int, fchmod, (int fd, mode_t mode), (fd, mode), 'c', fd, NULL)
CALL(int, fchmodat, (int fd, const char *path, mode_t mode, int flags), (fd, path, mode, flags),
     'c', fd, path)
CALL(int, chown, (const char *path, uid_t u, gid_t g), (path, u, g), 'c', AT_FDCWD, path)
CALL(int, fchown, (int fd, uid_t u, gid_t g), (fd, u, g), 'c', fd, NULL)
CALL(int, fchownat, (int fd, const char *path, uid_t u, gid_t g, int flags),
     (fd, path, u, g, flags), 'c', fd, path)
CALL(int, fsync, (int fd), (fd), 's', fd, NULL)
CALL(int, fdatasync, (int fd), (fd), 's', fd, NULL)
CALL(int, syncfs, (int fd), (fd), 's', fd, NULL)
CALL(ssize_t, read, (int fd, void *buf, size_t n), (fd, buf, n), 'r', fd, NULL)
CALL(ssize_t, pread, (int fd, void *buf, size_t n, off_t at), (fd, buf, n, at), 'r', fd, NULL)
CALL(int, lstat, (const char *path, struct stat *st), (path, st), 'r', AT_FDCWD, path)
CALL(int, stat, (const char *path, struct stat *st), (path, st), 'r', AT_FDCWD, path)
CALL(int, fstatat, (int fd, const char *path, struct stat *st, int flags), (fd, path, st, flags),
     'r', fd, path)
CALL(int, statx, (int fd, const char *path, int flags, unsigned int mask, struct statx *st),
     (fd, path, flags, mask, st), 'r', fd, path)
CALL(ssize_t, readlink, (const char *path, char *buf, size_t n), (path, buf, n), 'r', AT_FDCWD,
     path)
CALL(ssize_t, readlinkat, (int fd, const char *path, char *buf, size_t n), (fd, path, buf, n), 'r',
     fd, path)
CALL(int, mount,
     (const char *from, const char *to, const char *type, unsigned long flags, const void *data),
     (from, to, type, flags, data), 'm', -1, NULL)
CALL(int, umount2, (const char *path, int flags), (path, flags), 'm', -1, NULL)
CALL(int, fsopen, (const char *type, unsigned int flags), (type, flags), 'm', -1, NULL)
CALL(int, fsconfig, (int fd, unsigned int cmd, const char *key, const void *value, int aux),
     (fd, cmd, key, value, aux), 'm', -1, NULL)
CALL(int, fsmount, (int fd, unsigned int flags, unsigned int attr), (fd, flags, attr), 'm', -1,
     NULL)
CALL(int, move_mount, (int f, const char *from, int t, const char *to, unsigned int flags),
     (f, from, t, to, flags), 'm', -1, NULL)
CALL(int, open_tree, (int fd, const char *path, unsigned int flags), (fd, path, flags), 'm', -1,
     NULL)
CALL(int, mount_setattr,
     (int fd, const char *path, unsigned int flags, struct mount_attr *attr, size_t size),
     (fd, path, flags, attr, size), 'm', -1, NULL)

/* A disk that gets full takes a part first. */
static bool writes_a_part(size_t *n)
{
	if (!fault.goes_on || fault.n != fault.at || *n < 2)
		return false;
	*n /= 2;
	return true;
}

ssize_t write(int fd, const void *buf, size_t n)
{
	if (strikes("write", 'g', fd, NULL) && !writes_a_part(&n))
		return -1;
	return NEXT(write)(fd, buf, n);
}

ssize_t pwrite(int fd, const void *buf, size_t n, off_t at)
{
	if (strikes("pwrite", 'g', fd, NULL) && !writes_a_part(&n))
		return -1;
	return NEXT(pwrite)(fd, buf, n, at);
}

/* Errors of late writing are told here by network file systems. */
int close(int fd)
{
	int flags = fault.on ? fcntl(fd, F_GETFL) : 0;
	bool hit = (flags & O_ACCMODE) != O_RDONLY && flags >= 0 && strikes("close", 's', fd, NULL);
	int error = errno, rc = NEXT(close)(fd);

	if (!hit)
		return rc;
	errno = error;
	return -1;
}

static char kind_of(int flags)
{
	return flags & O_CREAT ? 'g' : (flags & O_ACCMODE) != O_RDONLY ? 'c' : 'r';
}

int open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	if (strikes("open", kind_of(flags), AT_FDCWD, path))
		return -1;
	return NEXT(open)(path, flags, mode);
}

int openat(int fd, const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	if (strikes("openat", kind_of(flags), fd, path))
		return -1;
	return NEXT(openat)(fd, path, flags, mode);
}

int mkostemp(char *path, int flags)
{
	return strikes("mkostemp", 'g', AT_FDCWD, path) ? -1 : NEXT(mkostemp)(path, flags);
}

FILE *fopen(const char *path, const char *mode)
{
	return strikes("fopen", *mode == 'r' ? 'r' : 'g', AT_FDCWD, path) ? NULL
									  : NEXT(fopen)(path, mode);
}

DIR *opendir(const char *path)
{
	return strikes("opendir", 'r', AT_FDCWD, path) ? NULL : NEXT(opendir)(path);
}

struct dirent *readdir(DIR *dir)
{
	return strikes("readdir", 'r', dirfd(dir), NULL) ? NULL : NEXT(readdir)(dir);
}

char *realpath(const char *path, char *out)
{
	return strikes("realpath", 'r', AT_FDCWD, path) ? NULL : NEXT(realpath)(path, out);
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (request == FS_IOC_SETFLAGS && strikes("ioctl", 'c', fd, NULL))
		return -1;
	return NEXT(ioctl)(fd, request, arg);
}

/* openat2(2) has no function of its own. */
long syscall(long what, ...)
{
	long arg[6];
	va_list ap;

	va_start(ap, what);
	for (int i = 0; i < 6; i++)
		arg[i] = va_arg(ap, long);
	va_end(ap);
	if (what == SYS_openat2 && strikes("openat2", 'r', (int)arg[0], (const char *)arg[1]))
		return -1;
	return NEXT(syscall)(what, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
}
