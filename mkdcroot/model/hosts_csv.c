/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hosts_csv: records of cells; the header turns columns into the keys of host_set(). */
#include "mkdcroot/model/hosts_csv.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/model/settings.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

struct reader {
	const char *path;
	const char *p, *end;
	unsigned int line; /* of @p */
	char separator;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Blanks at both ends do not count. */
static void trim(struct str *cell)
{
	size_t from = 0;

	while (cell->len && is_blank(cell->data[cell->len - 1]))
		cell->len--;
	while (from < cell->len && is_blank(cell->data[from]))
		from++;
	if (cell->data) {
		cell->len -= from;
		memmove(cell->data, cell->data + from, cell->len);
		cell->data[cell->len] = '\0';
	}
}

/* What stands between quotes, from behind the first on. */
static int read_quoted(struct reader *r, struct str *cell, struct error *err)
{
	for (; r->p < r->end; r->p++) {
		if (*r->p == '"' && (r->p + 1 == r->end || r->p[1] != '"')) {
			r->p++;
			return 0;
		}
		r->p += *r->p == '"';
		r->line += *r->p == '\n';
		str_addc(cell, *r->p);
	}
	return error_say(err, -EINVAL, "the closing quotation mark of a cell is missing");
}

/* Does a quote begin here, after blanks? */
static bool at_quote(const struct reader *r)
{
	const char *p = r->p;

	while (p < r->end && is_blank(*p) && *p != r->separator)
		p++;
	return p < r->end && *p == '"';
}

static int read_cell(struct reader *r, struct str *cell, struct error *err)
{
	int rc = 0;

	if (at_quote(r)) {
		r->p = (const char *)memchr(r->p, '"', (size_t)(r->end - r->p)) + 1;
		rc = read_quoted(r, cell, err);
		while (!rc && r->p < r->end && is_blank(*r->p) && *r->p != r->separator)
			r->p++;
		if (!rc && r->p < r->end && *r->p != r->separator && *r->p != '\n')
			rc = error_say(err, -EINVAL, "something stands behind a quoted cell");
	} else {
		for (; r->p < r->end && *r->p != r->separator && *r->p != '\n'; r->p++)
			str_addc(cell, *r->p);
		trim(cell);
	}
	if (!rc && cell->len && memchr(cell->data, '\0', cell->len))
		rc = error_say(err, -EINVAL, "a NUL byte stands in it");
	return rc;
}

static void skip_line(struct reader *r)
{
	const char *eol = memchr(r->p, '\n', (size_t)(r->end - r->p));

	r->p = eol ? eol + 1 : r->end;
	r->line += eol != NULL;
}

/* Take the cells of the next record.  1 a record, 0 the end, negative: it is broken, and gone over. */
static int read_record(struct reader *r, struct strv *cells, struct error *err)
{
	while (r->p < r->end) {
		const char *p = r->p;

		while (p < r->end && is_blank(*p))
			p++;
		if (p < r->end && *p != '\n' && *p != '#')
			break;
		skip_line(r);
	}
	if (r->p >= r->end)
		return 0;
	for (;;) {
		cleanup_str struct str cell = STR_INIT;
		int rc = read_cell(r, &cell, err);

		if (rc) {
			skip_line(r);
			return rc;
		}
		strv_add(cells, str_text(&cell));
		if (r->p >= r->end || *r->p == '\n')
			break;
		r->p++;
	}
	skip_line(r);
	return 1;
}

/* Other words for a column, as tables of hosts have them. */
static const struct {
	const char *word, *key;
} synonyms[] = {
	{ "host", "name" },
	{ "hostname", "name" },
	{ "host name", "name" },
	{ "address", "ip" },
	{ "ip address", "ip" },
	{ "ipaddress", "ip" },
	{ "ipv4", "ip" },
	{ "ipv4 address", "ip" },
	{ "mac address", "mac" },
	{ "macaddress", "mac" },
	{ "hardware address", "mac" },
	{ "hwaddr", "mac" },
	{ "ethernet", "mac" },
	{ "card", "nic" },
};

static const char *const fields[] = { "name", "ip", "mac", "layer", "role", "nic" };

/* The key that the column @title stands for, freshly allocated, or NULL. */
static char *column_key(const char *title)
{
	char *key = mem_strdup(title);

	for (char *c = key; *c; c++)
		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c == '_' || *c == '-' ? ' ' : *c);
	for (size_t i = 0; i < sizeof(synonyms) / sizeof(synonyms[0]); i++)
		if (strcmp(key, synonyms[i].word) == 0) {
			free(key);
			return mem_strdup(synonyms[i].key);
		}
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strcmp(key, fields[i]) == 0)
			return key;
	for (char *c = key; *c; c++)
		*c = (char)(*c == ' ' ? '_' : *c);
	if (settings_is_per_host(key))
		return key;
	free(key);
	return NULL;
}

/* The separator of the header: the first of them outside of quotes. */
static char find_separator(const struct reader *r)
{
	bool quoted = false;

	for (const char *p = r->p; p < r->end && *p != '\n'; p++) {
		quoted = quoted != (*p == '"');
		if (!quoted && (*p == ',' || *p == ';' || *p == '\t'))
			return *p;
	}
	return ',';
}

