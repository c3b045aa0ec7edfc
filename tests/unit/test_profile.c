/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Profiles: the format and its errors, inheritance, detection, templates, the shipped ones. */
#include "mkdcroot/model/profile.h"
#include "tests/unit/box.h"
#include "tests/unit/tap.h"

/* Profiles live in the box's tree, below /profiles and /admin. */
static void put_profile(const struct box *b, const char *path, const char *text)
{
	char *conf = mem_printf("%s/profile.conf", path);

	box_write(b, conf, text, 0644);
	free(conf);
}

static void find_dirs(const struct box *b, struct strv *dirs)
{
	strv_addf(dirs, "%s/admin", b->root);
	strv_addf(dirs, "%s/profiles", b->root);
}

static int load(const struct box *b, const char *name, struct profile *p, struct error *err)
{
	struct strv dirs = STRV_INIT;
	int rc;

	find_dirs(b, &dirs);
	rc = profile_load_one(p, &dirs, name, err);
	strv_free(&dirs);
	return rc;
}

static const struct profile_item *find(const struct profile *p, enum profile_verb verb,
				       const char *what)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->items[i].verb == verb && strcmp(p->items[i].what, what) == 0)
			return &p->items[i];
	return NULL;
}

static void test_format(const struct box *b)
{
	struct profile p = PROFILE_INIT;
	struct error err = ERROR_INIT;
	const struct profile_item *item;

	put_profile(b, "/profiles/one",
		    "; comment\n# too\n[profile]\nsummary = one ; behind a value\nkind = role\n"
		    "[layer]\nexclude = /a/* /b/**.gz\n  /c\nscrub=/etc/key\nmask: x.service\n"
		    "when = /etc/foo !/etc/bar\n"
		    "file = /etc/foo/x 4755 root shadow sub/x\n"
		    "link = /etc/l ../t\n"
		    "[host]\nmkdir = /d 1777 0 0\nwhen = dns !/x\nmount = a:/b /b nfs rw,a=b 0 0\n"
		    "generate = fstab machine-id\n");
	box_write(b, "/profiles/one/files/sub/x", "text\n", 0644);
	if (!tap_ok(load(b, "one", &p, &err) == 0, "a profile is read"))
		printf("# %s\n", error_text(&err));
	TAP_OK(strcmp(p.summary, "one") == 0 && p.kind == PROFILE_ROLE && p.n == 11);
	TAP_OK(find(&p, VERB_EXCLUDE, "/b/**.gz") && find(&p, VERB_EXCLUDE, "/c"));
	item = find(&p, VERB_EXCLUDE, "/c");
	tap_ok(item && item->line == 8, "a line that continues one has its own number");
	item = find(&p, VERB_FILE, "/etc/foo/x");
	tap_ok(item && item->mode == 04755 && strcmp(item->group, "shadow") == 0 &&
		       strcmp(item->text, "text\n") == 0 && item->when.n == 2,
	       "file has mode, owner, template, conditions");
	item = find(&p, VERB_MKDIR, "/d");
	tap_ok(item && item->part == PROFILE_HOST && item->when.n == 0,
	       "conditions end with the section");
	item = find(&p, VERB_MOUNT, "/b");
	tap_ok(item && strcmp(item->text, "a:/b /b nfs rw,a=b 0 0") == 0, "mount keeps its line");
	profile_free(&p);
}

