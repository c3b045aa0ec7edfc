/* SPDX-License-Identifier: GPL-2.0-or-later */
/* daemon: fork, exec; a pipe for its words and a pidfd for its end. */
#include "mkdcroot/serve/daemon.h"
#include "mkdcroot/base/child.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/str.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define STOP_MS	  5000
#define LINE_MAX_ 2000 /* longer ones are cut into several */
#define N_LAST	  3    /* lines that are shown when it dies */

struct daemon {
	char *name;
	pid_t pid;
	int pidfd;
	int out; /* -1 after its end */
	bool waited;
	int status;
	struct str partial;
	char *last[N_LAST]; /* the oldest first; NULL: not yet */
};

char *daemon_program(const char *program)
{
	static const char *const more[] = { "/usr/sbin", "/sbin" };
	cleanup_strv struct strv dirs = STRV_INIT;
	const char *path = getenv("PATH");

	strv_split(&dirs, path ? path : "/usr/bin:/bin", ":");
	/* A user's PATH, which sudo may keep, often lacks the server programs' directories. */
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		strv_add(&dirs, more[i]);
	for (size_t i = 0; i < dirs.n; i++) {
		char *full = fs_join(dirs.v[i], program);

		if (access(full, X_OK) == 0)
			return full;
		free(full);
	}
	return NULL;
}

/* No more open files than we may have: nfs-ganesha keeps one for each file that a host uses. */
static void raise_files_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static void fresh_signals(void)
{
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void child_main(const struct daemon_spec *spec, const char *program, int in,
				 int out, int status)
{
	int rc = 0;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fresh_signals();
	raise_files_limit();
	umask(022);
	for (int i = 0; spec->env && spec->env[i]; i++)
		putenv((char *)spec->env[i]);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		rc = -errno;
	if (!rc)
		rc = daemon_view_enter(spec->view);
	if (!rc) {
		execv(program, (char *const *)spec->argv);
		rc = -errno;
	}
	if (write(status, &rc, sizeof(rc)) < 0)
		_exit(126);
	_exit(127);
}

/* What kept the child from running the program, or 0. */
static int child_failure(int status)
{
	int rc = 0;

	while (read(status, &rc, sizeof(rc)) < 0)
		if (errno != EINTR)
			return -errno;
	return rc;
}

static int start(struct daemon *d, const struct daemon_spec *spec, const char *program,
		 struct error *err)
{
	cleanup_fd int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	cleanup_fd int said = -1, told = -1, failed = -1;
	int out[2], state[2], rc;

	if (null < 0 || pipe2(out, O_CLOEXEC) < 0)
		return error_set(err, -errno, "start %s", spec->name);
	d->out = out[0];
	said = out[1];
	if (pipe2(state, O_CLOEXEC) < 0)
		return error_set(err, -errno, "start %s", spec->name);
	failed = state[0];
	told = state[1];
	d->pid = fork();
	if (d->pid == 0)
		child_main(spec, program, spec->input >= 0 ? spec->input : null, said, told);
	if (d->pid < 0)
		return error_set(err, -errno, "start %s", spec->name);
	close(steal_fd(&told));
	rc = child_failure(failed);
	if (!rc) {
		d->pidfd = pidfd_open(d->pid, 0);
		rc = d->pidfd < 0 || fcntl(d->out, F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
	}
	return rc ? error_set(err, rc, "start %s (%s)", spec->name, program) : 0;
}

int daemon_start(struct daemon **out, const struct daemon_spec *spec, struct error *err)
{
	cleanup_free char *program = daemon_program(spec->argv[0]);
	struct daemon *d;
	int rc;

	if (!program)
		return error_say(err, -ENOENT,
				 "start %s: there is no program %s: install the package %s",
				 spec->name, spec->argv[0], spec->package);
	d = mem_new(sizeof(*d));
	d->name = mem_strdup(spec->name);
	d->out = d->pidfd = -1;
	rc = start(d, spec, program, err);
	if (rc) {
		daemon_stop(d);
		return rc;
	}
	*out = d;
	return 0;
}

/* fork(2) gives the id in our own process namespace, which need not be that of /proc. */
pid_t daemon_proc_id(const struct daemon *d)
{
	cleanup_free char *path = mem_printf("/proc/self/fdinfo/%d", d->pidfd);
	cleanup_file FILE *f = fopen(path, "re");
	char line[128];
	int pid = -1;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "Pid: %d", &pid) == 1)
			break;
	return pid;
}

