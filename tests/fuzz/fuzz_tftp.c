/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzzes the whole stack with the packets of a hostile network.  The input is a script:
 *
 *      kind length-high length-low bytes...        and so on, until the input ends
 *
 * Bits 0-2 of kind: 0 an Ethernet frame as it is; 1 a frame whose IP and UDP checksums are made right;
 * 2 an UDP payload from the server's TFTP port; 3 the same, as the DATA of the next block;
 * 4 a BOOTP reply with the right transaction id; 5 a payload from another port; others: time passes.
 * Each packet is delivered after a frame of the loader, or after some time without one.
 */
#include <stdlib.h>
#include <string.h>
#include "rom/core/error.h"
#include "rom/net/net.h"
#include "tests/rom/fake_net.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t *script;
static size_t left;
static uint32_t xid;
static uint16_t client_port, next_block;
static uint32_t loaded;

static void send_payload(const uint8_t *payload, uint32_t len, uint16_t from, uint16_t to)
{
	struct fake_udp udp = { .source = FAKE_SERVER_IP,
				.dest = FAKE_CLIENT_IP,
				.source_port = from,
				.dest_port = to,
				.payload = payload,
				.len = len };

	fake_udp_send(&udp);
}

/* Plays the next packet of the script. */
static void next_packet(void)
{
	uint8_t kind, copy[NIC_FRAME_MAX] = { 0 };
	struct udp_frame *frame = (struct udp_frame *)copy;
	uint32_t len;

	if (left < 3) {
		fake.skip_at = fake.skip_at ? fake.skip_at : fake.now + 3000;
		return;
	}
	kind = script[0] & 7;
	len = (uint32_t)(script[1] << 8 | script[2]) % (NIC_FRAME_MAX - 42 + 1);
	script += 3;
	left -= 3;
	if (len > left)
		len = (uint32_t)left;
	memcpy(copy, script, len);
	script += len;
	left -= len;

	switch (kind) {
	case 1:
		memcpy(frame->eth.dest, fake_client_mac, 6);
		frame->eth.type = WIRE16(ETH_TYPE_IP);
		frame->udp.length = WIRE16(len > 34 ? len - 34 : 0);
		fake_udp_repair(copy);
		/* fall through */
	case 0:
		fake_deliver(copy, len < 14 ? 14 : len, 0);
		break;
	case 3:
		copy[0] = 0;
		copy[1] = 3;
		next_block++;
		copy[2] = (uint8_t)(next_block >> 8);
		copy[3] = (uint8_t)next_block;
		/* fall through */
	case 2:
		send_payload(copy, len, 2000, client_port);
		break;
	case 4:
		memcpy(copy + 4, &xid, 4);
		memcpy(copy + 28, fake_client_mac, 6);
		send_payload(copy, len, BOOTP_SERVER_PORT, BOOTP_CLIENT_PORT);
		break;
	case 5:
		send_payload(copy, len, 2001, client_port);
		break;
	default:
		fake.now += len;
	}
}

static void on_frame(const uint8_t *frame, uint32_t len)
{
	struct fake_udp udp;

	if (fake_arp_answer(frame, len))
		return;
	if (fake_udp_parse(frame, len, &udp)) {
		if (udp.dest_port == BOOTP_SERVER_PORT)
			memcpy(&xid, (const uint8_t *)udp.payload + 4, 4);
		client_port = udp.source_port;
	}
	next_packet();
}

static void on_tick(void)
{
	if (fake.now % 16 == 0)
		next_packet();
}

static int sink_data(void *context, const void *data, uint32_t len)
{
	static volatile uint8_t sum;

	(void)context;
	for (uint32_t i = 0; i < len; i++)
		sum = (uint8_t)(sum + ((const uint8_t *)data)[i]);
	loaded += len;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct net net;
	struct net_sink sink = { .data = sink_data };

	fake_reset();
	fake.on_frame = on_frame;
	fake.on_tick = on_tick;
	fake.details = true;
	script = data;
	left = size;
	next_block = 0;
	loaded = 0;
	net_init(&net, &fake.nic);
	/* Half of the inputs go through BOOTP, the others have an address. */
	if (size & 1) {
		if (net_configure(&net))
			return 0;
	} else {
		net.address = FAKE_CLIENT_IP;
		net.netmask = 0x00FFFFFF;
		net.server = FAKE_SERVER_IP;
		memcpy(net.file, "f", 2);
	}
	fake.skip_at = 0;
	net_load(&net, &sink);
	if (loaded > size * 2 || memchr(fake.output, 27, fake.output_len))
		abort();
	return 0;
}
