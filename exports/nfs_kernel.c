/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nfs_kernel: the kernel's NFS server, by /etc/exports and exportfs(8).
 *
 * Entries live in the file: any restart of the server drops what only "exportfs -o"
 * knows.  Taking a root away while its client may still hold NFSv4 state is a procedure,
 * see take_away below; it was found on Linux 6.1 with nfs-utils 2.6.
 */

#include "exports/nfs_private.h"

#include "exports/exports.h"
#include "mkdcroot/base/child.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

/* Ensure all of @e in @doc; *@changed tells whether that changed it. */
static int ensure_all(struct exports *doc, const struct nfs_export *e, size_t n, bool *changed,
		      struct error *err)
{
	*changed = false;
	for (size_t i = 0; i < n; i++) {
		cleanup_free char *options = nfs_full_options(&e[i]);
		bool one;
		int r = exports_ensure(doc, e[i].path, e[i].client, options, &one, err);

		if (r < 0)
			return r;
		*changed = *changed || one;
	}
	return 0;
}

static int save(const struct nfs_server *srv, const struct exports *doc, struct error *err)
{
	cleanup_str struct str text = STR_INIT;

	exports_write(doc, &text);
	return fs_replace_checked(srv->settings->exports, &text, 0644, err);
}

static int kernel_check(const struct nfs_server *srv, const struct nfs_export *gone, size_t n_gone,
			const struct nfs_export *e, size_t n, struct error *err)
{
	cleanup_str struct str problems = STR_INIT;
	struct exports *doc;
	bool changed;
	int r = exports_read(&doc, srv->settings->exports, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n_gone; i++)
		exports_remove(doc, gone[i].path);
	for (size_t i = 0; i < n; i++) {
		cleanup_error struct error problem = ERROR_INIT;

		if (ensure_all(doc, &e[i], 1, &changed, &problem) < 0)
			nfs_add_problem(&problems, &problem);
	}
	exports_free(doc);
	return problems.len ? error_say(err, -EEXIST, "%s", str_text(&problems)) : 0;
}

static int kernel_add_files(const struct nfs_server *srv, const struct nfs_export *e, size_t n,
			    struct error *err)
{
	struct exports *doc;
	bool changed;
	int r = exports_read(&doc, srv->settings->exports, err);

	if (r < 0)
		return r;
	r = ensure_all(doc, e, n, &changed, err);
	if (r == 0 && changed)
		r = save(srv, doc, err);
	exports_free(doc);
	return r;
}

static int kernel_remove_files(const struct nfs_server *srv, const struct nfs_export *e, size_t n,
			       struct error *err)
{
	struct exports *doc;
	bool changed = false;
	int r = exports_read(&doc, srv->settings->exports, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		changed = exports_remove(doc, e[i].path) || changed;
	if (changed)
		r = save(srv, doc, err);
	exports_free(doc);
	return r;
}

static int kernel_in_files(const struct nfs_server *srv, const char *path, struct error *err)
{
	struct exports *doc;
	int r = exports_read(&doc, srv->settings->exports, err);

	if (r < 0)
		return r;
	r = exports_find_ours(doc, path) != NULL;
	exports_free(doc);
	return r;
}

static bool kernel_is_running(const struct nfs_server *srv)
{
	cleanup_free char *path = fs_join(srv->env->proc_nfsd, "threads");
	cleanup_file FILE *f = fopen(path, "re");
	int threads = 0;

	return f && fscanf(f, "%d", &threads) == 1 && threads > 0;
}

/* What is exported now; its lines are those of exports(5). */
static int read_etab(const struct nfs_server *srv, struct exports **etab, struct error *err)
{
	cleanup_str struct str text = STR_INIT;
	int r = fs_read_optional(srv->env->etab, &text, err);

	return r < 0 ? r : exports_parse(etab, srv->env->etab, str_text(&text), text.len, err);
}

/* exportfs stores resolved paths. */
static const char *resolve(const char *path, char *buf)
{
	return realpath(path, buf) ? buf : path;
}

static int kernel_is_exported(const struct nfs_server *srv, const char *path, struct error *err)
{
	char real[PATH_MAX];
	struct exports *etab;
	int r;

	if (!kernel_is_running(srv))
		return 0;
	r = read_etab(srv, &etab, err);
	if (r < 0)
		return r;
	r = exports_find_foreign(etab, resolve(path, real)) != NULL;
	exports_free(etab);
	return r;
}

/* Which of @e the running server exports: 1, 0, or a negative errno for all. */
static void see_live(const struct nfs_server *srv, const struct nfs_export *e, size_t n,
		     struct nfs_seen *seen)
{
	cleanup_error struct error ignored = ERROR_INIT;
	struct exports *etab = NULL;
	int r = kernel_is_running(srv) ? read_etab(srv, &etab, &ignored) : 0;

