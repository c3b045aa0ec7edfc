/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exports_edit: the document itself: entries found, added and taken away, the text written. */

#include "exports/exports_private.h"

#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"

#include <ctype.h>
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct exports_node *)a)->e.path,
		      ((const struct exports_node *)b)->e.path);
}

static int by_fsid(const void *a, const void *b)
{
	return strcmp(((const struct exports_node *)a)->fsid,
		      ((const struct exports_node *)b)->fsid);
}

typedef int compare_fn(const void *a, const void *b);

static struct exports_node *find(void *const *tree, const struct exports_node *key,
				 compare_fn *compare)
{
	struct exports_node *const *found = tfind(key, tree, compare);

	return found ? *found : NULL;
}

/* Put @node in, unless an equal one is there already. */
static struct exports_node *insert(void **tree, struct exports_node *node, compare_fn *compare)
{
	struct exports_node *const *found = tsearch(node, tree, compare);

	/* No memory for one more leaf: nothing can be saved, nothing has been written. */
	if (!found)
		abort();
	return *found;
}

static void forget(void **tree, struct exports_node *node, compare_fn *compare)
{
	if (find(tree, node, compare) == node)
		tdelete(node, tree, compare);
}

struct exports *exports_new(const char *file)
{
	struct exports *doc = mem_new(sizeof(*doc));

	doc->file = mem_strdup(file);
	marked_init(&doc->marked);
	TAILQ_INIT(&doc->nodes);
	return doc;
}

struct exports_node *exports_node_add(struct exports *doc, const char *file, unsigned int line,
				      const char *path, const char *client, const char *options,
				      struct marked_line *text)
{
	struct exports_node *node = mem_new(sizeof(*node));
	struct exports_node *same;

	node->e.file = file;
	node->e.line = line;
	node->e.path = mem_strdup(path);
	node->e.client = mem_strdup(client);
	node->e.options = mem_strdup(options);
	node->e.ours = text != NULL;
	node->text = text;
	node->fsid = exports_fsid_key(options);
	TAILQ_INSERT_TAIL(&doc->nodes, node, link);
	insert(text ? &doc->ours : &doc->foreign, node, by_path);
	if (!node->fsid)
		return node;
	same = insert(&doc->fsids, node, by_fsid);
	if (strcmp(same->e.path, path))
		strv_addf(&doc->warnings,
			  "%s:%u: %s has the fsid of %s (%s:%u): clients of both get the same root",
			  file, line, path, same->e.path, same->e.file, same->e.line);
	return node;
}

static void free_node(struct exports_node *node)
{
	free((char *)node->e.path);
	free((char *)node->e.client);
	free((char *)node->e.options);
	free(node->fsid);
	free(node);
}

void exports_node_remove(struct exports *doc, struct exports_node *node)
{
	forget(node->text ? &doc->ours : &doc->foreign, node, by_path);
	if (node->fsid)
		forget(&doc->fsids, node, by_fsid);
	TAILQ_REMOVE(&doc->nodes, node, link);
	free_node(node);
}

static void keep(void *node)
{
	(void)node;
}

void exports_free(struct exports *doc)
{
	struct exports_node *node;

	if (!doc)
		return;
	tdestroy(doc->ours, keep);
	tdestroy(doc->foreign, keep);
	tdestroy(doc->fsids, keep);
	while ((node = TAILQ_FIRST(&doc->nodes)) != NULL) {
		TAILQ_REMOVE(&doc->nodes, node, link);
		free_node(node);
	}
	marked_free(&doc->marked);
	strv_free(&doc->warnings);
	strv_free(&doc->files);
	free(doc->file);
	free(doc);
}

const struct strv *exports_warnings(const struct exports *doc)
{
	return &doc->warnings;
}

const struct exports_entry *exports_next(const struct exports *doc,
					 const struct exports_entry *entry)
{
	/* The entry is the first member of its node. */
	const struct exports_node *node = (const void *)entry;

	node = node ? TAILQ_NEXT(node, link) : TAILQ_FIRST(&doc->nodes);
	return node ? &node->e : NULL;
}

static struct exports_node *find_path(void *const *tree, const char *path)
{
	struct exports_node key = { .e = { .path = path } };

	return find(tree, &key, by_path);
}

const struct exports_entry *exports_find_ours(const struct exports *doc, const char *path)
{
	const struct exports_node *node = find_path(&doc->ours, path);

	return node ? &node->e : NULL;
}

bool exports_has_ours(const struct exports *doc, const char *path, const char *client,
		      const char *options)
{
	const struct exports_node *node = find_path(&doc->ours, path);

	return node && strcmp(node->e.client, client) == 0 && strcmp(node->e.options, options) == 0;
}

const struct exports_entry *exports_find_foreign(const struct exports *doc, const char *path)
{
	const struct exports_node *node = find_path(&doc->foreign, path);

	return node ? &node->e : NULL;
}

