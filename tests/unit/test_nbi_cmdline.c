/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the BOOTP reply to the kernel's command line: rom/start/bootp.c and cmdline.c. */
#include <string.h>

#include "rom/start/bootp.h"
#include "rom/start/cmdline.h"
#include "tests/unit/tap.h"

/* A reply under construction. */
struct reply {
	uint8_t bytes[BOOTP_MAX];
	size_t len;
};

static struct reply reply_new(void)
{
	struct reply r = { .len = 240 };

	r.bytes[0] = 2;
	r.bytes[1] = 1;
	r.bytes[2] = 6;
	memcpy(r.bytes + 16, "\xC0\xA8\x01\x64", 4);
	memcpy(r.bytes + 20, "\xC0\xA8\x01\x01", 4);
	memcpy(r.bytes + 28, "\x52\x54\x00\x12\x34\x56", 6);
	memcpy(r.bytes + 236, "\x63\x82\x53\x63", 4);
	return r;
}

static void option(struct reply *r, uint8_t code, const void *data, size_t len)
{
	r->bytes[r->len++] = code;
	r->bytes[r->len++] = (uint8_t)len;
	memcpy(r->bytes + r->len, data, len);
	r->len += len;
}

static void text(struct reply *r, uint8_t code, const char *s)
{
	option(r, code, s, strlen(s));
}

static const char *compose(const char *template, struct reply *r, struct bootp_info *info)
{
	static char line[2304];

	if (r)
		r->bytes[r->len++] = 255;
	bootp_parse(r ? r->bytes : NULL, r ? r->len : 0, info);
	cmdline_compose(template, info, line, sizeof(line));
	return line;
}

static void is(const char *got, const char *want, const char *name)
{
	tap_ok(!strcmp(got, want), "%s", name);
	if (strcmp(got, want))
		printf("# got  \"%s\"\n# want \"%s\"\n", got, want);
}

#define ALL "rw nfsroot=rom,vers=4 ip=rom BOOTIF=rom quiet"

static void test_full(void)
{
	struct reply r = reply_new();
	struct bootp_info info;

	option(&r, 1, "\xFF\xFF\xFF\x00", 4);
	option(&r, 0, "", 0); /* pad; its length byte is a pad, too */
	option(&r, 3, "\xC0\xA8\x01\xFE\xC0\xA8\x01\xFD", 8);
	option(&r, 6, "\xC0\xA8\x01\x02", 4);
	text(&r, 12, "aldebaran");
	text(&r, 17, "/tftpboot/192.168.1.100");
	text(&r, 130, "eth1");
	text(&r, 129, "loglevel=7 single");
	is(compose(ALL, &r, &info),
	   "rw nfsroot=192.168.1.1:/tftpboot/192.168.1.100,vers=4 "
	   "ip=192.168.1.100:192.168.1.1:192.168.1.254:255.255.255.0:aldebaran:eth1::192.168.1.2 "
	   "BOOTIF=01-52-54-00-12-34-56 quiet loglevel=7 single",
	   "everything told");
}

static void test_sparse(void)
{
	struct reply r = reply_new();
	struct bootp_info info;

	is(compose(ALL, &r, &info),
	   "rw nfsroot=192.168.1.1:/tftpboot/192.168.1.100,vers=4 ip=192.168.1.100:192.168.1.1::: "
	   "BOOTIF=01-52-54-00-12-34-56 quiet",
	   "nothing but addresses");
	is(compose(ALL, NULL, &info), "rw ip=on quiet", "no reply at all");
	tap_ok(!info.valid, "and it is known that there was none");
	r = reply_new();
	memset(r.bytes + 16, 0, 8);
	memcpy(r.bytes + 12, "\x0A\x00\x00\x05", 4);
	option(&r, 54, "\x0A\x00\x00\x01", 4);
	is(compose("ip=rom", &r, &info),
	   "ip=10.0.0.5:10.0.0.1:::", "ciaddr and server id stand in");
	r = reply_new();
	r.bytes[0] = 1;
	is(compose(ALL, &r, &info), "rw ip=on quiet", "a request is no reply");
}

