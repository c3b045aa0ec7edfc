/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trial_net: by netdevice(7)'s ioctls, which need no program. */
#include "mkdcroot/try/trial_net.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/plan/served_from.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>

#define TUN "/dev/net/tun"

static bool same_network(const char *address, struct in_addr ip, struct in_addr mask)
{
	struct in_addr other;

	return inet_pton(AF_INET, address, &other) == 1 &&
	       ((other.s_addr ^ ip.s_addr) & mask.s_addr) == 0 && other.s_addr != ip.s_addr;
}

/* The first address of @ip's network that is not the host's. */
static void free_address(char *out, struct in_addr ip, struct in_addr mask)
{
	uint32_t first = ntohl(ip.s_addr & mask.s_addr) + 1;
	struct in_addr a = { htonl(first == ntohl(ip.s_addr) ? first + 1 : first) };

	inet_ntop(AF_INET, &a, out, IP_TEXT_MAX);
}

void trial_addresses_find(struct trial_addresses *a, const struct settings *own,
			  const struct ip_addr *ip)
{
	cleanup_error struct error ignored = ERROR_INIT;
	struct served_from from;
	struct in_addr mask;

	*a = (struct trial_addresses){ 0 };
	served_from(&from, own, ip, &ignored);
	strcpy(a->netmask, *from.netmask ? from.netmask : "255.255.255.0");
	inet_pton(AF_INET, a->netmask, &mask);
	if (same_network(from.server, ip->v4, mask)) {
		strcpy(a->server, from.server);
	} else if (*own->nfs_server) {
		strcpy(a->server, own->nfs_server);
		if (same_network(from.gateway, ip->v4, mask))
			strcpy(a->router, from.gateway);
		else
			free_address(a->router, ip->v4, mask);
	} else {
		free_address(a->server, ip->v4, mask);
	}
}

static int set_address(int s, const char *interface, unsigned long what, const char *address)
{
	struct ifreq r = { 0 };
	struct sockaddr_in *in = (struct sockaddr_in *)&r.ifr_addr;

	strcpy(r.ifr_name, interface);
	in->sin_family = AF_INET;
	if (inet_pton(AF_INET, address, &in->sin_addr) != 1)
		return -EINVAL;
	return ioctl(s, what, &r) < 0 ? -errno : 0;
}

static int give_address(int s, const char *interface, const char *address, const char *netmask)
{
	int rc = set_address(s, interface, SIOCSIFADDR, address);

	return rc ? rc : set_address(s, interface, SIOCSIFNETMASK, netmask);
}

static int bring_up(int s, const char *interface)
{
	struct ifreq r = { 0 };

	strcpy(r.ifr_name, interface);
	if (ioctl(s, SIOCGIFFLAGS, &r) < 0)
		return -errno;
	r.ifr_flags |= IFF_UP;
	return ioctl(s, SIOCSIFFLAGS, &r) < 0 ? -errno : 0;
}

/* Its announcements would be the first frames on the wire. */
static void no_ipv6(void)
{
	cleanup_fd int fd = open("/proc/sys/net/ipv6/conf/" TRIAL_INTERFACE "/disable_ipv6",
				 O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, "1", 1) < 0)
		return;
}

int trial_net_make(const struct trial_addresses *a, struct error *err)
{
	cleanup_fd int tap = open(TUN, O_RDWR | O_CLOEXEC);
	cleanup_fd int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq r = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int rc;

	if (tap < 0)
		return error_set(err, -errno, "open " TUN " (modprobe tun)");
	if (s < 0)
		return error_set(err, -errno, "make a socket");
	strcpy(r.ifr_name, TRIAL_INTERFACE);
	if (ioctl(tap, TUNSETIFF, &r) < 0)
		return error_set(err, -errno, "make the interface " TRIAL_INTERFACE);
	no_ipv6();
	rc = bring_up(s, "lo");
	if (!rc)
		rc = give_address(s, TRIAL_INTERFACE, *a->router ? a->router : a->server,
				  a->netmask);
	if (!rc)
		rc = bring_up(s, TRIAL_INTERFACE);
	if (!rc && *a->router)
		rc = give_address(s, TRIAL_INTERFACE ":1", a->server, "255.255.255.255");
	if (rc)
		return error_set(err, rc, "give %s to the interface " TRIAL_INTERFACE, a->server);
	return steal_fd(&tap);
}
