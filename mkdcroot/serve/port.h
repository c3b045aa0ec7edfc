/* SPDX-License-Identifier: GPL-2.0-or-later */
/* port: who has a UDP or TCP port of this machine, from /proc/net and /proc/PID/fd. */
#ifndef MKDCROOT_SERVE_PORT_H
#define MKDCROOT_SERVE_PORT_H

#include "mkdcroot/base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum port_kind { PORT_NONE, PORT_UDP, PORT_TCP };

struct port {
	enum port_kind kind;
	uint16_t number;
	bool on_interface; /* as DHCP servers bind it: to an interface, so that others may be served by others */
};

/* Has anybody bound it (TCP: listens), on whatever address? */
bool port_is_bound(const struct port *p);

/* Has the process @pid (as /proc numbers them) bound it? */
bool port_is_of(const struct port *p, pid_t pid);

/*
 * Could a daemon bind it, on @interface (for on_interface) or else on @address?  -EADDRINUSE says who
 * has it: "UDP port 67 is taken by dnsmasq (process 123)".
 */
int port_check_free(const struct port *p, const char *interface, const char *address,
		    struct error *err);

/* A UDP socket bound to @p on @interface, that may broadcast; or negative errno. */
int port_open_udp(const struct port *p, const char *interface, struct error *err);

#endif
