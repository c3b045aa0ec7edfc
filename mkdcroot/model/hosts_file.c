/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hosts_file: one pass to words, one for duplicates (by sorting, so that a farm of thousands stays
 * cheap). */
#include "mkdcroot/model/hosts_file.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A kind and a host name, which are longer than addresses: hostname_check() lets 64 bytes through. */
#define HOSTS_KEY_MAX 72

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

/* One thing that a host alone has: 'n', 'i' or 'm' and then its name, address or MAC. */
struct hosts_key {
	char text[HOSTS_KEY_MAX];
	size_t host; /* its place */
};

static const char *key_word(char kind)
{
	return kind == 'n' ? "name" : kind == 'i' ? "IP address" : "MAC address";
}

static int compare_keys(const void *a, const void *b)
{
	const struct hosts_key *x = a, *y = b;
	int order = strcmp(x->text, y->text);

	return order ? order : (x->host > y->host) - (x->host < y->host);
}

/* Case does not matter in names. */
static void name_key(struct hosts_key *key, const char *name)
{
	snprintf(key->text, sizeof(key->text), "n%s", name);
	for (char *c = key->text; *c; c++)
		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
}

static void ip_key(struct hosts_key *key, const struct ip_addr *ip)
{
	key->text[0] = 'i';
	ip_format(ip, key->text + 1);
}

static void mac_key(struct hosts_key *key, const struct mac_addr *mac)
{
	key->text[0] = 'm';
	mac_format(mac, key->text + 1);
}

static size_t add_keys(struct hosts_key *keys, const struct host *h, size_t place)
{
	size_t n = 0;

	name_key(&keys[n++], h->name);
	ip_key(&keys[n++], &h->ip);
	if (h->mac.set)
		mac_key(&keys[n++], &h->mac);
	for (size_t i = 0; i < n; i++)
		keys[i].host = place;
	return n;
}

static void say_duplicate(const struct hosts_file *f, const struct hosts_key *first,
			  const struct hosts_key *key, struct str *problems)
{
	const struct host *h = &f->host[key->host], *other = &f->host[first->host];

	str_addf(problems, "%s%s:%u: host %s has the same %s as %s in line %u",
		 problems->len ? "\n" : "", f->path, h->line, h->name, key_word(key->text[0]),
		 other->name, other->line);
}

void hosts_file_index(struct hosts_file *f, struct str *problems)
{
	free(f->keys);
	f->keys = mem_resize(NULL, f->n * 3 + 1, sizeof(*f->keys));
	f->n_keys = 0;
	for (size_t i = 0; i < f->n; i++)
		f->n_keys += add_keys(f->keys + f->n_keys, &f->host[i], i);
	qsort(f->keys, f->n_keys, sizeof(*f->keys), compare_keys);
	for (size_t i = 1; i < f->n_keys; i++)
		if (strcmp(f->keys[i - 1].text, f->keys[i].text) == 0)
			say_duplicate(f, &f->keys[i - 1], &f->keys[i], problems);
}

static int compare_text(const void *a, const void *b)
{
	return strcmp(((const struct hosts_key *)a)->text, ((const struct hosts_key *)b)->text);
}

static const struct host *find_key(const struct hosts_file *f, const struct hosts_key *key)
{
	const struct hosts_key *found =
		f->n_keys ? bsearch(key, f->keys, f->n_keys, sizeof(*key), compare_text) : NULL;

	return found ? &f->host[found->host] : NULL;
}

void hosts_file_append(struct hosts_file *f, struct host *h)
{
	/* Grown in powers of two. */
	if ((f->n & (f->n - 1)) == 0)
		f->host = mem_resize(f->host, f->n ? 2 * f->n : 1, sizeof(*f->host));
	f->host[f->n++] = *h;
	*h = (struct host){ 0 };
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
		if (rc > 0)
			hosts_file_append(f, &h);
		host_free(&h);
		if (rc < 0)
			str_addf(&problems, "%s%s:%u: %s", problems.len ? "\n" : "", path, line,
				 error_text(&problem));
		p = eol + 1;
	}
	hosts_file_index(f, &problems);
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
	free(f->keys);
	free(f->path);
	str_free(&f->text);
	*f = (struct hosts_file){ 0 };
}

