/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exports_parse: from the text of an exports(5) file to its entries. */

#include "exports/exports_private.h"

#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

/* One logical line while it is read. */
struct line {
	struct exports *doc;
	struct exports_lexer *lx;
	const char *file;
	unsigned int number;
	char *path;
	struct str defaults;	  /* of the -options so far */
	struct marked_line *text; /* when it stands in our block */
};

/* White space that exportfs knows within a word only. */
static bool is_control(int c)
{
	return c == '\r' || c == '\f' || c == '\v';
}

static void join_options(struct str *out, const char *options)
{
	if (out->len && *options)
		str_addc(out, ',');
	str_add(out, options);
}

static void add_entry(struct line *l, const char *client, const char *options)
{
	cleanup_str struct str all = STR_INIT;
	struct exports_node *node;

	join_options(&all, str_text(&l->defaults));
	join_options(&all, options);
	node = exports_node_add(l->doc, l->file, l->number, l->path, client, str_text(&all),
				l->text);
	exports_check_options(l->doc, &node->e);
}

/* "client(options)", "client" or "(options)". */
static int parse_client(struct line *l, char *word, bool first, struct error *err)
{
	char *options = strchr(word, '(');
	char *end;

	if (!options) {
		add_entry(l, word, "");
		return 0;
	}
	if (options == word && !first)
		strv_addf(&l->doc->warnings,
			  "%s:%u: the blank before \"%s\" exports %s to anybody: options belong "
			  "right "
			  "behind their client",
			  l->file, l->number, word, l->path);
	*options++ = '\0';
	end = strchr(options, ')');
	if (!end)
		return error_say(err, -EINVAL,
				 "%s:%u: \"(%s\" has no \")\" (no blank may stand in the options)",
				 l->file, l->lx->line, options);
	if (end[1])
		return error_say(err, -EINVAL,
				 "%s:%u: \"%s\" right behind \")\": put a blank between", l->file,
				 l->lx->line, end + 1);
	*end = '\0';
	add_entry(l, word, options);
	return 0;
}

/* A comment behind an entry must not be one of our markers: it would not stand on a line of its own. */
static int check_comment(const struct exports_lexer *lx, struct error *err)
{
	if (marked_classify(lx->text + lx->pos, lx->len - lx->pos) == MARKED_NONE)
		return 0;
	return error_say(
		err, -EINVAL,
		"%s:%u: a marker of mkdcroot inside another line: it has to stand on a line of "
		"its own, and the line above must not end in a backslash",
		lx->file, lx->line);
}

static int parse_clients(struct line *l, struct error *err)
{
	struct exports_lexer *lx = l->lx;
	bool any = false;

	for (;;) {
		cleanup_str struct str word = STR_INIT;
		int c = exports_lex_skip(lx);
		int r;

		if (c == '#') {
			r = check_comment(lx, err);
			if (r < 0)
				return r;
			exports_lex_comment(lx);
			break;
		}
		if (c < 0)
			break;
		if (c == '\n' || is_control(c)) {
			exports_lex_next(lx);
			if (c != '\n' && exports_lex_skip(lx) >= 0 && exports_lex_skip(lx) != '\n')
				strv_addf(&l->doc->warnings,
					  "%s:%u: a control character: exportfs takes what follows "
					  "for "
					  "another path",
					  l->file, lx->line);
			if (c == '\n')
				break;
			continue;
		}
		r = exports_lex_word(lx, &word, err);
		if (r < 0)
			return r;
		if (word.len > EXPORTS_CLIENT_MAX)
			return error_say(err, -EINVAL,
					 "%s:%u: a client with its options is longer than %d bytes",
					 l->file, lx->line, EXPORTS_CLIENT_MAX);
		if (word.data[0] == '-') {
			join_options(&l->defaults, word.data + 1);
			continue;
		}
		r = parse_client(l, word.data, !any, err);
		if (r < 0)
			return r;
		any = true;
	}
	/* A path alone, or with default options only: anybody. */
	if (!any)
		add_entry(l, "", "");
	return 0;
}

static int parse_entry(struct exports *doc, struct exports_lexer *lx, bool in_block,
		       struct marked_line **text, struct error *err)
{
	cleanup_str struct str path = STR_INIT;
	struct line l = { .doc = doc, .lx = lx, .file = lx->file, .number = lx->line };
	int r = exports_lex_word(lx, &path, err);

	if (r < 0)
		return r;
	if (path.len > EXPORTS_PATH_MAX)
		return error_say(err, -EINVAL, "%s:%u: a path longer than %d bytes", lx->file,
				 l.number, EXPORTS_PATH_MAX);
	if (path.data[0] != '/')
		strv_addf(&doc->warnings, "%s:%u: \"%s\" is no absolute path", lx->file, l.number,
			  path.data);
	if (in_block && exports_find_ours(doc, path.data))
		return error_say(err, -EINVAL, "%s:%u: %s stands twice in our block: remove one",
				 lx->file, l.number, path.data);
	/* The text is known only when the line has been read: an empty one stands for it. */
	if (in_block)
		l.text = *text = marked_add(&doc->marked, NULL, "", 0);
	l.path = path.data;
	r = parse_clients(&l, err);
	str_free(&l.defaults);
	return r;
}

