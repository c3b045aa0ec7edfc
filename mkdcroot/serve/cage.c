/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cage: unshare, fork, fork; signals are waited for, not handled. */
#include "mkdcroot/serve/cage.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/interrupt.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/str.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>

/* What the function said went wrong: as much as a pipe takes before anybody reads it. */
#define ERROR_MAX 16384

struct cage {
	int (*inside)(int outer, void *arg, struct error *err);
	void *arg;
	int outer;  /* our mount namespace */
	int parent; /* pidfd of the process outside */
	int said;   /* pipe: status and text of the error */
	sigset_t mask;
};

static void block_signals(sigset_t *old)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, old);
}

/* Wait for the child @pid, pass signals to end on to it, and reap what else ends. */
static int wait_for(pid_t pid)
{
	sigset_t set;
	int status, number;
	pid_t ended;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	for (;;) {
		while ((ended = waitpid(-1, &status, WNOHANG)) > 0)
			if (ended == pid)
				return status;
		number = sigwaitinfo(&set, NULL);
		if (number > 0 && number != SIGCHLD)
			kill(pid, number);
	}
}

static void tell(int fd, int rc, const struct error *err)
{
	cleanup_str struct str text = STR_INIT;

	str_addn(&text, (const char *)&rc, sizeof(rc));
	if (rc)
		str_addn(&text, error_text(err), strnlen(error_text(err), ERROR_MAX));
	if (fs_write_all(fd, text.data, text.len))
		_exit(1);
}

/* Dies with the process outside, also when that went before it was asked for. */
static void die_with_parent(int parent)
{
	struct pollfd p = { .fd = parent, .events = POLLIN };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (poll(&p, 1, 0) > 0)
		_exit(1);
}

static _Noreturn void run_inside(const struct cage *c)
{
	cleanup_error struct error err = ERROR_INIT;
	int rc;

	interrupt_clear();
	sigprocmask(SIG_SETMASK, &c->mask, NULL);
	rc = c->inside(c->outer, c->arg, &err);
	tell(c->said, rc, &err);
	fflush(NULL);
	_exit(rc != 0);
}

static _Noreturn void first_process(const struct cage *c)
{
	cleanup_error struct error err = ERROR_INIT;
	int rc = 0, status;
	pid_t pid;

	die_with_parent(c->parent);
	/* Mounts come in from outside, and go on to the daemons' own namespaces; none go out. */
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL) < 0)
		rc = error_set(&err, -errno, "make a mount namespace");
	pid = rc ? 0 : fork();
	if (!rc && pid == 0)
		run_inside(c);
	if (!rc && pid < 0)
		rc = error_set(&err, -errno, "start a process");
	if (rc) {
		tell(c->said, rc, &err);
		_exit(1);
	}
	status = wait_for(pid);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

/* Its error, as it has told it. */
static int hear(int fd, int status, struct error *err)
{
	char buf[sizeof(int) + ERROR_MAX + 1];
	size_t len = 0;
	ssize_t n;
	int rc;

	while (len < sizeof(buf) - 1 && (n = read(fd, buf + len, sizeof(buf) - 1 - len)) > 0)
		len += (size_t)n;
	if (len < sizeof(rc))
		return error_say(err, -ECHILD, "its process was killed%s",
				 WIFSIGNALED(status) ? "" : " (see the kernel's log)");
	memcpy(&rc, buf, sizeof(rc));
	buf[len] = '\0';
	return rc ? error_say(err, rc, "%s", buf + sizeof(rc)) : 0;
}

int cage_run(int (*inside)(int outer, void *arg, struct error *err), void *arg, struct error *err)
{
	cleanup_fd int outer = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	cleanup_fd int parent = pidfd_open(getpid(), 0);
	cleanup_fd int hear_fd = -1, said = -1;
	struct cage c = { .inside = inside, .arg = arg, .outer = outer, .parent = parent };
	int fds[2], status;
	pid_t pid;

	if (outer < 0 || parent < 0 || pipe2(fds, O_CLOEXEC) < 0)
		return error_set(err, -errno, "make namespaces");
	hear_fd = fds[0];
	c.said = said = fds[1];
	fflush(NULL);
	if (unshare(CLONE_NEWPID) < 0)
		return error_set(err, -errno, "make a process namespace");
	block_signals(&c.mask);
	pid = fork();
	if (pid == 0)
		first_process(&c);
	if (pid < 0)
		return error_set(err, -errno, "start a process");
	close(steal_fd(&said));
	status = wait_for(pid);
	sigprocmask(SIG_SETMASK, &c.mask, NULL);
	return hear(hear_fd, status, err);
}

int cage_bring_mount(int outer, const char *path, struct error *err)
{
	cleanup_fd int inner = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	cleanup_fd int tree = -1;
	int rc;

	if (inner < 0 || setns(outer, CLONE_NEWNS) < 0)
		return error_set(err, -errno, "look at %s outside", path);
	rc = fs_is_mount_point(path);
	if (rc > 0) {
		tree = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
		rc = tree < 0 ? -errno : 1;
	}
	/* Without our own namespace nothing that follows would be right. */
	if (setns(inner, CLONE_NEWNS) < 0)
		abort();
	if (rc > 0 && move_mount(tree, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		rc = -errno;
	return rc < 0 ? error_set(err, rc, "take over the mount %s", path) : rc;
}
