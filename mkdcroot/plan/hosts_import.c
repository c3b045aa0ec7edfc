/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hosts_import: the bootptab is read by bootptab/'s own parser; what it has no key for is noted by tag. */
#include "mkdcroot/plan/hosts_import.h"
#include "bootptab/bootptab.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/model/hosts_csv.h"

#include <errno.h>
#include <string.h>

static const char *const format_names[] = {
	[HOSTS_FORMAT_HOSTS] = "hosts",
	[HOSTS_FORMAT_CSV] = "csv",
	[HOSTS_FORMAT_BOOTPTAB] = "bootptab",
};

#define N_FORMATS (sizeof(format_names) / sizeof(format_names[0]))

int hosts_format_parse(enum hosts_format *format, const char *name, struct error *err)
{
	for (size_t i = 0; i < N_FORMATS; i++)
		if (strcmp(format_names[i], name) == 0) {
			*format = (enum hosts_format)i;
			return 0;
		}
	return error_say(err, -EINVAL, "--format %s: there are hosts, csv and bootptab", name);
}

enum hosts_format hosts_format_guess(const char *text, size_t len)
{
	const char *p = text, *end = text + len;

	if (hosts_csv_is(text, len))
		return HOSTS_FORMAT_CSV;
	while (p < end) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		const char *line = p;

		p = eol ? eol + 1 : end;
		while (line < p && strchr(" \t\r\n", *line))
			line++;
		if (line == p || *line == '#')
			continue;
		/* A name, and what ends it. */
		while (line < p && !strchr(" \t\r\n:,;", *line))
			line++;
		if (line < p && *line == ':')
			return HOSTS_FORMAT_BOOTPTAB;
		return line < p && strchr(",;", *line) ? HOSTS_FORMAT_CSV : HOSTS_FORMAT_HOSTS;
	}
	return HOSTS_FORMAT_HOSTS;
}

/* --- bootptab --- */

/* Tags that a host's line has a key for. */
static const struct {
	const char *tag, *key;
} tag_keys[] = {
	{ "sm", "netmask" }, { "gw", "gateway" },     { "ds", "dns" },
	{ "dn", "domain" },  { "sa", "tftp_server" },
};

#define N_TAG_KEYS (sizeof(tag_keys) / sizeof(tag_keys[0]))

/* Tags that say what mkdcroot says by itself, or nothing about the host. */
static bool is_our_own(const char *tag)
{
	static const char *const own[] = { "ip", "ha", "ht", "tc", "hn", "vm", "td",
					   "bs", "sm", "gw", "ds", "dn", "sa" };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (strcmp(own[i], tag) == 0)
			return true;
	return false;
}

static const char *why_not(const char *tag)
{
	if (strcmp(tag, "rp") == 0)
		return "each host's root is at the farm's directory";
	if (strcmp(tag, "bf") == 0 || strcmp(tag, "hd") == 0)
		return "hosts boot the image of their layer; say boot_file= for another one";
	return "there is no key for it";
}

/* A tag that is not used, said once for all entries. */
struct unused {
	char tag[8];
	unsigned int line, count;
};

struct tags {
	struct unused v[64]; /* bootpd knows fewer; further generic ones are told as one */
	size_t n;
};

static void note_tag(struct tags *tags, const char *tag, unsigned int line)
{
	size_t i = 0;

	while (i < tags->n && strcmp(tags->v[i].tag, tag) != 0)
		i++;
	if (i == tags->n) {
		if (tags->n == sizeof(tags->v) / sizeof(tags->v[0]))
			return;
		tags->n++;
		snprintf(tags->v[i].tag, sizeof(tags->v[i].tag), "%s", tag);
		tags->v[i].line = line;
	}
	tags->v[i].count++;
}

static void tell_tags(const struct tags *tags, const char *path, struct strv *notes)
{
	for (size_t i = 0; i < tags->n; i++) {
		const struct unused *u = &tags->v[i];

		strv_addf(notes, "%s:%u: the tag %s is not used%s: %s", path, u->line, u->tag,
			  u->count > 1 ? " (nor where it stands below)" : "", why_not(u->tag));
	}
}

/* @value of the tag for @key, which may be several addresses, unless the farm says the same. */
static int set_values(struct host *h, const char *key, const char *value, const struct settings *s,
		      struct error *err)
{
	cleanup_strv struct strv words = STRV_INIT;
	cleanup_str struct str farm = STR_INIT;
	int rc = 0;

	settings_value(s, key, &farm);
	if (strcmp(str_text(&farm), value) == 0)
		return 0;
	strv_split(&words, value, " ,\t");
	for (size_t i = 0; !rc && i < words.n; i++) {
		cleanup_free char *assignment = mem_printf("%s=%s", key, words.v[i]);

		/* A gateway is one. */
		if (i && strcmp(key, "dns") != 0)
			break;
		rc = host_set(h, assignment, err);
	}
	return rc;
}

