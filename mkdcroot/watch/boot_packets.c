/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot_packets: which protocol a frame belongs to. */
#include "mkdcroot/base/mem.h"
#include "mkdcroot/watch/boot_packets_private.h"

#include <stdlib.h>
#include <string.h>

struct boot_packets *boot_packets_new(void (*emit)(const struct boot_event *e, void *arg),
				      void *arg)
{
	struct boot_packets *p = mem_new(sizeof(*p));

	p->emit = emit;
	p->arg = arg;
	return p;
}

void boot_packets_free(struct boot_packets *p)
{
	free(p);
}

struct boot_event boot_packets_event(const struct boot_packets *p, enum boot_event_kind kind)
{
	return (struct boot_event){ .kind = kind, .when_ms = p->now_ms, .source = BOOT_EVENT_WIRE };
}

void boot_packets_take(struct boot_packets *p, const void *frame, size_t len, uint64_t when_ms)
{
	static bool (*const protocols[])(struct boot_packets *,
					 const struct frame *) = { packets_bootp, packets_tftp,
								   packets_rpc };
	struct frame f;

	if (!frame_parse(&f, frame, len))
		return;
	/* 0 marks free slots. */
	p->now_ms = when_ms ? when_ms : 1;
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (protocols[i](p, &f))
			return;
}
