/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_mount: mkdcroot mount and umount: the roots at the boot and shutdown of the server. */
#include "mkdcroot/base/log.h"
#include "mkdcroot/commands.h"
#include "mkdcroot/plan/mounting.h"

#include <errno.h>

/* Bring one host up or down. */
typedef int host_action(struct farm *farm, const struct host *h, const struct host_state *state,
			struct error *err);

static int bring_up(struct farm *farm, const struct host *h, const struct host_state *state,
		    struct error *err)
{
	cleanup_farm_export struct farm_export x = { 0 };
	int rc = mount_host(&farm->settings, state, err);

	if (!rc)
		rc = farm_export_make(&x, farm, h, state->fsid, err);
	return rc ? rc : farm->nfs.ops->add_live(&farm->nfs, &x.e, 1, err);
}

static int bring_down(struct farm *farm, const struct host *h, const struct host_state *state,
		      struct error *err)
{
	cleanup_farm_export struct farm_export x = { 0 };
	int rc = farm_export_make(&x, farm, h, state->fsid, err);

	if (!rc)
		rc = farm->nfs.ops->take_away(&farm->nfs, &x.e, 1, umount_export, NULL, err);
	return rc ? rc : umount_host(&farm->settings, state, err);
}

static int act(struct farm *farm, const struct host *h, const char *verb, host_action *action,
	       const struct options *o)
{
	cleanup_host_state struct host_state state = { 0 };
	cleanup_error struct error problem = ERROR_INIT;
	int rc = host_state_read(&state, &farm->settings, h->name, &problem);

	if (!rc && o->dry_run)
		printf("%s %s\n", verb, h->name);
	else if (!rc)
		rc = action(farm, h, &state, &problem);
	/* One host that fails must not keep the others back. */
	if (rc)
		log_warn("%s %s: %s", verb, h->name, error_text(&problem));
	else
		log_debug("%s %s: done", verb, h->name);
	return rc;
}

static int for_hosts(const struct options *o, const char *verb, host_action *action,
		     struct error *err)
{
	cleanup_farm struct farm farm = { .lock = -1 };
	size_t n, failed = 0;

	if (o->all == (o->args.n > 0))
		return error_say(err, -EINVAL, "%s: name the hosts, or say --all", verb),
		       EXIT_USAGE;
	if (command_farm(&farm, o, true, err))
		return EXIT_FAILED;
	n = o->all ? farm.hosts.n : o->args.n;
	for (size_t i = 0; i < n; i++) {
		const struct host *h = o->all ? &farm.hosts.host[i] : NULL;

		if (!h && farm_find(&farm, o->args.v[i], &h, err))
			return i ? EXIT_PARTLY : EXIT_FAILED;
		failed += act(&farm, h, verb, action, o) != 0;
	}
	if (!failed)
		return EXIT_OK;
	error_say(err, -EIO, "%s: %zu of %zu hosts failed", verb, failed, n);
	return failed < n ? EXIT_PARTLY : EXIT_FAILED;
}

int cmd_mount(const struct options *o, struct error *err)
{
	return for_hosts(o, "mount", bring_up, err);
}

int cmd_umount(const struct options *o, struct error *err)
{
	return for_hosts(o, "umount", bring_down, err);
}
