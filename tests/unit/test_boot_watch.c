/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_boot_watch: from events to what is said, as scripts: what happened, and the lines that come of it. */
#include "mkdcroot/watch/boot_watch.h"
#include "mkdcroot/base/mem.h"
#include "tests/unit/event_text.h"
#include "tests/unit/tap.h"

#include <stdlib.h>

#define MAC	 "52:54:00:12:34:56"
#define STRANGER "52:54:00:99:99:99"
#define IP	 "192.168.1.100"
#define OURS	 "192.168.1.1"
#define OTHER	 "192.168.1.254"

static const char farm[] = "aldebaran 192.168.1.100 mac=52:54:00:12:34:56\n"
			   "bellatrix 192.168.1.101 mac=52:54:00:12:34:57\n"
			   "capella 192.168.1.102\n";

/* Lines are written as "stage", "42 %" or "!code", each with the host's name where it is not aldebaran. */
static void note(const struct boot_line *l, void *arg)
{
	struct str *out = arg;
	char mac[MAC_TEXT_MAX];

	if (out->len)
		str_add(out, " ");
	if (!l->host)
		str_addf(out, "%s:", mac_format(&l->mac, mac));
	else if (strcmp(l->host->name, "aldebaran") != 0)
		str_addf(out, "%s:", l->host->name);
	if (l->say == SAY_TROUBLE)
		str_addf(out, "!%s", l->code);
	else if (l->say == SAY_PROGRESS)
		str_addf(out, "%llu%%", (unsigned long long)(l->bytes * 100 / l->total));
	else
		str_add(out, boot_stage_name(l->stage));
	if (l->say == SAY_TROUBLE && !l->hint)
		str_add(out, "(no hint)");
}

struct play {
	struct boot_watch *w;
	struct hosts_file hosts;
	struct strv own;
	struct str said;
	uint64_t now; /* ms */
	bool by_log;  /* the events are a log's */
};

static void begin(struct play *p)
{
	cleanup_error struct error err = ERROR_INIT;

	*p = (struct play){ .now = 1000000 };
	if (hosts_file_parse(&p->hosts, "hosts", farm, strlen(farm), &err))
		tap_ok(false, "%s", error_text(&err));
	strv_add(&p->own, OURS);
	p->w = boot_watch_new(&p->hosts, &p->own, note, &p->said);
}

static void check(struct play *p, const char *due, const char *what)
{
	tap_ok(strcmp(str_text(&p->said), due) == 0, "%s", what);
	if (strcmp(str_text(&p->said), due) != 0)
		printf("# said: %s\n# due:  %s\n", str_text(&p->said), due);
	boot_watch_free(p->w);
	hosts_file_free(&p->hosts);
	strv_free(&p->own);
	str_free(&p->said);
}

static struct boot_event event(const struct play *p, enum boot_event_kind kind, const char *mac,
			       const char *ip, const char *server, const char *file,
			       const char *text)
{
	cleanup_error struct error err = ERROR_INIT;
	struct boot_event e = { .kind = kind, .when_ms = p->now };

	if (mac)
		mac_parse(&e.mac, mac, &err);
	if (ip)
		ip_parse(&e.ip, ip, &err);
	if (server)
		ip_parse(&e.server, server, &err);
	snprintf(e.file, sizeof(e.file), "%s", file ? file : "");
	snprintf(e.text, sizeof(e.text), "%s", text ? text : "");
	snprintf(e.source, sizeof(e.source), "%s", p->by_log ? "bootpd" : BOOT_EVENT_WIRE);
	return e;
}

static void happen(struct play *p, enum boot_event_kind kind, const char *mac, const char *ip,
		   const char *server, const char *file, const char *text)
{
	struct boot_event e = event(p, kind, mac, ip, server, file, text);

	boot_watch_take(p->w, &e);
	p->now += 100;
}

/* @seconds go by, with the ticks of each. */
static void wait(struct play *p, unsigned int seconds)
{
	for (unsigned int i = 0; i < seconds; i++) {
		p->now += 1000;
		boot_watch_tick(p->w, p->now);
	}
}

static void ask(struct play *p)
{
	happen(p, EVENT_ASKED, MAC, NULL, NULL, NULL, NULL);
}

