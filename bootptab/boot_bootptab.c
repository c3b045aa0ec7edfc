/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot_bootptab: the backend for bootpd(8) and its bootptab(5). */

#include "bootptab/boot_server.h"
#include "bootptab/bootptab.h"

#include "mkdcroot/base/child.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

struct state {
	struct bootptab *doc;
	bool has_template; /* ensured since it was opened */
	bool changed;
	size_t told; /* warnings of the document that have been said */
};

/* The parameters of an entry, with the strings that they point to. */
struct entry_params {
	struct bootptab_params p;
	char *name; /* as the TFTP daemon sees the file */
	char *home_dir;
	struct str dns;
};

static void free_params(struct entry_params *e)
{
	free(e->name);
	free(e->home_dir);
	str_free(&e->dns);
}

#define cleanup_params __attribute__((cleanup(free_params)))

/*
 * td is the daemon's root and not sent; the client is told hd/bf.  A file in the root itself goes
 * without hd: bootpd would make "//name" of hd=/.
 */
static int make_params(struct entry_params *e, const struct settings *s, const char *boot_file,
		       struct error *err)
{
	char *slash;

	e->name = boot_file_name(s->tftp_root, boot_file ? boot_file : s->boot_file, err);
	if (!e->name)
		return -EINVAL;
	slash = strrchr(e->name, '/');
	if (slash != e->name) {
		e->home_dir = mem_strndup(e->name, (size_t)(slash - e->name));
		e->p.boot_file = slash + 1;
	} else {
		e->p.boot_file = e->name;
	}
	for (size_t i = 0; i < s->dns.n; i++)
		str_addf(&e->dns, "%s%s", i ? " " : "", s->dns.v[i]);
	e->p.home_dir = e->home_dir;
	e->p.tftp_dir = s->tftp_root;
	e->p.netmask = s->netmask;
	e->p.gateway = s->gateway;
	e->p.dns = str_text(&e->dns);
	e->p.tftp_server = s->tftp_server;
	return 0;
}

static int bootptab_preflight(const struct settings *s, struct strv *warnings, struct error *err)
{
	cleanup_free char *name = boot_file_name(s->tftp_root, s->boot_file, err);
	struct bootptab *doc;
	int r;

	if (!name)
		return -EINVAL;
	r = bootptab_read(&doc, s->bootptab, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < bootptab_warnings(doc)->n; i++)
		strv_add(warnings, bootptab_warnings(doc)->v[i]);
	bootptab_free(doc);
	if (!child_exists("bootpd") && !child_exists("/usr/sbin/bootpd"))
		strv_addf(warnings,
			  "bootpd is not installed: nobody will answer the hosts' requests from %s "
			  "(Debian's package is bootp)",
			  s->bootptab);
	return 0;
}

static int bootptab_open(struct boot_server *srv, struct error *err)
{
	struct state *st = mem_new(sizeof(*st));

	srv->state = st;
	return bootptab_read(&st->doc, srv->settings->bootptab, err);
}

/* The warnings of the file itself are the preflight's; those that an edit brings are said at once. */
static void tell(struct state *st)
{
	const struct strv *warnings = bootptab_warnings(st->doc);

	for (; st->told < warnings->n; st->told++)
		log_warn("%s", warnings->v[st->told]);
}

static int ensure_template(struct boot_server *srv, struct error *err)
{
	cleanup_params struct entry_params e = { 0 };
	struct state *st = srv->state;
	bool changed;
	int r;

	if (st->has_template)
		return 0;
	r = make_params(&e, srv->settings, NULL, err);
	if (r == 0)
		r = bootptab_ensure_template(st->doc, &e.p, &changed, err);
	if (r < 0)
		return r;
	st->has_template = true;
	st->changed = st->changed || changed;
	return 0;
}

static int forget_host(struct state *st, const char *name)
{
	bool there = bootptab_remove_host(st->doc, name);

	st->changed = st->changed || there;
	/* The template goes with the last host. */
	st->has_template = false;
	return there;
}

static int bootptab_ensure(struct boot_server *srv, const struct boot_host *h,
			   enum boot_state *state, struct error *err)
{
	struct bootptab_host entry = {
		.name = h->name, .ip = h->ip, .mac = h->mac, .root_path = h->root_path
	};
	cleanup_params struct entry_params e = { 0 };
	struct state *st = srv->state;
	bool changed;
	int r;

	*state = BOOT_WAITING_FOR_MAC;
	if (!h->mac.set) {
		forget_host(st, h->name);
		return 0;
	}
	st->told = bootptab_warnings(st->doc)->n;
	r = ensure_template(srv, err);
	if (r == 0)
		r = make_params(&e, h->settings ? h->settings : srv->settings, h->boot_file, err);
	if (r < 0)
		return r;
	entry.params = e.p;
	r = bootptab_ensure_host(st->doc, &entry, &changed, err);
	if (r < 0)
		return r;
	tell(st);
	st->changed = st->changed || changed;
	*state = changed ? BOOT_WRITTEN : BOOT_UNCHANGED;
	return 0;
}

static int bootptab_remove(struct boot_server *srv, const char *name, enum boot_state *state,
			   struct error *err)
{
	(void)err;
	*state = forget_host(srv->state, name) ? BOOT_REMOVED : BOOT_ABSENT;
	return 0;
}

static bool bootptab_has(const struct boot_server *srv, const char *name)
{
	const struct state *st = srv->state;
	const struct bootptab_entry *e = bootptab_find_name(st->doc, name);

	return e && e->ours;
}

static bool bootptab_is_changed(const struct boot_server *srv)
{
	const struct state *st = srv->state;

	return st->changed;
}

/*
 * bootpd reads the file again when its time, in whole seconds, is another one: two
 * changes within a second must not look alike.
 */
static int move_time(const char *path, const struct stat *before, struct error *err)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_nsec = 0 } };
	struct stat st;

	if (stat(path, &st) < 0)
		return error_set(err, -errno, "stat %s", path);
	if (st.st_mtim.tv_sec > before->st_mtim.tv_sec)
		return 0;
	times[1].tv_sec = before->st_mtim.tv_sec + 1;
	if (utimensat(AT_FDCWD, path, times, 0) < 0)
		return error_set(err, -errno, "set the time of %s", path);
	return 0;
}

static int bootptab_save(struct boot_server *srv, struct error *err)
{
	const char *path = srv->settings->bootptab;
	cleanup_str struct str text = STR_INIT;
	struct state *st = srv->state;
	struct stat before = { 0 };
	int r;

	if (!st->changed)
		return 0;
	if (stat(path, &before) < 0 && errno != ENOENT)
		return error_set(err, -errno, "stat %s", path);
	bootptab_write(st->doc, &text);
	r = fs_replace_checked(path, &text, 0644, err);
	if (r < 0)
		return r;
	st->changed = false;
	return move_time(path, &before, err);
}

static int bootptab_reload(struct boot_server *srv, struct error *err)
{
	/* bootpd looks at the file's time at every request. */
	(void)srv, (void)err;
	return 0;
}

static void bootptab_close(struct boot_server *srv)
{
	struct state *st = srv->state;

	if (st)
		bootptab_free(st->doc);
	free(st);
}

const struct boot_server_ops boot_server_bootptab = {
	.name = "bootptab",
	.preflight = bootptab_preflight,
	.open = bootptab_open,
	.ensure = bootptab_ensure,
	.remove = bootptab_remove,
	.has = bootptab_has,
	.is_changed = bootptab_is_changed,
	.save = bootptab_save,
	.reload = bootptab_reload,
	.close = bootptab_close,
};
