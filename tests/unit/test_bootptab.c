/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bootptab documents: what bootpd(8) reads, what we add and take away, byte for byte. */

#include "bootptab/bootptab.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"
#include "tests/unit/tap.h"

#include <errno.h>
#include <string.h>

/* The manual's example, with tabs as in the file. */
static const char manual[] = "# Sample bootptab file (domain=andrew.cmu.edu)\n"
			     "\n"
			     ".default:\\\n"
			     "\t:hd=/usr/boot:bf=null:\\\n"
			     "\t:ds=netserver, lancaster:\\\n"
			     "\t:ns=pcs2, pcs1:\\\n"
			     "\t:ts=pcs2, pcs1:\\\n"
			     "\t:sm=255.255.255.0:\\\n"
			     "\t:gw=gw.cs.cmu.edu:\\\n"
			     "\t:hn:to=-18000:\n"
			     "\n"
			     "carnegie:ht=6:ha=7FF8100000AF:tc=.default:\n"
			     "baldwin:ht=1:ha=0800200159C3:tc=.default:\n"
			     "# Special domain name server and option tags for next host\n"
			     "butlerjct:ha=08002001560D:ds=128.2.13.42:\\\n"
			     "\t:T37=0x12345927AD3BCF:\\\n"
			     "\t:T99=\"Special ASCII string\":\\\n"
			     "\t:tc=.default:\n"
			     "gastonville:ht=6:ha=7FFF81000A47:tc=.default:\n";

/* Both examples of the Etherboot chapter. */
static const char seed[] =
	"aldebaran.foo.com:ha=006008C7A3D8:ip=192.168.1.100:bf=/tftpboot/vmlinuz.nb\n";
static const char global_prof[] =
	".global.prof:sm=255.255.255.0:ds=192.168.1.5:gw=192.168.1.19:ht=ethernet:"
	"bf=/tftpboot/vmlinuz.nb:\n"
	"aldebaran:tc=global.prof:ha=006008C7A3D8:ip=192.168.1.100:\n";
static const char global_prof_dot[] =
	".global.prof:sm=255.255.255.0:ds=192.168.1.5:gw=192.168.1.19:ht=ethernet:"
	"bf=/tftpboot/vmlinuz.nb:\n"
	"aldebaran:tc=.global.prof:ha=006008C7A3D8:ip=192.168.1.100:\n"
	"betelgeuse:tc=.global.prof:ha=006008C7A3D9:ip=192.168.1.101:\n"
	"capella:tc=.global.prof:ha=006008C7A3DA:ip=192.168.1.102:bf=/tftpboot/other.nb:\n";

/* Every tag of the manual, every notation, and what else a file may hold. */
static const char oddities[] =
	"\n  \t\n"
	"   # an indented comment with a backslash \\\n"
	".t1:bf=\"a:b,c\":bs=auto:cs=1.2.3.4:df=/dump:dl=3600:dn=\"foo.com\":ef=/e:ex=x:hd=/h:\n"
	".t2:tc=.t1:hn:ht=ether:im=1.2.3.4 "
	"1.2.3.5:lg=0x0a.0.0.1,012.0.0.2:lp=a-b.c_d:ms=1024:mw=3:\n"
	".t3 :\\\n"
	"# a comment in the middle\n"
	"\n"
	"   :tc=.t2:ns=1.2.3.4:nt=1.2.3.4:ra=1.2.3.255:rl=1.2.3.4:rp=/root:sa=1.2.3.4:\\\n"
	"\t:sm=255.255.0.0:sw=1.2.3.4:td=/tftp:to=auto:ts=1.2.3.4:vm=rfc1048:yd=nis:ys=1.2.3.4:\n"
	"dotted:\t\ttc=.t3:ha=00.00.C9.00.42.E0:ip=10.1:\n"
	"colons: tc=.t3:ha=\"08:00:20:04:98:8d\":ip=1.2.3.5:bf@:bs:\n"
	"prefixed:tc=.t3:ha=0xA0.0xB1.0xC2.0xD3.0xE4.0xF5:ip=1.2.3.6:hn@:sm@:sm=255.0.0.0:\n"
	"token:ht=token-ring:ha=7FF8100000AF:ip=1.2.3.7:vm=1.2.3.4\n"
	"byname:ht=ethernet:ha=byname:\n"
	"3mb:ht=ethernet3:ha=7f:ip=1.2.3.8:\n"
	"undone:tc=.t3:ns@:tc=.t2:ha=000000000001:ip=1.2.3.9:\n"
	"backslash:rp=/a\\\\:b:T128=01.02.0x03:T129=\"x\\\\y\":ip=1.2.3.10:\n"
	"joined:ip=1.2.3.11:rp=\\\n/after/newline :dn=\"two\nlines\":\r\n"
	"empty::::ip=1.2.3.12::\n"
	"last:ip=1.2.3.13";

