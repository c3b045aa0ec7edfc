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

struct hosts_file {
	char *path; /* for messages */
	struct str text;
	struct host *host; /* in the file's order; host.line is set */
	size_t n;
};

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

/* Is there a host with @h's name, IP or MAC?  -EEXIST names which, and the line that has it. */
int hosts_file_check_new(const struct hosts_file *f, const struct host *h, struct error *err);

/* The text with @line ("name ip ...", no newline) added at the end; a line of the same name is
 * replaced in its place. */
void hosts_file_with(const struct hosts_file *f, const char *name, const char *line,
		     struct str *out);

/* The text without the line of the host @name. */
void hosts_file_without(const struct hosts_file *f, const char *name, struct str *out);

#endif
