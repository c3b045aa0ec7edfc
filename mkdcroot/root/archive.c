/* SPDX-License-Identifier: GPL-2.0-or-later */
/* archive: tar_reader's entries become those of tree_writer, but for what is left out. */
#include "mkdcroot/root/archive.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/interrupt.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/progress.h"
#include "mkdcroot/model/exclude.h"
#include "mkdcroot/root/acl.h"
#include "mkdcroot/root/tar_reader.h"
#include "mkdcroot/root/tree_writer.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

/* ---- before a layer is made ---------------------------------------------------------------- */

void archive_facts_free(struct archive_facts *facts)
{
	str_free(&facts->release);
}

struct probe {
	struct tar_reader *r;
	struct archive_facts *facts;
	bool has_etc, done;
};

static int probe_entry(struct probe *p, struct archive_entry *e, const char *path,
		       struct error *err)
{
	bool is_file = archive_entry_filetype(e) == AE_IFREG && !tar_entry_hard_link(e);

	p->has_etc |= strcmp(path, "/etc") == 0 || str_has_prefix(path, "/etc/");
	p->facts->has_systemd |= strcmp(path, "/usr/lib/systemd/systemd") == 0 ||
				 strcmp(path, "/lib/systemd/systemd") == 0;
	if (!is_file ||
	    (strcmp(path, "/usr/lib/os-release") != 0 && strcmp(path, "/etc/os-release") != 0))
		return 0;
	p->facts->release.len = 0;
	p->done = true;
	return tar_reader_text(p->r, &p->facts->release, err);
}

