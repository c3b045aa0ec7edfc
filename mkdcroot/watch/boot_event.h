/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot_event: one thing that was seen of a host's boot, whoever saw it: a line of a
 * daemon's log (boot_log.h), a frame on the wire (boot_packets.h), a console.
 */
#ifndef MKDCROOT_WATCH_BOOT_EVENT_H
#define MKDCROOT_WATCH_BOOT_EVENT_H

#include "mkdcroot/model/netaddr.h"

#include <stddef.h>
#include <stdint.h>

enum boot_event_kind {
	EVENT_NONE,  /* nothing about a boot */
	EVENT_ASKED, /* BOOTP request, DHCPDISCOVER or DHCPREQUEST of the host */
	EVENT_ANSWERED, /* it was answered: by @server, with @ip and @file; @text "no boot file" when it had none */
	EVENT_IGNORED,	    /* a boot server saw the request and did not answer: @text says why */
	EVENT_FILE_ASKED,   /* TFTP read request for @file */
	EVENT_FILE_PART,    /* @bytes of @total (0: not known) of @file were taken */
	EVENT_FILE_SENT,    /* the host has acknowledged all of @file */
	EVENT_FILE_REFUSED, /* TFTP error for @file: @text is the server's or the host's word */
	EVENT_MOUNT_ASKED,  /* the host talks to the NFS server: MOUNT, or a first NFSv4 compound */
	EVENT_MOUNTED,	    /* the server let it into @file, its root */
	EVENT_MOUNT_REFUSED, /* it did not: @text is the reason */
	EVENT_INIT,	     /* init of its root was looked up or opened */
	EVENT_UP,	     /* it reached a login: @text is what shows it */
};

/* Unset addresses and empty strings: the source does not say.  No pointer, so it can be copied. */
struct boot_event {
	enum boot_event_kind kind;
	uint64_t when_ms; /* of the source's clock: CLOCK_REALTIME in milliseconds; 0: now */
	struct mac_addr mac;
	struct ip_addr ip; /* of the host */
	struct ip_addr server;
	uint64_t bytes, total;
	char file[256];
	char text[256];	 /* printable, one line */
	char source[32]; /* "dnsmasq", "in.tftpd", ..., or BOOT_EVENT_WIRE */
};

/* The source of boot_packets; only it sees every stage, so only then does silence mean something. */
#define BOOT_EVENT_WIRE "wire"

/* What an answer without a boot file says in @text. */
#define BOOT_EVENT_NO_FILE "no boot file"

/* Copy at most @len of @bytes (up to a NUL) to @to of @size bytes: printable, one line, terminated. */
void boot_event_copy(char *to, size_t size, const char *bytes, size_t len);

#endif
