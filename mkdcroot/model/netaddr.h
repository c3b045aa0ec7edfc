/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netaddr: names and addresses of computers: host names (RFC 1123), IP addresses
 * (IPv4 now; the family is kept so that IPv6 can come), hardware addresses.
 */
#ifndef MKDCROOT_MODEL_NETADDR_H
#define MKDCROOT_MODEL_NETADDR_H

#include "mkdcroot/base/error.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* An IP address.  Zeroed (AF_UNSPEC) means "not given". */
struct ip_addr {
	sa_family_t family; /* AF_INET, later AF_INET6 */
	union {
		struct in_addr v4;
		struct in6_addr v6;
	};
};

#define IP_TEXT_MAX INET6_ADDRSTRLEN

/* Parse a dotted quad of a single computer: no 0.0.0.0, no multicast, no broadcast. */
int ip_parse(struct ip_addr *ip, const char *text, struct error *err);
/* Write the usual notation to @buf (IP_TEXT_MAX bytes) and return it. */
const char *ip_format(const struct ip_addr *ip, char *buf);
bool ip_equal(const struct ip_addr *a, const struct ip_addr *b);
bool ip_is_set(const struct ip_addr *ip);

/* An Ethernet address.  @set is false for "not given". */
struct mac_addr {
	bool set;
	uint8_t byte[6];
};

#define MAC_TEXT_MAX 18

/*
 * Parse in every usual notation: 00:60:08:c7:a3:d8, 0:60:8:c7:a3:d8,
 * 00-60-08-C7-A3-D8, 0060.08c7.a3d8, 006008C7A3D8, 006008-c7a3d8.  Multicast, all
 * zero and all one are refused.
 */
int mac_parse(struct mac_addr *mac, const char *text, struct error *err);
/* Lower case with colons, to @buf (MAC_TEXT_MAX bytes), which is returned. */
const char *mac_format(const struct mac_addr *mac, char *buf);
bool mac_equal(const struct mac_addr *a, const struct mac_addr *b);

/*
 * Is @name a host name?  RFC 1123 section 2.1: letters, digits and hyphens in
 * labels of 1 to 63, not beginning or ending with a hyphen, 253 at most in all (64
 * for Linux's own host name, so that is the limit here), not all digits and dots.
 */
int hostname_check(const char *name, struct error *err);

#endif
