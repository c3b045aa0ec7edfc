/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_hosts_import: any bytes as a file of --from: in the form that it looks like, as a table and as a
 * bootptab.  Errors have file and line; every host that comes out can stand in the hosts file.
 */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/plan/hosts_import.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void import(const char *text, size_t len, const enum hosts_format *format,
		   const struct settings *s)
{
	cleanup_hosts_file struct hosts_file f = { 0 }, g = { 0 };
	cleanup_error struct error err = ERROR_INIT;
	cleanup_strv struct strv notes = STRV_INIT;
	cleanup_str struct str all = STR_INIT;

	if (hosts_import_text(&f, "fuzz", text, len, format, s, &notes, &err) < 0) {
		if (strncmp(error_text(&err), "fuzz:", 5) != 0)
			abort();
		return;
	}
	for (size_t i = 0; i < f.n; i++) {
		cleanup_free char *line = host_format(&f.host[i]);

		str_addf(&all, "%s\n", line);
	}
	if (hosts_file_parse(&g, "again", str_text(&all), all.len, &err) || g.n != f.n)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum hosts_format csv = HOSTS_FORMAT_CSV, bootptab = HOSTS_FORMAT_BOOTPTAB;
	static struct settings s; /* the same for all inputs */
	/* A copy without a byte behind it. */
	cleanup_free char *text = mem_resize(NULL, size ? size : 1, 1);

	if (!s.file)
		settings_init(&s);
	memcpy(text, data, size);
	import(text, size, NULL, &s);
	import(text, size, &csv, &s);
	import(text, size, &bootptab, &s);
	return 0;
}
