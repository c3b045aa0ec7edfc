/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ARP and UDP: what the stack answers, takes and throws away (rom/net/{arp,udp}.c). */
#include <string.h>
#include "rom/core/error.h"
#include "rom/net/arp.h"
#include "rom/net/udp.h"
#include "tests/rom/fake_net.h"
#include "tests/unit/tap.h"

static struct net net;
static uint8_t sent[NIC_FRAME_MAX];
static uint32_t sent_len;
static int arp_requests;
static int answer_from = 1; /* the ARP request that gets an answer; 0: none */

static void record(const uint8_t *frame, uint32_t len)
{
	memcpy(sent, frame, len);
	sent_len = len;
}

static void arp_server(const uint8_t *frame, uint32_t len)
{
	arp_requests++;
	if (answer_from && arp_requests >= answer_from)
		fake_arp_answer(frame, len);
	record(frame, len);
}

static void begin(void)
{
	fake_reset();
	net_init(&net, &fake.nic);
	net.address = FAKE_CLIENT_IP;
	net.netmask = 0x00FFFFFF;
	fake.on_frame = record;
	sent_len = 0;
	arp_requests = 0;
}

struct arp_frame {
	struct eth_header eth;
	struct arp_packet arp;
} WIRE;

static struct arp_frame arp_question(uint32_t target)
{
	struct arp_frame q = { .arp = { WIRE16(1),
					WIRE16(0x800),
					6,
					4,
					WIRE16(ARP_REQUEST),
					{ 0 },
					FAKE_IP(7),
					{ 0 },
					target } };
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 7 };

	memset(q.eth.dest, 0xFF, 6);
	memcpy(q.eth.source, mac, 6);
	memcpy(q.arp.sender_mac, mac, 6);
	q.eth.type = WIRE16(ETH_TYPE_ARP);
	return q;
}

static void receive_all(void)
{
	struct udp_datagram d;

	for (int i = 0; i < 10; i++)
		udp_receive(&net, 1000, &d);
}

static void test_arp_answers(void)
{
	struct arp_frame q, *a = (struct arp_frame *)sent;

	begin();
	q = arp_question(FAKE_CLIENT_IP);
	fake_deliver(&q, sizeof(q), 0);
	receive_all();
	TAP_OK(sent_len == sizeof(*a) && a->arp.operation == WIRE16(ARP_REPLY));
	TAP_OK(!memcmp(a->eth.dest, q.eth.source, 6) && !memcmp(a->eth.source, fake_client_mac, 6));
	TAP_OK(a->arp.sender_ip == FAKE_CLIENT_IP && a->arp.target_ip == FAKE_IP(7));
	TAP_OK(!memcmp(a->arp.sender_mac, fake_client_mac, 6) &&
	       !memcmp(a->arp.target_mac, q.eth.source, 6));
	TAP_OK(arp_lookup(&net, FAKE_IP(7)) &&
	       !memcmp(arp_lookup(&net, FAKE_IP(7)), q.eth.source, 6));

	begin();
	q = arp_question(FAKE_IP(101));
	fake_deliver(&q, sizeof(q), 0);
	receive_all();
	tap_ok(!sent_len, "a question about another host is not answered");
	tap_ok(!arp_lookup(&net, FAKE_IP(7)), "nor is its sender learned");

	begin();
	q = arp_question(FAKE_CLIENT_IP);
	fake_deliver(&q, sizeof(q) - 1, 0);
	receive_all();
	tap_ok(!sent_len, "a truncated question is not answered");

	begin();
	net.address = 0;
	q = arp_question(0);
	fake_deliver(&q, sizeof(q), 0);
	receive_all();
	tap_ok(!sent_len, "without an address nothing is answered");

	begin();
	q = arp_question(FAKE_CLIENT_IP);
	q.arp.sender_mac[0] = 3;
	fake_deliver(&q, sizeof(q), 0);
	q = arp_question(FAKE_CLIENT_IP);
	q.arp.sender_ip = FAKE_CLIENT_IP;
	fake_deliver(&q, sizeof(q), 0);
	receive_all();
	tap_ok(!sent_len && !arp_lookup(&net, FAKE_IP(7)),
	       "a group MAC, or our own IP as sender, is not learned");
}

