/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hosts_import: hosts out of a file that somebody has already: in the form of mkdcroot-hosts(5), as a table
 * (model/hosts_csv.h), or a bootptab(5).
 */
#ifndef MKDCROOT_PLAN_HOSTS_IMPORT_H
#define MKDCROOT_PLAN_HOSTS_IMPORT_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"
#include "mkdcroot/model/hosts_file.h"
#include "mkdcroot/model/settings.h"

enum hosts_format { HOSTS_FORMAT_HOSTS, HOSTS_FORMAT_CSV, HOSTS_FORMAT_BOOTPTAB };

/* "hosts", "csv", "bootptab"; another name: -EINVAL. */
int hosts_format_parse(enum hosts_format *format, const char *name, struct error *err);

/* By what the text's first line that says something looks like. */
enum hosts_format hosts_format_guess(const char *text, size_t len);

/*
 * Read @path ("-": standard input) as @format (NULL: by its content).  @f gets the hosts, each with its line;
 * @notes what could not be used, "file:line: ...".  Every error of the file is in the message,
 * one a line, each with file and line.
 * Of a bootptab, entries of mkdcroot's own block are left out, and what says the same as @s.
 */
int hosts_import(struct hosts_file *f, const char *path, const enum hosts_format *format,
		 const struct settings *s, struct strv *notes, struct error *err);

/* The same for @len bytes of @text. */
int hosts_import_text(struct hosts_file *f, const char *path, const char *text, size_t len,
		      const enum hosts_format *format, const struct settings *s, struct strv *notes,
		      struct error *err);

#endif