static struct bootptab *parse(const char *text, size_t len)
{
	struct error err = ERROR_INIT;
	struct bootptab *doc = NULL;

	if (bootptab_parse(&doc, "x", text, len, &err) < 0)
		printf("# %s\n", error_text(&err));
	error_clear(&err);
	return doc;
}

static bool writes(const struct bootptab *doc, const char *text, size_t len)
{
	cleanup_str struct str out = STR_INIT;
	bool same;

	bootptab_write(doc, &out);
	same = out.len == len && !memcmp(str_text(&out), text, len);
	if (!same)
		printf("# wrote %zu bytes for %zu:\n#%s#\n", out.len, len, str_text(&out));
	return same;
}

static void has(const struct bootptab *doc, const char *name, const char *tag, const char *expected)
{
	const struct bootptab_entry *e = bootptab_find_name(doc, name);
	const char *value = e ? bootptab_value(doc, e, tag) : NULL;

	if (!tap_ok(e && (!value ? !expected : expected && !strcmp(value, expected)),
		    "%s: the value of %s", name, tag))
		printf("# it is \"%s\" instead of \"%s\"\n", value ? value : "(none)",
		       expected ? expected : "(none)");
}

static void has_mac(const struct bootptab *doc, const char *name, const char *expected)
{
	const struct bootptab_entry *e = bootptab_find_name(doc, name);
	char mac[MAC_TEXT_MAX];

	tap_ok(e && (expected ? e->mac.set && !strcmp(mac_format(&e->mac, mac), expected)
			      : !e->mac.set),
	       "%s has the MAC %s", name, expected ? expected : "(none)");
}

static void has_ip(const struct bootptab *doc, const char *name, const char *expected)
{
	const struct bootptab_entry *e = bootptab_find_name(doc, name);
	char ip[IP_TEXT_MAX];

	tap_ok(e && !strcmp(ip_format(&e->ip, ip), expected), "%s has the address %s", name,
	       expected);
}

static void test_manual(void)
{
	struct bootptab *doc = parse(manual, sizeof(manual) - 1);

	if (!tap_ok(doc, "the manual's example is read"))
		return;
	has(doc, "carnegie", "hd", "/usr/boot");
	has(doc, "carnegie", "ds", "netserver, lancaster");
	has(doc, "carnegie", "ht", "6");
	has(doc, "carnegie", "to", "-18000");
	has(doc, "carnegie", "hn", "");
	has(doc, "butlerjct", "ds", "128.2.13.42");
	has(doc, "butlerjct", "T37", "0x12345927AD3BCF");
	has(doc, "butlerjct", "T99", "Special ASCII string");
	has(doc, "butlerjct", "gw", "gw.cs.cmu.edu");
	has_mac(doc, "butlerjct", "08:00:20:01:56:0d");
	has_mac(doc, "gastonville", "7f:ff:81:00:0a:47");
	TAP_OK(bootptab_find_name(doc, "butlerjct")->line == 15);
	TAP_OK(bootptab_find_name(doc, "butlerjct")->tags[3].line == 17);
	TAP_OK(bootptab_warnings(doc)->n == 0);
	tap_ok(writes(doc, manual, sizeof(manual) - 1), "and written byte for byte");
	bootptab_free(doc);
}