const struct host *hosts_file_find(const struct hosts_file *f, const char *name)
{
	struct hosts_key key;

	name_key(&key, name);
	return find_key(f, &key);
}

const struct host *hosts_file_find_ip(const struct hosts_file *f, const struct ip_addr *ip)
{
	struct hosts_key key;

	ip_key(&key, ip);
	return find_key(f, &key);
}

int hosts_file_check_new(const struct hosts_file *f, const struct host *h, struct error *err)
{
	struct hosts_key keys[3];
	size_t n = add_keys(keys, h, 0);

	for (size_t i = 0; i < n; i++) {
		const struct host *old = find_key(f, &keys[i]);

		if (old)
			return error_say(err, -EEXIST, "%s:%u: host %s already has the %s %s",
					 f->path, old->line, old->name, key_word(keys[i].text[0]),
					 keys[i].text[0] == 'n' ? h->name : keys[i].text + 1);
	}
	return 0;
}

/* What is to become of each of the file's hosts; *@add gets those that are not there, in order. */
static const struct hosts_edit **sort_edits(const struct hosts_file *f,
					    const struct hosts_edit *edit, size_t n,
					    struct str *add)
{
	const struct hosts_edit **by_host = mem_new((f->n + 1) * sizeof(*by_host));

	for (size_t i = 0; i < n; i++) {
		const struct host *old = hosts_file_find(f, edit[i].name);

		if (old)
			by_host[old - f->host] = &edit[i];
		else if (edit[i].line)
			str_addf(add, "%s\n", edit[i].line);
	}
	return by_host;
}

void hosts_file_edit(const struct hosts_file *f, const struct hosts_edit *edit, size_t n,
		     struct str *out)
{
	cleanup_str struct str add = STR_INIT;
	cleanup_free const struct hosts_edit **by_host = sort_edits(f, edit, n, &add);
	const char *p = str_text(&f->text), *end = p + f->text.len;
	size_t host = 0;

	for (unsigned int line = 1; p < end; line++) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		const char *next = eol ? eol + 1 : end;
		const struct hosts_edit *e = NULL;

		if (host < f->n && f->host[host].line == line)
			e = by_host[host++];
		if (!e)
			str_addn(out, p, (size_t)(next - p));
		else if (e->line)
			str_addf(out, "%s%s", e->line, eol ? "\n" : "");
		p = next;
	}
	if (add.len && out->len && out->data[out->len - 1] != '\n')
		str_addc(out, '\n');
	str_addn(out, str_text(&add), add.len);
}

/* The bytes of line number @line (from 1), without its newline. */
static const char *find_line(const struct hosts_file *f, unsigned int line, size_t *len)
{
	const char *p = str_text(&f->text), *end = p + f->text.len, *eol;

	while (--line)
		p = (const char *)memchr(p, '\n', (size_t)(end - p)) + 1;
	eol = memchr(p, '\n', (size_t)(end - p));
	*len = (size_t)((eol ? eol : end) - p);
	return p;
}

char *hosts_file_line(const struct hosts_file *f, const struct host *h)
{
	size_t len;
	const char *line = find_line(f, h->line, &len);

	return mem_strndup(line, len);
}

char *hosts_file_new_line(const struct hosts_file *f, const struct host *h, const struct host *now)
{
	cleanup_free char *words = host_format(now);
	cleanup_error struct error never = ERROR_INIT;
	cleanup_str struct str word = STR_INIT;
	size_t len;
	const char *p = find_line(f, h->line, &len), *end = p + len, *behind = p;

	/* What stands behind the last word: blanks, a comment, a carriage return. */
	while (next_word(&p, end, &word, &never) > 0)
		behind = p;
	if (p == end)
		return mem_printf("%s%s", words, len && end[-1] == '\r' ? "\r" : "");
	return mem_printf("%s%.*s", words, (int)(end - behind), behind);
}
