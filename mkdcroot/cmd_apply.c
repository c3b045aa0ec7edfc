/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_apply: mkdcroot apply and set: the farm becomes what its hosts file says. */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/json_file.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/commands.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/plan/host_plan.h"
#include "mkdcroot/plan/preflight.h"

#include <errno.h>
#include <string.h>

static const char *const verbs[] = {
	[HOST_ADD] = "add",
	[HOST_CHANGE] = "change",
	[HOST_REPAIR] = "repair",
	[HOST_REMOVE] = "remove",
};

static void print_job(const struct host_job *job)
{
	char ip[IP_TEXT_MAX];

	printf("%-6s %s (%s)%s%s\n", verbs[job->verb], job->host.name, ip_format(&job->host.ip, ip),
	       job->why.len ? ": " : "", str_text(&job->why));
}

/* What is to be done, a host a line; what is not is said. */
static void print_jobs(const struct host_jobs *jobs, const struct farm *farm,
		       const struct options *o)
{
	for (size_t i = 0; !o->quiet && i < jobs->n; i++)
		print_job(&jobs->v[i]);
	fflush(stdout);
	for (size_t i = 0; i < jobs->orphans.n; i++)
		log_warn("%s has no line in %s: it stays as it is (apply --prune deletes it)",
			 jobs->orphans.v[i], farm->settings.hosts);
}

static json_t *jobs_json(const struct host_jobs *jobs)
{
	json_t *all = json_array(), *orphans = json_array();

	for (size_t i = 0; i < jobs->n; i++) {
		const struct host_job *job = &jobs->v[i];
		char ip[IP_TEXT_MAX];

		json_array_append_new(
			all, json_pack("{s:s, s:s, s:s, s:s, s:b}", "do", verbs[job->verb], "name",
				       job->host.name, "ip", ip_format(&job->host.ip, ip), "why",
				       str_text(&job->why), "waiting_for_mac", job->waiting));
	}
	for (size_t i = 0; i < jobs->orphans.n; i++)
		json_array_append_new(orphans, json_string(jobs->orphans.v[i]));
	return json_pack("{s:o, s:o}", "hosts", all, "without_line", orphans);
}

static void tell(const struct host_jobs *jobs, const struct farm *farm, const struct options *o)
{
	cleanup_json json_t *root = NULL;

	if (!o->json) {
		print_jobs(jobs, farm, o);
		return;
	}
	root = jobs_json(jobs);
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
}

static size_t count(const struct host_jobs *jobs, enum host_verb verb)
{
	size_t n = 0;

	for (size_t i = 0; i < jobs->n; i++)
		n += jobs->v[i].verb == verb;
	return n;
}

static void report(const struct host_jobs *jobs, const struct farm *farm)
{
	size_t waiting = 0;

	for (size_t i = 0; i < jobs->n; i++)
		waiting += jobs->v[i].waiting;
	log_info("%s: %zu added, %zu changed, %zu repaired, %zu removed", farm->settings.hosts,
		 count(jobs, HOST_ADD), count(jobs, HOST_CHANGE), count(jobs, HOST_REPAIR),
		 count(jobs, HOST_REMOVE));
	if (waiting)
		log_warn("%zu of them wait for their MACs: nothing answers their BOOTP requests "
			 "yet (mkdcroot set NAME mac=ADDRESS)",
			 waiting);
}

/* Hosts to be deleted that nobody was asked about. */
static bool is_asked_for(const struct host_jobs *jobs, const struct host_jobs *asked)
{
	size_t seen = 0;

	for (size_t i = 0; i < jobs->n; i++) {
		const struct host_job *job = &jobs->v[i];

		if (job->verb != HOST_REMOVE)
			continue;
		for (; seen < asked->n; seen++)
			if (asked->v[seen].verb == HOST_REMOVE &&
			    strcmp(asked->v[seen].host.name, job->host.name) == 0)
				break;
		if (seen == asked->n)
			return false;
	}
	return true;
}

