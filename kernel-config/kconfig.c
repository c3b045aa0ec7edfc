/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kconfig: one pass over the lines, then sorted, so that a look-up is a binary search. */
#include "kernel-config/kconfig.h"
#include "kernel-config/ikconfig.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define PREFIX	   "CONFIG_"
#define PREFIX_LEN 7

/* The table while it grows. */
struct growing {
	struct kconfig *k;
	size_t room;
	int line;
};

static void add_option(struct growing *g, const char *name, size_t name_len, const char *value,
		       size_t value_len)
{
	struct kconfig *k = g->k;

	if (k->n == g->room) {
		g->room = g->room ? 2 * g->room : 256;
		k->options = mem_resize(k->options, g->room, sizeof(*k->options));
	}
	k->options[k->n].name = mem_strndup(name, name_len);
	k->options[k->n].value = mem_strndup(value, value_len);
	k->options[k->n].line = g->line;
	k->n++;
}

/* How many bytes of an option's name there are at @p. */
static size_t name_length(const char *p, const char *end)
{
	const char *start = p;

	while (p < end && (isalnum((unsigned char)*p) || *p == '_'))
		p++;
	return (size_t)(p - start);
}

/*
 * "# CONFIG_NAME is not set", or any other comment, of which the head one is
 * "# Linux/x86 6.1.192 Kernel Configuration".
 */
static void parse_comment(struct growing *g, const char *line, size_t len)
{
	cleanup_free char *copy = mem_strndup(line, len);
	char arch[32], version[64];
	const char *name = copy + 2 + PREFIX_LEN;
	size_t n;

	if (str_has_prefix(copy, "# " PREFIX)) {
		n = name_length(name, copy + strlen(copy));
		if (n && !strcmp(name + n, " is not set"))
			add_option(g, name, n, "n", 1);
		return;
	}
	if (g->k->version || !strstr(copy, " Kernel Configuration"))
		return;
	if (sscanf(copy, "# Linux/%31s %63s", arch, version) == 2) {
		g->k->arch = mem_strdup(arch);
		g->k->version = mem_strdup(version);
	}
}

/* "CONFIG_NAME=value": 0, or -1 when it is not that. */
static int parse_option(struct growing *g, const char *line, size_t len)
{
	const char *end = line + len;
	const char *name = line + PREFIX_LEN;
	size_t n;

	if (len <= PREFIX_LEN || memcmp(line, PREFIX, PREFIX_LEN) || memchr(line, '\0', len))
		return -1;
	n = name_length(name, end);
	/* At least the "=" and one byte behind it. */
	if (!n || end - (name + n) < 2 || name[n] != '=')
		return -1;
	add_option(g, name, n, name + n + 1, (size_t)(end - (name + n + 1)));
	return 0;
}

static int compare_options(const void *a, const void *b)
{
	const struct kconfig_option *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

static int compare_name(const void *name, const void *option)
{
	return strcmp(name, ((const struct kconfig_option *)option)->name);
}

/* Sort; keep the last line about each option, and that only if it is not off. */
static void settle(struct kconfig *k)
{
	size_t i, kept = 0;

	if (k->n)
		qsort(k->options, k->n, sizeof(*k->options), compare_options);
	for (i = 0; i < k->n; i++) {
		struct kconfig_option *o = &k->options[i];
		bool last = i + 1 == k->n || strcmp(o->name, k->options[i + 1].name) != 0;

		if (last && strcmp(o->value, "n") != 0) {
			k->options[kept++] = *o;
		} else {
			free(o->name);
			free(o->value);
		}
	}
	k->n = kept;
}

int kconfig_parse(struct kconfig *k, const char *text, size_t len, const char *name,
		  struct error *err)
{
	struct growing g = { k, 0, 0 };
	const char *end = text + len;

	while (text < end) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));
		const char *line = text;
		size_t n = (size_t)((eol ? eol : end) - line);

		g.line++;
		text += n + (eol ? 1 : 0);
		while (n && isspace((unsigned char)line[n - 1]))
			n--;
		if (!n)
			continue;
		if (*line == '#') {
			parse_comment(&g, line, n);
		} else if (parse_option(&g, line, n)) {
			kconfig_free(k);
			return error_say(err, -EINVAL,
					 "%s:%d: not a line of a kernel configuration", name,
					 g.line);
		}
	}
	settle(k);
	if (!k->n) {
		kconfig_free(k);
		return error_say(err, -EINVAL, "%s: no kernel option is set in it", name);
	}
	return 0;
}

