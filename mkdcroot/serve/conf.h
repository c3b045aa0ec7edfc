/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf: the configurations of a farm server's daemons, as texts made from the farm.  Pure: what
 * is written where, and who reads it, is the business of farm_server.c; `serve --print` shows them.
 *
 * Each daemon sees the files in /run (daemon_view.h).  Names and values come from the
 * administrator's files, but a value that could end a line, or begin another one, is an error
 * here: conf_check_text().
 */
#ifndef MKDCROOT_SERVE_CONF_H
#define MKDCROOT_SERVE_CONF_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"
#include "mkdcroot/model/settings.h"
#include "mkdcroot/serve/farm_server.h"

#include <stddef.h>

/* One file: its name in /run, and what is in it. */
struct conf_file {
	char *name;
	struct str text;
};

struct conf_files {
	struct conf_file *v;
	size_t n;
};

void conf_files_free(struct conf_files *files);
#define cleanup_conf_files __attribute__((cleanup(conf_files_free)))

/* Append a file; its text is to be filled in before the next is added. */
struct str *conf_files_add(struct conf_files *files, const char *name);

/* "host aldebaran: domain: ..." -EINVAL when @text (may be NULL) has a control character. */
int conf_check_text(const char *host, const char *what, const char *text, struct error *err);

/*
 * The settings of @h as it is told them: the host's own over the farm's, this server's
 * address and netmask where none are said.
 */
int conf_settings(struct settings *own, const struct farm_server_options *o,
		  const struct served_host *h, struct error *err);

/*
 * Where the TFTP daemon is rooted: the farm's boot directory when all boot files are below
 * it, else tftp_root of the settings.  Freed by the caller.
 */
char *conf_tftp_root(const struct farm_server_options *o);

/* All files of all daemons that @o asks for, as `serve --print` shows them. */
int conf_all(const struct farm_server_options *o, struct conf_files *files, struct error *err);

/* The command of each daemon that @o asks for, a line each. */
void conf_commands(const struct farm_server_options *o, struct strv *lines);

/* Each of them appends its files.  Errors name the host. */
int conf_dnsmasq(const struct farm_server_options *o, struct conf_files *files, struct error *err);
int conf_dnsmasq_tftp(const struct farm_server_options *o, struct conf_files *files,
		      struct error *err);
int conf_bootpd(const struct farm_server_options *o, struct conf_files *files, struct error *err);
int conf_ganesha(const struct farm_server_options *o, struct conf_files *files, struct error *err);

#endif
