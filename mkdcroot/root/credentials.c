/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * credentials: account files as lists of lines of fields.  Each file is read into lines,
 * edited, and written back; lines that are no accounts (NIS "+", comments) stay.
 */
#include "mkdcroot/root/credentials.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* login.defs(5)'s UID_MIN and UID_MAX as every distribution has them. */
#define PERSON_MIN 1000u
#define PERSON_MAX 60000u

/* Fields of the four files. */
enum { PASSWD_NAME, PASSWD_HASH, PASSWD_UID, PASSWD_GID, PASSWD_GECOS, PASSWD_HOME, PASSWD_SHELL };
enum { GROUP_NAME, GROUP_HASH, GROUP_GID, GROUP_MEMBERS };
enum { PASSWD_FIELDS = 7, SHADOW_FIELDS = 9, GROUP_FIELDS = 4 };

void accounts_free(struct accounts *a)
{
	struct str *const files[] = { &a->passwd,  &a->shadow, &a->group,
				      &a->gshadow, &a->subuid, &a->subgid };

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		if (files[i]->data)
			explicit_bzero(files[i]->data, files[i]->len);
		str_free(files[i]);
	}
}

int accounts_read(struct accounts *a, const struct tree *t, struct error *err)
{
	const struct {
		const char *path;
		struct str *text;
		bool *there;
	} files[] = {
		{ "/etc/passwd", &a->passwd, NULL },
		{ "/etc/group", &a->group, NULL },
		{ "/etc/shadow", &a->shadow, &a->has_shadow },
		{ "/etc/gshadow", &a->gshadow, &a->has_gshadow },
		{ "/etc/subuid", &a->subuid, &a->has_subuid },
		{ "/etc/subgid", &a->subgid, &a->has_subgid },
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		cleanup_error struct error why = ERROR_INIT;
		int rc = tree_read(t, files[i].path, files[i].text, &why);

		if (rc && rc != -ENOENT)
			return error_say(err, rc, "%s", error_text(&why));
		if (files[i].there)
			*files[i].there = !rc;
		/* The fields are C strings. */
		if (files[i].text->len && memchr(files[i].text->data, '\0', files[i].text->len))
			return error_say(err, -EINVAL, "read %s in %s: it holds a zero byte",
					 files[i].path, t->name);
	}
	return 0;
}

/* The lines of @text, the last one too when it has no newline. */
static void split_lines(const struct str *text, struct strv *lines)
{
	const char *s = str_text(text);

	while (*s) {
		size_t len = strcspn(s, "\n");

		strv_take(lines, mem_strndup(s, len));
		s += len + (s[len] == '\n');
	}
}

/* Empty fields count, unlike in strv_split(). */
static void split_fields(const char *line, char sep, struct strv *fields)
{
	for (;;) {
		const char *end = strchrnul(line, sep);

		strv_take(fields, mem_strndup(line, (size_t)(end - line)));
		if (!*end)
			return;
		line = end + 1;
	}
}

static void add_fields(struct str *out, const struct strv *fields)
{
	for (size_t i = 0; i < fields->n; i++)
		str_addf(out, "%s%s", i ? ":" : "", fields->v[i]);
	str_addc(out, '\n');
}

static void set_field(struct strv *fields, size_t i, const char *value)
{
	explicit_bzero(fields->v[i], strlen(fields->v[i]));
	free(fields->v[i]);
	fields->v[i] = mem_strdup(value);
}

/* A number without sign; returns false for anything else. */
static bool read_id(const char *s, unsigned long *id)
{
	if (!*s || s[strspn(s, "0123456789")] || strlen(s) > 10)
		return false;
	*id = strtoul(s, NULL, 10);
	return *id < 0xffffffffUL;
}

static bool is_person_id(const char *s)
{
	unsigned long id;

	return read_id(s, &id) && id >= PERSON_MIN && id <= PERSON_MAX;
}

