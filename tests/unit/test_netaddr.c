/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_netaddr: names and addresses, right ones and almost right ones. */
#include "mkdcroot/model/netaddr.h"
#include "tests/unit/tap.h"

#include <string.h>

static void test_mac(void)
{
	static const char *const good[] = {
		"00:60:08:c7:a3:d8", "00:60:08:C7:A3:D8", "0:60:8:c7:a3:d8", "00-60-08-C7-A3-D8",
		"0060.08c7.a3d8",    "006008C7A3D8",	  "006008-c7a3d8",
	};
	static const char *const bad[] = {
		"",
		"00:60:08:c7:a3",
		"00:60:08:c7:a3:d8:11",
		"00:60:08:c7:a3:g8",
		"006008C7A3D",
		"006008C7A3D88",
		"00:60-08:c7:a3:d8",
		"ff:ff:ff:ff:ff:ff",
		"00:00:00:00:00:00",
		"01:00:5e:00:00:01",
		"0060..08c7a3d8",
		"0060.08c7.a3d8.",
		" 00:60:08:c7:a3:d8",
		"00:60:08:c7:a3:d8 ",
		"000:60:08:c7:a3:d8",
		"00::08:c7:a3:d8",
	};
	char text[MAC_TEXT_MAX];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		cleanup_error struct error err = ERROR_INIT;
		struct mac_addr mac = { 0 };

		tap_ok(mac_parse(&mac, good[i], &err) == 0 &&
			       strcmp(mac_format(&mac, text), "00:60:08:c7:a3:d8") == 0,
		       "%s is read", good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cleanup_error struct error err = ERROR_INIT;
		struct mac_addr mac = { 0 };

		tap_ok(mac_parse(&mac, bad[i], &err) < 0 && !mac.set && err.text, "'%s' is refused",
		       bad[i]);
	}
}

static void test_ip(void)
{
	static const char *const bad[] = { "",		"1.2.3",	   "1.2.3.4.5",
					   "256.1.1.1", "0.0.0.0",	   "127.0.0.1",
					   "224.0.0.1", "255.255.255.255", "1.2.3.4/24",
					   "fe80::1",	"01.2.3.4x",	   " 1.2.3.4" };
	cleanup_error struct error err = ERROR_INIT;
	struct ip_addr ip = { 0 }, other = { 0 };
	char text[IP_TEXT_MAX];

	TAP_OK(ip_parse(&ip, "192.168.1.100", &err) == 0);
	TAP_OK(strcmp(ip_format(&ip, text), "192.168.1.100") == 0);
	TAP_OK(ip_parse(&other, "192.168.1.101", &err) == 0 && !ip_equal(&ip, &other));
	TAP_OK(ip_equal(&ip, &ip) && ip_is_set(&ip));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ip_addr none = { 0 };

		tap_ok(ip_parse(&none, bad[i], &err) < 0 && !ip_is_set(&none), "'%s' is refused",
		       bad[i]);
	}
}

static void test_hostname(void)
{
	static const char *const good[] = { "aldebaran",	 "a", "3com", "host-1",
					    "aldebaran.foo.com", "A1" };
	static const char *const bad[] = { "",	   "-a",       "a-",   "a_b",	  "a b",
					   "a..b", ".a",       "a.",   "1.2.3.4", "123",
					   "a/b",  "\xc3\xa4", "a\nb", "..",	  "a;b" };
	char label[80];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		cleanup_error struct error err = ERROR_INIT;

		tap_ok(hostname_check(good[i], &err) == 0, "'%s' is a name", good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cleanup_error struct error err = ERROR_INIT;

		tap_ok(hostname_check(bad[i], &err) < 0, "name %zu is refused", i);
	}
	memset(label, 'a', sizeof(label));
	for (size_t len = 62; len <= 65; len++) {
		cleanup_error struct error err = ERROR_INIT;

		label[len] = '\0';
		tap_ok((hostname_check(label, &err) == 0) == (len <= 63), "a label of %zu", len);
		label[len] = 'a';
	}
}

int main(void)
{
	test_mac();
	test_ip();
	test_hostname();
	return tap_done();
}
