/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trial: boot a host in QEMU through the whole chain, in a throw-away copy of its root.
 *
 *	trial_open()	under the farm's lock: the directory STORE/try/NAME with a lock of its own, the copy
 *			of the host's upper
 *	trial_boot()	a process in network, mount, process, UTS and IPC namespaces of its own makes the
 *			overlay, the wire, the servers and QEMU, and watches; with its end all that is gone
 *	trial_close()	deletes the copy, or keeps it
 *
 * Whoever is killed on the way leaves at most STORE/try/NAME, which trial_sweep() deletes.
 */
#ifndef MKDCROOT_TRY_TRIAL_H
#define MKDCROOT_TRY_TRIAL_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/plan/farm.h"
#include "mkdcroot/try/qemu.h"
#include "mkdcroot/try/trial_net.h"
#include "mkdcroot/try/verdict.h"

#include <stdbool.h>

struct trial_options {
	const struct farm *farm;
	const struct host *host;	/* its MAC is set */
	const struct host_state *state; /* what was made for it */
	const struct settings *own;	/* settings_for_host() */
	struct trial_addresses addresses;
	const char *boot_file; /* the tagged image */
	const char *rom;
	const struct qemu_card *card;
	const char *accel;	 /* see qemu.h */
	const char *boot_server; /* see serve/farm_server.h */
	unsigned int memory_mb;
	unsigned int timeout_s;
	char nfs;	     /* '3' or '4': mount the root by that version; 0: as the image says */
	const char *until;   /* on the console: the host is up */
	int log, screenshot; /* descriptors to write to, or -1; the caller's */
	bool show_console;   /* on standard output, with the keyboard where that is a terminal */
};

/* Without pointers: it lies in memory that two processes share. */
struct trial_result {
	struct trial_facts facts;
	char console[8192]; /* its last lines */
	char screenshot_error[512];
	int status; /* 0, or negative errno: it could not be started; @error says why */
	char error[2048];
};

struct trial {
	const struct trial_options *o;
	char *dir, *upper, *work;
	int lock; /* descriptor, inherited by the process in the namespaces */
};

/* What is only in the mount namespace of the trial: the servers' directory. */
#define TRIAL_SERVERS "/run/mkdcroot"

/*
 * @o must live until trial_close().  The farm is locked.  -EBUSY: another trial of the host runs; -ENOSPC: no
 * room for the copy, in words.
 */
int trial_open(struct trial *t, const struct trial_options *o, struct error *err);

/* 0 when it was booted, however that ended: @r->facts. */
int trial_boot(struct trial *t, struct trial_result *r, struct error *err);

/* @keep: move the copy to STORE/kept/NAME, in place of an earlier one.  Also for one that failed to open. */
int trial_close(struct trial *t, bool keep, struct error *err);

/* Delete what killed trials left.  The farm is locked. */
void trial_sweep(const struct settings *s);

/* The words for the host's kernel beside its image's own (vendor tag 129); the caller frees them. */
char *trial_kernel_words(const struct settings *own, const char *server, const char *root,
			 char nfs);

/* Inside the namespaces, as their first process: everything, until the end of the trial. */
void trial_run(const struct trial *t, struct trial_result *r, int parent);

#endif