/* Edits one line; false leaves it out. */
typedef bool edit_fn(struct strv *fields, void *arg);

/* Apply @edit to all account lines of @text. */
static void edit_lines(struct str *text, edit_fn *edit, void *arg)
{
	cleanup_strv struct strv lines = STRV_INIT;
	struct str out = STR_INIT;

	split_lines(text, &lines);
	for (size_t i = 0; i < lines.n; i++) {
		cleanup_strv struct strv fields = STRV_INIT;

		split_fields(lines.v[i], ':', &fields);
		if (edit(&fields, arg))
			add_fields(&out, &fields);
		explicit_bzero(lines.v[i], strlen(lines.v[i]));
	}
	if (text->data)
		explicit_bzero(text->data, text->len);
	str_free(text);
	*text = out;
}

bool credentials_is_hash(const char *hash)
{
	/* "*", "!", "x", "!!", "!*", "*LK*", "NP" and empty are no hashes; "!$6$..." is one, locked. */
	hash += strspn(hash, "!*");
	if (*hash == '$' || *hash == '_')
		return strlen(hash) > 8;
	return strlen(hash) == 13; /* traditional DES */
}

/* Could the field be a secret?  Anything that is not one of the known words. */
static bool is_secret_field(const char *hash)
{
	static const char *const words[] = { "x", "LK*", "LK", "NP", "!", "" };
	const char *s = hash + strspn(hash, "!*");

	/* An empty field is no secret, but anyone's way in. */
	if (!*hash)
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(s, words[i]) == 0)
			return false;
	return true;
}

struct scrub {
	struct strv people; /* names */
	struct strv groups; /* names of groups of people */
	size_t *n_people, *n_hashes;
};

/* NIS entries ("+", "+name", "-name") and comments: an empty field there means another thing. */
static bool is_special(const struct strv *fields)
{
	return strchr("+-#", fields->v[0][0]) != NULL;
}

static bool lock_field(struct scrub *s, struct strv *fields, size_t i, const char *locked)
{
	if (fields->n > i && (is_special(fields) ? credentials_is_hash(fields->v[i])
						 : is_secret_field(fields->v[i]))) {
		set_field(fields, i, locked);
		++*s->n_hashes;
	}
	return true;
}

static bool scrub_passwd(struct strv *fields, void *arg)
{
	struct scrub *s = arg;

	if (fields->n > PASSWD_UID && is_person_id(fields->v[PASSWD_UID])) {
		strv_add(&s->people, fields->v[PASSWD_NAME]);
		++*s->n_people;
		return false;
	}
	return lock_field(s, fields, PASSWD_HASH, "*");
}

static bool scrub_shadow(struct strv *fields, void *arg)
{
	struct scrub *s = arg;

	if (strv_has(&s->people, fields->v[0]))
		return false;
	/* What is no line of shadow(5) but might hold a hash. */
	if (fields->n == 1 && strchr(fields->v[0], '$'))
		return false;
	return lock_field(s, fields, PASSWD_HASH, "*");
}

/* Leave out people from a list of members. */
static void scrub_members(const struct scrub *s, struct strv *fields, size_t i)
{
	cleanup_strv struct strv members = STRV_INIT;
	cleanup_str struct str kept = STR_INIT;

	if (fields->n <= i)
		return;
	strv_split(&members, fields->v[i], ",");
	for (size_t m = 0; m < members.n; m++)
		if (!strv_has(&s->people, members.v[m]))
			str_addf(&kept, "%s%s", kept.len ? "," : "", members.v[m]);
	set_field(fields, i, str_text(&kept));
}

static bool scrub_group(struct strv *fields, void *arg)
{
	struct scrub *s = arg;

	if (fields->n > GROUP_GID && is_person_id(fields->v[GROUP_GID])) {
		strv_add(&s->groups, fields->v[GROUP_NAME]);
		return false;
	}
	scrub_members(s, fields, GROUP_MEMBERS);
	/* An empty group password lets nobody in: newgrp(1) asks members only. */
	if (fields->n > GROUP_HASH && *fields->v[GROUP_HASH])
		lock_field(s, fields, GROUP_HASH, "*");
	return true;
}

