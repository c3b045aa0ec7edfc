/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_hosts_file: any bytes as /etc/mkdcroot/hosts.  Errors have their line.  What is read is written back
 * byte for byte; a line that is made anew from a host reads as the same host; a host added is found
 * again, and taken away the text is as before.
 */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/model/hosts_file.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NAME "fuzz-added-host"
#define LINE NAME " 198.51.100.77 mac=02:fe:fe:fe:fe:fe layer=base"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int ok)
{
	if (!ok)
		abort();
}

/* The line of each host, made anew, says the same. */
static void check_lines(const struct hosts_file *f)
{
	for (size_t i = 0; i < f->n; i++) {
		cleanup_free char *line = host_format(&f->host[i]);
		cleanup_free char *in_place = hosts_file_new_line(f, &f->host[i], &f->host[i]);
		cleanup_hosts_file struct hosts_file one = { 0 }, two = { 0 };
		cleanup_error struct error err = ERROR_INIT;
		char *again;

		check(hosts_file_parse(&one, "one", line, strlen(line), &err) == 0 && one.n == 1);
		check(hosts_file_parse(&two, "two", in_place, strlen(in_place), &err) == 0 &&
		      two.n == 1);
		again = host_format(&one.host[0]);
		check(strcmp(line, again) == 0);
		free(again);
		again = host_format(&two.host[0]);
		check(strcmp(line, again) == 0);
		free(again);
		check(hosts_file_find(f, f->host[i].name) == &f->host[i]);
	}
}

/* Nothing changed, then a host added, then it alone taken away. */
static void check_edits(const struct hosts_file *f)
{
	const struct hosts_edit none = { "no-such-host", NULL }, add = { NAME, LINE },
				drop = { NAME, NULL };
	cleanup_str struct str same = STR_INIT, with = STR_INIT, without = STR_INIT;
	cleanup_hosts_file struct hosts_file g = { 0 };
	cleanup_error struct error err = ERROR_INIT;
	bool newline = f->text.len && f->text.data[f->text.len - 1] != '\n';

	hosts_file_edit(f, &none, 1, &same);
	check(same.len == f->text.len &&
	      memcmp(str_text(&same), str_text(&f->text), same.len) == 0);
	hosts_file_edit(f, &add, 1, &with);
	if (hosts_file_parse(&g, "with", str_text(&with), with.len, &err))
		return; /* the address or the MAC was there */
	check(hosts_file_find(&g, NAME) != NULL);
	if (hosts_file_find(f, NAME))
		return;
	hosts_file_edit(&g, &drop, 1, &without);
	check(without.len == f->text.len + newline &&
	      memcmp(str_text(&without), str_text(&f->text), f->text.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_hosts_file struct hosts_file f = { 0 };
	cleanup_error struct error err = ERROR_INIT;

	if (hosts_file_parse(&f, "fuzz", (const char *)data, size, &err) < 0) {
		check(strncmp(error_text(&err), "fuzz:", 5) == 0);
		return 0;
	}
	check_lines(&f);
	check_edits(&f);
	return 0;
}
