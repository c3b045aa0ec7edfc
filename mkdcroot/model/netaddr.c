/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netaddr: parsing is strict; what looks almost right is an error, never a guess. */
#include "mkdcroot/model/netaddr.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Linux's own limit of a host name, without the NUL (HOST_NAME_MAX). */
#define HOSTNAME_MAX 64

int ip_parse(struct ip_addr *ip, const char *text, struct error *err)
{
	struct ip_addr out = { .family = AF_INET };
	uint32_t v4;

	if (inet_pton(AF_INET, text, &out.v4) != 1)
		return error_say(err, -EINVAL,
				 "'%s' is not an IPv4 address (four numbers from 0 to 255 with "
				 "points between, such as 192.168.1.100)",
				 text);
	v4 = ntohl(out.v4.s_addr);
	if (v4 >> 24 == 0 || v4 >> 24 == 127 || v4 >> 28 >= 14)
		return error_say(err, -EINVAL,
				 "%s cannot be the address of a diskless computer (%s)", text,
				 v4 >> 24 == 127    ? "loopback"
				 : v4 >> 28 == 14   ? "multicast"
				 : v4 == 0xffffffff ? "broadcast"
						    : "reserved");
	*ip = out;
	return 0;
}

const char *ip_format(const struct ip_addr *ip, char *buf)
{
	if (!ip_is_set(ip) || !inet_ntop(ip->family, &ip->v4, buf, IP_TEXT_MAX))
		buf[0] = '\0';
	return buf;
}

bool ip_equal(const struct ip_addr *a, const struct ip_addr *b)
{
	return a->family == b->family && memcmp(&a->v6, &b->v6,
						a->family == AF_INET6  ? 16
						: a->family == AF_INET ? 4
								       : 0) == 0;
}

bool ip_is_set(const struct ip_addr *ip)
{
	return ip->family != AF_UNSPEC;
}

/* Groups of one or two digits with @sep between (00:60:8 ...). */
static bool parse_octets(const char *s, char sep, uint8_t *byte)
{
	for (int i = 0; i < 6; i++) {
		unsigned int value = 0, digits = 0;

		for (; isxdigit((unsigned char)*s) && digits < 2; s++, digits++)
			value = value * 16 + (unsigned)(isdigit((unsigned char)*s)
								? *s - '0'
								: tolower(*s) - 'a' + 10);
		if (!digits || *s != (i < 5 ? sep : '\0'))
			return false;
		byte[i] = (uint8_t)value;
		s += i < 5;
	}
	return true;
}

/* Twelve digits, with one separator allowed after each group of @group digits. */
static bool parse_digits(const char *s, char sep, unsigned int group, uint8_t *byte)
{
	unsigned int n = 0;

	memset(byte, 0, 6);
	for (; *s; s++) {
		if (*s == sep && group && n && n % group == 0 && n < 12 && s[-1] != sep)
			continue;
		if (!isxdigit((unsigned char)*s) || n == 12)
			return false;
		byte[n / 2] =
			(uint8_t)(byte[n / 2] * 16 +
				  (isdigit((unsigned char)*s) ? *s - '0' : tolower(*s) - 'a' + 10));
		n++;
	}
	return n == 12 && isxdigit((unsigned char)s[-1]);
}

int mac_parse(struct mac_addr *mac, const char *text, struct error *err)
{
	static const uint8_t zero[6];
	struct mac_addr out = { .set = true };

	if (!parse_octets(text, ':', out.byte) && !parse_octets(text, '-', out.byte) &&
	    !parse_digits(text, '\0', 0, out.byte) && !parse_digits(text, '.', 4, out.byte) &&
	    !parse_digits(text, '-', 6, out.byte))
		return error_say(
			err, -EINVAL,
			"'%s' is not a hardware address (six bytes in hexadecimal, such as "
			"00:60:08:c7:a3:d8 or 006008C7A3D8)",
			text);
	if ((out.byte[0] & 1) || memcmp(out.byte, zero, 6) == 0)
		return error_say(err, -EINVAL,
				 "%s cannot be the hardware address of a computer (%s)", text,
				 out.byte[0] & 1 ? "multicast or broadcast" : "all zero");
	*mac = out;
	return 0;
}

const char *mac_format(const struct mac_addr *mac, char *buf)
{
	const uint8_t *b = mac->byte;

	buf[0] = '\0';
	if (mac->set)
		snprintf(buf, MAC_TEXT_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3],
			 b[4], b[5]);
	return buf;
}

bool mac_equal(const struct mac_addr *a, const struct mac_addr *b)
{
	return a->set == b->set && memcmp(a->byte, b->byte, 6) == 0;
}

static const char *label_problem(const char *label, size_t len)
{
	if (len == 0)
		return "a label between points is empty";
	if (len > 63)
		return "a label has more than 63 characters";
	if (label[0] == '-' || label[len - 1] == '-')
		return "a label begins or ends with a hyphen";
	for (size_t i = 0; i < len; i++)
		if (!isascii(label[i]) || (!isalnum((unsigned char)label[i]) && label[i] != '-'))
			return "only letters, digits, hyphens and points may stand in it";
	return NULL;
}

static const char *name_problem(const char *name)
{
	if (!*name)
		return "it is empty";
	if (strlen(name) > HOSTNAME_MAX)
		return "it has more than 64 characters";
	if (strspn(name, "0123456789.") == strlen(name))
		return "it would be taken for an address";
	for (const char *label = name;; label++) {
		size_t len = strcspn(label, ".");
		const char *problem = label_problem(label, len);

		if (problem)
			return problem;
		label += len;
		if (!*label)
			return NULL;
	}
}

int hostname_check(const char *name, struct error *err)
{
	const char *problem = name_problem(name);

	if (problem)
		return error_say(err, -EINVAL, "'%s' is not a host name (RFC 1123): %s", name,
				 problem);
	return 0;
}
