/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fstab: line by line, so that what stays keeps its bytes; libmount reads each line and
 * libblkid knows which types live on block devices.  Our own lines stand in a marked block.
 */
#include "mkdcroot/root/fstab.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"

#include <blkid/blkid.h>
#include <libmount/libmount.h>
#include <string.h>

#define BLOCK_BEGIN "# begin of mkdcroot's lines: made from its settings and profiles\n"
#define BLOCK_END   "# end of mkdcroot's lines\n"

/* Types on block devices or images that libblkid calls otherwise, if it knows them. */
static const char *const local_types[] = { "zfs",	 "ntfs-3g",    "ntfs3",
					   "fuseblk",	 "exfat-fuse", "msdos",
					   "lowntfs-3g", "bcachefs",   NULL };

/* libmount's complaint about a line: counted, not printed. */
static int on_bad_line(struct libmnt_table *table, const char *name, int line)
{
	(void)table;
	(void)name;
	(void)line;
	return 1; /* go on: the table stays empty */
}

/* The one entry of @line, in a table that the caller frees; NULL when it cannot be read. */
static struct libmnt_fs *parse_line(const char *line, struct libmnt_table **table)
{
	struct libmnt_fs *fs = NULL;
	FILE *stream = fmemopen((void *)line, strlen(line), "r");

	*table = mnt_new_table();
	if (!stream || !*table) {
		if (stream)
			fclose(stream);
		return NULL;
	}
	mnt_table_set_parser_errcb(*table, on_bad_line);
	if (mnt_table_parse_stream(*table, stream, "fstab") != 0 ||
	    mnt_table_first_fs(*table, &fs) != 0)
		fs = NULL;
	fclose(stream);
	if (fs && (!mnt_fs_get_source(fs) || !mnt_fs_get_target(fs) || !mnt_fs_get_fstype(fs)))
		return NULL;
	return fs;
}

