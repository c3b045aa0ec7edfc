/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exports documents: what exportfs(8) reads, what we add and take away, byte for byte. */

#include "exports/exports.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"
#include "tests/unit/tap.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define UUID	 "6f1f5e0a-8a43-4d3a-9d6f-0a8e5c1b2d3e"
#define OPTIONS	 "rw,sync,no_root_squash,no_subtree_check,mp,fsid=" UUID
#define ROOT	 "/tftpboot/192.168.1.100"
#define OUR_LINE ROOT " 192.168.1.100(" OPTIONS ")\n"

/* The manual's example and its oddities: what a real file may hold. */
static const char oddities[] = "# sample /etc/exports file\n"
			       "/               master(rw) trusty(rw,no_root_squash)\n"
			       "/projects       proj*.local.domain(rw)\n"
			       "/usr            *.local.domain(ro) @trusted(rw)\n"
			       "/home/joe       pc001(rw,all_squash,anonuid=150,anongid=100)\n"
			       "/pub            *(ro,insecure,all_squash)\n"
			       "/srv/www        -sync,rw server @trusted @external(ro)\n"
			       "/foo            2001:db8:9:e54::/64(rw) 192.0.2.0/24(rw)\n"
			       "/build          buildhost[0-9].local.domain(rw)\n"
			       "\n"
			       "   \t\n"
			       "\"/with space\" a(rw) \\\n"
			       "\t b(ro) # and a comment that does not go on \\\n"
			       "/octal\\040space\\011tab 10.0.0.0/255.255.255.0(ro)\n"
			       "/half\" quo\"ted c(rw)\n"
			       "/nobody\n"
			       "/anybody (ro,sync)\n"
			       "/ref h(refer=/a@b+c:/d@e,sec=krb5p:krb5:sys,fsid=0)\n"
			       "/mp h(mp=/some/where,replicas=/x@y) h2(mountpoint)\n"
			       "/old h(squash_uids=0-15,rw)\n"
			       "/two -ro -async d e(rw)\n"
			       "/hash#mark f(rw)\n"
			       "/\303\274 \\\n"
			       "\n"
			       "/cr g(rw)\r\n"
			       "  # indented\n"
			       "/last h(rw)";

struct expected {
	unsigned int line;
	const char *path, *client, *options;
};

static const struct expected read_from_oddities[] = {
	{ 2, "/", "master", "rw" },
	{ 2, "/", "trusty", "rw,no_root_squash" },
	{ 3, "/projects", "proj*.local.domain", "rw" },
	{ 4, "/usr", "*.local.domain", "ro" },
	{ 4, "/usr", "@trusted", "rw" },
	{ 5, "/home/joe", "pc001", "rw,all_squash,anonuid=150,anongid=100" },
	{ 6, "/pub", "*", "ro,insecure,all_squash" },
	{ 7, "/srv/www", "server", "sync,rw" },
	{ 7, "/srv/www", "@trusted", "sync,rw" },
	{ 7, "/srv/www", "@external", "sync,rw,ro" },
	{ 8, "/foo", "2001:db8:9:e54::/64", "rw" },
	{ 8, "/foo", "192.0.2.0/24", "rw" },
	{ 9, "/build", "buildhost[0-9].local.domain", "rw" },
	{ 12, "/with space", "a", "rw" },
	{ 12, "/with space", "b", "ro" },
	{ 14, "/octal space\ttab", "10.0.0.0/255.255.255.0", "ro" },
	{ 15, "/half quoted", "c", "rw" },
	{ 16, "/nobody", "", "" },
	{ 17, "/anybody", "", "ro,sync" },
	{ 18, "/ref", "h", "refer=/a@b+c:/d@e,sec=krb5p:krb5:sys,fsid=0" },
	{ 19, "/mp", "h", "mp=/some/where,replicas=/x@y" },
	{ 19, "/mp", "h2", "mountpoint" },
	{ 20, "/old", "h", "squash_uids=0-15,rw" },
	{ 21, "/two", "d", "ro,async" },
	{ 21, "/two", "e", "ro,async,rw" },
	{ 22, "/hash#mark", "f", "rw" },
	{ 23, "/\303\274", "", "" },
	{ 25, "/cr", "g", "rw" },
	{ 27, "/last", "h", "rw" },
};

static struct exports *parse(const char *text, size_t len)
{
	struct error err = ERROR_INIT;
	struct exports *doc = NULL;

