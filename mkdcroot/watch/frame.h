/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frame: an Ethernet frame taken apart as far as UDP or TCP over IPv4 (RFC 791, 768, 9293).
 * Only what was captured is ever pointed to.
 */
#ifndef MKDCROOT_WATCH_FRAME_H
#define MKDCROOT_WATCH_FRAME_H

#include "mkdcroot/model/netaddr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct frame {
	struct ip_addr source, dest;
	uint16_t source_port, dest_port;
	bool tcp;
	uint8_t tcp_flags;
	uint32_t tcp_seq;
	const uint8_t *payload;
	size_t len;	 /* bytes at @payload that were captured */
	size_t wire_len; /* bytes that were sent; never less than @len */
};

#define FRAME_TCP_RST 0x04
#define FRAME_TCP_ACK 0x10

/* Take apart @len bytes at @bytes.  False: cut off before its payload, another protocol, or a later fragment. */
bool frame_parse(struct frame *f, const uint8_t *bytes, size_t len);

/* A reader of big-endian fields; once it ran over the end it stays @bad and gives zeros. */
struct wire {
	const uint8_t *at;
	size_t left;
	bool bad;
};

uint16_t wire_u16(struct wire *w);
uint32_t wire_u32(struct wire *w);
/* The next @n bytes, or NULL. */
const uint8_t *wire_bytes(struct wire *w, size_t n);

#endif