static void test_etherboot(void)
{
	struct bootptab *doc = parse(seed, sizeof(seed) - 1);

	if (tap_ok(doc, "the seed's line is read")) {
		has(doc, "aldebaran.foo.com", "bf", "/tftpboot/vmlinuz.nb");
		has_mac(doc, "aldebaran.foo.com", "00:60:08:c7:a3:d8");
		has_ip(doc, "ALDEBARAN.foo.com", "192.168.1.100");
		tap_ok(writes(doc, seed, sizeof(seed) - 1), "and written");
	}
	bootptab_free(doc);
	doc = parse(global_prof_dot, sizeof(global_prof_dot) - 1);
	if (tap_ok(doc, "the template with three machines is read")) {
		has(doc, "aldebaran", "bf", "/tftpboot/vmlinuz.nb");
		has(doc, "betelgeuse", "gw", "192.168.1.19");
		has(doc, "capella", "bf", "/tftpboot/other.nb");
		has(doc, "capella", "ht", "ethernet");
		has(doc, "capella", "ip", "192.168.1.102");
		tap_ok(writes(doc, global_prof_dot, sizeof(global_prof_dot) - 1), "and written");
	}
	bootptab_free(doc);
	/* As printed, the chapter names the template without its dot. */
	doc = parse(global_prof, sizeof(global_prof) - 1);
	if (tap_ok(doc, "a template named without its dot is read")) {
		has(doc, "aldebaran", "bf", "/tftpboot/vmlinuz.nb");
		tap_ok(bootptab_warnings(doc)->n == 1 &&
			       strstr(bootptab_warnings(doc)->v[0], "x:2: "),
		       "with a warning: bootpd does not find it");
		tap_ok(writes(doc, global_prof, sizeof(global_prof) - 1), "and written");
	}
	bootptab_free(doc);
}

static void test_oddities(void)
{
	struct bootptab *doc = parse(oddities, sizeof(oddities) - 1);

	if (!tap_ok(doc, "the oddities are read"))
		return;
	has(doc, "dotted", "bf", "a:b,c");
	has(doc, "dotted", "lg", "0x0a.0.0.1,012.0.0.2");
	has(doc, "dotted", "td", "/tftp");
	has_mac(doc, "dotted", "00:00:c9:00:42:e0");
	has_ip(doc, "dotted", "10.0.0.1");
	has(doc, "dotted", "hn", "");
	has_mac(doc, "colons", "08:00:20:04:98:8d");
	has(doc, "colons", "bf", NULL);
	has(doc, "colons", "bs", "");
	has_mac(doc, "prefixed", "a0:b1:c2:d3:e4:f5");
	has(doc, "prefixed", "hn", NULL);
	has(doc, "prefixed", "sm", "255.0.0.0");
	has_mac(doc, "token", "7f:f8:10:00:00:af");
	has_mac(doc, "byname", NULL);
	has_mac(doc, "3mb", NULL);
	has(doc, "undone", "ns", NULL);
	has(doc, "undone", "rp", "/root");
	has(doc, "backslash", "rp", "/a:b");
	has(doc, "backslash", "T128", "01.02.0x03");
	has(doc, "joined", "rp", "/after/newline");
	has(doc, "joined", "dn", "two\nlines");
	has(doc, "empty", "ip", "1.2.3.12");
	has_ip(doc, "last", "1.2.3.13");
	tap_ok(!bootptab_find_name(doc, "nobody"), "nobody is not there");
	for (size_t i = 0; i < bootptab_warnings(doc)->n; i++)
		printf("# %s\n", bootptab_warnings(doc)->v[i]);
	tap_ok(writes(doc, oddities, sizeof(oddities) - 1), "and written byte for byte");
	bootptab_free(doc);
}

static struct bootptab_params params = {
	.netmask = "255.255.255.0",
	.gateway = "192.168.1.19",
	.dns = "192.168.1.5 192.168.1.6",
	.tftp_dir = "/tftpboot",
	.home_dir = "/boot",
	.boot_file = "base-1.nb",
};

