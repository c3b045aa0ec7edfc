/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_add: mkdcroot add NAME IP [MAC]. */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/json_file.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/commands.h"
#include "mkdcroot/model/ethers.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/plan/host_plan.h"
#include "mkdcroot/plan/preflight.h"

#include <string.h>

static int set_option(struct host *h, const char *key, const char *value, struct error *err)
{
	cleanup_free char *assignment = value ? mem_printf("%s=%s", key, value) : NULL;

	return assignment ? host_set(h, assignment, err) : 0;
}

/* The host that the command line describes. */
static int parse_host(struct host *h, const struct options *o, struct error *err)
{
	int rc = hostname_check(o->args.v[0], err);

	if (!rc)
		rc = ip_parse(&h->ip, o->args.v[1], err);
	if (rc)
		return rc;
	h->name = mem_strdup(o->args.v[0]);
	h->layer = mem_strdup("base");
	if (o->args.n > 2 && o->mac)
		return error_say(err, -EINVAL, "the MAC is given twice: %s and --mac %s",
				 o->args.v[2], o->mac);
	rc = set_option(h, "mac", o->args.n > 2 ? o->args.v[2] : o->mac, err);
	if (!rc)
		rc = set_option(h, "layer", o->layer, err);
	if (!rc)
		rc = set_option(h, "role", o->role, err);
	if (!rc)
		rc = set_option(h, "nic", o->nic, err);
	for (size_t i = 0; !rc && i < o->set.n; i++)
		rc = host_set(h, o->set.v[i], err);
	return rc;
}

static void report_json(const struct farm *farm, const struct host *h, bool waiting)
{
	cleanup_free char *root = path_root(&farm->settings, &h->ip);
	char ip[IP_TEXT_MAX], mac[MAC_TEXT_MAX];
	cleanup_json json_t *out = json_pack("{s:s, s:s, s:s*, s:s, s:s, s:b}", "name", h->name,
					     "ip", ip_format(&h->ip, ip), "mac",
					     h->mac.set ? mac_format(&h->mac, mac) : NULL, "layer",
					     h->layer, "root", root, "waiting_for_mac", waiting);

	json_dumpf(out, stdout, JSON_INDENT(2));
	putchar('\n');
}

static void report(const struct farm *farm, const struct host *h, bool waiting,
		   const struct options *o)
{
	cleanup_free char *root = path_root(&farm->settings, &h->ip);

	if (o->json)
		report_json(farm, h, waiting);
	else
		log_info("added %s: its root is %s", h->name, root);
	if (waiting)
		log_warn("%s waits for its MAC: nothing answers its BOOTP requests yet (put the "
			 "address "
			 "into %s or give it to add)",
			 h->name, farm->settings.ethers);
	if (!farm->nfs.ops->is_running(&farm->nfs) && farm->nfs.ops != &nfs_server_none)
		log_info("the NFS server (%s) does not run; it will export %s when it starts",
			 farm->nfs.ops->name, root);
}

int cmd_add(const struct options *o, struct error *err)
{
	cleanup_farm struct farm farm = { .lock = -1 };
	cleanup_plan struct plan plan = { 0 };
	cleanup_host struct host h = { 0 };
	bool waiting = false;
	int status;

	if (parse_host(&h, o, err))
		return EXIT_USAGE;
	if (command_farm(&farm, o, true, err))
		return EXIT_FAILED;
	if (!h.mac.set && ethers_lookup(&h.mac, farm.settings.ethers, h.name, &h.ip, err))
		return EXIT_FAILED;
	plan_init(&plan, "add %s", h.name);
	/* What is wrong with the host is said first: the preflight makes the farm's directory. */
	if (host_plan_add(&plan, &farm, &h, &waiting, err) ||
	    (!o->dry_run && preflight_hosts(&farm, err)))
		return error_wrap(err, "add %s", h.name), EXIT_FAILED;
	status = command_run_plan(&farm, &plan, o, err);
	if (status != EXIT_OK)
		error_wrap(err, "add %s", h.name);
	else if (!o->dry_run)
		report(&farm, &h, waiting, o);
	return status;
}
