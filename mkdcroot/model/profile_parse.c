/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * profile_parse: profile.conf through libinih.  Its own notion of where a mistake is
 * stops at the first one, so lines are handed to it one by one and counted here; and
 * what it would pass over in silence (a line too long, a line that is no assignment) is
 * said.
 */
#include "mkdcroot/model/profile_parse.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"

#include <ctype.h>
#include <fcntl.h>
#include <ini.h>
#include <string.h>

/* Which sections may use a key. */
enum { IN_PROFILE = 1, IN_LAYER = 2, IN_HOST = 4 };

struct parser {
	struct profile_doc *doc;
	const char *files;
	const char *next;   /* what has not been read yet */
	unsigned int line;  /* of what libinih has now */
	bool is_assignment; /* does that line have to call handle()? */
	bool handled;	    /* has it? */
	struct strv when;   /* conditions for the items that follow */
	struct str *errors;
};

__attribute__((format(printf, 2, 3))) static void complain(struct parser *p, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = mem_vprintf(fmt, ap);
	va_end(ap);
	str_addf(p->errors, "%s:%u: %s\n", p->doc->file, p->line, text);
	free(text);
}

void profile_item_free(struct profile_item *item)
{
	free(item->what);
	free(item->owner);
	free(item->group);
	free(item->text);
	free(item->template);
	free(item->file);
	strv_free(&item->when);
}

void profile_doc_free(struct profile_doc *doc)
{
	for (size_t i = 0; i < doc->n_items; i++)
		profile_item_free(&doc->items[i]);
	for (size_t i = 0; i < doc->n_withouts; i++)
		free(doc->withouts[i].what);
	for (size_t i = 0; i < doc->n_parents; i++)
		free(doc->parents[i].name);
	free(doc->items);
	free(doc->withouts);
	free(doc->parents);
	free(doc->name);
	free(doc->file);
	free(doc->summary);
	strv_free(&doc->detect);
	*doc = (struct profile_doc){ .name = NULL };
}

/* What the words of a value are. */
enum form {
	FORM_PATTERNS, /* rsync patterns */
	FORM_GLOBS,    /* absolute, in the tree */
	FORM_UNITS,    /* systemd units, with * ? [] */
	FORM_PACKAGES, /* package names */
	FORM_BUILTIN,  /* one of struct verb's list */
	FORM_MKDIR,    /* PATH MODE OWNER GROUP */
	FORM_LINK,     /* PATH TARGET */
	FORM_FILE,     /* PATH MODE OWNER GROUP TEMPLATE */
	FORM_MOUNT,    /* a line of fstab */
};

struct verb {
	const char *key;
	unsigned int where; /* sections */
	bool when;	    /* may it depend on a condition? */
	enum form form;
	const char *const *builtins;
};

static const char *const filters[] = { "accounts", "fstab", NULL };
static const char *const generators[] = { "machine-id", "ssh-host-keys", "fstab", "credentials",
					  NULL };

/* What is left out of the copy cannot depend on the copy. */
static const struct verb verbs[] = {
	[VERB_EXCLUDE] = { "exclude", IN_LAYER, false, FORM_PATTERNS, NULL },
	[VERB_SCRUB] = { "scrub", IN_LAYER, false, FORM_GLOBS, NULL },
	[VERB_REMOVE] = { "remove", IN_LAYER | IN_HOST, true, FORM_GLOBS, NULL },
	[VERB_EMPTY] = { "empty", IN_LAYER, true, FORM_GLOBS, NULL },
	[VERB_TRUNCATE] = { "truncate", IN_LAYER, true, FORM_GLOBS, NULL },
	[VERB_FILTER] = { "filter", IN_LAYER, true, FORM_BUILTIN, filters },
	[VERB_MASK] = { "mask", IN_LAYER, true, FORM_UNITS, NULL },
	[VERB_PACKAGE] = { "package", IN_LAYER, false, FORM_PACKAGES, NULL },
	[VERB_MKDIR] = { "mkdir", IN_LAYER | IN_HOST, true, FORM_MKDIR, NULL },
	[VERB_LINK] = { "link", IN_LAYER | IN_HOST, true, FORM_LINK, NULL },
	[VERB_FILE] = { "file", IN_LAYER | IN_HOST, true, FORM_FILE, NULL },
	[VERB_MOUNT] = { "mount", IN_LAYER | IN_HOST, true, FORM_MOUNT, NULL },
	[VERB_GENERATE] = { "generate", IN_HOST, true, FORM_BUILTIN, generators },
};
#define N_VERBS (sizeof(verbs) / sizeof(*verbs))

