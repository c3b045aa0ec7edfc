/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * die_at: run the plan of a command and be killed before step STEP (from 0), as by a
 * power failure between two steps:
 *
 *	die_at CONFIG STEP add NAME IP [MAC]
 *	die_at CONFIG STEP remove NAME
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

static int plan_add_host(struct plan *p, struct farm *farm, char **args, struct error *err)
{
	cleanup_host struct host h = { 0 };
	bool waiting;
	int rc = ip_parse(&h.ip, args[1], err);

	h.name = mem_strdup(args[0]);
	h.layer = mem_strdup("base");
	if (!rc && args[2])
		rc = mac_parse(&h.mac, args[2], err);
	if (!rc)
		rc = preflight_hosts(farm, err);
	return rc ? rc : host_plan_add(p, farm, &h, &waiting, err);
}

static int plan_remove_host(struct plan *p, struct farm *farm, char **args, struct error *err)
{
	const struct host *h;
	int rc = farm_find(farm, args[0], &h, err);

	return rc ? rc : host_plan_remove(p, farm, h, err);
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
	{ "remove", 1, plan_remove_host },
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
		fputs("usage: die_at CONFIG STEP add|remove|layer-create|layer-remove|image ...\n",
		      stderr);
		return 2;
	}
	step = strtoul(argv[2], NULL, 10);
	rc = farm_open(&farm, argv[1], &err);
	farm.quiet = true;
	plan_init(&plan, "%s %s", argv[3], argv[4]);
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
