/* SPDX-License-Identifier: GPL-2.0-or-later */
/* command_shared: what several commands do in the same way. */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/commands.h"
#include "mkdcroot/try/trial.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

int command_farm(struct farm *farm, const struct options *o, bool change, struct error *err)
{
	int rc = farm_open(farm, o->config, err);

	farm->quiet = o->quiet;
	if (!rc && change && !o->dry_run) {
		rc = farm_lock(farm, err);
		if (!rc)
			trial_sweep(&farm->settings);
	}
	return rc;
}

int command_run_plan(struct farm *farm, const struct plan *p, const struct options *o,
		     struct error *err)
{
	if (o->dry_run) {
		plan_print(p, o->json);
		return EXIT_OK;
	}
	return plan_run(farm, p, NULL, NULL, err) ? EXIT_FAILED : EXIT_OK;
}

bool command_confirm(const struct options *o, struct error *err, const char *fmt, ...)
{
	cleanup_free char *question = NULL;
	char answer[16] = "";
	va_list ap;

	if (o->yes || o->dry_run)
		return true;
	if (!isatty(STDIN_FILENO)) {
		error_say(err, -EINVAL, "this deletes data: say --yes");
		return false;
	}
	va_start(ap, fmt);
	question = mem_vprintf(fmt, ap);
	va_end(ap);
	fprintf(stderr, "%s [y/N] ", question);
	if (!fgets(answer, sizeof(answer), stdin) || (answer[0] != 'y' && answer[0] != 'Y')) {
		error_say(err, -ECANCELED, "not done: the answer was not y");
		return false;
	}
	return true;
}
