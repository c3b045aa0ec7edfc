/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan: the ordered list of steps that a command will take.  A command checks
 * everything first, builds the plan (pure), prints it (--dry-run) or runs it.
 *
 * Each step knows how to be run and how to be undone; both may be called again
 * after a death half-way, and undo also for a step that was never begun.  The plan
 * is written to the journal before its first step and taken out after its last, so
 * that the next command finds what an interrupted one left: before the commit point
 * everything is undone, behind it the rest is done.
 */
#ifndef MKDCROOT_PLAN_PLAN_H
#define MKDCROOT_PLAN_PLAN_H

#include "mkdcroot/base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct farm;

struct step_type {
	const char *name; /* as in the journal */
	/* Do it.  @args is what plan_add() was given. */
	int (*run)(struct farm *farm, const json_t *args, struct error *err);
	/* Take it back; NULL: nothing to take back. */
	int (*undo)(struct farm *farm, const json_t *args, struct error *err);
};

struct step {
	const struct step_type *type;
	json_t *args; /* an object; owned */
	char *text;   /* for the administrator: "mount the overlay at /tftpboot/192.168.1.100" */
};

struct plan {
	char *title; /* "add aldebaran" */
	struct step *step;
	size_t n;
	size_t commit; /* once this many steps are done, an interrupted plan is completed */
};

/* @fmt: the title. */
void plan_init(struct plan *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void plan_free(struct plan *p);
#define cleanup_plan __attribute__((cleanup(plan_free)))

/*
 * Append a step; the reference of @args is taken.  @fmt: its text.  Steps in a row with the very same
 * object share it in the journal, so that one of many hosts stays small.
 */
void plan_add(struct plan *p, const struct step_type *type, json_t *args, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* From here on an interrupted plan is completed instead of undone. */
void plan_commit_here(struct plan *p);

/* Print it to standard output, as lines or as JSON. */
void plan_print(const struct plan *p, bool json);

/* Called before step @i is run; a test can die in it.  NULL for none. */
typedef void plan_hook(size_t i, const struct step *step, void *arg);

/*
 * Run it; the farm's lock must be held.  When a step fails or a signal comes, what was
 * done is undone (unless the commit point is behind: then the journal stays and the
 * next command completes it) and the error says so.
 */
int plan_run(struct farm *farm, const struct plan *p, plan_hook *hook, void *arg,
	     struct error *err);

/* Complete or take back what the journal holds; 0 when it holds nothing. */
int plan_recover(struct farm *farm, struct error *err);

/* All step types (steps.c), for the journal's reader; ends with NULL. */
extern const struct step_type *const step_types[];

#endif
