/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hosts_file: one pass to words, one for duplicates (by sorting, so that a farm of thousands stays
 * cheap). */
#include "mkdcroot/model/hosts_file.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Take the next word of @p (not NULL-terminated: ends at @end) to *@word.  1 a word, 0 none left,
 * -EINVAL. */
static int next_word(const char **p, const char *end, struct str *word, struct error *err)
{
	const char *s = *p;

	word->len = 0;
	while (s < end && (*s == ' ' || *s == '\t' || *s == '\r'))
		s++;
	if (s == end || *s == '#') {
		*p = s;
		return 0;
	}
	while (s < end && *s != ' ' && *s != '\t' && *s != '\r') {
		if (*s == '\0')
			return error_say(err, -EINVAL, "a NUL byte stands in it");
		if (*s != '"') {
			str_addc(word, *s++);
			continue;
		}
		for (s++; s < end && *s != '"'; s++) {
			if (*s == '\\' && s + 1 < end)
				s++;
			str_addc(word, *s);
		}
		if (s == end)
			return error_say(err, -EINVAL, "the closing quotation mark is missing");
		s++;
	}
	str_addn(word, "", 0);
	*p = s;
	return 1;
}

static int parse_host(struct host *h, const char *line, const char *end, struct error *err)
{
	cleanup_str struct str word = STR_INIT;
	int rc = next_word(&line, end, &word, err);

	if (rc <= 0)
		return rc;
	rc = hostname_check(str_text(&word), err);
	if (rc)
		return rc;
	h->name = mem_strdup(str_text(&word));
	h->layer = mem_strdup("base");
	rc = next_word(&line, end, &word, err);
	if (rc == 0)
		return error_say(err, -EINVAL, "host %s has no IP address", h->name);
	if (rc > 0)
		rc = ip_parse(&h->ip, str_text(&word), err);
	while (rc >= 0 && (rc = next_word(&line, end, &word, err)) > 0)
		rc = host_set(h, str_text(&word), err);
	return rc < 0 ? rc : 1;
}

/* Keys to find duplicates by: sorted, equal neighbours are the same. */
struct key {
	char *text;
	const char *what;
	const struct host *host;
};

static int compare_keys(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	int order = strcmp(x->text, y->text);

	return order ? order : (x->host->line > y->host->line) - (x->host->line < y->host->line);
}

static size_t add_keys(struct key *keys, const struct host *h)
{
	char ip[IP_TEXT_MAX], mac[MAC_TEXT_MAX];
	size_t n = 0;

	keys[n++] = (struct key){ mem_printf("n%s", h->name), "name", h };
	for (char *c = keys[0].text; *c; c++)
		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
	keys[n++] = (struct key){ mem_printf("i%s", ip_format(&h->ip, ip)), "IP address", h };
	if (h->mac.set)
		keys[n++] = (struct key){ mem_printf("m%s", mac_format(&h->mac, mac)),
					  "MAC address", h };
	return n;
}

static void find_duplicates(const struct hosts_file *f, struct str *problems)
{
	struct key *keys = mem_resize(NULL, f->n * 3, sizeof(*keys));
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		n += add_keys(keys + n, &f->host[i]);
	qsort(keys, n, sizeof(*keys), compare_keys);
	for (size_t i = 1; i < n; i++)
		if (strcmp(keys[i - 1].text, keys[i].text) == 0)
			str_addf(problems, "%s%s:%u: host %s has the same %s as %s in line %u",
				 problems->len ? "\n" : "", f->path, keys[i].host->line,
				 keys[i].host->name, keys[i].what, keys[i - 1].host->name,
				 keys[i - 1].host->line);
	for (size_t i = 0; i < n; i++)
		free(keys[i].text);
	free(keys);
}

int hosts_file_parse(struct hosts_file *f, const char *path, const char *text, size_t len,
		     struct error *err)
{
	cleanup_str struct str problems = STR_INIT;
	const char *p = text, *end = text + len;
	unsigned int line = 0;

