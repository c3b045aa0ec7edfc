/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ARP: four neighbours are plenty for a loader that talks to a server and perhaps a gateway. */
#include "rom/core/error.h"
#include "rom/core/mem.h"
#include "rom/core/platform.h"
#include "rom/net/arp.h"
#include "rom/net/udp.h"
#include "rom/net/wire.h"

#define NEIGHBOURS (sizeof(((struct net *)0)->neighbours) / sizeof(struct net_neighbour))

struct arp_frame {
	struct eth_header eth;
	struct arp_packet arp;
} WIRE;

/* What every ARP packet for IPv4 on Ethernet begins with. */
static const uint8_t arp_kind[6] = { 0, 1, 8, 0, 6, 4 };

static struct net_neighbour *find(const struct net *net, uint32_t ip)
{
	for (uint32_t i = 0; i < NEIGHBOURS; i++)
		if (net->neighbours[i].ip == ip)
			return (struct net_neighbour *)&net->neighbours[i];
	return NULL;
}

const uint8_t *arp_lookup(const struct net *net, uint32_t ip)
{
	const struct net_neighbour *n = ip ? find(net, ip) : NULL;

	return n ? n->mac : NULL;
}

/* Fills in what a question and an answer have in common, and sends it. */
static void arp_send(struct net *net, struct arp_frame *frame, uint16_t operation)
{
	memcpy(frame->eth.source, net->nic->mac, 6);
	frame->eth.type = WIRE16(ETH_TYPE_ARP);
	memcpy(&frame->arp, arp_kind, sizeof(arp_kind));
	frame->arp.operation = operation;
	memcpy(frame->arp.sender_mac, net->nic->mac, 6);
	frame->arp.sender_ip = net->address;
	net->nic->ops->transmit(net->nic, frame, sizeof(*frame));
}

void arp_receive(struct net *net, uint32_t frame_len)
{
	struct arp_frame *frame = (struct arp_frame *)(net->rx + 2);
	struct arp_packet *arp = &frame->arp;
	struct net_neighbour *known;
	bool for_us;

	if (frame_len < sizeof(*frame) || memcmp(arp, arp_kind, sizeof(arp_kind)))
		return;
	/* A group address belongs to no card, and our own name in other hands is not to be learned.
	 */
	if ((arp->sender_mac[0] & 1) || (arp->sender_ip && arp->sender_ip == net->address))
		return;

	for_us = net->address && arp->target_ip == net->address;
	known = arp->sender_ip ? find(net, arp->sender_ip) : NULL;
	if (!known && for_us && arp->sender_ip)
		known = &net->neighbours[net->next_neighbour++ % NEIGHBOURS];
	if (known) {
		known->ip = arp->sender_ip;
		memcpy(known->mac, arp->sender_mac, 6);
	}

	if (for_us && arp->operation == WIRE16(ARP_REQUEST)) {
		/* The answer is made where the question is: net->tx may hold a half-written
		 * datagram. */
		memcpy(frame->eth.dest, arp->sender_mac, 6);
		memcpy(arp->target_mac, arp->sender_mac, 6);
		arp->target_ip = arp->sender_ip;
		arp_send(net, frame, WIRE16(ARP_REPLY));
	}
}

int arp_resolve(struct net *net, uint32_t ip)
{
	struct udp_datagram ignored;
	struct arp_frame frame;

	for (uint32_t wait = 250; wait < 32000; wait *= 2) {
		uint32_t start = platform_ms();

		memset(&frame, 0, sizeof(frame));
		memset(frame.eth.dest, 0xFF, 6);
		frame.arp.target_ip = ip;
		arp_send(net, &frame, WIRE16(ARP_REQUEST));
		do {
			if (arp_lookup(net, ip))
				return 0;
			if (platform_key() == PLATFORM_KEY_SKIP)
				return ROM_ESKIP;
			udp_receive(net, 0, &ignored);
		} while (platform_ms() - start < wait);
	}
	return ROM_ETIMEOUT;
}
