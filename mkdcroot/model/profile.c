/* SPDX-License-Identifier: GPL-2.0-or-later */
/* profile: finding profiles, inheritance, merging, and what is read off the result. */
#include "mkdcroot/model/profile.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/model/profile_parse.h"

#include <string.h>

void profile_free(struct profile *p)
{
	for (size_t i = 0; i < p->n; i++)
		profile_item_free(&p->items[i]);
	free(p->items);
	free(p->name);
	free(p->summary);
	strv_free(&p->names);
	*p = (struct profile)PROFILE_INIT;
}

void profile_dirs(const struct settings *s, struct strv *dirs)
{
	if (!str_is_empty(s->profiles))
		strv_add(dirs, s->profiles);
	if (!str_is_empty(s->data))
		strv_take(dirs, fs_join(s->data, "profiles"));
}

/* The directory of profile @name, to be freed, or NULL. */
static char *find_profile(const struct strv *dirs, const char *name)
{
	for (size_t i = 0; i < dirs->n; i++) {
		cleanup_free char *dir = fs_join(dirs->v[i], name);
		cleanup_free char *conf = fs_join(dir, "profile.conf");

		if (fs_exists(conf))
			return steal_ptr(&dir);
	}
	return NULL;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int profile_list(const struct strv *dirs, struct strv *names, struct error *err)
{
	size_t start = names->n;

	for (size_t i = 0; i < dirs->n; i++) {
		cleanup_dir DIR *dir = opendir(dirs->v[i]);
		struct dirent *entry;

		if (!dir && errno == ENOENT)
			continue;
		if (!dir)
			return error_set(err, -errno, "list profiles in %s", dirs->v[i]);
		while ((errno = 0, entry = readdir(dir))) {
			cleanup_free char *conf =
				mem_printf("%s/%s/profile.conf", dirs->v[i], entry->d_name);

			if (profile_name_is_fit(entry->d_name) && fs_exists(conf) &&
			    !strv_has(names, entry->d_name))
				strv_add(names, entry->d_name);
		}
		if (errno)
			return error_set(err, -errno, "list profiles in %s", dirs->v[i]);
	}
	if (names->n > start)
		qsort(names->v + start, names->n - start, sizeof(*names->v), compare_names);
	return 0;
}

/* Read and parse one profile; its mistakes go to @errors.  -ENOENT when there is none. */
static int read_doc(struct profile_doc *doc, const struct strv *dirs, const char *name,
		    struct str *errors)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_str struct str text = STR_INIT;
	cleanup_free char *dir = profile_name_is_fit(name) ? find_profile(dirs, name) : NULL;
	cleanup_free char *files = NULL;

	if (!dir)
		return -ENOENT;
	doc->name = mem_strdup(name);
	doc->file = fs_join(dir, "profile.conf");
	files = fs_join(dir, "files");
	if (profile_read_file(doc->file, &text, &err)) {
		str_addf(errors, "%s\n", error_text(&err));
		return 0;
	}
	profile_doc_parse(doc, str_text(&text), files, errors);
	return 0;
}

/* What stands at a path, whatever it is, is one thing. */
static bool is_about_same(const struct profile_item *a, const struct profile_item *b)
{
	static const bool is_thing[] = {
		[VERB_MKDIR] = true,
		[VERB_LINK] = true,
		[VERB_FILE] = true,
		[VERB_GENERATE] = false,
	};

	if (a->part != b->part || strcmp(a->what, b->what) != 0)
		return false;
	return a->verb == b->verb || (is_thing[a->verb] && is_thing[b->verb]);
}

static bool has_same_conditions(const struct profile_item *a, const struct profile_item *b)
{
	if (a->when.n != b->when.n)
		return false;
	for (size_t i = 0; i < a->when.n; i++)
		if (strcmp(a->when.v[i], b->when.v[i]) != 0)
			return false;
	return true;
}

static void drop_item(struct profile *p, size_t i)
{
	profile_item_free(&p->items[i]);
	memmove(&p->items[i], &p->items[i + 1], (p->n - i - 1) * sizeof(*p->items));
	p->n--;
}