/* Append @path as exports(5) wants it.  Returns false for what it has no notation for. */
static bool escape_path(struct str *out, const char *path)
{
	for (const char *p = path; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (isspace(c) || iscntrl(c) || strchr("\"\\#", c))
			str_addf(out, "\\%03o", c);
		else
			str_addc(out, *p);
		/* A backslash that comes out of its own escape is taken for the begin of another. */
		if (c == '\\' && p[1] >= '0' && p[1] <= '3' && p[2] >= '0' && p[2] <= '7' &&
		    p[3] >= '0' && p[3] <= '7')
			return false;
	}
	return true;
}

/* May @word stand unescaped as (part of) a client or its options? */
static bool is_plain(const char *word)
{
	for (; *word; word++)
		if (!isgraph((unsigned char)*word) || strchr("\"\\()", *word))
			return false;
	return true;
}

static char *make_line(const char *path, const char *client, const char *options, struct error *err)
{
	cleanup_str struct str line = STR_INIT;
	size_t at;

	if (path[0] != '/' || strlen(path) > EXPORTS_PATH_MAX || !escape_path(&line, path)) {
		error_say(err, -EINVAL, "export \"%s\": exports(5) cannot have such a path", path);
		return NULL;
	}
	str_addc(&line, ' ');
	at = line.len;
	str_addf(&line, "%s(%s)", client, options);
	if (!*client || *client == '-' || *client == '#' || !is_plain(client) ||
	    !is_plain(options) || line.len - at > EXPORTS_CLIENT_MAX) {
		error_say(err, -EINVAL, "export %s to \"%s(%s)\": not as exports(5) allows it",
			  path, client, options);
		return NULL;
	}
	str_addc(&line, '\n');
	return str_steal(&line);
}

/* Why our line for @path cannot be in the file, or 0. */
static int find_conflict(const struct exports *doc, const char *path, const char *options,
			 struct error *err)
{
	const struct exports_node *other = find_path(&doc->foreign, path);
	cleanup_free char *fsid = exports_fsid_key(options);
	struct exports_node key = { .fsid = fsid };

	if (other)
		return error_say(
			err, -EEXIST,
			"%s:%u: %s is exported by a line that mkdcroot did not write: remove "
			"that line, or choose another address",
			other->e.file, other->e.line, path);
	if (!fsid)
		return 0;
	other = find(&doc->fsids, &key, by_fsid);
	if (other && strcmp(other->e.path, path))
		return error_say(
			err, -EEXIST,
			"%s:%u: %s has the fsid wanted for %s: the NFS server would give both "
			"hosts the same root",
			other->e.file, other->e.line, other->e.path, path);
	return 0;
}

/* Would exportfs come to read a line of ours? */
static int check_reachable(const struct exports *doc, struct error *err)
{
	unsigned int block = doc->marked.begin_line;

	if (!block && doc->continued_at)
		return error_say(
			err, -EINVAL,
			"%s:%u: the file ends in a backslash, so that our lines would become a "
			"part of that one: remove it",
			doc->file, doc->continued_at);
	if (doc->unread_from && (!block || doc->unread_from < block))
		return error_say(
			err, -EINVAL,
			"%s:%u: exportfs reads nothing below the control character (a DOS line "
			"end?) on this line, so that our lines would not count: remove it",
			doc->file, doc->unread_from);
	return 0;
}

/* All entries of one line of ours (normally one). */
static void remove_line(struct exports *doc, struct exports_node *node)
{
	struct marked_line *text = node->text;
	struct exports_node *next;

	for (; node && node->text == text; node = next) {
		next = TAILQ_NEXT(node, link);
		exports_node_remove(doc, node);
	}
	marked_remove(&doc->marked, text);
}

int exports_ensure(struct exports *doc, const char *path, const char *client, const char *options,
		   bool *changed, struct error *err)
{
	cleanup_free char *line = make_line(path, client, options, err);
	struct exports_node *old = find_path(&doc->ours, path);
	struct marked_line *before = NULL, *text;
	int r;

	if (changed)
		*changed = false;
	if (!line)
		return -EINVAL;
	r = find_conflict(doc, path, options, err);
	if (r == 0)
		r = check_reachable(doc, err);
	if (r < 0)
		return r;
	if (old && old->text->len == strlen(line) && !memcmp(old->text->text, line, old->text->len))
		return 0;
	if (old) {
		before = TAILQ_NEXT(old->text, link);
		remove_line(doc, old);
	}
	text = marked_add(&doc->marked, before, line, strlen(line));
	exports_node_add(doc, doc->file, 0, path, client, options, text);
	if (changed)
		*changed = true;
	return 0;
}

bool exports_remove(struct exports *doc, const char *path)
{
	struct exports_node *node = find_path(&doc->ours, path);

	if (!node)
		return false;
	remove_line(doc, node);
	return true;
}

void exports_write(const struct exports *doc, struct str *out)
{
	marked_write(&doc->marked, out);
}