/* A bad line and what has to be said about it. */
static const struct {
	const char *line, *said;
} bad[] = {
	{ "[layer]\nfoo = 1", "unknown key foo in [layer]" },
	{ "[layer]\ngenerate = fstab", "misplaced key generate in [layer]" },
	{ "[host]\nmask = a.service", "misplaced key mask in [host]" },
	{ "[other]\nmask = a.service", "mask stands in [other]" },
	{ "[layer\nx = 1", "a section without ]" },
	{ "[layer]\nnothing", "not an assignment" },
	{ "[layer]\nmask = foo", "mask = foo: not the name of a unit" },
	{ "[layer]\nscrub = etc/x", "scrub = etc/x: not an absolute path" },
	{ "[layer]\nscrub = /etc/../x", "not an absolute path" },
	{ "[layer]\nscrub = /etc/**/x", "not an absolute path" },
	{ "[layer]\nremove = /", "not an absolute path" },
	{ "[layer]\nexclude = ../x", "not an rsync pattern" },
	{ "[layer]\nexclude = !", "not an rsync pattern" },
	{ "[layer]\nexclude =", "exclude has no value" },
	{ "[layer]\nfile = /x 0644 root root", "file has 4 words; it is file = PATH MODE" },
	{ "[layer]\nfile = /x 0888 root root t", "mode 0888: not an octal mode" },
	{ "[layer]\nfile = /x 10000 root root t", "mode 10000" },
	{ "[layer]\nfile = /x 0644 ro:ot root t", "ro:ot: not a name or number" },
	{ "[layer]\nfile = /x 0644 root root ../t", "not a name below files/" },
	{ "[layer]\nfile = /x 0644 root root missing", "files/missing: No such file" },
	{ "[layer]\nfile = /x/* 0644 root root t", "not an absolute path without .." },
	{ "[layer]\nlink = /x", "link has 1 words" },
	{ "[layer]\nmkdir = /x 0755 root", "mkdir has 3 words" },
	{ "[layer]\nmount = a /b", "mount is SOURCE TARGET TYPE" },
	{ "[layer]\nfilter = foo", "filter = foo: not one of what is built in" },
	{ "[layer]\npackage = Foo", "package = Foo: not the name of a package" },
	{ "[layer]\nwhen = dns", "when dns: not an absolute path" },
	{ "[host]\nwhen = foo", "when foo: not an absolute path or a variable" },
	{ "[layer]\nwhen = /x\nexclude = /y", "exclude cannot depend on a condition" },
	{ "[layer]\nmask = a.service\n  mask = b.service", "an indented line continues" },
	{ "[profile]\nkind = foo", "kind = foo: it is base, distribution or role" },
	{ "[profile]\nfoo = x", "unknown key foo in [profile]" },
	{ "[profile]\ninherits = ../x", "inherits = ../x: not the name of a profile" },
	{ "[profile]\ninherits = nobody", "inherits = nobody: there is no such profile" },
	{ "[profile]\ninherits = bad", "that goes in a circle" },
	{ "[profile]\nwithout = mask", "without is KEY WHAT" },
	{ "[profile]\nwithout = mask a.service", "no inherited profile says that" },
	{ "[host]\nfile = /x 0644 root root unknown", "files/unknown:2: unknown variable nam" },
	{ "[host]\nfile = /x 0644 root root open", "files/open:1: ${ without }" },
	{ "[layer]\nfile = /x 0644 root root host",
	  "files/host:1: a layer's file has no variables" },
	{ "[layer]\nfile = /x 0644 root root writable", "others can write it (mode 0664)" },
};

static void test_errors(const struct box *b)
{
	box_write(b, "/profiles/bad/files/t", "x\n", 0644);
	box_write(b, "/profiles/bad/files/unknown", "${name}\n${nam}\n", 0644);
	box_write(b, "/profiles/bad/files/open", "${name\n", 0644);
	box_write(b, "/profiles/bad/files/host", "${name}\n", 0644);
	box_write(b, "/profiles/bad/files/writable", "x\n", 0664);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char *text = mem_printf("[profile]\nsummary = bad\n%s\n", bad[i].line);
		struct profile p = PROFILE_INIT;
		struct error err = ERROR_INIT;

		put_profile(b, "/profiles/bad", text);
		if (!tap_ok(load(b, "bad", &p, &err) == -EINVAL && strstr(err.text, bad[i].said),
			    "refused: %s", bad[i].said))
			printf("# %s\n", error_text(&err));
		profile_free(&p);
		error_clear(&err);
		free(text);
	}
}

static void test_all_errors_at_once(const struct box *b)
{
	struct profile p = PROFILE_INIT;
	struct error err = ERROR_INIT;
	char *where = mem_printf("%s/profiles/bad/profile.conf:", b->root);
	char *text = mem_printf(
		"[profile]\nsummary = bad\n[layer]\nmask = foo\nnothing\nx = 1\n%0250d\n", 1);
	char *last, *first;

	put_profile(b, "/profiles/bad", text);
	TAP_OK(load(b, "bad", &p, &err) == -EINVAL);
	first = mem_printf("%s4: mask", where);
	last = mem_printf("\n%s7: the line is longer", where);
	tap_ok(err.text && str_has_prefix(err.text, first) && strstr(err.text, last) &&
		       strstr(err.text, ":5: not an assignment") &&
		       strstr(err.text, ":6: unknown key x"),
	       "all mistakes are said, with file and line");
	error_clear(&err);
	put_profile(b, "/profiles/bad", "[layer]\nmask = a.service\n");
	tap_ok(load(b, "bad", &p, &err) == -EINVAL && strstr(err.text, "no summary"),
	       "a summary is needed");
	error_clear(&err);
	TAP_OK(load(b, "nobody", &p, &err) == -ENOENT && strstr(err.text, " bad one"));
	error_clear(&err);
	TAP_OK(load(b, "../one", &p, &err) == -ENOENT);
	error_clear(&err);
	put_profile(b, "/profiles/bad", "[profile]\nsummary = x\n");
	free(where);
	where = box_path(b, "/profiles/bad/profile.conf");
	chmod(where, 0646);
	tap_ok(load(b, "bad", &p, &err) == -EINVAL && strstr(err.text, "mode 0646"),
	       "a profile that others can write is refused");
	error_clear(&err);
	unlink(where);
	free(where);
	free(text);
	free(first);
	free(last);
}

