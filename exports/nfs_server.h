/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nfs_server: what serves the hosts' roots: the kernel's NFS server, nfs-ganesha, or nobody.
 *
 * Two things are kept apart, as the plan has them as separate steps:
 *  - registration: lines in files, durable, which the server reads when it starts;
 *  - live: telling the server that runs now.
 *
 * To add a host:	preflight, register (files), add_live
 * To remove one:	unregister (files), take_away (live, and the unmounting)
 *
 * Every function may be called again after it was interrupted.
 */
#ifndef EXPORTS_NFS_SERVER_H
#define EXPORTS_NFS_SERVER_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"
#include "mkdcroot/model/netaddr.h"
#include "mkdcroot/model/settings.h"

#include <stdbool.h>
#include <stddef.h>

/* One host's root.  The strings are the caller's. */
struct nfs_export {
	const char *path; /* /tftpboot/192.168.1.100 */
	const char *
		client; /* as our line names it: the address or the name; see nfs_export_client() */
	struct ip_addr ip;   /* of the host, for its NFSv4 state */
	const char *options; /* without fsid= */
	const char *uuid;    /* fsid, in the usual 8-4-4-4-12 form */
};

/* Where the parts of a server are; tests put their own in. */
struct nfs_server_env {
	const char *exportfs;	    /* program */
	const char *proc_nfsd;	    /* /proc/fs/nfsd */
	const char *etab;	    /* /var/lib/nfs/etab: what is exported now */
	const char *dbus_send;	    /* program */
	const char *ganesha_main;   /* /etc/ganesha/ganesha.conf: has to %include our file */
	const char *run_dir;	    /* for a file that lives as long as a call: /run */
	unsigned int flush_wait_ms; /* between two flushes of the kernel's export cache: 2200 */
};

extern const struct nfs_server_env nfs_server_env_default;

struct nfs_server_ops;

struct nfs_server {
	const struct nfs_server_ops *ops;
	const struct settings *settings; /* not owned */
	const struct nfs_server_env *env;
};

/*
 * Unmount @e's root once, not lazily.  Returns 0 (also when it was not mounted),
 * -EBUSY, or another negative errno, without recording an error.
 */
typedef int nfs_umount_fn(const struct nfs_export *e, void *arg);

/* What is true of one export. */
struct nfs_seen {
	bool in_files;	/* there is a line of ours for its path */
	bool as_wanted; /* and it says just that */
	int exported;	/* by the running server: 1, 0, or negative when that cannot be told */
};

struct nfs_server_ops {
	const char *name;

	/*
	 * Can this server be used as it is?  An error is what makes add senseless; what only should
	 * be said goes to @warnings.  Changes nothing.
	 */
	int (*preflight)(const struct nfs_server *srv, struct strv *warnings, struct error *err);

	/*
	 * Check that @e[0..@n) could be registered once @gone[0..@n_gone) are not there any more,
	 * changing nothing.  All conflicts with hand-written lines are in the message, one a line
	 * (-EEXIST "file:line: ...").
	 */
	int (*check)(const struct nfs_server *srv, const struct nfs_export *gone, size_t n_gone,
		     const struct nfs_export *e, size_t n, struct error *err);

	/* Write the lines of @e[0..@n), durably and in one replacement of the file. */
	int (*add_files)(const struct nfs_server *srv, const struct nfs_export *e, size_t n,
			 struct error *err);

	/* Take the lines for the paths of @e[0..@n) away; those that are not there are no error. */
	int (*remove_files)(const struct nfs_server *srv, const struct nfs_export *e, size_t n,
			    struct error *err);

	/* Tell of each of @e[0..@n) what is true now; every file is read and the server asked once. */
	int (*look)(const struct nfs_server *srv, const struct nfs_export *e, size_t n,
		    struct nfs_seen *seen, struct error *err);

	/* Is there a line of ours for @path?  1, 0, or negative errno. */
	int (*in_files)(const struct nfs_server *srv, const char *path, struct error *err);

	/* Does the server run? */
	bool (*is_running)(const struct nfs_server *srv);

	/*
	 * Let the running server export @e[0..@n), which are in the files.  When it does not run,
	 * success: it reads the files when it starts (ask is_running() to say so).
	 */
	int (*add_live)(const struct nfs_server *srv, const struct nfs_export *e, size_t n,
			struct error *err);

	/*
	 * Take @e[0..@n), which are no longer in the files, from the running server: no new
	 * requests, the clients' NFSv4 state expired, and @umount (may be NULL) called until each
	 * root is free.  -EBUSY names the root that is still in use.
	 */
	int (*take_away)(const struct nfs_server *srv, const struct nfs_export *e, size_t n,
			 nfs_umount_fn *umount, void *arg, struct error *err);

	/* Is @path exported by the running server?  1, 0, or negative errno. */
	int (*is_exported)(const struct nfs_server *srv, const char *path, struct error *err);
};

extern const struct nfs_server_ops nfs_server_kernel;
extern const struct nfs_server_ops nfs_server_ganesha;
extern const struct nfs_server_ops nfs_server_none;

/*
 * The server that @s->nfs_backend names; @s must live as long as @srv.  @env: NULL
 * for the default.  Unknown name: -EINVAL.
 */
int nfs_server_init(struct nfs_server *srv, const struct settings *s,
		    const struct nfs_server_env *env, struct error *err);

/* How our lines name @h's client, by exports_client of its settings: the address or the name.
 * Caller frees. */
char *nfs_export_client(const struct settings *s, const struct host *h);

/* A fresh random UUID (RFC 9562 version 4) for fsid=, from getrandom(2); freed by the caller. */
char *nfs_export_uuid(void);

#endif
