/* SPDX-License-Identifier: GPL-2.0-or-later */
/* log_source: bytes become lines in one place, for files and the journal alike. */
#include "mkdcroot/watch/log_source.h"
#include "mkdcroot/base/child.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/str.h"

#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define READ_MAX 65536

/* Identifiers of the daemons whose lines boot_log knows. */
static const char *const identifiers[] = {
	"bootpd", "dnsmasq-dhcp", "dnsmasq-tftp", "dhcpd",  "kea-dhcp4",    "in.tftpd",	  "tftpd",
	"atftpd", "in.atftpd",	  "rpc.mountd",	  "mountd", "ganesha.nfsd", "nfs-ganesha"
};

#define N_IDENTIFIERS (sizeof(identifiers) / sizeof(identifiers[0]))

struct log_source {
	char *path; /* NULL: the journal */
	int fd;	    /* -1: the file is not there */
	pid_t pid;
	struct str line; /* begun, its end has not come */
	bool overlong;	 /* the rest of it is thrown away */
};

/* --- files --- */

static int open_file(struct log_source *s, struct error *err)
{
	struct stat st;

	s->fd = open(s->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (s->fd < 0)
		return error_set(err, -errno, "read the log %s", s->path);
	/* A pipe is fine: another program's output. */
	if (fstat(s->fd, &st) == 0 && (S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode)))
		return 0;
	close(s->fd);
	s->fd = -1;
	return error_say(err, -EINVAL, "read the log %s: it is no file", s->path);
}

int log_source_file(struct log_source **out, const char *path, bool from_start, bool must_exist,
		    struct error *err)
{
	struct log_source *s = mem_new(sizeof(*s));
	struct error why = ERROR_INIT;
	int rc;

	*s = (struct log_source){ .path = mem_strdup(path), .fd = -1 };
	rc = open_file(s, &why);
	if (rc && (must_exist || rc != -ENOENT)) {
		log_source_free(s);
		*err = why;
		return rc;
	}
	error_clear(&why);
	if (s->fd >= 0 && !from_start)
		lseek(s->fd, 0, SEEK_END);
	*out = s;
	return 0;
}

/* At the end of a file: was it cut, or has another one its name now? */
static void check_rotation(struct log_source *s)
{
	cleanup_error struct error ignored = ERROR_INIT;
	struct stat now, open_one;

	if (stat(s->path, &now) || fstat(s->fd, &open_one))
		return;
	if (now.st_ino != open_one.st_ino || now.st_dev != open_one.st_dev) {
		close(s->fd);
		open_file(s, &ignored);
	} else if (S_ISREG(open_one.st_mode) && open_one.st_size < lseek(s->fd, 0, SEEK_CUR)) {
		lseek(s->fd, 0, SEEK_SET);
	} else {
		return;
	}
	s->line.len = 0;
	s->overlong = false;
}

/* --- the journal --- */

static _Noreturn void run_journalctl(int out)
{
	const char *argv[8 + 2 * N_IDENTIFIERS + 1] = {
		"journalctl", "--follow",      "--lines=0",
		"--quiet",    "--output=json", "--output-fields=SYSLOG_IDENTIFIER,MESSAGE"
	};
	size_t n = 6;

	for (size_t i = 0; i < N_IDENTIFIERS; i++) {
		argv[n++] = "--identifier";
		argv[n++] = identifiers[i];
	}
	argv[n] = NULL;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (dup2(out, STDOUT_FILENO) >= 0)
		execvp(argv[0], (char *const *)argv);
	_exit(127);
}

static bool has_journal(void)
{
	struct stat st;

	return child_exists("journalctl") &&
	       (stat("/run/log/journal", &st) == 0 || stat("/var/log/journal", &st) == 0);
}

int log_source_journal(struct log_source **out, struct error *err)
{
	struct log_source *s;
	int pipes[2];
	pid_t pid;

	if (!has_journal())
		return error_say(err, -ENOENT, "this machine keeps no journal");
	if (pipe2(pipes, O_CLOEXEC | O_NONBLOCK))
		return error_set(err, -errno, "run journalctl");
	fcntl(pipes[1], F_SETFL, 0);
	pid = fork();
	if (pid == 0)
		run_journalctl(pipes[1]);
	close(pipes[1]);
	if (pid < 0) {
		int status = -errno;

		close(pipes[0]);
		return error_set(err, status, "run journalctl");
	}
	s = mem_new(sizeof(*s));
	*s = (struct log_source){ .fd = pipes[0], .pid = pid };
	*out = s;
	return 0;
}

/* An object of the journal's JSON; its numbers are strings. */
static void journal_line(const char *text, log_source_line *on_line, void *arg)
{
	json_t *o = json_loads(text, 0, NULL);
	const char *program, *message, *micros;

	program = json_string_value(json_object_get(o, "SYSLOG_IDENTIFIER"));
	message = json_string_value(json_object_get(o, "MESSAGE"));
	micros = json_string_value(json_object_get(o, "__REALTIME_TIMESTAMP"));
	if (program && message)
		on_line(program, message, micros ? strtoull(micros, NULL, 10) / 1000 : 0, arg);
	json_decref(o);
}

/* --- both --- */

static void end_line(struct log_source *s, log_source_line *on_line, void *arg)
{
	if (!s->path)
		journal_line(str_text(&s->line), on_line, arg);
	else
		on_line(NULL, str_text(&s->line), 0, arg);
	s->line.len = 0;
	s->overlong = false;
}

static void take_bytes(struct log_source *s, const char *bytes, size_t len,
		       log_source_line *on_line, void *arg)
{
	/* The journal's JSON is longer than the message in it, and of no use when cut. */
	size_t limit = s->path ? LOG_SOURCE_LINE : 8 * LOG_SOURCE_LINE;

	while (len) {
		const char *newline = memchr(bytes, '\n', len);
		size_t n = newline ? (size_t)(newline - bytes) : len;

		if (!s->overlong) {
			s->overlong = s->line.len + n > limit;
			str_addn(&s->line, bytes, s->overlong ? limit - s->line.len : n);
		}
		if (newline)
			end_line(s, on_line, arg);
		n += newline != NULL;
		bytes += n;
		len -= n;
	}
}

int log_source_fd(const struct log_source *s)
{
	return s->path ? -1 : s->fd;
}

int log_source_read(struct log_source *s, log_source_line *on_line, void *arg, struct error *err)
{
	cleanup_error struct error ignored = ERROR_INIT;
	char buf[READ_MAX];
	ssize_t n;

	if (s->fd < 0 && open_file(s, &ignored))
		return 0;
	n = read(s->fd, buf, sizeof(buf));
	if (n > 0) {
		take_bytes(s, buf, (size_t)n, on_line, arg);
		return 1;
	}
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return error_set(err, -errno, "read %s", s->path ? s->path : "the journal");
	if (n == 0 && !s->path)
		return error_say(err, -ECHILD, "journalctl has ended");
	if (n == 0)
		check_rotation(s);
	return 0;
}

void log_source_free(struct log_source *s)
{
	if (!s)
		return;
	if (s->pid > 0) {
		/* Not TERM: before its exec the child still has our handler, and would only remember it. */
		kill(s->pid, SIGKILL);
		while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (s->fd >= 0)
		close(s->fd);
	str_free(&s->line);
	free(s->path);
	free(s);
}