static void test_inheritance(const struct box *b)
{
	struct profile p = PROFILE_INIT;
	struct error err = ERROR_INIT;
	struct strv dirs = STRV_INIT, names = STRV_INIT, list = STRV_INIT;
	const struct profile_item *item;

	put_profile(b, "/profiles/low",
		    "[profile]\nsummary = low\n[layer]\nmask = a.service b.service\n"
		    "mask = c.service\nlink = /etc/x low\n[host]\nlink = /etc/y low\n");
	put_profile(b, "/profiles/mid",
		    "[profile]\nsummary = mid\ninherits = low\n"
		    "without = mask b.service\n[layer]\nmask = a.service a.service\n"
		    "file = /etc/x 0600 root root t\n");
	box_write(b, "/profiles/mid/files/t", "mid", 0644);
	put_profile(b, "/profiles/top",
		    "[profile]\nsummary = shipped\ninherits = mid\ninherits = low\n");
	put_profile(b, "/admin/top",
		    "[profile]\nsummary = top\nkind = distribution\ninherits = low mid\n[host]\n"
		    "when = /1\nlink = /etc/y one\nwhen = !/1\nlink = /etc/y two\n");
	put_profile(b, "/admin/role",
		    "[profile]\nsummary = role\nkind = role\n[layer]\nmask = z.service\n");
	if (!tap_ok(load(b, "top", &p, &err) == 0, "inherits"))
		printf("# %s\n", error_text(&err));
	tap_ok(strcmp(p.summary, "top") == 0, "the administrator's profile hides the shipped one");
	TAP_OK(p.names.n == 3 && strcmp(p.names.v[0], "low") == 0 &&
	       strcmp(p.names.v[1], "mid") == 0 && strcmp(p.names.v[2], "top") == 0);
	TAP_OK(find(&p, VERB_MASK, "a.service") && find(&p, VERB_MASK, "c.service"));
	tap_ok(!find(&p, VERB_MASK, "b.service"), "without takes away");
	tap_ok(!find(&p, VERB_LINK, "/etc/x") && find(&p, VERB_FILE, "/etc/x"),
	       "what is said later about a path replaces what was said");
	item = find(&p, VERB_LINK, "/etc/y");
	tap_ok(item && strcmp(item->text, "one") == 0 && p.n == 5 &&
		       strcmp(p.items[4].text, "two") == 0,
	       "two lines of one profile about a path both stand");
	profile_free(&p);

	find_dirs(b, &dirs);
	strv_add(&names, "mid");
	strv_add(&names, "role");
	TAP_OK(profile_load(&p, &dirs, &names, &err) == 0 && strcmp(p.name, "role") == 0 &&
	       find(&p, VERB_MASK, "z.service") && find(&p, VERB_FILE, "/etc/x"));
	profile_free(&p);
	TAP_OK(profile_list(&dirs, &list, &err) == 0 && list.n == 5 &&
	       strcmp(list.v[0], "low") == 0);
	put_profile(b, "/profiles/low", "[profile]\nsummary = low\ninherits = top\n");
	tap_ok(load(b, "top", &p, &err) == -EINVAL && strstr(err.text, "circle"),
	       "circles are refused");
	error_clear(&err);
	strv_free(&dirs);
	strv_free(&names);
	strv_free(&list);
}

static const char *value(const char *name, const void *arg)
{
	(void)arg;
	return strcmp(name, "name") == 0  ? "aldebaran"
	       : strcmp(name, "dns") == 0 ? "1.1.1.1 2.2.2.2"
					  : "";
}

static void test_templates(const struct box *b)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "${name}\n", "aldebaran\n" },
		{ "a ${name} b ${domain} c", "a aldebaran b  c" },
		{ "${?domain}search ${domain}\n${?name}yes\n", "yes\n" },
		{ "${*dns}nameserver ${dns} of ${name}\nend\n",
		  "nameserver 1.1.1.1 of aldebaran\nnameserver 2.2.2.2 of aldebaran\nend\n" },
		{ "${*domain}never\n", "" },
		{ "$${name} $name $ {x} $$ $", "${name} $name $ {x} $$ $" },
		{ "", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct profile_item item = { .part = PROFILE_HOST,
					     .text = mem_strdup(cases[i].in),
					     .template = mem_strdup("t") };
		struct error err = ERROR_INIT;
		struct str out = STR_INIT;

		tap_ok(profile_expand(&item, value, NULL, &out, &err) == 0 &&
			       strcmp(str_text(&out), cases[i].out) == 0,
		       "template %zu", i);
		str_free(&out);
		free(item.text);
		free(item.template);
	}
	(void)b;
}

