/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_hosts_file: the farm's file: parsing, duplicates, editing with every other byte kept. */
#include "mkdcroot/model/hosts_file.h"
#include "tests/unit/tap.h"

#include <stdlib.h>
#include <string.h>

static const char text[] =
	"# the farm\n"
	"\n"
	"aldebaran 192.168.1.100 mac=00:60:08:c7:a3:d8 layer=base\r\n"
	"\tbellatrix\t192.168.1.101 role=x-terminal root_key=\"ssh-ed25519 AAAA me@x\" # desk 2\n"
	"castor 192.168.1.102 mount=\"s:/a\\\"b /a nfs\" dns=1.1.1.1 dns=8.8.8.8";

static int parse(struct hosts_file *f, const char *s, struct error *err)
{
	return hosts_file_parse(f, "hosts", s, strlen(s), err);
}

static void test_read(void)
{
	cleanup_hosts_file struct hosts_file f = { 0 };
	cleanup_error struct error err = ERROR_INIT;
	const struct host *h;

	tap_ok(parse(&f, text, &err) == 0 && f.n == 3, "three hosts are read: %s",
	       err.text ? err.text : "");
	h = hosts_file_find(&f, "BELLATRIX");
	TAP_OK(h && h->line == 4 && strcmp(h->role, "x-terminal") == 0 && !h->mac.set);
	TAP_OK(h && strcmp(host_setting(h, "root_key"), "ssh-ed25519 AAAA me@x") == 0);
	h = hosts_file_find(&f, "castor");
	TAP_OK(h && strcmp(host_setting(h, "mount"), "s:/a\"b /a nfs") == 0);
	TAP_OK(h && strcmp(host_setting(h, "dns"), "8.8.8.8") == 0 &&
	       strcmp(h->layer, "base") == 0);
	TAP_OK(!hosts_file_find(&f, "deneb"));
}

static void test_edit(void)
{
	cleanup_hosts_file struct hosts_file f = { 0 }, g = { 0 };
	cleanup_error struct error err = ERROR_INIT;
	cleanup_str struct str with = STR_INIT, without = STR_INIT;
	const struct hosts_edit add = { "deneb", "deneb 192.168.1.103 layer=base" };
	struct hosts_edit drop = { "deneb", NULL };
	char *line;

	parse(&f, text, &err);
	hosts_file_edit(&f, &add, 1, &with);
	TAP_OK(with.len == strlen(text) + 1 + strlen("deneb 192.168.1.103 layer=base\n"));
	TAP_OK(memcmp(with.data, text, strlen(text)) == 0);
	TAP_OK(hosts_file_parse(&g, "hosts", with.data, with.len, &err) == 0 && g.n == 4);
	hosts_file_edit(&g, &drop, 1, &without);
	TAP_OK(without.len == strlen(text) + 1 && memcmp(without.data, text, strlen(text)) == 0);
	without.len = 0;
	drop.name = "bellatrix";
	hosts_file_edit(&f, &drop, 1, &without);
	TAP_OK(!strstr(str_text(&without), "bellatrix") && strstr(str_text(&without), "castor") &&
	       strstr(str_text(&without), "d8 layer=base\r\n"));
	line = host_format(hosts_file_find(&f, "castor"));
	tap_ok(strcmp(line,
		      "castor 192.168.1.102 layer=base \"mount=s:/a\\\"b /a nfs\" dns=1.1.1.1 "
		      "dns=8.8.8.8") == 0,
	       "a line is written as it is read: %s", line);
	free(line);
}

static void refuse(const char *s, const char *word)
{
	cleanup_hosts_file struct hosts_file f = { 0 };
	cleanup_error struct error err = ERROR_INIT;
	int rc = parse(&f, s, &err);

	tap_ok(rc < 0 && strstr(error_text(&err), word), "refused with '%s': %s", word,
	       rc < 0 ? error_text(&err) : "not refused");
}

static void test_errors(void)
{
	cleanup_hosts_file struct hosts_file f = { 0 };
	cleanup_error struct error err = ERROR_INIT;
	cleanup_host struct host h = { .name = strdup("new") };

	refuse("a 1.2.3.4\nb 1.2.3.4\n", "hosts:2: host b has the same IP address as a in line 1");
	refuse("a 1.2.3.4\nA 1.2.3.5\n", "hosts:2:");
	refuse("a 1.2.3.4 mac=0:1:2:3:4:5\nb 1.2.3.5 mac=000102030405\n", "same MAC address");
	refuse("a\n", "hosts:1: host a has no IP address");
	refuse("a 1.2.3.400\n", "hosts:1: '1.2.3.400' is not an IPv4 address");
	refuse("a 1.2.3.4 colour=red\n", "unknown key 'colour'");
	refuse("a 1.2.3.4 farm=/x\n", "unknown key 'farm'");
	refuse("a 1.2.3.4 layer\n", "not of the form key=value");
	refuse("a 1.2.3.4 layer=../x\n", "layer");
	refuse("a 1.2.3.4 \"layer=x\n", "quotation mark");
	refuse("\n\na_b 1.2.3.4\n\nc 1.2\n", "hosts:5: ");
	parse(&f, "a 1.2.3.4 mac=0:1:2:3:4:5\n", &err);
	ip_parse(&h.ip, "1.2.3.4", &err);
	TAP_OK(hosts_file_check_new(&f, &h, &err) < 0 && strstr(err.text, "hosts:1: host a"));
	ip_parse(&h.ip, "1.2.3.5", &err);
	TAP_OK(hosts_file_check_new(&f, &h, &err) == 0);
	mac_parse(&h.mac, "00:01:02:03:04:05", &err);
	TAP_OK(hosts_file_check_new(&f, &h, &err) < 0 && strstr(err.text, "MAC"));
}

int main(void)
{
	test_read();
	test_edit();
	test_errors();
	return tap_done();
}
