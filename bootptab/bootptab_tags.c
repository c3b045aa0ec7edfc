/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bootptab_tags: the tags of bootptab(5) and the notations of their values. */

#include "bootptab/bootptab_private.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
	char name[3];
	enum bootptab_kind kind;
} tags[] = {
	{ "bf", BOOTPTAB_STRING },	  { "bs", BOOTPTAB_SIZE },
	{ "cs", BOOTPTAB_ADDRESSES },	  { "df", BOOTPTAB_STRING },
	{ "dl", BOOTPTAB_NUMBER },	  { "dn", BOOTPTAB_STRING },
	{ "ds", BOOTPTAB_ADDRESSES },	  { "ef", BOOTPTAB_STRING },
	{ "ex", BOOTPTAB_STRING },	  { "gw", BOOTPTAB_ADDRESSES },
	{ "ha", BOOTPTAB_HADDR },	  { "hd", BOOTPTAB_STRING },
	{ "hn", BOOTPTAB_FLAG },	  { "ht", BOOTPTAB_HTYPE },
	{ "im", BOOTPTAB_ADDRESSES },	  { "ip", BOOTPTAB_ADDRESS },
	{ "lg", BOOTPTAB_ADDRESSES },	  { "lp", BOOTPTAB_ADDRESSES },
	{ "ms", BOOTPTAB_NUMBER },	  { "mw", BOOTPTAB_NUMBER },
	{ "ns", BOOTPTAB_ADDRESSES },	  { "nt", BOOTPTAB_ADDRESSES },
	{ "ra", BOOTPTAB_ADDRESS },	  { "rl", BOOTPTAB_ADDRESSES },
	{ "rp", BOOTPTAB_STRING },	  { "sa", BOOTPTAB_ADDRESS },
	{ "sm", BOOTPTAB_ADDRESS },	  { "sw", BOOTPTAB_ADDRESS },
	{ "tc", BOOTPTAB_TEMPLATE_NAME }, { "td", BOOTPTAB_PATH },
	{ "to", BOOTPTAB_OFFSET },	  { "ts", BOOTPTAB_ADDRESSES },
	{ "vm", BOOTPTAB_COOKIE },	  { "yd", BOOTPTAB_STRING },
	{ "ys", BOOTPTAB_ADDRESSES },
};

/* Hardware types by name; their numbers are those of the Assigned Numbers (RFC 1700). */
static const struct {
	const char *name;
	int type;
} htypes[] = {
	{ "ethernet", 1 }, { "ethernet3", 2 },	{ "ether", 1 },	 { "ether3", 2 }, { "ieee802", 6 },
	{ "tr", 6 },	   { "token-ring", 6 }, { "pronet", 4 }, { "chaos", 5 },  { "arcnet", 7 },
	{ "ax.25", 3 },	   { "direct", 0 },	{ "serial", 0 }, { "slip", 0 },	  { "ppp", 0 },
};

/* Bytes of an address of each hardware type; 0 where bootpd knows none. */
static const unsigned int haddr_len[] = { 0, 6, 1, 0, 1, 0, 6, 0 };

#define N_HTYPES ((int)(sizeof(haddr_len) / sizeof(haddr_len[0])))

enum bootptab_kind bootptab_tag_kind(const char *name)
{
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (!strcmp(tags[i].name, name))
			return tags[i].kind;
	return BOOTPTAB_UNKNOWN;
}

size_t bootptab_get_string(const char *src, struct str *out)
{
	size_t from = out->len;
	bool quoted = false;
	const char *p;

	for (p = src; *p && (quoted || *p != ':'); p++) {
		if (*p == '"') {
			quoted = !quoted;
			continue;
		}
		if (*p == '\\' && !*++p)
			break;
		str_addc(out, *p);
	}
	while (out->len > from && isspace((unsigned char)out->data[out->len - 1]))
		out->data[--out->len] = '\0';
	return (size_t)(p - src);
}

