/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_boot_packets: real boots, from captures that were made small (tests/data/packets), and frames made here for what
 * goes wrong.
 */
#include "mkdcroot/watch/boot_packets.h"
#include "mkdcroot/base/cleanup.h"
#include "tests/unit/event_text.h"
#include "tests/unit/tap.h"

#include <arpa/inet.h>
#include <stdlib.h>

static void collect(const struct boot_event *e, void *arg)
{
	struct str *out = arg;

	if (strcmp(e->source, BOOT_EVENT_WIRE) != 0 || !e->when_ms)
		str_add(out, "WITHOUT SOURCE OR TIME ");
	event_text(e, out);
}

/* --- captures --- */

/* Frames of the pcap file @name, cut to @cut bytes. */
static void replay(const char *name, size_t cut, struct str *out)
{
	cleanup_free char *path = NULL;
	struct boot_packets *p = boot_packets_new(collect, out);
	uint32_t header[4];
	char frame[65536];
	FILE *f;

	if (asprintf(&path, "tests/data/packets/%s.pcap", name) < 0)
		abort();
	f = fopen(path, "rb");
	if (!f || fseek(f, 24, SEEK_SET)) {
		tap_ok(false, "%s can be read", path);
		boot_packets_free(p);
		return;
	}
	while (fread(header, sizeof(header), 1, f) == 1 && header[2] <= sizeof(frame) &&
	       fread(frame, header[2], 1, f) == 1)
		boot_packets_take(p, frame, header[2] < cut ? header[2] : cut,
				  header[0] * 1000ull + header[1] / 1000);
	fclose(f);
	boot_packets_free(p);
}

#define MAC  "52:54:00:12:34:56"
#define ROOT "/mnt/tftpboot/192.168.1.100"
#define BY   "192.168.1.100 by=192.168.1.1"
#define BOOTED                           \
	"init " BY " file=init (init)\n" \
	"up " BY " (agetty)\n"
static void test_boots(void)
{
	static const struct {
		const char *name, *due;
	} boots[] = {
		{ "own-v3",
		  "mount-asked " BY " file=" ROOT "\nmounted " BY " file=" ROOT "\n" BOOTED },
		{ "own-v4.0", "mount-asked " BY "\nmounted " BY " file=" ROOT "\n" BOOTED },
		{ "own-v4.1", "mount-asked " BY "\nmounted " BY " file=" ROOT "\n" BOOTED },
		{ "own-v4.2", "mount-asked " BY "\nmounted " BY " file=" ROOT "\n" BOOTED },
		{ "stock-v3", NULL },
		{ "stock-v4.2", NULL },
	};

	for (size_t i = 0; i < sizeof(boots) / sizeof(boots[0]); i++) {
		cleanup_str struct str got = STR_INIT;
		const char *text;

		replay(boots[i].name, 65536, &got);
		text = str_text(&got);
		if (boots[i].due)
			tap_ok(event_text_is(&got, boots[i].due), "boot of our kernel: %s",
			       boots[i].name);
		else /* from the ROM on; the progress in between depends on what was cut out */
			tap_ok(strstr(text, "asked " MAC "\nanswered " MAC " " BY
					    " file=/base-1.nb\n") == text &&
				       strstr(text, "file-asked " BY " file=/base-1.nb\n") &&
				       strstr(text, "file-sent " BY " file=/base-1.nb 31607") &&
				       strstr(text, "mounted " BY " file=" ROOT "\n" BOOTED),
			       "boot of Debian's kernel: %s", boots[i].name);
	}
}

/* Frames that end anywhere must not be read over; ASan tells. */
static void test_cut(void)
{
	cleanup_str struct str got = STR_INIT;

	for (size_t cut = 0; cut < 340; cut++)
		replay("stock-v4.2", cut, &got);
	tap_ok(true, "frames cut anywhere");
}

/* --- frames made here --- */

struct made {
	struct boot_packets *p;
	struct str got;
	uint64_t now;
};

static struct made made_new(void)
{
	return (struct made){ .now = 1000 };
}