/* Is @path @dir or below it? */
static bool is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	while (len > 1 && dir[len - 1] == '/')
		len--;
	return strncmp(path, dir, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

static bool is_below_any(const char *path, const struct strv *dirs)
{
	for (size_t i = 0; i < dirs->n; i++)
		if (is_below(path, dirs->v[i]))
			return true;
	return false;
}

static bool is_local_type(const char *type)
{
	for (size_t i = 0; local_types[i]; i++)
		if (strcmp(local_types[i], type) == 0)
			return true;
	return blkid_known_fstype(type);
}

/* Why a line is left out, or NULL. */
static const char *reason_to_drop(struct libmnt_fs *fs, const struct strv *dropped_targets)
{
	const char *source = mnt_fs_get_source(fs), *type = mnt_fs_get_fstype(fs);
	const char *options = mnt_fs_get_options(fs);
	bool bind = options && (mnt_optstr_get_option(options, "bind", NULL, NULL) == 0 ||
				mnt_optstr_get_option(options, "rbind", NULL, NULL) == 0);
	const char *name, *value;

	if (mnt_fs_is_swaparea(fs))
		return "swap";
	if (strcmp(mnt_fs_get_target(fs), "/") == 0)
		return "the root comes from the kernel command line";
	if (mnt_fs_get_tag(fs, &name, &value) == 0 || str_has_prefix(source, "ID="))
		return "a local disk";
	if (str_has_prefix(source, "/dev/"))
		return "a local device";
	if (is_local_type(type))
		return "a type that needs a disk";
	/* A path that is mounted otherwise than by bind is an image in a file. */
	if (source[0] == '/' && source[1] != '/' && !bind && strcmp(type, "auto") == 0)
		return "an image";
	if (source[0] == '/' && is_below_any(source, dropped_targets))
		return "from below a line that is left out";
	return NULL;
}

static bool is_blank(const char *line)
{
	line += strspn(line, " \t\r\n");
	return !*line || *line == '#';
}

struct rewrite {
	const char *name;
	const struct strv *targets; /* of the lines to add */
	struct strv dropped_targets;
	struct str *out;
	struct strv *dropped;
};

static void drop(struct rewrite *r, const char *target, const char *why, const char *line)
{
	if (r->dropped)
		strv_addf(r->dropped, "%s (%s): %.*s", target, why, (int)strcspn(line, "\n"), line);
	if (target[0] == '/' && target[1])
		strv_add(&r->dropped_targets, target);
}

static void take_line(struct rewrite *r, const char *line)
{
	struct libmnt_table *table = NULL;
	struct libmnt_fs *fs;
	const char *why;

	if (is_blank(line)) {
		str_add(r->out, line);
		return;
	}
	fs = parse_line(line, &table);
	why = fs ? reason_to_drop(fs, &r->dropped_targets) : "cannot be read";
	if (why) {
		drop(r, fs ? mnt_fs_get_target(fs) : r->name, why, line);
	} else if (strv_has(r->targets, mnt_fs_get_target(fs))) {
		if (r->dropped)
			strv_addf(r->dropped, "%s (another line takes its place): %.*s",
				  mnt_fs_get_target(fs), (int)strcspn(line, "\n"), line);
	} else {
		str_add(r->out, line);
	}
	mnt_unref_table(table);
}

/* Check the lines to add and collect their targets. */
static int read_additions(const struct strv *add, struct strv *targets, struct error *err)
{
	for (size_t i = 0; add && i < add->n; i++) {
		struct libmnt_table *table = NULL;
		struct libmnt_fs *fs = NULL;
		const char *target = NULL;

		if (!strchr(add->v[i], '\n') && !is_blank(add->v[i]))
			fs = parse_line(add->v[i], &table);
		if (fs)
			target = mnt_fs_get_target(fs);
		/* libmount reads on where a field is missing: ask for an absolute target. */
		if (target && (target[0] != '/' || !target[1]) && strcmp(target, "none") != 0)
			target = NULL;
		if (target)
			strv_add(targets, target);
		mnt_unref_table(table);
		if (!target)
			return error_say(err, -EINVAL,
					 "mount = %s: not a line of fstab(5): SOURCE TARGET TYPE "
					 "[OPTIONS [FREQ PASS]], and not the root",
					 add->v[i]);
	}
	return 0;
}

/* All lines of @text but those of our block of an earlier time. */
static void take_text(struct rewrite *r, const char *text)
{
	bool ours = false;

	while (*text) {
		size_t len = strcspn(text, "\n");
		cleanup_free char *line = mem_printf("%.*s\n", (int)len, text);

		/* A begin whose end was lost must not swallow what follows. */
		if (strcmp(line, BLOCK_BEGIN) == 0 && strstr(text, BLOCK_END))
			ours = true;
		if (!ours)
			take_line(r, line);
		if (strcmp(line, BLOCK_END) == 0)
			ours = false;
		text += len + (text[len] == '\n');
	}
}

int fstab_rewrite(const char *text, const char *name, const struct strv *add, struct str *out,
		  struct strv *dropped, struct error *err)
{
	cleanup_strv struct strv targets = STRV_INIT;
	struct rewrite r = { .name = name, .targets = &targets, .out = out, .dropped = dropped };
	int rc = read_additions(add, &targets, err);

	if (rc)
		return rc;
	take_text(&r, text);
	strv_free(&r.dropped_targets);
	if (!targets.n)
		return 0;
	str_add(out, BLOCK_BEGIN);
	for (size_t i = 0; i < add->n; i++) {
		bool later = false;

		/* Of two for one place the later one counts; "none" is no place. */
		for (size_t k = i + 1; k < add->n && !later; k++)
			later = targets.v[i][0] == '/' && strcmp(targets.v[i], targets.v[k]) == 0;
		if (!later)
			str_addf(out, "%s\n", add->v[i]);
	}
	str_add(out, BLOCK_END);
	return 0;
}

bool fstab_covers(const char *text, const char *target)
{
	bool covered = false;

	while (*text && !covered) {
		size_t len = strcspn(text, "\n");
		cleanup_free char *line = mem_printf("%.*s\n", (int)len, text);
		struct libmnt_table *table = NULL;
		struct libmnt_fs *fs = is_blank(line) ? NULL : parse_line(line, &table);

		if (fs && mnt_fs_get_target(fs)[1])
			covered = is_below(target, mnt_fs_get_target(fs));
		mnt_unref_table(table);
		text += len + (text[len] == '\n');
	}
	return covered;
}
