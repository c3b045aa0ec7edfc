/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ganesha_file: the file of nfs-ganesha EXPORT blocks that is mkdcroot's alone; ganesha's own
 * configuration takes it up by
 *
 *	%include "/etc/ganesha/mkdcroot.conf"
 *
 * One block a line.  Export_Id is derived from the path, kept in the file, and never changes as long as
 * the host is there.  Grammar: ganesha-export-config(8).
 */
#ifndef EXPORTS_GANESHA_FILE_H
#define EXPORTS_GANESHA_FILE_H

#include "exports/nfs_server.h"

struct ganesha_file;

/* Read @path (missing: empty).  A line that is not as we write them: -EINVAL "file:line: ...". */
int ganesha_file_read(struct ganesha_file **out, const char *path, struct error *err);
/* The same for @len bytes of @text; @path is for the messages. */
int ganesha_file_parse(struct ganesha_file **out, const char *path, const char *text, size_t len,
		       struct error *err);
void ganesha_file_free(struct ganesha_file *file);

/*
 * Make the file have the block of @e.  *@changed (may be NULL) tells whether it is
 * another one now.  -EINVAL for an option or a path that ganesha has no word for.
 */
int ganesha_file_ensure(struct ganesha_file *file, const struct nfs_export *e, bool *changed,
			struct error *err);

/* Take the block of @path away.  Returns whether there was one. */
bool ganesha_file_remove(struct ganesha_file *file, const char *path);

/* The Export_Id of @path, or 0. */
unsigned int ganesha_file_id(const struct ganesha_file *file, const char *path);

/* The block of @path, one line with its newline, or NULL. */
const char *ganesha_file_block(const struct ganesha_file *file, const char *path);

/* Append the text of the file as it stands now; with no block it is a comment only, since ganesha includes it. */
void ganesha_file_write(const struct ganesha_file *file, struct str *out);

#endif
