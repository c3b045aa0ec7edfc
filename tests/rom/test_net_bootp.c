/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BOOTP and DHCP with scripted servers: what net_configure() asks, takes, and refuses. */
#include <stdlib.h>
#include <string.h>
#include "rom/core/error.h"
#include "rom/net/options.h"
#include "tests/rom/fake_net.h"
#include "tests/unit/tap.h"

static struct net net;

/* A reply in the making. */
static struct {
	struct bootp_packet p;
	uint8_t vend[1200];
} WIRE reply;
static uint32_t reply_len; /* up to where options were written */

/* What the loader sent. */
static struct {
	uint8_t packet[1500];
	uint32_t len;
	uint32_t count;
	uint32_t times[64];
	uint32_t discovers, requests;
} asked;

static const struct bootp_packet *question(void)
{
	return (const struct bootp_packet *)asked.packet;
}

static enum dhcp_type asked_type(void)
{
	return option_message_type(question(), asked.len);
}

/* The server of the running test: called for each request. */
static void (*answer)(void);

static void on_frame(const uint8_t *frame, uint32_t len)
{
	struct fake_udp udp;

	if (!fake_udp_parse(frame, len, &udp) || udp.dest_port != BOOTP_SERVER_PORT)
		return;
	memcpy(asked.packet, udp.payload, udp.len);
	asked.len = udp.len;
	if (asked.count < 64)
		asked.times[asked.count] = fake.now;
	asked.count++;
	if (asked_type() == DHCP_REQUEST)
		asked.requests++;
	else
		asked.discovers++;
	if (answer)
		answer();
}

static void begin(void (*server)(void))
{
	fake_reset();
	memset(&asked, 0, sizeof(asked));
	fake.on_frame = on_frame;
	answer = server;
	net_init(&net, &fake.nic);
}

static void add_option(uint8_t tag, const void *value, uint8_t len)
{
	uint8_t *p = (uint8_t *)&reply + reply_len;

	p[0] = tag;
	p[1] = len;
	memcpy(p + 2, value, len);
	p[2 + len] = OPTION_END;
	reply_len += 2u + len;
}

static void add_u32(uint8_t tag, uint32_t value)
{
	add_option(tag, &value, 4);
}

/* A reply of server FAKE_IP(server) that offers FAKE_CLIENT_IP; type DHCP_NONE is plain BOOTP. */
static void begin_reply(enum dhcp_type type, unsigned int server, const char *file)
{
	static const uint8_t cookie[4] = { 99, 130, 83, 99 };
	uint8_t t = (uint8_t)type;

	memset(&reply, 0, sizeof(reply));
	reply.p.op = BOOTP_REPLY;
	reply.p.hardware = 1;
	reply.p.hardware_len = 6;
	reply.p.xid = question()->xid;
	reply.p.yiaddr = FAKE_CLIENT_IP;
	reply.p.siaddr = FAKE_IP(server);
	memcpy(reply.p.chaddr, fake_client_mac, 6);
	if (file)
		memcpy(reply.p.file, file, strlen(file));
	memcpy(reply.vend, cookie, 4);
	reply.vend[4] = OPTION_END;
	reply_len = BOOTP_FIXED + 4;
	if (type != DHCP_NONE) {
		add_option(OPTION_MESSAGE_TYPE, &t, 1);
		add_u32(OPTION_SERVER_ID, FAKE_IP(server));
	}
}

static void send_from(unsigned int server, uint16_t port, uint32_t delay)
{
	uint32_t len = reply_len + 1 < 300 ? 300 : reply_len + 1;
	struct fake_udp udp = { .source = FAKE_IP(server),
				.dest = FAKE_CLIENT_IP,
				.source_port = port,
				.dest_port = BOOTP_CLIENT_PORT,
				.payload = &reply,
				.len = len,
				.delay = delay };

	fake_udp_send(&udp);
}

