/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_hosts_import: hosts from tables, bootptabs and hosts lines; what a host's line is changed by. */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/plan/hosts_import.h"
#include "overlay/mount_table.h"
#include "tests/unit/tap.h"

#include <stdlib.h>
#include <string.h>

struct result {
	struct hosts_file f;
	struct strv notes;
	struct error err;
	int rc;
};

static void import(struct result *r, const char *text)
{
	cleanup_settings struct settings s = { 0 };

	*r = (struct result){ 0 };
	settings_init(&s);
	r->rc = hosts_import_text(&r->f, "file", text, strlen(text), NULL, &s, &r->notes, &r->err);
}

static void done(struct result *r)
{
	hosts_file_free(&r->f);
	strv_free(&r->notes);
	error_clear(&r->err);
}

/* @text gives hosts whose lines are @want, separated by newlines. */
static void gives(const char *what, const char *text, const char *want)
{
	cleanup_str struct str lines = STR_INIT;
	struct result r;

	import(&r, text);
	for (size_t i = 0; i < r.f.n; i++) {
		cleanup_free char *line = host_format(&r.f.host[i]);

		str_addf(&lines, "%s%s", i ? "\n" : "", line);
	}
	tap_ok(r.rc == 0 && strcmp(str_text(&lines), want) == 0, "%s: %s%s", what,
	       error_text(&r.err), str_text(&lines));
	done(&r);
}

static void refuses(const char *what, const char *text, const char *words)
{
	struct result r;

	import(&r, text);
	tap_ok(r.rc < 0 && strstr(error_text(&r.err), words), "%s: %s", what, error_text(&r.err));
	done(&r);
}

static void notes(const char *what, const char *text, const char *words)
{
	struct result r;
	bool found = false;

	import(&r, text);
	for (size_t i = 0; i < r.notes.n; i++)
		found = found || strstr(r.notes.v[i], words);
	tap_ok(r.rc == 0 && found, "%s is noted", what);
	done(&r);
}

static void test_tables(void)
{
	gives("a table", "name,ip,mac\na,1.2.3.4,006008000001\nb,1.2.3.5,\n",
	      "a 1.2.3.4 mac=00:60:08:00:00:01 layer=base\nb 1.2.3.5 layer=base");
	gives("columns in another order and case, a tab, no newline at the end",
	      "# farm\n\nRole\tIP-Address\tHost name\nkiosk\t1.2.3.4\ta",
	      "a 1.2.3.4 layer=base role=kiosk");
	gives("quotes, commas and quotes in cells",
	      "name,ip,root_key\n\"a\" , 1.2.3.4 ,\"ssh-ed25519 A, \"\"me\"\"\"\n",
	      "a 1.2.3.4 layer=base \"root_key=ssh-ed25519 A, \\\"me\\\"\"");
	gives("a column twice", "ip;name;dns;dns\n1.2.3.4;a;1.1.1.1;8.8.8.8\n",
	      "a 1.2.3.4 layer=base dns=1.1.1.1 dns=8.8.8.8");
	gives("a byte order mark", "\xef\xbb\xbfname;ip\r\na;1.2.3.4\r\n", "a 1.2.3.4 layer=base");
	gives("no hosts", "name,ip\n", "");
	notes("an unknown column", "name,ip,room\na,1.2.3.4,12\n", "file:1: the column 'room'");
	refuses("no name", "name,ip\n,1.2.3.4\n", "file:2: the host has no name");
	refuses("no address", "name,ip\n\na,\n", "file:3: host a has no IP address");
	refuses("too many cells", "name,ip\na,1.2.3.4,x\n", "file:2: there are 3 cells");
	refuses("an open quote", "name,ip\n\"a,1.2.3.4\n", "quotation mark");
	refuses("text behind a quote", "name,ip\n\"a\"b,1.2.3.4\n", "behind a quoted cell");
	refuses("a duplicate", "name,ip\na,1.2.3.4\n\nb,1.2.3.4\n",
		"file:4: host b has the same IP address as a in line 2");
	refuses("a line break in a value", "name,ip,domain\na,1.2.3.4,\"x\ny\"\n", "file:3: ");
	refuses("all mistakes are said", "name,ip\na_b,1.2.3.4\nc,1.2.3\n", "\nfile:3: ");
	refuses("a table without a column of addresses", "name,mac\na,006008000001\n",
		"file:1: the first line has to name");
}

