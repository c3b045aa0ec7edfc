/* SPDX-License-Identifier: GPL-2.0-or-later */
/* farm_server: the wanted daemons of the table (farm_daemon.h), with their files in dir/run. */
#include "mkdcroot/serve/farm_server.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/interrupt.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/now.h"
#include "mkdcroot/serve/daemon.h"
#include "mkdcroot/serve/daemon_view.h"
#include "mkdcroot/serve/farm_daemon.h"
#include "mkdcroot/serve/syslog_socket.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define DAEMONS_MAX 8
/* nfs-ganesha takes a second or two; a loaded machine much longer. */
#define READY_MS      60000
#define READY_POLL_MS 20

struct farm_server {
	struct farm_server_options o;
	struct daemon_view view;
	int syslog;
	struct {
		const struct farm_daemon *kind;
		struct daemon *d;
	} v[DAEMONS_MAX];
	size_t n;
};

/* *@changed (may be NULL) tells whether one of them is another one now. */
static int write_files(struct farm_server *s, const struct conf_files *files, bool *changed,
		       struct error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < files->n; i++) {
		cleanup_free char *path = fs_join(s->view.run, files->v[i].name);
		const struct str *text = &files->v[i].text;
		cleanup_str struct str old = STR_INIT;

		rc = fs_read_optional(path, &old, err);
		if (!rc && changed && strcmp(str_text(&old), str_text(text)) != 0)
			*changed = true;
		if (!rc)
			rc = fs_replace_file(path, str_text(text), text->len, 0644, err);
	}
	return rc;
}

/* Its ports must be free now: some programs would share them with another one silently. */
static int check_ports(const struct farm_server *s, const struct farm_daemon *kind,
		       struct error *err)
{
	int rc = 0;

	for (int i = 0; !rc && i < FARM_DAEMON_PORTS; i++)
		if (kind->ports[i].kind != PORT_NONE)
			rc = port_check_free(&kind->ports[i], s->o.interface, s->o.address, err);
	return rc ? error_wrap(err, "start %s", kind->name) : 0;
}

static bool has_ports(const struct farm_daemon *kind, const struct daemon *d)
{
	for (int i = 0; i < FARM_DAEMON_PORTS; i++)
		if (kind->ports[i].kind != PORT_NONE &&
		    !port_is_of(&kind->ports[i], daemon_proc_id(d)))
			return false;
	return true;
}

/* Wait until the daemon at @i listens; the words of all are handed on meanwhile. */
static int wait_ready(struct farm_server *s, size_t i, struct error *err)
{
	const struct farm_daemon *kind = s->v[i].kind;
	uint64_t end = now_monotonic_ms() + READY_MS;

	for (;;) {
		struct timespec pause = { .tv_nsec = READY_POLL_MS * 1000000L };
		int rc = farm_server_read(s, err);

		if (rc)
			return error_wrap(err, "start %s", kind->name);
		if (has_ports(kind, s->v[i].d))
			return 0;
		if (interrupt_signal())
			return error_say(err, -EINTR, "start %s: interrupted", kind->name);
		if (now_monotonic_ms() > end)
			return error_say(err, -ETIMEDOUT,
					 "start %s: it does not listen after %d seconds",
					 kind->name, READY_MS / 1000);
		nanosleep(&pause, NULL);
	}
}

/* Start the daemon at @i. */
static int start_one(struct farm_server *s, size_t i, struct error *err)
{
	const struct farm_daemon *kind = s->v[i].kind;
	const char *const env[] = { kind->env, NULL };
	cleanup_strv struct strv argv = STRV_INIT;
	cleanup_fd int input = -1;
	struct daemon_spec spec = { .name = kind->name,
				    .package = kind->package,
				    .env = env,
				    .input = -1,
				    .view = &s->view };
	int rc = check_ports(s, kind, err);

	if (!rc && kind->input.kind != PORT_NONE) {
		input = port_open_udp(&kind->input, s->o.interface, err);
		rc = input < 0 ? error_wrap(err, "start %s", kind->name) : 0;
	}
	if (rc)
		return rc;
	kind->command(&s->o, &argv);
	spec.argv = (const char *const *)argv.v;
	spec.input = input;
	rc = daemon_start(&s->v[i].d, &spec, err);
	return rc ? rc : wait_ready(s, i, err);
}

