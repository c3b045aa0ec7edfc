/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The network: from an opened card to a loaded file.  rom/core/main.c calls it so:
 *
 *      net_init(&net, &nic);
 *      net_configure(&net);            BOOTP/DHCP: fills in the addresses and the file name
 *      net_load(&net, &sink);          TFTP: the file, block by block
 *
 * IPv4 only; one network card; all numbers that are addresses are in network byte order.
 */
#ifndef ROM_NET_NET_H
#define ROM_NET_NET_H

#include <stdbool.h>
#include <stdint.h>
#include "rom/net/nic.h"

/* The longest BOOTP reply that is kept: a DHCP message of an Ethernet frame. */
#define NET_REPLY_MAX 1472u
#define NET_FILE_MAX  255u

struct net {
	struct nic *nic; /* opened by the caller, who also closes it */

	/* Filled in by net_configure(). */
	uint32_t address; /* ours */
	uint32_t netmask; /* from option 1, else by class */
	uint32_t gateway; /* first router, or 0 */
	uint32_t server;  /* next server: siaddr (option 66 as an address), else who answered */
	char file[NET_FILE_MAX + 1];	  /* file name to ask for, NUL-terminated; may be empty */
	char root_path[NET_FILE_MAX + 1]; /* option 17 or empty; only shown to the user */

	/*
	 * The BOOTP reply (or DHCPACK) as it arrived: the UDP payload, RFC 951's packet with its
	 * vendor area.  The image gets a pointer to a copy.  reply_len is at least 300; short
	 * replies are filled up with zeros.
	 */
	uint8_t reply[NET_REPLY_MAX];
	uint32_t reply_len;

	/* The network code's own state. */
	uint16_t ip_id;
	uint8_t tx[NIC_FRAME_MAX + 2] __attribute__((aligned(4)));
	uint8_t rx[NIC_FRAME_MAX + 2] __attribute__((aligned(4)));
	struct net_neighbour {
		uint32_t ip;
		uint8_t mac[6];
	} neighbours[4];
	uint8_t next_neighbour;
};

/* Where the file goes. */
struct net_sink {
	/*
	 * The next len bytes of the file, in order. Returns 0 to go on; anything
	 * else ends the transfer (an ERROR packet tells the server) and is what net_load() returns.
	 */
	int (*data)(void *context, const void *data, uint32_t len);
	void *context;
};

void net_init(struct net *net, struct nic *nic);

/*
 * BOOTP and DHCP at once, until an answer is complete: about a minute and a half with random
 * exponential back-off, first packet at once, so that a switch port which begins
 * to forward only after 60 s does no harm.  Prints what it waits for and what it got.
 * Returns 0, ROM_ESKIP or ROM_ETIMEOUT.
 */
int net_configure(struct net *net);

/*
 * Loads net->file from net->server by TFTP and feeds it to *sink, with progress on the console
 * (KB, KB/s, and the whole time at the end).  On failure one line says what failed, why, and what
 * to check. Returns 0, ROM_ESKIP, ROM_ETIMEOUT, ROM_ESERVER, ROM_EPROTO, or what the sink returned.
 */
int net_load(struct net *net, const struct net_sink *sink);

#endif