const char *profile_verb_name(enum profile_verb verb)
{
	return verbs[verb].key;
}

static int find_verb(const char *key)
{
	for (size_t i = 0; i < N_VERBS; i++)
		if (strcmp(verbs[i].key, key) == 0)
			return (int)i;
	return -1;
}

/* Absolute, more than "/", and nothing in it that leads elsewhere. */
static bool is_path(const char *s)
{
	if (s[0] != '/' || !s[1])
		return false;
	while (*s == '/') {
		size_t len = strcspn(s + 1, "/");

		if (len == 0 || (len == 1 && s[1] == '.') ||
		    (len == 2 && s[1] == '.' && s[2] == '.'))
			return false;
		s += len + 1;
	}
	return true;
}

/* The path of a single thing, not a pattern. */
static bool is_plain_path(const char *s)
{
	return is_path(s) && !strpbrk(s, "*?[");
}

/* Patterns without "**", which a glob does not know. */
static bool is_glob(const char *s)
{
	return is_path(s) && !strstr(s, "**");
}

static bool consists_of(const char *s, const char *allowed)
{
	return *s && s[strspn(s, allowed)] == '\0';
}

#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define UPPER  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

bool profile_name_is_fit(const char *name)
{
	return consists_of(name, LOWER UPPER DIGITS "._-") && name[0] != '.';
}

static bool is_account(const char *s)
{
	return consists_of(s, LOWER UPPER DIGITS "._-") && s[0] != '-';
}

static bool is_unit(const char *s)
{
	return consists_of(s, LOWER UPPER DIGITS ":-_.\\@*?[]") && strchr(s, '.');
}

static bool is_package(const char *s)
{
	return consists_of(s, LOWER DIGITS "+-.:") && isalnum((unsigned char)s[0]);
}

/* A name below files/. */
static bool is_template_name(const char *s)
{
	cleanup_free char *path = mem_printf("/%s", s);

	return is_plain_path(path);
}

static bool is_rsync_pattern(const char *s)
{
	/* A leading "+ ", "- " or "!" would be a rule of another kind. */
	return s[0] != '!' && s[0] != '+' && s[0] != '-' && !strstr(s, "..");
}

/* @n new elements at the end of an array; the array's name is evaluated more than once. */
#define APPEND(array, count)                                           \
	((array) = mem_resize((array), (count) + 1, sizeof(*(array))), \
	 memset(&(array)[(count)], 0, sizeof(*(array))), &(array)[(count)++])

static struct profile_item *add_item(struct parser *p, enum profile_part part, int verb,
				     const char *what)
{
	struct profile_item *item = APPEND(p->doc->items, p->doc->n_items);

	item->part = part;
	item->verb = (enum profile_verb)verb;
	item->what = mem_strdup(what);
	item->file = mem_strdup(p->doc->file);
	item->line = p->line;
	for (size_t i = 0; i < p->when.n; i++)
		strv_add(&item->when, p->when.v[i]);
	return item;
}

static bool word_is_fit(const struct verb *verb, const char *word)
{
	switch (verb->form) {
	case FORM_PATTERNS:
		return is_rsync_pattern(word);
	case FORM_GLOBS:
		return is_glob(word);
	case FORM_UNITS:
		return is_unit(word);
	case FORM_PACKAGES:
		return is_package(word);
	case FORM_BUILTIN:
		for (size_t i = 0; verb->builtins[i]; i++)
			if (strcmp(verb->builtins[i], word) == 0)
				return true;
		return false;
	default:
		return false;
	}
}

