/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host: one diskless computer of the farm, as /etc/mkdcroot/hosts has it:
 *
 *	aldebaran 192.168.1.100 mac=00:60:08:c7:a3:d8 layer=base role=workstation
 */
#ifndef MKDCROOT_MODEL_HOST_H
#define MKDCROOT_MODEL_HOST_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"
#include "mkdcroot/model/netaddr.h"

/* Where a host's line stands, for messages: "/etc/mkdcroot/hosts:12". */
struct host {
	char *name;	      /* never NULL once parsed */
	struct ip_addr ip;    /* always set once parsed */
	struct mac_addr mac;  /* may be unset: waiting for its MAC */
	char *layer;	      /* never NULL: "base" by default */
	char *role;	      /* role profile, or NULL */
	char *nic;	      /* name in the NIC table, or NULL */
	struct strv settings; /* "key=value" of per-host settings, in order; see settings.h */
	unsigned int line;    /* of the hosts file, 0 when not from a file */
};

void host_free(struct host *h);
#define cleanup_host __attribute__((cleanup(host_free)))

/* A deep copy; free it with host_free(). */
struct host host_copy(const struct host *h);

/*
 * Change one field as "mkdcroot set" does: KEY=VALUE with the keys of host_set() and ip; an empty
 * value takes the key from the line.  @again: this key was set by an assignment before, so that
 * a value of a repeatable setting is added to it.
 */
int host_change(struct host *h, const char *assignment, bool again, struct error *err);

/* The value of a per-host setting @key, or NULL.  With several, the last. */
const char *host_setting(const struct host *h, const char *key);

/* Set one field or setting from "key=value" as it stands in a hosts line or in --set.  Unknown key:
 * -EINVAL. */
int host_set(struct host *h, const char *assignment, struct error *err);

/* The host's line, without the newline; the caller frees it. */
char *host_format(const struct host *h);

#endif
