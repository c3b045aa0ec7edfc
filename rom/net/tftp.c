/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TFTP reading (RFC 1350) with the options blksize (2348), tsize, timeout (2349) and windowsize
 * (7440).  A server that does not know options answers the request with DATA 1, one that
 * cannot stand them with an ERROR or not at all; then they are left out.
 *
 * An ACK leaves before its data is put away, so that the server fetches the next block
 * while we copy this one: in lockstep that is what the speed depends on.
 */
#include "rom/core/error.h"
#include "rom/core/mem.h"
#include "rom/core/platform.h"
#include "rom/core/print.h"
#include "rom/net/arp.h"
#include "rom/net/net.h"
#include "rom/net/udp.h"
#include "rom/net/wire.h"

enum tftp_opcode { TFTP_RRQ = 1, TFTP_DATA = 3, TFTP_ACK = 4, TFTP_ERROR = 5, TFTP_OACK = 6 };
enum tftp_error {
	TFTP_UNDEFINED = 0,
	TFTP_NOT_FOUND = 1,
	TFTP_ACCESS = 2,
	TFTP_UNKNOWN_TID = 5,
	TFTP_OPTION_REFUSED = 8
};

#define TFTP_PORT	   69u
#define TFTP_BLKSIZE_PLAIN 512u
/* An Ethernet frame's 1500 bytes less the headers of IP, UDP and TFTP. */
#define TFTP_BLKSIZE_WANTED 1468u
/* 24 KB in one go, or 12, which even the receive ring of an ne2k holds. */
#define TFTP_WINDOW_WANTED 16u

/* The options as they stand in the request; the window's own follows. */
static const char wanted_options[] =
	"blksize\0001468\0"
	"tsize\0000\0"
	/* Shorter pauses when a packet was lost: standard, and tftpd-hpa's. */
	"timeout\0001\0"
	"utimeout\000100000\0"
	"windowsize";

/* Waiting for an answer: the first pause, doubled after each one in vain, up to the last. */
#define REQUEST_PAUSE_MS 1000u
#define DATA_PAUSE_MS	 100u
#define LAST_PAUSE_MS	 4000u
/* Pauses without an answer until we give up (about half a minute) ... */
#define PAUSES 10u
/* ... and until we try without options, as long as no data has come: a server, or a path with
 * a smaller MTU, may swallow what they lead to. */
#define PAUSES_WITH_OPTIONS 4u

/* A duplicate that comes so long after the last sign of life is the server's repetition. */
#define SILENCE_MS 50u

#define PROGRESS_MS 500u

struct tftp_header {
	uint16_t opcode;
	uint16_t block; /* or error code */
	uint8_t data[];
} WIRE;

enum { TFTP_GO_ON = 1, TFTP_RESTART = 2 }; /* besides 0 (complete) and enum rom_error */

struct transfer {
	struct net *net;
	const struct net_sink *sink;
	bool options;	/* ask for them */
	bool answered;	/* the server's port is known */
	bool gap;	/* reported that a block is missing, not yet healed */
	uint16_t port;	/* ours */
	uint16_t peer;	/* the server's */
	uint16_t block; /* the last one received in order */
	uint16_t acked; /* the last one acknowledged */
	uint16_t ahead; /* with gap: the last one received out of order */
	uint32_t blksize;
	uint32_t window;
	uint32_t size; /* from tsize, 0 if unknown */
	uint32_t bytes;
	uint32_t began;	 /* time of the first request */
	uint32_t shown;	 /* time of the last progress report */
	uint32_t sent;	 /* time of the last sign of life, ours or the server's */
	uint32_t pause;	 /* until a packet is repeated */
	uint32_t pauses; /* in a row without progress */
};

static char *put_string(char *p, const char *s)
{
	uint32_t len = (uint32_t)strlen(s) + 1;

	return (char *)memcpy(p, s, len) + len;
}

static void send_request(struct transfer *t)
{
	struct tftp_header *h = (struct tftp_header *)udp_payload(t->net);
	char *start = (char *)h, *p = start + 2;

	h->opcode = WIRE16(TFTP_RRQ);
	p = put_string(put_string(p, t->net->file), "octet");
	if (t->options) {
		p = (char *)memcpy(p, wanted_options, sizeof(wanted_options)) +
		    sizeof(wanted_options);
		p = put_string(p, t->net->nic->small_ring ? "8" : "16");
	}
	udp_send(t->net, t->net->server, t->port, TFTP_PORT, (uint32_t)(p - start));
}

/* Sends the four bytes of an ACK, or of an ERROR with an empty message (a fifth, 0). */
static void send_short(struct transfer *t, uint16_t port, enum tftp_opcode opcode, uint16_t number)
{
	struct tftp_header *h = (struct tftp_header *)udp_payload(t->net);

	h->opcode = htons((uint16_t)opcode);
	h->block = htons(number);
	h->data[0] = 0;
	udp_send(t->net, t->net->server, t->port, port,
		 (uint32_t)sizeof(*h) + (opcode == TFTP_ERROR ? 1 : 0));
}

