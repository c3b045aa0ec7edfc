/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nfs_ganesha: the user-space NFS server nfs-ganesha, by a file of ours that its
 * configuration includes, and by D-Bus while it runs (AddExport, RemoveExport, ShowExports).
 */

#include "exports/ganesha_file.h"
#include "exports/nfs_private.h"

#include "mkdcroot/base/child.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#define BUS_NAME     "org.ganesha.nfsd"
#define OBJECT	     "/org/ganesha/nfsd/ExportMgr"
#define METHOD(name) "org.ganesha.nfsd.exportmgr." name

static int ensure_all(struct ganesha_file *file, const struct nfs_export *e, size_t n,
		      bool *changed, struct error *err)
{
	*changed = false;
	for (size_t i = 0; i < n; i++) {
		bool one;
		int r = ganesha_file_ensure(file, &e[i], &one, err);

		if (r < 0)
			return r;
		*changed = *changed || one;
	}
	return 0;
}

static int save(const struct nfs_server *srv, const struct ganesha_file *file, struct error *err)
{
	cleanup_str struct str text = STR_INIT;

	ganesha_file_write(file, &text);
	return fs_replace_checked(srv->settings->ganesha_config, &text, 0644, err);
}

static int ganesha_check(const struct nfs_server *srv, const struct nfs_export *gone, size_t n_gone,
			 const struct nfs_export *e, size_t n, struct error *err)
{
	cleanup_str struct str problems = STR_INIT;
	struct ganesha_file *file;
	bool changed;
	int r = ganesha_file_read(&file, srv->settings->ganesha_config, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n_gone; i++)
		ganesha_file_remove(file, gone[i].path);
	for (size_t i = 0; i < n; i++) {
		cleanup_error struct error problem = ERROR_INIT;

		if (ensure_all(file, &e[i], 1, &changed, &problem) < 0)
			nfs_add_problem(&problems, &problem);
	}
	ganesha_file_free(file);
	return problems.len ? error_say(err, -EINVAL, "%s", str_text(&problems)) : 0;
}

static int ganesha_add_files(const struct nfs_server *srv, const struct nfs_export *e, size_t n,
			     struct error *err)
{
	struct ganesha_file *file;
	bool changed;
	int r = ganesha_file_read(&file, srv->settings->ganesha_config, err);

	if (r < 0)
		return r;
	r = ensure_all(file, e, n, &changed, err);
	if (r == 0 && changed)
		r = save(srv, file, err);
	ganesha_file_free(file);
	return r;
}

