/* SPDX-License-Identifier: GPL-2.0-or-later */
/* frame: every length is held against what was captured before it is believed. */
#include "mkdcroot/watch/frame.h"

#include <string.h>

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_VLAN 0x8100
#define PROTOCOL_TCP   6
#define PROTOCOL_UDP   17

const uint8_t *wire_bytes(struct wire *w, size_t n)
{
	const uint8_t *at = w->at;

	if (w->bad || n > w->left) {
		w->bad = true;
		return NULL;
	}
	w->at += n;
	w->left -= n;
	return at;
}

uint16_t wire_u16(struct wire *w)
{
	const uint8_t *b = wire_bytes(w, 2);

	if (!b)
		return 0;
	return (uint16_t)(b[0] << 8 | b[1]);
}

uint32_t wire_u32(struct wire *w)
{
	const uint8_t *b = wire_bytes(w, 4);

	return b ? (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3] : 0;
}

static void take_address(struct ip_addr *ip, const uint8_t *at)
{
	*ip = (struct ip_addr){ .family = AF_INET };
	memcpy(&ip->v4, at, 4);
}

static bool parse_udp(struct frame *f, struct wire *w, size_t sent)
{
	size_t length;

	f->source_port = wire_u16(w);
	f->dest_port = wire_u16(w);
	length = wire_u16(w);
	wire_u16(w); /* the checksum; often not there yet in what this machine sends */
	if (w->bad || length < 8 || length > sent)
		return false;
	f->wire_len = length - 8;
	return true;
}

static bool parse_tcp(struct frame *f, struct wire *w, size_t sent)
{
	uint16_t offset_flags;
	size_t header;

	f->source_port = wire_u16(w);
	f->dest_port = wire_u16(w);
	f->tcp_seq = wire_u32(w);
	wire_u32(w);
	offset_flags = wire_u16(w);
	header = (size_t)(offset_flags >> 12) * 4;
	if (w->bad || header < 20 || header > sent || !wire_bytes(w, header - 14))
		return false;
	f->tcp = true;
	f->tcp_flags = (uint8_t)offset_flags;
	f->wire_len = sent - header;
	return true;
}

bool frame_parse(struct frame *f, const uint8_t *bytes, size_t len)
{
	struct wire w = { .at = bytes, .left = len };
	const uint8_t *ip;
	size_t header, total;
	uint16_t type;
	bool good;

	*f = (struct frame){ 0 };
	wire_bytes(&w, 12);
	type = wire_u16(&w);
	if (type == ETHERTYPE_VLAN) {
		wire_u16(&w);
		type = wire_u16(&w);
	}
	ip = wire_bytes(&w, 20);
	if (!ip || type != ETHERTYPE_IPV4 || ip[0] >> 4 != 4)
		return false;
	header = (size_t)(ip[0] & 15) * 4;
	total = (size_t)(ip[2] << 8 | ip[3]);
	/* A total of 0 is what a segment has that the card is to cut up: its length is the frame's. */
	if (!total)
		total = w.left + 20;
	if (header < 20 || total < header || !wire_bytes(&w, header - 20) || (ip[6] & 0x1f) ||
	    ip[7])
		return false;
	take_address(&f->source, ip + 12);
	take_address(&f->dest, ip + 16);
	good = ip[9] == PROTOCOL_UDP   ? parse_udp(f, &w, total - header)
	       : ip[9] == PROTOCOL_TCP ? parse_tcp(f, &w, total - header)
				       : false;
	f->payload = w.at;
	f->len = w.left < f->wire_len ? w.left : f->wire_len;
	return good && !w.bad;
}