static void send_reply(unsigned int server, uint32_t delay)
{
	send_from(server, BOOTP_SERVER_PORT, delay);
}

/* Servers. */

static void plain_bootp(void)
{
	begin_reply(DHCP_NONE, 1, "vmlinuz.nb");
	add_u32(OPTION_NETMASK, 0x00FEFFFF);
	add_u32(OPTION_ROUTERS, FAKE_IP(254));
	add_option(OPTION_ROOT_PATH, "/tftpboot/192.168.1.100", 23);
	send_reply(1, 3);
}

static void dhcp(void)
{
	begin_reply(asked_type() == DHCP_REQUEST ? DHCP_ACK : DHCP_OFFER, 1, "vmlinuz.nb");
	add_u32(OPTION_NETMASK, 0x00FFFFFF);
	send_reply(1, 3);
}

static void test_request(void)
{
	begin(dhcp);
	TAP_OK(net_configure(&net) == 0);
	begin(NULL);
	fake.skip_at = fake.now + 10;
	uint32_t start = fake.now;
	TAP_OK(net_configure(&net) == ROM_ESKIP);
	tap_ok(asked.times[0] == start, "the first packet leaves at once");
	tap_ok(asked.len == 236 + 312, "a request has 312 bytes of vendor area");
	TAP_OK(question()->op == 1 && question()->hardware == 1 && question()->hardware_len == 6 &&
	       question()->ciaddr == 0 && question()->giaddr == 0 && question()->secs == 0);
	TAP_OK(!memcmp(question()->chaddr, fake_client_mac, 6));
	TAP_OK(asked_type() == DHCP_DISCOVER);
	TAP_OK(option_find(question(), asked.len, OPTION_PARAMETERS, 4) != NULL);
	tap_ok(fake_saw("BOOTP"), "says what it waits for");
}

static void test_plain_bootp(void)
{
	begin(plain_bootp);
	TAP_OK(net_configure(&net) == 0);
	TAP_OK(net.address == FAKE_CLIENT_IP && net.server == FAKE_SERVER_IP);
	TAP_OK(net.netmask == 0x00FEFFFF && net.gateway == FAKE_IP(254));
	TAP_OK(!strcmp(net.file, "vmlinuz.nb") &&
	       !strcmp(net.root_path, "/tftpboot/192.168.1.100"));
	TAP_OK(asked.requests == 0);
	TAP_OK(net.reply_len >= 300 && !memcmp(net.reply, &reply, 300));
	TAP_OK(fake_saw("192.168.1.100") && fake_saw("/tftpboot/192.168.1.100"));
}

static void no_vendor(void)
{
	begin_reply(DHCP_NONE, 1, "vmlinuz.nb");
	memset(reply.vend, 0, sizeof(reply.vend));
	send_reply(1, 0);
}

static void no_siaddr(void)
{
	begin_reply(DHCP_NONE, 1, "vmlinuz.nb");
	reply.p.siaddr = 0;
	send_reply(3, 0);
}

static void no_siaddr_option66(void)
{
	begin_reply(DHCP_NONE, 1, "vmlinuz.nb");
	reply.p.siaddr = 0;
	add_option(OPTION_TFTP_SERVER, "192.168.1.44", 12);
	send_reply(3, 0);
}

static void no_siaddr_name66(void)
{
	begin_reply(asked_type() == DHCP_REQUEST ? DHCP_ACK : DHCP_OFFER, 5, "vmlinuz.nb");
	reply.p.siaddr = 0;
	add_option(OPTION_TFTP_SERVER, "1.2.3.400", 9);
	send_reply(3, 0);
}

static void long_file(void)
{
	begin_reply(DHCP_NONE, 1, NULL);
	memset(reply.p.file, 'f', sizeof(reply.p.file)); /* fills the field: no NUL */
	send_reply(1, 0);
}

