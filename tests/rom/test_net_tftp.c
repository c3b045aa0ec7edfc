/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TFTP against a server that can do everything right and, when told to, everything wrong. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rom/core/error.h"
#include "tests/rom/fake_net.h"
#include "tests/unit/tap.h"

enum { RRQ = 1, DATA = 3, ACK = 4, ERROR = 5, OACK = 6 };

static struct net net;

/* The server of the running test; a session's numbers are below the line. */
static struct server {
	uint32_t size;	     /* of the file */
	bool ignore_options; /* answers with DATA 1 */
	uint16_t refuse;     /* 1 + the code of the ERROR it answers options with */
	bool drop_options;   /* does not answer requests with options */
	bool drop_large;     /* blocks of more than 512 bytes do not get through */
	uint32_t max_blksize;
	uint32_t windowsize; /* 0: not supported */
	bool roll_to_1;
	uint32_t delay;			       /* each way, ms */
	uint32_t timeout;		       /* until it repeats a window */
	unsigned int loss, duplicate, reorder; /* per cent of frames to the loader */
	unsigned int loss_back;		       /* per cent of frames from the loader */
	uint32_t tamper_block; /* on_block() is called instead of sending this block once */
	void (*on_block)(uint8_t *packet, uint32_t *len);
	const char *oack; /* instead of an honest one, with OACK_LEN bytes */
	uint32_t oack_len;
	uint16_t tid; /* its port; 0: a new one for each request */
	/* --- */
	uint32_t requests, requests_with_options, acks, blocks_sent, errors, last_error;
	uint32_t wrong_tid_errors;
	uint16_t session_tid, peer;
	uint32_t blksize, window, base; /* base: last block acknowledged */
	uint32_t sent_at;
	bool active, oack_pending, tampered;
	char name[512];
} server;

/* What arrived. */
static uint32_t got;
static bool wrong_data;
static int sink_result;
static uint32_t sink_stop = UINT32_MAX;

static uint8_t file_byte(uint32_t i)
{
	return (uint8_t)(i * 131 + (i >> 8) * 7 + (i >> 16) * 3);
}

static int sink_data(void *context, const void *data, uint32_t len)
{
	const uint8_t *p = data;

	(void)context;
	for (uint32_t i = 0; i < len; i++)
		wrong_data = wrong_data || p[i] != file_byte(got + i);
	got += len;
	return got > sink_stop ? sink_result : 0;
}

static void send_packet(const void *packet, uint32_t len, uint16_t port)
{
	struct fake_udp udp = { .source = FAKE_SERVER_IP,
				.dest = FAKE_CLIENT_IP,
				.source_port = port,
				.dest_port = server.peer,
				.payload = packet,
				.len = len,
				.delay = server.delay };

	if (fake_random() % 100 < server.loss)
		return;
	if (fake_random() % 100 < server.reorder)
		udp.delay += 3;
	fake_udp_send(&udp);
	if (fake_random() % 100 < server.duplicate) {
		udp.delay += fake_random() % 4;
		fake_udp_send(&udp);
	}
}

static void send_error(uint16_t code, const char *text, uint16_t port)
{
	uint8_t p[100] = { 0, ERROR, 0, (uint8_t)code };

	memcpy(p + 4, text, strlen(text) + 1);
	send_packet(p, 4 + (uint32_t)strlen(text) + 1, port);
}

static uint32_t block_count(void)
{
	return server.size / server.blksize + 1;
}

static uint16_t wire_number(uint32_t block)
{
	if (server.roll_to_1)
		return (uint16_t)((block - 1) % 65535 + 1);
	return (uint16_t)block;
}

