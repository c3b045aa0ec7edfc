/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot_packets: what frames on the wire say of a host's boot: BOOTP/DHCP (RFC 951, 2131),
 * TFTP (RFC 1350, 2347-2349, 7440) with how far a file has come, ONC RPC (RFC 5531) of the
 * MOUNT protocol and NFS (RFC 1813, 7530, 8881) as far as it shows a root being mounted,
 * init being opened, and a login being started.
 *
 * It sees the same whatever daemons answer, which logs do not give: tftpd-hpa does not say
 * how far it is, the kernel's NFS server nothing at all.  Frames come from anybody: every
 * length is checked (tests/fuzz/fuzz_boot_packets.c).
 */
#ifndef MKDCROOT_WATCH_BOOT_PACKETS_H
#define MKDCROOT_WATCH_BOOT_PACKETS_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/watch/boot_event.h"

#include <stddef.h>

struct boot_packets;

/* @emit is called for each event, in order. */
struct boot_packets *boot_packets_new(void (*emit)(const struct boot_event *e, void *arg),
				      void *arg);
void boot_packets_free(struct boot_packets *p);

/* Look at one Ethernet frame of @len bytes, seen at @when_ms.  Frames that are cut off are fine. */
void boot_packets_take(struct boot_packets *p, const void *frame, size_t len, uint64_t when_ms);

/*
 * A packet socket (packet(7)) on @interface that gets only what boot_packets_take() knows, by a
 * BPF filter; not promiscuous.  Returns the descriptor (non-blocking, close-on-exec) or negative errno.
 */
int boot_packets_open(const char *interface, struct error *err);

/* Read what there is on @fd and take it.  0, or negative errno when the interface is gone. */
int boot_packets_read(struct boot_packets *p, int fd, struct error *err);

#endif
