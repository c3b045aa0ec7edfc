/* SPDX-License-Identifier: GPL-2.0-or-later */
/* interface: the network interface on which a farm's hosts are served. */
#ifndef MKDCROOT_SERVE_INTERFACE_H
#define MKDCROOT_SERVE_INTERFACE_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/model/hosts_file.h"

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>

struct interface {
	char name[IF_NAMESIZE];
	char address[INET_ADDRSTRLEN]; /* the server's on it */
	char netmask[INET_ADDRSTRLEN];
};

/*
 * The interface @name, or, when it is NULL, the one on whose networks the hosts' addresses
 * lie; of its addresses the one whose network has the most hosts.  Errors: there is none, or
 * several (with their names), it is down, or has no address.
 */
int interface_find(struct interface *out, const char *name, const struct hosts_file *hosts,
		   struct error *err);

/* Is @ip on its network, and not the server's own? */
bool interface_reaches(const struct interface *i, const struct ip_addr *ip);

#endif