#define TEMPLATE                                                             \
	".mkdcroot:ht=ethernet:vm=rfc1048:sm=255.255.255.0:gw=192.168.1.19:" \
	"ds=192.168.1.5 192.168.1.6:td=/tftpboot:hd=/boot:bf=base-1.nb:\n"
#define HOST_LINE                                               \
	"altair:tc=.mkdcroot:ha=00600AC7A3D8:ip=192.168.7.100:" \
	"rp=/tftpboot/192.168.7.100:hn:\n"

static struct bootptab_host altair(void)
{
	struct bootptab_host h = { .name = "altair",
				   .root_path = "/tftpboot/192.168.7.100",
				   .params = params };
	struct error err = ERROR_INIT;

	ip_parse(&h.ip, "192.168.7.100", &err);
	mac_parse(&h.mac, "00:60:0a:c7:a3:d8", &err);
	return h;
}

static void add_and_remove(const char *what, const char *text, size_t len)
{
	struct bootptab_host h = altair();
	struct error err = ERROR_INIT;
	cleanup_str struct str with = STR_INIT;
	struct bootptab *doc = parse(text, len);
	bool changed = false;

	if (!tap_ok(doc, "%s: read", what))
		return;
	tap_ok(bootptab_ensure_template(doc, &params, &changed, &err) == 0 && changed &&
		       bootptab_ensure_host(doc, &h, &changed, &err) == 0 && changed,
	       "%s: a host is added %s", what, error_text(&err));
	tap_ok(bootptab_ensure_template(doc, &params, &changed, &err) == 0 && !changed &&
		       bootptab_ensure_host(doc, &h, &changed, &err) == 0 && !changed,
	       "%s: the second time nothing changes", what);
	bootptab_write(doc, &with);
	bootptab_free(doc);
	tap_ok(memmem(with.data, with.len, TEMPLATE HOST_LINE, strlen(TEMPLATE HOST_LINE)),
	       "%s: our lines are there", what);
	doc = parse(with.data, with.len);
	tap_ok(doc && bootptab_find_name(doc, "altair") && bootptab_find_name(doc, "altair")->ours,
	       "%s: and read again", what);
	if (doc) {
		has(doc, "altair", "bf", "base-1.nb");
		tap_ok(writes(doc, with.data, with.len), "%s: what we wrote is kept too", what);
		tap_ok(bootptab_remove_host(doc, "Altair"), "%s: the host is removed", what);
		tap_ok(!bootptab_remove_host(doc, "altair"), "%s: once", what);
		tap_ok(writes(doc, text, len), "%s: every byte is as before", what);
	}
	bootptab_free(doc);
	error_clear(&err);
}

static void test_leaves_no_trace(void)
{
	static const char *const texts[] = {
		"",
		"\n",
		"a:ip=1.2.3.4:",
		"a:ip=1.2.3.4:\n\n",
		"# a comment \\",
		"a:ip=1.2.3.4:\r\n\r\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		cleanup_free char *what = mem_printf("text %zu", i);

		add_and_remove(what, texts[i], strlen(texts[i]));
	}
	add_and_remove("manual", manual, sizeof(manual) - 1);
	add_and_remove("seed", seed, sizeof(seed) - 1);
	add_and_remove("template", global_prof_dot, sizeof(global_prof_dot) - 1);
	add_and_remove("oddities", oddities, sizeof(oddities) - 1);
	add_and_remove("a NUL in a comment", "# a\0b\na:ip=1.2.3.4:", 19);
}

static void refuses(const char *text, size_t len, const char *message)
{
	struct error err = ERROR_INIT;
	struct bootptab *doc = NULL;
	int r = bootptab_parse(&doc, "f", text, len, &err);

	tap_ok(r == -EINVAL && !doc && str_has_prefix(error_text(&err), message), "%s (%s)",
	       message, error_text(&err));
	bootptab_free(doc);
	error_clear(&err);
}

