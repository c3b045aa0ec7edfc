/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BOOTP (RFC 951, 1542) and DHCP (RFC 2131) at once.  A DHCPDISCOVER is a BOOTP request with
 * options that a BOOTP server does not care about, so one packet asks both kinds:
 *
 *      DISCOVER -> a BOOTP reply                   that is all
 *      DISCOVER -> OFFER -> REQUEST -> ACK         or NAK, or silence: from the beginning
 *
 * Of several answers the best is taken: one that names a boot file before one that does not
 * (which another, better informed server may be late to give), DHCP before BOOTP (RFC
 * 1534, 3), else the first.  A DHCP offer with a file cannot be bettered and is taken at
 * once; the others are kept for a while to see what else comes.
 */
#include "rom/core/error.h"
#include "rom/core/mem.h"
#include "rom/core/platform.h"
#include "rom/core/print.h"
#include "rom/net/net.h"
#include "rom/net/options.h"
#include "rom/net/udp.h"
#include "rom/net/wire.h"

/* A port of a switch with spanning tree forwards after 30 to 60 s. */
#define GIVE_UP_MS 90000u

/* Pauses between packets are random in [base / 2, base * 3 / 2); base doubles from first to last.
 */
#define BACKOFF_FIRST_MS 1024u
#define BACKOFF_LAST_MS	 8192u

/* REQUESTs that may stay unanswered until another DISCOVER is sent. */
#define REQUEST_TRIES 4u

/* How good an answer is: the sum of these. */
enum {
	ANSWER = 1,
	ANSWER_DHCP = 2,
	ANSWER_FILE = 4,
	ANSWER_BEST = ANSWER + ANSWER_DHCP + ANSWER_FILE
};

/* How long to wait for a better answer than one without the best mark, by whether it has a file. */
#define WAIT_WITH_FILE_MS    500u
#define WAIT_WITHOUT_FILE_MS 10000u

struct session {
	struct net *net; /* reply, reply_len: the best answer so far */
	uint32_t xid;
	uint32_t started;
	uint32_t base;	     /* of the back-off */
	uint32_t sent;	     /* when the last packet was sent */
	uint32_t pause;	     /* until the next one */
	uint32_t answered;   /* when the answers began to come */
	uint32_t from;	     /* who sent the best one */
	uint8_t quality;     /* of the best one; 0: none yet */
	uint8_t request_try; /* 0: discovering; else REQUESTs sent, plus one */
};

static struct bootp_packet *kept_reply(struct net *net)
{
	return (struct bootp_packet *)net->reply;
}

/* The server to name in a REQUEST, and whose ACK counts. */
static uint32_t server_id(struct session *s)
{
	uint32_t id = option_u32(kept_reply(s->net), s->net->reply_len, OPTION_SERVER_ID);

	return id ? id : s->from;
}

/* Options of every request; the message type is written over. */
static const uint8_t request_options[] = {
	0x63, 0x82, 0x53, 0x63,			       /* the cookie */
	OPTION_MESSAGE_TYPE, 1, DHCP_DISCOVER,	       /* */
	OPTION_MAX_MESSAGE, 2, 1500 >> 8, 1500 & 0xFF, /* NET_REPLY_MAX and the headers */
	OPTION_VENDOR_CLASS, 8, 'm', 'k', 'd', 'c', 'r', 'o', 'o', 't',
	/* What the image may want to know as well: servers send only what is asked for. */
	OPTION_PARAMETERS, 14, OPTION_NETMASK, OPTION_ROUTERS, 6 /* name servers */,
	12 /* host name */, 15 /* domain */, OPTION_ROOT_PATH, 42 /* NTP */, 43 /* vendor's */,
	OPTION_TFTP_SERVER, OPTION_BOOT_FILE, 128, 129, 130 /* tagged images' own */,
	150 /* TFTP servers */
};
#define MESSAGE_TYPE_AT 6

static uint8_t *put_option_u32(uint8_t *p, uint8_t tag, uint32_t value)
{
	*p++ = tag;
	*p++ = 4;
	memcpy(p, &value, 4);
	return p + 4;
}

