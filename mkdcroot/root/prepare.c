/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prepare: one function a verb of the layer part, called in the order of the profile. */
#include "mkdcroot/root/prepare.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/root/credentials.h"
#include "mkdcroot/root/fstab.h"
#include "mkdcroot/root/place.h"

#include <string.h>

void prepare_report_free(struct prepare_report *r)
{
	strv_free(&r->lines);
	*r = (struct prepare_report){ .removed = 0 };
}

struct prepare {
	const struct profile *profile;
	const struct tree *view;
	struct prepare_report *report;
};

static void note(struct prepare *p, size_t *count, const char *what, const char *path)
{
	++*count;
	strv_addf(&p->report->lines, "%s %s", what, path);
}

/* @rc of a place_*() call: count and note what was changed. */
static int placed(struct prepare *p, int rc, size_t *count, const char *what, const char *path)
{
	if (rc > 0)
		note(p, count, what, path);
	return rc < 0 ? rc : 0;
}

static int remove_all(struct prepare *p, const char *glob, size_t *count, const char *what,
		      struct error *err)
{
	cleanup_strv struct strv paths = STRV_INIT;
	int rc = tree_glob(p->view, glob, &paths, err);

	for (size_t i = 0; !rc && i < paths.n; i++)
		rc = placed(p, place_nothing(p->view, paths.v[i], err), count, what, paths.v[i]);
	return rc;
}

static int do_scrub(struct prepare *p, const struct profile_item *item, struct error *err)
{
	return remove_all(p, item->what, &p->report->scrubbed, "scrub", err);
}

static int do_remove(struct prepare *p, const struct profile_item *item, struct error *err)
{
	return remove_all(p, item->what, &p->report->removed, "remove", err);
}

static int do_empty(struct prepare *p, const struct profile_item *item, struct error *err)
{
	cleanup_strv struct strv paths = STRV_INIT;
	int rc = tree_glob(p->view, item->what, &paths, err);

	for (size_t i = 0; !rc && i < paths.n; i++) {
		cleanup_strv struct strv names = STRV_INIT;

		rc = tree_list(p->view, paths.v[i], NULL, &names, err);
		if (rc || !names.n)
			continue;
		rc = tree_empty(p->view, paths.v[i], err);
		if (!rc)
			note(p, &p->report->emptied, "empty", paths.v[i]);
	}
	return rc;
}

/* Written anew rather than cut: an overlay would first copy up all that is to go. */
static int truncate_one(struct prepare *p, const char *path, struct error *err)
{
	static const struct str nothing = STR_INIT;
	struct tree_attr attr;
	struct stat st;
	int rc = tree_stat(p->view, path, &st, err);

	if (rc || !S_ISREG(st.st_mode) || st.st_size == 0)
		return rc;
	attr = (struct tree_attr){ st.st_mode & 07777, st.st_uid, st.st_gid };
	return placed(p, place_file(p->view, path, &nothing, &attr, err), &p->report->emptied,
		      "truncate", path);
}

static int do_truncate(struct prepare *p, const struct profile_item *item, struct error *err)
{
	cleanup_strv struct strv paths = STRV_INIT;
	int rc = tree_glob(p->view, item->what, &paths, err);

	for (size_t i = 0; !rc && i < paths.n; i++)
		rc = truncate_one(p, paths.v[i], err);
	return rc;
}

/* Replace the content of a file that may have changed; its attributes stay. */
static int rewrite(struct prepare *p, const char *path, const struct str *content,
		   struct error *err)
{
	struct tree_attr attr = { .mode = 0644 };
	struct stat st;
	int rc = tree_stat(p->view, path, &st, err);

	if (rc && rc != -ENOENT)
		return rc;
	if (rc && !content->len)
		return 0;
	if (!rc && S_ISREG(st.st_mode))
		attr = (struct tree_attr){ st.st_mode & 07777, st.st_uid, st.st_gid };
	return placed(p, place_file(p->view, path, content, &attr, err), &p->report->written,
		      "rewrite", path);
}

