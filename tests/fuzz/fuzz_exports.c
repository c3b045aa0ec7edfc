/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_exports: any bytes as /etc/exports.  What is read is written back byte for byte;
 * a host added is found again when the result is read; taken away, the text is as before.
 */

#include "exports/exports.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PATH "/tftpboot/192.168.1.100"
#define OPTIONS \
	"rw,sync,no_root_squash,no_subtree_check,mp,fsid=6f1f5e0a-8a43-4d3a-9d6f-0a8e5c1b2d3e"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int ok)
{
	if (!ok)
		abort();
}

static int has_block(const struct str *text)
{
	return text->len && memmem(text->data, text->len, "# BEGIN mkdcroot", 16) != NULL;
}

static void check_text(const struct exports *doc, const void *text, size_t len)
{
	cleanup_str struct str out = STR_INIT;

	exports_write(doc, &out);
	check(out.len == len && (!len || !memcmp(out.data, text, len)));
}

/* @doc is what @text said. */
static void edit(struct exports *doc, const struct str *text)
{
	struct error err = ERROR_INIT;
	cleanup_str struct str with = STR_INIT;
	struct exports *again = NULL;

	if (exports_ensure(doc, PATH, "192.168.1.100", OPTIONS, NULL, &err) < 0) {
		check_text(doc, str_text(text), text->len);
		error_clear(&err);
		return;
	}
	exports_write(doc, &with);
	check(exports_parse(&again, "again", with.data, with.len, &err) == 0);
	check(exports_find_ours(again, PATH) != NULL);
	check(exports_remove(again, PATH));
	/* A block that was there already may have held the path, or hold nothing more. */
	if (!has_block(text))
		check_text(again, str_text(text), text->len);
	exports_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	cleanup_str struct str text = STR_INIT;
	struct exports *doc = NULL;
	struct ip_addr ip = { .family = AF_INET, .v4 = { htonl(0xc0a80164) } };

	str_addn(&text, (const char *)data, size);
	if (exports_parse(&doc, "fuzz", text.data, text.len, &err) < 0) {
		check(str_has_prefix(error_text(&err), "fuzz:"));
		error_clear(&err);
		return 0;
	}
	check_text(doc, text.data, text.len);
	for (const struct exports_entry *e = exports_next(doc, NULL); e; e = exports_next(doc, e)) {
		exports_covers_client(e, &ip, "aldebaran");
		exports_covers_path(e, PATH);
	}
	edit(doc, &text);
	exports_free(doc);
	return 0;
}