static void option67(void)
{
	char name[255];

	memset(name, 'n', sizeof(name));
	begin_reply(asked_type() == DHCP_REQUEST ? DHCP_ACK : DHCP_OFFER, 1, "other");
	add_option(OPTION_BOOT_FILE, name, 255);
	send_reply(1, 0);
}

/* Boot file and root path in the file and sname fields, which then are no strings. */
static void overloaded(void)
{
	uint8_t both = 3;

	begin_reply(asked_type() == DHCP_REQUEST ? DHCP_ACK : DHCP_OFFER, 1, NULL);
	add_option(OPTION_OVERLOAD, &both, 1);
	memcpy(reply.p.file,
	       "\x43\x07"
	       "over.nb"
	       "\xFF",
	       10);
	memcpy(reply.p.sname,
	       "\x11\x05"
	       "/root"
	       "\xFF",
	       8);
	send_reply(1, 0);
}

static void test_fields(void)
{
	begin(no_vendor);
	TAP_OK(net_configure(&net) == 0 && net.netmask == 0x00FFFFFF && net.gateway == 0);
	begin(no_siaddr);
	TAP_OK(net_configure(&net) == 0 && net.server == FAKE_IP(3));
	begin(no_siaddr_option66);
	TAP_OK(net_configure(&net) == 0 && net.server == FAKE_IP(44) && !net.root_path[0]);
	begin(no_siaddr_name66);
	TAP_OK(net_configure(&net) == 0 && net.server == FAKE_IP(5));
	begin(long_file);
	TAP_OK(net_configure(&net) == 0 && strlen(net.file) == 128);
	begin(option67);
	TAP_OK(net_configure(&net) == 0 && strlen(net.file) == 255 && net.file[0] == 'n');
	begin(overloaded);
	TAP_OK(net_configure(&net) == 0 && !strcmp(net.file, "over.nb") &&
	       !strcmp(net.root_path, "/root"));
}

/* DHCP. */

static void test_dhcp(void)
{
	begin(dhcp);
	uint32_t start = fake.now;
	TAP_OK(net_configure(&net) == 0 && asked.discovers == 1 && asked.requests == 1);
	tap_ok(fake.now - start < 50, "a full offer is taken at once (%u ms)", fake.now - start);
	TAP_OK(option_u32(question(), asked.len, OPTION_REQUESTED_ADDRESS) == FAKE_CLIENT_IP);
	TAP_OK(option_u32(question(), asked.len, OPTION_SERVER_ID) == FAKE_SERVER_IP);
	TAP_OK(question()->ciaddr == 0);
	tap_ok(option_message_type((struct bootp_packet *)net.reply, net.reply_len) == DHCP_ACK,
	       "the saved reply is the ACK");
}

/* Server 2 offers an address without a file first; server 3 plain BOOTP; server 1 everything. */
static void three_servers(void)
{
	if (asked_type() == DHCP_REQUEST) {
		begin_reply(DHCP_ACK, 2, NULL); /* not the one that was asked */
		reply.p.yiaddr = FAKE_IP(66);
		send_reply(2, 1);
		begin_reply(DHCP_NAK, 2, NULL);
		send_reply(2, 1);
		begin_reply(DHCP_ACK, 1, "right.nb");
		send_reply(1, 5);
		return;
	}
	begin_reply(DHCP_OFFER, 2, NULL);
	reply.p.yiaddr = FAKE_IP(66);
	send_reply(2, 1);
	begin_reply(DHCP_NONE, 3, "bootp.nb");
	reply.p.yiaddr = FAKE_IP(67);
	send_reply(3, 2);
	begin_reply(DHCP_OFFER, 1, "right.nb");
	send_reply(1, 400);
}

/* A router's DHCP without a file, and bootpd. */
static void router_and_bootpd(void)
{
	begin_reply(asked_type() == DHCP_REQUEST ? DHCP_ACK : DHCP_OFFER, 2, NULL);
	reply.p.yiaddr = FAKE_IP(66);
	send_reply(2, 1);
	begin_reply(DHCP_NONE, 3, "bootp.nb");
	reply.p.yiaddr = FAKE_IP(67);
	send_reply(3, 3000);
}

