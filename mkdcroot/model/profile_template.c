/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * profile_template: ${name} in templates, and the conditions of items.
 * A template is walked line by line; one walk both checks and expands.
 */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/model/profile_parse.h"

#include <string.h>

/* What [host] templates may name; the values are made in root/personalise.c. */
static const char *const variables[] = {
	"name",	  "fqdn",   "names",	  "ip",	   "mac",  "netmask", "gateway", "dns",
	"domain", "server", "machine_id", "layer", "role", "nic",     "console",
};

bool profile_variable_is_known(const char *name)
{
	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++)
		if (strcmp(variables[i], name) == 0)
			return true;
	return false;
}

typedef const char *variable_fn(const char *name, const void *arg);

/* One walk through a template. */
struct walk {
	const char *file;
	unsigned int line;
	enum profile_part part;
	variable_fn *variable; /* NULL: only check */
	const void *arg;
	struct str *out;	/* NULL: only check */
	const char *list_name;	/* the variable that a ${*name} line goes through, */
	const char *list_value; /* and its word of now */
	struct str *errors;
};

static void complain(struct walk *w, const char *text, const char *name)
{
	str_addf(w->errors, "%s:%u: %s%s%s\n", w->file, w->line, text, *name ? " " : "", name);
}

static bool check_name(struct walk *w, const char *name)
{
	if (w->part == PROFILE_LAYER)
		complain(w, "a layer's file has no variables (write $${ for ${):", name);
	else if (!profile_variable_is_known(name))
		complain(w, "unknown variable", name);
	else
		return true;
	return false;
}

static const char *value_of(const struct walk *w, const char *name)
{
	const char *value;

	if (w->list_name && strcmp(w->list_name, name) == 0)
		return w->list_value;
	value = w->variable ? w->variable(name, w->arg) : NULL;
	return value ? value : "";
}

/* The name between "${" and "}" at @s into @name; returns what follows, or NULL. */
static const char *take_name(struct walk *w, const char *s, const char *end, char **name)
{
	const char *close = memchr(s, '}', (size_t)(end - s));

	if (!close) {
		complain(w, "${ without }", "");
		return NULL;
	}
	*name = mem_strndup(s, (size_t)(close - s));
	return close + 1;
}

/* Expand from @s to @end. */
static void walk_span(struct walk *w, const char *s, const char *end)
{
	while (s && s < end) {
		cleanup_free char *name = NULL;
		const char *dollar = memmem(s, (size_t)(end - s), "${", 2);
		const char *stop = dollar ? dollar : end;
		/* $${ is a literal ${. */
		bool literal = dollar && dollar > s && dollar[-1] == '$';

		if (w->out)
			str_addn(w->out, s, (size_t)(stop - s) - literal);
		if (!dollar)
			return;
		if (literal) {
			if (w->out)
				str_add(w->out, "${");
			s = dollar + 2;
			continue;
		}
		s = take_name(w, dollar + 2, end, &name);
		if (s && check_name(w, name) && w->out)
			str_add(w->out, value_of(w, name));
	}
}

/* A line that begins with ${?name} or ${*name}: @s is behind these three characters. */
static void walk_conditional(struct walk *w, char kind, const char *s, const char *end)
{
	cleanup_strv struct strv words = STRV_INIT;
	cleanup_free char *name = NULL;

	s = take_name(w, s, end, &name);
	if (!s || !check_name(w, name))
		return;
	if (!w->out) {
		walk_span(w, s, end);
		return;
	}
	if (kind == '?') {
		if (*value_of(w, name))
			walk_span(w, s, end);
		return;
	}
	strv_split(&words, value_of(w, name), " \t,");
	w->list_name = name;
	for (size_t i = 0; i < words.n; i++) {
		w->list_value = words.v[i];
		walk_span(w, s, end);
	}
	w->list_name = NULL;
}

static void walk_template(struct walk *w, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		const char *end = text + len + (text[len] == '\n');

		w->line++;
		if (str_has_prefix(text, "${?") || str_has_prefix(text, "${*"))
			walk_conditional(w, text[2], text + 3, end);
		else
			walk_span(w, text, end);
		text = end;
	}
}

void profile_template_check(const char *text, const char *file, enum profile_part part,
			    struct str *errors)
{
	struct walk w = { .file = file, .part = part, .errors = errors };

	walk_template(&w, text);
}

int profile_expand(const struct profile_item *item, variable_fn *variable, const void *arg,
		   struct str *out, struct error *err)
{
	cleanup_str struct str errors = STR_INIT;
	struct walk w = { .file = item->template,
			  .part = item->part,
			  .variable = variable,
			  .arg = arg,
			  .out = out,
			  .errors = &errors };

	walk_template(&w, item->text ? item->text : "");
	if (errors.len) {
		errors.data[errors.len - 1] = '\0';
		return error_say(err, -EINVAL, "%s", errors.data);
	}
	return 0;
}

/* 1, 0 or -errno. */
static int path_is_there(const struct tree *t, const char *path, struct error *err)
{
	cleanup_strv struct strv found = STRV_INIT;
	int rc;

	if (!strpbrk(path, "*?["))
		return tree_exists(t, path);
	rc = tree_glob(t, path, &found, err);
	return rc ? rc : found.n > 0;
}

int profile_item_applies(const struct profile_item *item, const struct tree *t,
			 variable_fn *variable, const void *arg, struct error *err)
{
	for (size_t i = 0; i < item->when.n; i++) {
		bool negated = item->when.v[i][0] == '!';
		const char *word = item->when.v[i] + negated;
		int holds;

		if (*word == '/') {
			holds = path_is_there(t, word, err);
		} else {
			const char *value = variable ? variable(word, arg) : NULL;

			holds = value && *value;
		}
		if (holds < 0)
			return holds;
		if ((holds > 0) == negated)
			return 0;
	}
	return 1;
}