static void send_block(uint32_t block)
{
	uint8_t p[2000] = { 0, DATA };
	uint32_t start = (block - 1) * server.blksize, len = server.size - start;
	uint16_t number = wire_number(block);

	if (len > server.blksize)
		len = server.blksize;
	p[2] = (uint8_t)(number >> 8);
	p[3] = (uint8_t)number;
	for (uint32_t i = 0; i < len; i++)
		p[4 + i] = file_byte(start + i);
	len += 4;
	server.blocks_sent++;
	if (block == server.tamper_block && !server.tampered) {
		server.tampered = true;
		server.on_block(p, &len);
		if (!len)
			return;
	}
	if (!(server.drop_large && len > 516))
		send_packet(p, len, server.session_tid);
}

static void send_window(void)
{
	server.sent_at = fake.now;
	if (server.oack_pending) {
		char p[512] = { 0, OACK }, *q = p + 2;

		if (server.oack) {
			memcpy(q, server.oack, server.oack_len);
			q += server.oack_len;
		} else {
			q += sprintf(q, "blksize%c%u", 0, server.blksize) + 1;
			q += sprintf(q, "TSize%c%u", 0, server.size) + 1;
			if (server.windowsize)
				q += sprintf(q, "windowsize%c%u", 0, server.window) + 1;
		}
		send_packet(p, (uint32_t)(q - p), server.session_tid);
		return;
	}
	for (uint32_t b = server.base + 1; b <= server.base + server.window && b <= block_count();
	     b++)
		send_block(b);
}

static uint32_t option(const char *p, const char *end, const char *name)
{
	while (p < end) {
		const char *value = p + strlen(p) + 1;

		if (!strcmp(p, name))
			return (uint32_t)atoi(value);
		p = value + strlen(value) + 1;
	}
	return 0;
}

static void receive_rrq(const struct fake_udp *udp)
{
	const char *p = (const char *)udp->payload + 2, *end = p - 2 + udp->len;
	const char *mode = p + strlen(p) + 1, *options = mode + strlen(mode) + 1;

	server.requests++;
	server.requests_with_options += options < end;
	if (strcmp(mode, "octet") || end[-1])
		abort();
	strcpy(server.name, p);
	server.peer = udp->source_port;
	server.session_tid = server.tid ? server.tid : (uint16_t)(30000 + server.requests);
	server.blksize = 512;
	server.window = 1;
	server.base = 0;
	server.oack_pending = false;
	server.active = true;
	if (options < end && !server.ignore_options) {
		if (server.drop_options) {
			server.active = false;
			return;
		}
		if (server.refuse) {
			server.active = false;
			send_error(server.refuse - 1, "no such file, or no options",
				   server.session_tid);
			return;
		}
		server.blksize = option(options, end, "blksize");
		if (server.blksize > server.max_blksize)
			server.blksize = server.max_blksize;
		server.window = option(options, end, "windowsize");
		if (server.window > server.windowsize)
			server.window = server.windowsize ? server.windowsize : 1;
		server.oack_pending = true;
	}
	send_window();
}

static void receive_ack(uint16_t number)
{
	uint32_t block;

	server.acks++;
	if (server.oack_pending) {
		if (number)
			return;
		server.oack_pending = false;
		send_window();
		return;
	}
	for (block = server.base; block <= server.base + server.window; block++) {
		if (wire_number(block) != number || (!block && number))
			continue;
		/* As tftpd-hpa: an old ACK in lockstep is no reason to send again. */
		if (block == server.base && server.window == 1)
			return;
		server.base = block;
		if (server.base >= block_count())
			server.active = false;
		else
			send_window();
		return;
	}
}

static uint32_t arp_answers; /* that the loader gave */

static void on_frame(const uint8_t *frame, uint32_t len)
{
	const uint8_t *p;
	struct fake_udp udp;

	arp_answers += frame[12] == 8 && frame[13] == 6 && frame[21] == ARP_REPLY;
	if (fake_arp_answer(frame, len) || !fake_udp_parse(frame, len, &udp))
		return;
	p = udp.payload;
	if (udp.dest != FAKE_SERVER_IP || udp.len < 4)
		abort();
	if (fake_random() % 100 < server.loss_back)
		return;
	if (p[1] == RRQ && udp.dest_port == 69) {
		receive_rrq(&udp);
	} else if (p[1] == ERROR && udp.dest_port != server.session_tid) {
		server.wrong_tid_errors += p[3] == 5;
	} else if (p[1] == ERROR) {
		server.errors++;
		server.last_error = p[3];
		server.active = false;
	} else if (p[1] == ACK && udp.dest_port == server.session_tid && server.active) {
		receive_ack((uint16_t)(p[2] << 8 | p[3]));
	}
}