static int ganesha_remove_files(const struct nfs_server *srv, const struct nfs_export *e, size_t n,
				struct error *err)
{
	struct ganesha_file *file;
	bool changed = false;
	int r = ganesha_file_read(&file, srv->settings->ganesha_config, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		changed = ganesha_file_remove(file, e[i].path) || changed;
	if (changed)
		r = save(srv, file, err);
	ganesha_file_free(file);
	return r;
}

static int ganesha_in_files(const struct nfs_server *srv, const char *path, struct error *err)
{
	struct ganesha_file *file;
	int r = ganesha_file_read(&file, srv->settings->ganesha_config, err);

	if (r < 0)
		return r;
	r = ganesha_file_id(file, path) != 0;
	ganesha_file_free(file);
	return r;
}

/* Call @method of ganesha with one or two arguments (NULL: none), its answer to @out (may be NULL). */
static int call(const struct nfs_server *srv, const char *method, const char *arg1,
		const char *arg2, struct str *out, struct error *err)
{
	const char *const argv[] = { srv->env->dbus_send,
				     "--system",
				     "--print-reply",
				     "--reply-timeout=60000",
				     "--dest=" BUS_NAME,
				     OBJECT,
				     method,
				     arg1,
				     arg2,
				     NULL };
	const struct child c = { .argv = argv, .output = out };

	return child_run(&c, err);
}

static bool ganesha_is_running(const struct nfs_server *srv)
{
	const char *const argv[] = { srv->env->dbus_send,
				     "--system",
				     "--print-reply=literal",
				     "--reply-timeout=5000",
				     "--dest=org.freedesktop.DBus",
				     "/org/freedesktop/DBus",
				     "org.freedesktop.DBus.NameHasOwner",
				     "string:" BUS_NAME,
				     NULL };
	cleanup_error struct error err = ERROR_INIT;
	cleanup_str struct str out = STR_INIT;
	const struct child c = { .argv = argv, .output = &out };

	return child_run(&c, &err) == 0 && strstr(str_text(&out), "true");
}

/* What ShowExports printed (per export: uint16 ID, string "PATH", more), to look paths up in. */
struct shown {
	struct str text;
	struct shown_export {
		const char *path;
		unsigned int id;
	} * v; /* sorted by path */
	size_t n;
};

static void shown_free(struct shown *s)
{
	str_free(&s->text);
	free(s->v);
}

#define cleanup_shown __attribute__((cleanup(shown_free)))

static int by_shown_path(const void *a, const void *b)
{
	return strcmp(((const struct shown_export *)a)->path,
		      ((const struct shown_export *)b)->path);
}

static void add_shown(struct shown *s, unsigned int id, const char *path)
{
	if ((s->n & (s->n - 1)) == 0)
		s->v = mem_resize(s->v, s->n ? 2 * s->n : 1, sizeof(*s->v));
	s->v[s->n++] = (struct shown_export){ path, id };
}

/* The first string behind an id is the path. */
static void parse_shown(struct shown *s)
{
	static const char id_word[] = "uint16 ", path_word[] = "string \"";
	char *p = s->text.data;

	while (p && (p = strstr(p, id_word))) {
		unsigned int id = (unsigned int)strtoul(p + strlen(id_word), NULL, 10);
		char *path = strstr(p, path_word), *next = strstr(p + 1, id_word);
		char *end = path ? strchr(path + strlen(path_word), '"') : NULL;

		if (end && (!next || path < next)) {
			*end = '\0';
			add_shown(s, id, path + strlen(path_word));
			p = end + 1;
		} else {
			p = next;
		}
	}
	if (s->n)
		qsort(s->v, s->n, sizeof(*s->v), by_shown_path);
}

/* The Export_Id under which the running server exports @path, or 0. */
static unsigned int find_id(const struct shown *s, const char *path)
{
	const struct shown_export key = { .path = path };
	const struct shown_export *found =
		s->n ? bsearch(&key, s->v, s->n, sizeof(key), by_shown_path) : NULL;

	return found ? found->id : 0;
}

static int show(const struct nfs_server *srv, struct shown *s, struct error *err)
{
	int r = call(srv, METHOD("ShowExports"), NULL, NULL, &s->text, err);

	if (r == 0)
		parse_shown(s);
	return r;
}

/* Is live change wanted and possible?  1, 0, or a negative errno. */
static int reaches(const struct nfs_server *srv, struct error *err)
{
	const char *how = srv->settings->ganesha_reload;

	if (how && !strcmp(how, "no"))
		return 0;
	if (ganesha_is_running(srv))
		return 1;
	if (!how || strcmp(how, "dbus"))
		return 0;
	return error_say(
		err, -ENOTCONN,
		"nfs-ganesha does not answer on the system D-Bus (ganesha_reload = dbus): start "
		"it, or set ganesha_reload = auto");
}

static bool ganesha_answers(const struct nfs_server *srv)
{
	cleanup_error struct error err = ERROR_INIT;

	return reaches(srv, &err) > 0;
}

static int ganesha_is_exported(const struct nfs_server *srv, const char *path, struct error *err)
{
	cleanup_shown struct shown shown = { .n = 0 };
	int r;

	if (!ganesha_is_running(srv))
		return 0;
	r = show(srv, &shown, err);
	return r < 0 ? r : find_id(&shown, path) != 0;
}

static int ganesha_look(const struct nfs_server *srv, const struct nfs_export *e, size_t n,
			struct nfs_seen *seen, struct error *err)
{
	cleanup_error struct error untold = ERROR_INIT;
	cleanup_shown struct shown shown = { .n = 0 };
	struct ganesha_file *file;
	int r = ganesha_file_read(&file, srv->settings->ganesha_config, err);
	int live = r == 0 && ganesha_is_running(srv) ? 1 : 0;

	if (r < 0)
		return r;
	if (live)
		r = show(srv, &shown, &untold);
	for (size_t i = 0; i < n; i++) {
		cleanup_error struct error ignored = ERROR_INIT;
		bool changed = false;

		seen[i].in_files = ganesha_file_id(file, e[i].path) != 0;
		/* Only of those that are there: another one would be given an id here. */
		seen[i].as_wanted = seen[i].in_files &&
				    ganesha_file_ensure(file, &e[i], &changed, &ignored) == 0 &&
				    !changed;
		seen[i].exported = r < 0 ? r : live && find_id(&shown, e[i].path) != 0;
	}
	ganesha_file_free(file);
	return 0;
}

/* A file with nothing but one block: ganesha would read all of ours for each call. */
static char *write_block(const struct nfs_server *srv, const char *block, struct error *err)
{
	cleanup_free char *path = mem_printf("%s/mkdcroot-export.XXXXXX", srv->env->run_dir);
	cleanup_fd int fd = mkostemp(path, O_CLOEXEC);
	int r;

	if (fd < 0) {
		error_set(err, -errno, "create %s", path);
		return NULL;
	}
	r = fs_write_all(fd, block, strlen(block));
	if (r < 0) {
		error_set(err, r, "write %s", path);
		unlink(path);
		return NULL;
	}
	return steal_ptr(&path);
}

static int add_one(const struct nfs_server *srv, const struct ganesha_file *file,
		   const struct nfs_export *e, const struct shown *shown, struct error *err)
{
	const char *block = ganesha_file_block(file, e->path);
	unsigned int id = ganesha_file_id(file, e->path);
	cleanup_free char *path = NULL, *arg1 = NULL, *arg2 = NULL;
	int r;

	if (!block)
		return error_say(err, -ENOENT, "export %s: not in %s", e->path,
				 srv->settings->ganesha_config);
	path = write_block(srv, block, err);
	if (!path)
		return -EIO;
	arg1 = mem_printf("string:%s", path);
	arg2 = mem_printf("string:EXPORT(Export_Id=%u)", id);
	r = call(srv, find_id(shown, e->path) ? METHOD("UpdateExport") : METHOD("AddExport"), arg1,
		 arg2, NULL, err);
	unlink(path);
	return r < 0 ? error_wrap(err, "let nfs-ganesha export %s", e->path) : 0;
}

static int ganesha_add_live(const struct nfs_server *srv, const struct nfs_export *e, size_t n,
			    struct error *err)
{
	cleanup_shown struct shown shown = { .n = 0 };
	struct ganesha_file *file;
	int r = reaches(srv, err);