static bool scrub_gshadow(struct strv *fields, void *arg)
{
	struct scrub *s = arg;

	if (strv_has(&s->groups, fields->v[GROUP_NAME]))
		return false;
	scrub_members(s, fields, 2);
	scrub_members(s, fields, 3);
	if (fields->n > GROUP_HASH && *fields->v[GROUP_HASH])
		lock_field(s, fields, GROUP_HASH, "*");
	return true;
}

static bool scrub_subid(struct strv *fields, void *arg)
{
	struct scrub *s = arg;

	return !strv_has(&s->people, fields->v[0]) && !is_person_id(fields->v[0]);
}

void accounts_scrub(struct accounts *a, size_t *people, size_t *hashes)
{
	struct scrub s = { .n_people = people, .n_hashes = hashes };

	edit_lines(&a->passwd, scrub_passwd, &s);
	edit_lines(&a->shadow, scrub_shadow, &s);
	edit_lines(&a->group, scrub_group, &s);
	edit_lines(&a->gshadow, scrub_gshadow, &s);
	edit_lines(&a->subuid, scrub_subid, &s);
	edit_lines(&a->subgid, scrub_subid, &s);
	strv_free(&s.people);
	strv_free(&s.groups);
}

static bool find_line(const struct str *text, const char *name, struct strv *fields);

/* The id in field @i of @name's line, or of @name itself when it is a number. */
static int find_id(const struct str *text, const char *name, size_t i, unsigned long *id)
{
	cleanup_strv struct strv fields = STRV_INIT;

	if (read_id(name, id))
		return 0;
	if (!find_line(text, name, &fields) || fields.n <= i || !read_id(fields.v[i], id))
		return -ENOENT;
	return 0;
}

int accounts_find_owner(const struct accounts *a, const char *owner, const char *group,
			struct tree_attr *attr)
{
	unsigned long uid = 0, gid = 0;
	int rc;

	/* Every tree has root, also one without account files. */
	rc = strcmp(owner, "root") == 0 ? 0 : find_id(&a->passwd, owner, PASSWD_UID, &uid);
	if (!rc && strcmp(group, "root") != 0)
		rc = find_id(&a->group, group, GROUP_GID, &gid);
	attr->uid = (uid_t)uid;
	attr->gid = (gid_t)gid;
	return rc;
}

/* The fields of @name's line in @text into @fields; false when there is none. */
static bool find_line(const struct str *text, const char *name, struct strv *fields)
{
	const char *s = str_text(text);
	size_t len = strlen(name);

	while (*s) {
		size_t end = strcspn(s, "\n");

		if (strncmp(s, name, len) == 0 && s[len] == ':') {
			cleanup_free char *line = mem_strndup(s, end);

			split_fields(line, ':', fields);
			return true;
		}
		s += end + (s[end] == '\n');
	}
	return false;
}

/* Is field @i of any line @value?  Its name is copied to @name. */
static bool has_field(const struct str *text, size_t i, const char *value, char **name)
{
	cleanup_strv struct strv lines = STRV_INIT;

	split_lines(text, &lines);
	for (size_t l = 0; l < lines.n; l++) {
		cleanup_strv struct strv fields = STRV_INIT;

		split_fields(lines.v[l], ':', &fields);
		if (fields.n > i && strcmp(fields.v[i], value) == 0) {
			*name = mem_strdup(fields.v[0]);
			return true;
		}
	}
	return false;
}

static void end_with_newline(struct str *text)
{
	if (text->len && text->data[text->len - 1] != '\n')
		str_addc(text, '\n');
}

/* Where people come from: texts in passwd, shadow and group form. */
struct people {
	struct str passwd, shadow, group;
	const char *origin; /* for messages */
};