static int take_entry(struct host *h, const struct bootptab *doc, const struct bootptab_entry *e,
		      const struct settings *s, struct error *err)
{
	int rc = hostname_check(e->name, err);
	char ip[IP_TEXT_MAX];

	if (!rc && !ip_is_set(&e->ip))
		rc = error_say(err, -EINVAL, "entry %s has no address (tag ip)", e->name);
	/* bootpd takes any address, a network's too. */
	if (!rc)
		rc = ip_parse(&h->ip, ip_format(&e->ip, ip), err);
	h->name = mem_strdup(e->name);
	h->layer = mem_strdup("base");
	h->mac = e->mac;
	h->line = e->line;
	for (size_t i = 0; !rc && i < N_TAG_KEYS; i++) {
		const char *value = bootptab_value(doc, e, tag_keys[i].tag);

		if (!str_is_empty(value))
			rc = set_values(h, tag_keys[i].key, value, s, err);
	}
	return rc;
}

/* One that no computer has: others take it up by tc=, or it says nothing of any. */
static bool is_template(const struct bootptab *doc, const struct bootptab_entry *e)
{
	if (e->name[0] == '.')
		return true;
	if (ip_is_set(&e->ip) || e->mac.set)
		return false;
	for (const struct bootptab_entry *user = bootptab_next(doc, NULL); user;
	     user = bootptab_next(doc, user))
		for (size_t i = 0; i < user->n_tags; i++)
			if (strcmp(user->tags[i].name, "tc") == 0 &&
			    user->tags[i].op == BOOTPTAB_SET &&
			    strcmp(user->tags[i].value, e->name) == 0)
				return true;
	return false;
}

static void import_entry(struct hosts_file *f, const struct bootptab *doc,
			 const struct bootptab_entry *e, const struct settings *s,
			 struct strv *notes, struct str *problems)
{
	cleanup_error struct error problem = ERROR_INIT;
	cleanup_host struct host h = { 0 };

	if (take_entry(&h, doc, e, s, &problem)) {
		str_addf(problems, "%s%s:%u: %s", problems->len ? "\n" : "", f->path, e->line,
			 error_text(&problem));
		return;
	}
	if (!h.mac.set)
		strv_addf(notes, "%s:%u: %s has no Ethernet address: it waits for its MAC", f->path,
			  e->line, h.name);
	hosts_file_append(f, &h);
}

static int import_bootptab(struct hosts_file *f, const char *path, const char *text, size_t len,
			   const struct settings *s, struct strv *notes, struct error *err)
{
	cleanup_str struct str problems = STR_INIT;
	struct tags tags = { .n = 0 };
	struct bootptab *doc;
	int rc = bootptab_parse(&doc, path, text, len, err);

	if (rc)
		return rc;
	f->path = mem_strdup(path);
	for (size_t i = 0; i < bootptab_warnings(doc)->n; i++)
		strv_add(notes, bootptab_warnings(doc)->v[i]);
	for (const struct bootptab_entry *e = bootptab_next(doc, NULL); e;
	     e = bootptab_next(doc, e)) {
		if (e->ours)
			continue;
		for (size_t i = 0; i < e->n_tags; i++)
			if (e->tags[i].op != BOOTPTAB_DELETE && !is_our_own(e->tags[i].name))
				note_tag(&tags, e->tags[i].name, e->tags[i].line);
		if (!is_template(doc, e))
			import_entry(f, doc, e, s, notes, &problems);
	}
	tell_tags(&tags, path, notes);
	bootptab_free(doc);
	hosts_file_index(f, &problems);
	return problems.len ? error_say(err, -EINVAL, "%s", str_text(&problems)) : 0;
}

int hosts_import_text(struct hosts_file *f, const char *path, const char *text, size_t len,
		      const enum hosts_format *format, const struct settings *s, struct strv *notes,
		      struct error *err)
{
	enum hosts_format is = format ? *format : hosts_format_guess(text, len);

	if (is == HOSTS_FORMAT_CSV)
		return hosts_csv_parse(f, path, text, len, notes, err);
	if (is == HOSTS_FORMAT_BOOTPTAB)
		return import_bootptab(f, path, text, len, s, notes, err);
	return hosts_file_parse(f, path, text, len, err);
}

static int read_input(struct str *text, struct error *err)
{
	char buf[65536];
	ssize_t n;

	while ((n = read(STDIN_FILENO, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set(err, -errno, "read standard input");
		if (text->len + (size_t)n > FS_READ_MAX)
			return error_set(err, -EFBIG, "read standard input");
		str_addn(text, buf, (size_t)n);
	}
	return 0;
}

int hosts_import(struct hosts_file *f, const char *path, const enum hosts_format *format,
		 const struct settings *s, struct strv *notes, struct error *err)
{
	bool input = strcmp(path, "-") == 0;
	cleanup_str struct str text = STR_INIT;
	int rc = input ? read_input(&text, err) : fs_read_file(path, &text, err);

	if (rc)
		return rc;
	return hosts_import_text(f, input ? "standard input" : path, str_text(&text), text.len,
				 format, s, notes, err);
}
