/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_boot_log: logs that the real daemons wrote (tests/data/logs), and lines of those that could not run. */
#include "mkdcroot/watch/boot_log.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "tests/unit/event_text.h"
#include "tests/unit/tap.h"

#include <stdlib.h>
#include <time.h>

#define MAC	 "52:54:00:12:34:56"
#define STRANGER "52:54:00:99:99:99"
#define IP	 "192.168.1.100"

/* The events of the file @name; the same that come one after another are given once. */
static void events_of(const char *name, struct str *out)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_strv struct strv lines = STRV_INIT;
	cleanup_str struct str text = STR_INIT, last = STR_INIT;
	struct boot_log *log = boot_log_new();
	char path[100];

	snprintf(path, sizeof(path), "tests/data/logs/%s", name);
	if (fs_read_file(path, &text, &err))
		tap_ok(false, "%s", error_text(&err));
	strv_split(&lines, str_text(&text), "\n");
	for (size_t i = 0; i < lines.n; i++) {
		cleanup_str struct str one = STR_INIT;
		struct boot_event e;

		if (!boot_log_take(log, NULL, lines.v[i], 0, &e))
			continue;
		event_text(&e, &one);
		if (strcmp(str_text(&one), str_text(&last)) != 0)
			str_add(out, str_text(&one));
		last.len = 0;
		str_add(&last, str_text(&one));
	}
	boot_log_free(log);
}

static void test_files(void)
{
	static const struct {
		const char *name, *due;
	} files[] = {
		{ "bootpd-d4", "asked " MAC "\nanswered " MAC " " IP " file=//test.nb\n" },
		{ "bootpd-syslog", "asked " MAC "\nanswered " MAC " " IP " file=//test.nb\n" },
		{ "bootpd-unknown", "asked " STRANGER "\nignored " STRANGER
				    " (it does not know this MAC address)\n" },
		{ "dnsmasq",
		  "asked " MAC "\nanswered " MAC " " IP "\nasked " MAC " " IP "\n"
		  "answered " MAC " " IP "\nignored " STRANGER " (no address available)\n"
		  "answered " MAC " " IP "\n"
		  "file-refused " IP " file=/run/tftp/nothing.nb (file not found)\n"
		  "file-refused file=/run/tftp/secret.nb (Permission denied)\n"
		  "file-sent " IP " file=/run/tftp/test.nb\n"
		  "ignored " STRANGER " (no address available)\n" },
		{ "dhcpd",
		  "asked " MAC "\nanswered " MAC " " IP "\nasked " MAC " " IP "\n"
		  "answered " MAC " " IP "\n"
		  "ignored " STRANGER " (network 192.168.1.0/24: no free leases)\n"
		  "asked " MAC "\nanswered " MAC " " IP "\n"
		  "ignored " STRANGER " (BOOTP from dynamic client and no dynamic leases)\n" },
		{ "kea-debug",
		  "asked " MAC "\nanswered " MAC " " IP "\nasked " MAC "\n"
		  "answered " MAC " " IP "\nasked " STRANGER "\n"
		  "ignored " STRANGER " (failed to allocate an IPv4 lease in the "
		  "subnet 192.168.1.0/24, subnet-id 1, shared network (none))\n"
		  "ignored " STRANGER " (no pools were available for the address allocation)\n"
		  "ignored " STRANGER " (Failed to allocate an IPv4 address for client with "
		  "classes: ALL, VENDOR_CLASS_PXEClient, UNKNOWN)\n" },
		{ "tftpd-v",
		  "file-asked " IP " file=test.nb\nfile-asked " IP " file=nothing.nb\n"
		  "file-asked " IP " file=secret.nb\nfile-asked " IP " file=etc/shadow\n" },
		{ "tftpd-vvvv",
		  "file-asked " IP " file=test.nb\nfile-asked " IP " file=nothing.nb\n"
		  "file-refused " IP " file=nothing.nb (File not found)\n"
		  "file-asked " IP " file=secret.nb\n"
		  "file-refused " IP " file=secret.nb (Permission denied)\n"
		  "file-asked " IP " file=etc/shadow\n"
		  "file-refused " IP " file=etc/shadow (File not found)\n" },
		{ "atftpd", "file-asked " IP " file=test.nb\nfile-sent " IP " file=test.nb\n"
			    "file-asked " IP " file=nothing.nb\n"
			    "file-refused " IP " file=/run/tftp/nothing.nb (file not found, or not "
			    "readable for the daemon's user)\n"
			    "file-asked " IP " file=secret.nb\n"
			    "file-refused " IP " file=/run/tftp/secret.nb (file not found, or not "
			    "readable for the daemon's user)\n" },
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		cleanup_str struct str got = STR_INIT;

		events_of(files[i].name, &got);
		tap_ok(event_text_is(&got, files[i].due), "%s", files[i].name);
	}
}

