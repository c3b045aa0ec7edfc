/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hosts_csv: hosts from a table as spreadsheets and inventories write it (RFC 4180):
 *
 *	name,ip,mac,role,dns
 *	aldebaran,192.168.1.100,00:60:08:c7:a3:d8,,192.168.1.1
 *
 * The first line names the columns, in any order and case: name (host, hostname), ip (address, ip
 * address), mac (hardware address, hwaddr, ethernet), and the keys of a hosts line.  The
 * separator is the comma, semicolon or tab of that line.  A cell may stand in double quotes, where ""
 * is a quote; empty cells say nothing; empty lines and lines that begin with # are left out.
 */
#ifndef MKDCROOT_MODEL_HOSTS_CSV_H
#define MKDCROOT_MODEL_HOSTS_CSV_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"
#include "mkdcroot/model/hosts_file.h"

#include <stdbool.h>

/* Does @text begin with a line that names at least the columns of name and address? */
bool hosts_csv_is(const char *text, size_t len);

/*
 * Parse @text, the content of @path.  @f gets the hosts, each with its line; @notes what could not be
 * used.  Every error of the file is in the message, one a line, each "path:line: ...".
 */
int hosts_csv_parse(struct hosts_file *f, const char *path, const char *text, size_t len,
		    struct strv *notes, struct error *err);

#endif