/* Two as good as each other. */
static void two_bootpds(void)
{
	begin_reply(DHCP_NONE, 1, "first.nb");
	send_reply(1, 1);
	begin_reply(DHCP_NONE, 2, "second.nb");
	reply.p.yiaddr = FAKE_IP(66);
	send_reply(2, 2);
}

static void only_router(void)
{
	begin_reply(asked_type() == DHCP_REQUEST ? DHCP_ACK : DHCP_OFFER, 2, NULL);
	send_reply(2, 1);
}

static void test_choice(void)
{
	begin(three_servers);
	TAP_OK(net_configure(&net) == 0 && net.address == FAKE_CLIENT_IP &&
	       !strcmp(net.file, "right.nb") && net.server == FAKE_SERVER_IP);
	begin(router_and_bootpd);
	TAP_OK(net_configure(&net) == 0 && net.address == FAKE_IP(67) &&
	       !strcmp(net.file, "bootp.nb"));
	begin(two_bootpds);
	TAP_OK(net_configure(&net) == 0 && !strcmp(net.file, "first.nb") &&
	       net.address == FAKE_CLIENT_IP);
	begin(only_router);
	uint32_t start = fake.now;
	TAP_OK(net_configure(&net) == ROM_ESERVER && fake_saw("no boot file"));
	tap_ok(fake.now - start > 5000 && fake.now - start < 20000,
	       "a better answer was waited for (%u ms)", fake.now - start);
}

static void nak_once(void)
{
	if (asked_type() == DHCP_REQUEST && asked.requests == 1) {
		begin_reply(DHCP_NAK, 1, NULL);
		reply.p.yiaddr = 0;
		send_reply(1, 1);
	} else {
		dhcp();
	}
}

static void nak_always(void)
{
	begin_reply(asked_type() == DHCP_REQUEST ? DHCP_NAK : DHCP_OFFER, 1, "x");
	send_reply(1, 1);
}

static void deaf_to_first_requests(void)
{
	if (asked_type() == DHCP_DISCOVER || asked.requests > 6)
		dhcp();
}

static void test_nak(void)
{
	begin(nak_once);
	TAP_OK(net_configure(&net) == 0 && asked.discovers == 2 && asked.requests == 2);
	begin(nak_always);
	TAP_OK(net_configure(&net) == ROM_ETIMEOUT);
	tap_ok(asked.count < 200, "a server that always says no is not flooded (%u packets)",
	       asked.count);
	begin(deaf_to_first_requests);
	TAP_OK(net_configure(&net) == 0);
	tap_ok(asked.discovers > 1, "a lost offer is asked for anew");
}

/* Timing. */

static void after_60_seconds(void)
{
	if (fake.now - asked.times[0] >= 60000)
		plain_bootp();
}

static void test_backoff(void)
{
	begin(NULL);
	uint32_t start = fake.now;
	TAP_OK(net_configure(&net) == ROM_ETIMEOUT && fake_saw("52:54:00:12:34:56"));
	tap_ok(fake.now - start >= 80000 && fake.now - start <= 120000, "gave up after %u ms",
	       fake.now - start);
	bool sane = true;
	for (uint32_t i = 1; i < asked.count; i++) {
		uint32_t gap = asked.times[i] - asked.times[i - 1];

		sane = sane && gap >= 500 && gap <= 13000;
	}
	tap_ok(sane && asked.count >= 8 && asked.count < 40,
	       "%u packets, between 0.5 and 13 s apart", asked.count);
	TAP_OK(WIRE16(question()->secs) > 60);

	begin(NULL);
	fake.no_link = true;
	TAP_OK(net_configure(&net) == ROM_ETIMEOUT && fake_saw("cable"));

	begin(after_60_seconds);
	start = fake.now;
	TAP_OK(net_configure(&net) == 0);
	tap_ok(fake.now - start < 75000, "a port that forwards after 60 s is survived (%u ms)",
	       fake.now - start);
}

