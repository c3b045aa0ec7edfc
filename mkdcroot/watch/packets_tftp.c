/* SPDX-License-Identifier: GPL-2.0-or-later */
/* packets_tftp: files on their way, by RFC 1350 with the options of RFC 2347 to 2349. */
#include "mkdcroot/watch/boot_packets_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TFTP_RRQ = 1, TFTP_WRQ, TFTP_DATA, TFTP_ACK, TFTP_ERROR, TFTP_OACK };

#define ERROR_OPTION	   8 /* RFC 2347: the host does not like the server's options */
#define DEFAULT_BLOCK_SIZE 512
#define PROGRESS_MS	   250

static const char *const error_names[] = {
	"error",
	"file not found",
	"access violation",
	"disk full",
	"illegal operation",
	"unknown transfer",
	"file already exists",
	"no such user",
	"option not accepted",
};

static const char *error_name(uint16_t code)
{
	return code < sizeof(error_names) / sizeof(error_names[0]) ? error_names[code] : "error";
}

static struct tftp_transfer *find(struct boot_packets *p, const struct ip_addr *client,
				  uint16_t port)
{
	for (size_t i = 0; i < TFTP_TRANSFERS; i++) {
		struct tftp_transfer *t = &p->transfer[i];

		if (t->used_ms && t->client_port == port && ip_equal(&t->client, client))
			return t;
	}
	return NULL;
}

/* A free slot, or the one that was silent longest. */
static struct tftp_transfer *take_slot(struct boot_packets *p)
{
	struct tftp_transfer *oldest = &p->transfer[0];

	for (size_t i = 1; i < TFTP_TRANSFERS; i++)
		if (p->transfer[i].used_ms < oldest->used_ms)
			oldest = &p->transfer[i];
	return oldest;
}

static struct boot_event event_of(const struct boot_packets *p, const struct tftp_transfer *t,
				  enum boot_event_kind kind)
{
	struct boot_event e = boot_packets_event(p, kind);

	e.ip = t->client;
	e.server = t->server;
	e.total = t->total;
	memcpy(e.file, t->file, sizeof(e.file));
	return e;
}

/* The next NUL-terminated string, or NULL. */
static const char *next_string(struct wire *w)
{
	const uint8_t *end = w->left ? memchr(w->at, 0, w->left) : NULL;

	return end ? (const char *)wire_bytes(w, (size_t)(end - w->at) + 1) : NULL;
}

static void read_request(struct boot_packets *p, const struct frame *f, struct wire *w)
{
	struct tftp_transfer *t = find(p, &f->source, f->source_port);
	const char *file = next_string(w);
	char name[sizeof(t->file)];
	struct boot_event e;

	if (!file || !next_string(w))
		return;
	boot_event_copy(name, sizeof(name), file, strlen(file));
	/* Said again because nobody answered yet. */
	if (t && !t->done && !t->acked && strcmp(t->file, name) == 0)
		return;
	if (!t)
		t = take_slot(p);
	*t = (struct tftp_transfer){ .client = f->source,
				     .server = f->dest,
				     .client_port = f->source_port,
				     .used_ms = p->now_ms,
				     .said_ms = p->now_ms,
				     .block_size = DEFAULT_BLOCK_SIZE };
	memcpy(t->file, name, sizeof(t->file));
	e = event_of(p, t, EVENT_FILE_ASKED);
	p->emit(&e, p->arg);
}

static void option_acknowledgement(struct tftp_transfer *t, struct wire *w)
{
	const char *name, *value;

	t->options = true;
	while ((name = next_string(w)) && (value = next_string(w))) {
		unsigned long long number = strtoull(value, NULL, 10);

		if (strcasecmp(name, "blksize") == 0 && number >= 8 && number <= 65464)
			t->block_size = (uint32_t)number;
		else if (strcasecmp(name, "tsize") == 0)
			t->total = number;
	}
}

/* The block numbers go round at 65536: the nearest to what is acknowledged is meant. */
static uint64_t full_number(const struct tftp_transfer *t, uint16_t block)
{
	int16_t ahead = (int16_t)(uint16_t)(block - (uint16_t)t->acked);

	return ahead < 0 && t->acked < (uint64_t)-ahead ? 0 : t->acked + (uint64_t)(int64_t)ahead;
}

