/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a BOOTP reply: vendor extensions (RFC 1497) and DHCP options (RFC 2132), which with
 * option 52 may go on in the `file` and `sname` fields.  Nothing in a reply is trusted: a
 * length that leads out of its field ends the search.
 */
#ifndef ROM_NET_OPTIONS_H
#define ROM_NET_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include "rom/net/wire.h"

/*
 * The first option `tag` of the reply of len (>= BOOTP_FIXED) bytes: points to its length
 * byte, the value follows.  NULL if there is none, or fewer than `least` bytes in it.
 */
const uint8_t *option_find(const struct bootp_packet *reply, uint32_t len, uint8_t tag,
			   uint8_t least);

/* The 32-bit number (network order) at the start of option tag, 0 if there is none. */
uint32_t option_u32(const struct bootp_packet *reply, uint32_t len, uint8_t tag);

enum dhcp_type option_message_type(const struct bootp_packet *reply, uint32_t len);

/*
 * Copies option tag as a string to dest (256 bytes, always terminated), up to its first NUL.
 * Returns true if it is there and not empty.
 */
bool option_string(const struct bootp_packet *reply, uint32_t len, uint8_t tag, char *dest);

/* The same for the boot file: option 67, else the `file` field unless it holds options. */
bool option_boot_file(const struct bootp_packet *reply, uint32_t len, char *dest);

#endif