static void send_ack(struct transfer *t)
{
	t->acked = t->block;
	send_short(t, t->peer, TFTP_ACK, t->block);
}

static void show_progress(struct transfer *t, bool done)
{
	uint32_t now = platform_ms(), ms = now - t->began + 1;

	t->shown = now;
	print("\r%u", t->bytes >> 10);
	if (t->size)
		print(" of %u", t->size >> 10);
	/* Bytes a millisecond are nearly kilobytes a second, and do not overflow. */
	print(" KB, %u KB/s", t->bytes / ms * 125 / 128);
	if (done)
		print(", %u.%u s\n", ms / 1000, ms / 100 % 10);
}

/* The next string of an OACK, NULL when it does not end before `end`; *p moves behind it. */
static const char *next_string(const char **p, const char *end)
{
	const char *start = *p, *c;

	for (c = start; c < end; c++) {
		if (!*c) {
			*p = c + 1;
			return start;
		}
	}
	return NULL;
}

/* Option names are not case-sensitive (RFC 2347). `name` is in small letters. */
static bool is_option(const char *text, const char *name)
{
	while (*name && (*text | 0x20) == *name) {
		text++;
		name++;
	}
	return !*name && !*text;
}

/* A decimal number; what does not fit 32 bits, or is none, is UINT32_MAX. */
static uint32_t parse_number(const char *text)
{
	uint32_t n = 0;

	for (; *text; text++) {
		uint32_t digit = (uint32_t)(*text - '0');

		if (digit > 9 || n > (UINT32_MAX - 9) / 10)
			return UINT32_MAX;
		n = n * 10 + digit;
	}
	return n;
}

/* Options the server agreed to. Returns TFTP_GO_ON, or TFTP_RESTART when they make no sense. */
static int receive_oack(struct transfer *t, const struct tftp_header *h, uint32_t len)
{
	const char *p = (const char *)h + 2, *end = (const char *)h + len, *name, *text;

	/* A repeated OACK means that our ACK 0 was lost; when data has come, it is just late. */
	if (!t->options || t->block || t->bytes)
		return TFTP_GO_ON;
	while ((name = next_string(&p, end)) && (text = next_string(&p, end))) {
		uint32_t value = parse_number(text);

		if (is_option(name, "tsize")) {
			t->size = value == UINT32_MAX ? 0 : value;
		} else if (is_option(name, "blksize")) {
			if (value < 8 || value > TFTP_BLKSIZE_WANTED)
				return TFTP_RESTART;
			t->blksize = value;
		} else if (is_option(name, "windowsize")) {
			if (value < 1 || value > TFTP_WINDOW_WANTED)
				return TFTP_RESTART;
			t->window = value;
		}
	}
	print_detail("Blocks of %u bytes, windows of %u\n", t->blksize, t->window);
	send_ack(t);
	return TFTP_GO_ON;
}

/*
 * A block that is not the next one: a duplicate, or one behind a gap (RFC 7440, 4).
 * A server answers an ACK with a window of blocks, so each must be earned: one for a burst
 * with a gap; one for a duplicate only if there was silence before it (our last ACK was
 * lost).  Answering every duplicate doubles all further traffic for good.
 */
static void out_of_order(struct transfer *t, uint16_t number)
{
	uint16_t distance = (uint16_t)(number - t->block);

	if (!distance) {
		if (platform_ms() - t->sent >= SILENCE_MS) {
			t->sent = platform_ms();
			send_ack(t);
		}
	} else if (distance < 0x8000) {
		/* Numbers go back when the server begins its window anew. */
		if (!t->gap || (uint16_t)(number - t->ahead - 1) >= 0x8000)
			send_ack(t);
		t->gap = true;
		t->ahead = number;
	}
}

/* One block. Returns TFTP_GO_ON, 0 after the last one, or an error. */
static int receive_data(struct transfer *t, const struct tftp_header *h, uint32_t len)
{
	uint16_t number = ntohs(h->block);
	bool last;
	int result;

	len -= (uint32_t)sizeof(*h);
	if (len > t->blksize) {
		print("\nTFTP: the server sends larger blocks than agreed\n");
		return ROM_EPROTO;
	}
	/*
	 * Block numbers have 16 bits, and some servers go on with 1, not 0, after 65535.  In
	 * lockstep it cannot be anything else: no block is sent before the last one was
	 * acknowledged.
	 */
	if (t->block == 65535 && number == 1 && t->window == 1)
		t->block = 0;
	if (number != (uint16_t)(t->block + 1)) {
		out_of_order(t, number);
		return TFTP_GO_ON;
	}

	t->block = number;
	t->gap = false;
	t->pauses = 0;
	t->pause = DATA_PAUSE_MS;
	last = len < t->blksize;
	if (last || (uint16_t)(t->block - t->acked) >= t->window)
		send_ack(t);
	t->sent = platform_ms();
	t->bytes += len;
	result = t->sink->data(t->sink->context, h->data, len);
	return result ? result : last ? 0 : TFTP_GO_ON;
}