	if (exports_parse(&doc, "x", text, len, &err) < 0)
		printf("# %s\n", error_text(&err));
	error_clear(&err);
	return doc;
}

static bool writes(const struct exports *doc, const char *text, size_t len)
{
	cleanup_str struct str out = STR_INIT;
	bool same;

	exports_write(doc, &out);
	same = out.len == len && !memcmp(str_text(&out), text, len);
	if (!same)
		printf("# wrote %zu bytes for %zu:\n#%s#\n", out.len, len, str_text(&out));
	return same;
}

static void test_reads_the_manual(void)
{
	struct exports *doc = parse(oddities, sizeof(oddities) - 1);
	const struct exports_entry *e = NULL;
	size_t n = sizeof(read_from_oddities) / sizeof(read_from_oddities[0]);

	if (!tap_ok(doc, "the oddities are read"))
		return;
	for (size_t i = 0; i < n; i++) {
		const struct expected *x = &read_from_oddities[i];

		e = exports_next(doc, e);
		if (!e)
			break;
		tap_ok(e->line == x->line && !strcmp(e->path, x->path) &&
			       !strcmp(e->client, x->client) && !strcmp(e->options, x->options),
		       "line %u: %s %s(%s)", x->line, x->path, x->client, x->options);
	}
	tap_ok(e && !exports_next(doc, e), "and nothing else");
	for (size_t i = 0; i < exports_warnings(doc)->n; i++)
		printf("# %s\n", exports_warnings(doc)->v[i]);
	tap_ok(exports_warnings(doc)->n == 0, "without a warning");
	tap_ok(writes(doc, oddities, sizeof(oddities) - 1), "and written byte for byte");
	exports_free(doc);
}

static void add_and_remove(const char *what, const char *text, size_t len)
{
	struct error err = ERROR_INIT;
	cleanup_str struct str with = STR_INIT;
	struct exports *doc = parse(text, len);
	struct exports *again;
	bool changed = false;

	if (!tap_ok(doc, "%s: read", what))
		return;
	tap_ok(exports_ensure(doc, ROOT, "192.168.1.100", OPTIONS, &changed, &err) == 0 && changed,
	       "%s: a host is added %s", what, error_text(&err));
	tap_ok(exports_ensure(doc, ROOT, "192.168.1.100", OPTIONS, &changed, &err) == 0 && !changed,
	       "%s: the second time nothing changes", what);
	exports_write(doc, &with);
	exports_free(doc);
	tap_ok(memmem(with.data, with.len, OUR_LINE, strlen(OUR_LINE)), "%s: our line is there",
	       what);
	again = parse(with.data, with.len);
	tap_ok(again && exports_find_ours(again, ROOT), "%s: and read again", what);
	if (again) {
		tap_ok(writes(again, with.data, with.len), "%s: what we wrote is kept too", what);
		tap_ok(exports_remove(again, ROOT), "%s: the host is removed", what);
		tap_ok(!exports_remove(again, ROOT), "%s: once", what);
		tap_ok(writes(again, text, len), "%s: every byte is as before", what);
	}
	exports_free(again);
	error_clear(&err);
}

static void test_leaves_no_trace(void)
{
	static const char *const texts[] = {
		"",
		"\n",
		"/a b(rw)",
		"/a b(rw)\n",
		"/a b(rw)\n\n\n",
		"# only a comment",
		"# a comment that ends in a backslash \\\n",
		"# the same without a newline \\",
		"/a b(rw)\r\n# dos\r\n/c d(ro)\r\n",
		"/a \"b(rw)\" \\\n  c\n",
		"# BEGIN something else\n# END of it\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		cleanup_free char *what = mem_printf("text %zu", i);

		add_and_remove(what, texts[i], strlen(texts[i]));
	}
	add_and_remove("oddities", oddities, sizeof(oddities) - 1);
	add_and_remove("a NUL in a comment", "# a\0b\n/a b(rw)", 14);
}

static void refuses(const char *text, size_t len, const char *message)
{
	struct error err = ERROR_INIT;
	struct exports *doc = NULL;
	int r = exports_parse(&doc, "f", text, len, &err);

	tap_ok(r == -EINVAL && !doc && str_has_prefix(error_text(&err), message), "%s (%s)",
	       message, error_text(&err));
	exports_free(doc);
	error_clear(&err);
}

#define REFUSES(text, message) refuses(text, sizeof(text) - 1, message)

