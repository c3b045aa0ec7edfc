/* SPDX-License-Identifier: GPL-2.0-or-later */
/* package_lock: the locks are data, each package manager takes its own in one of three ways. */
#include "mkdcroot/root/package_lock.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/interrupt.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/str.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#define RETRY_MS 100

enum way {
	BY_FCNTL, /* a write lock on the whole file */
	BY_FLOCK,
	BY_FILE, /* the file is there while it works: only waited for, since ours could stay behind */
};

/* In the order in which they are taken.  Tested are dpkg's; the others are as their sources have them. */
static const struct place {
	const char *path;
	enum way way;
} places[] = {
	{ "/var/lib/dpkg/lock-frontend", BY_FCNTL },
	{ "/var/lib/dpkg/lock", BY_FCNTL },
	{ "/var/lib/rpm/.rpm.lock", BY_FCNTL },
	{ "/usr/lib/sysimage/rpm/.rpm.lock", BY_FCNTL },
	{ "/lib/apk/db/lock", BY_FLOCK },
	{ "/var/lib/pacman/db.lck", BY_FILE },
};

_Static_assert(sizeof(places) / sizeof(places[0]) <= PACKAGE_LOCK_MAX, "a place for each lock");

/* 0 when it is taken, 1 when somebody holds it (*@pid, 0 when unknown), or -errno. */
static int try_lock(int fd, enum way way, pid_t *pid)
{
	struct flock want = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	*pid = 0;
	if (way == BY_FLOCK) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		return errno == EWOULDBLOCK ? 1 : -errno;
	}
	if (fcntl(fd, F_SETLK, &want) == 0)
		return 0;
	if (errno != EAGAIN && errno != EACCES)
		return -errno;
	if (fcntl(fd, F_GETLK, &want) == 0 && want.l_type != F_UNLCK)
		*pid = want.l_pid;
	return 1;
}

/* "apt-get (process 1234)", to be freed. */
static char *holder(pid_t pid)
{
	cleanup_free char *path = mem_printf("/proc/%d/comm", pid);
	cleanup_str struct str name = STR_INIT;
	cleanup_error struct error ignored = ERROR_INIT;

	if (pid <= 0)
		return mem_strdup("another process");
	if (fs_read_optional(path, &name, &ignored) || !name.len)
		return mem_printf("process %d", pid);
	return mem_printf("%.*s (process %d)", (int)strcspn(name.data, "\n"), name.data, pid);
}

struct wait {
	unsigned int seconds;
	long left; /* ms */
	bool said;
};

/* Sleep once, or say why there is no more waiting. */
static int wait_a_little(struct wait *w, const char *path, pid_t pid, struct error *err)
{
	struct timespec pause = { .tv_nsec = RETRY_MS * 1000000L };
	cleanup_free char *who = holder(pid);

	if (interrupt_signal())
		return error_say(err, -EINTR, "wait for the package manager: interrupted");
	if (w->left <= 0)
		return error_say(
			err, -ETIMEDOUT,
			"the package manager is at work: %s holds %s, for more than %u s "
			"(package_lock_wait); a copy would have half-installed packages: try "
			"again when it has ended",
			who, path, w->seconds);
	if (!w->said)
		log_info("waiting for the package manager: %s holds %s", who, path);
	w->said = true;
	nanosleep(&pause, NULL);
	w->left -= RETRY_MS;
	return 0;
}

static int take_file(const char *path, struct wait *w, struct error *err)
{
	int rc = 0;

	while (!rc && fs_exists(path))
		rc = wait_a_little(w, path, 0, err);
	return rc;
}

static int take_one(struct package_lock *lock, const char *path, enum way way, struct wait *w,
		    struct error *err)
{
	cleanup_fd int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	int rc = fd < 0 ? -errno : 0;
	pid_t pid;

	/* Not this package manager; or nobody can install anything. */
	if (rc == -ENOENT || rc == -ENOTDIR || rc == -EROFS)
		return 0;
	while (!rc && (rc = try_lock(fd, way, &pid)) > 0)
		rc = wait_a_little(w, path, pid, err);
	if (rc)
		return err->status ? rc
				   : error_set(err, rc, "take the package manager's lock %s", path);
	lock->fd[lock->n++] = steal_fd(&fd);
	return 0;
}

int package_lock_take(struct package_lock *lock, const char *root, unsigned int seconds,
		      struct error *err)
{
	struct wait w = { .seconds = seconds, .left = seconds * 1000L };
	int rc = 0;

	lock->n = 0;
	for (size_t i = 0; !rc && i < sizeof(places) / sizeof(places[0]); i++) {
		cleanup_free char *path = mem_printf("%s%s", root, places[i].path);

		rc = places[i].way == BY_FILE ? take_file(path, &w, err)
					      : take_one(lock, path, places[i].way, &w, err);
	}
	if (rc)
		package_lock_release(lock);
	return rc;
}

void package_lock_release(struct package_lock *lock)
{
	while (lock->n)
		close(lock->fd[--lock->n]);
}