static void people_free(struct people *p)
{
	struct str *const texts[] = { &p->passwd, &p->shadow, &p->group };

	for (size_t i = 0; i < 3; i++) {
		if (texts[i]->data)
			explicit_bzero(texts[i]->data, texts[i]->len);
		str_free(texts[i]);
	}
}

static void add_line(struct str *out, const char *line)
{
	str_add(out, line);
	str_addc(out, '\n');
}

/*
 * A file of the administrator's: lines of passwd, shadow and group mixed, told apart
 * by their number of fields.
 */
static int read_people_file(struct people *p, const char *path, struct error *err)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	cleanup_strv struct strv lines = STRV_INIT;
	struct str text = STR_INIT;
	struct stat st;
	int rc;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set(err, -errno, "users = %s: open it", path);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return error_say(err, -EPERM, "users = %s: others can write it: chmod go-w it",
				 path);
	rc = fs_read_fd(fd, path, &text, err);
	if (rc)
		return rc;
	split_lines(&text, &lines);
	if (text.data)
		explicit_bzero(text.data, text.len);
	str_free(&text);
	for (size_t i = 0; i < lines.n && !rc; i++) {
		cleanup_strv struct strv fields = STRV_INIT;
		const char *line = lines.v[i] + strspn(lines.v[i], " \t");

		if (!*line || *line == '#')
			continue;
		split_fields(line, ':', &fields);
		if (fields.n == PASSWD_FIELDS)
			add_line(&p->passwd, line);
		else if (fields.n == SHADOW_FIELDS)
			add_line(&p->shadow, line);
		else if (fields.n == GROUP_FIELDS)
			add_line(&p->group, line);
		else
			rc = error_say(err, -EINVAL,
				       "%s:%zu: not a line of passwd(5), shadow(5) or group(5): it "
				       "has %zu fields",
				       path, i + 1, fields.n);
	}
	return rc;
}

/* People of the layer's source, with hashes, groups and memberships. */
static int read_people_of_source(struct people *p, const struct credentials *c, struct error *err)
{
	if (!c->source)
		return error_say(err, -EINVAL,
				 "users = keep: the layer's source is not there to take people "
				 "from; name a file in passwd(5) form");
	str_add(&p->passwd, str_text(&c->source->passwd));
	str_add(&p->shadow, str_text(&c->source->shadow));
	str_add(&p->group, str_text(&c->source->group));
	return 0;
}

/* Account names as shadow-utils and adduser take them; they become lines and paths. */
static bool is_user_name(const char *s)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";
	size_t len = strspn(s, allowed);

	if (s[len] == '$' && len)
		len++;
	return *s && *s != '-' && *s != '.' && s[len] == '\0' && len <= 32;
}

/* Is a home directory one that may be made in the host's root? */
static bool is_home(const char *path)
{
	return path[0] == '/' && path[1] && !strstr(path, "/..") && !strstr(path, "//") &&
	       !strchr(path, ' ');
}

/* 0: it can be added; 1: it is there already; or -errno. */
static int check_new_account(const struct accounts *a, const struct strv *f, const char *origin,
			     struct error *err)
{
	cleanup_free char *other = NULL;
	cleanup_strv struct strv same = STRV_INIT;
	bool there;

	if (!is_user_name(f->v[PASSWD_NAME]))
		return error_say(err, -EINVAL, "%s: %s is not the name of an account", origin,
				 f->v[PASSWD_NAME]);
	if (!is_person_id(f->v[PASSWD_UID]))
		return error_say(err, -EINVAL, "%s: %s has user id %s; people have %u to %u",
				 origin, f->v[PASSWD_NAME], f->v[PASSWD_UID], PERSON_MIN,
				 PERSON_MAX);
	there = find_line(&a->passwd, f->v[PASSWD_NAME], &same);
	/* A second time: what the host has made of the account since is its own. */
	if (there && same.n == PASSWD_FIELDS && strcmp(same.v[PASSWD_UID], f->v[PASSWD_UID]) == 0)
		return 1;
	if (there)
		return error_say(err, -EEXIST, "%s: the layer has an account %s already", origin,
				 f->v[PASSWD_NAME]);
	if (has_field(&a->passwd, PASSWD_UID, f->v[PASSWD_UID], &other))
		return error_say(err, -EEXIST, "%s: %s and %s have the same user id %s", origin,
				 f->v[PASSWD_NAME], other, f->v[PASSWD_UID]);
	return 0;
}