static void test_conditions(const struct box *b)
{
	static const struct {
		const char *words;
		int holds;
	} cases[] = { { "", 1 },
		      { "/etc/there", 1 },
		      { "/etc/gone", 0 },
		      { "!/etc/gone", 1 },
		      { "/etc/th*", 1 },
		      { "!/etc/th*", 0 },
		      { "/etc/there dns", 1 },
		      { "dns !name", 0 },
		      { "!domain /etc/there", 1 },
		      { "/etc/loop", 1 },
		      { "/etc/loop/x", 0 },
		      { "/etc/out", 1 },
		      { "/etc/out/outside", 0 } };

	box_write(b, "/etc/there", "", 0644);
	box_symlink(b, "loop", "/etc/loop");
	box_symlink(b, "../../..", "/etc/out");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct profile_item item = { .part = PROFILE_HOST };
		struct error err = ERROR_INIT;

		strv_split(&item.when, cases[i].words, " ");
		tap_ok(profile_item_applies(&item, &b->tree, value, NULL, &err) == cases[i].holds,
		       "when = %s", cases[i].words);
		strv_free(&item.when);
	}
}

static void test_detection(const struct box *b)
{
	static const struct {
		const char *release, *profile;
	} cases[] = { { "NAME=x\nID=debian\n", "debian" },
		      { "ID=\"mint\"\nID_LIKE=\"ubuntu debian\"\n", "debian" },
		      { "ID=slackware\n", "systemd" },
		      { "nonsense", "systemd" } };
	struct strv dirs = STRV_INIT;

	strv_add(&dirs, "share/profiles");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error err = ERROR_INIT;
		char *name = NULL;

		box_write(b, "/usr/lib/os-release", cases[i].release, 0644);
		box_write(b, "/usr/lib/systemd/systemd", "", 0755);
		tap_ok(profile_detect(&name, &dirs, &b->tree, &err) == 0 &&
			       strcmp(name, cases[i].profile) == 0,
		       "detected: %s", cases[i].profile);
		free(name);
	}
	strv_free(&dirs);
}

/* Does rsync leave out what it has to?  The lists of the peers, and what they let through. */
static void test_shipped(void)
{
	static const char *const excluded[] = { "/proc/*",
						"/sys/*",
						"/home/*",
						"/root/*",
						"/srv/*",
						"/etc/machine-id",
						"/etc/ssh/ssh_host_*",
						"/etc/krb5.keytab",
						"/etc/wireguard/*",
						"/etc/netplan/*",
						"/etc/shadow-",
						"/var/lib/systemd/random-seed",
						"/etc/NetworkManager/system-connections/*",
						"/etc/ssl/private/*",
						"/my/farm/*",
						"/my/store/*",
						"/my/tftp/*" };
	static const char *const masked[] = {
		"fstrim.timer",	     "apt-daily.timer",
		"dnsmasq.service",   "isc-dhcp-server.service",
		"tftpd-hpa.service", "systemd-networkd-wait-online.service"
	};
	struct profile p = PROFILE_INIT;
	struct error err = ERROR_INIT;
	struct settings s;
	struct strv dirs = STRV_INIT, out = STRV_INIT, packages = STRV_INIT;

	settings_init(&s);
	free(s.farm);
	free(s.store);
	free(s.tftp_root);
	s.farm = mem_strdup("/my/farm");
	s.store = mem_strdup("/my/store/");
	s.tftp_root = mem_strdup("/my/tftp");
	strv_add(&dirs, "share/profiles");
	if (!tap_ok(profile_load_one(&p, &dirs, "debian", &err) == 0, "the shipped profiles load"))
		printf("# %s\n", error_text(&err));
	profile_excludes(&p, &s, &out);
	for (size_t i = 0; i < sizeof(excluded) / sizeof(*excluded); i++)
		tap_ok(strv_has(&out, excluded[i]), "not copied: %s", excluded[i]);
	for (size_t i = 0; i < sizeof(masked) / sizeof(*masked); i++)
		tap_ok(find(&p, VERB_MASK, masked[i]) != NULL, "masked: %s", masked[i]);
	profile_packages(&p, &packages);
	TAP_OK(strv_has(&packages, "systemd-sysv") && strv_has(&packages, "openssh-server") &&
	       strv_has(&packages, "nfs-common"));
	profile_free(&p);
	strv_free(&dirs);
	strv_free(&out);
	strv_free(&packages);
	settings_free(&s);
}

int main(void)
{
	struct box b;

	box_open(&b);
	test_format(&b);
	test_errors(&b);
	test_all_errors_at_once(&b);
	test_inheritance(&b);
	test_templates(&b);
	test_conditions(&b);
	test_detection(&b);
	test_shipped();
	box_close(&b);
	return tap_done();
}
