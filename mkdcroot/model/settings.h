/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settings: /etc/mkdcroot/mkdcroot.conf, an INI file without sections (or with
 * [mkdcroot]); the keys are those of mkdcroot.conf(5).  One table in settings.c
 * has for each key its type, default, help and whether a host may override it.
 */
#ifndef MKDCROOT_MODEL_SETTINGS_H
#define MKDCROOT_MODEL_SETTINGS_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"
#include "mkdcroot/model/host.h"
#include "mkdcroot/model/netaddr.h"

struct settings {
	char *file;	      /* where they were read from, for messages */
	char *farm;	      /* /tftpboot: mount points and boot images */
	char *store;	      /* /var/lib/mkdcroot: layers, uppers, journal */
	char *hosts;	      /* /etc/mkdcroot/hosts */
	char *profiles;	      /* the administrator's profiles, before the shipped ones */
	char *data;	      /* shipped data: profiles/, nics, roms/ */
	char *exports;	      /* /etc/exports */
	char *exports_client; /* "ip" or "name": how our lines name the client */
	char *export_options; /* rw,sync,no_root_squash,no_subtree_check,mp; fsid= is added */
	char *nfs_backend;    /* kernel, ganesha, none */
	char *ganesha_config; /* the file of ours that ganesha's own configuration %includes */
	char *ganesha_reload; /* auto, dbus, no */
	char *nfs_server;     /* address that hosts are told; empty: found by the route to them */
	char *nfs_options;    /* vers=4,rsize=65536,wsize=65536 */
	char *boot_backends;  /* bootptab (one or several names, space or comma separated) */
	char *bootptab;	      /* /etc/bootptab */
	char *tftp_root;      /* where the TFTP daemon is rooted */
	char *tftp_server;    /* sm, next-server; empty: the NFS server's address */
	char *boot_file;      /* bf: path of the tagged image on the server */
	char *netmask;	      /* sm tag; empty: the server's own on that interface */
	char *gateway;	      /* gw */
	struct strv dns;      /* addresses */
	char *domain;	      /* domain of the hosts, or empty */
	char *users;	      /* none, keep, or a file in passwd/shadow form */
	char *root_hash;      /* crypt(3) hash of root's password, or empty */
	char *root_key;	      /* authorized_keys line(s) or a file with them, or empty */
	struct strv mount;    /* fstab lines to add, repeatable */
	char *hostkey_types;  /* ed25519 ecdsa (rsa only when asked) */
	char *ethers;	      /* /etc/ethers: where a missing MAC is looked up */
	char *debian_mirror;  /* for debian:SUITE; empty: mmdebstrap's own choice */
	char *console;	      /* serial console of the hosts, ttyS0,115200, or empty */
	char *nfs;	      /* NFS version of the root, 3 or 4; empty: as nfs_options says */
	char *group;	      /* group of hosts, for profiles and for the administrator */
	unsigned int package_lock_wait; /* seconds for the server's package manager to end */
	unsigned int keep_generations;
	char *keep_exact; /* auto, yes, no */
	bool loop_direct_io;
};

/* All defaults. */
void settings_init(struct settings *s);
void settings_free(struct settings *s);
#define cleanup_settings __attribute__((cleanup(settings_free)))

/*
 * Read @path over the defaults.  A missing file is success only when @optional.
 * Every unknown key or bad value is an error "file:line: ...".
 */
int settings_read(struct settings *s, const char *path, bool optional, struct error *err);

/* Set one key as a line of the file would. */
int settings_set(struct settings *s, const char *key, const char *value, struct error *err);

/* Can a host override @key (in its line or by --set)? */
bool settings_is_per_host(const char *key);

/* Check @value for @key without keeping it. */
int settings_check(const char *key, const char *value, struct error *err);

/* Append the value of @key as a line of the file would have it (several of a list with ", " between). */
void settings_value(const struct settings *s, const char *key, struct str *out);

/* @out becomes a copy of @s with the host's own settings over it; free it with settings_free(). */
int settings_for_host(struct settings *out, const struct settings *s, const struct host *h,
		      struct error *err);

/* Call @fn for each key: its name, type ("path", "text", "list", "number", "yes/no"), default and
 * help.  For the man page. */
void settings_describe(void (*fn)(const char *key, const char *type, const char *preset,
				  bool per_host, const char *help, void *arg),
		       void *arg);

#endif
