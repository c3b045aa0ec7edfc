/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packets_rpc: the headers of ONC RPC calls and replies (RFC 5531), over UDP, and over TCP behind record marks.
 * mountd's port is whatever the portmapper gave, so calls are known by what they contain.  A record that does not
 * begin in the captured part of a segment is not seen: a host sends its calls one by one while it boots.
 */
#include "mkdcroot/watch/boot_packets_private.h"

#include <string.h>

enum { RPC_CALL, RPC_REPLY };
enum { MSG_ACCEPTED, MSG_DENIED };

#define RPC_VERSION   2
#define PROGRAM_NFS   100003u
#define PROGRAM_MOUNT 100005u
#define LAST_FRAGMENT 0x80000000u

/* Skip an opaque_auth: flavor, length, at most 400 bytes. */
static void skip_auth(struct wire *w)
{
	uint32_t len;

	wire_u32(w);
	len = wire_u32(w);
	if (len > 400)
		w->bad = true;
	else
		wire_bytes(w, (len + 3) & ~3u);
}

static void call(struct boot_packets *p, const struct frame *f, uint32_t xid, struct wire *w)
{
	uint32_t program, version, procedure;

	if (wire_u32(w) != RPC_VERSION)
		return;
	program = wire_u32(w);
	version = wire_u32(w);
	procedure = wire_u32(w);
	skip_auth(w);
	skip_auth(w);
	if (!w->bad && (program == PROGRAM_NFS || program == PROGRAM_MOUNT))
		packets_nfs_call(p, f, xid, program, version, procedure, w);
}

static void reply(struct boot_packets *p, const struct frame *f, uint32_t xid, struct wire *w)
{
	/* By accept_stat; SUCCESS is the first. */
	static const char *const why[] = {
		NULL,
		"the server does not offer this protocol",
		"the server does not speak this version of the protocol",
		"the server does not know this procedure",
		"the server could not read the call",
		"the server has an error",
	};
	uint32_t status = wire_u32(w);

	if (w->bad)
		return;
	if (status == MSG_DENIED) {
		packets_nfs_denied(p, f, xid, "the server does not accept the host's credentials");
		return;
	}
	skip_auth(w);
	status = wire_u32(w);
	if (w->bad)
		return;
	if (status == 0)
		packets_nfs_reply(p, f, xid, w);
	else if (status < sizeof(why) / sizeof(why[0]))
		packets_nfs_denied(p, f, xid, why[status]);
}

static void message(struct boot_packets *p, const struct frame *f, struct wire w)
{
	uint32_t xid = wire_u32(&w), type = wire_u32(&w);

	if (w.bad)
		return;
	if (type == RPC_CALL)
		call(p, f, xid, &w);
	else if (type == RPC_REPLY)
		reply(p, f, xid, &w);
}

/* All records that begin in the segment. */
static void segment(struct boot_packets *p, const struct frame *f)
{
	struct wire w = { .at = f->payload, .left = f->len };

	while (w.left > 4) {
		uint32_t mark = wire_u32(&w), len = mark & ~LAST_FRAGMENT;
		struct wire record = { .at = w.at, .left = len < w.left ? len : w.left };

		if (!(mark & LAST_FRAGMENT))
			return;
		message(p, f, record);
		if (!wire_bytes(&w, len))
			return;
	}
}

bool packets_rpc(struct boot_packets *p, const struct frame *f)
{
	struct wire w = { .at = f->payload, .left = f->len };

	if (!f->tcp) {
		message(p, f, w);
		return true;
	}
	/* What answers a SYN to a port where nobody listens. */
	if (f->source_port == NFS_PORT && (f->tcp_flags & FRAME_TCP_RST) && f->tcp_seq == 0)
		packets_nfs_closed(p, f);
	segment(p, f);
	return true;
}