/* @program's @line says @due; "" for nothing. */
static void line_is(const char *program, const char *line, const char *due)
{
	cleanup_str struct str got = STR_INIT;
	struct boot_log *log = boot_log_new();
	struct boot_event e;

	if (boot_log_take(log, program, line, 0, &e))
		event_text(&e, &got);
	tap_ok(event_text_is(&got, due), "%s: %.60s", program ? program : "log", line);
	boot_log_free(log);
}

static void test_lines(void)
{
	/* rpc.mountd and nfs-ganesha by their sources: support/export of nfs-utils 2.6.2, mnt_Mnt.c of 4.3. */
	line_is(NULL,
		"Nov 26 21:40:03 farm rpc.mountd[812]: authenticated mount request from "
		"192.168.1.100:843 for /tftpboot/192.168.1.100 (/tftpboot/192.168.1.100)",
		"mounted " IP " file=/tftpboot/192.168.1.100\n");
	line_is("rpc.mountd",
		"refused mount request from 192.168.1.100 for /tftpboot/x (/): not exported",
		"mount-refused " IP " file=/tftpboot/x (not exported)\n");
	line_is(NULL,
		"26/11/2026 21:36:52 : epoch 6b08a674 : farm : nfs-ganesha-8176[svc_12] mnt_Mnt "
		":NFS3 :INFO :MOUNT: Export entry /tftpboot/x does not allow access for client "
		"::ffff:192.168.1.100",
		"mount-refused " IP " file=/tftpboot/x (the export does not allow this host)\n");
	line_is("dnsmasq-dhcp", "DHCPDISCOVER(eth0) 192.168.1.7 52:54:00:12:34:56 ignored",
		"ignored " MAC " 192.168.1.7 (ignored)\n");
	line_is("dnsmasq", "dnsmasq-dhcp[77]: 12 DHCPACK(br0) 192.168.1.100 52:54:00:12:34:56 a",
		"answered " MAC " " IP "\n");
	line_is("dnsmasq", "12 DHCPDISCOVER(br0) 52:54:00:12:34:56 ", "asked " MAC "\n");
	line_is("dnsmasq", "sent /srv/tftp/a to b to 192.168.1.100",
		"file-sent " IP " file=/srv/tftp/a to b\n");
	line_is("dhcpd", "DHCPDISCOVER from 52:54:00:12:34:56 (aldebaran) via eth0: no free leases",
		"ignored " MAC " (no free leases)\n");
	line_is("dhcpd", "DHCPNAK on 192.168.1.7 to 52:54:00:12:34:56 via eth0",
		"ignored " MAC
		" (it said no (DHCPNAK): the host asked for an address that is not its own)\n");
	line_is("dnsmasq-dhcp", "DHCPRELEASE(br0) 192.168.1.100 52:54:00:12:34:56", "");
	line_is("sshd", "RRQ from 192.168.1.100 filename x", "");
	line_is(NULL, "RRQ from 192.168.1.100 filename x", "");
	line_is("in.tftpd", "RRQ from 192.168.1.999 filename x", "");
	line_is("in.tftpd", "RRQ from 192.168.1.100 filename a\tb\x1b]0;c\x80",
		"file-asked " IP " file=a?b?]0;c?\n");
	line_is("in.tftpd", "", "");
	line_is(NULL, "", "");
}

/* The time that stands in a line. */
static void time_is(const char *line, const char *due)
{
	struct boot_log *log = boot_log_new();
	struct boot_event e = { 0 };
	char text[40] = "not read";
	struct tm tm;
	time_t t;

	if (boot_log_take(log, NULL, line, 0, &e)) {
		t = (time_t)(e.when_ms / 1000);
		gmtime_r(&t, &tm);
		strftime(text, sizeof(text), "%m-%d %H:%M:%S", &tm);
		snprintf(text + strlen(text), sizeof(text) - strlen(text), ".%03u",
			 (unsigned int)(e.when_ms % 1000));
	}
	boot_log_free(log);
	tap_ok(strcmp(text, due) == 0, "%.35s... is of %s", line, text);
}

static void test_times(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
	time_is("Jan  6 01:02:03 farm in.tftpd[1]: RRQ from 192.168.1.100 filename x",
		"01-06 01:02:03.000");
	time_is("<29>Nov 26 21:46:30 in.tftpd[161]: RRQ from 192.168.1.100 filename x",
		"11-26 21:46:30.000");
	time_is("2026-11-26T21:46:30.123456+01:00 farm in.tftpd[1]: RRQ from 192.168.1.100 "
		"filename x",
		"11-26 20:46:30.123");
	time_is("2026-11-26 21:46:30.5 INFO  [kea-dhcp4.leases/1.2] DHCP4_LEASE_ALLOC [hwtype=1 "
		"52:54:00:12:34:56], cid=[no info], tid=0x1: lease 192.168.1.100 has been "
		"allocated",
		"11-26 21:46:30.500");
	time_is("Foo 26 21:46:30 farm in.tftpd[1]: RRQ from 192.168.1.100 filename x", "not read");
}

int main(void)
{
	test_files();
	test_lines();
	test_times();
	return tap_done();
}