/* The hash of a person: in the passwd line itself, or in shadow. */
static char *hash_of(const struct people *p, const struct strv *passwd)
{
	cleanup_strv struct strv shadow = STRV_INIT;

	if (strcmp(passwd->v[PASSWD_HASH], "x") != 0)
		return mem_strdup(*passwd->v[PASSWD_HASH] ? passwd->v[PASSWD_HASH] : "*");
	if (find_line(&p->shadow, passwd->v[PASSWD_NAME], &shadow) && shadow.n > 1)
		return mem_strdup(*shadow.v[1] ? shadow.v[1] : "*");
	return mem_strdup("*");
}

static void add_group(struct accounts *a, const char *name, const char *gid)
{
	end_with_newline(&a->group);
	str_addf(&a->group, "%s:x:%s:\n", name, gid);
	if (a->has_gshadow) {
		end_with_newline(&a->gshadow);
		str_addf(&a->gshadow, "%s:!::\n", name);
	}
}

/* The person's own group, made where the layer has none of that id. */
static void add_own_group(struct accounts *a, const struct people *p, const struct strv *f)
{
	cleanup_free char *name = NULL, *taken = NULL;
	cleanup_strv struct strv same = STRV_INIT;

	if (has_field(&a->group, GROUP_GID, f->v[PASSWD_GID], &taken))
		return;
	if (!has_field(&p->group, GROUP_GID, f->v[PASSWD_GID], &name) || !is_user_name(name)) {
		free(name);
		name = mem_strdup(f->v[PASSWD_NAME]);
	}
	if (find_line(&a->group, name, &same))
		return;
	add_group(a, name, f->v[PASSWD_GID]);
}

static int add_person(struct accounts *a, const struct people *p, const struct strv *f,
		      struct strv *homes, struct error *err)
{
	cleanup_free char *hash = hash_of(p, f);
	unsigned long gid;
	int rc = check_new_account(a, f, p->origin, err);

	if (rc)
		return rc > 0 ? 0 : rc;
	if (!read_id(f->v[PASSWD_GID], &gid))
		return error_say(err, -EINVAL, "%s: %s has no group id", p->origin,
				 f->v[PASSWD_NAME]);
	end_with_newline(&a->passwd);
	end_with_newline(&a->shadow);
	str_addf(&a->passwd, "%s:x:%s:%s:%s:%s:%s\n", f->v[PASSWD_NAME], f->v[PASSWD_UID],
		 f->v[PASSWD_GID], f->v[PASSWD_GECOS], f->v[PASSWD_HOME], f->v[PASSWD_SHELL]);
	str_addf(&a->shadow, "%s:%s:19000:0:99999:7:::\n", f->v[PASSWD_NAME], hash);
	a->has_shadow = true;
	explicit_bzero(hash, strlen(hash));
	add_own_group(a, p, f);
	if (is_home(f->v[PASSWD_HOME]))
		strv_addf(homes, "%s %s %s", f->v[PASSWD_UID], f->v[PASSWD_GID], f->v[PASSWD_HOME]);
	return 0;
}

struct membership {
	const struct strv *names; /* people who were added */
	const struct str *group;  /* the groups they come from */
	size_t members_field;
};

