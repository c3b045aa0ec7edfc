/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clone: the two programs are run with their progress turned into ours. */
#include "mkdcroot/root/clone.h"
#include "mkdcroot/base/child.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/progress.h"
#include "mkdcroot/base/tree.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* rsync --info=progress2 writes "  123456  12%  10.00MB/s  0:00:12" again and again, ended by CR. */
struct rsync_output {
	struct progress progress;
	char line[128];
	size_t len;
};

static void take_line(struct rsync_output *o)
{
	char *end;
	unsigned long long done;
	long percent;

	o->line[o->len] = '\0';
	o->len = 0;
	done = strtoull(o->line, &end, 10);
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
		if (bytes[i] == '\r' || bytes[i] == '\n')
			take_line(o);
		else if (o->len < sizeof(o->line) - 1)
			o->line[o->len++] = bytes[i];
	}
}

/*
 * Can the anchored pattern @pattern match anything in the source?  Every pattern is held
 * against every path by rsync, and most of a profile's are about programs that are not
 * there.  Only a directory before the first wildcard that does not exist is a sure no.
 */
static bool can_match(const struct tree *source, const char *pattern)
{
	cleanup_free char *literal = mem_strndup(pattern, strcspn(pattern, "*?[\\"));
	char *slash = strrchr(literal, '/');

	if (pattern[0] != '/' || !slash || slash == literal)
		return true;
	if (strlen(literal) < strlen(pattern))
		*slash = '\0';
	return tree_exists(source, literal);
}

int clone_directory(const char *source, const char *stage, const struct strv *excludes, bool quiet,
		    struct error *err)
{
	cleanup_free char *from = mem_printf("%s/", source), *to = mem_printf("%s/", stage);
	struct rsync_output output = { .len = 0 };
	cleanup_strv struct strv argv = STRV_INIT;
	struct child c = { .on_output = take_output, .arg = &output };
	cleanup_tree struct tree tree = TREE_INIT;
	int rc = tree_open(&tree, source, err);

	if (rc)
		return rc;
	strv_add(&argv, "rsync");
	strv_add(&argv, "-aHAXS");
	strv_add(&argv, "--numeric-ids");
	strv_add(&argv, "--delete");
	strv_add(&argv, "--delete-excluded");
	strv_add(&argv, "--no-human-readable");
	strv_add(&argv, "--info=progress2");
	for (size_t i = 0; i < excludes->n; i++)
		if (can_match(&tree, excludes->v[i]))
			strv_addf(&argv, "--exclude=%s", excludes->v[i]);
	strv_add(&argv, "--");
	strv_add(&argv, from);
	strv_add(&argv, to);
	c.argv = (const char *const *)argv.v;
	progress_begin(&output.progress, "copy the source", 0, quiet);
	rc = child_run(&c, err);
	if (!rc)
		progress_end(&output.progress);
	return rc ? error_wrap(err, "copy %s", source) : 0;
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