static int filter_accounts(struct prepare *p, struct error *err)
{
	cleanup_accounts struct accounts a = { .has_shadow = false };
	const struct {
		const char *path;
		const struct str *text;
	} files[] = {
		{ "/etc/passwd", &a.passwd }, { "/etc/shadow", &a.shadow },
		{ "/etc/group", &a.group },   { "/etc/gshadow", &a.gshadow },
		{ "/etc/subuid", &a.subuid }, { "/etc/subgid", &a.subgid },
	};
	int rc = accounts_read(&a, p->view, err);

	if (rc)
		return rc;
	accounts_scrub(&a, &p->report->people, &p->report->hashes);
	for (size_t i = 0; !rc && i < sizeof(files) / sizeof(*files); i++)
		rc = rewrite(p, files[i].path, files[i].text, err);
	return rc;
}

/* The mounts that the profile wants in every host of the layer. */
static int layer_mounts(struct prepare *p, struct strv *mounts, struct error *err)
{
	for (size_t i = 0; i < p->profile->n; i++) {
		const struct profile_item *item = &p->profile->items[i];
		int rc;

		if (item->part != PROFILE_LAYER || item->verb != VERB_MOUNT)
			continue;
		rc = profile_item_applies(item, p->view, NULL, NULL, err);
		if (rc < 0)
			return rc;
		if (rc)
			strv_add(mounts, item->text);
	}
	return 0;
}

static int filter_fstab(struct prepare *p, struct error *err)
{
	static const char path[] = "/etc/fstab";
	cleanup_strv struct strv mounts = STRV_INIT, dropped = STRV_INIT;
	cleanup_str struct str old = STR_INIT, new = STR_INIT;
	cleanup_error struct error why = ERROR_INIT;
	int rc = tree_read(p->view, path, &old, &why);

	if (rc && rc != -ENOENT)
		return error_say(err, rc, "%s", error_text(&why));
	rc = layer_mounts(p, &mounts, err);
	if (!rc)
		rc = fstab_rewrite(str_text(&old), path, &mounts, &new, &dropped, err);
	for (size_t i = 0; !rc && i < dropped.n; i++)
		strv_addf(&p->report->lines, "fstab without %s", dropped.v[i]);
	return rc ? rc : rewrite(p, path, &new, err);
}

static int do_filter(struct prepare *p, const struct profile_item *item, struct error *err)
{
	static const struct {
		const char *name;
		int (*run)(struct prepare *p, struct error *err);
	} filters[] = { { "accounts", filter_accounts }, { "fstab", filter_fstab } };

	for (size_t i = 0; i < sizeof(filters) / sizeof(*filters); i++)
		if (strcmp(filters[i].name, item->what) == 0)
			return filters[i].run(p, err);
	return error_say(err, -EINVAL, "%s:%u: no filter %s", item->file, item->line, item->what);
}

/* Units that the tree has and that match @pattern; the unit of an instance is its template. */
static int find_units(struct prepare *p, const char *pattern, struct strv *units, struct error *err)
{
	static const char *const dirs[] = { "/etc/systemd/system", "/usr/lib/systemd/system",
					    "/lib/systemd/system",
					    "/usr/local/lib/systemd/system" };
	const char *at = strchr(pattern, '@'), *dot = strrchr(pattern, '.');
	cleanup_free char *template = NULL, *script = NULL;

	if (at && dot > at + 1 && !strpbrk(pattern, "*?["))
		template = mem_printf("%.*s%s", (int)(at + 1 - pattern), pattern, dot);
	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++) {
		cleanup_strv struct strv names = STRV_INIT;
		int rc = tree_list(p->view, dirs[i], template ? template : pattern, &names, err);

		if (rc)
			return rc;
		for (size_t n = 0; n < names.n; n++) {
			const char *unit = template ? pattern : names.v[n];

			if (!strv_has(units, unit))
				strv_add(units, unit);
		}
	}
	/* systemd makes services of System V scripts. */
	if (str_has_suffix(pattern, ".service") && !strpbrk(pattern, "*?[@")) {
		script = mem_printf("/etc/init.d/%.*s", (int)(dot - pattern), pattern);
		if (tree_exists(p->view, script) && !strv_has(units, pattern))
			strv_add(units, pattern);
	}
	return 0;
}