static void apply_withouts(struct profile *p, const struct profile_doc *doc, struct str *errors)
{
	for (size_t w = 0; w < doc->n_withouts; w++) {
		const struct profile_without *without = &doc->withouts[w];
		size_t before = p->n;

		for (size_t i = p->n; i-- > 0;)
			if (p->items[i].verb == without->verb &&
			    strcmp(p->items[i].what, without->what) == 0)
				drop_item(p, i);
		if (p->n == before)
			str_addf(errors, "%s:%u: without = %s %s: no inherited profile says that\n",
				 doc->file, without->line, profile_verb_name(without->verb),
				 without->what);
	}
}

/* The items of @doc follow those of the profiles below it, whose word they replace. */
static void merge(struct profile *p, struct profile_doc *doc, struct str *errors)
{
	size_t inherited, kept;

	apply_withouts(p, doc, errors);
	inherited = p->n;
	for (size_t d = 0; d < doc->n_items; d++)
		for (size_t i = inherited; i-- > 0;)
			if (is_about_same(&p->items[i], &doc->items[d])) {
				drop_item(p, i);
				inherited--;
			}
	kept = p->n;
	for (size_t d = 0; d < doc->n_items; d++) {
		struct profile_item *item = &doc->items[d];
		bool again = false;

		for (size_t i = kept; i < p->n && !again; i++)
			again = p->items[i].verb == item->verb &&
				is_about_same(&p->items[i], item) &&
				has_same_conditions(&p->items[i], item);
		if (again)
			continue;
		p->items = mem_resize(p->items, p->n + 1, sizeof(*p->items));
		p->items[p->n++] = *item;
		*item = (struct profile_item){ .what = NULL };
	}
}

struct loader {
	struct profile *p;
	const struct strv *dirs;
	struct strv
		open; /* profiles that are being loaded: who inherits one of them goes in a circle */
	struct str errors;
};

static int load(struct loader *l, const char *name);

static void load_parents(struct loader *l, const struct profile_doc *doc)
{
	for (size_t i = 0; i < doc->n_parents; i++) {
		const struct profile_parent *parent = &doc->parents[i];

		if (strv_has(&l->open, parent->name))
			str_addf(&l->errors, "%s:%u: inherits = %s: that goes in a circle\n",
				 doc->file, parent->line, parent->name);
		else if (load(l, parent->name) == -ENOENT)
			str_addf(&l->errors, "%s:%u: inherits = %s: there is no such profile\n",
				 doc->file, parent->line, parent->name);
	}
}

static int load(struct loader *l, const char *name)
{
	struct profile_doc doc = { .name = NULL };
	int rc;

	if (strv_has(&l->p->names, name))
		return 0;
	rc = read_doc(&doc, l->dirs, name, &l->errors);
	if (!rc) {
		strv_add(&l->open, name);
		load_parents(l, &doc);
		free(l->open.v[--l->open.n]);
		merge(l->p, &doc, &l->errors);
		strv_add(&l->p->names, name);
		free(l->p->name);
		free(l->p->summary);
		l->p->name = steal_ptr(&doc.name);
		l->p->summary = steal_ptr(&doc.summary);
		l->p->kind = doc.kind;
	}
	profile_doc_free(&doc);
	return rc;
}

static int say_unknown(const struct strv *dirs, const char *name, struct error *err)
{
	cleanup_error struct error ignored = ERROR_INIT;
	cleanup_strv struct strv names = STRV_INIT;
	cleanup_str struct str text = STR_INIT;

	profile_list(dirs, &names, &ignored);
	for (size_t i = 0; i < names.n; i++)
		str_addf(&text, " %s", names.v[i]);
	if (!names.n)
		for (size_t i = 0; i < dirs->n; i++)
			str_addf(&text, " none in %s", dirs->v[i]);
	return error_say(err, -ENOENT, "profile %s: there is none of that name; there is:%s", name,
			 str_text(&text));
}

int profile_load(struct profile *p, const struct strv *dirs, const struct strv *names,
		 struct error *err)
{
	struct loader l = { .p = p, .dirs = dirs };
	int rc = 0;

	for (size_t i = 0; i < names->n && !rc; i++)
		if (load(&l, names->v[i]) == -ENOENT)
			rc = say_unknown(dirs, names->v[i], err);
	if (!rc && l.errors.len) {
		l.errors.data[l.errors.len - 1] = '\0';
		rc = error_say(err, -EINVAL, "%s", l.errors.data);
	}
	strv_free(&l.open);
	str_free(&l.errors);
	if (rc)
		profile_free(p);
	return rc;
}