/* /boot/config-X beside /boot/vmlinuz-X; NULL where the name is none of a kernel. */
static char *config_beside(const char *path)
{
	static const char *const kernels[] = { "vmlinuz-", "vmlinux-", "bzImage-" };
	const char *base = strrchr(path, '/');
	size_t i;

	base = base ? base + 1 : path;
	for (i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++)
		if (str_has_prefix(base, kernels[i]))
			return mem_printf("%.*sconfig-%s", (int)(base - path), path,
					  base + strlen(kernels[i]));
	return NULL;
}

/* A kernel image without a configuration in it: -ENODATA stays unless one lies beside. */
static int read_beside(struct kconfig *k, const char *path, struct error *err)
{
	cleanup_free char *beside = config_beside(path);
	cleanup_str struct str text = STR_INIT;
	int rc;

	if (!beside || !fs_exists(beside)) {
		error_append(err, "%s%s", beside ? "; nor is there " : "; give its config file",
			     beside ? beside : "");
		return -ENODATA;
	}
	error_clear(err);
	if ((rc = fs_read_file(beside, &text, err)) ||
	    (rc = kconfig_parse(k, str_text(&text), text.len, beside, err)))
		return rc;
	k->origin = mem_printf("%s, beside %s", beside, path);
	return 0;
}

int kconfig_read(struct kconfig *k, const char *path, struct error *err)
{
	cleanup_str struct str file = STR_INIT;
	cleanup_str struct str text = STR_INIT;
	int rc = fs_read_file(path, &file, err);

	if (rc)
		return rc;
	if (ikconfig_is_kernel(str_text(&file), file.len)) {
		rc = ikconfig_extract(file.data, file.len, path, &text, err);
		if (rc == -ENODATA)
			return read_beside(k, path, err);
		if (rc)
			return rc;
		rc = kconfig_parse(k, str_text(&text), text.len, path, err);
		if (rc)
			return rc;
		k->origin = mem_printf("%s (CONFIG_IKCONFIG)", path);
		return 0;
	}
	rc = ikconfig_unpack(str_text(&file), file.len, path, &text, err);
	if (rc == -ENODATA) {
		error_clear(err);
		rc = kconfig_parse(k, str_text(&file), file.len, path, err);
	} else if (!rc) {
		rc = kconfig_parse(k, str_text(&text), text.len, path, err);
	}
	if (!rc)
		k->origin = mem_strdup(path);
	return rc;
}

const char *kconfig_get(const struct kconfig *k, const char *name)
{
	const struct kconfig_option *found;

	if (!k->n)
		return NULL;
	found = bsearch(name, k->options, k->n, sizeof(*k->options), compare_name);
	return found ? found->value : NULL;
}

enum kconfig_state kconfig_state(const struct kconfig *k, const char *name)
{
	const char *value = kconfig_get(k, name);

	if (!value)
		return KCONFIG_OFF;
	if (!strcmp(value, "y"))
		return KCONFIG_ON;
	return strcmp(value, "m") ? KCONFIG_OFF : KCONFIG_MODULE;
}

void kconfig_free(struct kconfig *k)
{
	size_t i;

	for (i = 0; i < k->n; i++) {
		free(k->options[i].name);
		free(k->options[i].value);
	}
	free(k->options);
	free(k->version);
	free(k->arch);
	free(k->origin);
	*k = (struct kconfig)KCONFIG_INIT;
}