	for (size_t i = 0; i < n; i++) {
		char real[PATH_MAX];

		seen[i].exported = r;
		if (etab)
			seen[i].exported =
				exports_find_foreign(etab, resolve(e[i].path, real)) != NULL;
	}
	exports_free(etab);
}

static int kernel_look(const struct nfs_server *srv, const struct nfs_export *e, size_t n,
		       struct nfs_seen *seen, struct error *err)
{
	struct exports *doc;
	int r = exports_read(&doc, srv->settings->exports, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		cleanup_free char *options = nfs_full_options(&e[i]);

		seen[i].in_files = exports_find_ours(doc, e[i].path) != NULL;
		seen[i].as_wanted = exports_has_ours(doc, e[i].path, e[i].client, options);
	}
	exports_free(doc);
	see_live(srv, e, n, seen);
	return 0;
}

static bool all_exported(const struct nfs_server *srv, const struct nfs_export *e, size_t n)
{
	cleanup_free struct nfs_seen *seen = mem_new((n + 1) * sizeof(*seen));
	bool all = n > 0;

	see_live(srv, e, n, seen);
	for (size_t i = 0; i < n; i++)
		all = all && seen[i].exported == 1;
	return all;
}

static int kernel_add_live(const struct nfs_server *srv, const struct nfs_export *e, size_t n,
			   struct error *err)
{
	const char *const argv[] = { srv->env->exportfs, "-ra", NULL };
	cleanup_error struct error failed = ERROR_INIT;
	int r;

	if (!kernel_is_running(srv))
		return 0;
	r = child_run_argv(argv, &failed);
	if (r == 0)
		return 0;
	/* It fails for any line of the file, an unknown host in a hand-written one for instance. */
	if (all_exported(srv, e, n)) {
		log_warn("%s", error_text(&failed));
		return 0;
	}
	return error_say(err, r, "%s", error_text(&failed));
}

/* Arguments "client:/path" for all that the server exports of @e's path. */
static void add_targets(struct strv *argv, const struct exports *etab, const struct nfs_export *e)
{
	char real[PATH_MAX];
	const char *path = resolve(e->path, real);
	const struct exports_entry *x;

	for (x = exports_find_foreign(etab, path); x; x = exports_next(etab, x))
		if (!strcmp(x->path, path))
			strv_addf(argv, strchr(x->client, ':') ? "[%s]:%s" : "%s:%s",
				  *x->client ? x->client : "*", x->path);
}

static int unexport(const struct nfs_server *srv, const struct nfs_export *e, size_t n,
		    struct error *err)
{
	cleanup_strv struct strv argv = STRV_INIT;
	struct exports *etab;
	int r = read_etab(srv, &etab, err);

