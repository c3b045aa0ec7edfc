/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exclude: most patterns name their directory without a wildcard; these are found by it.
 * The others, a few dozen, are tried one by one.
 */
#include "mkdcroot/model/exclude.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"

#include <fnmatch.h>
#include <string.h>

/* An anchored pattern whose directory has no wildcard. */
struct placed {
	const char *pattern;
	size_t dir; /* length of the directory's name */
};

struct exclude {
	struct placed *placed; /* sorted by directory */
	size_t n_placed;
	const char **other;
	size_t n_other;
	/* The directory that was asked about last, and the answer. */
	char *last;
	const char *last_pattern;
	size_t last_at;
};

/* One bracket expression at *@p against @c; *@p is set behind it.  Unclosed: a plain "[". */
static bool match_class(const char **p, char c)
{
	const char *end = *p + 1;
	cleanup_free char *class = NULL;
	const char text[2] = { c, '\0' };

	if (*end == '!' || *end == '^')
		end++;
	if (*end == ']')
		end++;
	end = strchr(end, ']');
	if (!end) {
		(*p)++;
		return c == '[';
	}
	class = mem_strndup(*p, (size_t)(end + 1 - *p));
	*p = end + 1;
	return c != '/' && fnmatch(class, text, 0) == 0;
}

static bool match(const char *p, const char *s)
{
	while (*p && *p != '*') {
		if (!*s)
			return false;
		if (*p == '[') {
			if (!match_class(&p, *s))
				return false;
		} else if (*p == '?') {
			if (*s == '/')
				return false;
			p++;
		} else {
			p += *p == '\\' && p[1];
			if (*p++ != *s)
				return false;
		}
		s++;
	}
	if (!*p)
		return !*s;
	if (p[1] == '*') {
		p += strspn(p, "*");
		for (; *s; s++)
			if (match(p, s))
				return true;
		return match(p, s);
	}
	for (p++; *s && *s != '/'; s++)
		if (match(p, s))
			return true;
	return match(p, s);
}

bool exclude_pattern_matches(const char *pattern, const char *path, bool is_dir)
{
	size_t len = strlen(pattern);
	cleanup_free char *p = mem_strdup(pattern);
	const char *s = path + 1;

	/* Three stars behind a directory: it and all in it. */
	if (len > 4 && strcmp(p + len - 4, "/***") == 0)
		p[len - 4] = '\0';
	else if (len > 1 && p[len - 1] == '/') {
		if (!is_dir)
			return false;
		p[len - 1] = '\0';
	}
	if (p[0] == '/')
		return match(p + 1, s);
	if (!strchr(p, '/') && !strstr(p, "**"))
		return match(p, strrchr(path, '/') + 1);
	/* At the end of the path, from any component on. */
	for (;; s++) {
		if (match(p, s))
			return true;
		s = strchr(s, '/');
		if (!s)
			return false;
	}
}

static int compare_dirs(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return order ? order : (a_len > b_len) - (a_len < b_len);
}

static int compare_placed(const void *x, const void *y)
{
	const struct placed *a = x, *b = y;
	int order = compare_dirs(a->pattern, a->dir, b->pattern, b->dir);

	/* Of several the first one is named: qsort keeps no order. */
	return order ? order : strcmp(a->pattern, b->pattern);
}

struct exclude *exclude_new(const struct strv *patterns)
{
	struct exclude *e = mem_new(sizeof(*e));

	e->placed = mem_resize(NULL, patterns->n + 1, sizeof(*e->placed));
	e->other = mem_resize(NULL, patterns->n + 1, sizeof(*e->other));
	for (size_t i = 0; i < patterns->n; i++) {
		const char *pattern = patterns->v[i];
		const char *slash = strrchr(pattern, '/');

		if (pattern[0] == '/' && slash[1] && !strstr(pattern, "**") &&
		    strcspn(pattern, "*?[\\") > (size_t)(slash - pattern))
			e->placed[e->n_placed++] =
				(struct placed){ pattern, (size_t)(slash - pattern) };
		else
			e->other[e->n_other++] = pattern;
	}
	qsort(e->placed, e->n_placed, sizeof(*e->placed), compare_placed);
	return e;
}

void exclude_free(struct exclude **e)
{
	if (*e) {
		free((*e)->placed);
		free(((*e)->other));
		free((*e)->last);
	}
	free(*e);
	*e = NULL;
}

/* The first pattern of the directory that is @len bytes of @path. */
static size_t find_dir(const struct exclude *e, const char *path, size_t len)
{
	size_t low = 0, high = e->n_placed;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (compare_dirs(e->placed[middle].pattern, e->placed[middle].dir, path, len) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* @path itself, not what is above it. */
static const char *match_itself(const struct exclude *e, const char *path, bool is_dir)
{
	size_t len = (size_t)(strrchr(path, '/') - path);

	for (size_t i = find_dir(e, path, len);
	     i < e->n_placed &&
	     compare_dirs(e->placed[i].pattern, e->placed[i].dir, path, len) == 0;
	     i++)
		if (match(e->placed[i].pattern + len + 1, path + len + 1))
			return e->placed[i].pattern;
	for (size_t i = 0; i < e->n_other; i++)
		if (exclude_pattern_matches(e->other[i], path, is_dir))
			return e->other[i];
	return NULL;
}

static const char *match_above(struct exclude *e, const char *path, size_t *at)
{
	size_t len = (size_t)(strrchr(path, '/') - path);
	cleanup_free char *dir = mem_strndup(path, len);

	if (!len)
		return NULL;
	if (!e->last || strcmp(e->last, dir) != 0) {
		size_t found = 0;
		const char *pattern = exclude_match(e, dir, true, &found);

		free(e->last);
		e->last = steal_ptr(&dir);
		e->last_pattern = pattern;
		e->last_at = found;
	}
	*at = e->last_at;
	return e->last_pattern;
}

const char *exclude_match(struct exclude *e, const char *path, bool is_dir, size_t *at)
{
	const char *pattern = path[1] ? match_above(e, path, at) : NULL;

	if (pattern || !path[1])
		return pattern;
	*at = strlen(path);
	return match_itself(e, path, is_dir);
}
