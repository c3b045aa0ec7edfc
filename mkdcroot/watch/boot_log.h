/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot_log: what a line of a daemon's log says of a host's boot.  One table of
 * dialects: bootpd, dnsmasq (DHCP and TFTP), ISC dhcpd, Kea, in.tftpd, atftpd,
 * rpc.mountd, nfs-ganesha.  The text of a log comes from clients too: nothing in it is
 * trusted, what is copied out of it is printable.
 */
#ifndef MKDCROOT_WATCH_BOOT_LOG_H
#define MKDCROOT_WATCH_BOOT_LOG_H

#include "mkdcroot/watch/boot_event.h"

#include <stdbool.h>

/*
 * What a daemon's lines add up to; some events take two lines (bootpd's request and its reply).
 * One reader for each stream of lines.
 */
struct boot_log;

struct boot_log *boot_log_new(void);
void boot_log_free(struct boot_log *log);

/*
 * Read @line (no newline) of @program (as the journal or syslog names it: "in.tftpd"; NULL: it
 * is found in the line, in the form of syslog, RFC 3164).  @when_ms: its time if the caller knows it, 0 otherwise.
 * Returns whether *@out is an event; the address of the host may be known as MAC only, or as IP only.
 */
bool boot_log_take(struct boot_log *log, const char *program, const char *line, uint64_t when_ms,
		   struct boot_event *out);

#endif