static int do_mask(struct prepare *p, const struct profile_item *item, struct error *err)
{
	cleanup_strv struct strv units = STRV_INIT;
	int rc = find_units(p, item->what, &units, err);

	for (size_t i = 0; !rc && i < units.n; i++) {
		cleanup_free char *path = mem_printf("/etc/systemd/system/%s", units.v[i]);

		rc = placed(p, place_link(p->view, path, "/dev/null", err), &p->report->masked,
			    "mask", units.v[i]);
	}
	return rc;
}

/* Owner and mode of an item; the accounts are those of the tree as it is now. */
static int find_attr(struct prepare *p, const struct profile_item *item, struct tree_attr *attr,
		     struct error *err)
{
	cleanup_accounts struct accounts a = { .has_shadow = false };
	int rc = accounts_read(&a, p->view, err);

	if (rc)
		return rc;
	attr->mode = item->mode;
	rc = accounts_find_owner(&a, item->owner, item->group, attr);
	return rc ? error_say(err, rc, "%s:%u: %s has no account %s or no group %s", item->file,
			      item->line, p->view->name, item->owner, item->group)
		  : 0;
}

static int do_mkdir(struct prepare *p, const struct profile_item *item, struct error *err)
{
	struct tree_attr attr;
	int rc = find_attr(p, item, &attr, err);

	return rc ? rc
		  : placed(p, place_dir(p->view, item->what, &attr, false, err),
			   &p->report->written, "mkdir", item->what);
}

static int do_link(struct prepare *p, const struct profile_item *item, struct error *err)
{
	return placed(p, place_link(p->view, item->what, item->text, err), &p->report->written,
		      "link", item->what);
}

static int do_file(struct prepare *p, const struct profile_item *item, struct error *err)
{
	cleanup_str struct str text = STR_INIT;
	struct tree_attr attr;
	int rc = find_attr(p, item, &attr, err);

	if (!rc)
		rc = profile_expand(item, NULL, NULL, &text, err);
	return rc ? rc
		  : placed(p, place_file(p->view, item->what, &text, &attr, err),
			   &p->report->written, "write", item->what);
}

typedef int verb_fn(struct prepare *p, const struct profile_item *item, struct error *err);

/* What is not here does nothing to the view: excludes and packages are for its making, mounts for the fstab filter. */
static verb_fn *const verbs[] = {
	[VERB_SCRUB] = do_scrub, [VERB_REMOVE] = do_remove,	[VERB_EMPTY] = do_empty,
	[VERB_MASK] = do_mask,	 [VERB_TRUNCATE] = do_truncate, [VERB_FILTER] = do_filter,
	[VERB_LINK] = do_link,	 [VERB_MKDIR] = do_mkdir,	[VERB_FILE] = do_file,
};

int prepare_layer(const struct profile *p, const struct tree *view, struct prepare_report *report,
		  struct error *err)
{
	struct prepare state = { .profile = p, .view = view, .report = report };

	for (size_t i = 0; i < p->n; i++) {
		const struct profile_item *item = &p->items[i];
		int rc;

		if (item->part != PROFILE_LAYER || item->verb >= sizeof(verbs) / sizeof(*verbs) ||
		    !verbs[item->verb])
			continue;
		rc = profile_item_applies(item, view, NULL, NULL, err);
		if (rc > 0)
			rc = verbs[item->verb](&state, item, err);
		if (rc < 0)
			return error_wrap(err, "prepare (%s:%u)", item->file, item->line);
	}
	return 0;
}