static void answer(struct play *p, const char *server, const char *ip, const char *file)
{
	happen(p, EVENT_ANSWERED, MAC, ip, server, file, file ? NULL : BOOT_EVENT_NO_FILE);
}

static void part(struct play *p, uint64_t bytes)
{
	struct boot_event e = event(p, EVENT_FILE_PART, NULL, IP, OURS, "/a.nb", NULL);

	e.bytes = bytes;
	e.total = 1000;
	boot_watch_take(p->w, &e);
	p->now += 100;
}

static void of_host(struct play *p, enum boot_event_kind kind, const char *file, const char *text)
{
	happen(p, kind, NULL, IP, OURS, file, text);
}

static void load(struct play *p)
{
	ask(p);
	answer(p, OURS, IP, "/a.nb");
	of_host(p, EVENT_FILE_ASKED, "/a.nb", NULL);
	of_host(p, EVENT_FILE_SENT, "/a.nb", NULL);
}

static void boot(struct play *p)
{
	load(p);
	ask(p); /* the kernel */
	answer(p, OURS, IP, "/a.nb");
	of_host(p, EVENT_MOUNT_ASKED, "/r", NULL);
	of_host(p, EVENT_MOUNTED, "/r", NULL);
	of_host(p, EVENT_INIT, "init", "init");
	of_host(p, EVENT_UP, NULL, "agetty");
}

#define LOADED "asked answered loading loaded"
#define BOOTED LOADED " mounted init up"

static void test_stages(void)
{
	struct boot_progress progress;
	struct play p;

	begin(&p);
	ask(&p);
	ask(&p);
	answer(&p, OURS, IP, "/a.nb");
	ask(&p);
	answer(&p, OURS, IP, "/a.nb");
	of_host(&p, EVENT_FILE_ASKED, "/a.nb", NULL);
	part(&p, 420);
	part(&p, 420);
	part(&p, 990);
	of_host(&p, EVENT_FILE_SENT, "/a.nb", NULL);
	check(&p, "asked answered loading 42% 99% loaded", "DHCP's two requests, progress");

	begin(&p);
	boot(&p);
	TAP_OK(boot_watch_progress(p.w, "aldebaran", &progress) && progress.stage == STAGE_UP &&
	       progress.reached_ms[STAGE_ASKED] == 1000000 &&
	       progress.reached_ms[STAGE_UP] == 1000900 && !progress.trouble[0]);
	TAP_OK(!boot_watch_progress(p.w, "bellatrix", &progress));
	wait(&p, 1000);
	check(&p, BOOTED,
	      "a whole boot; the kernel's request is no reboot, silence after it no trouble");

	begin(&p);
	boot(&p);
	wait(&p, 60);
	boot(&p);
	check(&p, BOOTED " " BOOTED, "a reboot");

	begin(&p);
	load(&p);
	wait(&p, 5);
	ask(&p);
	answer(&p, OURS, IP, "/a.nb");
	of_host(&p, EVENT_FILE_ASKED, "/a.nb", NULL);
	of_host(&p, EVENT_FILE_SENT, "/a.nb", NULL);
	check(&p, LOADED " loading loaded", "a reset after it was loaded");

	begin(&p);
	load(&p);
	of_host(&p, EVENT_FILE_ASKED, "/b", NULL);
	of_host(&p, EVENT_FILE_REFUSED, "/b", "file not found");
	of_host(&p, EVENT_FILE_ASKED, "/c", NULL);
	of_host(&p, EVENT_FILE_SENT, "/c", NULL);
	check(&p, LOADED " loading !file-not-found loading loaded",
	      "a loader that loads more files");

	begin(&p);
	boot(&p);
	of_host(&p, EVENT_MOUNT_ASKED, "/home", NULL);
	of_host(&p, EVENT_MOUNT_REFUSED, "/home", "no");
	of_host(&p, EVENT_MOUNTED, "/home", NULL);
	of_host(&p, EVENT_UP, NULL, "login");
	check(&p, BOOTED, "what a host does that is up is no boot");
}

