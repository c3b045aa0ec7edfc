/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hosts_file: /etc/mkdcroot/hosts, the farm, one host a line:
 *
 *	name ip [key=value ...]		# comment
 *
 * It is the administrator's file as well: every line that we do not add or take
 * away keeps every byte.  Words are separated by blanks; a word may stand in double
 * quotes, with \" and \\ inside.  mkdcroot-hosts(5).
 */
#ifndef MKDCROOT_MODEL_HOSTS_FILE_H
#define MKDCROOT_MODEL_HOSTS_FILE_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"
#include "mkdcroot/model/host.h"

#include <stddef.h>

struct hosts_key; /* a name, an address or a MAC with the host that has it */

struct hosts_file {
	char *path; /* for messages */
	struct str text;
	struct host *host; /* in the file's order; host.line is set */
	size_t n;
	struct hosts_key *keys; /* sorted, to find by */
	size_t n_keys;
};

/* Append @h, whose strings are taken (it is zeroed).  Nothing finds it before hosts_file_index(). */
void hosts_file_append(struct hosts_file *f, struct host *h);

/* Sort the keys anew; duplicates of name, IP and MAC are appended to @problems, one a line. */
void hosts_file_index(struct hosts_file *f, struct str *problems);

/*
 * Parse @text as the hosts file @path.  Every error of the file is in the message,
 * one a line, each "path:line: ..." (duplicates of name, IP and MAC among them).
 */
int hosts_file_parse(struct hosts_file *f, const char *path, const char *text, size_t len,
		     struct error *err);

/* Read and parse @path; a missing file is an empty farm. */
int hosts_file_read(struct hosts_file *f, const char *path, struct error *err);
void hosts_file_free(struct hosts_file *f);
#define cleanup_hosts_file __attribute__((cleanup(hosts_file_free)))

/* The host called @name, or NULL. */
const struct host *hosts_file_find(const struct hosts_file *f, const char *name);

/* The host at @ip, or NULL. */
const struct host *hosts_file_find_ip(const struct hosts_file *f, const struct ip_addr *ip);

/* Is there a host with @h's name, IP or MAC?  -EEXIST names which, and the line that has it. */
int hosts_file_check_new(const struct hosts_file *f, const struct host *h, struct error *err);

/* What becomes of one host's line. */
struct hosts_edit {
	const char *name;
	const char *line; /* "name ip ...", no newline; NULL: it goes */
};

/*
 * Append to @out the text with @edit[0..@n) done: the line of a host that is there is replaced in its
 * place, others are added at the end, every other byte is kept.
 */
void hosts_file_edit(const struct hosts_file *f, const struct hosts_edit *edit, size_t n,
		     struct str *out);

/* The line of @h, which is one of @f's hosts, as it stands, without its newline; to be freed. */
char *hosts_file_line(const struct hosts_file *f, const struct host *h);

/* The line for @now in the place of @h's: with the comment of that one.  To be freed. */
char *hosts_file_new_line(const struct hosts_file *f, const struct host *h, const struct host *now);

#endif
