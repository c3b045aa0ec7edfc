/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * registrar: the registration of single hosts, step by step, for the tests: what a plan does with the ops
 * structs of exports/nfs_server.h and bootptab/boot_server.h, from the shell.
 *
 *	registrar CONF nfs VERB [NAME IP UUID]...	VERB: preflight check add-files remove-files in-files
 *							running add-live take-away exported list
 *	registrar CONF boot add NAME IP MAC|- [BOOT-FILE]
 *	registrar CONF boot remove NAME
 *
 * Answers to questions and the state of a change are printed.  Exit status 0, or 1 with the error.
 * EXPORTFS, PROC_NFSD and GANESHA_CONF name parts of the server that are not where they usually are.
 */

#include "bootptab/boot_server.h"
#include "exports/exports.h"
#include "exports/nfs_server.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>

#define MAX_HOSTS 8

static int do_umount(const struct nfs_export *e, void *arg)
{
	int *tries = arg;

	(*tries)++;
	return umount(e->path) < 0 && errno != EINVAL && errno != ENOENT ? -errno : 0;
}

struct nfs_call {
	struct nfs_server srv;
	struct nfs_export e[MAX_HOSTS];
	size_t n;
};

static int answer(int r)
{
	if (r >= 0)
		puts(r ? "yes" : "no");
	return r < 0 ? r : 0;
}

static int nfs_preflight(const struct nfs_call *c, struct error *err)
{
	cleanup_strv struct strv warnings = STRV_INIT;
	int r = c->srv.ops->preflight(&c->srv, &warnings, err);

	for (size_t i = 0; i < warnings.n; i++)
		printf("warning: %s\n", warnings.v[i]);
	return r;
}

static int nfs_take_away(const struct nfs_call *c, struct error *err)
{
	int tries = 0;
	int r = c->srv.ops->take_away(&c->srv, c->e, c->n, do_umount, &tries, err);

	printf("%d tries\n", tries);
	return r;
}

/* All of exports(5) that we see: "path client" lines. */
static int list_exports(const struct nfs_call *c, struct error *err)
{
	struct exports *doc;
	int r = exports_read(&doc, c->srv.settings->exports, err);

	if (r < 0)
		return r;
	for (const struct exports_entry *e = exports_next(doc, NULL); e; e = exports_next(doc, e))
		printf("%s %s\n", e->path, *e->client ? e->client : "*");
	exports_free(doc);
	return 0;
}

static int nfs_verb(const struct nfs_call *c, const char *verb, struct error *err)
{
	const struct nfs_server_ops *ops = c->srv.ops;

	if (!strcmp(verb, "preflight"))
		return nfs_preflight(c, err);
	if (!strcmp(verb, "list"))
		return list_exports(c, err);
	if (!strcmp(verb, "check"))
		return ops->check(&c->srv, NULL, 0, c->e, c->n, err);
	if (!strcmp(verb, "add-files"))
		return ops->add_files(&c->srv, c->e, c->n, err);
	if (!strcmp(verb, "remove-files"))
		return ops->remove_files(&c->srv, c->e, c->n, err);
	if (!strcmp(verb, "in-files"))
		return answer(ops->in_files(&c->srv, c->e[0].path, err));
	if (!strcmp(verb, "running"))
		return answer(ops->is_running(&c->srv));
	if (!strcmp(verb, "add-live"))
		return ops->add_live(&c->srv, c->e, c->n, err);
	if (!strcmp(verb, "take-away"))
		return nfs_take_away(c, err);
	if (!strcmp(verb, "exported"))
		return answer(ops->is_exported(&c->srv, c->e[0].path, err));
	return error_say(err, -EINVAL, "nfs %s: no such verb", verb);
}

/* A part of the server that a test has put elsewhere. */
static const char *place(const char *variable, const char *preset)
{
	const char *value = getenv(variable);

	return value ? value : preset;
}