static void test_bootptabs(void)
{
	gives("a bootptab",
	      ".x:sm=255.255.255.0:gw=1.2.3.1:ds=1.1.1.1 8.8.8.8:hd=/tftpboot:bf=nb:\n"
	      "a:tc=.x:ha=006008000001:ip=1.2.3.4:\\\n\t:gw@:\n"
	      "b:tc=.x:ip=1.2.3.5:gw=1.2.3.2:\n",
	      "a 1.2.3.4 mac=00:60:08:00:00:01 layer=base netmask=255.255.255.0 dns=1.1.1.1 "
	      "dns=8.8.8.8\n"
	      "b 1.2.3.5 layer=base netmask=255.255.255.0 gateway=1.2.3.2 dns=1.1.1.1 "
	      "dns=8.8.8.8");
	gives("a template with a name of its own",
	      "all.prof:sm=255.0.0.0:\na:tc=all.prof:ip=1.2.3.4:",
	      "a 1.2.3.4 layer=base netmask=255.0.0.0");
	gives("our own block is left out",
	      "# BEGIN mkdcroot: written by mkdcroot; edit above or below this block\n"
	      ".mkdcroot:ht=ethernet:\na:tc=.mkdcroot:ip=1.2.3.4:\n# END mkdcroot\nb:ip=1.2.3.5:\n",
	      "b 1.2.3.5 layer=base");
	notes("a tag without a key", "a:ip=1.2.3.4:T130=\"x\":\n", "file:1: the tag T130");
	notes("a boot file", "a:ip=1.2.3.4:\\\n\t:bf=x:\n", "file:2: the tag bf is not used");
	notes("a missing MAC", "a:ip=1.2.3.4:\n", "file:1: a has no Ethernet address");
	refuses("no address", "a:ha=006008000001:\n", "file:1: entry a has no address");
	refuses("what bootpd refuses", "a:ip=1.2.3.4:\nb:tc=.none:\n", "file:2: ");
	refuses("the same address twice", "a:ip=1.2.3.4:\nb:ip=1.2.3.4:\n", "file:2: host b");
}

static void test_lines(void)
{
	gives("hosts lines", "# x\na 1.2.3.4 # y\n", "a 1.2.3.4 layer=base");
	gives("nothing", "", "");
	gives("a MAC in a hosts line is no bootptab", "a 1.2.3.4 mac=00:60:08:00:00:01",
	      "a 1.2.3.4 mac=00:60:08:00:00:01 layer=base");
}

/* What "set" makes of a line: @assignments separated by blanks. */
static void changes(const char *line, const char *assignments, const char *want)
{
	cleanup_hosts_file struct hosts_file f = { 0 };
	cleanup_error struct error err = ERROR_INIT;
	cleanup_strv struct strv words = STRV_INIT;
	cleanup_free char *now = NULL;
	cleanup_host struct host h = { 0 };
	int rc = hosts_file_parse(&f, "hosts", line, strlen(line), &err);

	strv_split(&words, assignments, " ");
	h = host_copy(&f.host[0]);
	for (size_t i = 0; !rc && i < words.n; i++)
		rc = host_change(&h, words.v[i], i > 0, &err);
	now = rc ? mem_strdup(error_text(&err)) : hosts_file_new_line(&f, &f.host[0], &h);
	tap_ok(strcmp(now, want) == 0, "%s: %s", assignments, now);
}

static void test_changes(void)
{
	changes("a 1.2.3.4 dns=1.1.1.1 # x", "dns=2.2.2.2 dns=3.3.3.3",
		"a 1.2.3.4 layer=base dns=2.2.2.2 dns=3.3.3.3 # x");
	changes("a 1.2.3.4 dns=1.1.1.1 dns=2.2.2.2\r", "dns=", "a 1.2.3.4 layer=base\r");
	changes("a 1.2.3.4 role=x nic=y mac=0:1:2:3:4:5\t#",
		"role= nic= mac=", "a 1.2.3.4 layer=base\t#");
	changes("a 1.2.3.4", "ip=1.2.3.5 mac=020304050607",
		"a 1.2.3.5 mac=02:03:04:05:06:07 layer=base");
	changes("a 1.2.3.4", "layer=", "a host cannot be without 'layer'");
	changes("a 1.2.3.4", "name=b",
		"a host's name stays: add it under the new one, and remove it");
}

static void test_mount_table(void)
{
	static const char text[] =
		"22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
		"30 22 0:40 / /t/1.2.3.4 rw - overlay mkdcroot rw,lowerdir=/l,upperdir=/s/a/upper,"
		"workdir=/s/a/work\n"
		"31 22 0:41 / /t/1.2.3.5 rw - overlay mkdcroot rw,lowerdir=/l,upperdir=/s/b/upper\n"
		"32 22 0:42 / /t/1.2.3.5 rw shared:3 master:4 - tmpfs none rw\n"
		"33 22 0:43 / /t/with\\040blank rw - overlay x rw,upperdir=/s/a\\054b,index=on\n"
		"broken line\n";
	cleanup_mount_table struct mount_table t = { .n = 0 };

	mount_table_parse(&t, text);
	TAP_OK(t.n == 4);
	TAP_OK(mount_table_has(&t, "/t/1.2.3.4", "/s/a/upper"));
	TAP_OK(!mount_table_has(&t, "/t/1.2.3.4", "/s/a/upp"));
	TAP_OK(!mount_table_has(&t, "/t/1.2.3.4", "/s/b/upper"));
	/* Something is mounted over it. */
	TAP_OK(!mount_table_has(&t, "/t/1.2.3.5", "/s/b/upper"));
	TAP_OK(mount_table_find(&t, "/t/1.2.3.5") && mount_table_find(&t, "/t/with blank"));
	TAP_OK(mount_table_has(&t, "/t/with blank", "/s/a,b"));
	TAP_OK(!mount_table_find(&t, "/t/1.2.3"));
}

int main(void)
{
	test_tables();
	test_bootptabs();
	test_lines();
	test_changes();
	test_mount_table();
	return tap_done();
}