/* How many characters at the begin of @p are a number. */
static size_t number_len(const char *p)
{
	size_t n = 0;

	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
		for (n = 2; isxdigit((unsigned char)p[n]); n++)
			;
		return n;
	}
	while (isdigit((unsigned char)p[n]))
		n++;
	return n;
}

bool bootptab_is_number(const char *text)
{
	size_t n = number_len(text);

	return n && !text[n];
}

int bootptab_parse_htype(const char *text)
{
	if (isdigit((unsigned char)*text)) {
		unsigned long type = bootptab_is_number(text) ? strtoul(text, NULL, 0) : N_HTYPES;

		return type < (unsigned long)N_HTYPES ? (int)type : -1;
	}
	for (size_t i = 0; i < sizeof(htypes) / sizeof(htypes[0]); i++)
		if (!strcasecmp(htypes[i].name, text))
			return htypes[i].type;
	return -1;
}

/* Could @text be a host's name, so that bootpd looks its hardware address up? */
static bool is_name(const char *text)
{
	if (!isalpha((unsigned char)*text))
		return false;
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr("-_.", *text))
			return false;
	return true;
}

static unsigned int hex_digit(char c)
{
	return isdigit((unsigned char)c) ? (unsigned int)(c - '0')
					 : (unsigned int)(tolower((unsigned char)c) - 'a') + 10;
}

int bootptab_parse_haddr(struct mac_addr *mac, const char *text, int htype)
{
	unsigned int n = haddr_len[htype];
	struct mac_addr parsed = { .set = n == sizeof(parsed.byte) };
	const char *p = text;

	memset(mac, 0, sizeof(*mac));
	if (!n)
		return -1;
	for (unsigned int i = 0; i < n; i++) {
		if (*p == '.' || *p == ':')
			p++;
		if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
			p += 2;
		if (!isxdigit((unsigned char)p[0]) || !isxdigit((unsigned char)p[1]))
			return is_name(text) ? 0 : -1;
		parsed.byte[i] = (uint8_t)(hex_digit(p[0]) << 4 | hex_digit(p[1]));
		p += 2;
	}
	if (*p)
		return -1;
	if (parsed.set)
		*mac = parsed;
	return parsed.set;
}

/* Dotted numbers, each in any base: a.b.c.d, and the short forms a.b.c, a.b, a. */
static size_t parse_dotted(const char *text, struct ip_addr *ip)
{
	uint32_t part[4] = { 0 }, value;
	size_t at = 0;
	unsigned int n = 0;

	for (;;) {
		size_t len = number_len(text + at);

		if (!len)
			return 0;
		part[n++] = (uint32_t)strtoul(text + at, NULL, 0);
		at += len;
		if (text[at] != '.')
			break;
		if (n == 4)
			return 0;
		at++;
	}
	if (n == 1)
		value = part[0];
	else if (n == 2)
		value = part[0] << 24 | (part[1] & 0xffffff);
	else
		value = part[0] << 24 | (part[1] & 0xff) << 16 |
			(n == 3 ? part[2] & 0xffff : (part[2] & 0xff) << 8 | (part[3] & 0xff));
	ip->family = AF_INET;
	ip->v4.s_addr = htonl(value);
	return at;
}

size_t bootptab_parse_address(const char *text, struct ip_addr *ip)
{
	size_t n = 0;

	memset(ip, 0, sizeof(*ip));
	if (!isalpha((unsigned char)*text))
		return parse_dotted(text, ip);
	while (isalnum((unsigned char)text[n]) || (text[n] && strchr("-_.", text[n])))
		n++;
	return n;
}

size_t bootptab_parse_addresses(const char *text)
{
	size_t at = 0, end = 0;

	for (;;) {
		struct ip_addr ip;
		size_t n;

		while (isspace((unsigned char)text[at]) || text[at] == ',')
			at++;
		n = bootptab_parse_address(text + at, &ip);
		if (!n)
			return end;
		at += n;
		end = at;
	}
}
