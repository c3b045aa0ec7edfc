/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of `try` that need neither namespaces nor QEMU: console, verdict, evidence, addresses, cards. */
#include "mkdcroot/base/str.h"
#include "mkdcroot/try/console.h"
#include "mkdcroot/try/qemu.h"
#include "mkdcroot/try/running.h"
#include "mkdcroot/try/trial.h"
#include "tests/unit/tap.h"

#include <stdlib.h>
#include <string.h>

/* --- console --- */

struct seen {
	int count[3];
	char line[64];
};

static void see(int id, const char *line, void *arg)
{
	struct seen *seen = arg;

	seen->count[id]++;
	snprintf(seen->line, sizeof(seen->line), "%s", line);
}

static const struct console_mark marks[] = { { "login:", 0 }, { "panic - not", 1 }, { "aab", 2 } };

/* Feed @text in pieces of @piece bytes. */
static struct seen feed(const char *text, size_t piece, struct strv *lines)
{
	struct seen seen = { 0 };
	struct console *c = console_new(marks, 3, see, &seen);

	for (size_t at = 0, len = strlen(text); at < len; at += piece)
		console_take(c, text + at, len - at < piece ? len - at : piece);
	if (lines)
		console_last(c, lines);
	console_free(c);
	return seen;
}

static void test_console(void)
{
	cleanup_strv struct strv lines = STRV_INIT, many = STRV_INIT;
	cleanup_str struct str text = STR_INIT;
	struct seen seen;

	for (size_t piece = 1; piece < 20; piece++) {
		seen = feed("Debian\r\n\r\naldebaran login: ", piece, NULL);
		tap_ok(seen.count[0] == 1 && strcmp(seen.line, "aldebaran login:") == 0,
		       "a prompt without newline is found in pieces of %zu", piece);
	}
	tap_ok(feed("log\nin: ", 3, NULL).count[0] == 0, "a text does not go over a newline");
	tap_ok(feed("\033[1;31mlo\033[0mgin\033]0;title\a:", 2, NULL).count[0] == 1,
	       "control sequences in the middle do not matter");
	tap_ok(feed("aaab", 1, NULL).count[2] == 1, "a text that begins within itself is found");
	tap_ok(feed("Kernel panic - not syncing: no init", 5, NULL).count[1] == 1, "a panic");
	tap_ok(feed("\033[2 qlogin:", 1, NULL).count[0] == 1, "a sequence ends with its last byte");
	tap_ok(feed("\033]never ended\nlogin:", 1, NULL).count[0] == 1,
	       "a newline ends a sequence that does not end");

	feed("one\n   \n10 KB\r20 KB\r30 KB\r\ntw\033[1mo\x01\xfe\n\nthree", 4, &lines);
	tap_ok(lines.n == 4, "empty lines are left out (%zu)", lines.n);
	tap_ok(lines.n > 1 && strcmp(lines.v[1], "30 KB") == 0, "what is written over is gone");
	tap_ok(lines.n > 2 && strcmp(lines.v[2], "two?") == 0, "what cannot be printed is a ?");
	tap_ok(lines.n > 3 && strcmp(lines.v[3], "three") == 0, "the unfinished line is the last");

	for (int i = 0; i < 100; i++)
		str_addf(&text, "line %d\n", i);
	for (int i = 0; i < 5000; i++)
		str_addc(&text, 'x');
	str_add(&text, " login:");
	seen = feed(str_text(&text), 4096, &many);
	tap_ok(many.n == 20 && strcmp(many.v[0], "line 81") == 0, "twenty lines are kept");
	tap_ok(seen.count[0] == 1, "in a line without end the text is found, too");
}

/* --- running --- */

static struct ip_addr ip_of(const char *text)
{
	cleanup_error struct error err = ERROR_INIT;
	struct ip_addr ip = { 0 };

	ip_parse(&ip, text, &err);
	return ip;
}

