/* SPDX-License-Identifier: GPL-2.0-or-later */
/* preflight: each check names what is missing and how it is got. */
#include "mkdcroot/plan/preflight.h"
#include "mkdcroot/base/child.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/version.h"
#include "mkdcroot/model/source.h"
#include "mkdcroot/plan/service_status.h"
#include "overlay/mounts.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>

#define MIB (1ull << 20)

static int need_root(struct error *err)
{
	if (geteuid() == 0)
		return 0;
	return error_say(err, -EPERM, "this needs root's rights (run it with sudo)");
}

static int need_kernel(struct error *err)
{
	static const struct version wanted = { { 5, 15, 0 } };
	struct version have;
	struct utsname name;

	/* What cannot be read is no reason: the mounts are tried as well. */
	if (uname(&name) < 0 || !version_parse(&have, name.release, NULL) ||
	    version_compare(&have, &wanted) >= 0)
		return 0;
	return error_say(err, -ENOSYS, "this kernel is Linux %s: 5.15 or later is needed",
			 name.release);
}

/* A program, and how its version is asked for. */
struct program {
	const char *name, *package;
	const char *option; /* NULL: any version will do */
	const char *after;  /* the word before the version in what it prints */
	struct version min;
	const char *why;
};

static const struct program programs[] = {
	/* 1.5 knows no such option and prints its name and version before it says so. */
	{ "mkfs.erofs", "erofs-utils", "-V", "mkfs.erofs ", { { 1, 4, 0 } }, "--quiet" },
	{ "rsync", "rsync", "--version", "version ", { { 3, 1, 3 } }, "filters for attributes" },
	{ "mmdebstrap", "mmdebstrap", NULL, NULL, { { 0 } }, NULL },
};

static int need_program(const char *name, struct error *err)
{
	const struct program *p = programs;
	cleanup_error struct error ignored = ERROR_INIT;
	cleanup_str struct str output = STR_INIT;
	const char *argv[3] = { name, NULL, NULL };
	static const char *const env[] = { "LC_ALL=C", NULL };
	struct child c = { .argv = argv, .env = env, .output = &output };
	struct version have;

	while (strcmp(p->name, name) != 0)
		p++;
	if (!child_exists(name))
		return error_say(err, -ENOENT, "%s is not installed (apt-get install %s)", name,
				 p->package);
	if (!p->option)
		return 0;
	argv[1] = p->option;
	child_run(&c, &ignored);
	if (!version_parse(&have, str_text(&output), p->after)) {
		log_warn("the version of %s cannot be told: %u.%u.%u or later is needed", name,
			 p->min.part[0], p->min.part[1], p->min.part[2]);
		return 0;
	}
	if (version_compare(&have, &p->min) >= 0)
		return 0;
	return error_say(err, -ENOSYS, "%s %u.%u.%u is too old: %u.%u.%u or later is needed (%s)",
			 name, have.part[0], have.part[1], have.part[2], p->min.part[0],
			 p->min.part[1], p->min.part[2], p->why);
}

/* Is @path @dir, or below it?  Links are followed as far as the paths exist. */
static bool is_within(const char *path, const char *dir)
{
	cleanup_free char *real_path = realpath(path, NULL), *real_dir = realpath(dir, NULL);
	const char *p = real_path ? real_path : path, *d = real_dir ? real_dir : dir;
	size_t len = strlen(d);

	return strcmp(d, "/") == 0 || (str_has_prefix(p, d) && (!p[len] || p[len] == '/'));
}

/* The first directory on the way to @path which others may not enter; NULL: none, or it is not there yet. */
static char *closed_directory(const char *path)
{
	cleanup_free char *copy = mem_strdup(path);
	struct stat st;

	for (char *p = copy + 1;; p++) {
		char c = *p;

		if (c && c != '/')
			continue;
		*p = '\0';
		if (stat(copy, &st) < 0)
			return NULL;
		if (!(st.st_mode & S_IXOTH))
			return steal_ptr(&copy);
		if (!c)
			return NULL;
		*p = c;
	}
}

static int check_roots(const struct settings *s, struct strv *warnings, struct error *err)
{
	cleanup_free char *closed = closed_directory(s->tftp_root);

	if (strcmp(s->farm, "/") == 0)
		return error_say(
			err, -EINVAL,
			"farm = /: the farm needs a directory of its own, such as /tftpboot");
	if (is_within(s->store, s->farm))
		return error_say(
			err, -EINVAL,
			"store = %s lies in the farm %s, which is served to the hosts: put it "
			"elsewhere, such as /var/lib/mkdcroot",
			s->store, s->farm);
	if (is_within(s->farm, s->store))
		return error_say(
			err, -EINVAL,
			"farm = %s lies in the store %s, which nobody but root may enter: put "
			"it elsewhere, such as /tftpboot",
			s->farm, s->store);
	if (is_within(s->farm, s->tftp_root))
		strv_addf(
			warnings,
			"tftp_root = %s has the farm in it: a TFTP daemon rooted there hands every "
			"world-readable file of every host to anybody; root it at %s/boot, or "
			"restrict it by a map file (in.tftpd -m)",
			s->tftp_root, s->farm);
	if (closed)
		strv_addf(warnings,
			  "tftp_root = %s: the TFTP daemon, which is not root, cannot enter %s "
			  "(chmod "
			  "o+x %s)",
			  s->tftp_root, closed, closed);
	return 0;
}

