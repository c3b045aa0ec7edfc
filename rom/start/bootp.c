/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the BOOTP or DHCP reply says; see bootp.h. */
#include "rom/start/bootp.h"

/* Offsets in the packet (RFC 951). */
enum {
	AT_OP = 0,
	AT_HTYPE = 1,
	AT_HLEN = 2,
	AT_CIADDR = 12,
	AT_YIADDR = 16,
	AT_SIADDR = 20,
	AT_CHADDR = 28,
	AT_SNAME = 44,
	AT_FILE = 108,
	AT_VENDOR = 236,
	AT_OPTIONS = 240
};

#define SNAME_SIZE 64u
#define FILE_SIZE  128u

static const uint8_t cookie[4] = { 99, 130, 83, 99 };

struct area {
	const uint8_t *data;
	size_t len;
};

static void copy(void *to, const void *from, size_t n)
{
	uint8_t *t = to;
	const uint8_t *f = from;

	while (n--)
		*t++ = *f++;
}

/*
 * Appends all pieces of option code in one area (RFC 3396) to out, *got bytes being there already.
 * Counts in *got also what does not fit.
 */
static void area_option(struct area area, uint8_t code, uint8_t *out, size_t cap, size_t *got)
{
	size_t at = 0;

	while (at < area.len && area.data[at] != 255) {
		uint8_t tag = area.data[at++];
		size_t len;

		if (tag == 0)
			continue;
		if (at >= area.len)
			return;
		len = area.data[at++];
		if (len > area.len - at)
			return;
		if (tag == code) {
			if (*got <= cap && len <= cap - *got)
				copy(out + *got, area.data + at, len);
			*got += len;
		}
		at += len;
	}
}

/* The areas that hold options: the vendor area, then file and sname where option 52 says so. */
struct options {
	struct area areas[3];
	unsigned n;
};

/* Returns the option's length; 0 if it is not there or does not fit into cap bytes. */
static size_t option(const struct options *options, uint8_t code, void *out, size_t cap)
{
	size_t got = 0;

	for (unsigned i = 0; i < options->n; i++)
		area_option(options->areas[i], code, out, cap, &got);
	return got <= cap ? got : 0;
}

static void find_areas(const uint8_t *packet, size_t len, struct options *options)
{
	uint8_t overload = 0;

	options->n = 0;
	if (len < AT_OPTIONS)
		return;
	for (unsigned i = 0; i < sizeof(cookie); i++)
		if (packet[AT_VENDOR + i] != cookie[i])
			return;
	options->areas[options->n++] = (struct area){ packet + AT_OPTIONS, len - AT_OPTIONS };
	if (option(options, BOOTP_OVERLOAD, &overload, 1) != 1)
		return;
	if (overload & 1)
		options->areas[options->n++] = (struct area){ packet + AT_FILE, FILE_SIZE };
	if (overload & 2)
		options->areas[options->n++] = (struct area){ packet + AT_SNAME, SNAME_SIZE };
}

static bool is_set(const uint8_t *address)
{
	return address[0] | address[1] | address[2] | address[3];
}

/* The first address of a list option, or left as it is. */
static void option_address(const struct options *options, uint8_t code, uint8_t *address)
{
	uint8_t list[64];

	if (option(options, code, list, sizeof(list)) >= 4)
		copy(address, list, 4);
}

/* May c stand in a host or device name? */
static bool name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_';
}

/* In a path: anything but spaces, control characters and quotes, which would begin a new word or hide one. */
static bool path_char(char c)
{
	return c > ' ' && c < 127 && c != '"';
}

/* In text for the command line. */
static bool text_char(char c)
{
	return c >= ' ' && c < 127;
}

/* Reads option code into text of cap bytes (its NUL included), cut at the first character not allowed. */
static void option_text(const struct options *options, uint8_t code, char *text, size_t cap,
			bool (*allowed)(char))
{
	size_t len = option(options, code, text, cap - 1), i;

	for (i = 0; i < len && allowed(text[i]); i++)
		;
	text[i] = '\0';
}

void bootp_parse(const uint8_t *packet, size_t len, struct bootp_info *info)
{
	struct options options;

	for (size_t i = 0; i < sizeof(*info); i++)
		((uint8_t *)info)[i] = 0;
	if (!packet || len < AT_VENDOR || packet[AT_OP] != 2)
		return;
	info->valid = true;
	info->hardware_type = packet[AT_HTYPE];
	info->hardware_length = packet[AT_HLEN] > 16 ? 16 : packet[AT_HLEN];
	copy(info->hardware, packet + AT_CHADDR, info->hardware_length);
	copy(info->client, packet + AT_YIADDR, 4);
	if (!is_set(info->client))
		copy(info->client, packet + AT_CIADDR, 4);
	find_areas(packet, len, &options);
	copy(info->server, packet + AT_SIADDR, 4);
	if (!is_set(info->server))
		option_address(&options, BOOTP_SERVER_ID, info->server);
	option_address(&options, BOOTP_NETMASK, info->netmask);
	option_address(&options, BOOTP_GATEWAY, info->gateway);
	option_address(&options, BOOTP_DNS, info->dns);
	option_text(&options, BOOTP_HOSTNAME, info->hostname, sizeof(info->hostname), name_char);
	option_text(&options, BOOTP_ROOT_PATH, info->root_path, sizeof(info->root_path), path_char);
	option_text(&options, BOOTP_TAG_APPEND, info->append, sizeof(info->append), text_char);
	option_text(&options, BOOTP_TAG_DEVICE, info->device, sizeof(info->device), name_char);
}
