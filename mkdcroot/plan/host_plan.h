/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host_plan: what has to be done to add, change, repair and remove hosts, any number in one plan:
 *
 *	host_jobs_add(&jobs, &farm, &new, &err);	or _set, _remove, _apply: what is wanted
 *	host_plan(&plan, &farm, &jobs);			the steps
 *
 * Making jobs and plans checks everything and changes nothing.
 */
#ifndef MKDCROOT_PLAN_HOST_PLAN_H
#define MKDCROOT_PLAN_HOST_PLAN_H

#include "mkdcroot/plan/farm.h"
#include "mkdcroot/plan/plan.h"

enum host_verb { HOST_ADD, HOST_CHANGE, HOST_REPAIR, HOST_REMOVE };

/* What has to be done for a host that is there. */
enum host_todo {
	TODO_ROOT = 1 << 0,    /* directories, mount point, link, mount: what is missing */
	TODO_MOVE = 1 << 1,    /* to another address */
	TODO_FILES = 1 << 2,   /* in its root */
	TODO_STATE = 1 << 3,   /* what the store remembers */
	TODO_LINE = 1 << 4,    /* in the hosts file */
	TODO_EXPORTS = 1 << 5, /* in the NFS server's files */
	TODO_BOOT = 1 << 6,    /* in the boot servers' files */
	TODO_LIVE = 1 << 7,    /* in the running NFS server */
};

struct host_job {
	enum host_verb verb;
	unsigned int todo;	 /* enum host_todo */
	struct host host;	 /* as it is to be; of one to be removed, as it was made */
	struct host was;	 /* as it was made; was.name NULL for a new one */
	struct host_state state; /* as it will be */
	char was_made[17];
	struct str why;	       /* for the administrator: "not mounted, role" */
	const char *origin;    /* file that asks for it, for messages, or NULL */
	unsigned int line;     /* of it */
	char *text, *text_was; /* its line in the hosts file, with TODO_LINE of a change */
	bool waiting;	       /* a boot server is not told: it has no MAC */
	bool keep_root;	       /* the mount point that it leaves is another's then */
	bool old_root;	       /* the mount point that it gets was another's before */
};

struct host_jobs {
	struct host_job *v;
	size_t n;
	struct strv orphans; /* hosts in the store without a line, which stay */
	struct str problems; /* all of them, one a line, "file:line: ..." where there is one */
};

void host_jobs_free(struct host_jobs *jobs);
#define cleanup_host_jobs __attribute__((cleanup(host_jobs_free)))

/*
 * Add all of @hosts, which are new to the farm.  Every problem is in the message, one a line; with
 * @say_lines each begins with hosts->path and the host's line.
 */
int host_jobs_add(struct host_jobs *jobs, struct farm *farm, const struct hosts_file *hosts,
		  bool say_lines, struct error *err);

/* Change the host @name by @assignments ("key=value", host_change()). */
int host_jobs_set(struct host_jobs *jobs, struct farm *farm, const char *name,
		  const struct strv *assignments, struct error *err);

/* Remove the hosts @names, each once, with all that they wrote. */
int host_jobs_remove(struct host_jobs *jobs, struct farm *farm, const struct strv *names,
		     struct error *err);

/*
 * Make the farm what its hosts file says: hosts of whom nothing was made are added, others changed and
 * repaired.  With @prune those without a line are removed, otherwise they are the orphans.
 */
int host_jobs_apply(struct host_jobs *jobs, struct farm *farm, bool prune, struct error *err);

/* Append the steps for all @jobs to @p. */
void host_plan(struct plan *p, const struct farm *farm, const struct host_jobs *jobs);

#endif
