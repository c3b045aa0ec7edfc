/* SPDX-License-Identifier: GPL-2.0-or-later */
/* serve: choose, check, then the loop in serve_run.c. */
#include "mkdcroot/serve/serve.h"
#include "exports/nfs_server.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/json_file.h"
#include "mkdcroot/base/lock.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/serve/cage.h"
#include "mkdcroot/serve/conf.h"
#include "mkdcroot/serve/daemon.h"
#include "mkdcroot/serve/serve_run.h"

#include <string.h>

/* Is @word among the blank-separated @words, which it may be? */
static int check_word(const char *option, const char *word, const char *words, struct error *err)
{
	cleanup_strv struct strv all = STRV_INIT;

	strv_split(&all, words, " ");
	if (!word || strv_has(&all, word))
		return 0;
	return error_say(err, -EINVAL, "--%s takes one of: %s (not %s)", option, words, word);
}

static int choose_boot_server(struct serve_run *r, const char *wanted, struct error *err)
{
	cleanup_free char *dnsmasq = daemon_program("dnsmasq");
	cleanup_free char *bootpd = daemon_program("bootpd");

	r->boot_server = wanted ? wanted : dnsmasq || !bootpd ? "dnsmasq" : "bootpd";
	if (!wanted && !dnsmasq && !bootpd)
		return error_say(err, -ENOENT,
				 "there is neither dnsmasq nor bootpd: install the package "
				 "dnsmasq-base, or bootp and tftpd-hpa");
	return 0;
}

static int choose_nfs(struct serve_run *r, const char *wanted, struct error *err)
{
	const struct settings *s = &r->farm->settings;
	const struct nfs_server kernel = { .ops = &nfs_server_kernel,
					   .settings = s,
					   .env = &nfs_server_env_default };
	bool running = kernel.ops->is_running(&kernel);

	if (!wanted)
		wanted = strcmp(s->nfs_backend, "kernel") == 0 && running ? "kernel" : "ganesha";
	if (strcmp(wanted, "kernel") == 0 && !running)
		return error_say(err, -ESRCH,
				 "the kernel's NFS server does not run: start it (systemctl start "
				 "nfs-server), or say --nfs-server ganesha");
	r->ganesha = strcmp(wanted, "ganesha") == 0;
	r->kernel = strcmp(wanted, "kernel") == 0;
	return 0;
}

static int choose(struct serve_run *r, const struct serve_options *o, struct error *err)
{
	int rc = check_word("boot-server", o->boot_server, "dnsmasq bootpd", err);

	if (!rc)
		rc = check_word("nfs-server", o->nfs, "kernel ganesha none", err);
	if (!rc)
		rc = choose_boot_server(r, o->boot_server, err);
	if (!rc)
		rc = choose_nfs(r, o->nfs, err);
	if (!rc)
		rc = interface_find(&r->interface, o->interface, &r->farm->hosts, err);
	return rc;
}

/* What is left behind by nobody: the lock's file and an empty directory. */
static int prepare_store(struct serve_run *r, struct error *err)
{
	cleanup_free char *lock = path_serve_lock(&r->farm->settings);
	cleanup_free char *dir = path_serve(&r->farm->settings);
	int rc = fs_mkdir_p(dir, 0700, err);

	if (rc)
		return rc;
	r->lock = lock_take(lock, 0, NULL, err);
	if (r->lock == -ETIMEDOUT)
		return error_wrap(err, "this farm is served already");
	return r->lock < 0 ? r->lock : 0;
}

static void print(const struct conf_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		printf("%s==> /run/%s <==\n%s", i ? "\n" : "", files->v[i].name,
		       str_text(&files->v[i].text));
}

static void print_commands(const struct serve_run *r, size_t n_hosts, const struct strv *commands)
{
	printf("serve %zu host%s on %s (%s)\n", n_hosts, n_hosts == 1 ? "" : "s", r->interface.name,
	       r->interface.address);
	for (size_t i = 0; i < commands->n; i++)
		printf("start %s\n", commands->v[i]);
}

static void print_json(const struct serve_run *r, size_t n_hosts, const struct strv *commands)
{
	cleanup_json json_t *o = NULL;
	json_t *start = json_array();

	for (size_t i = 0; i < commands->n; i++)
		json_array_append_new(start, json_string(commands->v[i]));
	o = json_pack("{s:i, s:s, s:s, s:o}", "hosts", (int)n_hosts, "interface", r->interface.name,
		      "address", r->interface.address, "start", start);
	json_dumpf(o, stdout, JSON_INDENT(2));
	putchar('\n');
}

/* --print and --dry-run: nothing is mounted, started or sent. */
static int describe(struct serve_run *r, bool text, struct error *err)
{
	cleanup_conf_files struct conf_files files = { 0 };
	cleanup_strv struct strv commands = STRV_INIT;
	cleanup_served struct served served = { .farm = r->farm,
						.interface = &r->interface,
						.outer = -1 };
	struct farm_server_options o = serve_run_server_options(r);
	int rc;

	served_read(&served);
	o.hosts = served.v;
	o.n_hosts = served.n;
	rc = conf_all(&o, &files, err);
	if (rc)
		return rc;
	if (text) {
		print(&files);
		return 0;
	}
	conf_commands(&o, &commands);
	if (r->o->json)
		print_json(r, served.n, &commands);
	else
		print_commands(r, served.n, &commands);
	return 0;
}

static int run_caged(int outer, void *arg, struct error *err)
{
	return serve_run(arg, outer, err);
}

int serve(struct farm *farm, const struct serve_options *o, struct error *err)
{
	struct serve_run r = { .farm = farm, .o = o, .lock = -1 };
	int rc = choose(&r, o, err);

	if (rc)
		return rc;
	if (o->print || o->dry_run)
		return describe(&r, o->print, err);
	if (geteuid() != 0)
		return error_say(err, -EPERM,
				 "serving a farm needs root's rights (run it with sudo)");
	rc = prepare_store(&r, err);
	if (!rc)
		rc = cage_run(run_caged, &r, err);
	if (r.lock >= 0)
		close(r.lock);
	return rc;
}
