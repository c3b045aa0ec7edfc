/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzzes what becomes of BOOTP and DHCP replies (rom/net/{options,bootp}.c): the input is one
 * reply, from the op byte on, that answers every request; transaction id and MAC are filled in,
 * since no attacker on the wire would get them wrong.
 */
#include <stdlib.h>
#include <string.h>
#include "rom/core/error.h"
#include "rom/net/net.h"
#include "tests/rom/fake_net.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t *reply;
static size_t reply_len;

static void answer(const uint8_t *frame, uint32_t len)
{
	static uint8_t copy[NIC_FRAME_MAX];
	struct bootp_packet *p = (struct bootp_packet *)copy;
	struct fake_udp udp;

	if (!fake_udp_parse(frame, len, &udp))
		return;
	memcpy(copy, reply, reply_len);
	if (reply_len >= BOOTP_FIXED) {
		p->xid = ((const struct bootp_packet *)udp.payload)->xid;
		memcpy(p->chaddr, fake_client_mac, 6);
	}
	udp = (struct fake_udp){ .source = FAKE_SERVER_IP,
				 .dest = FAKE_CLIENT_IP,
				 .source_port = BOOTP_SERVER_PORT,
				 .dest_port = BOOTP_CLIENT_PORT,
				 .payload = copy,
				 .len = (uint32_t)reply_len };
	fake_udp_send(&udp);
	/* Of an offer, also the acknowledgement: the same with the message type that follows. */
	for (uint32_t i = BOOTP_FIXED + 4; i + 2 < reply_len; i++) {
		if (copy[i] == OPTION_MESSAGE_TYPE && copy[i + 1] == 1 &&
		    copy[i + 2] == DHCP_OFFER) {
			copy[i + 2] = DHCP_ACK;
			udp.delay = 5;
			fake_udp_send(&udp);
			break;
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct net net;

	if (size > NET_REPLY_MAX)
		return -1;
	reply = data;
	reply_len = size;
	fake_reset();
	fake.on_frame = answer;
	fake.details = true;
	/* Long enough for a choice without a boot file. */
	fake.skip_at = fake.now + 12000;
	net_init(&net, &fake.nic);
	if (!net_configure(&net)) {
		/* What the rest of the loader relies on. */
		if (!net.address || !net.netmask || !net.server || !net.file[0] ||
		    !memchr(net.file, 0, sizeof(net.file)) ||
		    !memchr(net.root_path, 0, sizeof(net.root_path)) || net.reply_len < 300 ||
		    net.reply_len > NET_REPLY_MAX)
			abort();
	}
	/* Nothing of a reply may drive the terminal. */
	if (memchr(fake.output, 27, fake.output_len))
		abort();
	return 0;
}