/* Add people to the members of a group that they were members of. */
static bool add_members(struct strv *fields, void *arg)
{
	const struct membership *m = arg;
	cleanup_strv struct strv from = STRV_INIT, members = STRV_INIT, present = STRV_INIT;
	cleanup_str struct str list = STR_INIT;

	if (fields->n <= m->members_field || !find_line(m->group, fields->v[GROUP_NAME], &from) ||
	    from.n <= GROUP_MEMBERS)
		return true;
	strv_split(&members, from.v[GROUP_MEMBERS], ",");
	strv_split(&present, fields->v[m->members_field], ",");
	str_add(&list, fields->v[m->members_field]);
	for (size_t i = 0; i < members.n; i++)
		if (strv_has(m->names, members.v[i]) && !strv_has(&present, members.v[i]))
			str_addf(&list, "%s%s", list.len ? "," : "", members.v[i]);
	set_field(fields, m->members_field, str_text(&list));
	return true;
}

/* Groups that people share and that were taken out with them. */
static void add_shared_groups(struct accounts *a, const struct people *p, const struct strv *names)
{
	cleanup_strv struct strv lines = STRV_INIT;

	split_lines(&p->group, &lines);
	for (size_t i = 0; i < lines.n; i++) {
		cleanup_strv struct strv f = STRV_INIT, members = STRV_INIT, same = STRV_INIT;
		cleanup_free char *taken = NULL;
		bool wanted = false;

		split_fields(lines.v[i], ':', &f);
		if (f.n != GROUP_FIELDS || !is_person_id(f.v[GROUP_GID]) ||
		    !is_user_name(f.v[GROUP_NAME]))
			continue;
		strv_split(&members, f.v[GROUP_MEMBERS], ",");
		for (size_t m = 0; m < members.n && !wanted; m++)
			wanted = strv_has(names, members.v[m]);
		if (wanted && !find_line(&a->group, f.v[GROUP_NAME], &same) &&
		    !has_field(&a->group, GROUP_GID, f.v[GROUP_GID], &taken))
			add_group(a, f.v[GROUP_NAME], f.v[GROUP_GID]);
	}
}

static int add_people(struct accounts *a, const struct people *p, struct strv *homes,
		      struct error *err)
{
	cleanup_strv struct strv lines = STRV_INIT, names = STRV_INIT;
	struct membership m = { .names = &names, .group = &p->group };
	bool from_source = strcmp(p->origin, "users = keep") == 0;
	int rc = 0;

	split_lines(&p->passwd, &lines);
	for (size_t i = 0; i < lines.n && !rc; i++) {
		cleanup_strv struct strv fields = STRV_INIT;

		split_fields(lines.v[i], ':', &fields);
		/* The source's file has all accounts; a file for the purpose only people. */
		if (fields.n != PASSWD_FIELDS ||
		    (from_source && !is_person_id(fields.v[PASSWD_UID])))
			continue;
		rc = add_person(a, p, &fields, homes, err);
		strv_add(&names, fields.v[PASSWD_NAME]);
	}
	if (rc || !names.n)
		return rc;
	add_shared_groups(a, p, &names);
	m.members_field = GROUP_MEMBERS;
	edit_lines(&a->group, add_members, &m);
	if (a->has_gshadow)
		edit_lines(&a->gshadow, add_members, &m);
	return 0;
}

static bool set_root_hash(struct strv *fields, void *arg)
{
	const char *hash = arg;

	if (strcmp(fields->v[0], "root") == 0 && fields->n > 1)
		set_field(fields, 1, hash);
	return true;
}

static int apply_root_hash(struct accounts *a, const char *hash, struct error *err)
{
	cleanup_strv struct strv root = STRV_INIT;

	if (!credentials_is_hash(hash) || strpbrk(hash, ":\n \t") || *hash == '!' || *hash == '*')
		return error_say(err, -EINVAL,
				 "root_hash: that is not a hash of crypt(5); make one with "
				 "`openssl passwd -6` or mkpasswd(1)");
	if (find_line(&a->shadow, "root", &root)) {
		edit_lines(&a->shadow, set_root_hash, (void *)hash);
		return 0;
	}
	end_with_newline(&a->shadow);
	str_addf(&a->shadow, "root:%s:19000:0:99999:7:::\n", hash);
	a->has_shadow = true;
	return 0;
}

