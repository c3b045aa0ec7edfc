/* SPDX-License-Identifier: GPL-2.0-or-later */
/* served_from: the addresses that a host is told, from the settings or from the server's own network. */
#ifndef MKDCROOT_PLAN_SERVED_FROM_H
#define MKDCROOT_PLAN_SERVED_FROM_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/model/netaddr.h"
#include "mkdcroot/model/settings.h"

/* Dotted; "" where nothing is known. */
struct served_from {
	char server[IP_TEXT_MAX];
	char netmask[IP_TEXT_MAX];
	char gateway[IP_TEXT_MAX];
};

/*
 * @own: the host's settings (settings_for_host()).  Without nfs_server the address is the
 * one that the server would use towards @ip (nothing is sent); -ENETUNREACH says to
 * set it.  Without netmask it is that of the interface which has this address.
 */
int served_from(struct served_from *out, const struct settings *own, const struct ip_addr *ip,
		struct error *err);

#endif
