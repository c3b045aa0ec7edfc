/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * daemon: one program that runs on as our child, in a process group and a daemon_view of its
 * own; it dies with us (PR_SET_PDEATHSIG, which a program that changes its user loses: who
 * must be sure also runs in a process namespace).  What it writes comes as lines.
 */
#ifndef MKDCROOT_SERVE_DAEMON_H
#define MKDCROOT_SERVE_DAEMON_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/serve/daemon_view.h"

#include <sys/types.h>

struct daemon_spec {
	const char *name;    /* as it is called in lines and errors */
	const char *package; /* that brings the program, for the error */
	const char *const
		*argv; /* NULL-terminated; argv[0] is looked up in PATH, /usr/sbin and /sbin */
	const char *const
		*env; /* "NAME=value" added to the environment, NULL-terminated, or NULL */
	int input;    /* its standard input, or -1 for nothing */
	const struct daemon_view *view;
};

struct daemon;

/* @line has no newline, and no control characters: text of clients gets into logs. */
typedef void daemon_line_fn(const char *name, const char *line, void *arg);

/* The full path of @program, freed by the caller, or NULL when it is not installed. */
char *daemon_program(const char *program);

/* -ENOENT names the package. */
int daemon_start(struct daemon **out, const struct daemon_spec *spec, struct error *err);

/* Its process id in the namespace of /proc. */
pid_t daemon_proc_id(const struct daemon *d);

/* Two descriptors to poll for input: what it writes (-1 at its end), and its end. */
void daemon_fds(const struct daemon *d, int fds[2]);

/* Hand on what it has written.  -ECHILD once it has ended, with how and its last words. */
int daemon_read(struct daemon *d, daemon_line_fn *on_line, void *arg, struct error *err);

/* A line that it said elsewhere (syslog), for its last words. */
void daemon_note(struct daemon *d, const char *line);

int daemon_signal(const struct daemon *d, int number, struct error *err);

/* TERM to its process group; after five seconds KILL; wait for it; free it.  NULL is fine. */
void daemon_stop(struct daemon *d);

/* Make @line fit for a log: control characters become '?'. */
void daemon_clean_line(char *line);

#endif
