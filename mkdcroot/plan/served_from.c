/* SPDX-License-Identifier: GPL-2.0-or-later */
/* served_from: connect(2) on a datagram socket asks the routing table without sending anything. */
#include "mkdcroot/plan/served_from.h"
#include "mkdcroot/base/cleanup.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <string.h>

void network_open(struct network *net)
{
	net->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (getifaddrs(&net->interfaces) < 0)
		net->interfaces = NULL;
}

void network_close(struct network *net)
{
	if (net->fd >= 0)
		close(net->fd);
	net->fd = -1;
	if (net->interfaces)
		freeifaddrs(net->interfaces);
	net->interfaces = NULL;
}

int network_address(const struct network *net, const struct ip_addr *ip, char *out)
{
	const struct sockaddr nowhere = { .sa_family = AF_UNSPEC };
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(2049),
				  .sin_addr = ip->v4 };
	struct sockaddr_in from;
	socklen_t len = sizeof(from);

	/* Once connected, it keeps its own address until it is connected to nothing. */
	if (connect(net->fd, &nowhere, sizeof(nowhere)) < 0 ||
	    connect(net->fd, (struct sockaddr *)&to, sizeof(to)) < 0 ||
	    getsockname(net->fd, (struct sockaddr *)&from, &len) < 0)
		return -errno;
	inet_ntop(AF_INET, &from.sin_addr, out, IP_TEXT_MAX);
	return 0;
}

void network_netmask(const struct network *net, const struct ip_addr *ip, char *out)
{
	*out = '\0';
	for (const struct ifaddrs *i = net->interfaces; i; i = i->ifa_next) {
		const struct sockaddr_in *address = (const struct sockaddr_in *)i->ifa_addr;
		const struct sockaddr_in *mask = (const struct sockaddr_in *)i->ifa_netmask;

		if (!address || !mask || address->sin_family != AF_INET ||
		    mask->sin_addr.s_addr == 0xffffffff ||
		    ((address->sin_addr.s_addr ^ ip->v4.s_addr) & mask->sin_addr.s_addr))
			continue;
		inet_ntop(AF_INET, &mask->sin_addr, out, IP_TEXT_MAX);
		break;
	}
}

static void take(char *out, const char *value)
{
	snprintf(out, IP_TEXT_MAX, "%s", value);
}

int served_from_network(struct served_from *out, const struct settings *own,
			const struct ip_addr *ip, const struct network *net, struct error *err)
{
	*out = (struct served_from){ 0 };
	take(out->server, own->nfs_server);
	take(out->netmask, own->netmask);
	take(out->gateway, own->gateway);
	if (!*out->server) {
		int rc = network_address(net, ip, out->server);

		if (rc)
			return error_set(
				err, rc,
				"find the server's address towards the host (set nfs_server in "
				"mkdcroot.conf)");
	}
	if (!*out->netmask)
		network_netmask(net, ip, out->netmask);
	return 0;
}

int served_from(struct served_from *out, const struct settings *own, const struct ip_addr *ip,
		struct error *err)
{
	cleanup_network struct network net = { .fd = -1 };

	network_open(&net);
	return served_from_network(out, own, ip, &net, err);
}