static void put16(uint8_t *at, unsigned int v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

static void put32(uint8_t *at, uint32_t v)
{
	put16(at, v >> 16);
	put16(at + 2, v & 0xffff);
}

#define HOST   0xc0a80164u
#define SERVER 0xc0a80101u

static void send_ip(struct made *m, uint32_t from, uint32_t to, uint8_t protocol,
		    const uint8_t *data, size_t len, size_t sent)
{
	uint8_t frame[2048] = { [12] = 8, [14] = 0x45, [23] = protocol };

	put16(frame + 16, (unsigned int)(20 + sent));
	put32(frame + 26, from);
	put32(frame + 30, to);
	memcpy(frame + 34, data, len);
	boot_packets_take(m->p, frame, 34 + len, m->now);
}

/* @sent bytes of payload, of which @len were captured. */
static void send_udp(struct made *m, uint32_t from, unsigned int sport, uint32_t to,
		     unsigned int dport, const void *payload, size_t len, size_t sent)
{
	uint8_t data[2000];

	put16(data, sport);
	put16(data + 2, dport);
	put16(data + 4, (unsigned int)(8 + sent));
	memcpy(data + 8, payload, len);
	send_ip(m, from, to, 17, data, 8 + len, 8 + sent);
}

static void send_tcp(struct made *m, uint32_t from, unsigned int sport, uint32_t to,
		     unsigned int dport, uint8_t flags, const void *payload, size_t len)
{
	uint8_t data[2000] = { [12] = 0x50, [13] = flags };

	put16(data, sport);
	put16(data + 2, dport);
	memcpy(data + 20, payload, len);
	send_ip(m, from, to, 6, data, 20 + len, 20 + len);
}

static void begin(struct made *m)
{
	m->p = boot_packets_new(collect, &m->got);
}

static void check(struct made *m, const char *due, const char *what)
{
	tap_ok(event_text_is(&m->got, due), "%s", what);
	boot_packets_free(m->p);
	str_free(&m->got);
}

static void rrq(struct made *m, unsigned int port, const char *rest, size_t len)
{
	uint8_t p[200] = { 0, 1 };

	memcpy(p + 2, rest, len);
	send_udp(m, HOST, port, SERVER, 69, p, 2 + len, 2 + len);
}
#define RRQ(m, port, rest) rrq(m, port, rest, sizeof(rest))

/* TFTP from the server's port 5000, and to it. */
static void tftp(struct made *m, bool by_server, unsigned int port, unsigned int op,
		 unsigned int arg, const char *rest, size_t len, size_t sent)
{
	uint8_t p[600];

	put16(p, op);
	put16(p + 2, arg);
	memcpy(p + 4, rest, len);
	if (by_server)
		send_udp(m, SERVER, 5000, HOST, port, p, 4 + len, 4 + sent);
	else
		send_udp(m, HOST, port, SERVER, 5000, p, 4 + len, 4 + sent);
}

static void oack(struct made *m, unsigned int port, const char *options, size_t len)
{
	uint8_t p[200] = { 0, 6 };

	memcpy(p + 2, options, len);
	send_udp(m, SERVER, 5000, HOST, port, p, 2 + len, 2 + len);
}
#define OACK(m, port, options) oack(m, port, options, sizeof(options))

static void test_tftp(void)
{
	struct made m = made_new();

	/* 70,000 blocks of 512: the numbers go round once.  Only headers were captured. */
	begin(&m);
	RRQ(&m, 2000, "big\0octet");
	RRQ(&m, 2000, "big\0octet");
	for (unsigned int i = 1; i <= 70000; i++) {
		tftp(&m, true, 2000, 3, i & 0xffff, "", 0, i < 70000 ? 512 : 100);
		tftp(&m, false, 2000, 4, i & 0xffff, "", 0, 0);
	}
	check(&m,
	      "file-asked " BY " file=big\n"
	      "file-sent " BY " file=big 35839588/35839588\n",
	      "a file without size, round the block numbers, asked for twice");

	begin(&m);
	RRQ(&m, 2000, "a\0octet\0blksize\0001000\0tsize\0000");
	OACK(&m, 2000, "blksize\0001000\0tsize\0002500");
	tftp(&m, false, 2000, 4, 0, "", 0, 0);
	for (unsigned int i = 1; i <= 3; i++) {
		m.now += 300;
		tftp(&m, true, 2000, 3, i, "", 0, i < 3 ? 1000 : 500);
		tftp(&m, false, 2000, 4, i, "", 0, 0);
		tftp(&m, false, 2000, 4, i, "", 0, 0);
	}
	check(&m,
	      "file-asked " BY " file=a\nfile-part " BY " file=a 1000/2500\n"
	      "file-part " BY " file=a 2000/2500\nfile-sent " BY " file=a 2500/2500\n",
	      "blksize and tsize; acknowledgements sent twice");

	begin(&m);
	RRQ(&m, 2000, "a\0octet\0tsize\0000");
	OACK(&m, 2000, "tsize\0002500");
	tftp(&m, false, 2000, 5, 8, "no", 3, 3);
	RRQ(&m, 2001, "a\0octet\0tsize\0000");
	OACK(&m, 2001, "tsize\0002500");
	tftp(&m, false, 2001, 5, 0, "TFTP Aborted", 13, 13);
	check(&m, "file-asked " BY " file=a\nfile-asked " BY " file=a\n",
	      "PXE firmware that only asks for the size is in no trouble");

	begin(&m);
	RRQ(&m, 2000, "a\0octet");
	tftp(&m, true, 2000, 5, 1, "File not found", 15, 15);
	RRQ(&m, 2001, "b\0octet");
	tftp(&m, true, 2001, 5, 0, "Permission\x1b[31m denied", 22, 22);
	RRQ(&m, 2002, "c\0octet");
	tftp(&m, true, 2002, 3, 1, "", 0, 512);
	tftp(&m, false, 2002, 4, 1, "", 0, 0);
	tftp(&m, false, 2002, 5, 3, "", 0, 0);
	check(&m,
	      "file-asked " BY " file=a\nfile-refused " BY
	      " file=a (file not found (File not found))\n"
	      "file-asked " BY " file=b\nfile-refused " BY " file=b (Permission?[31m denied)\n"
	      "file-asked " BY " file=c\nfile-refused " BY
	      " file=c (the host broke it off: disk full)\n",
	      "errors of both sides; nothing of them drives a terminal");
}

static void bootp(struct made *m, bool reply, const char *options, size_t len, const char *file,
		  bool ciaddr)
{
	uint8_t p[600] = { reply ? 2 : 1, 1, 6 };

	memcpy(p + 28, "\x52\x54\x00\x12\x34\x56", 6);
	if (ciaddr)
		put32(p + 12, HOST);
	if (reply)
		put32(p + 16, HOST);
	strcpy((char *)p + 108, file);
	put32(p + 236, 0x63825363);
	memcpy(p + 240, options, len);
	send_udp(m, reply ? SERVER : 0, reply ? 67 : 68, reply ? HOST : 0xffffffff, reply ? 68 : 67,
		 p, 300, 300);
}
#define BOOTP(m, reply, options, file, ciaddr) \
	bootp(m, reply, options, sizeof(options) - 1, file, ciaddr)

static void test_bootp(void)
{
	struct made m = made_new();

	begin(&m);
	BOOTP(&m, false, "\xff", "", false);
	BOOTP(&m, true, "\xff", "", false);
	BOOTP(&m, false, "\x35\x01\x01\xff", "", false);
	BOOTP(&m, true, "\x35\x01\x02\x36\x04\x0a\x00\x00\x01\x43\x05other\xff", "", false);
	BOOTP(&m, true, "\x35\x01\x06\x38\x05wrong\xff", "", false);
	check(&m,
	      "asked " MAC "\nanswered " MAC " " BY " (no boot file)\n"
	      "asked " MAC "\nanswered " MAC " 192.168.1.100 by=10.0.0.1 file=other\n"
	      "ignored " MAC " by=192.168.1.1 (wrong)\n",
	      "BOOTP and DHCP; no boot file, one in an option, DHCPNAK");

	begin(&m);
	BOOTP(&m, false, "\x35\x01\x03\x36\x04\x0a\x00\x00\x01\x32\x04\x0a\x00\x00\x07\xff", "",
	      false);
	check(&m, "answered " MAC " 10.0.0.7 by=10.0.0.1\nasked " MAC "\n",
	      "whose offer was taken, when the offer itself was not seen");

	begin(&m);
	BOOTP(&m, false, "\x35\x01\x03\xff", "", true);
	BOOTP(&m, true, "\x35\x01\x05\xff", "", true);
	BOOTP(&m, false, "\x35\x01\x07\xff", "", false);
	BOOTP(&m, false, "\x35\xff\x01", "", false);
	check(&m, "asked " MAC "\n", "who prolongs or gives back a lease does not boot");
}

/* An RPC call over TCP from the host's port 700: the words behind the header. */
static void rpc_call(struct made *m, uint32_t xid, uint32_t program, uint32_t version,
		     uint32_t procedure, const void *args, size_t len)
{
	uint8_t p[600];
	const uint32_t header[] = { 0x80000000u | (uint32_t)(40 + len),
				    xid,
				    0,
				    2,
				    program,
				    version,
				    procedure,
				    0,
				    0,
				    0,
				    0 };

	for (size_t i = 0; i < 11; i++)
		put32(p + 4 * i, header[i]);
	memcpy(p + 44, args, len);
	send_tcp(m, HOST, 700, SERVER, 2049, 0x18, p, 44 + len);
}

static void rpc_reply(struct made *m, uint32_t xid, uint32_t accept, uint32_t status)
{
	const uint32_t words[] = { 0x80000000u | 28, xid, 1, 0, 0, 0, accept, status };
	uint8_t p[32];

	for (size_t i = 0; i < 8; i++)
		put32(p + 4 * i, words[i]);
	send_tcp(m, SERVER, 2049, HOST, 700, 0x18, p, sizeof(p));
}

static void test_mount3(void)
{
	struct made m = made_new();

	begin(&m);
	rpc_call(&m, 7, 100005, 3, 1, "\0\0\0\2/a\0\0", 8);
	rpc_reply(&m, 8, 0, 13); /* not its */
	rpc_reply(&m, 7, 0, 13);
	rpc_reply(&m, 7, 0, 13); /* said again by TCP */
	rpc_call(&m, 9, 100005, 3, 1, "\0\0\0\2/a\0\0", 8);
	rpc_reply(&m, 9, 2, 0);
	rpc_call(&m, 10, 100005, 3, 1, "\0\0\0\2/a\0\0", 8);
	rpc_reply(&m, 10, 0, 0);
	check(&m,
	      "mount-asked " BY " file=/a\nmount-refused " BY " file=/a (access denied)\n"
	      "mount-refused " BY
	      " file=/a (the server does not speak this version of the protocol)\n"
	      "mounted " BY " file=/a\n",
	      "MOUNT, refused by its status and by RPC, then granted");

	begin(&m);
	send_tcp(&m, SERVER, 2049, HOST, 700, 0x14, "", 0);
	check(&m, "mount-refused " BY " (connection refused: nobody listens on the NFS port)\n",
	      "a connection that is refused");
}

/* tag, minor version 2, operations */
#define COMPOUND(n)	   "\0\0\0\0\0\0\0\2\0\0\0" n
#define PUTROOTFH	   "\0\0\0\x18"
#define PUTFH(fh)	   "\0\0\0\x16\0\0\0\4" fh
#define LOOKUP4(name)	   "\0\0\0\x0f\0\0\0\4" name
#define CALL4(m, xid, ops) rpc_call(m, xid, 100003, 4, 1, ops, sizeof(ops) - 1)

static void test_nfs4(void)
{
	struct made m = made_new();

	begin(&m);
	CALL4(&m, 1, COMPOUND("\1") PUTROOTFH);
	rpc_reply(&m, 1, 0, 0);
	CALL4(&m, 2, COMPOUND("\2") PUTFH("root") LOOKUP4("tftp"));
	rpc_reply(&m, 2, 0, 10008); /* NFS4ERR_DELAY */
	rpc_reply(&m, 2, 0, 0);
	CALL4(&m, 3, COMPOUND("\2") PUTFH("tftp") LOOKUP4("host"));
	rpc_reply(&m, 3, 0, 2);
	check(&m, "mount-asked " BY "\nmount-refused " BY " file=/tftp/host (no such directory)\n",
	      "NFSv4: a path that is not exported");

	begin(&m);
	CALL4(&m, 1, COMPOUND("\2") PUTROOTFH LOOKUP4("tftp"));
	rpc_reply(&m, 1, 0, 0);
	CALL4(&m, 2, COMPOUND("\2") PUTFH("tftp") LOOKUP4("sbin"));
	rpc_reply(&m, 2, 0, 2);
	CALL4(&m, 3, COMPOUND("\2") PUTFH("tftp") LOOKUP4("init"));
	rpc_reply(&m, 3, 0, 2);
	CALL4(&m, 4, COMPOUND("\2") PUTFH("tftp") LOOKUP4("init"));
	rpc_reply(&m, 4, 0, 0);
	check(&m, "mount-asked " BY "\nmounted " BY " file=/tftp\ninit " BY " file=init (init)\n",
	      "NFSv4: mounted without a known path; init is not there, then it is");
}

int main(void)
{
	test_boots();
	test_cut();
	test_tftp();
	test_bootp();
	test_mount3();
	test_nfs4();
	return tap_done();
}