static int probe_entries(struct probe *p, struct error *err)
{
	struct archive_entry *e;
	char *path;
	int rc;

	while (!p->done && (rc = tar_reader_next(p->r, &e, &path, err)) != 0) {
		if (rc > 0)
			rc = probe_entry(p, e, path, err);
		free(path);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int archive_probe(const char *file, struct archive_facts *facts, struct error *err)
{
	cleanup_strv struct strv layers = STRV_INIT;
	cleanup_tar_reader struct tar_reader r;
	struct probe p = { .r = &r, .facts = facts };
	int rc;

	tar_reader_init(&r, file);
	rc = tar_reader_layers(&r, &layers, err);
	if (!rc && !layers.n)
		rc = tar_reader_open(&r, err) ?: probe_entries(&p, err);
	for (size_t i = 0; !rc && i < layers.n && !p.done; i++)
		rc = tar_reader_open_layer(&r, layers.v[i], err) ?: probe_entries(&p, err);
	if (!rc && !p.done && !p.has_etc)
		rc = error_say(err, -EINVAL, "%s holds no root file system: it has no /etc", file);
	return rc;
}

/* ---- unpacking ------------------------------------------------------------------------------- */

struct unpacking {
	struct tar_reader *r;
	struct tree_writer *writer;
	struct exclude *excludes;
	struct left_out *left_out;
	struct progress progress;
	unsigned long long before; /* bytes of the layers that are done */
	struct str last_left_out;
	/* Of the entry at hand. */
	struct tree_xattr *xattr;
	size_t n_xattr;
};

static void show(struct unpacking *u)
{
	progress_update(&u->progress, u->before + tar_reader_consumed(u->r));
}

static int next_piece(void *arg, const void **bytes, size_t *len, long long *offset,
		      struct error *err)
{
	struct unpacking *u = arg;
	la_int64_t at;
	int status;

	if (interrupt_signal())
		return error_say(err, -EINTR, "interrupted");
	do
		status = archive_read_data_block(tar_reader_current(u->r), bytes, len, &at);
	while (status == ARCHIVE_RETRY);
	if (status == ARCHIVE_EOF)
		return 0;
	if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
		return tar_reader_damaged(u->r, tar_reader_current(u->r), err);
	*offset = at;
	show(u);
	return 1;
}

static void add_xattr(struct unpacking *u, const char *name, const void *value, size_t len)
{
	struct tree_xattr *x;

	u->xattr = mem_resize(u->xattr, u->n_xattr + 1, sizeof(*u->xattr));
	x = &u->xattr[u->n_xattr++];
	*x = (struct tree_xattr){ mem_strdup(name), mem_new(len + 1), len };
	memcpy(x->value, value, len);
}

static void free_xattrs(struct unpacking *u)
{
	while (u->n_xattr) {
		u->n_xattr--;
		free(u->xattr[u->n_xattr].name);
		free(u->xattr[u->n_xattr].value);
	}
}

static void take_acl(struct unpacking *u, struct archive_entry *e, int type, const char *name)
{
	cleanup_str struct str value = STR_INIT;
	cleanup_free char *path = NULL;
	int unknown;

	if (!archive_entry_acl_count(e, type))
		return;
	unknown = acl_to_xattr(e, type, &value);
	if (unknown) {
		path = str_printable(tar_entry_path(e));
		log_warn("%s: %d entries of its ACL have names without numbers, and are left out "
			 "(instead of tar --acls, tar --xattrs-include='*' keeps numbers)",
			 path, unknown);
	}
	if (value.len)
		add_xattr(u, name, value.data, value.len);
}

static void take_xattrs(struct unpacking *u, struct archive_entry *e)
{
	const char *name;
	const void *value;
	size_t len;

	free_xattrs(u);
	archive_entry_xattr_reset(e);
	while (archive_entry_xattr_next(e, &name, &value, &len) == ARCHIVE_OK)
		if (name)
			add_xattr(u, name, value, len);
	take_acl(u, e, ARCHIVE_ENTRY_ACL_TYPE_ACCESS, "system.posix_acl_access");
	take_acl(u, e, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT, "system.posix_acl_default");
}

/* -1 means "leave it" to chown(2): nobody has it. */
static int take_owner(struct archive_entry *e, struct tree_entry *out, struct error *err)
{
	la_int64_t uid = archive_entry_uid(e), gid = archive_entry_gid(e);

	if (uid < 0 || uid >= UINT32_MAX || gid < 0 || gid >= UINT32_MAX) {
		cleanup_free char *name = str_printable(out->path);

		return error_say(err, -ERANGE, "the owner %lld:%lld of %s is out of range",
				 (long long)uid, (long long)gid, name);
	}
	out->uid = (uid_t)uid;
	out->gid = (gid_t)gid;
	return 0;
}

static int put_entry(struct unpacking *u, struct archive_entry *e, struct error *err)
{
	struct tree_entry out = { .path = tar_entry_path(e),
				  .link = tar_entry_hard_link(e),
				  .mode = archive_entry_mode(e),
				  .device = archive_entry_rdev(e),
				  .mtime = { archive_entry_mtime(e), archive_entry_mtime_nsec(e) },
				  .content = next_piece,
				  .arg = u };
	int rc = take_owner(e, &out, err);

	out.hard = out.link != NULL;
	if (!out.hard && S_ISLNK(out.mode))
		out.link = tar_entry_symlink(e);
	if (S_ISREG(out.mode))
		out.size = archive_entry_size(e);
	take_xattrs(u, e);
	out.xattr = u->xattr;
	out.n_xattr = u->n_xattr;
	return rc ? rc : tree_writer_put(u->writer, &out, err);
}

static void leave_out(struct unpacking *u, const char *path, size_t at, const char *rule)
{
	cleanup_free char *what = mem_strndup(path, at);

	/* All that is below an excluded directory is one thing. */
	if (strcmp(str_text(&u->last_left_out), what) == 0)
		return;
	u->last_left_out.len = 0;
	str_add(&u->last_left_out, what);
	left_out_add(u->left_out, what, rule);
}

/* What no copy of a system has: sockets, and the whiteouts of an overlay. */
static const char *why_unfit(struct archive_entry *e)
{
	if (tar_entry_hard_link(e))
		return NULL;
	if (archive_entry_filetype(e) == AE_IFSOCK)
		return "a socket";
	if (archive_entry_filetype(e) == AE_IFCHR && archive_entry_rdev(e) == 0)
		return "a whiteout of an overlay";
	return NULL;
}

static void warn_hard_link(const char *path, const char *target)
{
	cleanup_free char *from = str_printable(path), *to = str_printable(target);

	log_warn("%s is left out, too: it is a hard link to %s", from, to);
}

static int take_entry(struct unpacking *u, struct archive_entry *e, const char *path,
		      struct error *err)
{
	bool is_dir = archive_entry_filetype(e) == AE_IFDIR;
	size_t at = strlen(path);
	const char *rule = exclude_match(u->excludes, path, is_dir, &at);
	const char *link = tar_entry_hard_link(e);

	if (!rule)
		rule = why_unfit(e);
	if (!rule && link) {
		cleanup_free char *target = tree_writer_path(link, err);
		size_t ignored;

		if (!target)
			return error_wrap(err, "hard link");
		/* The content stands at the first name, and goes with it. */
		rule = exclude_match(u->excludes, target, false, &ignored);
		if (rule)
			warn_hard_link(path, target);
	}
	if (!rule)
		return put_entry(u, e, err);
	leave_out(u, path, at, rule);
	return 0;
}

static int unpack_entries(struct unpacking *u, struct error *err)
{
	struct archive_entry *e;
	char *path;
	int rc;

	while ((rc = tar_reader_next(u->r, &e, &path, err)) > 0) {
		rc = take_entry(u, e, path, err);
		if (rc && !strstr(error_text(err), u->r->file))
			error_wrap(err, "%s", u->r->file);
		free(path);
		if (rc)
			return rc;
		show(u);
	}
	return rc;
}

static int unpack_layers(struct unpacking *u, const struct strv *layers, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < layers->n; i++) {
		if (i)
			tree_writer_next_layer(u->writer);
		rc = tar_reader_open_layer(u->r, layers->v[i], err) ?: unpack_entries(u, err);
		if (!rc)
			u->before += tar_reader_consumed(u->r);
	}
	return rc;
}

static int unpack(struct unpacking *u, const struct strv *layers, struct error *err)
{
	int rc;

	if (layers->n)
		rc = unpack_layers(u, layers, err);
	else
		rc = tar_reader_open(u->r, err) ?: unpack_entries(u, err);
	return rc ? rc : tree_writer_finish(u->writer, err);
}

int archive_unpack(const struct unpack *in, struct left_out *left_out, struct error *err)
{
	cleanup_strv struct strv layers = STRV_INIT;
	cleanup_tar_reader struct tar_reader r;
	cleanup_exclude struct exclude *excludes = exclude_new(in->excludes);
	cleanup_tree_writer struct tree_writer *writer = NULL;
	struct unpacking u = { .r = &r, .excludes = excludes, .left_out = left_out };
	unsigned long long room = 0;
	int rc;

	tar_reader_init(&r, in->file);
	rc = tar_reader_layers(&r, &layers, err) ?: fs_room(in->stage, &room, err);
	if (rc)
		return rc;
	writer = u.writer = tree_writer_new(in->stage, room, err);
	if (!writer)
		return err->status;
	/* How long the layers are together is not known. */
	progress_begin(&u.progress, "unpack the archive", layers.n ? 0 : r.size, in->quiet);
	rc = unpack(&u, &layers, err);
	if (!rc)
		progress_end(&u.progress);
	if (rc == -ENOSPC)
		error_append(err, "; it needs more room than the store's file system has");
	free_xattrs(&u);
	free(u.xattr);
	str_free(&u.last_left_out);
	return rc;
}
