/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of an exports document, for the files of this folder only. */
#ifndef EXPORTS_EXPORTS_PRIVATE_H
#define EXPORTS_EXPORTS_PRIVATE_H

#include "exports/exports.h"
#include "mkdcroot/base/marked.h"

#include <sys/queue.h>

/* exportfs's own limits, in bytes. */
#define EXPORTS_PATH_MAX   1024
#define EXPORTS_CLIENT_MAX 511

struct exports_node {
	struct exports_entry e; /* first: what the caller sees */
	TAILQ_ENTRY(exports_node) link;
	struct marked_line *text; /* our line, NULL for entries outside of the block */
	char *fsid;		  /* in one spelling, or NULL */
};

struct exports {
	char *file;
	struct strv files; /* names of the files read, which entries point to */
	struct marked marked;
	TAILQ_HEAD(exports_nodes, exports_node) nodes;
	/* Search trees (tsearch(3)) of nodes; of several equal ones, the first. */
	void *ours;    /* by path */
	void *foreign; /* by path */
	void *fsids;   /* by fsid */
	struct strv warnings;
	unsigned int unread_from; /* line where exportfs ends its reading of the main file, or 0 */
	unsigned int
		continued_at; /* last line of the main file when it ends in a backslash, or 0 */
};

/* Reading characters as exportfs does. */
struct exports_lexer {
	const char *file;
	const char *text;
	size_t len;
	size_t pos;
	unsigned int line;
	bool continued; /* a continuation was met since this was last cleared */
	bool open_end;	/* the text ended right behind a continuation */
};

/* The next character, a continuation read as one space; -1 at the end. */
int exports_lex_next(struct exports_lexer *lx);

/* Go over blanks and continuations (not newlines); the character that follows, not taken, or -1. */
int exports_lex_skip(struct exports_lexer *lx);

/* From a "#" on, go behind the end of its physical line. */
void exports_lex_comment(struct exports_lexer *lx);

/*
 * Take a word: up to an unquoted white-space character, which is taken too unless it is a
 * newline; quotes dropped, octal escapes decoded; appended to @word.
 */
int exports_lex_word(struct exports_lexer *lx, struct str *word, struct error *err);

/* Check @options of @line (of client @client); what exportfs does not know goes to the warnings. */
void exports_check_options(struct exports *doc, const struct exports_entry *e);

/* fsid= of @options in one spelling (UUID: 32 lower-case digits; number: decimal), or NULL. */
char *exports_fsid_key(const char *options);

/* Add a node with these fields (copied) to the list and the trees. */
struct exports_node *exports_node_add(struct exports *doc, const char *file, unsigned int line,
				      const char *path, const char *client, const char *options,
				      struct marked_line *text);
void exports_node_remove(struct exports *doc, struct exports_node *node);

/* A new document for @file, without any entry. */
struct exports *exports_new(const char *file);

/* Parse @text of @file into @doc; @main: it is the file with our block. */
int exports_parse_into(struct exports *doc, const char *file, const char *text, size_t len,
		       bool main, struct error *err);

#endif
