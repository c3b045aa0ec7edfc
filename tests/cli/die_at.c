/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * die_at: run the plan of a command and be killed before step STEP (from 0), as by a
 * power failure between two steps:
 *
 *	die_at CONFIG STEP add NAME IP [MAC]
 *	die_at CONFIG STEP add-from FILE
 *	die_at CONFIG STEP apply		with --prune
 *	die_at CONFIG STEP set NAME KEY=VALUE...
 *	die_at CONFIG STEP remove NAME...
 *	die_at CONFIG STEP layer-create NAME SOURCE
 *	die_at CONFIG STEP layer-remove NAME
 *	die_at CONFIG STEP image LAYER KERNEL
 *
 * Exit 0 when the plan has no such step: then all of it was run.
 */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/plan/farm.h"
#include "mkdcroot/plan/host_plan.h"
#include "mkdcroot/plan/hosts_import.h"
#include "mkdcroot/plan/image_plan.h"
#include "mkdcroot/plan/layer_plan.h"
#include "mkdcroot/plan/preflight.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void die(size_t i, const struct step *step, void *arg)
{
	if (i != *(const size_t *)arg)
		return;
	fprintf(stderr, "die_at: killed before step %zu: %s\n", i, step->text);
	raise(SIGKILL);
}

static int plan_hosts(struct plan *p, struct farm *farm, const struct hosts_file *hosts,
		      struct error *err)
{
	cleanup_host_jobs struct host_jobs jobs = { 0 };
	int rc = preflight_hosts(farm, err);

	if (!rc)
		rc = host_jobs_add(&jobs, farm, hosts, true, err);
	if (!rc)
		host_plan(p, farm, &jobs);
	return rc;
}

static int plan_add_host(struct plan *p, struct farm *farm, char **args, struct error *err)
{
	cleanup_free char *line = mem_printf("%s %s%s%s", args[0], args[1], args[2] ? " mac=" : "",
					     args[2] ? args[2] : "");
	cleanup_hosts_file struct hosts_file hosts = { 0 };
	int rc = hosts_file_parse(&hosts, "arguments", line, strlen(line), err);

	return rc ? rc : plan_hosts(p, farm, &hosts, err);
}

static int plan_add_from(struct plan *p, struct farm *farm, char **args, struct error *err)
{
	cleanup_hosts_file struct hosts_file hosts = { 0 };
	cleanup_strv struct strv notes = STRV_INIT;
	int rc = hosts_import(&hosts, args[0], NULL, &farm->settings, &notes, err);

	return rc ? rc : plan_hosts(p, farm, &hosts, err);
}

static int plan_apply(struct plan *p, struct farm *farm, char **args, struct error *err)
{
	cleanup_host_jobs struct host_jobs jobs = { 0 };
	int rc = host_jobs_apply(&jobs, farm, true, err);

	(void)args;
	if (!rc)
		host_plan(p, farm, &jobs);
	return rc;
}

static void words(struct strv *list, char **args)
{
	while (*args)
		strv_add(list, *args++);
}

static int plan_set(struct plan *p, struct farm *farm, char **args, struct error *err)
{
	cleanup_host_jobs struct host_jobs jobs = { 0 };
	cleanup_strv struct strv assignments = STRV_INIT;
	int rc;

	words(&assignments, args + 1);
	rc = host_jobs_set(&jobs, farm, args[0], &assignments, err);
	if (!rc)
		host_plan(p, farm, &jobs);
	return rc;
}

static int plan_remove_hosts(struct plan *p, struct farm *farm, char **args, struct error *err)
{
	cleanup_host_jobs struct host_jobs jobs = { 0 };
	cleanup_strv struct strv names = STRV_INIT;
	int rc;

	words(&names, args);
	rc = host_jobs_remove(&jobs, farm, &names, err);
	if (!rc)
		host_plan(p, farm, &jobs);
	return rc;
}

static int plan_create_layer(struct plan *p, struct farm *farm, char **args, struct error *err)
{
	return layer_plan_create(p, farm, args[0], args[1], NULL, err);
}

static int plan_remove_layer(struct plan *p, struct farm *farm, char **args, struct error *err)
{
	return layer_plan_remove(p, farm, args[0], err);
}

static int plan_image(struct plan *p, struct farm *farm, char **args, struct error *err)
{
	cleanup_image_targets struct image_targets targets = { 0 };
	int rc = image_targets_layer(&targets, farm, args[0], err);

	return rc ? rc : image_plan(p, farm, &targets, args[1], err);
}

static const struct {
	const char *verb;
	int n_args;
	int (*make)(struct plan *p, struct farm *farm, char **args, struct error *err);
} verbs[] = {
	{ "add", 2, plan_add_host },
	{ "add-from", 1, plan_add_from },
	{ "apply", 0, plan_apply },
	{ "set", 2, plan_set },
	{ "remove", 1, plan_remove_hosts },
	{ "layer-create", 2, plan_create_layer },
	{ "layer-remove", 1, plan_remove_layer },
	{ "image", 2, plan_image },
};

int main(int argc, char **argv)
{
	cleanup_farm struct farm farm = { .lock = -1 };
	cleanup_error struct error err = ERROR_INIT;
	cleanup_plan struct plan plan = { 0 };
	size_t step, verb = 0;
	int rc;

	while (argc > 3 && verb < sizeof(verbs) / sizeof(*verbs) &&
	       strcmp(argv[3], verbs[verb].verb) != 0)
		verb++;
	if (argc < 4 || verb == sizeof(verbs) / sizeof(*verbs) || argc < 4 + verbs[verb].n_args) {
		fputs("usage: die_at CONFIG STEP "
		      "add|add-from|apply|set|remove|layer-create|layer-remove|image ...\n",
		      stderr);
		return 2;
	}
	step = strtoul(argv[2], NULL, 10);
	rc = farm_open(&farm, argv[1], &err);
	farm.quiet = true;
	plan_init(&plan, "%s%s%s", argv[3], argv[4] ? " " : "", argv[4] ? argv[4] : "");
	if (!rc)
		rc = farm_lock(&farm, &err);
	if (!rc)
		rc = verbs[verb].make(&plan, &farm, argv + 4, &err);
	if (!rc)
		rc = plan_run(&farm, &plan, die, &step, &err);
	if (rc)
		fprintf(stderr, "die_at: %s\n", error_text(&err));
	return rc != 0;
}
