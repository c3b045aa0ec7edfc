/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzzes what is taken for the answer of another DHCP server (mkdcroot/serve/rival.c): the input is
 * a frame, whose transaction id and hardware address are filled in, since anybody on the wire can copy them.
 */
#include "mkdcroot/serve/rival.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define AT_BOOTP 42

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct rival_question q = { .mac = { true, { 2, 1, 2, 3, 4, 5 } },
						 .xid = 0x01020304 };
	static const uint8_t xid[] = { 1, 2, 3, 4 };
	uint8_t *frame = malloc(size + 1);
	struct rival r;

	memcpy(frame, data, size);
	if (size >= AT_BOOTP + 34) {
		memcpy(frame + AT_BOOTP + 4, xid, sizeof(xid));
		memcpy(frame + AT_BOOTP + 28, q.mac.byte, sizeof(q.mac.byte));
	}
	/* An answer names its server, unless it says that it comes from nowhere. */
	if (rival_is_offer(&q, frame, size, &r) && ip_is_set(&r.server) && !r.server.v4.s_addr)
		abort();
	free(frame);
	return 0;
}
