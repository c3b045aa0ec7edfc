/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net_ports: which UDP and TCP ports are listened on, as /proc/net/{udp,udp6,tcp,tcp6}
 * have it (Documentation/networking/proc_net_tcp.rst), and by which processes.
 * Nothing is sent, nobody is asked.
 */
#ifndef MKDCROOT_PLAN_NET_PORTS_H
#define MKDCROOT_PLAN_NET_PORTS_H

#include "mkdcroot/base/str.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A socket that waits for anybody: TCP in LISTEN, UDP not connected. */
struct net_port {
	bool tcp;
	bool any;	       /* on every address */
	uint16_t port;	       /* host byte order */
	struct in6_addr local; /* an IPv4 address as ::ffff:a.b.c.d */
	unsigned long inode;   /* of the socket; 0: not known */
	/* By net_ports_find_owners(), of the processes that hold the socket open: */
	struct strv owners; /* their names, every byte printable */
	struct strv pids;   /* their numbers in /proc, in the same order */
};

struct net_ports {
	struct net_port *port;
	size_t n;
};

/*
 * Append the sockets of @text, the contents of one of the four files.  Lines that are none
 * are passed over: nothing in them can be relied on, and a short answer beats none.
 * @ipv6: the addresses have 32 hexadecimal digits instead of 8.
 */
void net_ports_parse(struct net_ports *out, const char *text, size_t len, bool tcp, bool ipv6);

/* Read all four files of this process's network namespace; those that are not there (no IPv6) are left out. */
void net_ports_read(struct net_ports *out);

/*
 * Fill in the owners of the sockets on one of the @n_wanted port numbers, from /proc/PID/fd.  Of other users' processes
 * root alone can tell.  Returns true when every process could be looked at.
 */
bool net_ports_find_owners(struct net_ports *ports, const uint16_t *wanted, size_t n_wanted);

/* The first socket on @port, whatever its address, behind @after (NULL: of all); NULL after the last. */
const struct net_port *net_ports_next(const struct net_ports *ports, const struct net_port *after,
				      uint16_t port, bool tcp);

/* Does a process run whose name is @name (as /proc/PID/comm has it: the first 15 bytes)? */
bool net_ports_process_runs(const char *name);

void net_ports_free(struct net_ports *ports);
#define cleanup_net_ports __attribute__((cleanup(net_ports_free)))

#endif
