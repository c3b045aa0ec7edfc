/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nics: the table is read line by line, each column by its own parser. */
#include "kernel-config/nics.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define COLUMNS 7

/* Where the parser is, for messages. */
struct place {
	const char *name;
	int line;
};

static const char *const bus_names[] = {
	[NIC_PCI] = "pci",
	[NIC_USB] = "usb",
};

const char *nic_bus_name(enum nic_bus bus)
{
	return bus_names[bus];
}

static int complain(const struct place *at, struct error *err, const char *what, const char *value)
{
	return error_say(err, -EINVAL, "%s:%d: %s '%s'", at->name, at->line, what, value);
}

/* Does @s consist of one or more lower-case letters, digits and @more only? */
static bool is_word(const char *s, const char *more)
{
	if (!*s)
		return false;
	for (; *s; s++)
		if (!islower((unsigned char)*s) && !isdigit((unsigned char)*s) && !strchr(more, *s))
			return false;
	return true;
}

static bool is_option(const char *s)
{
	for (; *s; s++)
		if (!isupper((unsigned char)*s) && !isdigit((unsigned char)*s) && *s != '_')
			return false;
	return true;
}

/* "10ec:8139": 0, or -1 when @s is not an id. */
static int parse_id(const char *s, struct nic_id *id)
{
	unsigned int part[2] = { 0, 0 };
	int i;

	for (i = 0; i < 9; i++, s++) {
		if (i == 4) {
			if (*s != ':')
				return -1;
			continue;
		}
		if (!isxdigit((unsigned char)*s))
			return -1;
		part[i / 5] = part[i / 5] * 16 + (unsigned int)(isdigit((unsigned char)*s)
									? *s - '0'
									: tolower(*s) - 'a' + 10);
	}
	if (*s)
		return -1;
	id->vendor = (uint16_t)part[0];
	id->device = (uint16_t)part[1];
	return 0;
}

static const struct nic *find_id(const struct nic_table *t, const struct nic_id *id)
{
	size_t i, k;

	for (i = 0; i < t->n; i++)
		for (k = 0; k < t->nics[i].n_ids; k++)
			if (t->nics[i].ids[k].vendor == id->vendor &&
			    t->nics[i].ids[k].device == id->device)
				return &t->nics[i];
	return NULL;
}

static const struct nic *find_name(const struct nic_table *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (!strcmp(t->nics[i].name, name))
			return &t->nics[i];
	return NULL;
}

const struct nic *nic_table_find(const struct nic_table *t, const char *name)
{
	struct nic_id id;

	return parse_id(name, &id) ? find_name(t, name) : find_id(t, &id);
}

const struct nic *nic_table_get(const struct nic_table *t, const char *name, struct error *err)
{
	const struct nic *nic = nic_table_find(t, name);
	cleanup_str struct str all = STR_INIT;
	size_t i;

	if (nic)
		return nic;
	for (i = 0; i < t->n; i++)
		str_addf(&all, " %s", t->nics[i].name);
	error_say(err, -ENOENT, "no NIC '%s' in the NIC table; there are:%s", name, str_text(&all));
	return NULL;
}

static int parse_name(struct nic *nic, const char *text, const struct nic_table *t,
		      const struct place *at, struct error *err)
{
	struct nic_id id;

	if (!is_word(text, "_") || !parse_id(text, &id))
		return complain(at, err, "not a NIC name (a-z, 0-9, _):", text);
	if (find_name(t, text))
		return complain(at, err, "described before:", text);
	nic->name = mem_strdup(text);
	return 0;
}

static int parse_rom(struct nic *nic, const char *text, const struct place *at, struct error *err)
{
	if (!strcmp(text, "-"))
		return 0;
	if (!is_word(text, "_"))
		return complain(at, err, "not the name of a ROM driver, nor '-':", text);
	nic->rom = mem_strdup(text);
	return 0;
}

static int parse_options(struct nic *nic, const char *text, const struct place *at,
			 struct error *err)
{
	size_t i;

	strv_split(&nic->options, text, " \t");
	if (!nic->options.n)
		return complain(at, err, "no kernel option for", nic->name);
	for (i = 0; i < nic->options.n; i++)
		if (!is_option(nic->options.v[i]))
			return complain(at, err, "not a kernel option (without CONFIG_):",
					nic->options.v[i]);
	return 0;
}

static int parse_modules(struct nic *nic, const char *text, const struct place *at,
			 struct error *err)
{
	size_t i;

	strv_split(&nic->modules, text, " \t");
	if (!nic->modules.n)
		return complain(at, err, "no module for", nic->name);
	for (i = 0; i < nic->modules.n; i++)
		if (!is_word(nic->modules.v[i], "_-"))
			return complain(at, err, "not a module's name:", nic->modules.v[i]);
	return 0;
}

static int parse_bus(struct nic *nic, const char *text, const struct place *at, struct error *err)
{
	size_t i;

	for (i = 0; i < sizeof(bus_names) / sizeof(bus_names[0]); i++) {
		if (!strcmp(text, bus_names[i])) {
			nic->bus = (enum nic_bus)i;
			return 0;
		}
	}
	return complain(at, err, "the bus is pci or usb, not", text);
}

