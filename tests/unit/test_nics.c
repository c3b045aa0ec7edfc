/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The NIC table: the shipped one, and what its reader refuses. */
#include "kernel-config/nics.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"
#include "tests/unit/tap.h"

#include <errno.h>
#include <glob.h>
#include <string.h>

#define GOOD "a | rtl | OPT_A OPT2 | mod-a mod_b | pci | 10ec:8139 10EC:8138 | A card\n"

static int parse(struct nic_table *t, const char *text, struct error *err)
{
	return nic_table_parse(t, text, strlen(text), "nics", err);
}

static void test_columns(void)
{
	cleanup_nic_table struct nic_table t = NIC_TABLE_INIT;
	cleanup_error struct error err = ERROR_INIT;
	const struct nic *n;

	TAP_OK(parse(&t, "# head\n\n" GOOD "b|-|B|b|usb|0bda:8153|B | C\n", &err) == -EINVAL);
	tap_ok(!strncmp(error_text(&err), "nics:4: more than", 17), "%s", error_text(&err));
	TAP_OK(t.n == 0 && t.nics == NULL);
	error_clear(&err);

	TAP_OK(parse(&t, "# head\n\n" GOOD "b|-|B|b|usb|0bda:8153|B's card", &err) == 0);
	if (!TAP_OK(t.n == 2))
		return;
	n = &t.nics[0];
	TAP_OK(!strcmp(n->name, "a") && !strcmp(n->rom, "rtl"));
	TAP_OK(n->options.n == 2 && !strcmp(n->options.v[1], "OPT2"));
	TAP_OK(n->modules.n == 2 && !strcmp(n->modules.v[0], "mod-a"));
	TAP_OK(n->bus == NIC_PCI && t.nics[1].bus == NIC_USB);
	TAP_OK(n->n_ids == 2 && n->ids[1].vendor == 0x10ec && n->ids[1].device == 0x8138);
	TAP_OK(!strcmp(n->description, "A card"));
	TAP_OK(t.nics[1].rom == NULL);
	TAP_OK(nic_table_find(&t, "b") == &t.nics[1]);
	TAP_OK(nic_table_find(&t, "10EC:8138") == &t.nics[0]);
	TAP_OK(nic_table_find(&t, "10ec:9999") == NULL && nic_table_find(&t, "") == NULL);
	TAP_OK(nic_table_get(&t, "c", &err) == NULL && err.status == -ENOENT);
	tap_ok(strstr(error_text(&err), "there are: a b") != NULL, "%s", error_text(&err));
}

static void test_continuation(void)
{
	cleanup_nic_table struct nic_table t = NIC_TABLE_INIT;
	cleanup_error struct error err = ERROR_INIT;

	TAP_OK(parse(&t, "a | - | A | a | pci | \\\n\t1:2 \\\n | x\n", &err) == -EINVAL);
	tap_ok(!strncmp(error_text(&err), "nics:1: not an id", 17), "%s", error_text(&err));
	error_clear(&err);
	TAP_OK(parse(&t, "a | - | A | a | pci | \\\n\t1234:0001 \\\n# between\n 1234:0002 | x\\",
		     &err) == 0);
	TAP_OK(t.n == 1 && t.nics[0].n_ids == 2);
}

