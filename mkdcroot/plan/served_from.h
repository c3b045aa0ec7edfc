/* SPDX-License-Identifier: GPL-2.0-or-later */
/* served_from: the addresses that a host is told, from the settings or from the server's own network. */
#ifndef MKDCROOT_PLAN_SERVED_FROM_H
#define MKDCROOT_PLAN_SERVED_FROM_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/model/netaddr.h"
#include "mkdcroot/model/settings.h"

struct ifaddrs;

/* Dotted; "" where nothing is known. */
struct served_from {
	char server[IP_TEXT_MAX];
	char netmask[IP_TEXT_MAX];
	char gateway[IP_TEXT_MAX];
};

/* The server's own network, read once for many hosts. */
struct network {
	int fd; /* a socket, to ask the routing table by */
	struct ifaddrs *interfaces;
};

/* What cannot be read is left out: then nothing is known. */
void network_open(struct network *net);
void network_close(struct network *net);
#define cleanup_network __attribute__((cleanup(network_close)))

/* The netmask of the interface whose network has @ip in it, to @out (IP_TEXT_MAX bytes); "" for none. */
void network_netmask(const struct network *net, const struct ip_addr *ip, char *out);

/* The server's own address on the route towards @ip (nothing is sent), to @out (IP_TEXT_MAX bytes). 0 or -errno. */
int network_address(const struct network *net, const struct ip_addr *ip, char *out);

/* served_from() below by a network that was read before. */
int served_from_network(struct served_from *out, const struct settings *own,
			const struct ip_addr *ip, const struct network *net, struct error *err);

/*
 * @own: the host's settings (settings_for_host()).  Without nfs_server the address is the
 * one that the server would use towards @ip (nothing is sent); -ENETUNREACH says to
 * set it.  Without netmask it is that of the interface which has this address.
 */
int served_from(struct served_from *out, const struct settings *own, const struct ip_addr *ip,
		struct error *err);

#endif
