/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verdict: see the header. */
#include "mkdcroot/try/verdict.h"

#include <stdio.h>
#include <string.h>

static const struct stage {
	const char *name, *title;
	const char *lacks; /* what did not come, when it failed */
	const char *hint;
} stages[TRIAL_STAGES] = {
	[TRIAL_ROM] = { "rom", "firmware and ROM", "the boot ROM sent no BOOTP request",
			"is the ROM one for this card (romcheck FILE says for which), and "
			"undamaged "
			"(make rom NIC=...)?" },
	[TRIAL_BOOTP] = { "bootp", "BOOTP", "the BOOTP request was not answered",
			  "is the host's MAC the one in the hosts file?" },
	[TRIAL_TFTP] = { "tftp", "TFTP", "the tagged image was not loaded",
			 "can the TFTP daemon, which is no root, read the image, and is it whole "
			 "(mkdcroot image NAME makes it again)?" },
	[TRIAL_KERNEL] = { "kernel", "kernel",
			   "the kernel was loaded, but did not ask for its root",
			   "does the kernel drive the card (mkdcroot kernel-check --nic NIC FILE)? "
			   "Its words are on the console" },
	[TRIAL_NFS] = { "nfs", "NFS root", "the root was asked for, but not mounted",
			"does the NFS version fit the server (nfs, nfs_options)? The kernel's "
			"words are on the console" },
	[TRIAL_INIT] = { "init", "init to login", "the root was mounted, but no login came",
			 "is /sbin/init there and executable, does a unit fail or wait? "
			 "systemd's words are on the console" },
};

const char *trial_stage_name(enum trial_stage stage)
{
	return stages[stage].name;
}

const char *trial_stage_title(enum trial_stage stage)
{
	return stages[stage].title;
}

static void find_ends(uint64_t *end, const struct trial_facts *f)
{
	const uint64_t *reached = f->progress.reached_ms;

	end[TRIAL_ROM] = reached[STAGE_ASKED];
	end[TRIAL_BOOTP] = reached[STAGE_ANSWERED];
	end[TRIAL_TFTP] = reached[STAGE_LOADED] ?: f->kernel_ms;
	end[TRIAL_KERNEL] = f->mount_asked_ms ?: reached[STAGE_MOUNTED];
	end[TRIAL_NFS] = reached[STAGE_INIT] ?: reached[STAGE_MOUNTED];
	end[TRIAL_INIT] = f->up_ms;
}

/* The stage behind the last one that ended. */
static enum trial_stage find_failed(const uint64_t *end)
{
	int stage = TRIAL_STAGES;

	while (stage > 0 && !end[stage - 1])
		stage--;
	return stage < TRIAL_STAGES ? (enum trial_stage)stage : TRIAL_INIT;
}

static void find_times(struct trial_verdict *v, const uint64_t *end, uint64_t started)
{
	uint64_t last = started;

	for (int i = 0; i < TRIAL_STAGES; i++) {
		v->stage_ms[i] = -1;
		if (!end[i])
			continue;
		/* Two sources' clocks may differ by a little. */
		v->stage_ms[i] = end[i] > last ? (int64_t)(end[i] - last) : 0;
		last = end[i] > last ? end[i] : last;
	}
}

static void find_reason(struct trial_verdict *v, const struct trial_facts *f)
{
	const struct stage *s = &stages[v->failed];
	const char *trouble = f->progress.trouble_text;
	unsigned long long seconds = (f->ended_ms - f->started_ms) / 1000;

	v->hint = s->hint;
	switch (f->end) {
	case TRIAL_UP:
		break;
	case TRIAL_INTERRUPTED:
		snprintf(v->reason, sizeof(v->reason), "interrupted after %llu s", seconds);
		v->hint = NULL;
		return;
	case TRIAL_TIMEOUT:
	case TRIAL_TROUBLE:
		if (*trouble)
			v->hint = NULL;
		snprintf(v->reason, sizeof(v->reason), "%s within %llu s%s%s", s->lacks, seconds,
			 *trouble ? ": " : "", trouble);
		return;
	case TRIAL_QEMU:
	case TRIAL_SERVER:
	case TRIAL_CONSOLE:
		snprintf(v->reason, sizeof(v->reason), "%s: %s%s%s", s->lacks, f->why,
			 *trouble ? "; " : "", trouble);
		return;
	}
}

void trial_verdict_make(struct trial_verdict *v, const struct trial_facts *f)
{
	uint64_t end[TRIAL_STAGES];

	*v = (struct trial_verdict){ .up = f->end == TRIAL_UP };
	find_ends(end, f);
	v->failed = find_failed(end);
	v->total_ms = f->ended_ms - f->started_ms;
	find_times(v, end, f->started_ms);
	find_reason(v, f);
}