void daemon_fds(const struct daemon *d, int fds[2])
{
	fds[0] = d->out;
	fds[1] = d->waited ? -1 : d->pidfd;
}

void daemon_clean_line(char *line)
{
	for (; *line; line++)
		if ((unsigned char)*line < ' ' || *line == 0x7F)
			*line = *line == '\t' ? ' ' : '?';
}

void daemon_note(struct daemon *d, const char *line)
{
	free(d->last[0]);
	memmove(d->last, d->last + 1, (N_LAST - 1) * sizeof(d->last[0]));
	d->last[N_LAST - 1] = mem_strdup(line);
}

static void say(struct daemon *d, char *line, daemon_line_fn *on_line, void *arg)
{
	daemon_clean_line(line);
	if (!*line)
		return;
	daemon_note(d, line);
	if (on_line)
		on_line(d->name, line, arg);
}

/* Cut what has come into lines; @all: also the last one, which has no newline. */
static void take_lines(struct daemon *d, bool all, daemon_line_fn *on_line, void *arg)
{
	cleanup_str struct str text = d->partial;
	char *p = text.data, *end;

	d->partial = (struct str)STR_INIT;
	while (p && (end = memchr(p, '\n', (size_t)(text.data + text.len - p))) != NULL) {
		*end = '\0';
		say(d, p, on_line, arg);
		p = end + 1;
	}
	if (!p)
		return;
	if (all || text.data + text.len - p > LINE_MAX_)
		say(d, p, on_line, arg);
	else
		str_addn(&d->partial, p, (size_t)(text.data + text.len - p));
}

static void read_lines(struct daemon *d, daemon_line_fn *on_line, void *arg)
{
	char buf[8192];
	ssize_t n;

	while (d->out >= 0) {
		n = read(d->out, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n > 0)
			str_addn(&d->partial, buf, (size_t)n);
		take_lines(d, n <= 0, on_line, arg);
		if (n <= 0)
			close(steal_fd(&d->out));
	}
}

static bool has_ended(struct daemon *d)
{
	if (!d->waited && d->pid > 0 && waitpid(d->pid, &d->status, WNOHANG) == d->pid)
		d->waited = true;
	return d->waited;
}

static int verdict(const struct daemon *d, struct error *err)
{
	cleanup_str struct str why = STR_INIT;

	for (int i = 0; i < N_LAST; i++)
		if (d->last[i])
			str_addf(&why, "%s%s", why.len ? " | " : ": ", d->last[i]);
	if (WIFSIGNALED(d->status))
		return error_say(err, -ECHILD, "%s was killed by signal %d%s", d->name,
				 WTERMSIG(d->status), str_text(&why));
	return error_say(err, -ECHILD, "%s ended with exit status %d%s", d->name,
			 WEXITSTATUS(d->status), str_text(&why));
}

int daemon_read(struct daemon *d, daemon_line_fn *on_line, void *arg, struct error *err)
{
	bool ended = has_ended(d);

	/* After its end, so that its last words are among them. */
	read_lines(d, on_line, arg);
	return ended ? verdict(d, err) : 0;
}

int daemon_signal(const struct daemon *d, int number, struct error *err)
{
	if (d->waited || kill(d->pid, number) < 0)
		return error_set(err, d->waited ? -ESRCH : -errno, "send signal %d to %s", number,
				 d->name);
	return 0;
}

/* Wait at most @ms for its end. */
static bool wait_end(struct daemon *d, int ms)
{
	struct pollfd fd = { .fd = d->pidfd, .events = POLLIN };

	while (!has_ended(d) && ms > 0) {
		int step = ms < 100 ? ms : 100;

		poll(&fd, d->pidfd >= 0, step);
		ms -= step;
		/* A full pipe would keep it from ending. */
		read_lines(d, NULL, NULL);
	}
	return d->waited;
}

void daemon_stop(struct daemon *d)
{
	if (!d)
		return;
	if (d->pid > 0 && !has_ended(d)) {
		kill(-d->pid, SIGTERM);
		if (!wait_end(d, STOP_MS)) {
			kill(-d->pid, SIGKILL);
			while (waitpid(d->pid, &d->status, 0) < 0 && errno == EINTR)
				;
		}
	}
	/* Its own children are in its group, and outlive it where it was killed. */
	if (d->pid > 0)
		kill(-d->pid, SIGKILL);
	if (d->out >= 0)
		close(d->out);
	if (d->pidfd >= 0)
		close(d->pidfd);
	for (int i = 0; i < N_LAST; i++)
		free(d->last[i]);
	str_free(&d->partial);
	free(d->name);
	free(d);
}
