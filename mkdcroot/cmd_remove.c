/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_remove: mkdcroot remove NAME... */
#include "mkdcroot/base/log.h"
#include "mkdcroot/commands.h"
#include "mkdcroot/plan/host_plan.h"

/* All names are checked before anybody is asked. */
static int check_names(const struct farm *farm, const struct options *o, struct error *err)
{
	const struct host *h;
	int rc = 0;

	for (size_t i = 0; !rc && i < o->args.n; i++)
		rc = farm_find(farm, o->args.v[i], &h, err);
	return rc;
}

int cmd_remove(const struct options *o, struct error *err)
{
	cleanup_host_jobs struct host_jobs jobs = { 0 };
	cleanup_farm struct farm farm = { .lock = -1 };
	cleanup_plan struct plan plan = { 0 };
	int status;

	/* Asked without the lock: a question may wait for its answer for long. */
	if (command_farm(&farm, o, false, err) || check_names(&farm, o, err))
		return EXIT_FAILED;
	if (!command_confirm(o, err, "Delete %s%s, with all that %s wrote?", o->args.v[0],
			     o->args.n > 1 ? " and the other hosts named" : "",
			     o->args.n > 1 ? "they" : "it"))
		return EXIT_FAILED;
	if (!o->dry_run && farm_lock(&farm, err))
		return EXIT_FAILED;
	if (host_jobs_remove(&jobs, &farm, &o->args, err))
		return error_wrap(err, "remove %s", o->args.v[0]), EXIT_FAILED;
	if (jobs.n == 1)
		plan_init(&plan, "remove %s", jobs.v[0].host.name);
	else
		plan_init(&plan, "remove %zu hosts", jobs.n);
	host_plan(&plan, &farm, &jobs);
	status = command_run_plan(&farm, &plan, o, err);
	if (status != EXIT_OK)
		error_wrap(err, "%s", plan.title);
	for (size_t i = 0; status == EXIT_OK && !o->dry_run && i < jobs.n; i++)
		log_info("removed %s", jobs.v[i].host.name);
	return status;
}