/* Keys whose value is a list of words. */
static void take_words(struct parser *p, enum profile_part part, int verb, const struct strv *words)
{
	static const char *const wanted[] = {
		[FORM_PATTERNS] = "an rsync pattern (without .. and rule prefixes)",
		[FORM_GLOBS] = "an absolute path or pattern (without .., . and **)",
		[FORM_UNITS] = "the name of a unit, with its type",
		[FORM_PACKAGES] = "the name of a package",
		[FORM_BUILTIN] = "one of what is built in",
	};

	for (size_t i = 0; i < words->n; i++) {
		if (word_is_fit(&verbs[verb], words->v[i]))
			add_item(p, part, verb, words->v[i]);
		else
			complain(p, "%s = %s: not %s", verbs[verb].key, words->v[i],
				 wanted[verbs[verb].form]);
	}
}

/* MODE OWNER GROUP into @item; they stand at words 1 to 3. */
static void take_attributes(struct parser *p, struct profile_item *item, const struct strv *words)
{
	const char *mode = words->v[1];

	if (!consists_of(mode, "01234567") || strlen(mode) > 5 || strtoul(mode, NULL, 8) > 07777)
		complain(p, "mode %s: not an octal mode", mode);
	item->mode = (mode_t)strtoul(mode, NULL, 8);
	for (size_t i = 2; i < 4; i++)
		if (!is_account(words->v[i]))
			complain(p, "%s: not a name or number", words->v[i]);
	item->owner = mem_strdup(words->v[2]);
	item->group = mem_strdup(words->v[3]);
}

static void take_template(struct parser *p, struct profile_item *item, const char *name)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_str struct str text = STR_INIT;

	if (!is_template_name(name)) {
		complain(p, "template %s: not a name below files/", name);
		return;
	}
	if (!p->files)
		return;
	item->template = fs_join(p->files, name);
	if (profile_read_file(item->template, &text, &err)) {
		complain(p, "%s", error_text(&err));
		return;
	}
	if (text.len && memchr(text.data, '\0', text.len)) {
		complain(p, "template %s holds a zero byte", name);
		return;
	}
	profile_template_check(str_text(&text), item->template, item->part, p->errors);
	item->text = str_steal(&text);
}

/* Keys whose value describes one path: mkdir, link, file. */
static void take_path(struct parser *p, enum profile_part part, int verb, const struct strv *words)
{
	static const struct {
		size_t n;
		const char *usage;
	} forms[] = {
		[FORM_MKDIR] = { 4, "PATH MODE OWNER GROUP" },
		[FORM_LINK] = { 2, "PATH TARGET" },
		[FORM_FILE] = { 5, "PATH MODE OWNER GROUP TEMPLATE" },
	};
	enum form form = verbs[verb].form;
	struct profile_item *item;

	if (words->n != forms[form].n) {
		complain(p, "%s has %zu words; it is %s = %s", verbs[verb].key, words->n,
			 verbs[verb].key, forms[form].usage);
		return;
	}
	if (!is_plain_path(words->v[0])) {
		complain(p, "%s %s: not an absolute path without .. and patterns", verbs[verb].key,
			 words->v[0]);
		return;
	}
	item = add_item(p, part, verb, words->v[0]);
	if (form == FORM_LINK)
		item->text = mem_strdup(words->v[1]);
	else
		take_attributes(p, item, words);
	if (form == FORM_FILE)
		take_template(p, item, words->v[4]);
}

static void take_mount(struct parser *p, enum profile_part part, int verb, const char *value,
		       const struct strv *words)
{
	struct profile_item *item;

	if (words->n < 3 || words->n > 6 || !is_plain_path(words->v[1])) {
		complain(p, "mount is SOURCE TARGET TYPE [OPTIONS [FREQ PASS]], as in fstab(5)");
		return;
	}
	item = add_item(p, part, verb, words->v[1]);
	item->text = mem_strdup(value);
}