/* The separator is that of the first line that says something. */
static void begin(struct reader *r)
{
	static const char mark[] = "\xef\xbb\xbf"; /* spreadsheets put one at the begin */

	if (r->end - r->p >= 3 && memcmp(r->p, mark, 3) == 0)
		r->p += 3;
	for (; r->p < r->end; skip_line(r)) {
		const char *p = r->p;

		while (p < r->end && is_blank(*p))
			p++;
		if (p < r->end && *p != '\n' && *p != '#')
			break;
	}
	r->separator = find_separator(r);
}

static const char *const *find_column(char *const *key, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (key[i] && strcmp(key[i], name) == 0)
			return (const char *const *)&key[i];
	return NULL;
}

bool hosts_csv_is(const char *text, size_t len)
{
	struct reader r = { .p = text, .end = text + len, .line = 1 };
	cleanup_error struct error ignored = ERROR_INIT;
	cleanup_strv struct strv titles = STRV_INIT;
	bool name = false, ip = false;

	begin(&r);
	if (read_record(&r, &titles, &ignored) <= 0)
		return false;
	for (size_t i = 0; i < titles.n; i++) {
		cleanup_free char *key = column_key(titles.v[i]);

		name = name || (key && strcmp(key, "name") == 0);
		ip = ip || (key && strcmp(key, "ip") == 0);
	}
	return name && ip;
}

static int set_cell(struct host *h, const char *key, const char *value, struct error *err)
{
	cleanup_free char *assignment = NULL;

	if (strcmp(key, "name") == 0) {
		free(h->name);
		h->name = mem_strdup(value);
		return hostname_check(value, err);
	}
	if (strcmp(key, "ip") == 0)
		return ip_parse(&h->ip, value, err);
	assignment = mem_printf("%s=%s", key, value);
	return host_set(h, assignment, err);
}

static int make_host(struct host *h, const struct strv *cells, char *const *keys, size_t n,
		     struct error *err)
{
	int rc = 0;

	h->layer = mem_strdup("base");
	for (size_t i = 0; !rc && i < cells->n; i++) {
		if (!*cells->v[i])
			continue;
		if (i >= n)
			return error_say(err, -EINVAL, "there are %zu cells, but %zu columns",
					 cells->n, n);
		if (keys[i])
			rc = set_cell(h, keys[i], cells->v[i], err);
	}
	if (!rc && !h->name)
		rc = error_say(err, -EINVAL, "the host has no name");
	if (!rc && !ip_is_set(&h->ip))
		rc = error_say(err, -EINVAL, "host %s has no IP address", h->name);
	return rc;
}

/* The keys of the columns; those that mean nothing to us are NULL and noted. */
static char **read_header(struct reader *r, size_t *n, struct strv *notes, struct str *problems)
{
	cleanup_error struct error problem = ERROR_INIT;
	cleanup_strv struct strv titles = STRV_INIT;
	unsigned int line;
	char **keys;

	begin(r);
	line = r->line;
	if (read_record(r, &titles, &problem) < 0)
		str_addf(problems, "%s:%u: %s", r->path, line, error_text(&problem));
	keys = mem_new((titles.n + 1) * sizeof(*keys));
	*n = titles.n;
	for (size_t i = 0; i < titles.n; i++) {
		keys[i] = column_key(titles.v[i]);
		if (!keys[i])
			strv_addf(notes, "%s:%u: the column '%s' is not used", r->path, line,
				  titles.v[i]);
	}
	if (!problems->len && (!find_column(keys, *n, "name") || !find_column(keys, *n, "ip")))
		str_addf(
			problems,
			"%s:%u: the first line has to name the columns, 'name' and 'ip' among them",
			r->path, line);
	return keys;
}

int hosts_csv_parse(struct hosts_file *f, const char *path, const char *text, size_t len,
		    struct strv *notes, struct error *err)
{
	struct reader r = { .path = path, .p = text, .end = text + len, .line = 1 };
	cleanup_str struct str problems = STR_INIT;
	size_t n;
	char **keys = read_header(&r, &n, notes, &problems);

	f->path = mem_strdup(path);
	/* Without the columns' names no line can be judged. */
	while (find_column(keys, n, "name") && find_column(keys, n, "ip")) {
		cleanup_error struct error problem = ERROR_INIT;
		cleanup_strv struct strv cells = STRV_INIT;
		cleanup_host struct host h = { 0 };
		unsigned int line;
		int rc;

		rc = read_record(&r, &cells, &problem);
		/* Its last line: a quoted cell may have several. */
		line = r.line - (r.p > text && r.p[-1] == '\n');
		if (rc == 0)
			break;
		if (rc > 0)
			rc = make_host(&h, &cells, keys, n, &problem);
		h.line = line;
		if (rc < 0)
			str_addf(&problems, "%s%s:%u: %s", problems.len ? "\n" : "", path, line,
				 error_text(&problem));
		else
			hosts_file_append(f, &h);
	}
	hosts_file_index(f, &problems);
	for (size_t i = 0; i < n; i++)
		free(keys[i]);
	free(keys);
	return problems.len ? error_say(err, -EINVAL, "%s", str_text(&problems)) : 0;
}