	f->path = mem_strdup(path);
	str_addn(&f->text, text, len);
	while (p < end) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		cleanup_error struct error problem = ERROR_INIT;
		struct host h = { 0 };
		int rc;

		line++;
		eol = eol ? eol : end;
		rc = parse_host(&h, p, eol, &problem);
		h.line = line;
		if (rc > 0) {
			/* Grown in powers of two. */
			if ((f->n & (f->n - 1)) == 0)
				f->host =
					mem_resize(f->host, f->n ? 2 * f->n : 1, sizeof(*f->host));
			f->host[f->n++] = h;
		} else {
			host_free(&h);
		}
		if (rc < 0)
			str_addf(&problems, "%s%s:%u: %s", problems.len ? "\n" : "", path, line,
				 error_text(&problem));
		p = eol + 1;
	}
	find_duplicates(f, &problems);
	return problems.len ? error_say(err, -EINVAL, "%s", str_text(&problems)) : 0;
}

int hosts_file_read(struct hosts_file *f, const char *path, struct error *err)
{
	cleanup_str struct str text = STR_INIT;
	int rc = fs_read_optional(path, &text, err);

	return rc ? rc : hosts_file_parse(f, path, str_text(&text), text.len, err);
}

void hosts_file_free(struct hosts_file *f)
{
	for (size_t i = 0; i < f->n; i++)
		host_free(&f->host[i]);
	free(f->host);
	free(f->path);
	str_free(&f->text);
	*f = (struct hosts_file){ 0 };
}

const struct host *hosts_file_find(const struct hosts_file *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcasecmp(f->host[i].name, name) == 0)
			return &f->host[i];
	return NULL;
}

int hosts_file_check_new(const struct hosts_file *f, const struct host *h, struct error *err)
{
	char text[IP_TEXT_MAX > MAC_TEXT_MAX ? IP_TEXT_MAX : MAC_TEXT_MAX];

	for (size_t i = 0; i < f->n; i++) {
		const struct host *old = &f->host[i];
		const char *what = NULL, *value = NULL;

		if (strcasecmp(old->name, h->name) == 0) {
			what = "name";
			value = h->name;
		} else if (ip_equal(&old->ip, &h->ip)) {
			what = "IP address";
			value = ip_format(&h->ip, text);
		} else if (h->mac.set && mac_equal(&old->mac, &h->mac)) {
			what = "MAC address";
			value = mac_format(&h->mac, text);
		}
		if (what)
			return error_say(err, -EEXIST, "%s:%u: host %s already has the %s %s",
					 f->path, old->line, old->name, what, value);
	}
	return 0;
}

/* The bytes of line number @line (from 1), its newline included. */
static const char *find_line(const struct hosts_file *f, unsigned int line, size_t *len)
{
	const char *p = str_text(&f->text), *end = p + f->text.len, *eol;

	while (--line)
		p = (const char *)memchr(p, '\n', (size_t)(end - p)) + 1;
	eol = memchr(p, '\n', (size_t)(end - p));
	*len = (size_t)((eol ? eol + 1 : end) - p);
	return p;
}

static void splice(const struct hosts_file *f, const struct host *old, const char *line,
		   struct str *out)
{
	const char *text = str_text(&f->text), *at = text + f->text.len;
	size_t len = 0;

	if (old)
		at = find_line(f, old->line, &len);
	str_addn(out, text, (size_t)(at - text));
	if (line && out->len && out->data[out->len - 1] != '\n')
		str_addc(out, '\n');
	if (line)
		str_addf(out, "%s\n", line);
	str_addn(out, at + len, (size_t)(text + f->text.len - at) - len);
}

void hosts_file_with(const struct hosts_file *f, const char *name, const char *line,
		     struct str *out)
{
	splice(f, hosts_file_find(f, name), line, out);
}

void hosts_file_without(const struct hosts_file *f, const char *name, struct str *out)
{
	const struct host *old = hosts_file_find(f, name);

	if (old)
		splice(f, old, NULL, out);
	else
		str_addn(out, str_text(&f->text), f->text.len);
}
