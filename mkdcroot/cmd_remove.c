/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_remove: mkdcroot remove NAME... */
#include "mkdcroot/base/log.h"
#include "mkdcroot/commands.h"
#include "mkdcroot/plan/host_plan.h"

/* All names are checked before the first host is touched. */
static int check_names(const struct farm *farm, const struct options *o, struct error *err)
{
	const struct host *h;
	int rc = 0;

	for (size_t i = 0; !rc && i < o->args.n; i++)
		rc = farm_find(farm, o->args.v[i], &h, err);
	return rc;
}

static int remove_one(struct farm *farm, const char *name, const struct options *o,
		      struct error *err)
{
	cleanup_plan struct plan plan = { 0 };
	const struct host *h;
	int status;

	if (farm_find(farm, name, &h, err))
		return EXIT_FAILED;
	plan_init(&plan, "remove %s", h->name);
	if (host_plan_remove(&plan, farm, h, err))
		return error_wrap(err, "remove %s", h->name), EXIT_FAILED;
	status = command_run_plan(farm, &plan, o, err);
	if (status != EXIT_OK)
		error_wrap(err, "remove %s", h->name);
	else if (!o->dry_run)
		log_info("removed %s", h->name);
	return status;
}

int cmd_remove(const struct options *o, struct error *err)
{
	cleanup_farm struct farm farm = { .lock = -1 };

	/* Asked without the lock: a question may wait for its answer for long. */
	if (command_farm(&farm, o, false, err) || check_names(&farm, o, err))
		return EXIT_FAILED;
	if (!command_confirm(o, err, "Delete %s%s, with all that %s wrote?", o->args.v[0],
			     o->args.n > 1 ? " and the other hosts named" : "",
			     o->args.n > 1 ? "they" : "it"))
		return EXIT_FAILED;
	if (!o->dry_run && farm_lock(&farm, err))
		return EXIT_FAILED;
	for (size_t i = 0; i < o->args.n; i++)
		if (remove_one(&farm, o->args.v[i], o, err) != EXIT_OK)
			return i ? EXIT_PARTLY : EXIT_FAILED;
	return EXIT_OK;
}
