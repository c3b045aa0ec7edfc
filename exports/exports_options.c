/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exports_options: the option lists of exports(5). */

#include "exports/exports_private.h"

#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum value { NONE, TEXT, NUMBER, FSID, IDS, OPTIONAL };

/* nfs-utils 2.6, and what later ones added; of squash_uids and squash_gids, which are not in its manual, it reads one range. */
static const struct {
	const char *name;
	enum value value;
} known[] = {
	{ "acl", NONE },
	{ "all_squash", NONE },
	{ "anongid", NUMBER },
	{ "anonuid", NUMBER },
	{ "async", NONE },
	{ "auth_nlm", NONE },
	{ "crossmnt", NONE },
	{ "fsid", FSID },
	{ "hide", NONE },
	{ "insecure", NONE },
	{ "insecure_locks", NONE },
	{ "mountpoint", OPTIONAL },
	{ "mp", OPTIONAL },
	{ "no_acl", NONE },
	{ "no_all_squash", NONE },
	{ "no_auth_nlm", NONE },
	{ "no_pnfs", NONE },
	{ "no_root_squash", NONE },
	{ "no_subtree_check", NONE },
	{ "no_wdelay", NONE },
	{ "nocrossmnt", NONE },
	{ "nohide", NONE },
	{ "nordirplus", NONE },
	{ "pnfs", NONE },
	{ "reexport", TEXT },
	{ "refer", TEXT },
	{ "replicas", TEXT },
	{ "ro", NONE },
	{ "root_squash", NONE },
	{ "rw", NONE },
	{ "sec", TEXT },
	{ "secure", NONE },
	{ "secure_locks", NONE },
	{ "security_label", NONE },
	{ "squash_gids", IDS },
	{ "squash_uids", IDS },
	{ "subtree_check", NONE },
	{ "sync", NONE },
	{ "wdelay", NONE },
	{ "xprtsec", TEXT },
};

static size_t count_hex(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += isxdigit((unsigned char)*s) != 0;
	return n;
}

static bool is_number(const char *s)
{
	char *end;

	strtoul(s, &end, 0);
	return *s && !*end;
}

/* 1 good, 0 a bad value, -1 an unknown name. */
static int judge(const char *name, size_t name_len, const char *value)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strlen(known[i].name) != name_len || memcmp(known[i].name, name, name_len))
			continue;
		switch (known[i].value) {
		case NONE:
			return !value;
		case TEXT:
			return value && *value;
		case NUMBER:
			return value && is_number(value);
		case FSID:
			return value && (!strcmp(value, "root") || is_number(value) ||
					 count_hex(value) == 32);
		case IDS:
			return value && isdigit((unsigned char)*value);
		case OPTIONAL:
			return 1;
		}
	}
	return -1;
}

/* Call @fn for each option in @options, until it returns true. */
static bool each_option(const char *options,
			bool (*fn)(const char *name, size_t name_len, const char *value, void *arg),
			void *arg)
{
	cleanup_free char *copy = mem_strdup(options);
	char *rest = copy, *option;

	while ((option = strsep(&rest, ",")) != NULL) {
		char *equals = strchr(option, '=');
		size_t len = equals ? (size_t)(equals - option) : strlen(option);

		if (fn(option, len, equals ? equals + 1 : NULL, arg))
			return true;
	}
	return false;
}

struct checking {
	struct exports *doc;
	const struct exports_entry *e;
};

static bool check_one(const char *name, size_t len, const char *value, void *arg)
{
	struct checking *c = arg;
	int good;

	/* exportfs passes over blanks before an option and over an empty one. */
	while (len && isblank((unsigned char)*name)) {
		name++;
		len--;
	}
	if (!len && !value)
		return false;
	good = judge(name, len, value);
	if (good < 0)
		strv_addf(&c->doc->warnings,
			  "%s:%u: unknown option \"%.*s\": an exportfs that does not know it reads "
			  "nothing below this line",
			  c->e->file, c->e->line, (int)len, name);
	else if (!good)
		strv_addf(&c->doc->warnings,
			  "%s:%u: bad value in \"%s\": exportfs reads nothing below this line",
			  c->e->file, c->e->line, name);
	return false;
}

void exports_check_options(struct exports *doc, const struct exports_entry *e)
{
	struct checking c = { doc, e };

	each_option(e->options, check_one, &c);
}

struct search {
	const char *name;
	char *value;
};

static bool find_one(const char *name, size_t len, const char *value, void *arg)
{
	struct search *s = arg;

	if (strlen(s->name) != len || memcmp(s->name, name, len))
		return false;
	/* The last one counts, as for exportfs. */
	free(s->value);
	s->value = mem_strdup(value ? value : "");
	return false;
}

char *exports_option(const char *options, const char *name)
{
	struct search s = { name, NULL };

	each_option(options, find_one, &s);
	return s.value;
}

char *exports_fsid_key(const char *options)
{
	cleanup_free char *value = exports_option(options, "fsid");
	cleanup_str struct str key = STR_INIT;

	if (str_is_empty(value))
		return NULL;
	if (!strcmp(value, "root"))
		return mem_strdup("0");
	if (is_number(value))
		return mem_printf("%lu", strtoul(value, NULL, 0));
	for (const char *p = value; *p; p++)
		if (isxdigit((unsigned char)*p))
			str_addc(&key, (char)tolower((unsigned char)*p));
	return key.len ? str_steal(&key) : NULL;
}