static void test_refuses(void)
{
	static char path[1100] = "/", client[600] = "/a ";

	REFUSES("/a b(rw)\n\"/never closed\n\n", "f:2: the quote");
	REFUSES("/a b(rw, sync)\n", "f:1: \"(rw,\" has no \")\"");
	REFUSES("/a b(rw)c\n", "f:1: \"c\" right behind");
	REFUSES("/a b(rw)#c\n", "f:1: \"#c\" right behind");
	REFUSES("\n/a \"\" b\n", "f:2: an empty word");
	REFUSES("/a\0b c(rw)\n", "f:1: a NUL");
	REFUSES("/a\\000b c(rw)\n", "f:1: a NUL");
	REFUSES("# BEGIN mkdcroot\n/a b(rw)\n", "f:1: \"# BEGIN mkdcroot\" without");
	REFUSES("# END mkdcroot\n", "f:1: \"# END mkdcroot\" without");
	REFUSES("# BEGIN mkdcroot\n# BEGIN mkdcroot\n", "f:2: a second \"# BEGIN");
	REFUSES("# BEGIN mkdcroot\n# END mkdcroot\n\n# BEGIN mkdcroot\n# END mkdcroot\n",
		"f:4: a second \"# BEGIN");
	REFUSES("# BEGIN mkdcroot\n# END mkdcroot\n# END mkdcroot\n", "f:3: a second \"# END");
	REFUSES("#begin mkdcroot\n", "f:1: this looks like a marker");
	REFUSES("  # BEGIN mkdcroot\n# END mkdcroot\n", "f:1: this looks like a marker");
	REFUSES("/a b(rw) \\\n# BEGIN mkdcroot\n# END mkdcroot\n",
		"f:2: a marker of mkdcroot inside");
	REFUSES("# BEGIN mkdcroot\n/a b(rw) \\\n# END mkdcroot\n",
		"f:3: a marker of mkdcroot inside");
	REFUSES("\\\n# BEGIN mkdcroot\n# END mkdcroot\n", "f:2: a marker of mkdcroot inside");
	REFUSES("# BEGIN mkdcroot\n/a b(rw)\n/a c(rw)\n# END mkdcroot\n", "f:3: /a stands twice");
	memset(path + 1, 'x', sizeof(path) - 2);
	refuses(path, sizeof(path) - 1, "f:1: a path longer than 1024");
	memset(client + 3, 'x', sizeof(client) - 4);
	refuses(client, sizeof(client) - 1, "f:1: a client with its options is longer");
}

static void conflicts(const char *text, const char *message)
{
	struct error err = ERROR_INIT;
	struct exports *doc = parse(text, strlen(text));
	int r = doc ? exports_ensure(doc, ROOT, "192.168.1.100", OPTIONS, NULL, &err) : 0;

	tap_ok(r < 0 && str_has_prefix(error_text(&err), message), "%s (%s)", message,
	       error_text(&err));
	if (doc)
		tap_ok(writes(doc, text, strlen(text)), "the document is not touched");
	exports_free(doc);
	error_clear(&err);
}

static void test_conflicts(void)
{
	struct error err = ERROR_INIT;
	struct exports *doc;

	conflicts("# x\n" ROOT " *(ro)\n", "x:2: " ROOT " is exported by a line");
	conflicts("\n\"/tftpboot\"/192.168.1.\\061\\060\\060 a\n", "x:2: ");
	conflicts("/other *(ro,fsid=6F1F5E0A8A434D3A9D6F0A8E5C1B2D3E)\n",
		  "x:1: /other has the fsid");
	conflicts("/a b(rw) \\\n", "x:2: the file ends in a backslash");
	conflicts("/a b(rw) \\", "x:1: the file ends in a backslash");
	conflicts("/a b(rw)\r\n\r\n", "x:2: exportfs reads nothing below");

	doc = parse("", 0);
	tap_ok(exports_ensure(doc, "relative", "a", "rw", NULL, &err) == -EINVAL,
	       "a relative path");
	tap_ok(exports_ensure(doc, "/a\\040b", "a", "rw", NULL, &err) == -EINVAL,
	       "a path that would be decoded twice");
	tap_ok(exports_ensure(doc, "/a", "", "rw", NULL, &err) == -EINVAL, "no client");
	tap_ok(exports_ensure(doc, "/a", "b c", "rw", NULL, &err) == -EINVAL,
	       "a client with a blank");
	tap_ok(exports_ensure(doc, "/a", "b", "rw)(ro", NULL, &err) == -EINVAL, "options with )(");
	tap_ok(writes(doc, "", 0), "nothing of it is written");
	exports_free(doc);
	error_clear(&err);
}

