/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of a bootptab document, for the files of this folder only. */
#ifndef BOOTPTAB_BOOTPTAB_PRIVATE_H
#define BOOTPTAB_BOOTPTAB_PRIVATE_H

#include "bootptab/bootptab.h"
#include "mkdcroot/base/marked.h"

#include <sys/queue.h>

/* How many templates may stand behind one another: more is a mistake, and deep recursion. */
#define BOOTPTAB_CHAIN_MAX 100

/* The template of our hosts. */
#define BOOTPTAB_TEMPLATE ".mkdcroot"

struct bootptab_node {
	struct bootptab_entry e; /* first: what the caller sees */
	TAILQ_ENTRY(bootptab_node) link;
	struct marked_line *text; /* our line, NULL for entries outside of the block */
	/* For each tag "tc": the entry it names; parallel to e.tags, NULL elsewhere. */
	struct bootptab_node **templates;
	bool is_template;   /* some entry names it */
	int htype;	    /* hardware type after templates, or -1 */
	unsigned int depth; /* templates behind one another */
};

/* Search trees (tsearch(3)) of nodes. */
struct bootptab_index {
	void *by_name; /* case does not matter */
	void *by_ip;
	void *by_mac;
};

struct bootptab {
	char *file;
	struct marked marked;
	TAILQ_HEAD(bootptab_nodes, bootptab_node) nodes;
	struct bootptab_index ours, foreign;
	void *exact;	/* all by name as tc= compares it; the last of several equal ones */
	size_t n_hosts; /* entries of ours that are no templates */
	struct strv warnings;
	unsigned int continued_at; /* last line when the file ends in a backslash, or 0 */
};

/* Reading characters as bootpd does. */
struct bootptab_lexer {
	const char *file;
	const char *text;
	size_t len;
	size_t pos;
	unsigned int line;
	bool open_end; /* the text ended right behind a backslash */
};

/* One entry as bootpd's parser gets it: continuations and one level of backslashes gone. */
struct bootptab_raw {
	char text[BOOTPTAB_ENTRY_MAX + 1];	   /* NUL-terminated */
	unsigned int line[BOOTPTAB_ENTRY_MAX + 1]; /* of each character */
	size_t len;
};

/* From a "#" on, go behind the end of its physical line. */
void bootptab_lex_comment(struct bootptab_lexer *lx);

/* Take the entry that begins here, with the newline that ends it. */
int bootptab_lex_entry(struct bootptab_lexer *lx, struct bootptab_raw *raw, struct error *err);

/* What kind of value a tag has. */
enum bootptab_kind {
	BOOTPTAB_STRING,
	BOOTPTAB_PATH, /* with a leading slash */
	BOOTPTAB_ADDRESS,
	BOOTPTAB_ADDRESSES,
	BOOTPTAB_NUMBER,
	BOOTPTAB_SIZE,	 /* number, auto, boolean */
	BOOTPTAB_OFFSET, /* signed number, auto, boolean */
	BOOTPTAB_FLAG,	 /* boolean only */
	BOOTPTAB_HTYPE,
	BOOTPTAB_HADDR,
	BOOTPTAB_COOKIE,
	BOOTPTAB_TEMPLATE_NAME,
	BOOTPTAB_UNKNOWN,
};

enum bootptab_kind bootptab_tag_kind(const char *name);

/*
 * Read a string up to an unquoted colon: quotes and backslashes dropped, white space at the
 * end too, appended to @out.  Returns how many characters of @src were read.
 */
size_t bootptab_get_string(const char *src, struct str *out);

/* The hardware type that @text names or numbers (0 to 7), or -1. */
int bootptab_parse_htype(const char *text);

/*
 * Parse @text as a hardware address of type @htype.  1: @mac set; 0: right, but no
 * 48-bit address, or a name to look up (@mac unset); -1: wrong.
 */
int bootptab_parse_haddr(struct mac_addr *mac, const char *text, int htype);

/*
 * How many characters at the begin of @text are one address (a name counts) or a
 * list of them, white space and commas between.  0: none.  @ip gets the first one when it is numeric.
 */
size_t bootptab_parse_address(const char *text, struct ip_addr *ip);
size_t bootptab_parse_addresses(const char *text);

/* Is @text a number as bootpd reads them: decimal, 0 octal, 0x hexadecimal? */
bool bootptab_is_number(const char *text);

/* A new document for @file, without any entry. */
struct bootptab *bootptab_new(const char *file);

/* Parse @raw, which stands in @text when it is ours (NULL otherwise), into *@node, which is not added. */
int bootptab_parse_entry(struct bootptab *doc, const struct bootptab_raw *raw,
			 struct marked_line *text, struct bootptab_node **node, struct error *err);

/* Put @node into the list and the trees. */
void bootptab_node_add(struct bootptab *doc, struct bootptab_node *node);
void bootptab_node_free(struct bootptab_node *node);

/* The entry that tc=@name means, or NULL. */
struct bootptab_node *bootptab_find_template(const struct bootptab *doc, const char *name);

#endif