	if (r <= 0)
		return r;
	r = show(srv, &shown, err);
	if (r == 0)
		r = ganesha_file_read(&file, srv->settings->ganesha_config, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n && r == 0; i++)
		r = add_one(srv, file, &e[i], &shown, err);
	ganesha_file_free(file);
	return r;
}

/* A request that is being answered keeps the root a moment longer. */
static int wait_a_moment(const struct nfs_server *srv, const struct nfs_export *e, size_t n,
			 struct error *err)
{
	(void)srv, (void)e, (void)n, (void)err;
	nfs_sleep_ms(200);
	return 0;
}

static int unexport(const struct nfs_server *srv, const struct nfs_export *e, size_t n,
		    struct error *err)
{
	cleanup_shown struct shown shown = { .n = 0 };
	int r = show(srv, &shown, err);

	for (size_t i = 0; i < n && r == 0; i++) {
		unsigned int id = find_id(&shown, e[i].path);
		cleanup_free char *arg = mem_printf("uint16:%u", id);

		if (id)
			r = call(srv, METHOD("RemoveExport"), arg, NULL, NULL, err);
		if (r < 0)
			return error_wrap(err, "take %s from nfs-ganesha", e[i].path);
	}
	return r;
}

static int ganesha_take_away(const struct nfs_server *srv, const struct nfs_export *e, size_t n,
			     nfs_umount_fn *umount, void *arg, struct error *err)
{
	const struct nfs_retry retry = { .rounds = 10, .prepare = wait_a_moment, .srv = srv };
	int r = reaches(srv, err);

	if (r > 0)
		r = unexport(srv, e, n, err);
	if (r < 0)
		return r;
	return nfs_umount_all(e, n, umount, arg, &retry, err);
}

/* Does ganesha's own configuration mention our file? */
static bool main_config_has(const struct nfs_server *srv, const char *word)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_str struct str text = STR_INIT;

	return fs_read_optional(srv->env->ganesha_main, &text, &err) == 0 &&
	       strcasestr(str_text(&text), word);
}

static int ganesha_preflight(const struct nfs_server *srv, struct strv *warnings, struct error *err)
{
	struct ganesha_file *file;
	int r = ganesha_file_read(&file, srv->settings->ganesha_config, err);

	if (r < 0)
		return r;
	ganesha_file_free(file);
	if (!child_exists(srv->env->dbus_send))
		return error_say(
			err, -ENOENT,
			"nfs_backend = ganesha: %s is not installed (Debian's package is dbus-bin)",
			srv->env->dbus_send);
	if (!main_config_has(srv, srv->settings->ganesha_config))
		strv_addf(warnings,
			  "%s does not include our exports: add the line  %%include \"%s\"  to it",
			  srv->env->ganesha_main, srv->settings->ganesha_config);
	/* A client looks up the owner's name by a program of the very root that waits for it. */
	if (!main_config_has(srv, "Only_Numeric_Owners"))
		strv_addf(warnings,
			  "%s does not set Only_Numeric_Owners: put  NFSv4 { Only_Numeric_Owners = "
			  "true; }  into it, or hosts with NFSv4 hang at login",
			  srv->env->ganesha_main);
	if (!ganesha_is_running(srv))
		strv_addf(warnings,
			  "nfs-ganesha does not answer on the system D-Bus: it will read %s when "
			  "it is "
			  "started (or restarted)",
			  srv->settings->ganesha_config);
	return 0;
}

const struct nfs_server_ops nfs_server_ganesha = {
	.name = "ganesha",
	.preflight = ganesha_preflight,
	.check = ganesha_check,
	.add_files = ganesha_add_files,
	.remove_files = ganesha_remove_files,
	.look = ganesha_look,
	.in_files = ganesha_in_files,
	.is_running = ganesha_answers,
	.add_live = ganesha_add_live,
	.take_away = ganesha_take_away,
	.is_exported = ganesha_is_exported,
};