static void test_two_sources(void)
{
	struct play p;

	begin(&p);
	ask(&p);
	p.by_log = true;
	ask(&p);
	p.by_log = false;
	answer(&p, OURS, IP, "/a.nb");
	of_host(&p, EVENT_FILE_ASKED, "/a.nb", NULL);
	p.by_log = true; /* late */
	ask(&p);
	answer(&p, OURS, IP, "/a.nb");
	of_host(&p, EVENT_FILE_ASKED, "/srv/tftp/a.nb", NULL);
	p.by_log = false;
	of_host(&p, EVENT_FILE_REFUSED, "/a.nb", "file not found");
	p.by_log = true;
	of_host(&p, EVENT_FILE_REFUSED, "/srv/tftp/a.nb", "not found");
	check(&p, "asked answered loading !file-not-found", "the wire and a log: everything once");

	begin(&p);
	p.by_log = true; /* tftpd's log has no end of a file, and nothing of NFSv4 */
	ask(&p);
	answer(&p, OURS, IP, "/a.nb");
	of_host(&p, EVENT_FILE_ASKED, "/a.nb", NULL);
	wait(&p, 100);
	ask(&p);
	answer(&p, OURS, IP, "/a.nb");
	wait(&p, 1000);
	of_host(&p, EVENT_MOUNTED, "/r", NULL);
	wait(&p, 1000);
	check(&p, "asked answered loading mounted", "logs only: their silence is no trouble");
}

static void test_boot_server(void)
{
	struct play p;

	begin(&p);
	for (int i = 0; i < 6; i++) {
		ask(&p);
		wait(&p, 4);
	}
	answer(&p, OURS, IP, "/a.nb");
	check(&p, "asked !no-answer answered", "nobody answers, then somebody does");

	begin(&p);
	ask(&p);
	happen(&p, EVENT_IGNORED, MAC, NULL, NULL, NULL, "unknown");
	ask(&p);
	happen(&p, EVENT_IGNORED, MAC, NULL, NULL, NULL, "unknown");
	ask(&p);
	wait(&p, 20);
	check(&p, "asked !not-registered", "a boot server that does not know the host");

	begin(&p);
	ask(&p);
	answer(&p, OTHER, "192.168.1.77", NULL);
	answer(&p, OTHER, "192.168.1.77", NULL);
	check(&p, "asked !other-server", "another server answers");

	begin(&p);
	ask(&p);
	answer(&p, OTHER, IP, "/a.nb");
	check(&p, "asked answered", "another server answers as ours would");

	begin(&p);
	ask(&p);
	answer(&p, OURS, IP, NULL);
	check(&p, "asked answered !no-file", "no boot file");

	begin(&p);
	ask(&p);
	answer(&p, OURS, "192.168.1.77", "/a.nb");
	check(&p, "asked answered !wrong-address", "an address that is another's");

	begin(&p);
	happen(&p, EVENT_ASKED, STRANGER, NULL, NULL, NULL, NULL);
	wait(&p, 10);
	happen(&p, EVENT_ASKED, STRANGER, NULL, NULL, NULL, NULL);
	wait(&p, 10);
	check(&p, STRANGER ":!unknown-host", "a stranger that nobody answers is told once");

	begin(&p);
	happen(&p, EVENT_ASKED, STRANGER, NULL, NULL, NULL, NULL);
	happen(&p, EVENT_ANSWERED, STRANGER, "192.168.1.77", OTHER, NULL, NULL);
	wait(&p, 10);
	check(&p, "", "somebody else's computer is not told of");
}

static void test_stranger_becomes_host(void)
{
	static const char more[] = "aldebaran 192.168.1.100 mac=52:54:00:12:34:56\n"
				   "deneb 192.168.1.103 mac=52:54:00:99:99:99\n";
	cleanup_error struct error err = ERROR_INIT;
	cleanup_hosts_file struct hosts_file hosts = { 0 };
	struct play p;

	begin(&p);
	happen(&p, EVENT_ASKED, STRANGER, NULL, NULL, NULL, NULL);
	happen(&p, EVENT_ASKED, "52:54:00:12:34:57", NULL, NULL, NULL, NULL);
	hosts_file_parse(&hosts, "hosts", more, strlen(more), &err);
	boot_watch_hosts(p.w, &hosts);
	happen(&p, EVENT_ASKED, STRANGER, NULL, NULL, NULL, NULL);
	wait(&p, 60);
	check(&p, "bellatrix:asked deneb:asked " STRANGER ":!unknown-host",
	      "hosts are added and removed while they ask");
}

