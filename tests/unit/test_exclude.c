/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_exclude: patterns as rsync(1) means them; what rsync 3.2 does with each is in the table. */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/model/exclude.h"
#include "tests/unit/tap.h"

#include <string.h>

static const struct {
	const char *pattern, *path;
	bool is_dir;
	int at; /* so much of the path is excluded; 0: nothing */
} cases[] = {
	{ "/etc/machine-id", "/etc/machine-id", false, 15 },
	{ "/etc/machine-id", "/etc/machine-id2", false, 0 },
	{ "/etc/machine-id", "/usr/etc/machine-id", false, 0 },
	{ "/home/*", "/home", true, 0 },
	{ "/home/*", "/home/ann", true, 9 },
	{ "/home/*", "/home/ann/.ssh/id", false, 9 },
	{ "/etc/ssh/ssh_host_*", "/etc/ssh/ssh_host_rsa_key", false, 25 },
	{ "/etc/ssh/ssh_host_*", "/etc/ssh/sshd_config", false, 0 },
	{ "/etc/*/*.key", "/etc/a/b.key", false, 12 },
	{ "/etc/*/*.key", "/etc/a/b/c.key", false, 0 },
	{ "/var/log/**.gz", "/var/log/a.gz", false, 13 },
	{ "/var/log/**.gz", "/var/log/a/b.gz", false, 15 },
	{ "/var/log/**.gz", "/var/log/a.gzip", false, 0 },
	{ "/var/log/**.[0-9]", "/var/log/x/a.1", false, 14 },
	{ "/etc/systemd/network/[!0]*.network", "/etc/systemd/network/10.network", false, 31 },
	{ "/etc/systemd/network/[!0]*.network", "/etc/systemd/network/00.network", false, 0 },
	{ "/a?c", "/abc", false, 4 },
	{ "/a?c", "/a/c", false, 0 },
	{ "/a[/]c", "/a/c", false, 0 },
	{ "lost+found", "/boot/lost+found", true, 16 },
	{ "*.bak", "/a/b.bak", false, 8 },
	{ "a/b", "/x/a/b", false, 6 },
	{ "a/b", "/xa/b", false, 0 },
	{ "/cache/", "/cache", true, 6 },
	{ "/cache/", "/cache", false, 0 },
	{ "/cache/", "/cache/x", false, 6 },
	{ "/d/***", "/d", true, 2 },
	{ "/d/***", "/d/x", false, 2 },
	{ "/x\\*y", "/x*y", false, 4 },
	{ "/x\\*y", "/xay", false, 0 },
	{ "/", "/etc", true, 0 },
};

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_strv struct strv patterns = STRV_INIT;
		cleanup_exclude struct exclude *e = NULL;
		const char *found;
		size_t at = 0;

		/* Others before and after, so that there is something to search in. */
		strv_add(&patterns, "/zzz/nothing");
		strv_add(&patterns, cases[i].pattern);
		strv_add(&patterns, "/aaa/nothing");
		e = exclude_new(&patterns);
		for (int again = 0; again < 2; again++)
			found = exclude_match(e, cases[i].path, cases[i].is_dir, &at);
		tap_ok((found != NULL) == (cases[i].at != 0) &&
			       (!found || (at == (size_t)cases[i].at &&
					   strcmp(found, cases[i].pattern) == 0)),
		       "%s and %s%s", cases[i].pattern, cases[i].path, cases[i].is_dir ? "/" : "");
	}
	return tap_done();
}