#define REFUSES(text, message) refuses(text, sizeof(text) - 1, message)

static void test_long_chain(void)
{
	cleanup_str struct str text = STR_INIT;

	str_add(&text, ".0:hn:\n");
	for (int i = 1; i < 200; i++)
		str_addf(&text, ".%d:tc=.%d:\n", i, i - 1);
	refuses(text.data, text.len, "f:102: entry \".101\", tag \"tc\": more than 100 templates");
}

static void test_refuses(void)
{
	static char big[2200];

	REFUSES("a:ip=1.2.3.4:\nb:xx=1:\n",
		"f:2: entry \"b\", tag \"xx\": bootptab(5) has no such tag");
	REFUSES("a:ip=1.2.3.4:\\\n\n# c\n :ha=nonsense!:\n", "f:4: entry \"a\", tag \"ha\"");
	REFUSES("a:ha=0060:\n", "f:1: entry \"a\", tag \"ha\"");
	REFUSES("a:ha=006008C7A3D8FF:\n", "f:1: entry \"a\", tag \"ha\"");
	REFUSES("a:ht=3:ha=006008C7A3D8:\n", "f:1: entry \"a\", tag \"ha\"");
	REFUSES("a:ht=wifi:\n", "f:1: entry \"a\", tag \"ht\"");
	REFUSES("a:ht=9:\n", "f:1: entry \"a\", tag \"ht\"");
	REFUSES("a:ip=:\n", "f:1: entry \"a\", tag \"ip\": no address");
	REFUSES("a:ip=1.2.3.4.5:\n", "f:1: entry \"a\", tag \"ip\": no address");
	REFUSES("a:ip:\n", "f:1: entry \"a\", tag \"ip\": needs a value");
	REFUSES("a:hn=1:\n", "f:1: entry \"a\", tag \"hn\": is a switch");
	REFUSES("a:i=1:\n", "f:1: entry \"a\", tag \"i=\"");
	REFUSES("a:ip+1:\n", "f:1: entry \"a\", tag \"ip\": has to be followed");
	REFUSES("a:td=tftp:\n", "f:1: entry \"a\", tag \"td\"");
	REFUSES("a:to=soon:\n", "f:1: entry \"a\", tag \"to\"");
	REFUSES("a:bs=big:\n", "f:1: entry \"a\", tag \"bs\"");
	REFUSES("a:ms=big:\n", "f:1: entry \"a\", tag \"ms\"");
	REFUSES("a:vm=sun:\n", "f:1: entry \"a\", tag \"vm\"");
	REFUSES("a:T=1:\n", "f:1: entry \"a\", tag \"T\"");
	REFUSES("a:T300=1:\n", "f:1: entry \"a\", tag \"T\"");
	REFUSES("a:T37=xyz:\n", "f:1: entry \"a\", tag \"T37\"");
	REFUSES("a:T37=01\n", "f:1: entry \"a\", tag \"T37\"");
	REFUSES("a:T37@:\n", "f:1: entry \"a\", tag \"T37\"");
	REFUSES("a:tc=a:\n", "f:1: entry \"a\", tag \"tc\": the entry names itself");
	REFUSES("a:tc=.b:\n.b:tc=a:\n", "f:1: entry \"a\", tag \"tc\": no entry before");
	REFUSES("a:tc@:\n", "f:1: entry \"a\", tag \"tc\"");
	REFUSES("a:ip=1.2.3.4:\n  :gw=1.2.3.5:\n", "f:2: an entry without a name");
	REFUSES("a:dn=\"never closed:\n\nb:ip=1.2.3.4\n", "f:1: the quote");
	REFUSES("a:ip=1.2.\0003.4\n", "f:1: a NUL");
	REFUSES("# BEGIN mkdcroot\na:ip=1.2.3.4:\n", "f:1: \"# BEGIN mkdcroot\" without");
	REFUSES("a:ip=1.2.3.4:\\\n# BEGIN mkdcroot\n# END mkdcroot\n",
		"f:2: a marker of mkdcroot inside");
	REFUSES("# BEGIN mkdcroot\na:ip=1.2.3.4:\\\n# END mkdcroot\n",
		"f:3: a marker of mkdcroot inside");
	REFUSES("# BEGIN mkdcroot\na:hn:\na:hn:\n# END mkdcroot\n", "f:3: \"a\" stands twice");
	memset(big, 'x', sizeof(big));
	refuses(big, sizeof(big), "f:1: the entry is longer than 2047");
}