static void take_item(struct parser *p, enum profile_part part, int verb, const char *value)
{
	cleanup_strv struct strv words = STRV_INIT;

	if (p->when.n && !verbs[verb].when) {
		complain(p, "%s cannot depend on a condition: it is used before there is a tree",
			 verbs[verb].key);
		return;
	}
	strv_split(&words, value, " \t");
	switch (verbs[verb].form) {
	case FORM_MKDIR:
	case FORM_LINK:
	case FORM_FILE:
		take_path(p, part, verb, &words);
		break;
	case FORM_MOUNT:
		take_mount(p, part, verb, value, &words);
		break;
	default:
		take_words(p, part, verb, &words);
	}
}

/* `when =` rules what follows, up to the next one or the next section; empty: always. */
static void take_when(struct parser *p, enum profile_part part, const char *value)
{
	cleanup_strv struct strv words = STRV_INIT;

	strv_free(&p->when);
	strv_split(&words, value, " \t");
	for (size_t i = 0; i < words.n; i++) {
		const char *word = words.v[i] + (words.v[i][0] == '!');

		if (*word == '/' ? !is_glob(word)
				 : part == PROFILE_LAYER || !profile_variable_is_known(word))
			complain(p, "when %s: not an absolute path%s", words.v[i],
				 part == PROFILE_LAYER ? " (variables are for [host])"
						       : " or a variable");
		else
			strv_add(&p->when, words.v[i]);
	}
}

/* `without = VERB WHAT` */
static void take_without(struct parser *p, const char *value)
{
	size_t len = strcspn(value, " \t");
	cleanup_free char *key = mem_strndup(value, len);
	const char *what = value + len + strspn(value + len, " \t");
	struct profile_without *without;
	int verb = find_verb(key);

	if (verb < 0 || !*what) {
		complain(p, "without is KEY WHAT, as in: without = mask fstrim.timer");
		return;
	}
	without = APPEND(p->doc->withouts, p->doc->n_withouts);
	without->verb = (enum profile_verb)verb;
	without->what = mem_strdup(what);
	without->line = p->line;
}

static void take_summary(struct parser *p, const char *value)
{
	free(p->doc->summary);
	p->doc->summary = mem_strdup(value);
}

static void take_kind(struct parser *p, const char *value)
{
	static const char *const kinds[] = {
		[PROFILE_BASE] = "base",
		[PROFILE_DISTRIBUTION] = "distribution",
		[PROFILE_ROLE] = "role",
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(kinds[i], value) == 0) {
			p->doc->kind = (enum profile_kind)i;
			return;
		}
	}
	complain(p, "kind = %s: it is base, distribution or role", value);
}

static void take_inherits(struct parser *p, const char *value)
{
	cleanup_strv struct strv words = STRV_INIT;

	strv_split(&words, value, " \t,");
	for (size_t i = 0; i < words.n; i++) {
		struct profile_parent *parent;

		if (!profile_name_is_fit(words.v[i])) {
			complain(p, "inherits = %s: not the name of a profile", words.v[i]);
			continue;
		}
		parent = APPEND(p->doc->parents, p->doc->n_parents);
		parent->name = mem_strdup(words.v[i]);
		parent->line = p->line;
	}
}

static void take_detect(struct parser *p, const char *value)
{
	strv_split(&p->doc->detect, value, " \t,");
}

/* Keys of [profile]. */
static const struct {
	const char *key;
	void (*take)(struct parser *p, const char *value);
} heads[] = {
	{ "summary", take_summary }, { "kind", take_kind },	  { "inherits", take_inherits },
	{ "detect", take_detect },   { "without", take_without },
};

static const struct {
	const char *name;
	unsigned int bit;
} sections[] = { { "profile", IN_PROFILE }, { "layer", IN_LAYER }, { "host", IN_HOST } };

static unsigned int find_section(const char *name)
{
	for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++)
		if (strcmp(sections[i].name, name) == 0)
			return sections[i].bit;
	return 0;
}

