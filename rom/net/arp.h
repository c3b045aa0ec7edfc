/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which card has this IP address, and telling others that we have ours (RFC 826). */
#ifndef ROM_NET_ARP_H
#define ROM_NET_ARP_H

#include <stdint.h>
#include "rom/net/net.h"

/*
 * Handles the ARP packet in net->rx (frame_len bytes with the Ethernet header): learns the
 * sender, answers a question about net->address.  Anything else is ignored.
 */
void arp_receive(struct net *net, uint32_t frame_len);

/* The MAC address of neighbour ip, NULL if it is not known (yet). Valid until the next poll. */
const uint8_t *arp_lookup(const struct net *net, uint32_t ip);

/*
 * Asks for neighbour ip until it is known, with exponential back-off for about 30 s.
 * Returns 0, ROM_ESKIP, or ROM_ETIMEOUT (silently: the caller knows what ip is).
 */
int arp_resolve(struct net *net, uint32_t ip);

#endif