static void test_odd_path(void)
{
	static const char odd[] = "/a b\"c\\d#e\tf\ng\303\274\001";
	struct error err = ERROR_INIT;
	cleanup_str struct str out = STR_INIT;
	struct exports *doc = parse("", 0);

	TAP_OK(exports_ensure(doc, odd, "h", "rw", NULL, &err) == 0);
	exports_write(doc, &out);
	exports_free(doc);
	tap_ok(strstr(str_text(&out),
		      "/a\\040b\\042c\\134d\\043e\\011f\\012g\303\274\\001 h(rw)\n"),
	       "an odd path is escaped");
	doc = parse(out.data, out.len);
	tap_ok(doc && exports_find_ours(doc, odd), "and comes back");
	exports_free(doc);
	error_clear(&err);
}

static void warns(const char *text, const char *message)
{
	struct exports *doc = parse(text, strlen(text));

	tap_ok(doc && exports_warnings(doc)->n == 1 &&
		       str_has_prefix(exports_warnings(doc)->v[0], message),
	       "%s", message);
	exports_free(doc);
}

static void test_warnings(void)
{
	warns("/a host (rw)\n", "x:1: the blank before \"(rw)\" exports /a to anybody");
	warns("/a b(rw,nonsense)\n", "x:1: unknown option \"nonsense\"");
	warns("/a b(squash_uids=0-15,20)\n", "x:1: unknown option \"20\"");
	warns("/a b(anonuid=me)\n", "x:1: bad value in \"anonuid=me\"");
	warns("/a b(fsid=12-34)\n", "x:1: bad value in \"fsid=12-34\"");
	warns("/a b(rw=1)\n", "x:1: bad value in \"rw=1\"");
	warns("a b(rw)\n", "x:1: \"a\" is no absolute path");
	warns("\n\r\n/a b\n", "x:2: a control character");
	warns("/a b(fsid=7)\n/c d(fsid=0x7)\n", "x:2: /c has the fsid of /a (x:1)");
}

static void matches(const char *client, const char *name, enum exports_match expected)
{
	struct exports_entry e = { "f", 1, "/tftpboot", client, "", false };
	struct error err = ERROR_INIT;
	struct ip_addr ip;

	ip_parse(&ip, "192.168.1.100", &err);
	tap_ok(exports_covers_client(&e, &ip, name) == expected, "\"%s\" and %s", client,
	       name ? name : "no name");
}

static void test_matching(void)
{
	struct exports_entry e = { "f", 1, "/tftpboot", "", "", false };
	struct exports_entry root = { "f", 1, "/", "", "", false };

	matches("", NULL, EXPORTS_YES);
	matches("*", NULL, EXPORTS_YES);
	matches("192.168.1.100", NULL, EXPORTS_YES);
	matches("192.168.1.10", NULL, EXPORTS_NO);
	matches("192.168.1.0/24", NULL, EXPORTS_YES);
	matches("192.168.1.0/255.255.255.0", NULL, EXPORTS_YES);
	matches("192.168.1.64/26", NULL, EXPORTS_YES);
	matches("192.168.1.0/26", NULL, EXPORTS_NO);
	matches("192.168.2.0/24", NULL, EXPORTS_NO);
	matches("0.0.0.0/0", NULL, EXPORTS_YES);
	matches("192.168.1.0/33", NULL, EXPORTS_NO);
	matches("2001:db8::/32", NULL, EXPORTS_NO);
	matches("@trusted", "aldebaran", EXPORTS_MAYBE);
	matches("*.foo.com", "aldebaran.foo.com", EXPORTS_YES);
	matches("ALDE*", "aldebaran", EXPORTS_YES);
	matches("*.foo.com", NULL, EXPORTS_MAYBE);
	matches("aldebaran", "aldebaran", EXPORTS_YES);
	matches("aldebaran", NULL, EXPORTS_MAYBE);
	TAP_OK(exports_covers_path(&e, "/tftpboot"));
	TAP_OK(exports_covers_path(&e, ROOT));
	TAP_OK(!exports_covers_path(&e, "/tftpboot2"));
	TAP_OK(exports_covers_path(&root, ROOT));
}