static void test_running(void)
{
	static const char info[] = "clientid: 0x8e5b7d3c6a2f1e09\n"
				   "address: \"192.168.1.100:873\"\n"
				   "status: confirmed\n"
				   "seconds from last renew: 42\n"
				   "name: \"Linux NFSv4.2 aldebaran\"\n"
				   "minor version: 2\n";
	static const char tcp[] =
		"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt\n"
		"   0: 00000000:0801 00000000:0000 0A 00000000:00000000 00:00000000 00000000\n"
		"   1: 0101A8C0:0801 6401A8C0:0369 01 00000000:00000000 00:00000000 00000000\n"
		"   2: 0101A8C0:0016 6501A8C0:0369 01 00000000:00000000 00:00000000 00000000\n"
		"   3: 0101A8C0:0801 6601A8C0:0369 06 00000000:00000000 00:00000000 00000000\n";
	struct ip_addr ip = ip_of("192.168.1.100"), near = ip_of("192.168.1.10");
	cleanup_str struct str text = STR_INIT;
	char *at;

	tap_ok(running_nfsd_client(info, &ip), "a client that renewed its lease");
	tap_ok(!running_nfsd_client(info, &near), "an address that only begins so is another");
	str_add(&text, info);
	at = strstr(text.data, "42");
	memcpy(at, "91", 2);
	tap_ok(!running_nfsd_client(text.data, &ip), "a lease that has run out");
	at = strstr(text.data, "seconds");
	memcpy(at, "Seconds", 7);
	tap_ok(running_nfsd_client(text.data, &ip), "older kernels do not say when");
	memcpy(strstr(text.data, "status: confirmed"), "status: unconfirm", 17);
	tap_ok(!running_nfsd_client(text.data, &ip), "a client that is not confirmed");
	tap_ok(!running_nfsd_client("", &ip) && !running_nfsd_client("address:", &ip), "nothing");

	tap_ok(running_tcp(tcp, &ip), "an established connection to port 2049");
	ip = ip_of("192.168.1.101");
	tap_ok(!running_tcp(tcp, &ip), "a connection to another port");
	ip = ip_of("192.168.1.102");
	tap_ok(!running_tcp(tcp, &ip), "a connection that has ended");
	tap_ok(!running_tcp("", &ip) && !running_tcp("1:\n2: x", &ip), "no table");
}

/* --- verdict --- */

/* All went well, a second a stage. */
static struct trial_facts good_facts(void)
{
	struct trial_facts f = { .started_ms = 1000,
				 .ended_ms = 7000,
				 .mount_asked_ms = 5000,
				 .up_ms = 7000,
				 .end = TRIAL_UP };
	uint64_t *reached = f.progress.reached_ms;

	reached[STAGE_ASKED] = 2000;
	reached[STAGE_ANSWERED] = 3000;
	reached[STAGE_LOADING] = 3100;
	reached[STAGE_LOADED] = 4000;
	reached[STAGE_MOUNTED] = 5500;
	reached[STAGE_INIT] = 6000;
	f.progress.stage = STAGE_UP;
	return f;
}

static void test_success(void)
{
	struct trial_facts f = good_facts();
	struct trial_verdict v;
	int64_t sum = 0;

	trial_verdict_make(&v, &f);
	for (int i = 0; i < TRIAL_STAGES; i++)
		sum += v.stage_ms[i];
	tap_ok(v.up && v.total_ms == 6000 && sum == 6000, "six stages of a second each");
	f.progress.reached_ms[STAGE_INIT] = 0;
	f.mount_asked_ms = 0;
	trial_verdict_make(&v, &f);
	tap_ok(v.stage_ms[TRIAL_KERNEL] == 1500 && v.stage_ms[TRIAL_NFS] == 0 &&
		       v.stage_ms[TRIAL_INIT] == 1500,
	       "what was not seen is in the stage beside it");
	f = good_facts();
	f.progress.reached_ms[STAGE_ANSWERED] = 1900;
	trial_verdict_make(&v, &f);
	tap_ok(v.stage_ms[TRIAL_BOOTP] == 0 && v.stage_ms[TRIAL_TFTP] == 2000,
	       "no stage takes less than no time");
}

/* What is reached, and the stage that is named when nothing more comes. */
static void test_failures(void)
{
	static const enum boot_stage last[TRIAL_STAGES] = { STAGE_OFF,	   STAGE_ASKED,
							    STAGE_LOADING, STAGE_LOADED,
							    STAGE_LOADED,  STAGE_INIT };
	struct trial_verdict v;

	for (int stage = 0; stage < TRIAL_STAGES; stage++) {
		struct trial_facts f = good_facts();

		f.end = TRIAL_TIMEOUT;
		f.up_ms = 0;
		for (int i = last[stage] + 1; i < STAGE_COUNT; i++)
			f.progress.reached_ms[i] = 0;
		if (stage < TRIAL_NFS)
			f.mount_asked_ms = 0;
		trial_verdict_make(&v, &f);
		tap_ok(!v.up && (int)v.failed == stage && *v.reason && v.hint, "%s failed: %s",
		       trial_stage_name((enum trial_stage)stage), v.reason);
	}
}