static int nfs_main(const struct settings *s, char **argv, struct error *err)
{
	struct nfs_server_env env = nfs_server_env_default;
	const char *verb = argv[0];
	struct nfs_call c = { .n = 0 };
	int r;

	env.exportfs = place("EXPORTFS", env.exportfs);
	env.proc_nfsd = place("PROC_NFSD", env.proc_nfsd);
	env.ganesha_main = place("GANESHA_CONF", env.ganesha_main);
	r = nfs_server_init(&c.srv, s, &env, err);

	for (argv++; r == 0 && argv[0] && argv[1] && argv[2] && c.n < MAX_HOSTS; argv += 3) {
		struct nfs_export *e = &c.e[c.n++];
		struct host h = { .name = argv[0] };

		r = ip_parse(&e->ip, argv[1], err);
		h.ip = e->ip;
		e->path = mem_printf("%s/%s", s->farm, argv[1]);
		e->client = nfs_export_client(s, &h);
		e->options = s->export_options;
		e->uuid = argv[2];
	}
	if (r == 0)
		r = nfs_verb(&c, verb, err);
	for (size_t i = 0; i < c.n; i++) {
		free((char *)c.e[i].path);
		free((char *)c.e[i].client);
	}
	return r;
}

static int boot_change(struct boot_server *srv, char **argv, enum boot_state *state,
		       struct error *err)
{
	struct boot_host h = { .name = argv[1], .settings = srv->settings };
	cleanup_free char *root = NULL;
	int r;

	if (!strcmp(argv[0], "remove") && argv[1])
		return boot_server_remove(srv, argv[1], state, err);
	if (strcmp(argv[0], "add") || !argv[1] || !argv[2] || !argv[3])
		return error_say(err, -EINVAL,
				 "boot: add NAME IP MAC|- [BOOT-FILE] or remove NAME");
	r = ip_parse(&h.ip, argv[2], err);
	if (r == 0 && strcmp(argv[3], "-"))
		r = mac_parse(&h.mac, argv[3], err);
	if (r < 0)
		return r;
	root = fs_join(srv->settings->farm, argv[2]);
	h.root_path = root;
	h.boot_file = argv[4];
	return boot_server_ensure(srv, &h, state, err);
}

static int boot_main(const struct settings *s, char **argv, struct error *err)
{
	static const char *const words[] = { "unchanged", "written", "waiting for its MAC",
					     "removed", "absent" };
	const struct boot_server_ops *list[4];
	int n = boot_server_list(list, 4, s, err);
	int r = n < 0 ? n : 0;

	for (int i = 0; i < n && r == 0; i++) {
		cleanup_strv struct strv warnings = STRV_INIT;
		struct boot_server srv = { NULL, NULL, NULL };
		enum boot_state state;

		r = list[i]->preflight(s, &warnings, err);
		for (size_t w = 0; w < warnings.n; w++)
			printf("warning: %s\n", warnings.v[w]);
		if (r == 0)
			r = boot_server_open(&srv, list[i], s, err);
		if (r == 0)
			r = boot_change(&srv, argv, &state, err);
		if (r == 0)
			r = boot_server_save(&srv, err);
		if (r == 0)
			r = boot_server_reload(&srv, err);
		if (r == 0)
			printf("%s: %s\n", list[i]->name, words[state]);
		boot_server_close(&srv);
	}
	return r;
}

int main(int argc, char **argv)
{
	cleanup_settings struct settings s;
	cleanup_error struct error err = ERROR_INIT;
	int r;

	settings_init(&s);
	if (argc < 4) {
		fprintf(stderr, "usage: registrar CONF nfs|boot VERB [ARG...]\n");
		return 2;
	}
	r = settings_read(&s, argv[1], false, &err);
	if (r == 0)
		r = !strcmp(argv[2], "nfs") ? nfs_main(&s, argv + 3, &err)
					    : boot_main(&s, argv + 3, &err);
	if (r < 0)
		fprintf(stderr, "registrar: %s\n", error_text(&err));
	return r < 0;
}
