/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_add: mkdcroot add NAME IP [MAC]..., and --from FILE. */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/json_file.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/commands.h"
#include "mkdcroot/model/ethers.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/plan/host_plan.h"
#include "mkdcroot/plan/hosts_import.h"
#include "mkdcroot/plan/preflight.h"

#include <errno.h>
#include <string.h>

/* More hosts than this are told by their number. */
#define TOLD_BY_NAME 5

static int set_option(struct host *h, const char *key, const char *value, struct error *err)
{
	cleanup_free char *assignment = value ? mem_printf("%s=%s", key, value) : NULL;

	return assignment ? host_set(h, assignment, err) : 0;
}

/* What the options say of every host that is added. */
static int set_options(struct host *h, const struct options *o, struct error *err)
{
	int rc = set_option(h, "layer", o->layer, err);

	if (!rc)
		rc = set_option(h, "role", o->role, err);
	if (!rc)
		rc = set_option(h, "nic", o->nic, err);
	for (size_t i = 0; !rc && i < o->set.n; i++)
		rc = host_set(h, o->set.v[i], err);
	return rc;
}

/* What stands before an address is a name: so NAME IP NAME IP is told from NAME IP MAC. */
static size_t count_words(const struct options *o, size_t i)
{
	cleanup_error struct error ignored = ERROR_INIT;
	struct ip_addr ip;

	if (i + 2 >= o->args.n)
		return o->args.n - i;
	return i + 3 < o->args.n && !ip_parse(&ip, o->args.v[i + 3], &ignored) ? 2 : 3;
}

/* The host that the @n words @v describe. */
static int parse_host(struct host *h, char *const *v, size_t n, const struct options *o,
		      struct error *err)
{
	int rc = hostname_check(v[0], err);

	if (!rc && n < 2)
		rc = error_say(err, -EINVAL, "host %s has no IP address", v[0]);
	if (!rc)
		rc = ip_parse(&h->ip, v[1], err);
	if (rc)
		return rc;
	h->name = mem_strdup(v[0]);
	h->layer = mem_strdup("base");
	if (n > 2 && o->mac)
		return error_say(err, -EINVAL, "the MAC is given twice: %s and --mac %s", v[2],
				 o->mac);
	rc = set_option(h, "mac", n > 2 ? v[2] : o->mac, err);
	return rc ? rc : set_options(h, o, err);
}

static int parse_arguments(struct hosts_file *f, const struct options *o, struct error *err)
{
	cleanup_str struct str problems = STR_INIT;
	int rc = 0;

	f->path = mem_strdup("arguments");
	for (size_t i = 0, n; !rc && i < o->args.n; i += n) {
		cleanup_host struct host h = { 0 };

		n = count_words(o, i);
		rc = parse_host(&h, o->args.v + i, n, o, err);
		h.line = (unsigned int)f->n + 1;
		if (!rc)
			hosts_file_append(f, &h);
	}
	if (rc)
		return rc;
	hosts_file_index(f, &problems);
	return problems.len ? error_say(err, -EINVAL, "%s", str_text(&problems)) : 0;
}

static int read_file(struct hosts_file *f, const struct farm *farm, const struct options *o,
		     struct error *err)
{
	cleanup_strv struct strv notes = STRV_INIT;
	enum hosts_format format;
	int rc = o->format ? hosts_format_parse(&format, o->format, err) : 0;

	if (!rc)
		rc = hosts_import(f, o->from, o->format ? &format : NULL, &farm->settings, &notes,
				  err);
	for (size_t i = 0; i < notes.n; i++)
		log_warn("%s", notes.v[i]);
	for (size_t i = 0; !rc && i < f->n; i++)
		rc = set_options(&f->host[i], o, err);
	if (rc == 0 && !f->n)
		log_info("%s has no hosts", o->from);
	return rc;
}

static int check_use(const struct options *o, struct error *err)
{
	if (o->from && (o->args.n || o->mac))
		return error_say(err, -EINVAL, "add: say hosts, or --from FILE, not both");
	if (!o->from && o->format)
		return error_say(err, -EINVAL, "add: --format goes with --from FILE");
	if (!o->from && o->args.n < 2)
		return error_say(err, -EINVAL,
				 "add: too few arguments: add NAME IP [MAC], or "
				 "add --from FILE");
	return 0;
}

static json_t *job_json(const struct farm *farm, const struct host_job *job)
{
	const struct host *h = &job->host;
	cleanup_free char *root = path_root(&farm->settings, &h->ip);
	char ip[IP_TEXT_MAX], mac[MAC_TEXT_MAX];

	return json_pack("{s:s, s:s, s:s*, s:s, s:s, s:b}", "name", h->name, "ip",
			 ip_format(&h->ip, ip), "mac", h->mac.set ? mac_format(&h->mac, mac) : NULL,
			 "layer", h->layer, "root", root, "waiting_for_mac", job->waiting);
}

