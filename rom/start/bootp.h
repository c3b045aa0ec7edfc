/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the BOOTP or DHCP reply says that the start code cares for (RFC 951, 2132, 3396),
 * and mknbi's two vendor tags.  Pure, tested hosted and fuzzed: the bytes come from a network.
 */
#ifndef ROM_START_BOOTP_H
#define ROM_START_BOOTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Most that is looked at: an Ethernet frame's worth of UDP payload. */
#define BOOTP_MAX 1472u

/* Option numbers. */
enum {
	BOOTP_NETMASK = 1,
	BOOTP_GATEWAY = 3,
	BOOTP_DNS = 6,
	BOOTP_HOSTNAME = 12,
	BOOTP_ROOT_PATH = 17,
	BOOTP_OVERLOAD = 52,
	BOOTP_SERVER_ID = 54,
	BOOTP_TAG_APPEND = 129, /* text to add to the kernel's command line */
	BOOTP_TAG_DEVICE = 130	/* network device the kernel is to use */
};

/* Addresses in network order, as bytes; all zero: not told. Texts: "" if not told. */
struct bootp_info {
	bool valid; /* there was a reply */
	uint8_t hardware_type;
	uint8_t hardware_length;
	uint8_t hardware[16];
	uint8_t client[4];
	uint8_t server[4]; /* siaddr, else the DHCP server */
	uint8_t gateway[4];
	uint8_t netmask[4];
	uint8_t dns[4];
	char hostname[65];
	char device[17];
	char root_path[256];
	char append[512];
};

/*
 * Reads the reply of len bytes at packet (NULL or too short: info->valid is false).  Texts are cut at
 * the first byte that cannot be part of such a name: a space in a host name must not begin a new word of
 * the kernel's command line.  A text too long for its place counts as not told.
 */
void bootp_parse(const uint8_t *packet, size_t len, struct bootp_info *info);

#endif
