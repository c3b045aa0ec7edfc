/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * services: the lines by which the system's own daemons serve the farm: bootpd and in.tftpd
 * from an inetd behind tcpd, or alone, and the NFS services of each distribution.  Text
 * for the administrator to copy; nothing is written.
 */
#ifndef MKDCROOT_PLAN_SERVICES_H
#define MKDCROOT_PLAN_SERVICES_H

#include "mkdcroot/plan/farm.h"
#include "mkdcroot/plan/services_table.h"

/* One file, or one way, and what goes there. */
struct service_text {
	const char *key;  /* "inetd.conf" */
	const char *file; /* "/etc/inetd.conf, for openbsd-inetd" */
	char *text;	  /* whole lines; comments begin with # */
};

enum { SERVICE_TEXTS = 8 };

/*
 * Write all of them for @farm on the distribution @here (NULL: not one of the table).  -EINVAL when a path of the settings cannot
 * stand in an inetd's file, which knows no names with blanks.
 */
int service_texts_make(struct service_text out[SERVICE_TEXTS], const struct farm *farm,
		       const struct distribution *here, struct error *err);
void service_texts_free(struct service_text texts[SERVICE_TEXTS]);

#endif
