/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trial_net: the wire between the server and the host that is tried: a tap device, alone in a network
 * namespace.  Nothing on it reaches any other network.
 */
#ifndef MKDCROOT_TRY_TRIAL_NET_H
#define MKDCROOT_TRY_TRIAL_NET_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/model/netaddr.h"
#include "mkdcroot/model/settings.h"

#define TRIAL_INTERFACE "tap0"

/* Dotted addresses. */
struct trial_addresses {
	char server[IP_TEXT_MAX];
	char netmask[IP_TEXT_MAX];
	char router
		[IP_TEXT_MAX]; /* the interface's own, when the server is in another network; else "" */
};

/*
 * The addresses that the host @ip would see, from its settings @own; where they and the server's
 * interfaces say nothing, the network is a /24 and the server a free address in it.
 */
void trial_addresses_find(struct trial_addresses *a, const struct settings *own,
			  const struct ip_addr *ip);

/*
 * Make the interface, in the network namespace of this process, which must be a fresh one.  Returns the
 * descriptor for QEMU, with whose last closing the interface is gone, or a negative errno.
 */
int trial_net_make(const struct trial_addresses *a, struct error *err);

#endif
