/* SPDX-License-Identifier: GPL-2.0-or-later */
/* port: who has it, plan/net_ports.h tells; whether a daemon could bind it, a trial does. */
#include "mkdcroot/serve/port.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/str.h"
#include "mkdcroot/plan/net_ports.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

static void look(struct net_ports *ports, const struct port *p, bool owners)
{
	net_ports_read(ports);
	if (owners)
		net_ports_find_owners(ports, &p->number, 1);
}

static const struct net_port *next(const struct net_ports *ports, const struct net_port *after,
				   const struct port *p)
{
	return net_ports_next(ports, after, p->number, p->kind == PORT_TCP);
}

bool port_is_bound(const struct port *p)
{
	cleanup_net_ports struct net_ports ports = { 0 };

	look(&ports, p, false);
	return next(&ports, NULL, p);
}

bool port_is_of(const struct port *p, pid_t pid)
{
	cleanup_net_ports struct net_ports ports = { 0 };
	char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	look(&ports, p, true);
	for (const struct net_port *i = NULL; (i = next(&ports, i, p));)
		if (strv_has(&i->pids, text))
			return true;
	return false;
}

/* "dnsmasq (process 123)", or what else can be said. */
static char *owners(const struct port *p)
{
	cleanup_net_ports struct net_ports ports = { 0 };
	cleanup_strv struct strv told = STRV_INIT;
	struct str out = STR_INIT;

	look(&ports, p, true);
	for (const struct net_port *i = NULL; (i = next(&ports, i, p));)
		for (size_t k = 0; k < i->pids.n; k++) {
			if (strv_has(&told, i->pids.v[k]))
				continue;
			strv_add(&told, i->pids.v[k]);
			str_addf(&out, "%s%s (process %s)", out.len ? ", " : "", i->owners.v[k],
				 i->pids.v[k]);
		}
	if (!out.len)
		str_add(&out, p->number == 2049 ? "the kernel's NFS server"
						: "a program that is not seen from here");
	return str_steal(&out);
}

static int bind_to(int fd, const struct port *p, const char *interface, const char *address)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(p->number) };
	int on = 1;

	if (p->on_interface && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface,
					  (socklen_t)strlen(interface)) < 0)
		return -errno;
	if (!p->on_interface && p->kind == PORT_UDP &&
	    inet_pton(AF_INET, address, &at.sin_addr) != 1)
		return -EINVAL;
	/* Connections that have just ended are no hindrance. */
	if (p->kind == PORT_TCP && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return -errno;
	return bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ? -errno : 0;
}

static int complain(const struct port *p, int rc, struct error *err)
{
	const char *kind = p->kind == PORT_UDP ? "UDP" : "TCP";
	cleanup_free char *who = rc == -EADDRINUSE ? owners(p) : NULL;

	if (who)
		return error_say(err, rc, "%s port %u is taken by %s", kind, p->number, who);
	return error_set(err, rc, "take %s port %u", kind, p->number);
}

int port_check_free(const struct port *p, const char *interface, const char *address,
		    struct error *err)
{
	cleanup_fd int fd =
		socket(AF_INET, (p->kind == PORT_UDP ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
	int rc = fd < 0 ? -errno : bind_to(fd, p, interface, address);

	/* A listener of both families' may stand only in the other's table. */
	if (!rc && p->kind == PORT_TCP && port_is_bound(p))
		rc = -EADDRINUSE;
	return rc ? complain(p, rc, err) : 0;
}

int port_open_udp(const struct port *p, const char *interface, struct error *err)
{
	cleanup_fd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int on = 1, rc = fd < 0 ? -errno : bind_to(fd, p, interface, NULL);

	if (!rc && setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)) < 0)
		rc = -errno;
	return rc ? complain(p, rc, err) : steal_fd(&fd);
}