static void test_root_path(void)
{
	struct reply r = reply_new();
	struct bootp_info info;

	text(&r, 17, "10.0.0.9:/srv/x,tcp");
	is(compose("nfsroot=rom,vers=3", &r, &info), "nfsroot=10.0.0.9:/srv/x,vers=3,tcp",
	   "own server, own options last");
	r = reply_new();
	text(&r, 17, "/a b");
	is(compose("nfsroot=rom x", &r, &info), "nfsroot=192.168.1.1:/a x",
	   "a root path cannot bring a further parameter");
	r = reply_new();
	text(&r, 12, "host init=/bin/sh");
	is(compose("ip=rom", &r, &info), "ip=192.168.1.100:192.168.1.1:::host",
	   "nor can a host name");
}

static void test_options(void)
{
	struct reply r = reply_new();
	struct bootp_info info;

	text(&r, 129, "one ");
	text(&r, 129, "two");
	is(compose("a", &r, &info), "a one two", "an option in pieces (RFC 3396)");
	r = reply_new();
	option(&r, 52, "\x03", 1);
	memcpy(r.bytes + 108,
	       "\x0C\x03"
	       "foo\xFF",
	       6);
	memcpy(r.bytes + 44, "\x11\x02/r\xFF", 5);
	is(compose("nfsroot=rom ip=rom", &r, &info),
	   "nfsroot=192.168.1.1:/r ip=192.168.1.100:192.168.1.1:::foo",
	   "options in the file and server name fields (overload)");
	r = reply_new();
	memcpy(r.bytes + 236, "XXXX", 4);
	text(&r, 12, "foo");
	is(compose("ip=rom", &r, &info),
	   "ip=192.168.1.100:192.168.1.1:::", "no cookie, no options");
	r = reply_new();
	r.bytes[r.len++] = 12;
	r.bytes[r.len++] = 200; /* longer than what is left */
	is(compose("ip=rom", &r, &info), "ip=192.168.1.100:192.168.1.1:::", "a lying length");
	for (size_t len = 0; len < 260; len++)
		bootp_parse(r.bytes, len, &info);
	tap_ok(true, "every length of reply");
}

static void test_template(void)
{
	struct bootp_info info;
	struct reply r = reply_new();
	char small[12];

	is(compose("  a   b\"c  d\"  e ", NULL, &info), "a b\"c  d\" e", "quoted spaces stay");
	is(compose("xip=rom ip=roma nfsroot=romb ip=rom,x", NULL, &info),
	   "xip=rom ip=roma nfsroot=romb ip=rom,x", "only whole words are replaced");
	is(compose("", NULL, &info), "", "empty");
	is(compose("nfsroot=rom", NULL, &info), "", "a word that goes away leaves no space");
	compose("", &r, &info);
	tap_ok(cmdline_compose("0123456789abcdef", &info, small, sizeof(small)) == 16 &&
		       !strcmp(small, "0123456789a"),
	       "what does not fit is counted and cut off");
	tap_ok(cmdline_compose("aaaaa bbbbb ccccc ddd", &info, small, sizeof(small)) == 21,
	       "spaces beyond the end are counted as well");
}

static void test_values(void)
{
	tap_ok(cmdline_mem("a mem=64M b") == 64u << 20, "mem=64M");
	tap_ok(cmdline_mem("mem=64M mem=0x100000k") == 0x40000000, "the last mem= wins");
	tap_ok(cmdline_mem("mem=1G") == 1u << 30 && cmdline_mem("mem=65536") == 65536,
	       "G and none");
	tap_ok(!cmdline_mem("mem=4G") && !cmdline_mem("mem=99999999999"),
	       "4 GB and more is no limit");
	tap_ok(!cmdline_mem("mem=nopentium") && !cmdline_mem("memmap=1M"), "nor are other words");
	tap_ok(cmdline_vga("vga=ask") == 0xFFFD && cmdline_vga("x vga=0x317") == 0x317 &&
		       cmdline_vga("vga=791") == 791 && cmdline_vga("") == 0xFFFF &&
		       cmdline_vga("vga=foo") == 0xFFFF && cmdline_vga("vga=70000") == 0xFFFF,
	       "vga=");
}

int main(void)
{
	test_full();
	test_sparse();
	test_root_path();
	test_options();
	test_template();
	test_values();
	return tap_done();
}