static void test_refusals(void)
{
	static const struct {
		const char *text, *message;
	} bad[] = {
		{ "a | - | A | a | pci | 1234:0001\n", "nics:1: fewer than" },
		{ GOOD "A | - | A | a | pci | 1234:0001 | x\n", "nics:2: not a NIC name" },
		{ GOOD "10ec:8111 | - | A | a | pci | 1234:0001 | x\n", "nics:2: not a NIC name" },
		{ GOOD GOOD, "nics:2: described before: 'a'" },
		{ "a | r/x | A | a | pci | 1234:0001 | x\n", "nics:1: not the name of a ROM" },
		{ "a | - |  | a | pci | 1234:0001 | x\n", "nics:1: no kernel option" },
		{ "a | - | a | a | pci | 1234:0001 | x\n", "nics:1: not a kernel option" },
		{ "a | - | A |  | pci | 1234:0001 | x\n", "nics:1: no module" },
		{ "a | - | A | a;b | pci | 1234:0001 | x\n", "nics:1: not a module" },
		{ "a | - | A | a | isa | 1234:0001 | x\n", "nics:1: the bus is" },
		{ "a | - | A | a | pci |  | x\n", "nics:1: no ids" },
		{ "a | - | A | a | pci | 12345:001 | x\n", "nics:1: not an id" },
		{ "a | - | A | a | pci | 1234:00011 | x\n", "nics:1: not an id" },
		{ "a | - | A | a | pci | 1234:0001 1234:0001 | x\n", "nics:1: this id was named" },
		{ GOOD "b | - | A | a | pci | 10ec:8139 | x\n", "nics:2: this id was named" },
		{ "a | - | A | a | pci | 1234:0001 | \n", "nics:1: no description" },
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cleanup_nic_table struct nic_table t = NIC_TABLE_INIT;
		cleanup_error struct error err = ERROR_INIT;
		int rc = parse(&t, bad[i].text, &err);

		tap_ok(rc == -EINVAL && !t.nics &&
			       !strncmp(error_text(&err), bad[i].message, strlen(bad[i].message)),
		       "refused: %s", error_text(&err));
	}
}

static void test_binary(void)
{
	cleanup_nic_table struct nic_table t = NIC_TABLE_INIT;
	cleanup_error struct error err = ERROR_INIT;

	TAP_OK(nic_table_parse(&t, "# x\n\0\n", 6, "nics", &err) == -EINVAL);
	tap_ok(!strcmp(error_text(&err), "nics:2: not a text file"), "%s", error_text(&err));
}

/* Each family has its fragment, and each fragment its family. */
static void test_fragments(const struct nic_table *t)
{
	glob_t found;
	size_t i;

	for (i = 0; i < t->n; i++) {
		cleanup_free char *path =
			mem_printf("kernel-config/nic-%s.config", t->nics[i].name);

		if (!fs_exists(path))
			tap_ok(false, "%s is missing", path);
	}
	if (!TAP_OK(glob("kernel-config/nic-*.config", 0, NULL, &found) == 0))
		return;
	TAP_OK(found.gl_pathc == t->n);
	globfree(&found);
}

static void test_shipped(void)
{
	cleanup_nic_table struct nic_table t = NIC_TABLE_INIT;
	cleanup_error struct error err = ERROR_INIT;
	static const struct {
		const char *id, *name, *rom;
	} known[] = {
		{ "10ec:8139", "rtl8139", "rtl8139" },
		{ "10ec:8029", "ne2k_pci", "ne2k_pci" },
		{ "1022:2000", "pcnet32", "pcnet32" },
		{ "8086:100e", "e1000", "e1000" },
		{ "8086:10d3", "e1000e", "e1000" },
		{ "8086:1209", "eepro100", "eepro100" },
		{ "1af4:1000", "virtio_net", "virtio_net" },
		{ "1af4:1041", "virtio_net", "virtio_net" },
		{ "1011:0019", "tulip", "tulip" },
		{ "15ad:07b0", "vmxnet3", "vmxnet3" },
		{ "10ec:8168", "r8169", NULL },
		{ "0bda:8153", "r8152", NULL },
	};
	size_t i;

	if (!tap_ok(nic_table_read(&t, "kernel-config/nics", &err) == 0, "the shipped table: %s",
		    error_text(&err)))
		return;
	tap_ok(t.n >= 20, "%zu families", t.n);
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		const struct nic *n = nic_table_find(&t, known[i].id);

		tap_ok(n && !strcmp(n->name, known[i].name), "%s is %s", known[i].id,
		       known[i].name);
		tap_ok(n && (known[i].rom ? n->rom && !strcmp(n->rom, known[i].rom) : !n->rom),
		       "its ROM driver is %s", known[i].rom ? known[i].rom : "none");
	}
	test_fragments(&t);
	TAP_OK(nic_table_read(&t, "/nonexistent/nics", &err) == -ENOENT);
}

int main(void)
{
	test_columns();
	test_continuation();
	test_refusals();
	test_binary();
	test_shipped();
	return tap_done();
}
