/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_bootptab: any bytes as /etc/bootptab.  What is read is written back byte for byte;
 * a host added is found again when the result is read; taken away, the text is as before.
 */

#include "bootptab/bootptab.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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

static void check_text(const struct bootptab *doc, const void *text, size_t len)
{
	cleanup_str struct str out = STR_INIT;

	bootptab_write(doc, &out);
	check(out.len == len && (!len || !memcmp(out.data, text, len)));
}

static void edit(struct bootptab *doc, const struct str *text)
{
	const struct bootptab_params p = { .netmask = "255.255.255.0",
					   .gateway = "192.168.1.19",
					   .tftp_dir = "/tftpboot",
					   .boot_file = "/vmlinuz.nb" };
	const struct bootptab_host h = { .name = "aldebaran",
					 .ip = { .family = AF_INET, .v4 = { htonl(0xc0a80164) } },
					 .mac = { true, { 0, 0x60, 8, 0xc7, 0xa3, 0xd8 } },
					 .root_path = "/tftpboot/192.168.1.100",
					 .params = p };
	struct error err = ERROR_INIT;
	cleanup_str struct str with = STR_INIT;
	struct bootptab *again = NULL;

	if (bootptab_ensure_template(doc, &p, NULL, &err) < 0 ||
	    bootptab_ensure_host(doc, &h, NULL, &err) < 0) {
		error_clear(&err);
		return;
	}
	bootptab_write(doc, &with);
	check(bootptab_parse(&again, "again", with.data, with.len, &err) == 0);
	check(bootptab_find_name(again, "aldebaran") &&
	      bootptab_find_name(again, "aldebaran")->ours);
	check(bootptab_value(again, bootptab_find_name(again, "aldebaran"), "bf") != NULL);
	check(bootptab_remove_host(again, "aldebaran"));
	/* A block that was there already may have held the host, or hold nothing more. */
	if (!has_block(text))
		check_text(again, str_text(text), text->len);
	bootptab_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const tags[] = { "ip", "ha", "ht", "bf", "ds", "T37" };
	struct error err = ERROR_INIT;
	cleanup_str struct str text = STR_INIT;
	struct bootptab *doc = NULL;

	str_addn(&text, (const char *)data, size);
	if (bootptab_parse(&doc, "fuzz", text.data, text.len, &err) < 0) {
		check(str_has_prefix(error_text(&err), "fuzz:"));
		error_clear(&err);
		return 0;
	}
	check_text(doc, text.data, text.len);
	for (const struct bootptab_entry *e = bootptab_next(doc, NULL); e;
	     e = bootptab_next(doc, e)) {
		check(bootptab_find_name(doc, e->name) != NULL);
		for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
			bootptab_value(doc, e, tags[i]);
	}
	edit(doc, &text);
	bootptab_free(doc);
	return 0;
}
