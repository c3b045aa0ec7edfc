/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fake machine; see fake_net.h.  Checksums are computed apart from the code under test. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rom/core/platform.h"
#include "tests/rom/fake_net.h"

struct fake fake;

const uint8_t fake_client_mac[6] = { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 };
const uint8_t fake_server_mac[6] = { 0x02, 0x00, 0x00, 0x00, 0x00, 0x01 };

struct queued {
	struct queued *next;
	uint32_t due;
	uint32_t len;
	uint8_t frame[];
};

static struct queued *queue;
static uint32_t random_state;
static uint32_t skipped_polls;

static int nic_transmit(struct nic *nic, const void *frame, uint32_t len)
{
	(void)nic;
	if (len < 14 || len > NIC_FRAME_MAX)
		abort(); /* the loader broke the driver's contract */
	fake.frames_out++;
	if (fake.on_frame)
		fake.on_frame(frame, len);
	return 0;
}

static uint32_t nic_poll(struct nic *nic, void *frame)
{
	struct queued *q = queue;
	uint32_t len;

	(void)nic;
	if (!q || q->due > fake.now) {
		/* Nothing there: time passes, not all too slowly for tests of minutes. */
		if (++skipped_polls >= 2) {
			skipped_polls = 0;
			fake.now++;
			if (fake.on_tick)
				fake.on_tick();
		}
		return 0;
	}
	queue = q->next;
	len = q->len;
	if (!fake.on_deliver || fake.on_deliver(q->frame, &len))
		memcpy(frame, q->frame, len);
	else
		len = 0;
	free(q);
	return len;
}

static bool nic_link(struct nic *nic)
{
	(void)nic;
	return !fake.no_link;
}

static const struct nic_ops fake_ops = {
	.transmit = nic_transmit,
	.poll = nic_poll,
	.link = nic_link,
};

void fake_reset(void)
{
	struct queued *q;

	while ((q = queue)) {
		queue = q->next;
		free(q);
	}
	memset(&fake, 0, sizeof(fake));
	fake.nic.ops = &fake_ops;
	memcpy(fake.nic.mac, fake_client_mac, 6);
	fake.now = 12345;
	random_state = 1;
	skipped_polls = 0;
}

void fake_deliver(const void *frame, uint32_t len, uint32_t delay)
{
	struct queued **at = &queue;
	struct queued *q = malloc(sizeof(*q) + NIC_FRAME_MAX);

	if (!q || len > NIC_FRAME_MAX)
		abort();
	q->due = fake.now + delay;
	q->len = len;
	memcpy(q->frame, frame, len);
	while (*at && (*at)->due <= q->due)
		at = &(*at)->next;
	q->next = *at;
	*at = q;
}

/* The plain one's complement sum over bytes, big endian; RFC 1071 as it is written. */
static uint32_t sum_bytes(const uint8_t *p, uint32_t len, uint32_t sum)
{
	for (uint32_t i = 0; i < len; i++)
		sum += i & 1 ? p[i] : (uint32_t)p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xFFFF) + (sum >> 16);
	return sum;
}

static uint16_t big16(uint32_t v)
{
	return (uint16_t)((v & 0xFF) << 8 | (v >> 8 & 0xFF));
}

static uint32_t udp_sum(const struct udp_frame *f)
{
	uint32_t len = big16(f->udp.length);

	return sum_bytes((const uint8_t *)&f->udp, len,
			 sum_bytes((const uint8_t *)&f->ip.source, 8, IP_PROTOCOL_UDP + len));
}

void fake_udp_repair(uint8_t *frame)
{
	struct udp_frame *f = (struct udp_frame *)frame;

	f->ip.checksum = 0;
	f->ip.checksum = big16(~sum_bytes((const uint8_t *)&f->ip, sizeof(f->ip), 0) & 0xFFFF);
	f->udp.checksum = 0;
	f->udp.checksum = big16(~udp_sum(f) & 0xFFFF);
}