/* One host is an object, those of a file are an array. */
static void report_json(const struct farm *farm, const struct host_jobs *jobs, bool array)
{
	cleanup_json json_t *all = json_array();

	for (size_t i = 0; i < jobs->n; i++)
		json_array_append_new(all, job_json(farm, &jobs->v[i]));
	json_dumpf(array ? all : json_array_get(all, 0), stdout, JSON_INDENT(2));
	putchar('\n');
}

static void report_waiting(const struct farm *farm, const struct host_jobs *jobs)
{
	size_t n = 0;

	for (size_t i = 0; i < jobs->n; i++) {
		if (!jobs->v[i].waiting || ++n > TOLD_BY_NAME)
			continue;
		log_warn("%s waits for its MAC: nothing answers its BOOTP requests yet (mkdcroot "
			 "set %s mac=ADDRESS, or put the address into %s before add)",
			 jobs->v[i].host.name, jobs->v[i].host.name, farm->settings.ethers);
	}
	if (n > TOLD_BY_NAME)
		log_warn("%zu more hosts wait for their MACs (mkdcroot list shows them)",
			 n - TOLD_BY_NAME);
}

static void report(const struct farm *farm, const struct host_jobs *jobs, const struct options *o)
{
	if (o->json)
		report_json(farm, jobs, o->from || jobs->n != 1);
	for (size_t i = 0; !o->json && jobs->n <= TOLD_BY_NAME && i < jobs->n; i++) {
		cleanup_free char *root = path_root(&farm->settings, &jobs->v[i].host.ip);

		log_info("added %s: its root is %s", jobs->v[i].host.name, root);
	}
	if (!o->json && jobs->n > TOLD_BY_NAME)
		log_info("added %zu hosts: their roots are in %s", jobs->n, farm->settings.farm);
	report_waiting(farm, jobs);
	if (jobs->n && !farm->nfs.ops->is_running(&farm->nfs) && farm->nfs.ops != &nfs_server_none)
		log_info("the NFS server (%s) does not run; it will export %s when it starts",
			 farm->nfs.ops->name, jobs->n == 1 ? "the root" : "the roots");
}

/* MACs out of ethers; these, and those of options, must not be the same. */
static int complete(struct hosts_file *hosts, const struct farm *farm, struct error *err)
{
	cleanup_str struct str problems = STR_INIT;
	int rc = ethers_fill(hosts, farm->settings.ethers, err);

	hosts_file_index(hosts, &problems);
	if (!rc && problems.len)
		rc = error_say(err, -EINVAL, "%s", str_text(&problems));
	return rc;
}

static int add_hosts(struct farm *farm, struct hosts_file *hosts, const struct options *o,
		     struct error *err)
{
	cleanup_host_jobs struct host_jobs jobs = { 0 };
	cleanup_plan struct plan plan = { 0 };
	int status;

	if (complete(hosts, farm, err))
		return EXIT_FAILED;
	if (hosts->n == 1)
		plan_init(&plan, "add %s", hosts->host[0].name);
	else
		plan_init(&plan, "add %zu hosts", hosts->n);
	/* What is wrong with the hosts is said first: the preflight makes the farm's directory. */
	if (host_jobs_add(&jobs, farm, hosts, o->from != NULL, err))
		return o->from ? EXIT_FAILED : (error_wrap(err, "%s", plan.title), EXIT_FAILED);
	if (!o->dry_run && preflight_hosts(farm, err))
		return error_wrap(err, "%s", plan.title), EXIT_FAILED;
	host_plan(&plan, farm, &jobs);
	status = command_run_plan(farm, &plan, o, err);
	if (status != EXIT_OK)
		error_wrap(err, "%s", plan.title);
	else if (!o->dry_run)
		report(farm, &jobs, o);
	return status;
}

int cmd_add(const struct options *o, struct error *err)
{
	cleanup_hosts_file struct hosts_file hosts = { 0 };
	cleanup_farm struct farm farm = { .lock = -1 };

	if (check_use(o, err) || (!o->from && parse_arguments(&hosts, o, err)))
		return EXIT_USAGE;
	/* Standard input may take long: without the lock. */
	if (command_farm(&farm, o, false, err) || (o->from && read_file(&hosts, &farm, o, err)))
		return EXIT_FAILED;
	if (!o->dry_run && farm_lock(&farm, err))
		return EXIT_FAILED;
	return hosts.n ? add_hosts(&farm, &hosts, o, err) : EXIT_OK;
}
