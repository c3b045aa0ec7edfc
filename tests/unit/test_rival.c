/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frame that looks for another DHCP server, and what is taken for its answer. */
#include "mkdcroot/serve/rival.h"
#include "tests/unit/tap.h"

#include <arpa/inet.h>
#include <string.h>

#define IP    14
#define UDP   34
#define BOOTP 42

static const struct rival_question question = {
	.mac = { true, { 2, 0x11, 0x22, 0x33, 0x44, 0x55 } }, .xid = 0x01020304
};

static unsigned int get16(const uint8_t *p)
{
	return (unsigned int)p[0] << 8 | p[1];
}

static void test_discover(void)
{
	uint8_t f[RIVAL_DISCOVER_LENGTH];
	uint32_t sum = 0;

	rival_discover(&question, f);
	TAP_OK(memcmp(f, "\xff\xff\xff\xff\xff\xff\2\x11\x22\x33\x44\x55\x08\0", 14) == 0);
	for (int i = 0; i < 20; i += 2)
		sum += get16(f + IP + i);
	sum = (sum & 0xffff) + (sum >> 16);
	tap_ok(sum == 0xffff, "the IP checksum is right");
	TAP_OK(get16(f + IP + 2) == sizeof(f) - IP && f[IP] == 0x45 && f[IP + 9] == 17);
	TAP_OK(memcmp(f + IP + 12, "\0\0\0\0\xff\xff\xff\xff", 8) == 0);
	TAP_OK(get16(f + UDP) == 68 && get16(f + UDP + 2) == 67 &&
	       get16(f + UDP + 4) == sizeof(f) - UDP && get16(f + UDP + 6) == 0);
	TAP_OK(memcmp(f + BOOTP, "\1\1\6\0\1\2\3\4\0\0\x80\0", 12) == 0);
	TAP_OK(memcmp(f + BOOTP + 28, question.mac.byte, 6) == 0);
	TAP_OK(memcmp(f + BOOTP + 236, "\x63\x82\x53\x63\x35\1\1", 7) == 0);
	tap_ok(memchr(f + BOOTP + 243, 255, 57) != NULL, "the options have an end");
}

static void test_ask(void)
{
	struct rival_question a, b;
	struct error err = ERROR_INIT;

	TAP_OK(rival_ask(&a, &err) == 0 && rival_ask(&b, &err) == 0);
	tap_ok((a.mac.byte[0] & 3) == 2, "the address is local, and of one computer");
	tap_ok(!mac_equal(&a.mac, &b.mac) && a.xid != b.xid, "two questions differ");
}

/* An offer of 192.168.1.77 by 192.168.1.254; returns its length. */
static size_t make_offer(uint8_t *f)
{
	static const uint8_t options[] = { 0x63, 0x82, 0x53, 0x63, 0, 53,  1,  2,
					   54,	 4,    192,  168,  1, 254, 255 };
	uint8_t *p = f + BOOTP;
	size_t len = BOOTP + 236 + sizeof(options);

	rival_discover(&question, f);
	memcpy(f + 6, "\x52\x54\0\0\0\1", 6);
	memcpy(f + IP + 12, "\xc0\xa8\1\xfd", 4); /* from 192.168.1.253 */
	f[UDP + 1] = 67;
	f[UDP + 3] = 68;
	f[UDP + 4] = (uint8_t)((len - UDP) >> 8);
	f[UDP + 5] = (uint8_t)(len - UDP);
	p[0] = 2;
	memcpy(p + 16, "\xc0\xa8\1\x4d", 4);
	memcpy(p + 236, options, sizeof(options));
	return len;
}

static bool is_offer(const uint8_t *f, size_t len, const char *server)
{
	char ip[IP_TEXT_MAX];
	struct rival r;

	return rival_is_offer(&question, f, len, &r) &&
	       strcmp(ip_format(&r.server, ip), server) == 0;
}

static void test_offer(void)
{
	uint8_t f[512];
	size_t len = make_offer(f);
	char ip[IP_TEXT_MAX], mac[MAC_TEXT_MAX];
	struct rival r;

	TAP_OK(rival_is_offer(&question, f, len, &r));
	TAP_OK(strcmp(ip_format(&r.server, ip), "192.168.1.254") == 0);
	TAP_OK(strcmp(ip_format(&r.offered, ip), "192.168.1.77") == 0);
	TAP_OK(strcmp(mac_format(&r.mac, mac), "52:54:00:00:00:01") == 0);
	f[BOOTP + 236 + 8] = 99; /* another option than the server identifier */
	tap_ok(is_offer(f, len, "192.168.1.253"), "without identifier: where it comes from");
	memcpy(f + BOOTP + 20, "\xc0\xa8\1\xfc", 4);
	tap_ok(is_offer(f, len, "192.168.1.252"), "or its next server");
	make_offer(f);
	f[BOOTP + 236] = 0;
	tap_ok(is_offer(f, len, "192.168.1.253"), "a BOOTP reply without options");
	make_offer(f);
	memmove(f + UDP + 4, f + UDP, len - UDP);
	f[IP] = 0x46;
	tap_ok(is_offer(f, len + 4, "192.168.1.254"), "IP options are gone over");
}

/* With one byte other it is no answer to us. */
static void refused(const char *what, size_t at, uint8_t value)
{
	uint8_t f[512];
	size_t len = make_offer(f);
	struct rival r;

	f[at] = value;
	tap_ok(!rival_is_offer(&question, f, len, &r), "refused: %s", what);
}

static void test_refused(void)
{
	refused("no IPv4", 13, 6);
	refused("IP version 6", IP, 0x65);
	refused("a short IP header", IP, 0x44);
	refused("no UDP", IP + 9, 6);
	refused("a fragment", IP + 7, 1);
	refused("more fragments", IP + 6, 0x20);
	refused("to another port", UDP + 3, 69);
	refused("longer than it is", UDP + 4, 2);
	refused("too short", UDP + 4, 0);
	refused("a request", BOOTP, 1);
	refused("of another transaction", BOOTP + 4, 9);
	refused("to another computer", BOOTP + 28, 0);
	refused("DHCPNAK", BOOTP + 236 + 7, 6);
}

static void test_cut(void)
{
	uint8_t f[512];
	size_t len = make_offer(f), taken = 0;
	struct rival r;

	for (size_t n = 0; n < len; n++)
		taken += rival_is_offer(&question, f, n, &r);
	tap_ok(taken == 0, "whatever is cut off is refused");
}

int main(void)
{
	test_discover();
	test_ask();
	test_offer();
	test_refused();
	test_cut();
	return tap_done();
}