/* Replies that are not for us, or make no sense: a good one follows after a second. */

static void (*spoil)(void);
static uint16_t spoiled_port;

static void spoiled_then_good(void)
{
	plain_bootp();
	begin_reply(asked_type() == DHCP_REQUEST ? DHCP_ACK : DHCP_OFFER, 9, "evil.nb");
	spoiled_port = BOOTP_SERVER_PORT;
	spoil();
	send_from(9, spoiled_port, 0);
}

static void wrong_xid(void)
{
	reply.p.xid ^= 1;
}
static void wrong_mac(void)
{
	reply.p.chaddr[5] ^= 1;
}
static void wrong_port(void)
{
	spoiled_port = 1067;
}
static void a_request(void)
{
	reply.p.op = BOOTP_REQUEST;
}
static void no_address(void)
{
	reply.p.yiaddr = 0;
}
static void multicast(void)
{
	reply.p.yiaddr = 0x010000E0;
}
static void loopback(void)
{
	reply.p.yiaddr = 0x0100007F;
}
static void token_ring(void)
{
	reply.p.hardware = 6;
}
static void unasked_ack(void)
{
	reply.vend[6] = DHCP_ACK;
}
static void decline(void)
{
	reply.vend[6] = DHCP_DECLINE;
}

static void test_wrong_replies(void)
{
	static const struct {
		const char *name;
		void (*spoil)(void);
	} cases[] = {
		{ "another transaction id", wrong_xid },
		{ "another client's MAC", wrong_mac },
		{ "another source port", wrong_port },
		{ "a request", a_request },
		{ "no address in it", no_address },
		{ "a multicast address in it", multicast },
		{ "a loopback address in it", loopback },
		{ "another kind of network", token_ring },
		{ "an ACK that nobody asked for", unasked_ack },
		{ "a message of another type", decline },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(spoiled_then_good);
		spoil = cases[i].spoil;
		tap_ok(net_configure(&net) == 0 && !strcmp(net.file, "vmlinuz.nb"),
		       "ignored: a reply with %s", cases[i].name);
	}
}

/* Every way to cut a good reply short, and random bytes in its options: an end, and no crash. */
static uint32_t cut_at;

static void cut(void)
{
	struct fake_udp udp = { .source = FAKE_SERVER_IP,
				.dest = FAKE_CLIENT_IP,
				.source_port = BOOTP_SERVER_PORT,
				.dest_port = BOOTP_CLIENT_PORT,
				.payload = &reply,
				.len = cut_at };

	overloaded();
	fake_udp_send(&udp);
}

static void garbage(void)
{
	begin_reply(asked_type() == DHCP_REQUEST ? DHCP_ACK : DHCP_OFFER, 1, "x");
	for (uint32_t i = 0; i < 400; i++)
		reply.vend[10 + i] = (uint8_t)fake_random();
	for (uint32_t i = 0; i < 64; i++)
		reply.p.sname[i] = (uint8_t)fake_random();
	reply_len = BOOTP_FIXED + 410;
	send_reply(1, 0);
}

static void test_garbage(void)
{
	int finished = 0;

	for (cut_at = 0; cut_at < 280; cut_at++) {
		begin(cut);
		fake.skip_at = fake.now + 30;
		finished += net_configure(&net) <= 0;
	}
	tap_ok(finished == 280, "replies cut short at every byte");
	finished = 0;
	for (int i = 0; i < 500; i++) {
		begin(garbage);
		for (int j = 0; j < i; j++)
			fake_random();
		fake.skip_at = fake.now + 15000;
		finished += net_configure(&net) <= 0;
	}
	tap_ok(finished == 500, "replies with random options");
}

