/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * service_status: which services the farm's settings need on this machine, and which of them
 * run.  Only the kernel's tables are looked at: nothing is sent, nobody is asked.  What runs in another
 * network namespace (mkdcroot serve in a lab) is only seen from within it.
 */
#ifndef MKDCROOT_PLAN_SERVICE_STATUS_H
#define MKDCROOT_PLAN_SERVICE_STATUS_H

#include "mkdcroot/plan/farm.h"
#include "mkdcroot/plan/net_ports.h"
#include "mkdcroot/plan/services_table.h"

enum service {
	SERVICE_BOOT,
	SERVICE_TFTP,
	SERVICE_RPCBIND,
	SERVICE_MOUNTD,
	SERVICE_NFS,
	N_SERVICES
};

enum service_need { SERVICE_NOT_NEEDED, SERVICE_NEEDED, SERVICE_ELSEWHERE };

enum service_state { SERVICE_DOWN, SERVICE_UP, SERVICE_OTHER_ADDRESS };

struct service_info {
	const char *key;  /* "boot-server" */
	const char *name; /* "boot server" */
	const char *port; /* "UDP 67" */
};

extern const struct service_info service_infos[N_SERVICES];

struct service_status {
	enum service_need need;
	enum service_state state;
	char *by;	 /* who listens, in words; "" when it cannot be told */
	char *where;	 /* the address that is listened on, for SERVICE_OTHER_ADDRESS; or "" */
	char *elsewhere; /* the address of the machine that does it, for SERVICE_ELSEWHERE; or "" */
	const char *start; /* the command that starts it here; "": see serve --print-services */
};

struct services {
	const struct distribution *distribution; /* this machine's, or NULL */
	struct service_status service[N_SERVICES];
};

/*
 * Look.  The settings of @farm say what is needed; its hosts, whether any has NFSv3.  Without @owners
 * nobody's descriptors are gone through: by is "", and mountd, which has no port of its own, is taken to run.
 */
void services_read(struct services *out, const struct farm *farm, bool owners);
void services_free(struct services *s);
#define cleanup_services __attribute__((cleanup(services_free)))

/* Is it needed here, and not there? */
bool service_is_missing(const struct service_status *s);

/*
 * Is @port served at @server (dotted; "": not known, then any address but the loopback's goes)?  The addresses
 * that are listened on instead are added to @where.  @owners gets the names of who listens.
 */
enum service_state service_state_of(const struct net_ports *ports, uint16_t port, bool tcp,
				    const char *server, struct str *where, struct strv *owners);

/*
 * Who listens, of the names that hold a socket: "bootpd", "bootpd (from inetd)", "inetd, which starts
 * it when it is asked"; "" for nobody.  Freed by the caller.
 */
char *service_owners_in_words(const struct strv *owners);

/* Does a root with these two settings speak NFSv3?  Where they do not say it is the kernel's choice: 3. */
bool settings_want_nfs3(const char *nfs, const char *nfs_options);

#endif