static void on_tick(void)
{
	if (server.active && fake.now - server.sent_at >= server.timeout)
		send_window();
}

static void begin(uint32_t size)
{
	fake_reset();
	fake.on_frame = on_frame;
	fake.on_tick = on_tick;
	server = (struct server){ .size = size, .max_blksize = 65464, .timeout = 1000 };
	net_init(&net, &fake.nic);
	net.address = FAKE_CLIENT_IP;
	net.netmask = 0x00FFFFFF;
	net.server = FAKE_SERVER_IP;
	strcpy(net.file, "vmlinuz.nb");
	got = 0;
	wrong_data = false;
	sink_stop = UINT32_MAX;
}

static int load(void)
{
	struct net_sink sink = { .data = sink_data };

	return net_load(&net, &sink);
}

/* Loads and tells whether the whole file arrived as it is. */
static bool loads(void)
{
	return load() == 0 && got == server.size && !wrong_data;
}

static void test_sizes(void)
{
	static const uint32_t sizes[] = { 0, 1, 511, 512, 513, 1467, 1468, 1469, 2936, 100000 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		begin(sizes[i]);
		tap_ok(loads(), "%u bytes", sizes[i]);
		begin(sizes[i]);
		server.ignore_options = true;
		tap_ok(loads(), "%u bytes, from a server without options", sizes[i]);
		begin(sizes[i]);
		server.windowsize = 64;
		tap_ok(loads(), "%u bytes, by windows", sizes[i]);
	}
	begin(100000);
	TAP_OK(loads() && !strcmp(server.name, "vmlinuz.nb") && server.blksize == 1468);
	TAP_OK(server.acks == 100000 / 1468 + 2 && server.requests == 1);
	TAP_OK(fake_saw("97 of 97 KB") && fake_saw(" KB/s, 0.0 s\n"));
	begin(100000);
	server.windowsize = 64;
	TAP_OK(loads() && server.window == 16);
	begin(100000);
	server.windowsize = 64;
	fake.nic.small_ring = true;
	TAP_OK(loads() && server.window == 8);
	begin(100000);
	server.windowsize = 4;
	TAP_OK(loads() && server.window == 4 && server.acks == 1 + 18);
}

