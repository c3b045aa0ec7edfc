/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clone: the two programs are run with their progress turned into ours. */
#include "mkdcroot/root/clone.h"
#include "mkdcroot/base/child.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/progress.h"
#include "mkdcroot/base/tree.h"

#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <time.h>

/*
 * rsync --info=progress2 writes "  123456  12%  10.00MB/s  0:00:12" again and again, ended
 * by CR, and --debug=FILTER1 between them
 * "[sender] hiding file etc/machine-id because of pattern /etc/machine-id".
 */
struct rsync_output {
	struct progress progress;
	struct left_out *left_out;
	struct str line;
};

/* Longer than any path that rsync writes with its escapes. */
#define LINE_MAX_BYTES 65536

static bool take_hidden(struct left_out *left_out, char *line)
{
	static const char *const heads[] = { "[sender] hiding file ",
					     "[sender] hiding directory " };
	static const char because[] = " because of pattern ";

	for (size_t i = 0; i < 2; i++) {
		char *why = strstr(line, because);
		cleanup_free char *path = NULL;

		if (!why || !str_has_prefix(line, heads[i]))
			continue;
		*why = '\0';
		path = mem_printf("/%s", line + strlen(heads[i]));
		left_out_add(left_out, path, why + strlen(because));
		return true;
	}
	return false;
}

static void take_line(struct rsync_output *o)
{
	char *line = o->line.data, *end;
	unsigned long long done;
	long percent;

	if (!o->line.len || take_hidden(o->left_out, line))
		return;
	done = strtoull(line, &end, 10);
	percent = strtol(end, &end, 10);
	if (*end != '%')
		return;
	if (percent > 0)
		o->progress.total = done / (unsigned long long)percent * 100;
	progress_update(&o->progress, done);
}

static void take_output(const char *bytes, size_t len, void *arg)
{
	struct rsync_output *o = arg;

	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\r' || bytes[i] == '\n') {
			take_line(o);
			o->line.len = 0;
		} else if (o->line.len < LINE_MAX_BYTES) {
			str_addc(&o->line, bytes[i]);
		}
	}
}

/*
 * Can the anchored pattern @pattern match anything in the source?  Every pattern is held
 * against every path by rsync, and most of a profile's are about programs that are not
 * there.  Only a directory before the first wildcard that does not exist is a sure no.
 */
static bool can_match(const struct clone *c, const struct tree *source, const char *pattern)
{
	cleanup_free char *literal = mem_strndup(pattern, strcspn(pattern, "*?[\\"));
	char *slash = strrchr(literal, '/');

	if (pattern[0] != '/' || !slash || slash == literal)
		return true;
	if (strlen(literal) < strlen(pattern))
		*slash = '\0';
	return c->view ? server_view_has(c->view, literal) : tree_exists(source, literal);
}