static void test_arp_resolve(void)
{
	begin();
	fake.on_frame = arp_server;
	answer_from = 1;
	TAP_OK(arp_resolve(&net, FAKE_SERVER_IP) == 0);
	TAP_OK(!memcmp(arp_lookup(&net, FAKE_SERVER_IP), fake_server_mac, 6));
	TAP_OK(arp_requests == 1);

	begin();
	fake.on_frame = arp_server;
	answer_from = 4;
	TAP_OK(arp_resolve(&net, FAKE_SERVER_IP) == 0 && arp_requests == 4);

	begin();
	fake.on_frame = arp_server;
	answer_from = 0;
	uint32_t start = fake.now;
	TAP_OK(arp_resolve(&net, FAKE_SERVER_IP) == ROM_ETIMEOUT);
	tap_ok(fake.now - start > 20000 && fake.now - start < 40000, "gave up after %u ms",
	       fake.now - start);

	begin();
	fake.skip_at = fake.now + 100;
	TAP_OK(arp_resolve(&net, FAKE_SERVER_IP) == ROM_ESKIP);

	begin();
	struct arp_frame q;
	for (unsigned int i = 10; i < 30; i++) {
		q = arp_question(FAKE_CLIENT_IP);
		q.arp.sender_ip = FAKE_IP(i);
		fake_deliver(&q, sizeof(q), 0);
	}
	for (int i = 0; i < 4; i++)
		receive_all();
	tap_ok(arp_lookup(&net, FAKE_IP(29)) && !arp_lookup(&net, FAKE_IP(10)),
	       "more askers than places push the oldest out");
}

/* One datagram through udp_receive(), after `change` was done to its frame. */
static bool received(void (*change)(uint8_t *frame, uint32_t *len), struct udp_datagram *d)
{
	uint8_t frame[NIC_FRAME_MAX];
	uint32_t len;
	bool got = false;
	struct fake_udp udp = { .source = FAKE_SERVER_IP,
				.dest = FAKE_CLIENT_IP,
				.source_port = 69,
				.dest_port = 1000,
				.payload = "payload with odd length",
				.len = 23 };

	len = fake_udp_build(frame, &udp);
	if (change)
		change(frame, &len);
	fake_deliver(frame, len, 0);
	for (int i = 0; i < 3; i++)
		got = udp_receive(&net, 1000, d) || got;
	return got;
}

#define F ((struct udp_frame *)frame)
#define CHANGE(name, statement)                         \
	static void name(uint8_t *frame, uint32_t *len) \
	{                                               \
		(void)frame, (void)len;                 \
		statement;                              \
	}
#define CHANGE_REPAIRED(name, statement) CHANGE(name, statement; fake_udp_repair(frame))

CHANGE(bad_payload, frame[50] ^= 1)
CHANGE(bad_ip_header, frame[22] ^= 0x40)
CHANGE(no_checksum, F->udp.checksum = 0; frame[50] ^= 1)
CHANGE(short_frame, *len = 40)
CHANGE(tiny_frame, *len = 14)
CHANGE_REPAIRED(other_ip, F->ip.dest = FAKE_IP(9))
CHANGE_REPAIRED(broadcast_ip, F->ip.dest = IP_BROADCAST)
CHANGE_REPAIRED(other_port, F->udp.dest = WIRE16(1001))
CHANGE_REPAIRED(fragment, F->ip.fragment = WIRE16(0x2000))
CHANGE_REPAIRED(later_fragment, F->ip.fragment = WIRE16(5))
CHANGE_REPAIRED(dont_fragment, F->ip.fragment = WIRE16(0x4000))
CHANGE_REPAIRED(icmp, F->ip.protocol = 1)
CHANGE_REPAIRED(version6, F->ip.version_length = 0x65)
CHANGE_REPAIRED(ip_too_long, F->ip.length = WIRE16(1000))
CHANGE_REPAIRED(ip_too_short, F->ip.length = WIRE16(27))
CHANGE(other_mac, F->eth.dest[5] ^= 1)
CHANGE(broadcast_mac, memset(F->eth.dest, 0xFF, 6))
CHANGE(other_type, F->eth.type = WIRE16(0x86DD))

/* The UDP length is part of what its checksum covers, so leave that out. */
CHANGE(udp_too_long, F->udp.length = WIRE16(500); F->udp.checksum = 0)
CHANGE(udp_too_short, F->udp.length = WIRE16(7); F->udp.checksum = 0)
CHANGE(udp_shorter, F->udp.length = WIRE16(8 + 5); F->udp.checksum = 0)

