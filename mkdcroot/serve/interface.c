/* SPDX-License-Identifier: GPL-2.0-or-later */
/* interface: every IPv4 address of the machine is a candidate; the hosts on its network decide. */
#include "mkdcroot/serve/interface.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/str.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <string.h>

static void free_addresses(struct ifaddrs **all)
{
	if (*all)
		freeifaddrs(*all);
}

#define cleanup_addresses __attribute__((cleanup(free_addresses)))

static bool is_candidate(const struct ifaddrs *a, const char *name)
{
	return a->ifa_addr && a->ifa_addr->sa_family == AF_INET && a->ifa_netmask &&
	       !(a->ifa_flags & IFF_LOOPBACK) && (!name || strcmp(a->ifa_name, name) == 0);
}

static void take(struct interface *out, const struct ifaddrs *a)
{
	const struct sockaddr_in *address = (const struct sockaddr_in *)a->ifa_addr;
	const struct sockaddr_in *mask = (const struct sockaddr_in *)a->ifa_netmask;

	snprintf(out->name, sizeof(out->name), "%s", a->ifa_name);
	inet_ntop(AF_INET, &address->sin_addr, out->address, sizeof(out->address));
	inet_ntop(AF_INET, &mask->sin_addr, out->netmask, sizeof(out->netmask));
}

bool interface_reaches(const struct interface *i, const struct ip_addr *ip)
{
	struct in_addr address, mask;

	if (inet_pton(AF_INET, i->address, &address) != 1 ||
	    inet_pton(AF_INET, i->netmask, &mask) != 1)
		return false;
	return ip->v4.s_addr != address.s_addr && !((ip->v4.s_addr ^ address.s_addr) & mask.s_addr);
}

static size_t count_hosts(const struct interface *i, const struct hosts_file *hosts)
{
	size_t n = 0;

	for (size_t k = 0; k < hosts->n; k++)
		n += interface_reaches(i, &hosts->host[k].ip);
	return n;
}

/* The named interface has no address that could be used: why? */
static int complain(const char *name, const struct ifaddrs *all, const struct hosts_file *hosts,
		    struct error *err)
{
	char ip[IP_TEXT_MAX];

	if (!name && hosts->n)
		return error_say(
			err, -ENODEV,
			"no interface has an address on the network of %s (%s): give one an "
			"address, or name it by --interface",
			hosts->host[0].name, ip_format(&hosts->host[0].ip, ip));
	if (!name)
		return error_say(err, -ENODEV,
				 "the farm has no host: add one (mkdcroot add), or "
				 "name the interface by --interface");
	for (; all; all = all->ifa_next)
		if (strcmp(all->ifa_name, name) == 0)
			return error_say(
				err, -EADDRNOTAVAIL,
				"interface %s has no IPv4 address: give it one (ip address "
				"add 192.168.1.1/24 dev %s)",
				name, name);
	return error_say(err, -ENODEV, "there is no interface %s (ip link shows those there are)",
			 name);
}

/* The candidate with most hosts; *@others gets the names of other interfaces that have hosts. */
static const struct ifaddrs *choose(struct interface *out, const struct ifaddrs *all,
				    const char *name, const struct hosts_file *hosts,
				    struct strv *others)
{
	const struct ifaddrs *best = NULL;
	size_t most = 0;

	for (const struct ifaddrs *a = all; a; a = a->ifa_next) {
		struct interface i = { 0 };
		size_t n;

		if (!is_candidate(a, name))
			continue;
		take(&i, a);
		n = count_hosts(&i, hosts);
		if (n && !strv_has(others, i.name))
			strv_add(others, i.name);
		if (n > most || (name && !best)) {
			best = a;
			most = n;
			*out = i;
		}
	}
	return best;
}

int interface_find(struct interface *out, const char *name, const struct hosts_file *hosts,
		   struct error *err)
{
	cleanup_addresses struct ifaddrs *all = NULL;
	cleanup_strv struct strv with_hosts = STRV_INIT;
	const struct ifaddrs *best;

	*out = (struct interface){ 0 };
	if (getifaddrs(&all) < 0)
		return error_set(err, -errno, "list the network interfaces");
	best = choose(out, all, name, hosts, &with_hosts);
	if (!best)
		return complain(name, all, hosts, err);
	if (!name && with_hosts.n > 1)
		return error_say(err, -ENOTUNIQ,
				 "hosts of the farm are on the networks of several interfaces (%s, "
				 "%s%s): say which one by --interface",
				 with_hosts.v[0], with_hosts.v[1],
				 with_hosts.n > 2 ? ", and more" : "");
	if (!(best->ifa_flags & IFF_UP))
		return error_say(err, -ENETDOWN, "interface %s is down: ip link set %s up",
				 out->name, out->name);
	return 0;
}