static int parse_ids(struct nic *nic, const char *text, const struct nic_table *t,
		     const struct place *at, struct error *err)
{
	cleanup_strv struct strv words = STRV_INIT;
	struct nic_id id;
	size_t i;

	strv_split(&words, text, " \t");
	if (!words.n)
		return complain(at, err, "no ids for", nic->name);
	nic->ids = mem_new(words.n * sizeof(*nic->ids));
	for (i = 0; i < words.n; i++) {
		/* A second family with the id would never be found by it. */
		const struct nic_table self = { nic, 1 };

		if (parse_id(words.v[i], &id))
			return complain(at, err,
					"not an id (vendor:device, hexadecimal):", words.v[i]);
		if (find_id(t, &id) || find_id(&self, &id))
			return complain(at, err, "this id was named before:", words.v[i]);
		nic->ids[nic->n_ids++] = id;
	}
	return 0;
}

static void nic_free(struct nic *nic)
{
	free(nic->name);
	free(nic->rom);
	strv_free(&nic->options);
	strv_free(&nic->modules);
	free(nic->ids);
	free(nic->description);
}

/* @s without the blanks around it; changed in place. */
static char *trim(char *s)
{
	char *end = s + strlen(s);

	while (end > s && isspace((unsigned char)end[-1]))
		*--end = '\0';
	while (isspace((unsigned char)*s))
		s++;
	return s;
}

static int parse_columns(struct nic *nic, char *const *col, const struct nic_table *t,
			 const struct place *at, struct error *err)
{
	int rc;

	if ((rc = parse_name(nic, col[0], t, at, err)) || (rc = parse_rom(nic, col[1], at, err)) ||
	    (rc = parse_options(nic, col[2], at, err)) ||
	    (rc = parse_modules(nic, col[3], at, err)) || (rc = parse_bus(nic, col[4], at, err)) ||
	    (rc = parse_ids(nic, col[5], t, at, err)))
		return rc;
	if (!*col[6])
		return complain(at, err, "no description of", nic->name);
	nic->description = mem_strdup(col[6]);
	return 0;
}

/* One whole line, continuations joined; it is cut up in place. */
static int parse_line(struct nic_table *t, char *line, const struct place *at, struct error *err)
{
	char *col[COLUMNS + 1];
	struct nic nic = { .name = NULL };
	int n = 0;
	int rc;

	if (!*trim(line))
		return 0;
	/* One more than there are, so that a surplus column is seen. */
	while (line && n <= COLUMNS)
		col[n++] = strsep(&line, "|");
	if (n != COLUMNS)
		return error_say(err, -EINVAL, "%s:%d: %s than the %d columns of the NIC table",
				 at->name, at->line, n < COLUMNS ? "fewer" : "more", COLUMNS);
	for (n = 0; n < COLUMNS; n++)
		col[n] = trim(col[n]);
	rc = parse_columns(&nic, col, t, at, err);
	if (rc) {
		nic_free(&nic);
		return rc;
	}
	t->nics = mem_resize(t->nics, t->n + 1, sizeof(*t->nics));
	t->nics[t->n++] = nic;
	return 0;
}

/* Is the line of @n bytes a comment? */
static bool is_comment(const char *line, size_t n)
{
	while (n && (*line == ' ' || *line == '\t')) {
		line++;
		n--;
	}
	return n && *line == '#';
}

int nic_table_parse(struct nic_table *t, const char *text, size_t len, const char *name,
		    struct error *err)
{
	cleanup_str struct str line = STR_INIT;
	struct place at = { name, 0 };
	const char *end = text + len;
	int number = 0;
	int rc = 0;

	while (!rc && text < end) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((eol ? eol : end) - text);
		bool goes_on = n && text[n - 1] == '\\' && eol;

		number++;
		if (!line.len)
			at.line = number;
		if (memchr(text, '\0', n)) {
			rc = error_say(err, -EINVAL, "%s:%d: not a text file", name, number);
			break;
		}
		/* A comment may stand between the parts of a line, too. */
		if (is_comment(text, n))
			goes_on = line.len > 0;
		else
			str_addn(&line, text, goes_on ? n - 1 : n);
		text += n + (eol ? 1 : 0);
		if (goes_on && text < end)
			continue;
		if (line.len)
			rc = parse_line(t, line.data, &at, err);
		line.len = 0;
	}
	if (rc)
		nic_table_free(t);
	return rc;
}

int nic_table_read(struct nic_table *t, const char *path, struct error *err)
{
	cleanup_str struct str text = STR_INIT;
	int rc = fs_read_file(path, &text, err);

	if (rc)
		return rc;
	return nic_table_parse(t, str_text(&text), text.len, path, err);
}

void nic_table_free(struct nic_table *t)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		nic_free(&t->nics[i]);
	free(t->nics);
	*t = (struct nic_table)NIC_TABLE_INIT;
}