static void test_options(void)
{
	begin(5000);
	server.refuse = 1 + 8;
	TAP_OK(loads() && server.requests == 2 && server.requests_with_options == 1);
	begin(5000);
	server.refuse = 1 + 0;
	TAP_OK(loads() && server.requests == 2);
	begin(5000);
	server.drop_options = true;
	TAP_OK(loads() && server.blksize == 512);
	begin(5000);
	server.drop_large = true;
	tap_ok(loads() && server.blksize == 512, "a path with a small MTU");
	begin(5000);
	server.max_blksize = 8;
	TAP_OK(loads() && server.blksize == 8);
	begin(5000);
	server.max_blksize = 1000;
	server.windowsize = 3;
	TAP_OK(loads() && server.blksize == 1000 && server.window == 3);

	static const struct {
		const char *text;
		uint32_t len;
		bool restart;
	} oacks[] = {
#define OACK_CASE(text, restart) { text, sizeof(text), restart }
		OACK_CASE("blksize\0"
			  "2000",
			  true),
		OACK_CASE("blksize\0"
			  "7",
			  true),
		OACK_CASE("blksize\0"
			  "99999999999999999",
			  true),
		OACK_CASE("blksize\0"
			  "x",
			  true),
		OACK_CASE("windowsize\0"
			  "17",
			  true),
		OACK_CASE("windowsize\0"
			  "0",
			  true),
		OACK_CASE("BLKSIZE\0"
			  "512",
			  false),
		OACK_CASE("blksize\0"
			  "512\0"
			  "tsize\0"
			  "99999999999",
			  false),
		OACK_CASE("blksize\0"
			  "512\0"
			  "unasked\0"
			  "1",
			  false),
		OACK_CASE("blksize\0"
			  "512\0"
			  "tsize",
			  false),
		OACK_CASE("blksize\0"
			  "512\0"
			  "\0\0\0",
			  false),
	};
	for (size_t i = 0; i < sizeof(oacks) / sizeof(oacks[0]); i++) {
		begin(5000);
		server.max_blksize = 512;
		server.oack = oacks[i].text;
		server.oack_len = oacks[i].len;
		tap_ok(loads() && (server.requests == 2) == oacks[i].restart,
		       "OACK \"%s\" = \"%s\": %s", oacks[i].text,
		       oacks[i].text + strlen(oacks[i].text) + 1,
		       oacks[i].restart ? "options are left out" : "taken");
		if (oacks[i].restart)
			tap_ok(server.wrong_tid_errors || server.errors, "and the server was told");
	}
}

static void test_rollover(void)
{
	begin(8 * 65536 * 2 + 12345);
	server.max_blksize = 8;
	TAP_OK(loads());
	begin(8 * 65536 * 2 + 12345);
	server.max_blksize = 8;
	server.windowsize = 8;
	TAP_OK(loads());
	begin(8 * 65535 * 2 + 12345);
	server.max_blksize = 8;
	server.roll_to_1 = true;
	TAP_OK(loads());
	begin(8 * 65536 + 200000);
	server.max_blksize = 8;
	server.windowsize = 5;
	server.loss = 1;
	server.timeout = 10;
	TAP_OK(loads());
	begin(8 * 65536 * 2);
	server.max_blksize = 8;
	tap_ok(loads(), "a last block without data, numbered as one long ago");
}

static void test_loss(void)
{
	static const unsigned int losses[] = { 1, 5, 20, 40 };

	for (size_t i = 0; i < 4; i++) {
		for (uint32_t window = 0; window <= 16; window += 8) {
			begin(200000);
			server.loss = server.loss_back = losses[i];
			server.windowsize = window;
			server.delay = 1;
			uint32_t start = fake.now;
			bool ok = loads();
			tap_ok(ok, "%u %% lost both ways, windowsize %u: %u ms, %u blocks for %u",
			       losses[i], window, fake.now - start, server.blocks_sent,
			       block_count());
		}
	}
	for (uint32_t window = 0; window <= 16; window += 8) {
		begin(200000);
		server.duplicate = server.reorder = 30;
		server.windowsize = window;
		server.delay = 1;
		bool ok = loads();
		tap_ok(ok, "30 %% doubled and 30 %% late, windowsize %u: %u blocks for %u", window,
		       server.blocks_sent, block_count());
		begin(200000);
		server.duplicate = 100;
		server.windowsize = window;
		ok = loads();
		tap_ok(ok && server.blocks_sent <= block_count() * 2 + 10,
		       "all doubled, windowsize %u: %u blocks for %u", window, server.blocks_sent,
		       block_count());
		begin(200000);
		server.duplicate = server.reorder = server.loss = server.loss_back = 10;
		server.windowsize = window;
		server.delay = 2;
		tap_ok(loads(), "10 %% of everything, windowsize %u", window);
	}
}

static void lose_it(uint8_t *packet, uint32_t *len)
{
	(void)packet;
	*len = 0;
}