static void test_block(void)
{
	static const char text[] = "/a b\n# BEGIN mkdcroot: of old\n# a word\n/x y(rw)\n\n" ROOT
				   " 192.168.1.100(ro)\n# END mkdcroot\n/c d\n";
	static const char after[] = "/a b\n# BEGIN mkdcroot: of old\n# a word\n/x y(rw)\n\n" ROOT
				    " 192.168.1.100(" OPTIONS ")\n# END mkdcroot\n/c d\n";
	struct error err = ERROR_INIT;
	struct exports *doc = parse(text, strlen(text));
	bool changed = false;

	tap_ok(doc && exports_find_ours(doc, "/x") && !exports_find_ours(doc, "/a") &&
		       exports_find_foreign(doc, "/c"),
	       "what is ours is told from what is not");
	if (!doc)
		return;
	TAP_OK(exports_ensure(doc, ROOT, "192.168.1.100", OPTIONS, &changed, &err) == 0 && changed);
	tap_ok(writes(doc, after, strlen(after)), "our line is replaced where it stands");
	exports_free(doc);
}

/* 5,000 hosts in and out again, in another order; the time is the CI's own timeout's affair. */
static void test_many(void)
{
	struct error err = ERROR_INIT;
	struct exports *doc = parse(oddities, sizeof(oddities) - 1);
	cleanup_str struct str out = STR_INIT;
	bool good = true;

	for (int i = 0; i < 5000; i++) {
		cleanup_free char *path = mem_printf("/tftpboot/10.0.%d.%d", i / 250, i % 250);
		cleanup_free char *options =
			mem_printf("rw,fsid=%08d-8a43-4d3a-9d6f-0a8e5c1b2d3e", i);

		good = good && exports_ensure(doc, path, "a", options, NULL, &err) == 0;
	}
	tap_ok(good, "5000 hosts are added");
	exports_write(doc, &out);
	exports_free(doc);
	doc = parse(out.data, out.len);
	for (int i = 4999; i >= 0; i--) {
		cleanup_free char *path = mem_printf("/tftpboot/10.0.%d.%d", i / 250, i % 250);

		good = good && exports_remove(doc, path);
	}
	tap_ok(good && writes(doc, oddities, sizeof(oddities) - 1), "and removed");
	exports_free(doc);
}

static void put(const char *dir, const char *name, const char *text)
{
	struct error err = ERROR_INIT;
	cleanup_free char *path = fs_join(dir, name);

	if (fs_replace_file(path, text, strlen(text), 0644, &err) < 0)
		printf("# %s\n", error_text(&err));
	error_clear(&err);
}

static void test_extra_files(void)
{
	char dir[] = "/tmp/test_exports.XXXXXX";
	struct error err = ERROR_INIT;
	struct exports *doc = NULL;
	cleanup_free char *file = NULL, *sub = NULL;

	if (!mkdtemp(dir))
		return (void)tap_ok(false, "a directory in /tmp");
	file = fs_join(dir, "exports");
	sub = fs_join(dir, "exports.d");
	tap_ok(exports_read(&doc, file, &err) == 0 && !exports_next(doc, NULL),
	       "no file at all is an empty one");
	exports_free(doc);
	doc = NULL;
	mkdir(sub, 0755);
	put(dir, "exports", "/a b(rw)\n");
	put(sub, "one.exports", "# BEGIN mkdcroot, which means nothing here\n\n" ROOT " *(ro)\n");
	put(sub, ".hidden.exports", "/hidden c(rw)\n");
	put(sub, "two.txt", "/no c(rw)\n");
	put(sub, ".exports", "/no c(rw)\n");
	tap_ok(exports_read(&doc, file, &err) == 0, "with exports.d %s", error_text(&err));
	if (doc) {
		tap_ok(exports_find_foreign(doc, "/a") && exports_find_foreign(doc, ROOT) &&
			       !exports_find_foreign(doc, "/hidden") &&
			       !exports_find_foreign(doc, "/no"),
		       "the files that exportfs reads");
		tap_ok(exports_ensure(doc, ROOT, "a", OPTIONS, NULL, &err) == -EEXIST &&
			       strstr(error_text(&err), "/exports.d/one.exports:3: "),
		       "a conflict there names it (%s)", error_text(&err));
		tap_ok(writes(doc, "/a b(rw)\n", 9), "only the main file is written");
	}
	exports_free(doc);
	error_clear(&err);
	fs_remove_tree(dir, &err);
}

int main(void)
{
	test_reads_the_manual();
	test_leaves_no_trace();
	test_refuses();
	test_conflicts();
	test_odd_path();
	test_warnings();
	test_matching();
	test_block();
	test_many();
	test_extra_files();
	return tap_done();
}
