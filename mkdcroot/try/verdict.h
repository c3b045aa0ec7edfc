/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verdict: from what was seen of a trial boot to how long each stage took, or which one failed and what
 * to look at.  Pure: no clock, no files.
 */
#ifndef MKDCROOT_TRY_VERDICT_H
#define MKDCROOT_TRY_VERDICT_H

#include "mkdcroot/watch/boot_watch.h"

#include <stdbool.h>
#include <stdint.h>

/* A stage ends with the first thing that only the next one does. */
enum trial_stage {
	TRIAL_ROM,    /* firmware and boot ROM, until the first BOOTP request */
	TRIAL_BOOTP,  /* until it is answered */
	TRIAL_TFTP,   /* until the tagged image is loaded */
	TRIAL_KERNEL, /* kernel and initrd, until they ask for the root */
	TRIAL_NFS,    /* until the root is mounted and init found in it */
	TRIAL_INIT,   /* until the login prompt */
	TRIAL_STAGES,
};

/* "rom", "bootp", ...: for JSON.  "firmware and ROM", ...: for people. */
const char *trial_stage_name(enum trial_stage stage);
const char *trial_stage_title(enum trial_stage stage);

/* What ended the trial. */
enum trial_end {
	TRIAL_UP,      /* the text that was waited for */
	TRIAL_TIMEOUT, /* the time was over */
	TRIAL_QEMU,    /* QEMU ended by itself; @why says how */
	TRIAL_CONSOLE, /* the console said that nothing more will come; @why is the line */
	TRIAL_TROUBLE, /* the host stays in trouble, which boot_progress names */
	TRIAL_SERVER,  /* one of the servers ended; @why says which */
	TRIAL_INTERRUPTED,
};

/* Times are milliseconds of CLOCK_REALTIME, 0 for what was not seen. */
struct trial_facts {
	uint64_t started_ms, ended_ms;
	struct boot_progress progress;
	uint64_t mount_asked_ms; /* first word to the NFS server */
	uint64_t kernel_ms;	 /* the kernel's first line on the console */
	uint64_t up_ms;
	enum trial_end end;
	char why[1024];
};

struct trial_verdict {
	bool up;
	enum trial_stage failed;	/* unless @up */
	int64_t stage_ms[TRIAL_STAGES]; /* -1: its end was not seen */
	uint64_t total_ms;
	char reason[2048]; /* unless @up: what is wrong */
	const char *hint;  /* what to look at; NULL when @reason says it */
};

void trial_verdict_make(struct trial_verdict *v, const struct trial_facts *f);

#endif