/* Sends a DISCOVER, or the REQUEST for the kept offer, and winds the back-off up. */
static void send_request(struct session *s)
{
	struct net *net = s->net;
	struct bootp_packet *packet = (struct bootp_packet *)udp_payload(net);
	uint8_t *end = packet->vend + sizeof(request_options);

	memset(packet, 0, BOOTP_FIXED + BOOTP_VENDOR);
	packet->op = BOOTP_REQUEST;
	packet->hardware = 1;
	packet->hardware_len = 6;
	packet->xid = s->xid;
	/* Relays and second servers may wait until a client has been at it for some seconds. */
	packet->secs = htons((uint16_t)((platform_ms() - s->started) / 1000));
	memcpy(packet->chaddr, net->nic->mac, 6);
	memcpy(packet->vend, request_options, sizeof(request_options));
	if (s->request_try) {
		packet->vend[MESSAGE_TYPE_AT] = DHCP_REQUEST;
		end = put_option_u32(end, OPTION_REQUESTED_ADDRESS, kept_reply(net)->yiaddr);
		end = put_option_u32(end, OPTION_SERVER_ID, server_id(s));
		s->request_try++;
	}
	*end = OPTION_END;
	udp_send(net, IP_BROADCAST, BOOTP_CLIENT_PORT, BOOTP_SERVER_PORT,
		 BOOTP_FIXED + BOOTP_VENDOR);

	s->sent = platform_ms();
	s->pause = s->base / 2 + (platform_random() & (s->base - 1));
	if (s->base < BACKOFF_LAST_MS)
		s->base *= 2;
	print(".");
}

static void keep(struct session *s, const struct udp_datagram *d)
{
	struct net *net = s->net;

	memset(net->reply, 0, sizeof(net->reply));
	memcpy(net->reply, d->data, d->len);
	net->reply_len = d->len < 300 ? 300 : d->len;
	s->from = d->from;
}

/* True if *d answers our question at all, whatever it says. */
static bool is_for_us(const struct session *s, const struct udp_datagram *d)
{
	const struct bootp_packet *p = (const struct bootp_packet *)d->data;

	return d->from_port == BOOTP_SERVER_PORT && d->len >= BOOTP_FIXED &&
	       d->len <= NET_REPLY_MAX && p->op == BOOTP_REPLY && p->hardware == 1 &&
	       p->hardware_len == 6 && p->xid == s->xid && !memcmp(p->chaddr, s->net->nic->mac, 6);
}

/* True for an address that a host can have: not 0/8, 127/8, multicast or above. */
static bool is_host_address(uint32_t ip)
{
	uint8_t first = (uint8_t)ip;

	return first && first != 127 && first < 224;
}

/* An answer to a DISCOVER: keeps it if it is better than what there is. */
static void consider(struct session *s, const struct udp_datagram *d, enum dhcp_type type)
{
	const struct bootp_packet *p = (const struct bootp_packet *)d->data;
	uint8_t quality = ANSWER;

	if ((type != DHCP_NONE && type != DHCP_OFFER) || !is_host_address(p->yiaddr))
		return;
	if (type == DHCP_OFFER)
		quality += ANSWER_DHCP;
	/* The name goes to its place at once; what is there counts only once we are done. */
	if (option_boot_file(p, d->len, s->net->file))
		quality += ANSWER_FILE;
	print_detail("\n%s from %I: %I, file %S\n", type ? "DHCP offer" : "BOOTP reply", d->from,
		     p->yiaddr, s->net->file);
	if (!s->quality)
		s->answered = platform_ms();
	if (quality > s->quality) {
		s->quality = quality;
		keep(s, d);
	}
}

static void start_over(struct session *s)
{
	s->quality = 0;
	s->request_try = 0;
}

/* An answer to a REQUEST. Returns true when the address is ours. */
static bool acknowledged(struct session *s, const struct udp_datagram *d, enum dhcp_type type)
{
	const struct bootp_packet *p = (const struct bootp_packet *)d->data;
	uint32_t id = option_u32(p, d->len, OPTION_SERVER_ID);

	if ((id ? id : d->from) != server_id(s))
		return false;
	if (type == DHCP_NAK) {
		print("\nDHCP server %I takes its offer back; asking again\n", id ? id : d->from);
		start_over(s); /* at the next pause: a server that always says no must not be
				  flooded */
	}
	if (type != DHCP_ACK || !is_host_address(p->yiaddr))
		return false;
	keep(s, d);
	return true;
}