/* A line that begins with a comment, perhaps one of our markers.  Returns 1 when it is a marker. */
static int parse_comment(struct exports *doc, struct exports_lexer *lx, size_t start,
			 bool continued, struct error *err)
{
	unsigned int number = lx->line;
	enum marked_kind kind;
	int r;

	if (continued) {
		r = check_comment(lx, err);
		exports_lex_comment(lx);
		return r;
	}
	exports_lex_comment(lx);
	kind = marked_classify(lx->text + start, lx->pos - start);
	if (kind == MARKED_NONE)
		return 0;
	r = marked_meet(&doc->marked, kind, lx->file, number, lx->text, start, lx->pos, err);
	return r < 0 ? r : 1;
}

/* Where a path should begin, exportfs ends its reading at any other white space. */
static void note_control(struct exports *doc, const struct exports_lexer *lx, bool main)
{
	if (main && !doc->unread_from)
		doc->unread_from = lx->line;
	strv_addf(&doc->warnings,
		  "%s:%u: a control character (a DOS line end?) where a path should begin: "
		  "exportfs reads "
		  "nothing below it",
		  lx->file, lx->line);
}

/* One logical line, from its first character to behind its newline. */
static int parse_line(struct exports *doc, struct exports_lexer *lx, bool main, struct error *err)
{
	struct marked_line *text = NULL;
	bool in_block = main && marked_inside(&doc->marked);
	size_t start = lx->pos;
	int c, r;

	lx->continued = false;
	c = exports_lex_skip(lx);
	if (is_control(c))
		note_control(doc, lx, main);
	while (is_control(c)) {
		/* What follows does not begin a line, as behind a continuation. */
		lx->continued = true;
		exports_lex_next(lx);
		c = exports_lex_skip(lx);
	}
	if (c == '#') {
		if (main) {
			r = parse_comment(doc, lx, start, lx->continued, err);
			if (r != 0)
				return r < 0 ? r : 0;
		} else {
			exports_lex_comment(lx);
		}
	} else if (c == '\n') {
		exports_lex_next(lx);
	} else if (c >= 0) {
		r = parse_entry(doc, lx, in_block, &text, err);
		if (r < 0)
			return r;
	}
	if (in_block && !text)
		marked_add(&doc->marked, NULL, lx->text + start, lx->pos - start);
	else if (in_block)
		marked_set(&doc->marked, text, lx->text + start, lx->pos - start);
	return 0;
}

int exports_parse_into(struct exports *doc, const char *file, const char *text, size_t len,
		       bool main, struct error *err)
{
	struct exports_lexer lx = { .text = text, .len = len, .line = 1 };

	strv_add(&doc->files, file);
	lx.file = doc->files.v[doc->files.n - 1];
	while (lx.pos < lx.len) {
		int r = parse_line(doc, &lx, main, err);

		if (r < 0)
			return r;
	}
	if (!main)
		return 0;
	if (lx.open_end)
		doc->continued_at = lx.line;
	return marked_finish(&doc->marked, file, text, len, err);
}

int exports_parse(struct exports **out, const char *file, const char *text, size_t len,
		  struct error *err)
{
	struct exports *doc = exports_new(file);
	int r = exports_parse_into(doc, file, text, len, true, err);

	if (r < 0) {
		exports_free(doc);
		return r;
	}
	*out = doc;
	return 0;
}

/* Is @d one of the names that exportfs reads in exports.d? */
static int is_extra(const struct dirent *d)
{
	if (d->d_type != DT_UNKNOWN && d->d_type != DT_REG && d->d_type != DT_LNK)
		return 0;
	return d->d_name[0] != '.' && strlen(d->d_name) > strlen(".exports") &&
	       str_has_suffix(d->d_name, ".exports");
}

static int read_extra(struct exports *doc, const char *dir, struct error *err)
{
	struct dirent **names = NULL;
	int n = scandir(dir, &names, is_extra, versionsort);
	int r = 0;

	if (n < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0
							   : error_set(err, -errno, "read %s", dir);
	for (int i = 0; i < n; i++) {
		cleanup_free char *path = fs_join(dir, names[i]->d_name);
		cleanup_str struct str text = STR_INIT;

		if (r >= 0)
			r = fs_read_optional(path, &text, err);
		if (r >= 0)
			r = exports_parse_into(doc, path, str_text(&text), text.len, false, err);
		free(names[i]);
	}
	free(names);
	return r;
}

int exports_read(struct exports **out, const char *file, struct error *err)
{
	cleanup_free char *dir = mem_printf("%s.d", file);
	cleanup_str struct str text = STR_INIT;
	struct exports *doc;
	int r = fs_read_optional(file, &text, err);

	if (r < 0)
		return r;
	r = exports_parse(&doc, file, str_text(&text), text.len, err);
	if (r < 0)
		return r;
	r = read_extra(doc, dir, err);
	if (r < 0) {
		exports_free(doc);
		return r;
	}
	*out = doc;
	return 0;
}