static int run(struct farm *farm, const struct host_jobs *jobs, const char *title,
	       const struct options *o, struct error *err)
{
	cleanup_plan struct plan plan = { 0 };
	int status;

	plan_init(&plan, "%s", title);
	host_plan(&plan, farm, jobs);
	if (!o->dry_run && preflight_hosts(farm, err))
		return error_wrap(err, "%s", title), EXIT_FAILED;
	/* With --json the hosts are the answer, and the steps when they are asked for. */
	if (!o->json || !o->dry_run)
		tell(jobs, farm, o);
	status = command_run_plan(farm, &plan, o, err);
	if (status != EXIT_OK)
		error_wrap(err, "%s", title);
	return status;
}

static int nothing(const struct host_jobs *jobs, const struct farm *farm, const struct options *o)
{
	tell(jobs, farm, o);
	if (!o->json)
		log_info("nothing to do: the farm is as %s says", farm->settings.hosts);
	return EXIT_OK;
}

static bool ask(const struct host_jobs *jobs, const struct options *o, struct error *err)
{
	size_t n = count(jobs, HOST_REMOVE);
	const struct host_job *first = jobs->v;

	if (!n)
		return true;
	while (first->verb != HOST_REMOVE)
		first++;
	return n == 1 ? command_confirm(o, err, "Delete %s, with all that it wrote?",
					first->host.name)
		      : command_confirm(o, err, "Delete %s and %zu more, with all that they wrote?",
					first->host.name, n - 1);
}

int cmd_apply(const struct options *o, struct error *err)
{
	cleanup_host_jobs struct host_jobs seen = { 0 }, jobs = { 0 };
	cleanup_farm struct farm farm = { .lock = -1 };
	cleanup_free char *journal = NULL;
	int status;

	/* Looked at without the lock: so nothing is written when there is nothing to do, and a question can wait. */
	if (command_farm(&farm, o, false, err))
		return EXIT_FAILED;
	journal = path_journal(&farm.settings);
	if (o->dry_run || !fs_exists(journal)) {
		cleanup_error struct error problem = ERROR_INIT;
		int rc = host_jobs_apply(&seen, &farm, o->prune, &problem);

		if (rc && o->dry_run)
			return error_say(err, rc, "%s", error_text(&problem)), EXIT_FAILED;
		if (!rc && !seen.n)
			return nothing(&seen, &farm, o);
		if (o->dry_run)
			return run(&farm, &seen, "apply", o, err);
		/* What is wrong now may be another command's half. */
		if (rc)
			host_jobs_free(&seen);
	}
	if (!ask(&seen, o, err) || farm_lock(&farm, err) ||
	    host_jobs_apply(&jobs, &farm, o->prune, err))
		return EXIT_FAILED;
	if (!o->yes && !is_asked_for(&jobs, &seen))
		return error_say(
			       err, -EAGAIN,
			       "apply: what is to be deleted has changed meanwhile: say it again"),
		       EXIT_FAILED;
	if (!jobs.n)
		return nothing(&jobs, &farm, o);
	status = run(&farm, &jobs, "apply", o, err);
	if (status == EXIT_OK)
		report(&jobs, &farm);
	return status;
}

int cmd_set(const struct options *o, struct error *err)
{
	cleanup_host_jobs struct host_jobs jobs = { 0 };
	cleanup_farm struct farm farm = { .lock = -1 };
	cleanup_strv struct strv assignments = STRV_INIT;
	cleanup_free char *title = mem_printf("set %s", o->args.v[0]);
	int status;

	for (size_t i = 1; i < o->args.n; i++)
		strv_add(&assignments, o->args.v[i]);
	if (command_farm(&farm, o, true, err))
		return EXIT_FAILED;
	if (host_jobs_set(&jobs, &farm, o->args.v[0], &assignments, err))
		return error_wrap(err, "%s", title), EXIT_FAILED;
	if (!jobs.n) {
		if (o->json)
			tell(&jobs, &farm, o);
		else
			log_info("nothing to do: %s is so already", o->args.v[0]);
		return EXIT_OK;
	}
	status = run(&farm, &jobs, title, o, err);
	if (status == EXIT_OK && jobs.v[0].waiting)
		log_warn("%s waits for its MAC: nothing answers its BOOTP requests",
			 jobs.v[0].host.name);
	return status;
}