static void test_reasons(void)
{
	struct trial_facts f = good_facts();
	struct trial_verdict v;

	f.up_ms = f.progress.reached_ms[STAGE_INIT] = 0;
	f.end = TRIAL_CONSOLE;
	strcpy(f.why, "Kernel panic - not syncing: No working init found.");
	trial_verdict_make(&v, &f);
	tap_ok(v.failed == TRIAL_INIT && strstr(v.reason, "No working init") && v.hint,
	       "a panic is the reason: %s", v.reason);
	f.end = TRIAL_TROUBLE;
	strcpy(f.progress.trouble_text, "init was not found");
	trial_verdict_make(&v, &f);
	tap_ok(strstr(v.reason, "init was not found") && !v.hint, "the watcher's words: %s",
	       v.reason);
	f.end = TRIAL_INTERRUPTED;
	trial_verdict_make(&v, &f);
	tap_ok(!v.up && strstr(v.reason, "interrupted after 6 s"), "%s", v.reason);
}

/* --- addresses, words, cards --- */

static void test_addresses(void)
{
	cleanup_settings struct settings s = { 0 };
	cleanup_error struct error err = ERROR_INIT;
	struct ip_addr ip = ip_of("10.99.7.5"), first = ip_of("10.99.7.1");
	struct trial_addresses a;

	settings_init(&s);
	trial_addresses_find(&a, &s, &ip);
	tap_ok(strcmp(a.server, "10.99.7.1") == 0 && strcmp(a.netmask, "255.255.255.0") == 0,
	       "nothing is known: %s/%s", a.server, a.netmask);
	trial_addresses_find(&a, &s, &first);
	tap_ok(strcmp(a.server, "10.99.7.2") == 0, "the host has that one: %s", a.server);
	settings_set(&s, "nfs_server", "10.99.7.77", &err);
	settings_set(&s, "netmask", "255.255.0.0", &err);
	trial_addresses_find(&a, &s, &ip);
	tap_ok(strcmp(a.server, "10.99.7.77") == 0 && strcmp(a.netmask, "255.255.0.0") == 0 &&
		       !*a.router,
	       "the settings say it");
	settings_set(&s, "nfs_server", "10.1.0.1", &err);
	settings_set(&s, "gateway", "10.99.0.9", &err);
	trial_addresses_find(&a, &s, &ip);
	tap_ok(strcmp(a.server, "10.1.0.1") == 0 && strcmp(a.router, "10.99.0.9") == 0,
	       "a server in another network, behind the gateway");
}

static void test_words(void)
{
	cleanup_settings struct settings s = { 0 };
	cleanup_error struct error err = ERROR_INIT;
	char *words;

	settings_init(&s);
	words = trial_kernel_words(&s, "10.0.0.1", "/tftpboot/10.0.0.5", 0);
	tap_ok(strcmp(words, "console=tty0 console=ttyS0,115200") == 0, "%s", words);
	free(words);
	settings_set(&s, "nfs_options", "vers=4.1,rsize=65536,nolock", &err);
	words = trial_kernel_words(&s, "10.0.0.1", "/tftpboot/10.0.0.5", '3');
	tap_ok(strcmp(words,
		      "console=tty0 console=ttyS0,115200 nfsroot=10.0.0.1:/tftpboot/10.0.0.5,"
		      "rsize=65536,vers=3,nolock,noacl") == 0,
	       "%s", words);
	free(words);
}

static void test_cards(void)
{
	static const struct mac_addr mac = { true, { 0x52, 0x54, 0, 1, 2, 3 } };
	cleanup_error struct error err = ERROR_INIT;
	cleanup_strv struct strv argv = STRV_INIT;
	struct qemu_options o = {
		.mac = mac, .memory_mb = 300, .accel = "tcg", .tap = 9, .rom = 10, .screenshot = -1
	};

	o.card = qemu_card_find("pcnet32", &err);
	TAP_OK(o.card && strcmp(o.card->device, "pcnet") == 0);
	qemu_arguments(&o, &argv);
	tap_ok(strv_has(&argv, "pcnet,netdev=net,mac=52:54:00:01:02:03,bootindex=0,"
			       "romfile=/proc/self/fd/5"),
	       "the card in QEMU's arguments");
	tap_ok(strv_has(&argv, "300") && strv_has(&argv, "none") && !strv_has(&argv, "std"),
	       "memory, and no screen");
	tap_ok(!qemu_card_find("3c59x", &err) && strstr(error_text(&err), "rtl8139") &&
		       strstr(error_text(&err), "vmxnet3"),
	       "%s", error_text(&err));
}

int main(void)
{
	test_console();
	test_running();
	test_success();
	test_failures();
	test_reasons();
	test_addresses();
	test_words();
	test_cards();
	return tap_done();
}