static int rsync_arguments(const struct clone *c, struct strv *argv, struct error *err)
{
	static const char *const options[] = {
		"rsync", "-aHAXS", "--numeric-ids", "--delete", "--delete-excluded",
		"--no-human-readable", "--info=progress2", "--debug=FILTER1",
		/* Labels mean nothing to another system, and marks of an overlay would work below ours. */
		"--filter=-x security.selinux", "--filter=-x trusted.overlay.*"
	};
	cleanup_tree struct tree tree = TREE_INIT;
	int rc = c->view ? 0 : tree_open(&tree, c->source, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		strv_add(argv, options[i]);
	for (size_t i = 0; i < c->excludes->n; i++)
		if (can_match(c, &tree, c->excludes->v[i]))
			strv_addf(argv, "--exclude=%s", c->excludes->v[i]);
	strv_add(argv, "--");
	strv_addf(argv, "%s/", c->view ? c->view->at : c->source);
	strv_addf(argv, "%s/", c->stage);
	return 0;
}

/* rsync's exit statuses that a source which changes meanwhile can cause. */
enum { RSYNC_PARTIAL = 23, RSYNC_VANISHED = 24 };

/* The file system of the store, often the server's own root, must not get full. */
static int check_room(void *arg, struct error *err)
{
	const struct clone *c = arg;
	unsigned long long room;
	int rc = fs_room(c->stage, &room, err);

	return rc || room ? rc
			  : error_say(err, -ENOSPC,
				      "stopped, since the store's file system would be full");
}

static int run_rsync(const struct clone *c, const struct strv *argv, struct left_out *left_out,
		     int *status, struct error *err)
{
	struct rsync_output output = { .left_out = left_out };
	struct child child = { .argv = (const char *const *)argv->v,
			       .on_output = take_output,
			       .arg = &output,
			       .check = check_room,
			       .tick_arg = (void *)c,
			       .exit_status = status };
	int rc;

	if (c->view) {
		child.setup = server_view_enter;
		child.setup_arg = (void *)c->view;
	}
	progress_begin(&output.progress, c->view ? "copy the server" : "copy the source", 0,
		       c->quiet);
	rc = child_run(&child, err);
	if (!rc || *status == RSYNC_VANISHED)
		progress_end(&output.progress);
	str_free(&output.line);
	return rc;
}

int clone_tree(const struct clone *c, struct left_out *left_out, struct error *err)
{
	cleanup_strv struct strv argv = STRV_INIT;
	int status = 0, rc = rsync_arguments(c, &argv, err);

	if (rc)
		return rc;
	rc = run_rsync(c, &argv, left_out, &status, err);
	if (rc && c->view && status == RSYNC_PARTIAL) {
		/* A file that was cut while it was read: by now it has its new size. */
		log_debug("copy the server again: %s", error_text(err));
		error_clear(err);
		strv_free(&left_out->paths);
		strv_free(&left_out->rules);
		rc = run_rsync(c, &argv, left_out, &status, err);
	}
	if (rc && status == RSYNC_VANISHED) {
		log_warn("some files vanished while they were copied");
		log_debug("%s", error_text(err));
		error_clear(err);
		rc = 0;
	}
	return rc ? error_wrap(err, "copy %s", c->view ? "the server" : c->source) : 0;
}

int clone_devices(const char *stage, struct error *err)
{
	static const struct device {
		const char *path;
		unsigned int major, minor;
		mode_t mode;
	} devices[] = {
		{ "/dev/null", 1, 3, 0666 },	{ "/dev/zero", 1, 5, 0666 },
		{ "/dev/full", 1, 7, 0666 },	{ "/dev/random", 1, 8, 0666 },
		{ "/dev/urandom", 1, 9, 0666 }, { "/dev/tty", 5, 0, 0666 },
		{ "/dev/console", 5, 1, 0600 },
	};
	cleanup_tree struct tree tree = TREE_INIT;
	int rc = tree_open(&tree, stage, err);

	for (size_t i = 0; !rc && i < sizeof(devices) / sizeof(devices[0]); i++)
		rc = tree_device(&tree, devices[i].path,
				 makedev(devices[i].major, devices[i].minor), devices[i].mode, err);
	return rc;
}

/* mmdebstrap says little that helps; the tree's size shows that it goes on. */
struct growth {
	struct progress progress;
	const char *stage;
	time_t looked;
};

static void look(void *arg)
{
	struct growth *g = arg;
	time_t now = time(NULL);

	if (!g->progress.terminal || now - g->looked < 2)
		return;
	g->looked = now;
	progress_update(&g->progress, fs_disk_usage(g->stage));
}

int clone_debian(const char *suite, const char *mirror, const struct strv *packages,
		 const char *stage, bool quiet, struct error *err)
{
	struct growth growth = { .stage = stage };
	cleanup_strv struct strv argv = STRV_INIT;
	cleanup_str struct str include = STR_INIT;
	/* Hooks and package scripts are to see the usual names of programs. */
	static const char *const env[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"LC_ALL=C.UTF-8",
		/* A kernel's package makes no initrd: mkdcroot image does, and another one. */
		"INITRD=No", NULL
	};
	struct child c = { .env = env, .on_tick = look, .tick_arg = &growth };
	int rc;

	for (size_t i = 0; i < packages->n; i++)
		str_addf(&include, "%s%s", i ? "," : "", packages->v[i]);
	strv_add(&argv, "mmdebstrap");
	strv_add(&argv, "--mode=root");
	strv_add(&argv, "--variant=minbase");
	strv_add(&argv, "--format=directory");
	if (include.len)
		strv_addf(&argv, "--include=%s", str_text(&include));
	strv_add(&argv, suite);
	strv_add(&argv, stage);
	if (*mirror)
		strv_add(&argv, mirror);
	c.argv = (const char *const *)argv.v;
	progress_begin(&growth.progress, "install Debian", 0, quiet);
	rc = child_run(&c, err);
	if (!rc) {
		progress_update(&growth.progress, fs_disk_usage(stage));
		progress_end(&growth.progress);
	}
	return rc ? error_wrap(err, "install Debian %s (is %s a suite, and the mirror reachable?)",
			       suite, suite)
		  : 0;
}
