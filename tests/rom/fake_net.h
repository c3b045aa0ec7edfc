/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine without hardware for the hosted tests of rom/net: a clock that only moves when
 * the loader waits, a network card whose cable ends in the test, and a console that is
 * a buffer.  Implements rom/core/platform.h.  The test plays all other hosts:
 *
 *      fake_reset();
 *      fake.on_frame = my_server;      called with each frame the loader sends
 *      fake.on_tick = my_clock;        called at each millisecond that passes
 *      net_init(&net, &fake.nic); net_configure(&net);
 */
#ifndef TESTS_ROM_FAKE_NET_H
#define TESTS_ROM_FAKE_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "rom/net/net.h"
#include "rom/net/wire.h"

/* 192.168.1.n in network byte order. */
#define FAKE_IP(n)     ((uint32_t)(192u | 168u << 8 | 1u << 16 | (uint32_t)(n) << 24))
#define FAKE_CLIENT_IP FAKE_IP(100)
#define FAKE_SERVER_IP FAKE_IP(1)

extern const uint8_t fake_client_mac[6];
extern const uint8_t fake_server_mac[6];

struct fake {
	struct nic nic;
	uint32_t now;	     /* milliseconds */
	uint32_t skip_at;    /* when the user presses the skip key; 0: never */
	bool details;	     /* the user wants details */
	bool no_link;	     /* what the card says about its cable */
	uint32_t frames_out; /* sent by the loader */
	void (*on_frame)(const uint8_t *frame, uint32_t len);
	void (*on_tick)(void);
	/* Every frame to the loader passes here; false loses it, and it may be changed in place. */
	bool (*on_deliver)(uint8_t *frame, uint32_t *len);
	char output[65536]; /* what the user saw, NUL-terminated */
	uint32_t output_len;
};

extern struct fake fake;

/* Everything as at power-on; queued frames are forgotten. */
void fake_reset(void);

/* Queues a frame that arrives after delay milliseconds (0: at the next poll), in order of arrival. */
void fake_deliver(const void *frame, uint32_t len, uint32_t delay);

/* A datagram, correct in every header. Ports in host order, addresses in network order. */
struct fake_udp {
	uint32_t source, dest;
	uint16_t source_port, dest_port;
	const void *payload;
	uint32_t len;
	uint32_t delay;
};

/* Writes the frame to out (1514 bytes) and returns its length. */
uint32_t fake_udp_build(uint8_t *out, const struct fake_udp *udp);
void fake_udp_send(const struct fake_udp *udp);

/* Makes IP and UDP checksums right again after a test changed the frame. */
void fake_udp_repair(uint8_t *frame);

/* The datagram in a frame the loader sent; false if it is none. Fails the test if a checksum is wrong. */
bool fake_udp_parse(const uint8_t *frame, uint32_t len, struct fake_udp *udp);

/* Answers an ARP request of the loader for any address with fake_server_mac; true if it was one. */
bool fake_arp_answer(const uint8_t *frame, uint32_t len);

/* True if the user saw this text. */
bool fake_saw(const char *text);

/* A small deterministic random number generator for the tests (not platform_random()). */
uint32_t fake_random(void);

#endif