static int check_tftp_root(const struct farm_server *s, struct error *err)
{
	cleanup_free char *root = conf_tftp_root(&s->o);
	struct stat st;

	if (stat(root, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	return error_say(err, -ENOENT,
			 "there is no directory %s with boot files: mkdcroot image makes them",
			 root);
}

static int start_all(struct farm_server *s, struct error *err)
{
	cleanup_conf_files struct conf_files files = { 0 };
	cleanup_free char *log = NULL;
	int rc = check_tftp_root(s, err);

	if (!rc)
		rc = conf_all(&s->o, &files, err);
	if (!rc)
		rc = daemon_view_make(&s->view, s->o.dir, s->o.address, err);
	if (!rc)
		rc = daemon_view_keep(&s->view, s->o.farm->settings.farm, err);
	/* The machine's rpcbind, when we do not start one. */
	if (!rc && port_is_bound(&rpcbind_port))
		rc = daemon_view_keep(&s->view, "/run/rpcbind.sock", err);
	if (!rc)
		rc = write_files(s, &files, NULL, err);
	if (rc)
		return rc;
	log = fs_join(s->view.dev, "log");
	s->syslog = syslog_socket_open(log, err);
	if (s->syslog < 0)
		return s->syslog;
	for (const struct farm_daemon *k = farm_daemons; !rc && k->name; k++) {
		if (!k->wanted(&s->o))
			continue;
		s->v[s->n++].kind = k;
		rc = start_one(s, s->n - 1, err);
	}
	return rc;
}

int farm_server_start(struct farm_server **out, const struct farm_server_options *o,
		      struct error *err)
{
	struct farm_server *s = mem_new(sizeof(*s));
	int rc;

	s->o = *o;
	s->syslog = -1;
	rc = start_all(s, err);
	s->o.hosts = NULL;
	s->o.n_hosts = 0;
	if (rc)
		farm_server_stop(s);
	else
		*out = s;
	return rc;
}

void farm_server_names(const struct farm_server *s, struct strv *names)
{
	for (size_t i = s->n; i > 0; i--)
		strv_add(names, s->v[i - 1].kind->name);
}

size_t farm_server_fds(const struct farm_server *s, struct pollfd *fds, size_t max)
{
	size_t n = 0;

	if (n < max)
		fds[n++] = (struct pollfd){ .fd = s->syslog, .events = POLLIN };
	for (size_t i = 0; i < s->n; i++) {
		int each[2];

		if (!s->v[i].d)
			continue;
		daemon_fds(s->v[i].d, each);
		for (int k = 0; k < 2; k++)
			if (each[k] >= 0 && n < max)
				fds[n++] = (struct pollfd){ .fd = each[k], .events = POLLIN };
	}
	return n;
}

static void on_message(const char *program, const char *text, void *arg)
{
	struct farm_server *s = arg;
	cleanup_free char *line = mem_strdup(text);

	daemon_clean_line(line);
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->v[i].kind->name, program) == 0) {
			if (s->v[i].d)
				daemon_note(s->v[i].d, line);
			if (s->o.on_line)
				s->o.on_line(program, line, s->o.arg);
			return;
		}
}

/* Without what dnsmasq puts before it for a log that many share: "dnsmasq-dhcp[17]: ". */
static void on_line(const char *name, const char *line, void *arg)
{
	const struct farm_server *s = arg;
	const char *end = strstr(line, "]: ");

	if (end && str_has_prefix(line, name) && end == line + strcspn(line, "] "))
		line = end + 3;
	if (s->o.on_line)
		s->o.on_line(name, line, s->o.arg);
}

int farm_server_read(struct farm_server *s, struct error *err)
{
	cleanup_error struct error ignored = ERROR_INIT;
	int rc = 0;

	/* First, so that the words of one that has ended are among its last. */
	syslog_socket_read(s->syslog, on_message, s);
	for (size_t i = 0; i < s->n; i++) {
		int ended;

		if (!s->v[i].d)
			continue;
		ended = daemon_read(s->v[i].d, s->v[i].kind->by_syslog ? NULL : on_line, s,
				    rc ? &ignored : err);
		rc = rc ? rc : ended;
	}
	return rc;
}

/* The daemon at @i takes up its new files. */
static int reload_one(struct farm_server *s, size_t i, struct error *err)
{
	if (s->v[i].kind->reload != RELOAD_RESTART)
		return daemon_signal(s->v[i].d, s->v[i].kind->reload, err);
	daemon_stop(s->v[i].d);
	s->v[i].d = NULL;
	return start_one(s, i, err);
}

static int reload_changed(struct farm_server *s, size_t i, struct error *err)
{
	cleanup_conf_files struct conf_files files = { 0 };
	bool changed = false;
	int rc = s->v[i].kind->configure(&s->o, &files, err);

	if (!rc)
		rc = write_files(s, &files, &changed, err);
	return rc || !changed ? rc : reload_one(s, i, err);
}

int farm_server_reload(struct farm_server *s, const struct served_host *hosts, size_t n,
		       struct error *err)
{
	cleanup_conf_files struct conf_files trial = { 0 };
	int rc;

	s->o.hosts = hosts;
	s->o.n_hosts = n;
	/* All or nothing: what one of them cannot say is not said to the others. */
	rc = conf_all(&s->o, &trial, err);
	for (size_t i = 0; !rc && i < s->n; i++)
		if (s->v[i].kind->configure)
			rc = reload_changed(s, i, err);
	s->o.hosts = NULL;
	s->o.n_hosts = 0;
	return rc;
}

void farm_server_stop(struct farm_server *s)
{
	if (!s)
		return;
	/* The last first: nobody is sent to a server that has gone. */
	while (s->n)
		daemon_stop(s->v[--s->n].d);
	if (s->syslog >= 0)
		close(s->syslog);
	daemon_view_free(&s->view);
	free(s);
}
