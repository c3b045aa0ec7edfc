/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UDP datagrams over IPv4 over Ethernet (RFC 768, 791, 894), without options and fragments.
 * One datagram is in flight each way: the payload to send is written straight into the
 * transmit frame, the received one is read where the card's driver put it.
 */
#ifndef ROM_NET_UDP_H
#define ROM_NET_UDP_H

#include <stdbool.h>
#include <stdint.h>
#include "rom/net/net.h"

struct udp_datagram {
	uint8_t *data; /* in net->rx, the receiver's until the next udp_receive() */
	uint32_t len;
	uint32_t from;	    /* IP address, network order */
	uint16_t from_port; /* host order */
};

/* Where the payload of the next udp_send() is to be written: room for UDP_PAYLOAD_MAX bytes. */
uint8_t *udp_payload(struct net *net);
#define UDP_PAYLOAD_MAX (NIC_FRAME_MAX - 42u)

/* The neighbour through which dest is reached: itself, or the gateway when it is in another subnet.
 */
uint32_t ip_next_hop(const struct net *net, uint32_t dest);

/*
 * Sends the len bytes at udp_payload() from our port `source` to dest:port (ports in host order).
 * dest is IP_BROADCAST, or its next hop was resolved (arp_resolve()); a datagram for an
 * unknown neighbour, or one the card could not send, is lost: callers retransmit.
 */
void udp_send(struct net *net, uint32_t dest, uint16_t source, uint16_t port, uint32_t len);

/*
 * Takes one frame from the card, if there is one, and answers it if it is an ARP
 * request for us.  Returns true if it was an intact datagram for our address (any address
 * while we have none) and our `port`, described by *datagram.
 */
bool udp_receive(struct net *net, uint16_t port, struct udp_datagram *datagram);

#endif