static void data(struct tftp_transfer *t, const struct frame *f, uint16_t block)
{
	size_t len = f->wire_len - 4;

	if (len >= t->block_size || t->last_block)
		return;
	t->last_block = full_number(t, block);
	if (t->last_block)
		t->total = (t->last_block - 1) * t->block_size + len;
}

static void say_progress(struct boot_packets *p, struct tftp_transfer *t)
{
	struct boot_event e = event_of(p, t, EVENT_FILE_PART);

	e.bytes = t->acked * t->block_size;
	if (t->last_block && t->acked >= t->last_block) {
		e.kind = EVENT_FILE_SENT;
		e.bytes = t->total;
		t->done = true;
	} else if (t->total && e.bytes > t->total) {
		e.bytes = t->total;
	}
	if (!t->done && p->now_ms - t->said_ms < PROGRESS_MS &&
	    (!t->total || (e.bytes - t->said_bytes) < t->total / 100))
		return;
	t->said_bytes = e.bytes;
	t->said_ms = p->now_ms;
	p->emit(&e, p->arg);
}

static void acknowledgement(struct boot_packets *p, struct tftp_transfer *t, uint16_t block)
{
	uint64_t number = full_number(t, block);

	if (t->done || number <= t->acked)
		return;
	t->acked = number;
	say_progress(p, t);
}

static void refused(struct boot_packets *p, struct tftp_transfer *t, bool by_host, struct wire *w)
{
	struct boot_event e = event_of(p, t, EVENT_FILE_REFUSED);
	uint16_t code = wire_u16(w);
	char word[160];

	boot_event_copy(word, sizeof(word), (const char *)w->at, w->left);
	t->used_ms = 0; /* what the port is used for next is something else */
	/* PXE firmware asks for the size and breaks off, by error 8 or 0; then it asks for the file. */
	if (t->done || (by_host && !t->acked && (t->options || code == ERROR_OPTION)))
		return;
	/* Code 0 has no meaning of its own. */
	snprintf(e.text, sizeof(e.text), "%s%s%s%s%s", by_host ? "the host broke it off: " : "",
		 code == 0 && word[0] ? "" : error_name(code), code && word[0] ? " (" : "", word,
		 code && word[0] ? ")" : "");
	p->emit(&e, p->arg);
}

static void from_server(struct boot_packets *p, struct tftp_transfer *t, const struct frame *f,
			uint16_t code, struct wire *w)
{
	if (!t->server_port)
		t->server_port = f->source_port;
	if (t->server_port != f->source_port)
		return;
	t->used_ms = p->now_ms;
	if (code == TFTP_DATA)
		data(t, f, wire_u16(w));
	else if (code == TFTP_OACK)
		option_acknowledgement(t, w);
	else if (code == TFTP_ERROR)
		refused(p, t, false, w);
}

static void from_host(struct boot_packets *p, struct tftp_transfer *t, const struct frame *f,
		      uint16_t code, struct wire *w)
{
	if (t->server_port != f->dest_port)
		return;
	t->used_ms = p->now_ms;
	if (code == TFTP_ACK)
		acknowledgement(p, t, wire_u16(w));
	else if (code == TFTP_ERROR)
		refused(p, t, true, w);
}

bool packets_tftp(struct boot_packets *p, const struct frame *f)
{
	struct wire w = { .at = f->payload, .left = f->len };
	struct tftp_transfer *t;
	uint16_t code;

	if (f->tcp || f->len < 4)
		return false;
	code = wire_u16(&w);
	if (f->dest_port == TFTP_PORT) {
		if (code == TFTP_RRQ)
			read_request(p, f, &w);
		return true;
	}
	if (code < TFTP_DATA || code > TFTP_OACK)
		return false;
	t = find(p, &f->dest, f->dest_port);
	if (t && ip_equal(&t->server, &f->source)) {
		from_server(p, t, f, code, &w);
		return true;
	}
	t = find(p, &f->source, f->source_port);
	if (t && ip_equal(&t->server, &f->dest))
		from_host(p, t, f, code, &w);
	return t != NULL;
}
