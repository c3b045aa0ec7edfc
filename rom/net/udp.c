/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ethernet, IP and UDP headers: written and checked in one place each, for size and speed. */
#include "rom/core/mem.h"
#include "rom/core/platform.h"
#include "rom/net/arp.h"
#include "rom/net/udp.h"
#include "rom/net/wire.h"

/*
 * Frames begin two bytes into their buffers, so that the IP header behind the 14 bytes of
 * Ethernet, and with it the payload, is aligned to four.
 */
#define FRAME(buffer) ((struct udp_frame *)((buffer) + 2))

void net_init(struct net *net, struct nic *nic)
{
	memset(net, 0, sizeof(*net));
	net->nic = nic;
	net->ip_id = (uint16_t)platform_random();
}

uint8_t *udp_payload(struct net *net)
{
	return FRAME(net->tx)->payload;
}

uint32_t ip_next_hop(const struct net *net, uint32_t dest)
{
	bool local = !((dest ^ net->address) & net->netmask);

	/* Without a gateway a far server can only be meant to be on this wire, or behind proxy ARP.
	 */
	return local || !net->gateway ? dest : net->gateway;
}

/*
 * The one's complement sum (RFC 1071) of len bytes at p (any alignment) and of `sum`, in the byte
 * order of the wire.  A packet with its checksum in place sums up to 0xFFFF.
 */
static uint32_t checksum(uint32_t sum, const void *p, uint32_t len)
{
	const struct {
		uint32_t v;
	} __attribute__((packed, may_alias)) *dword = p;
	uint64_t total = sum;
	uint32_t tail = 0;

	for (; len >= 4; len -= 4)
		total += dword++->v;
	memcpy(&tail, dword, len);
	total += tail;
	/* Fold the carries in: 64 bits to 33, to 32, to 17, to 16. */
	total = (total >> 32) + (uint32_t)total;
	sum = (uint32_t)(total >> 32) + (uint32_t)total;
	sum = (sum >> 16) + (sum & 0xFFFF);
	return (sum >> 16) + (sum & 0xFFFF);
}

/* The sum of a datagram's pseudo header, UDP header and payload. */
static uint32_t udp_checksum(const struct ip_header *ip, const struct udp_header *udp, uint32_t len)
{
	uint32_t sum = WIRE16(IP_PROTOCOL_UDP) + htons((uint16_t)len);

	return checksum(checksum(sum, &ip->source, 8), udp, len);
}

void udp_send(struct net *net, uint32_t dest, uint16_t source, uint16_t port, uint32_t len)
{
	struct udp_frame *frame = FRAME(net->tx);
	uint16_t udp_len = (uint16_t)(len + sizeof(frame->udp));
	uint16_t ip_len = (uint16_t)(udp_len + sizeof(frame->ip));
	const uint8_t *mac = arp_lookup(net, ip_next_hop(net, dest));

	memset(&frame->eth.dest, 0xFF, 6);
	if (dest != IP_BROADCAST) {
		if (!mac)
			return;
		memcpy(frame->eth.dest, mac, 6);
	}
	memcpy(frame->eth.source, net->nic->mac, 6);
	frame->eth.type = WIRE16(ETH_TYPE_IP);

	memset(&frame->ip, 0, sizeof(frame->ip));
	frame->ip.version_length = 0x45;
	frame->ip.length = htons(ip_len);
	frame->ip.id = net->ip_id++;
	frame->ip.ttl = 64;
	frame->ip.protocol = IP_PROTOCOL_UDP;
	frame->ip.source = net->address;
	frame->ip.dest = dest;
	frame->ip.checksum = (uint16_t)~checksum(0, &frame->ip, sizeof(frame->ip));

	frame->udp.source = htons(source);
	frame->udp.dest = htons(port);
	frame->udp.length = htons(udp_len);
	frame->udp.checksum = 0;
	frame->udp.checksum = (uint16_t)~udp_checksum(&frame->ip, &frame->udp, udp_len);
	/* Zero would mean "no checksum"; the other zero of one's complement means the same sum. */
	if (!frame->udp.checksum)
		frame->udp.checksum = 0xFFFF;
	net->nic->ops->transmit(net->nic, frame, ip_len + sizeof(frame->eth));
}

/* True if the frame may be for us: to our card, or to all while we have no address. */
static bool eth_for_us(const struct net *net, const struct eth_header *eth)
{
	static const uint8_t all[6] = { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF };

	return !memcmp(eth->dest, net->nic->mac, 6) ||
	       (!net->address && !memcmp(eth->dest, all, 6));
}

bool udp_receive(struct net *net, uint16_t port, struct udp_datagram *datagram)
{
	struct udp_frame *frame = FRAME(net->rx);
	uint32_t len = net->nic->ops->poll(net->nic, frame);
	uint32_t header_len, ip_len, udp_len;
	struct ip_header *ip = &frame->ip;
	struct udp_header *udp;

	if (len < sizeof(frame->eth) || len > NIC_FRAME_MAX)
		return false;
	if (frame->eth.type == WIRE16(ETH_TYPE_ARP)) {
		arp_receive(net, len);
		return false;
	}
	/* The shortest frame of any use holds all headers; what lies behind the IP length is
	 * padding. */
	if (frame->eth.type != WIRE16(ETH_TYPE_IP) || len < sizeof(*frame) ||
	    !eth_for_us(net, &frame->eth))
		return false;

	header_len = (ip->version_length & 0xFu) * 4;
	ip_len = ntohs(ip->length);
	if (ip->version_length >> 4 != 4 || header_len < sizeof(*ip) ||
	    ip_len > len - sizeof(frame->eth) || ip_len < header_len + sizeof(*udp) ||
	    checksum(0, ip, header_len) != 0xFFFF || (ip->fragment & WIRE16(IP_FRAGMENT_MASK)) ||
	    ip->protocol != IP_PROTOCOL_UDP || (net->address && ip->dest != net->address))
		return false;

	udp = (struct udp_header *)((uint8_t *)ip + header_len);
	udp_len = ntohs(udp->length);
	if (udp->dest != htons(port) || udp_len < sizeof(*udp) || udp_len > ip_len - header_len ||
	    (udp->checksum && udp_checksum(ip, udp, udp_len) != 0xFFFF))
		return false;

	datagram->data = (uint8_t *)(udp + 1);
	datagram->len = udp_len - (uint32_t)sizeof(*udp);
	datagram->from = ip->source;
	datagram->from_port = ntohs(udp->source);
	return true;
}