/* An option whose length leads out of its field is none; in a block of exactly the reply's size. */
static void test_option_bounds(void)
{
	static const struct {
		const char *name;
		uint8_t bytes[8];
		uint8_t len;
		bool found;
	} cases[] = {
		{ "that ends with the reply", { 12, 3, 'a', 'b', 'c' }, 5, true },
		{ "one byte too long", { 12, 4, 'a', 'b', 'c' }, 5, false },
		{ "far too long", { 12, 255, 'a', 'b', 'c' }, 5, false },
		{ "without a length", { 12 }, 1, false },
		{ "of no bytes, at the end", { 12, 0 }, 2, true },
		{ "behind padding", { 0, 0, 0, 12, 1, 'a' }, 6, true },
		{ "behind the end mark", { 255, 12, 1, 'a' }, 4, false },
		{ "behind one that is too long", { 13, 7, 12, 1, 'a' }, 5, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t len = BOOTP_FIXED + 4u + cases[i].len;
		struct bootp_packet *p = calloc(1, len);

		memcpy(p->vend, "\x63\x82\x53\x63", 4);
		memcpy(p->vend + 4, cases[i].bytes, cases[i].len);
		tap_ok(!!option_find(p, len, 12, 0) == cases[i].found, "an option %s: %s",
		       cases[i].name, cases[i].found ? "found" : "not found");
		free(p);
	}

	/* The same at the end of the overloaded fields. */
	struct bootp_packet *p = calloc(1, BOOTP_FIXED + 7);
	memcpy(p->vend, "\x63\x82\x53\x63\x34\x01\x03", 7);
	p->file[126] = 12;
	p->file[127] = 1;  /* its byte would be in vend */
	p->sname[63] = 12; /* no room for a length */
	TAP_OK(!option_find(p, BOOTP_FIXED + 7, 12, 0));
	p->sname[61] = 12;
	p->sname[62] = 1;
	TAP_OK(option_find(p, BOOTP_FIXED + 7, 12, 1) == p->sname + 62);
	TAP_OK(!option_find(p, BOOTP_FIXED + 7, 12, 2));
	free(p);
}

static void relayed(void)
{
	/* 10.1.2.3 through relay agent 192.168.1.253, our gateway. */
	begin_reply(asked_type() == DHCP_REQUEST ? DHCP_ACK : DHCP_OFFER, 1, "far.nb");
	reply_len = BOOTP_FIXED + 4 + 3;
	reply.p.giaddr = FAKE_IP(253);
	reply.p.siaddr = 0x0302010A;
	reply.p.hops = 1;
	add_u32(OPTION_SERVER_ID, 0x0302010A);
	add_u32(OPTION_NETMASK, 0x00FFFFFF);
	add_u32(OPTION_ROUTERS, FAKE_IP(254));
	send_reply(253, 1);
}

static void test_relay(void)
{
	begin(relayed);
	TAP_OK(net_configure(&net) == 0 && net.server == 0x0302010A && net.gateway == FAKE_IP(254));
	TAP_OK(option_u32(question(), asked.len, OPTION_SERVER_ID) == 0x0302010A);
}

static bool lose_some(uint8_t *frame, uint32_t *len)
{
	(void)frame, (void)len;
	return fake_random() % 10 >= 4;
}

static void test_loss(void)
{
	int done = 0;

	for (int i = 0; i < 100; i++) {
		begin(dhcp);
		for (int j = 0; j < i * 3; j++)
			fake_random();
		fake.on_deliver = lose_some;
		done += net_configure(&net) == 0;
	}
	tap_ok(done >= 99, "40 %% of the answers lost: %d of 100 got an address", done);
}

int main(void)
{
	test_request();
	test_plain_bootp();
	test_fields();
	test_dhcp();
	test_choice();
	test_nak();
	test_backoff();
	test_wrong_replies();
	test_garbage();
	test_option_bounds();
	test_relay();
	test_loss();
	return tap_done();
}
