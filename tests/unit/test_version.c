/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_version: what programs print of themselves; and what modprobe.d(5) forbids. */
#include "mkdcroot/base/modprobe.h"
#include "mkdcroot/base/version.h"
#include "tests/unit/tap.h"

#include <string.h>

static void expect(const char *text, const char *after, int a, int b, int c)
{
	struct version want = { { (unsigned int)a, (unsigned int)b, (unsigned int)c } }, have;
	bool found = version_parse(&have, text, after);

	tap_ok(a < 0 ? !found : found && version_compare(&have, &want) == 0, "'%.*s'",
	       (int)strcspn(text, "\n"), text);
}

static void test_parse(void)
{
	expect("rsync  version 3.2.7  protocol version 31", "version ", 3, 2, 7);
	expect("rsync  version v3.2.7pre1  protocol version 32", "version ", 3, 2, 7);
	expect("openrsync: protocol version 29, rsync version 2.6.9 compatible", "version ", 2, 6,
	       9);
	expect("mkfs.erofs 1.5\nusage", "mkfs.erofs ", 1, 5, 0);
	expect("mkfs.erofs (erofs-utils) 1.7.1\navailable compressors: lz4", "mkfs.erofs ", 1, 7,
	       1);
	expect("mkfs.erofs 1.8.2-gabcdef1", "mkfs.erofs ", 1, 8, 2);
	expect("6.1.0-50-amd64", NULL, 6, 1, 0);
	expect("5.15.0-rc1", NULL, 5, 15, 0);
	expect("6.18.44-fc-v657", NULL, 6, 18, 44);
	expect("lz4 1.9", NULL, 1, 9, 0);
	expect("", NULL, -1, 0, 0);
	expect("no number", NULL, -1, 0, 0);
	expect("version 3", "version ", -1, 0, 0);
	expect("lz4.9", NULL, -1, 0, 0);
	expect("3.2.7", "version ", -1, 0, 0);
	expect("99999999999999999999.1", NULL, -1, 0, 0);
	expect("1.", NULL, -1, 0, 0);
	expect("1.2.", NULL, 1, 2, 0);
	expect("1.2.3.4.5", NULL, 1, 2, 3);
}

static void test_compare(void)
{
	const struct version a = { { 3, 1, 3 } }, b = { { 3, 10, 0 } }, c = { { 4, 0, 0 } };

	TAP_OK(version_compare(&a, &a) == 0 && version_compare(&a, &b) < 0);
	TAP_OK(version_compare(&c, &b) > 0 && version_compare(&b, &a) > 0);
}

static void test_modprobe(void)
{
	TAP_OK(modprobe_forbids("", "erofs") == 0);
	TAP_OK(modprobe_forbids("install erofs /bin/false\n", "erofs") == 1);
	TAP_OK(modprobe_forbids("# x\n\n  install\terofs   /bin/true", "erofs") == 3);
	TAP_OK(modprobe_forbids("install erofs /bin/false\r\n", "erofs") == 1);
	TAP_OK(modprobe_forbids("#install erofs /bin/false\n", "erofs") == 0);
	TAP_OK(modprobe_forbids("install erofs2 /bin/false\n", "erofs") == 0);
	TAP_OK(modprobe_forbids("install erofs\n", "erofs") == 0);
	TAP_OK(modprobe_forbids("install nfs-layout /bin/false\n", "nfs_layout") == 1);
	TAP_OK(modprobe_forbids("install erofs /sbin/modprobe --ignore-install erofs; x\n",
				"erofs") == 0);
	TAP_OK(modprobe_forbids("blacklist erofs\noptions erofs x=1\nalias a erofs\n", "erofs") ==
	       0);
}

int main(void)
{
	test_parse();
	test_compare();
	test_modprobe();
	return tap_done();
}
