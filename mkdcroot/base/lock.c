/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lock: the holder writes its process id into the file, for messages only. */
#include "mkdcroot/base/lock.h"
#include "mkdcroot/base/cleanup.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#define RETRY_MS 20

static int holder(int fd)
{
	char buf[16] = "";

	if (pread(fd, buf, sizeof(buf) - 1, 0) < 0)
		return 0;
	return atoi(buf);
}

static void sign(int fd)
{
	char buf[16];
	int len = snprintf(buf, sizeof(buf), "%d\n", getpid());

	/* Informational: a file that cannot be written still locks. */
	if (ftruncate(fd, 0) < 0 || pwrite(fd, buf, (size_t)len, 0) < 0)
		return;
}

int lock_take(const char *path, int seconds, void (*waiting)(int pid), struct error *err)
{
	cleanup_fd int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	long left = seconds * 1000L;

	if (fd < 0)
		return error_set(err, -errno, "open lock %s", path);
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		struct timespec pause = { .tv_nsec = RETRY_MS * 1000000L };

		if (errno != EWOULDBLOCK && errno != EINTR)
			return error_set(err, -errno, "take lock %s", path);
		if (left <= 0)
			return error_say(err, -ETIMEDOUT,
					 "take lock %s: process %d holds it; wait for it to end",
					 path, holder(fd));
		if (waiting && left == seconds * 1000L)
			waiting(holder(fd));
		nanosleep(&pause, NULL);
		left -= RETRY_MS;
	}
	sign(fd);
	return steal_fd(&fd);
}
