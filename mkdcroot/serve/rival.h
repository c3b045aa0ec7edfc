/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rival: is there another DHCP server on this network?  A DHCPDISCOVER (RFC 2131) with a
 * made-up hardware address is broadcast on one interface, by a packet socket, so that the
 * interface needs no address and keeps what it has; whoever offers an address is a rival.
 * One that answers only those that it knows keeps silent, and is none.
 */
#ifndef MKDCROOT_SERVE_RIVAL_H
#define MKDCROOT_SERVE_RIVAL_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/model/netaddr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ethernet, IP, UDP, and a BOOTP packet with 64 bytes of options, the least that RFC 1542 has. */
#define RIVAL_DISCOVER_LENGTH (14 + 20 + 8 + 236 + 64)

/* Who asks. */
struct rival_question {
	struct mac_addr mac;
	uint32_t xid;
};

/* Who has answered. */
struct rival {
	struct ip_addr server;	/* by its server identifier, or else where the packet comes from */
	struct mac_addr mac;	/* that sent the frame: the server's, or a relay's */
	struct ip_addr offered; /* may be unset */
};

/* A random question; its address is locally administered, of a single computer. */
int rival_ask(struct rival_question *q, struct error *err);

/* The frame of a DHCPDISCOVER that asks @q; the answer is to be broadcast. */
void rival_discover(const struct rival_question *q, uint8_t frame[RIVAL_DISCOVER_LENGTH]);

/* Is @frame an answer to @q: a DHCPOFFER, or a BOOTP reply?  It may come from anybody, and be of any length. */
bool rival_is_offer(const struct rival_question *q, const void *frame, size_t len,
		    struct rival *out);

/* Ask twice and listen for four seconds.  1: *@out has answered; 0: nobody; or negative errno. */
int rival_look(const char *interface, struct rival *out, struct error *err);

#endif