/* One lost block of a window is asked for at once, not after a timeout. */
static void test_gap(void)
{
	for (uint32_t lost = 1; lost <= 16; lost++) {
		begin(40 * 1468);
		server.windowsize = 8;
		server.tamper_block = lost;
		server.on_block = lose_it;
		server.timeout = 5000;
		uint32_t start = fake.now;
		bool ok = loads();
		bool last = lost % 8 == 0; /* nothing behind it shows that it is missing */
		tap_ok(ok && fake.now - start < (last ? 400 : 50),
		       "block %u of windows of 8 lost: %u ms", lost, fake.now - start);
	}
}

/* Malformed and hostile blocks. */

static void too_long(uint8_t *packet, uint32_t *len)
{
	(void)packet;
	*len = 4 + server.blksize + 1;
}

static void no_number(uint8_t *packet, uint32_t *len)
{
	(void)packet;
	*len = 3;
}

static void unknown_opcode(uint8_t *packet, uint32_t *len)
{
	(void)len;
	packet[1] = 9;
}

static void error_midway(uint8_t *packet, uint32_t *len)
{
	static const uint8_t error[] = {
		0, ERROR, 0, 3, 'D', 'i', 's', 'k', 27, '[', '2', 'J', '!'
	};

	memcpy(packet, error, sizeof(error));
	*len = sizeof(error); /* not terminated */
}

static void error_empty(uint8_t *packet, uint32_t *len)
{
	memset(packet, 0, 4);
	packet[1] = ERROR;
	*len = 4;
}

static void from_other_port(uint8_t *packet, uint32_t *len)
{
	packet[4] ^= 0xFF;
	send_packet(packet, *len, 31234);
	packet[4] ^= 0xFF;
}

static void from_other_host(uint8_t *packet, uint32_t *len)
{
	struct fake_udp udp = { .source = FAKE_IP(66),
				.dest = FAKE_CLIENT_IP,
				.source_port = server.session_tid,
				.dest_port = server.peer,
				.payload = packet,
				.len = *len };

	packet[4] ^= 0xFF;
	fake_udp_send(&udp);
	packet[4] ^= 0xFF;
}

static void far_ahead(uint8_t *packet, uint32_t *len)
{
	uint8_t evil[516];

	(void)len;
	memcpy(evil, packet, sizeof(evil));
	evil[2] = 0x12;
	send_packet(evil, sizeof(evil), server.session_tid);
}

static bool tampered(void (*how)(uint8_t *packet, uint32_t *len), uint32_t block, int expect)
{
	int result;

	begin(20000);
	server.max_blksize = 1000; /* leaves room in a frame for longer ones */
	server.tamper_block = block;
	server.on_block = how;
	result = load();
	return server.tampered && result == expect && !wrong_data && (result || got == 20000);
}

static void test_bad_blocks(void)
{
	TAP_OK(tampered(too_long, 3, ROM_EPROTO) && fake_saw("larger blocks"));
	TAP_OK(tampered(no_number, 3, 0));
	TAP_OK(tampered(unknown_opcode, 3, 0));
	TAP_OK(tampered(error_midway, 3, ROM_ESERVER) && fake_saw("Disk?[2J") &&
	       fake_saw("error 3"));
	tap_ok(!memchr(fake.output, 27, fake.output_len),
	       "no escape sequence reaches the terminal");
	TAP_OK(tampered(error_empty, 3, ROM_ESERVER));
	TAP_OK(tampered(from_other_port, 3, 0) && server.wrong_tid_errors == 1);
	TAP_OK(tampered(from_other_host, 3, 0));
	TAP_OK(tampered(far_ahead, 3, 0));
}

static bool corrupt(uint8_t *frame, uint32_t *len)
{
	if (fake_random() % 5 == 0)
		frame[fake_random() % *len] ^= (uint8_t)(1 << fake_random() % 8);
	if (fake_random() % 20 == 0)
		*len = 14 + fake_random() % (*len - 14);
	return true;
}

static void test_corruption(void)
{
	for (uint32_t window = 0; window <= 8; window += 8) {
		begin(300000);
		server.windowsize = window;
		fake.on_deliver = corrupt;
		server.timeout = 100;
		tap_ok(loads(), "flipped bits and cut frames, windowsize %u", window);
	}
}