static void take_head(struct parser *p, const char *key, const char *value)
{
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		if (strcmp(heads[i].key, key) == 0) {
			heads[i].take(p, value);
			return;
		}
	}
	complain(p, "unknown key %s in [profile]", key);
}

/* libinih's callback: once for each assignment and for each line that continues one. */
static int handle(void *user, const char *section, const char *key, const char *value)
{
	struct parser *p = user;
	unsigned int where = find_section(section);
	enum profile_part part = where == IN_HOST ? PROFILE_HOST : PROFILE_LAYER;
	int verb = find_verb(key);

	p->handled = true;
	if (!where)
		complain(p, "%s stands in [%s]: the sections are [profile], [layer] and [host]",
			 key, section);
	else if (where == IN_PROFILE)
		take_head(p, key, value);
	else if (strcmp(key, "when") == 0)
		take_when(p, part, value);
	else if (verb < 0 || !(verbs[verb].where & where))
		complain(p, "%s key %s in [%s]", verb < 0 ? "unknown" : "misplaced", key, section);
	else if (!*value)
		complain(p, "%s has no value", key);
	else
		take_item(p, part, verb, value);
	return 1;
}

/* An indented "key = value" would silently become part of the value above. */
static bool looks_like_assignment(const char *line)
{
	size_t len = strspn(line, LOWER "-");

	return len && line[len + strspn(line + len, " \t")] == '=';
}

/* Say what libinih passes over, and what the line has to be. */
static void look_at_line(struct parser *p, const char *line, size_t len)
{
	const char *start = line + strspn(line, " \t\r");

	p->handled = false;
	p->is_assignment = *start && !strchr(";#[", *start);
	if (memchr(line, '\0', len))
		complain(p, "a zero byte");
	if (*start == '[') {
		strv_free(&p->when);
		if (!strchr(start, ']'))
			complain(p, "a section without ]");
	}
	if (p->is_assignment && start > line && looks_like_assignment(start))
		complain(p, "an indented line continues the one above it; do not indent a key");
}

static void finish_line(struct parser *p)
{
	if (p->line && p->is_assignment && !p->handled)
		complain(p, "not an assignment: KEY = VALUE");
	p->is_assignment = false;
}

/* libinih's reader, like fgets(3): @size bytes at @buf, one line at a time. */
static char *next_line(char *buf, int size, void *stream)
{
	struct parser *p = stream;
	size_t len = strcspn(p->next, "\n");

	finish_line(p);
	if (!*p->next)
		return NULL;
	p->line++;
	if (len + 2 > (size_t)size) {
		complain(p, "the line is longer than %d characters", size - 2);
		strcpy(buf, "\n");
		p->is_assignment = false;
	} else {
		memcpy(buf, p->next, len);
		strcpy(buf + len, "\n");
		buf[len] = '\0';
		look_at_line(p, buf, len);
		strcpy(buf + len, "\n");
	}
	p->next += len + (p->next[len] == '\n');
	return buf;
}

void profile_doc_parse(struct profile_doc *doc, const char *text, const char *files,
		       struct str *errors)
{
	struct parser p = { .doc = doc, .files = files, .next = text, .errors = errors };

	/* Its return value is the first bad line, which has been said. */
	(void)ini_parse_stream(next_line, &p, handle, &p);
	finish_line(&p);
	strv_free(&p.when);
	if (!doc->summary)
		str_addf(errors, "%s: no summary in [profile]\n", doc->file);
}

int profile_read_file(const char *path, struct str *out, struct error *err)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set(err, -errno, "read %s", path);
	if (!S_ISREG(st.st_mode))
		return error_say(err, -EINVAL, "read %s: not a regular file", path);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return error_say(err, -EPERM,
				 "read %s: others can write it (mode %04o); a profile decides "
				 "what hosts run: chmod go-w it",
				 path, (unsigned)(st.st_mode & 07777));
	return fs_read_fd(fd, path, out, err);
}