/* "192.168.1.1", as option 66 may have it instead of a name; 0 if it is anything else. */
static uint32_t parse_address(const char *text)
{
	uint32_t ip = 0, number = 0, dots = 0;

	for (;; text++) {
		if (*text >= '0' && *text <= '9') {
			number = number * 10 + (uint32_t)(*text - '0');
			if (number > 255)
				return 0;
			continue;
		}
		ip |= number << (8 * dots);
		number = 0;
		if (!*text)
			return dots == 3 && is_host_address(ip) ? ip : 0;
		if (*text != '.' || ++dots > 3)
			return 0;
	}
}

/* RFC 950's mask of the address's class, for a reply without option 1. */
static uint32_t class_mask(uint32_t ip)
{
	uint8_t first = (uint8_t)ip;

	return first < 128 ? 0xFFu : first < 192 ? 0xFFFFu : 0xFFFFFFu;
}

/* Takes the kept reply at its word. Returns 0, or ROM_ESERVER after a message. */
static int take(struct session *s)
{
	struct net *net = s->net;
	const struct bootp_packet *p = kept_reply(net);
	uint32_t len = net->reply_len;

	option_string(p, len, OPTION_TFTP_SERVER,
		      net->root_path); /* not its place; soon overwritten */
	net->server = p->siaddr;
	if (!net->server)
		net->server = parse_address(net->root_path);
	if (!net->server)
		net->server = server_id(s);
	net->address = p->yiaddr;
	net->netmask = option_u32(p, len, OPTION_NETMASK);
	if (!net->netmask)
		net->netmask = class_mask(net->address);
	net->gateway = option_u32(p, len, OPTION_ROUTERS);
	option_string(p, len, OPTION_ROOT_PATH, net->root_path);
	print("\nAddress %I/%I, gateway %I, from %I\n", net->address, net->netmask, net->gateway,
	      s->from);
	if (net->root_path[0])
		print("Root %S\n", net->root_path);
	if (option_boot_file(p, len, net->file))
		return 0;
	print("The answer names no boot file: check bf= or filename for %M at the server\n",
	      net->nic->mac);
	return ROM_ESERVER;
}

/* What the quality of the best answer so far asks for: true when there is no more waiting. */
static bool time_to_choose(const struct session *s)
{
	uint32_t patience = s->quality == ANSWER_BEST	 ? 0
			    : (s->quality & ANSWER_FILE) ? WAIT_WITH_FILE_MS
							 : WAIT_WITHOUT_FILE_MS;

	return s->quality && !s->request_try && platform_ms() - s->answered >= patience;
}

static int give_up(struct net *net)
{
	bool (*link)(struct nic * nic) = net->nic->ops->link;

	if (link && !link(net->nic))
		print("\nNo link: check the cable and the switch\n");
	else
		print("\nNo BOOTP or DHCP answer in %u s: check the server, and its entry for %M\n",
		      (uint32_t)(GIVE_UP_MS / 1000), net->nic->mac);
	return ROM_ETIMEOUT;
}

int net_configure(struct net *net)
{
	struct session s = { .net = net, .xid = platform_random(), .base = BACKOFF_FIRST_MS };
	struct udp_datagram d;

	net->address = 0;
	s.started = platform_ms();
	print("Asking for an address (BOOTP/DHCP) ");
	while (platform_ms() - s.started < GIVE_UP_MS) {
		if (platform_key() == PLATFORM_KEY_SKIP)
			return ROM_ESKIP;
		if (platform_ms() - s.sent >= s.pause) {
			if (s.request_try > REQUEST_TRIES)
				start_over(&s);
			send_request(&s);
		}
		if (udp_receive(net, BOOTP_CLIENT_PORT, &d) && is_for_us(&s, &d)) {
			const struct bootp_packet *p = (const struct bootp_packet *)d.data;
			enum dhcp_type type = option_message_type(p, d.len);

			if (!s.request_try)
				consider(&s, &d, type);
			else if (acknowledged(&s, &d, type))
				return take(&s);
		}
		if (time_to_choose(&s)) {
			if (!(s.quality & ANSWER_DHCP) || !(s.quality & ANSWER_FILE))
				return take(&s);
			s.request_try = 1;
			s.base = BACKOFF_FIRST_MS;
			s.pause = 0;
		}
	}
	return give_up(net);
}
