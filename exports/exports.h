/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exports: an exports(5) file as a document that keeps every byte.
 *
 * Grammar: nfs-utils 2.6, as exportfs(8) reads it: continued lines, "quoted" parts,
 * octal escapes, comments, default "-options", clients without options, "(options)"
 * without a client, several clients a line.  Our own lines stand in one marked block
 * (mkdcroot/base/marked.h), one path with one client a line:
 *
 *	/tftpboot/192.168.1.100 192.168.1.100(rw,sync,no_root_squash,no_subtree_check,mp,fsid=UUID)
 *
 * Nothing here touches the running server: see nfs_server.h.
 */
#ifndef EXPORTS_EXPORTS_H
#define EXPORTS_EXPORTS_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"
#include "mkdcroot/model/netaddr.h"

#include <stdbool.h>
#include <stddef.h>

struct exports;

/* One path exported to one client.  All strings belong to the document. */
struct exports_entry {
	const char *file;    /* where it stands */
	unsigned int line;   /* the first line of it, from 1 */
	const char *path;    /* decoded */
	const char *client;  /* decoded; "" when none was given, which exportfs takes for anybody */
	const char *options; /* defaults of the line, then its own, comma-separated; "" for none */
	bool ours;	     /* stands in the marked block */
};

/*
 * Parse @len bytes of @text, which is the content of @file.  On success *@out is the
 * document (exports_free()).  Errors (-EINVAL) read "file:line: text"; they are what makes
 * exportfs give up the rest of the file, and markers that are broken.
 */
int exports_parse(struct exports **out, const char *file, const char *text, size_t len,
		  struct error *err);

/*
 * Read and parse @file (missing: empty) and, for conflicts only, every @file.d/NAME.exports as
 * exportfs does (not those that begin with a dot).
 */
int exports_read(struct exports **out, const char *file, struct error *err);

void exports_free(struct exports *doc);

/*
 * What exportfs would take otherwise than its author means, or would not know:
 * "file:line: text" each, for log_warn().  Belongs to the document.
 */
const struct strv *exports_warnings(const struct exports *doc);

/*
 * Walk over all entries, those of the extra files too: the first for NULL, then the one
 * after @entry; NULL after the last.
 */
const struct exports_entry *exports_next(const struct exports *doc,
					 const struct exports_entry *entry);

/* The entry of our block for exactly @path, or NULL. */
const struct exports_entry *exports_find_ours(const struct exports *doc, const char *path);

/* Does our block say just what exports_ensure() with these would make it say? */
bool exports_has_ours(const struct exports *doc, const char *path, const char *client,
		      const char *options);

/* The first entry outside of our block for exactly @path, or NULL. */
const struct exports_entry *exports_find_foreign(const struct exports *doc, const char *path);

/* Does @entry export @path: its own path, or a directory above it? */
bool exports_covers_path(const struct exports_entry *entry, const char *path);

enum exports_match { EXPORTS_NO, EXPORTS_YES, EXPORTS_MAYBE };

/*
 * Does @entry let the computer @ip, called @name (may be NULL), in?  Addresses, networks,
 * names, wildcards and "anybody" are decided here; a netgroup, or a name where
 * none is known, is EXPORTS_MAYBE: no name service is asked.
 */
enum exports_match exports_covers_client(const struct exports_entry *entry,
					 const struct ip_addr *ip, const char *name);

/*
 * Make our block say that @path is exported to @client with @options (comma-separated, no
 * spaces).  A line of ours for the path is replaced.  *@changed (may be NULL) tells whether
 * the document is another one now.
 * Errors: -EEXIST for a line for the same path, or with the same fsid=, that is not ours
 * ("file:line: ..."); -EINVAL for what exports(5) cannot say.
 */
int exports_ensure(struct exports *doc, const char *path, const char *client, const char *options,
		   bool *changed, struct error *err);

/* Take our line for @path away.  Returns whether there was one. */
bool exports_remove(struct exports *doc, const char *path);

/* Append the text of the main file as it stands now. */
void exports_write(const struct exports *doc, struct str *out);

/* The value of option @name in comma-separated @options ("" for one without a value), freshly
 * allocated, or NULL. */
char *exports_option(const char *options, const char *name);

#endif
