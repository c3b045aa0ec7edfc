/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * services_table: what the services of a farm server are called on each distribution, as data:
 * packages, units of the service manager, and the commands that start them.
 */
#ifndef MKDCROOT_PLAN_SERVICES_TABLE_H
#define MKDCROOT_PLAN_SERVICES_TABLE_H

#include <stdbool.h>

enum unit { UNIT_BOOTPD, UNIT_TFTPD, UNIT_RPCBIND, UNIT_MOUNTD, UNIT_NFS, UNIT_GANESHA, N_UNITS };

struct service_unit {
	const char *package; /* NULL: none is known */
	const char *name;  /* unit, init script; NULL: it has none and stands in an inetd's file */
	const char *start; /* command; NULL: by an inetd */
};

struct distribution {
	const char *ids; /* values of ID= and ID_LIKE= in os-release, with blanks around each */
	const char *name;
	bool tested;
	const char *programs; /* where bootpd and in.tftpd are */
	struct service_unit unit[N_UNITS];
};

/* All of them; the last one has a NULL name. */
extern const struct distribution distributions[];

/*
 * The distribution of @os_release (the contents of /etc/os-release): by its ID, then by ID_LIKE in order.
 * NULL when it is none of the table.
 */
const struct distribution *distribution_find(const char *os_release);

/* That of the server itself, by its /etc/os-release or /usr/lib/os-release. */
const struct distribution *distribution_here(void);

#endif