static void test_files(void)
{
	static const struct {
		const char *text, *due;
	} refusals[] = {
		{ "file not found (File not found)", "!file-not-found" },
		{ "Permission denied", "!file-refused" },
		{ "access violation (Only absolute filenames allowed)", "!file-refused" },
		{ "the host broke it off: disk full", "!file-broken-off" },
		{ "something else", "!file-failed" },
	};
	struct play p;

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		char due[100];

		begin(&p);
		ask(&p);
		answer(&p, OURS, IP, "/a.nb");
		of_host(&p, EVENT_FILE_ASKED, "/a.nb", NULL);
		of_host(&p, EVENT_FILE_REFUSED, "/a.nb", refusals[i].text);
		ask(&p); /* it tries again */
		snprintf(due, sizeof(due), "asked answered loading %s asked", refusals[i].due);
		check(&p, due, refusals[i].text);
	}

	begin(&p);
	ask(&p);
	answer(&p, OURS, IP, "/a.nb");
	of_host(&p, EVENT_FILE_ASKED, "/a.nb", NULL);
	part(&p, 100);
	wait(&p, 30);
	part(&p, 200);
	wait(&p, 30);
	check(&p, "asked answered loading 10% !file-stalled 20% !file-stalled",
	      "a file that stalls");
}

static void test_root(void)
{
	struct play p;

	begin(&p);
	load(&p);
	wait(&p, 100);
	check(&p, LOADED " !no-kernel", "an image that does not start");

	begin(&p);
	load(&p);
	ask(&p);
	answer(&p, OURS, IP, "/a.nb");
	wait(&p, 100);
	check(&p, LOADED " !no-mount", "a kernel that does not mount");

	begin(&p);
	load(&p);
	for (int i = 0; i < 5; i++) {
		ask(&p);
		wait(&p, 4);
	}
	check(&p, LOADED " !no-answer", "a kernel that nobody answers");

	begin(&p);
	load(&p);
	of_host(&p, EVENT_MOUNT_ASKED, "/r", NULL);
	of_host(&p, EVENT_MOUNT_REFUSED, "/r", "access denied");
	of_host(&p, EVENT_MOUNT_ASKED, "/r", NULL);
	of_host(&p, EVENT_MOUNT_REFUSED, "/r", "access denied");
	of_host(&p, EVENT_MOUNTED, "/r", NULL);
	wait(&p, 70);
	of_host(&p, EVENT_INIT, "init", "init");
	wait(&p, 400);
	of_host(&p, EVENT_UP, NULL, "agetty");
	check(&p, LOADED " !mount-refused mounted !no-init init !no-up up",
	      "a root that is refused, then slow at everything");
}

static void test_silence(void)
{
	struct play p;

	begin(&p);
	wait(&p, 100);
	check(&p, "", "a host may stay off");
	begin(&p);
	boot_watch_expect(p.w, "aldebaran", p.now);
	boot_watch_expect(p.w, "nobody", p.now);
	wait(&p, 50);
	ask(&p);
	wait(&p, 5);
	check(&p, "asked", "who is to be switched on has a minute");
	begin(&p);
	boot_watch_expect(p.w, "aldebaran", p.now);
	wait(&p, 100);
	ask(&p);
	wait(&p, 5);
	check(&p, "!silent asked", "then its silence is told, once, until it asks");
}

/* Floods of strangers do not grow the memory without bounds, and hosts stay known. */
static void test_flood(void)
{
	struct boot_progress progress;
	struct play p;

	begin(&p);
	ask(&p);
	for (unsigned int i = 0; i < 5000; i++) {
		char mac[MAC_TEXT_MAX];

		snprintf(mac, sizeof(mac), "52:54:01:00:%02x:%02x", i >> 8, i & 0xff);
		happen(&p, EVENT_ASKED, mac, NULL, NULL, NULL, NULL);
	}
	tap_ok(boot_watch_progress(p.w, "aldebaran", &progress) && progress.stage == STAGE_ASKED,
	       "a host is still known after 5000 strangers");
	check(&p, "asked", "and nothing was said of them yet");
}

int main(void)
{
	test_stages();
	test_two_sources();
	test_boot_server();
	test_stranger_becomes_host();
	test_files();
	test_root();
	test_silence();
	test_flood();
	return tap_done();
}