static void conflicts(const char *text, const char *message)
{
	struct bootptab_host h = altair();
	struct error err = ERROR_INIT;
	struct bootptab *doc = parse(text, strlen(text));
	int r = doc ? bootptab_ensure_template(doc, &params, NULL, &err) : -1;

	if (r == 0)
		r = bootptab_ensure_host(doc, &h, NULL, &err);
	tap_ok(doc && r < 0 && str_has_prefix(error_text(&err), message), "%s (%s)", message,
	       error_text(&err));
	bootptab_free(doc);
	error_clear(&err);
}

static void test_conflicts(void)
{
	conflicts("#\naltair:ip=1.2.3.4:\n", "x:2: entry \"altair\", which mkdcroot did not write");
	conflicts("ALTAIR:ip=1.2.3.4:\n", "x:1: entry \"ALTAIR\"");
	conflicts("other:ip=192.168.7.100:\n", "x:1: entry \"other\"");
	conflicts("other:ip=192.168.0x7.0144:\n", "x:1: entry \"other\"");
	conflicts("other:ha=\"00:60:0A:C7:A3:D8\":ip=1.2.3.4:\n", "x:1: entry \"other\"");
	conflicts("a:ip=1.2.3.4:\n.mkdcroot:hn:\n", "x:2: mkdcroot's template");
	conflicts("a:ip=1.2.3.4:\\\n", "x:1: the file ends in a backslash");
	conflicts("a:ip=1.2.3.4:\\", "x:1: the file ends in a backslash");
	conflicts("# BEGIN mkdcroot\nother:ip=192.168.7.100:\n# END mkdcroot\n",
		  "x: host other has the address or MAC of altair");
}

static void test_bad_values(void)
{
	struct bootptab *doc = parse("", 0);
	struct bootptab_params p = params;
	struct bootptab_host h = altair();
	struct error err = ERROR_INIT;

	p.netmask = "255.255.255.0 1.2.3.4";
	TAP_OK(bootptab_ensure_template(doc, &p, NULL, &err) == -EINVAL);
	p = params;
	p.gateway = "gateway:hn";
	TAP_OK(bootptab_ensure_template(doc, &p, NULL, &err) == -EINVAL);
	p = params;
	p.boot_file = "a\"b";
	TAP_OK(bootptab_ensure_template(doc, &p, NULL, &err) == -EINVAL);
	p.boot_file = "a\nb";
	TAP_OK(bootptab_ensure_template(doc, &p, NULL, &err) == -EINVAL);
	p = params;
	p.tftp_dir = "tftpboot";
	TAP_OK(bootptab_ensure_template(doc, &p, NULL, &err) == -EINVAL);
	tap_ok(writes(doc, "", 0), "nothing of it is written");
	TAP_OK(bootptab_ensure_host(doc, &h, NULL, &err) == -EINVAL);
	TAP_OK(bootptab_ensure_template(doc, &params, NULL, &err) == 0);
	h.root_path = "/a/path/of/more/than/seventy-nine/characters/which/bootpd/would/cut/"
		      "without/a/word";
	TAP_OK(bootptab_ensure_host(doc, &h, NULL, &err) == -EINVAL);
	h = altair();
	h.name = "no:colon";
	TAP_OK(bootptab_ensure_host(doc, &h, NULL, &err) == -EINVAL);
	h = altair();
	h.mac.set = false;
	TAP_OK(bootptab_ensure_host(doc, &h, NULL, &err) == -EINVAL);
	h = altair();
	h.root_path = "/tftpboot/a path:with a colon";
	TAP_OK(bootptab_ensure_host(doc, &h, NULL, &err) == 0);
	has(doc, "altair", "rp", "/tftpboot/a path:with a colon");
	h.root_path = "/tftpboot/a/path/that/is/too/long/for/64/bytes/of/options";
	TAP_OK(bootptab_ensure_host(doc, &h, NULL, &err) == 0 && bootptab_warnings(doc)->n == 1);
	bootptab_free(doc);
	error_clear(&err);
}