static void test_failures(void)
{
	begin(5000);
	server.refuse = 1 + 1;
	TAP_OK(load() == ROM_ESERVER && server.requests == 1 && fake_saw("vmlinuz.nb") &&
	       fake_saw("no such file"));

	begin(5000);
	server.loss = 100;
	uint32_t start = fake.now;
	TAP_OK(load() == ROM_ETIMEOUT && fake_saw("does not answer"));
	tap_ok(fake.now - start > 15000 && fake.now - start < 90000, "gave up after %u ms",
	       fake.now - start);

	begin(500000);
	fake.skip_at = fake.now + 50;
	server.delay = 2;
	TAP_OK(load() == ROM_ESKIP && server.errors == 1);

	begin(50000);
	sink_stop = 20000;
	sink_result = ROM_EMEMORY;
	TAP_OK(load() == ROM_EMEMORY && server.errors == 1 && got < 25000);

	begin(5000);
	fake.on_frame = NULL;
	TAP_OK(load() == ROM_ETIMEOUT && fake_saw("ARP"));
}

/* A server that dies half-way, and a flood of nonsense to our port that never pauses: both end. */
static bool flood(uint8_t *frame, uint32_t *len)
{
	static const uint8_t old[4] = { 0, DATA, 0x70, 0 };
	static uint32_t count;

	(void)frame, (void)len;
	if (server.active)
		return true;
	if (++count % 50 == 0)
		fake.now++;
	if (count > 20000000) {
		tap_ok(false, "the flood locks the user out");
		exit(tap_done());
	}
	send_packet(old, 4, server.session_tid);
	return true;
}

static void die(uint8_t *packet, uint32_t *len)
{
	/* An old block comes instead: with flood(), the first drop of many. */
	packet[3] -= 2;
	send_packet(packet, 4, server.session_tid);
	*len = 0;
	server.active = false;
	server.loss_back = 100;
}

static void test_silence(void)
{
	TAP_OK(tampered(die, 5, ROM_ETIMEOUT));
	begin(20000);
	server.tamper_block = 5;
	server.on_block = die;
	fake.on_deliver = flood;
	TAP_OK(load() == ROM_ETIMEOUT);
	begin(20000);
	server.tamper_block = 5;
	server.on_block = die;
	fake.on_deliver = flood;
	fake.skip_at = fake.now + 2000;
	TAP_OK(load() == ROM_ESKIP);
}

/* A repeated request opens a second session at the server, which must be told to end. */
static void test_two_sessions(void)
{
	begin(20000);
	server.delay = 700;
	server.timeout = 60000;
	TAP_OK(loads());
	begin(20000);
	server.ignore_options = true;
	server.delay = 600;
	server.timeout = 60000;
	TAP_OK(loads());
}

/* The server asks for our MAC address in the middle of a transfer, as servers do. */
static void ask_arp(uint8_t *packet, uint32_t *len)
{
	uint8_t q[42] = { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2, 0, 0, 0, 0, 1, 8, 6,
			  0,	1,    8,    0,	  6,	4,    0, 1, 2, 0, 0, 0, 0, 1 };
	uint32_t ours = FAKE_CLIENT_IP, theirs = FAKE_SERVER_IP;

	(void)packet, (void)len;
	memcpy(q + 28, &theirs, 4);
	memcpy(q + 38, &ours, 4);
	fake_deliver(q, sizeof(q), 0);
}

static void test_arp(void)
{
	arp_answers = 0;
	TAP_OK(tampered(ask_arp, 5, 0) && arp_answers == 1);
}

int main(void)
{
	test_sizes();
	test_options();
	test_rollover();
	test_loss();
	test_gap();
	test_bad_blocks();
	test_corruption();
	test_failures();
	test_silence();
	test_two_sessions();
	test_arp();
	return tap_done();
}
