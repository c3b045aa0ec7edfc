/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qemu: a diskless computer made of QEMU: one network card with a boot ROM, a serial console, nothing else.
 * It runs as nobody, in QEMU's own seccomp sandbox, and is given descriptors instead of paths.
 */
#ifndef MKDCROOT_TRY_QEMU_H
#define MKDCROOT_TRY_QEMU_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"
#include "mkdcroot/model/netaddr.h"

#include <sys/types.h>

#define QEMU_PROGRAM "qemu-system-x86_64"

/* A card of the NIC table that QEMU emulates. */
struct qemu_card {
	const char *nic;    /* name in the NIC table, and of its ROM: NIC.rom */
	const char *device; /* QEMU's name */
};

/* The card called @nic in the NIC table.  NULL with -EOPNOTSUPP naming those that QEMU can emulate. */
const struct qemu_card *qemu_card_find(const char *nic, struct error *err);

struct qemu_options {
	const struct qemu_card *card;
	struct mac_addr mac;
	unsigned int memory_mb;
	const char *accel; /* "tcg" or "kvm" */
	int tap;	   /* of the card: a descriptor of /dev/net/tun */
	int rom;	   /* the ROM's file; never closed by this module */
	int screenshot;	   /* opened write-only; -1: no VGA card */
};

struct qemu {
	pid_t pid;   /* 0: not running */
	int console; /* what the host writes to its serial port, and reads from it */
	int errors;  /* QEMU's own complaints */
	int monitor; /* QMP */
};

#define QEMU_INIT                                          \
	{                                                  \
		.console = -1, .errors = -1, .monitor = -1 \
	}

/* QEMU's arguments, for qemu_start() and for who wants to see them. */
void qemu_arguments(const struct qemu_options *o, struct strv *argv);

/* Start it.  Its descriptors are non-blocking. */
int qemu_start(struct qemu *q, const struct qemu_options *o, struct error *err);

/*
 * Write what the screen shows as PNG to qemu_options.screenshot; waits up to ten seconds.  -EPROTO with
 * QEMU's reason.
 */
int qemu_screenshot(struct qemu *q, struct error *err);

/* Has it ended?  Then how, in words that the caller frees; NULL while it runs. */
char *qemu_has_ended(struct qemu *q);

/* End it (TERM, after 5 s KILL), wait, close the descriptors.  Fine when it does not run. */
void qemu_stop(struct qemu *q);

#endif