static void test_differences(void)
{
	struct bootptab *doc = parse("", 0);
	struct bootptab_params other = params;
	struct bootptab_host h = altair();
	struct error err = ERROR_INIT;
	bool changed;

	h.params.boot_file = "base-2.nb";
	h.params.gateway = NULL;
	h.mac.byte[0] = 0xae;
	TAP_OK(bootptab_ensure_template(doc, &params, NULL, &err) == 0);
	TAP_OK(bootptab_ensure_host(doc, &h, NULL, &err) == 0);
	has(doc, "altair", "bf", "base-2.nb");
	has(doc, "altair", "hd", "/boot");
	has(doc, "altair", "gw", NULL);
	has_mac(doc, "altair", "ae:60:0a:c7:a3:d8");
	tap_ok(writes(doc,
		      "# BEGIN mkdcroot: written by mkdcroot; edit above or below this "
		      "block\n" TEMPLATE "altair:tc=.mkdcroot:ha=0xAE600AC7A3D8:ip=192.168.7.100:"
		      "rp=/tftpboot/192.168.7.100:hn:gw@:bf=base-2.nb:\n# END mkdcroot\n",
		      strlen("# BEGIN mkdcroot: written by mkdcroot; edit above or below this "
			     "block\n" TEMPLATE
			     "altair:tc=.mkdcroot:ha=0xAE600AC7A3D8:ip=192.168.7.100:"
			     "rp=/tftpboot/192.168.7.100:hn:gw@:bf=base-2.nb:\n# END mkdcroot\n")),
	       "only what differs is written");
	other.home_dir = "/elsewhere";
	TAP_OK(bootptab_ensure_template(doc, &other, &changed, &err) == 0 && changed);
	has(doc, "altair", "hd", "/elsewhere");
	TAP_OK(bootptab_ensure_host(doc, &h, &changed, &err) == 0 && changed);
	has(doc, "altair", "hd", "/boot");
	bootptab_free(doc);
	error_clear(&err);
}

static void test_many(void)
{
	struct bootptab *doc = parse(oddities, sizeof(oddities) - 1);
	struct error err = ERROR_INIT;
	cleanup_str struct str out = STR_INIT;
	bool good = bootptab_ensure_template(doc, &params, NULL, &err) == 0;

	for (int i = 0; i < 5000; i++) {
		cleanup_free char *name = mem_printf("many%d", i);
		struct bootptab_host h = altair();

		h.name = name;
		h.ip.v4.s_addr = htonl(0x0a000100u + (unsigned int)i);
		h.mac.byte[4] = (uint8_t)(i >> 8);
		h.mac.byte[5] = (uint8_t)i;
		good = good && bootptab_ensure_host(doc, &h, NULL, &err) == 0;
	}
	tap_ok(good, "5000 hosts are added %s", error_text(&err));
	bootptab_write(doc, &out);
	bootptab_free(doc);
	doc = parse(out.data, out.len);
	for (int i = 4999; i >= 0 && doc; i--) {
		cleanup_free char *name = mem_printf("many%d", i);

		good = good && bootptab_remove_host(doc, name);
	}
	tap_ok(doc && good && writes(doc, oddities, sizeof(oddities) - 1), "and removed");
	bootptab_free(doc);
	error_clear(&err);
}

int main(void)
{
	test_manual();
	test_etherboot();
	test_oddities();
	test_leaves_no_trace();
	test_refuses();
	test_long_chain();
	test_conflicts();
	test_bad_values();
	test_differences();
	test_many();
	return tap_done();
}
