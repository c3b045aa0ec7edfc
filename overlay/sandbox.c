/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sandbox: everything happens in the child, between fork and exec. */
#include "overlay/sandbox.h"
#include "mkdcroot/base/child.h"
#include "mkdcroot/base/cleanup.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

enum { STATUS_SETUP = 125, STATUS_TIMEOUT = 124 };

/* What is mounted inside, in this order. */
static const struct inner_mount {
	const char *type, *target, *options;
	unsigned long flags;
} inner_mounts[] = {
	{ "proc", "/proc", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC },
	{ "sysfs", "/sys", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY },
	{ "tmpfs", "/dev", "mode=755", MS_NOSUID | MS_NOEXEC },
	{ "tmpfs", "/run", "mode=755", MS_NOSUID | MS_NODEV },
	/* Programs try what they have put there. */
	{ "tmpfs", "/tmp", "mode=1777", MS_NOSUID | MS_NODEV },
};

static const struct device {
	const char *path;
	unsigned int minor;
} devices[] = {
	{ "/dev/null", 3 },   { "/dev/zero", 5 },    { "/dev/full", 7 },
	{ "/dev/random", 8 }, { "/dev/urandom", 9 },
};

/* The child's standard error is what the parent shows. */
static _Noreturn void die(const char *what, const char *object)
{
	dprintf(STDERR_FILENO, "%s %s: %s\n", what, object, strerror(errno));
	_exit(STATUS_SETUP);
}

/* The copy of the layer, mounted at the mount point with programs allowed. */
static void mount_layer(const struct sandbox *s)
{
	struct mount_attr attr = { .attr_clr = MOUNT_ATTR_NOEXEC };
	cleanup_error struct error err = ERROR_INIT;
	cleanup_fd int fd = overlay_mount_detached(&s->overlay, &err);

	if (fd < 0) {
		dprintf(STDERR_FILENO, "%s\n", error_text(&err));
		_exit(STATUS_SETUP);
	}
	if (mount_setattr(fd, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0 ||
	    move_mount(fd, "", AT_FDCWD, s->mount_point, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		die("mount the layer at", s->mount_point);
}

/* From here on there is no way to the server's files but the descriptors that are open. */
static void enter_layer(const char *mount_point)
{
	if (chdir(mount_point) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
	    umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		die("enter", mount_point);
}

static void mount_inside(void)
{
	for (size_t i = 0; i < sizeof(inner_mounts) / sizeof(inner_mounts[0]); i++) {
		const struct inner_mount *m = &inner_mounts[i];

		if (mkdir(m->target, 0755) < 0 && errno != EEXIST)
			die("create", m->target);
		if (mount(m->type, m->target, m->type, m->flags, m->options) < 0)
			die("mount", m->target);
	}
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		if (mknod(devices[i].path, S_IFCHR | 0666, makedev(1, devices[i].minor)) < 0 ||
		    chmod(devices[i].path, 0666) < 0)
			die("create", devices[i].path);
	if (symlink("/proc/self/fd", "/dev/fd") < 0)
		die("create", "/dev/fd");
}

static void show_data(int data)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID };

	if (mkdir(SANDBOX_DATA, 0755) < 0 ||
	    mount_setattr(data, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0 ||
	    move_mount(data, "", AT_FDCWD, SANDBOX_DATA, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		die("mount", SANDBOX_DATA);
}

/* Wait for the first process of the sandbox; with its end, all in it end. */
static _Noreturn void guard(pid_t pid, unsigned int max_seconds)
{
	struct pollfd fd = { .fd = pidfd_open(pid, 0), .events = POLLIN };
	int status, ready = poll(&fd, 1, (int)max_seconds * 1000);

	if (ready <= 0)
		kill(pid, SIGKILL);
	if (ready == 0)
		dprintf(STDERR_FILENO, "stopped: it took more than %u s\n", max_seconds);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (ready == 0)
		_exit(STATUS_TIMEOUT);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* For child_run(): runs before exec; what returns is the sandbox's first process. */
static int enter(void *arg)
{
	const struct sandbox *s = arg;
	cleanup_fd int data = -1;
	pid_t pid;

	if (unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid)
		guard(pid, s->max_seconds);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	umask(0022);
	data = open_tree(AT_FDCWD, s->data, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (data < 0)
		die("open", s->data);
	mount_layer(s);
	enter_layer(s->mount_point);
	mount_inside();
	show_data(data);
	return 0;
}

int sandbox_run(const struct sandbox *s, struct error *err)
{
	static const char *const env[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"LC_ALL=C",
		"HOME=/root",
		"TMPDIR=/tmp",
		NULL,
	};
	struct child c = { .argv = s->argv, .env = env, .setup = enter, .setup_arg = (void *)s };

	return child_run(&c, err);
}