int accounts_apply(struct accounts *a, const struct credentials *c, struct strv *homes,
		   struct error *err)
{
	struct people p = { .origin = c->users };
	int rc = 0;

	if (str_is_empty(c->users) || strcmp(c->users, "none") == 0) {
		; /* nobody */
	} else if (strcmp(c->users, "keep") == 0) {
		p.origin = "users = keep";
		rc = read_people_of_source(&p, c, err);
	} else {
		rc = read_people_file(&p, c->users, err);
	}
	if (!rc && p.passwd.len)
		rc = add_people(a, &p, homes, err);
	people_free(&p);
	if (!rc && !str_is_empty(c->root_hash))
		rc = apply_root_hash(a, c->root_hash, err);
	return rc;
}

/* A line of authorized_keys(5): a key type somewhere, followed by base64. */
static bool is_key_line(const char *line)
{
	static const char *const types[] = { "ssh-ed25519 ", "ssh-rsa ", "ecdsa-sha2-nistp",
					     "sk-ssh-ed25519@openssh.com ",
					     "sk-ecdsa-sha2-nistp256@openssh.com " };

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		const char *at = strstr(line, types[i]);

		if (at && strstr(at, " AAAA"))
			return true;
	}
	return false;
}

int credentials_root_keys(const struct credentials *c, struct str *out, struct error *err)
{
	cleanup_strv struct strv lines = STRV_INIT;
	cleanup_str struct str text = STR_INIT;
	const char *origin = "root_key";
	int rc = 0;

	if (str_is_empty(c->root_key))
		return 0;
	if (c->root_key[0] == '/') {
		origin = c->root_key;
		rc = fs_read_file(c->root_key, &text, err);
		if (rc)
			return error_wrap(err, "root_key");
	} else {
		str_add(&text, c->root_key);
	}
	split_lines(&text, &lines);
	for (size_t i = 0; i < lines.n; i++) {
		const char *line = lines.v[i] + strspn(lines.v[i], " \t");

		if (!*line || *line == '#')
			continue;
		if (!is_key_line(line))
			return error_say(err, -EINVAL,
					 "%s:%zu: not a public key as in authorized_keys(5)%s",
					 origin, i + 1,
					 strstr(line, "PRIVATE KEY")
						 ? ": that is a private one; give the .pub file"
						 : "");
		add_line(out, line);
	}
	return 0;
}

static bool is_login_shell(const char *shell)
{
	return !str_has_suffix(shell, "/nologin") && !str_has_suffix(shell, "/false") &&
	       !str_has_suffix(shell, "/sync");
}

bool credentials_can_login(const struct accounts *a, bool root_has_key, char **why)
{
	cleanup_strv struct strv lines = STRV_INIT;

	split_lines(&a->passwd, &lines);
	for (size_t i = 0; i < lines.n; i++) {
		cleanup_strv struct strv f = STRV_INIT, shadow = STRV_INIT;
		const char *hash;

		split_fields(lines.v[i], ':', &f);
		if (f.n != PASSWD_FIELDS || !is_login_shell(f.v[PASSWD_SHELL]))
			continue;
		hash = f.v[PASSWD_HASH];
		if (strcmp(hash, "x") == 0 && find_line(&a->shadow, f.v[0], &shadow) &&
		    shadow.n > 1)
			hash = shadow.v[1];
		if (credentials_is_hash(hash) && *hash != '!' && *hash != '*') {
			*why = mem_printf("%s, with a password", f.v[0]);
			return true;
		}
	}
	*why = mem_strdup(root_has_key ? "root, with an SSH key"
				       : "no account has a password and root has no SSH key: set "
					 "root_hash, root_key or users");
	return root_has_key;
}