/* A header of 24 bytes: one option (no operation, four times) in front of the UDP header. */
static void ip_options(uint8_t *frame, uint32_t *len)
{
	struct udp_frame *f = F;
	uint32_t sum = 0;

	memmove(frame + 38, frame + 34, *len - 34);
	memset(frame + 34, 1, 4);
	*len += 4;
	f->ip.version_length = 0x46;
	f->ip.length = WIRE16(24 + 8 + 23);
	f->ip.checksum = 0;
	for (int i = 0; i < 24; i += 2)
		sum += (uint32_t)frame[14 + i] << 8 | frame[15 + i];
	sum = ~((sum & 0xFFFF) + (sum >> 16));
	f->ip.checksum = (uint16_t)((sum & 0xFF) << 8 | (sum >> 8 & 0xFF));
}

static void test_udp_receive(void)
{
	static const struct {
		const char *name;
		void (*change)(uint8_t *frame, uint32_t *len);
		bool taken;
	} cases[] = {
		{ "an intact datagram", NULL, true },
		{ "a flipped bit in the payload", bad_payload, false },
		{ "a flipped bit in the IP header", bad_ip_header, false },
		{ "no UDP checksum", no_checksum, true },
		{ "a frame cut short", short_frame, false },
		{ "a frame of nothing but the Ethernet header", tiny_frame, false },
		{ "another host's IP address", other_ip, false },
		{ "the broadcast IP address", broadcast_ip, false },
		{ "another port", other_port, false },
		{ "the first fragment", fragment, false },
		{ "a later fragment", later_fragment, false },
		{ "the don't-fragment bit", dont_fragment, true },
		{ "another protocol", icmp, false },
		{ "IP version 6", version6, false },
		{ "an IP length beyond the frame", ip_too_long, false },
		{ "an IP length too short for UDP", ip_too_short, false },
		{ "a UDP length beyond IP's", udp_too_long, false },
		{ "a UDP length shorter than its header", udp_too_short, false },
		{ "another host's MAC address", other_mac, false },
		{ "the broadcast MAC address", broadcast_mac, false },
		{ "another EtherType", other_type, false },
		{ "options in the IP header", ip_options, true },
	};
	struct udp_datagram d;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin();
		tap_ok(received(cases[i].change, &d) == cases[i].taken, "%s: %s", cases[i].name,
		       cases[i].taken ? "taken" : "thrown away");
	}
	begin();
	TAP_OK(received(NULL, &d) && d.len == 23 && d.from == FAKE_SERVER_IP && d.from_port == 69 &&
	       !memcmp(d.data, "payload with odd length", 23));
	TAP_OK(received(udp_shorter, &d) && d.len == 5);
	TAP_OK(received(ip_options, &d) && d.len == 23 && !memcmp(d.data, "payload with odd", 16));

	begin();
	net.address = 0;
	tap_ok(received(broadcast_mac, &d) && received(broadcast_ip, &d) && received(other_ip, &d),
	       "without an address, any address is ours");
}

static void test_udp_send(void)
{
	struct fake_udp udp;

	begin();
	memcpy(udp_payload(&net), "hello", 5);
	udp_send(&net, FAKE_SERVER_IP, 1000, 69, 5);
	tap_ok(!sent_len, "nothing is sent to an unknown neighbour");
	udp_send(&net, IP_BROADCAST, 68, 67, 5);
	TAP_OK(fake_udp_parse(sent, sent_len, &udp) && udp.len == 5 && udp.dest_port == 67 &&
	       udp.source_port == 68 && sent[0] == 0xFF);

	fake.on_frame = arp_server;
	answer_from = 1;
	arp_resolve(&net, FAKE_SERVER_IP);
	fake.on_frame = record;
	/* Every length, for the odd bytes of the checksum, and the sum that would read 0. */
	bool all = true;
	for (uint32_t len = 0; len <= UDP_PAYLOAD_MAX; len++) {
		for (uint32_t i = 0; i < len; i++)
			udp_payload(&net)[i] = (uint8_t)fake_random();
		udp_send(&net, FAKE_SERVER_IP, 1000, 69, len);
		all = all && fake_udp_parse(sent, sent_len, &udp) && udp.len == len &&
		      !memcmp(sent, fake_server_mac, 6);
	}
	tap_ok(all, "datagrams of all lengths have right checksums");

	begin();
	net.gateway = FAKE_IP(254);
	TAP_OK(ip_next_hop(&net, FAKE_SERVER_IP) == FAKE_SERVER_IP);
	TAP_OK(ip_next_hop(&net, 0x0100000A) == FAKE_IP(254));
	net.gateway = 0;
	TAP_OK(ip_next_hop(&net, 0x0100000A) == 0x0100000A);
}

int main(void)
{
	test_arp_answers();
	test_arp_resolve();
	test_udp_receive();
	test_udp_send();
	return tap_done();
}
