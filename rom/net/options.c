/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options of a BOOTP reply: type, length, value; PAD and END without a length. */
#include "rom/core/mem.h"
#include "rom/net/options.h"

/* Option tag in one field; points to the length byte, or NULL. */
static const uint8_t *scan(const uint8_t *p, uint32_t len, uint8_t tag)
{
	const uint8_t *end = p + len;

	while (p < end && *p != OPTION_END) {
		if (*p == OPTION_PAD) {
			p++;
			continue;
		}
		if (end - p < 2 || end - p - 2 < p[1])
			break;
		if (*p == tag)
			return p + 1;
		p += 2 + p[1];
	}
	return NULL;
}

/* Bits of option 52: which fixed fields hold options (RFC 2132, 9.3). */
static uint8_t overload(const uint8_t *options, uint32_t len)
{
	const uint8_t *o = scan(options, len, OPTION_OVERLOAD);

	return o && o[0] ? o[1] : 0;
}

/* The options proper, without the cookie; *len becomes 0 in a reply without any. */
static const uint8_t *options(const struct bootp_packet *reply, uint32_t *len)
{
	static const uint8_t cookie[4] = { 0x63, 0x82, 0x53, 0x63 };

	if (*len < BOOTP_FIXED + sizeof(cookie) || memcmp(reply->vend, cookie, sizeof(cookie)))
		*len = 0;
	else
		*len -= BOOTP_FIXED + (uint32_t)sizeof(cookie);
	return reply->vend + sizeof(cookie);
}

const uint8_t *option_find(const struct bootp_packet *reply, uint32_t len, uint8_t tag,
			   uint8_t least)
{
	const uint8_t *field = options(reply, &len);
	const uint8_t *found = scan(field, len, tag);
	uint8_t more = overload(field, len);

	/* RFC 2131, 4.1: the options field first, then `file`, then `sname`. */
	if (!found && (more & OVERLOAD_FILE))
		found = scan(reply->file, sizeof(reply->file), tag);
	if (!found && (more & OVERLOAD_SNAME))
		found = scan(reply->sname, sizeof(reply->sname), tag);
	return found && found[0] >= least ? found : NULL;
}

uint32_t option_u32(const struct bootp_packet *reply, uint32_t len, uint8_t tag)
{
	const uint8_t *o = option_find(reply, len, tag, 4);
	uint32_t value = 0;

	if (o)
		memcpy(&value, o + 1, 4);
	return value;
}

enum dhcp_type option_message_type(const struct bootp_packet *reply, uint32_t len)
{
	const uint8_t *o = option_find(reply, len, OPTION_MESSAGE_TYPE, 1);

	return o ? (enum dhcp_type)o[1] : DHCP_NONE;
}

static bool copy_string(char *dest, const uint8_t *src, uint32_t len)
{
	char *p = dest;

	while (len-- && *src)
		*p++ = (char)*src++;
	*p = 0;
	return p != dest;
}

bool option_string(const struct bootp_packet *reply, uint32_t len, uint8_t tag, char *dest)
{
	const uint8_t *o = option_find(reply, len, tag, 1);

	return copy_string(dest, o ? o + 1 : reply->file, o ? o[0] : 0);
}

bool option_boot_file(const struct bootp_packet *reply, uint32_t len, char *dest)
{
	uint32_t options_len = len;
	const uint8_t *field = options(reply, &options_len);

	if (option_string(reply, len, OPTION_BOOT_FILE, dest))
		return true;
	return !(overload(field, options_len) & OVERLOAD_FILE) &&
	       copy_string(dest, reply->file, sizeof(reply->file));
}