static int receive_error(struct transfer *t, const struct tftp_header *h, uint8_t *end)
{
	uint16_t code = ntohs(h->block);

	/* Whatever a server dislikes about options, it says so before the first block. */
	if (t->options && !t->bytes && code != TFTP_NOT_FOUND && code != TFTP_ACCESS)
		return TFTP_RESTART;
	end[-1] = 0; /* the message should end so; if not, its last letter is lost */
	print("\nTFTP server %I: error %u, %S: %S\n", t->net->server, (uint32_t)code,
	      (const char *)h + sizeof(*h) < (char *)end ? (const char *)h->data : "",
	      t->net->file);
	if (code == TFTP_NOT_FOUND || code == TFTP_ACCESS)
		print("Check the name: it is relative to the TFTP daemon's root; and who may read "
		      "it\n");
	return ROM_ESERVER;
}

/* One datagram from the server. Returns TFTP_GO_ON, 0 when the file is complete, or an error. */
static int receive(struct transfer *t, const struct udp_datagram *d)
{
	const struct tftp_header *h = (const struct tftp_header *)d->data;

	if (d->from != t->net->server || d->len < sizeof(*h))
		return TFTP_GO_ON;
	if (t->answered && d->from_port != t->peer) {
		/* A second session, which a repeated request started: it must end (RFC 1350, 4). */
		if (h->opcode != WIRE16(TFTP_ERROR))
			send_short(t, d->from_port, TFTP_ERROR, TFTP_UNKNOWN_TID);
		return TFTP_GO_ON;
	}
	t->peer = d->from_port;
	if (h->opcode == WIRE16(TFTP_ERROR))
		return receive_error(t, h, d->data + d->len);
	if (h->opcode == WIRE16(TFTP_DATA)) {
		t->answered = true;
		return receive_data(t, h, d->len);
	}
	if (h->opcode == WIRE16(TFTP_OACK)) {
		t->answered = true;
		t->pause = DATA_PAUSE_MS;
		return receive_oack(t, h, d->len);
	}
	return TFTP_GO_ON;
}

/* Nobody answered for t->pause. Returns TFTP_GO_ON after repeating the last packet, or an error. */
static int repeat(struct transfer *t)
{
	t->pauses++;
	if (t->options && !t->bytes && t->pauses >= PAUSES_WITH_OPTIONS)
		return TFTP_RESTART;
	if (t->pauses >= PAUSES) {
		print("\nTFTP server %I does not answer: check that it runs, and the firewall\n",
		      t->net->server);
		return ROM_ETIMEOUT;
	}
	if (t->pause < LAST_PAUSE_MS)
		t->pause *= 2;
	t->gap = false;
	if (t->answered)
		send_ack(t);
	else
		send_request(t);
	return TFTP_GO_ON;
}

/* One attempt, with options or without. Returns 0, TFTP_RESTART, or an error. */
static int transfer(struct transfer *t)
{
	struct udp_datagram d;
	int result = TFTP_GO_ON;
	uint8_t burst = 0;

	t->answered = t->gap = false;
	t->block = t->acked = 0;
	t->blksize = TFTP_BLKSIZE_PLAIN;
	t->window = 1;
	t->size = t->bytes = t->pauses = 0;
	t->pause = REQUEST_PAUSE_MS;
	/* A new port each time, so that packets of the attempt before cannot be taken for ours. */
	t->port = (uint16_t)(49152 + (platform_random() & 0x3FFF));
	send_request(t);
	t->sent = platform_ms();

	while (result == TFTP_GO_ON) {
		uint32_t now;

		if (udp_receive(t->net, t->port, &d)) {
			result = receive(t, &d);
			/* No time is lost while data comes, but a flood must not lock the user out.
			 */
			if (++burst)
				continue;
		}
		if (result != TFTP_GO_ON)
			break;
		now = platform_ms();
		if (now - t->sent >= t->pause) {
			t->sent = now;
			result = repeat(t);
		} else if (now - t->shown >= PROGRESS_MS) {
			show_progress(t, false);
		}
		if (platform_key() == PLATFORM_KEY_SKIP)
			result = ROM_ESKIP;
	}
	return result;
}

int net_load(struct net *net, const struct net_sink *sink)
{
	struct transfer t = { .net = net, .sink = sink, .options = true };
	uint32_t hop = ip_next_hop(net, net->server);
	int result;

	print("Loading %S from %I\n", net->file, net->server);
	result = arp_resolve(net, hop);
	if (result) {
		if (result == ROM_ETIMEOUT)
			print("%I does not answer (ARP): is it on, and in this subnet?\n", hop);
		return result;
	}
	t.began = t.shown = platform_ms();
	result = transfer(&t);
	if (result == TFTP_RESTART) {
		if (t.answered)
			send_short(&t, t.peer, TFTP_ERROR, TFTP_OPTION_REFUSED);
		t.options = false;
		result = transfer(&t);
	}
	if (!result)
		show_progress(&t, true);
	else if (t.answered)
		send_short(&t, t.peer, TFTP_ERROR, TFTP_UNDEFINED);
	return result;
}
