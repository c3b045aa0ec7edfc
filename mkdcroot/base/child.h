/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * child: run a program, never through a shell.  The child's process group is
 * its own; it dies with us (PR_SET_PDEATHSIG).
 */
#ifndef MKDCROOT_BASE_CHILD_H
#define MKDCROOT_BASE_CHILD_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"

struct child {
	const char *const *argv; /* NULL-terminated; argv[0] is looked up in PATH */
	const char *const
		*env;	    /* "NAME=value" added to the environment, NULL-terminated, or NULL */
	const char *input;  /* what the child reads on standard input, or NULL for nothing */
	struct str *output; /* gets standard output; NULL: thrown away */
	/* Called for each piece of standard output as it comes, instead of @output; or NULL. */
	void (*on_output)(const char *bytes, size_t len, void *arg);
	void *arg;
	/* Called up to four times a second while the child runs; or NULL. */
	void (*on_tick)(void *arg);
	/* As on_tick; negative errno (with @err) ends the child, and is what child_run() returns. */
	int (*check)(void *arg, struct error *err);
	void *tick_arg;
	/* Run in the child before exec (namespaces, mounts); 0 or -errno; or NULL. */
	int (*setup)(void *arg);
	void *setup_arg;
	int *exit_status; /* gets the status that it exited with, -1 for any other end; or NULL */
};

/*
 * Run and wait.  Returns 0 when it exits with status 0; otherwise -ECHILD with
 * "run rsync: exit status 23: <last lines of its standard error>" (or "killed by
 * signal 9"), or -errno when it could not be started (-ENOENT names the program).
 */
int child_run(const struct child *c, struct error *err);

/* The same for the usual case: @argv only, output thrown away. */
int child_run_argv(const char *const *argv, struct error *err);

/* Is @program in PATH (or, with a slash, executable)? */
int child_exists(const char *program);

#endif