uint32_t fake_udp_build(uint8_t *out, const struct fake_udp *udp)
{
	struct udp_frame *f = (struct udp_frame *)out;
	uint32_t len = (uint32_t)sizeof(*f) + udp->len;

	memset(out, 0, NIC_FRAME_MAX);
	memcpy(f->eth.dest, fake_client_mac, 6);
	memcpy(f->eth.source, fake_server_mac, 6);
	f->eth.type = WIRE16(ETH_TYPE_IP);
	f->ip.version_length = 0x45;
	f->ip.length = big16(len - (uint32_t)sizeof(f->eth));
	f->ip.ttl = 64;
	f->ip.protocol = IP_PROTOCOL_UDP;
	f->ip.source = udp->source;
	f->ip.dest = udp->dest;
	f->udp.source = big16(udp->source_port);
	f->udp.dest = big16(udp->dest_port);
	f->udp.length = big16(udp->len + (uint32_t)sizeof(f->udp));
	memcpy(f->payload, udp->payload, udp->len);
	fake_udp_repair(out);
	return len < NIC_FRAME_MIN ? NIC_FRAME_MIN : len;
}

void fake_udp_send(const struct fake_udp *udp)
{
	uint8_t frame[NIC_FRAME_MAX];
	uint32_t len = fake_udp_build(frame, udp);

	fake_deliver(frame, len, udp->delay);
}

bool fake_udp_parse(const uint8_t *frame, uint32_t len, struct fake_udp *udp)
{
	const struct udp_frame *f = (const struct udp_frame *)frame;

	if (f->eth.type != WIRE16(ETH_TYPE_IP) || len < sizeof(*f))
		return false;
	if (sum_bytes((const uint8_t *)&f->ip, sizeof(f->ip), 0) != 0xFFFF || !f->udp.checksum ||
	    udp_sum(f) != 0xFFFF || big16(f->ip.length) != len - sizeof(f->eth)) {
		printf("not ok - the loader sent a datagram with a wrong checksum or length\n");
		exit(1);
	}
	*udp = (struct fake_udp){ .source = f->ip.source,
				  .dest = f->ip.dest,
				  .source_port = big16(f->udp.source),
				  .dest_port = big16(f->udp.dest),
				  .payload = f->payload,
				  .len = len - (uint32_t)sizeof(*f) };
	return true;
}

bool fake_arp_answer(const uint8_t *frame, uint32_t len)
{
	struct {
		struct eth_header eth;
		struct arp_packet arp;
	} WIRE a;

	if (len < sizeof(a))
		return false;
	memcpy(&a, frame, sizeof(a));
	if (a.eth.type != WIRE16(ETH_TYPE_ARP) || a.arp.operation != WIRE16(ARP_REQUEST))
		return false;
	memcpy(a.eth.dest, a.eth.source, 6);
	memcpy(a.eth.source, fake_server_mac, 6);
	a.arp.operation = WIRE16(ARP_REPLY);
	memcpy(a.arp.target_mac, a.arp.sender_mac, 6);
	memcpy(a.arp.sender_mac, fake_server_mac, 6);
	a.arp.sender_ip ^= a.arp.target_ip;
	a.arp.target_ip ^= a.arp.sender_ip;
	a.arp.sender_ip ^= a.arp.target_ip;
	fake_deliver(&a, sizeof(a), 0);
	return true;
}

bool fake_saw(const char *text)
{
	return strstr(fake.output, text);
}

uint32_t fake_random(void)
{
	random_state = random_state * 1664525 + 1013904223;
	return random_state >> 8;
}

uint32_t platform_ms(void)
{
	return fake.now;
}

void platform_udelay(uint32_t us)
{
	fake.now += us / 1000;
}

uint32_t platform_random(void)
{
	return fake_random() ^ fake_random() << 16;
}

void platform_random_add(uint32_t entropy)
{
	(void)entropy;
}

void platform_putchar(char c)
{
	if (fake.output_len < sizeof(fake.output) - 1)
		fake.output[fake.output_len++] = c;
}

enum platform_key platform_key(void)
{
	return fake.skip_at && fake.now >= fake.skip_at ? PLATFORM_KEY_SKIP : PLATFORM_KEY_NONE;
}

_Bool platform_details(void)
{
	return fake.details;
}
