/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host_jobs: what making jobs shares with comparing the farm with its hosts file. */
#ifndef MKDCROOT_PLAN_HOST_JOBS_H
#define MKDCROOT_PLAN_HOST_JOBS_H

#include "mkdcroot/plan/host_made.h"
#include "mkdcroot/plan/host_plan.h"

/* What is looked up once for hosts that follow one another. */
struct job_maker {
	struct host_jobs *jobs;
	struct farm *farm;
	struct host_made made;
	struct layer_state layer; /* the one looked at last; name NULL: none */
	char *role;		  /* the one found good last */
};

void job_maker_open(struct job_maker *m, struct host_jobs *jobs, struct farm *farm);
void job_maker_close(struct job_maker *m);
#define cleanup_job_maker __attribute__((cleanup(job_maker_close)))

/* A new job at the end, for a copy of @h; valid until the next one. */
struct host_job *job_new(struct job_maker *m, enum host_verb verb, const struct host *h);

/* @problem, which is cleared, becomes one of the problems; @job (may be NULL) says where it comes from. */
void job_problem(struct host_jobs *jobs, const struct host_job *job, struct error *problem);

void job_free(struct host_job *job);

/* What a host that is to be made or changed must fulfil by itself: its role, its network. */
int job_check_host(struct job_maker *m, const struct host *h, struct error *err);

/* A job for the new host @h that asks for all of it, checked as far as it alone is concerned. */
void job_add(struct job_maker *m, const struct host *h, const char *origin);

/* A job to take away the host with @state as it was made; @h: its line, or NULL.  @state is taken. */
void job_remove(struct job_maker *m, struct host_state *state, const struct host *h);

/*
 * With all jobs there: who gets whose address, and whether the servers' files can take all of
 * it.  All problems are in the message.
 */
int jobs_check(struct job_maker *m, struct error *err);

/* The host as @state remembers it; what a state of an older version does not say is taken from @h. */
struct host host_as_made(const struct host_state *state, const struct host *h);

#endif