	if (r < 0)
		return r;
	strv_add(&argv, srv->env->exportfs);
	strv_add(&argv, "-u");
	for (size_t i = 0; i < n; i++)
		add_targets(&argv, etab, &e[i]);
	exports_free(etab);
	return argv.n > 2 ? child_run_argv((const char *const *)argv.v, err) : 0;
}

/* Is the client that /proc/fs/nfsd/clients/N/info (@text) tells of @ip?  Its line: address: "192.168.1.100:799" */
static bool is_client(const char *text, const struct ip_addr *ip)
{
	char want[IP_TEXT_MAX];
	const char *p = strstr(text, "address: \"");
	size_t n;

	if (!p)
		return false;
	p += strlen("address: \"");
	ip_format(ip, want);
	n = strlen(want);
	if (*p == '[')
		return !strncmp(p + 1, want, n) && p[n + 1] == ']';
	return !strncmp(p, want, n) && (p[n] == ':' || p[n] == '"');
}

static bool is_number(const struct dirent *d)
{
	return isdigit((unsigned char)d->d_name[0]);
}

/* Let the server forget the NFSv4 state of @e's client in @dir, if that is it. */
static void expire_client(const char *dir, const struct nfs_export *e, size_t n)
{
	cleanup_free char *info = fs_join(dir, "info");
	cleanup_free char *ctl = fs_join(dir, "ctl");
	cleanup_file FILE *f = fopen(info, "re");
	cleanup_fd int fd = -1;
	char text[4096];
	size_t len = f ? fread(text, 1, sizeof(text) - 1, f) : 0;
	bool found = false;

	text[len] = '\0';
	for (size_t i = 0; i < n && !found; i++)
		found = is_client(text, &e[i].ip);
	if (!found)
		return;
	fd = open(ctl, O_WRONLY | O_CLOEXEC);
	/* A client that is gone meanwhile has no state any more. */
	if (fd >= 0 && fs_write_all(fd, "expire\n", strlen("expire\n")) < 0)
		log_debug("%s: expire: %m", ctl);
}

static void expire_state(const struct nfs_server *srv, const struct nfs_export *e, size_t n)
{
	cleanup_free char *clients = fs_join(srv->env->proc_nfsd, "clients");
	cleanup_dir DIR *dir = opendir(clients);
	struct dirent *d;

	/* Kernels before 5.3 have no such directory. */
	while (dir && (d = readdir(dir)) != NULL) {
		cleanup_free char *path = fs_join(clients, d->d_name);

		if (is_number(d))
			expire_client(path, e, n);
	}
}

/*
 * Two flushes of the export cache within about a second leave entries that pin the mount
 * for up to half a minute; one that comes later than that frees them.
 */
static int flush_again(const struct nfs_server *srv, const struct nfs_export *e, size_t n,
		       struct error *err)
{
	const char *const argv[] = { srv->env->exportfs, "-f", NULL };
	int r;

	nfs_sleep_ms(srv->env->flush_wait_ms);
	/* The cache outlives the server: at the shutdown of the machine nfsd has stopped before us. */
	if (!kernel_is_running(srv) && !child_exists(srv->env->exportfs))
		return 0;
	r = child_run_argv(argv, err);
	expire_state(srv, e, n);
	return r;
}

static int kernel_take_away(const struct nfs_server *srv, const struct nfs_export *e, size_t n,
			    nfs_umount_fn *umount, void *arg, struct error *err)
{
	const struct nfs_retry retry = { .rounds = 2, .prepare = flush_again, .srv = srv };
	int r;

	if (kernel_is_running(srv)) {
		r = unexport(srv, e, n, err);
		if (r < 0)
			return r;
		/* Also without unmounting: the client keeps its opens and delegations otherwise. */
		expire_state(srv, e, n);
	}
	return nfs_umount_all(e, n, umount, arg, &retry, err);
}

/* Would groups be looked up in the server's own files instead of taken from the client? */
static bool manages_gids(void)
{
	const char *const argv[] = { "nfsconf", "--get", "mountd", "manage-gids", NULL };
	cleanup_str struct str value = STR_INIT;
	const struct child c = { .argv = argv, .output = &value };
	cleanup_error struct error err = ERROR_INIT;

	return child_exists("nfsconf") && child_run(&c, &err) == 0 &&
	       strchr("yYtT1", *str_text(&value)) && value.len;
}

static int kernel_preflight(const struct nfs_server *srv, struct strv *warnings, struct error *err)
{
	struct exports *doc;
	int r = exports_read(&doc, srv->settings->exports, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < exports_warnings(doc)->n; i++)
		strv_add(warnings, exports_warnings(doc)->v[i]);
	exports_free(doc);
	if (!child_exists(srv->env->exportfs))
		return error_say(err, -ENOENT,
				 "nfs_backend = kernel: %s is not installed (Debian's package is "
				 "nfs-kernel-server)",
				 srv->env->exportfs);
	if (!kernel_is_running(srv))
		strv_add(warnings,
			 "the kernel's NFS server does not run: it will export the hosts' "
			 "roots when it starts");
	else if (manages_gids())
		strv_add(warnings,
			 "manage-gids is on in nfs.conf: the groups of the hosts' users are "
			 "looked up on this server; set manage-gids=n in [mountd] unless they are "
			 "the same");
	return 0;
}

const struct nfs_server_ops nfs_server_kernel = {
	.name = "kernel",
	.preflight = kernel_preflight,
	.check = kernel_check,
	.add_files = kernel_add_files,
	.remove_files = kernel_remove_files,
	.look = kernel_look,
	.in_files = kernel_in_files,
	.is_running = kernel_is_running,
	.add_live = kernel_add_live,
	.take_away = kernel_take_away,
	.is_exported = kernel_is_exported,
};
