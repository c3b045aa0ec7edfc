/* SPDX-License-Identifier: GPL-2.0-or-later */
/* child: fork, exec and a poll loop over its standard output and error. */
#include "mkdcroot/base/child.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/interrupt.h"
#include "mkdcroot/base/mem.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

/* As much of standard error as is worth showing. */
#define STDERR_KEEP 4096
#define TICK_MS	    250

static int input_fd(const char *input)
{
	int fd;

	if (!input)
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	fd = memfd_create("input", MFD_CLOEXEC);
	if (fd >= 0 && (fs_write_all(fd, input, strlen(input)) || lseek(fd, 0, SEEK_SET) < 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* What the parent learns through the status pipe when the child did not get to exec. */
static _Noreturn void child_main(const struct child *c, int in, int out, int errfd, int status)
{
	int rc = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_DFL);
	for (int i = 0; c->env && c->env[i]; i++)
		putenv((char *)c->env[i]);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(errfd, 2) < 0)
		rc = -errno;
	if (!rc && c->setup)
		rc = c->setup(c->setup_arg);
	if (!rc) {
		execvp(c->argv[0], (char *const *)c->argv);
		rc = -errno;
	}
	if (write(status, &rc, sizeof(rc)) < 0)
		_exit(126);
	_exit(127);
}

static void take_output(const struct child *c, const char *bytes, size_t len)
{
	if (c->on_output)
		c->on_output(bytes, len, c->arg);
	else if (c->output)
		str_addn(c->output, bytes, len);
}

static void take_stderr(struct str *tail, const char *bytes, size_t len)
{
	str_addn(tail, bytes, len);
	if (tail->len > 2 * STDERR_KEEP) {
		memmove(tail->data, tail->data + tail->len - STDERR_KEEP, STDERR_KEEP + 1);
		tail->len = STDERR_KEEP;
	}
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Call what is called while the child runs, when it is time; @err gets why the child is to end. */
static bool tick(const struct child *c, long *last, struct error *err)
{
	long now = now_ms();

	if (now - *last < TICK_MS)
		return false;
	*last = now;
	if (c->on_tick)
		c->on_tick(c->tick_arg);
	return c->check && c->check(c->tick_arg, err) < 0;
}

/* Read both pipes to their ends.  A signal that only this process got goes on to the child @pid. */
static void drain(const struct child *c, pid_t pid, int out, int errfd, struct str *tail,
		  struct error *err)
{
	bool told = false;
	long last = now_ms();
	struct pollfd fds[2] = { { .fd = out, .events = POLLIN },
				 { .fd = errfd, .events = POLLIN } };
	char buf[65536];

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		int ready = poll(fds, 2, TICK_MS);

		if (ready < 0 && errno != EINTR)
			return;
		if (interrupt_signal() && !told)
			told = kill(pid, SIGTERM) == 0;
		if (!told && tick(c, &last, err))
			told = kill(pid, SIGTERM) == 0;
		if (ready <= 0)
			continue;
		for (int i = 0; i < 2; i++) {
			ssize_t n;

			if (fds[i].fd < 0 || !fds[i].revents)
				continue;
			n = read(fds[i].fd, buf, sizeof(buf));
			if (n < 0 && (errno == EINTR || errno == EAGAIN))
				continue;
			if (n <= 0)
				fds[i].fd = -1;
			else if (i == 0)
				take_output(c, buf, (size_t)n);
			else
				take_stderr(tail, buf, (size_t)n);
		}
	}
}

/* The last lines of what it complained, on one line. */
static char *complaint(const struct str *tail)
{
	cleanup_strv struct strv lines = STRV_INIT;
	struct str text = STR_INIT;

	strv_split(&lines, str_text(tail), "\r\n");
	for (size_t i = lines.n > 3 ? lines.n - 3 : 0; i < lines.n; i++)
		str_addf(&text, "%s%s", text.len ? " | " : "", lines.v[i]);
	return str_steal(&text);
}

static int verdict(const struct child *c, int status, const struct str *tail, struct error *err)
{
	cleanup_free char *why = complaint(tail);
	const char *sep = *why ? ": " : "";

	if (c->exit_status)
		*c->exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	if (WIFSIGNALED(status))
		return error_say(err, -ECHILD, "run %s: killed by signal %d%s%s", c->argv[0],
				 WTERMSIG(status), sep, why);
	if (WEXITSTATUS(status))
		return error_say(err, -ECHILD, "run %s: exit status %d%s%s", c->argv[0],
				 WEXITSTATUS(status), sep, why);
	return 0;
}

int child_run(const struct child *c, struct error *err)
{
	int out[2] = { -1, -1 }, errs[2] = { -1, -1 }, state[2] = { -1, -1 };
	cleanup_str struct str tail = STR_INIT;
	cleanup_error struct error why = ERROR_INIT;
	cleanup_fd int in = input_fd(c->input);
	int rc = 0, status = 0;
	pid_t pid;

	if (in < 0 || pipe2(out, O_CLOEXEC) < 0 || pipe2(errs, O_CLOEXEC) < 0 ||
	    pipe2(state, O_CLOEXEC) < 0)
		return error_set(err, -errno, "run %s", c->argv[0]);
	pid = fork();
	if (pid == 0)
		child_main(c, in, out[1], errs[1], state[1]);
	if (pid < 0)
		rc = -errno;
	close(out[1]);
	close(errs[1]);
	close(state[1]);
	if (pid > 0) {
		int failure;

		drain(c, pid, out[0], errs[0], &tail, &why);
		if (read(state[0], &failure, sizeof(failure)) == sizeof(failure))
			rc = failure;
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	close(out[0]);
	close(errs[0]);
	close(state[0]);
	if (rc)
		return error_set(err, rc, "run %s", c->argv[0]);
	rc = verdict(c, status, &tail, err);
	/* Why we ended it says more than that it was ended. */
	return rc && why.status
		       ? error_say(err, why.status, "run %s: %s", c->argv[0], error_text(&why))
		       : rc;
}

int child_run_argv(const char *const *argv, struct error *err)
{
	struct child c = { .argv = argv };

	return child_run(&c, err);
}

int child_exists(const char *program)
{
	cleanup_strv struct strv dirs = STRV_INIT;
	const char *path = getenv("PATH");

	if (strchr(program, '/'))
		return access(program, X_OK) == 0;
	strv_split(&dirs, path ? path : "/usr/sbin:/usr/bin:/sbin:/bin", ":");
	for (size_t i = 0; i < dirs.n; i++) {
		cleanup_free char *full = fs_join(dirs.v[i], program);

		if (access(full, X_OK) == 0)
			return 1;
	}
	return 0;
}
