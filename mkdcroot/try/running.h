/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * running: is a host evidently running?  What this server can see of it by itself: its lease with the
 * kernel's NFSv4 server, and connections of its address to the NFS port.  A host that runs without either
 * (its link cut) is not seen.
 */
#ifndef MKDCROOT_TRY_RUNNING_H
#define MKDCROOT_TRY_RUNNING_H

#include "mkdcroot/model/netaddr.h"

#include <stdbool.h>

/*
 * Does @text, a file /proc/fs/nfsd/clients/N/info, show @ip as a confirmed client whose lease was renewed in
 * the last 90 s?  Kernels before 5.19 do not say when; they drop a client after that time.
 */
bool running_nfsd_client(const char *text, const struct ip_addr *ip);

/* Has @text, /proc/net/tcp (proc(5)), an established connection of @ip to port 2049 here? */
bool running_tcp(const char *text, const struct ip_addr *ip);

/* Ask both.  Returns what shows that it runs, or NULL; the caller frees it. */
char *running_evidence(const struct ip_addr *ip);

#endif