int profile_load_one(struct profile *p, const struct strv *dirs, const char *name,
		     struct error *err)
{
	cleanup_strv struct strv names = STRV_INIT;

	strv_add(&names, name);
	return profile_load(p, dirs, &names, err);
}

int profile_parse_text(struct profile *p, const char *text, const char *file, struct error *err)
{
	struct profile_doc doc = { .name = mem_strdup("text"), .file = mem_strdup(file) };
	cleanup_str struct str errors = STR_INIT;

	profile_doc_parse(&doc, text, NULL, &errors);
	merge(p, &doc, &errors);
	profile_doc_free(&doc);
	if (!errors.len)
		return 0;
	errors.data[errors.len - 1] = '\0';
	profile_free(p);
	return error_say(err, -EINVAL, "%s", errors.data);
}

/* Patterns below @dir are left out, the empty directory stays. */
static void exclude_below(struct strv *out, const char *dir)
{
	size_t len = dir ? strlen(dir) : 0;

	while (len && dir[len - 1] == '/')
		len--;
	if (len)
		strv_addf(out, "%.*s/*", (int)len, dir);
}

void profile_excludes(const struct profile *p, const struct settings *s, struct strv *out)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->items[i].verb == VERB_EXCLUDE || p->items[i].verb == VERB_SCRUB)
			strv_add(out, p->items[i].what);
	exclude_below(out, s->farm);
	exclude_below(out, s->store);
	exclude_below(out, s->tftp_root);
}

void profile_packages(const struct profile *p, struct strv *out)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->items[i].verb == VERB_PACKAGE && !strv_has(out, p->items[i].what))
			strv_add(out, p->items[i].what);
}

/* The value of @key in os-release(5), to be freed, or NULL. */
static char *os_release_value(const char *text, const char *key)
{
	size_t len = strlen(key);

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		const char *value;

		if (strncmp(text, key, len) != 0 || text[len] != '=')
			continue;
		value = text + len + 1;
		value += strspn(value, "\"'");
		return mem_strndup(value, strcspn(value, "\"'\n"));
	}
	return NULL;
}

/* The profile that detects one of @ids; earlier ids go first. */
static char *find_detecting(const struct strv *dirs, const struct strv *profiles,
			    const struct strv *ids)
{
	for (size_t i = 0; i < ids->n; i++) {
		for (size_t k = 0; k < profiles->n; k++) {
			cleanup_str struct str ignored = STR_INIT;
			struct profile_doc doc = { .name = NULL };
			bool found = !read_doc(&doc, dirs, profiles->v[k], &ignored) &&
				     strv_has(&doc.detect, ids->v[i]);

			profile_doc_free(&doc);
			if (found)
				return mem_strdup(profiles->v[k]);
		}
	}
	return NULL;
}

int profile_detect_release(char **name, const struct strv *dirs, const char *release,
			   bool has_systemd, struct error *err)
{
	cleanup_free char *id = os_release_value(release, "ID");
	cleanup_free char *like = os_release_value(release, "ID_LIKE");
	cleanup_strv struct strv profiles = STRV_INIT, ids = STRV_INIT;
	int rc = profile_list(dirs, &profiles, err);

	if (rc)
		return rc;
	strv_split(&ids, id ? id : "", " ");
	strv_split(&ids, like ? like : "", " ");
	*name = find_detecting(dirs, &profiles, &ids);
	if (!*name)
		*name = mem_strdup(has_systemd ? "systemd" : "base");
	return 0;
}

int profile_detect(char **name, const struct strv *dirs, const struct tree *t, struct error *err)
{
	/* /etc/os-release is usually a link to the other. */
	static const char *const places[] = { "/usr/lib/os-release", "/etc/os-release" };
	cleanup_str struct str release = STR_INIT;
	bool has_systemd = tree_exists(t, "/usr/lib/systemd/systemd") ||
			   tree_exists(t, "/lib/systemd/systemd");

	for (size_t i = 0; i < 2 && !release.len; i++) {
		cleanup_error struct error ignored = ERROR_INIT;

		if (tree_read(t, places[i], &release, &ignored))
			continue;
	}
	return profile_detect_release(name, dirs, str_text(&release), has_systemd, err);
}
