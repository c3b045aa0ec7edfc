/* SPDX-License-Identifier: GPL-2.0-or-later */
/* packets_bootp: BOOTP (RFC 951) and DHCP (RFC 2131, options of RFC 2132). */
#include "mkdcroot/watch/boot_packets_private.h"

#include <stdio.h>
#include <string.h>

#define FIXED_LEN 236 /* up to the vendor area */
#define COOKIE	  0x63825363u

enum { OP_REQUEST = 1, OP_REPLY = 2 };
enum {
	AT_CIADDR = 12,
	AT_YIADDR = 16,
	AT_SIADDR = 20,
	AT_GIADDR = 24,
	AT_CHADDR = 28,
	AT_FILE = 108
};
enum {
	OPT_PAD = 0,
	OPT_ROOT_PATH = 17,
	OPT_REQUESTED = 50,
	OPT_OVERLOAD = 52,
	OPT_TYPE = 53,
	OPT_SERVER = 54,
	OPT_MESSAGE = 56,
	OPT_FILE = 67,
	OPT_END = 255
};
enum { DHCP_DISCOVER = 1, DHCP_OFFER = 2, DHCP_REQUEST = 3, DHCP_ACK = 5, DHCP_NAK = 6 };

struct option {
	const uint8_t *at; /* NULL: not there */
	size_t len;
};

/* The first option @code of the vendor area of @f; of the field `file` when it is overloaded nothing is read. */
static struct option find_option(const struct frame *f, uint8_t code)
{
	struct wire w = { .at = f->payload + FIXED_LEN, .left = f->len - FIXED_LEN };

	if (wire_u32(&w) != COOKIE)
		return (struct option){ 0 };
	while (!w.bad && w.left) {
		const uint8_t *tag = wire_bytes(&w, 1), *len, *value;

		if (*tag == OPT_PAD)
			continue;
		if (*tag == OPT_END)
			break;
		len = wire_bytes(&w, 1);
		value = len ? wire_bytes(&w, *len) : NULL;
		if (value && *tag == code)
			return (struct option){ value, *len };
	}
	return (struct option){ 0 };
}

static uint8_t option_byte(const struct frame *f, uint8_t code)
{
	struct option o = find_option(f, code);

	return o.at && o.len ? o.at[0] : 0;
}

static bool is_zero(const uint8_t *at)
{
	return !(at[0] | at[1] | at[2] | at[3]);
}

static void set_ip(struct ip_addr *ip, const uint8_t *at)
{
	*ip = (struct ip_addr){ 0 };
	if (is_zero(at))
		return;
	ip->family = AF_INET;
	memcpy(&ip->v4, at, 4);
}

static void set_text(char *to, size_t size, struct option o)
{
	boot_event_copy(to, size, (const char *)o.at, o.at ? o.len : 0);
}

/*
 * Whose offer the host takes.  The offer itself goes to the host alone when it is another server's, so that a switch does
 * not let us see it; what the host says of it is for everybody.
 */
static void chosen(struct boot_packets *p, const struct frame *f, struct boot_event *e)
{
	struct option server = find_option(f, OPT_SERVER), ip = find_option(f, OPT_REQUESTED);
	struct boot_event answer = *e;

	if (!server.at || server.len != 4)
		return;
	answer.kind = EVENT_ANSWERED;
	set_ip(&answer.server, server.at);
	if (ip.at && ip.len == 4)
		set_ip(&answer.ip, ip.at);
	p->emit(&answer, p->arg);
}

static void request(struct boot_packets *p, const struct frame *f, struct boot_event *e)
{
	uint8_t type = option_byte(f, OPT_TYPE);

	/* A host that runs and prolongs its lease does not boot. */
	if (type == DHCP_REQUEST && !is_zero(f->payload + AT_CIADDR))
		return;
	if (type && type != DHCP_DISCOVER && type != DHCP_REQUEST)
		return;
	if (type == DHCP_REQUEST)
		chosen(p, f, e);
	e->kind = EVENT_ASKED;
	set_ip(&e->ip, f->payload + AT_CIADDR);
	p->emit(e, p->arg);
}

/* Who answered: the server identifier; without one the sender, unless that is a relay agent. */
static void set_server(struct boot_event *e, const struct frame *f)
{
	struct option id = find_option(f, OPT_SERVER);

	if (id.at && id.len == 4)
		set_ip(&e->server, id.at);
	else if (is_zero(f->payload + AT_GIADDR))
		e->server = f->source;
	else
		set_ip(&e->server, f->payload + AT_SIADDR);
}

static void reply(struct boot_packets *p, const struct frame *f, struct boot_event *e)
{
	uint8_t type = option_byte(f, OPT_TYPE);
	struct option file = { f->payload + AT_FILE, 128 };
	char root[256];

	if (type && type != DHCP_OFFER && type != DHCP_ACK && type != DHCP_NAK)
		return;
	if (type == DHCP_ACK && !is_zero(f->payload + AT_CIADDR))
		return;
	set_server(e, f);
	if (type == DHCP_NAK) {
		e->kind = EVENT_IGNORED;
		set_text(e->text, sizeof(e->text), find_option(f, OPT_MESSAGE));
		if (!e->text[0])
			snprintf(e->text, sizeof(e->text), "the DHCP server said no (DHCPNAK)");
		p->emit(e, p->arg);
		return;
	}
	e->kind = EVENT_ANSWERED;
	set_ip(&e->ip, f->payload + AT_YIADDR);
	if (find_option(f, OPT_FILE).at)
		file = find_option(f, OPT_FILE);
	else if (option_byte(f, OPT_OVERLOAD) & 1)
		file.at = NULL;
	set_text(e->file, sizeof(e->file), file);
	if (!e->file[0])
		snprintf(e->text, sizeof(e->text), BOOT_EVENT_NO_FILE);
	set_text(root, sizeof(root), find_option(f, OPT_ROOT_PATH));
	packets_nfs_root(p, &e->ip, root);
	p->emit(e, p->arg);
}

bool packets_bootp(struct boot_packets *p, const struct frame *f)
{
	struct boot_event e = boot_packets_event(p, EVENT_NONE);
	const uint8_t *b = f->payload;

	if (f->tcp || (f->dest_port != BOOTP_SERVER_PORT && f->dest_port != BOOTP_CLIENT_PORT))
		return false;
	/* Ethernet only: type 1, six bytes. */
	if (f->len < FIXED_LEN || b[1] != 1 || b[2] != 6)
		return true;
	e.mac.set = true;
	memcpy(e.mac.byte, b + AT_CHADDR, 6);
	if (b[0] == OP_REQUEST && f->dest_port == BOOTP_SERVER_PORT)
		request(p, f, &e);
	else if (b[0] == OP_REPLY)
		reply(p, f, &e);
	return true;
}
