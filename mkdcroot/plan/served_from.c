/* SPDX-License-Identifier: GPL-2.0-or-later */
/* served_from: connect(2) on a datagram socket asks the routing table without sending anything. */
#include "mkdcroot/plan/served_from.h"
#include "mkdcroot/base/cleanup.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <string.h>

static int own_address(struct in_addr *own, const struct ip_addr *ip)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(2049),
				  .sin_addr = ip->v4 };
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	cleanup_fd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&from, &len) < 0)
		return -errno;
	*own = from.sin_addr;
	return 0;
}

/* The netmask of the interface whose network has @ip in it. */
static void find_netmask(char *out, const struct ip_addr *ip)
{
	struct ifaddrs *all, *i;

	if (getifaddrs(&all) < 0)
		return;
	for (i = all; i; i = i->ifa_next) {
		const struct sockaddr_in *address = (const struct sockaddr_in *)i->ifa_addr;
		const struct sockaddr_in *mask = (const struct sockaddr_in *)i->ifa_netmask;

		if (!address || !mask || address->sin_family != AF_INET ||
		    mask->sin_addr.s_addr == 0xffffffff ||
		    ((address->sin_addr.s_addr ^ ip->v4.s_addr) & mask->sin_addr.s_addr))
			continue;
		inet_ntop(AF_INET, &mask->sin_addr, out, IP_TEXT_MAX);
		break;
	}
	freeifaddrs(all);
}

static void take(char *out, const char *value)
{
	snprintf(out, IP_TEXT_MAX, "%s", value);
}

int served_from(struct served_from *out, const struct settings *own, const struct ip_addr *ip,
		struct error *err)
{
	struct in_addr address;
	int rc;

	*out = (struct served_from){ 0 };
	take(out->server, own->nfs_server);
	take(out->netmask, own->netmask);
	take(out->gateway, own->gateway);
	if (!*out->server) {
		rc = own_address(&address, ip);
		if (rc)
			return error_set(
				err, rc,
				"find the server's address towards the host (set nfs_server in "
				"mkdcroot.conf)");
		inet_ntop(AF_INET, &address, out->server, sizeof(out->server));
	}
	if (!*out->netmask)
		find_netmask(out->netmask, ip);
	return 0;
}
