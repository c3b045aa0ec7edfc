/* SPDX-License-Identifier: GPL-2.0-or-later */
/* own_address: from getifaddrs(3). */
#include "mkdcroot/watch/own_address.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>

static uint32_t v4(const struct sockaddr *a)
{
	return ((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr;
}

static bool reaches_host(const struct ifaddrs *i, const struct hosts_file *hosts)
{
	uint32_t mask = i->ifa_netmask ? v4(i->ifa_netmask) : 0xffffffff;

	for (size_t n = 0; n < hosts->n; n++)
		if (((hosts->host[n].ip.v4.s_addr ^ v4(i->ifa_addr)) & mask) == 0)
			return true;
	return false;
}

int own_addresses(const struct hosts_file *hosts, struct strv *own, struct strv *interfaces,
		  struct error *err)
{
	struct ifaddrs *all;

	if (getifaddrs(&all))
		return error_set(err, -errno, "look up this machine's addresses");
	for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
		struct ip_addr ip = { .family = AF_INET };
		char text[IP_TEXT_MAX];

		if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET)
			continue;
		ip.v4.s_addr = v4(i->ifa_addr);
		strv_add(own, ip_format(&ip, text));
		if (!(i->ifa_flags & IFF_LOOPBACK) && reaches_host(i, hosts) &&
		    !strv_has(interfaces, i->ifa_name))
			strv_add(interfaces, i->ifa_name);
	}
	freeifaddrs(all);
	return 0;
}