/* Room in the store: less than @bytes or @inodes is an error, or with @warnings a warning. */
static int check_room(const char *store, unsigned long long bytes, unsigned long long inodes,
		      const char *what, struct strv *warnings, struct error *err)
{
	cleanup_str struct str text = STR_INIT;
	unsigned long long room;
	struct statvfs fs;

	if (statvfs(store, &fs) < 0)
		return error_set(err, -errno, "look at the file system of the store %s", store);
	room = (unsigned long long)fs.f_bavail * fs.f_frsize;
	if (room < bytes)
		str_addf(&text, "the store %s has %llu MiB left: %s takes at least %llu MiB", store,
			 room / MIB, what, bytes / MIB);
	/* btrfs has no fixed number of inodes, and says 0. */
	else if (fs.f_files && fs.f_favail < inodes)
		str_addf(&text, "the store %s has %llu inodes left: %s takes at least %llu", store,
			 (unsigned long long)fs.f_favail, what, inodes);
	if (!text.len)
		return 0;
	if (!warnings)
		return error_say(err, -ENOSPC, "%s", str_text(&text));
	strv_add(warnings, str_text(&text));
	return 0;
}

static void hint_at_flags(const char *store)
{
	struct statvfs fs;

	if (statvfs(store, &fs) == 0 &&
	    (fs.f_flag & (ST_NOSUID | ST_NODEV)) != (ST_NOSUID | ST_NODEV))
		log_info("hint: the store %s holds what the hosts' root users write: a file system "
			 "of its own, mounted nosuid,nodev, keeps that from this server",
			 store);
}

static void warn_of_selinux(struct strv *warnings)
{
	if (access("/sys/fs/selinux/enforce", F_OK) == 0)
		strv_add(
			warnings,
			"this server has SELinux: its labels are left out of layers, and hosts are "
			"to be booted with selinux=0; whether its policy lets the NFS and boot "
			"servers at the farm is untested");
}

/* The NFS server speaks for itself; what else is needed and does not run, in one line. */
static void warn_of_services(const struct farm *farm, struct strv *warnings)
{
	cleanup_str struct str names = STR_INIT;
	cleanup_services struct services all;

	services_read(&all, farm, false);
	for (int i = 0; i < N_SERVICES; i++)
		if (i != SERVICE_NFS && service_is_missing(&all.service[i]))
			str_addf(&names, "%s%s (%s)", names.len ? ", " : "", service_infos[i].name,
				 service_infos[i].port);
	if (names.len)
		strv_addf(
			warnings,
			"needed by the hosts and not running here: %s; mkdcroot status --services "
			"says how they are started",
			str_text(&names));
}

static void say_warnings(const struct strv *warnings)
{
	for (size_t i = 0; i < warnings->n; i++)
		log_warn("%s", warnings->v[i]);
}

/* What every change needs. */
static int check_server(const struct farm *farm, struct strv *warnings, struct error *err)
{
	int rc = need_root(err);

	if (!rc)
		rc = need_kernel(err);
	if (!rc)
		rc = mounts_preflight(farm->settings.store, warnings, err);
	return rc ? rc : check_roots(&farm->settings, warnings, err);
}

int preflight_hosts(struct farm *farm, struct error *err)
{
	cleanup_strv struct strv warnings = STRV_INIT;
	int rc = check_server(farm, &warnings, err);

	if (!rc)
		rc = check_room(farm->settings.store, MIB, 64, "a host", NULL, err);
	if (!rc)
		rc = fs_mkdir_p(farm->settings.farm, 0755, err);
	if (!rc)
		rc = farm->nfs.ops->preflight(&farm->nfs, &warnings, err);
	for (int i = 0; !rc && i < farm->n_boot; i++)
		rc = farm->boot[i]->preflight(&farm->settings, &warnings, err);
	if (rc)
		return rc;
	warn_of_services(farm, &warnings);
	say_warnings(&warnings);
	return 0;
}

int preflight_layer(struct farm *farm, const char *source, struct error *err)
{
	cleanup_strv struct strv warnings = STRV_INIT;
	struct source parsed = { 0 };
	int rc = need_root(err);

	if (!rc)
		rc = source_parse(&parsed, source, err);
	if (!rc)
		rc = check_server(farm, &warnings, err);
	if (!rc)
		rc = need_program("mkfs.erofs", err);
	if (!rc && parsed.kind == SOURCE_DEBIAN)
		rc = need_program("mmdebstrap", err);
	if (!rc && (parsed.kind == SOURCE_DIRECTORY || parsed.kind == SOURCE_SERVER))
		rc = need_program("rsync", err);
	if (!rc)
		rc = check_room(farm->settings.store, 512 * MIB, 10000, "a layer", &warnings, err);
	if (rc)
		return rc;
	warn_of_selinux(&warnings);
	say_warnings(&warnings);
	hint_at_flags(farm->settings.store);
	return 0;
}

int preflight_image(struct farm *farm, struct error *err)
{
	cleanup_strv struct strv warnings = STRV_INIT;
	int rc = check_server(farm, &warnings, err);

	if (!rc)
		say_warnings(&warnings);
	return rc;
}
