/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * command: what the command line offers.  One table of options, one of commands
 * (commands.c); parsing, help, completion and man page go by them.
 */
#ifndef MKDCROOT_COMMAND_H
#define MKDCROOT_COMMAND_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"

#include <stdbool.h>

/* Exit statuses, mkdcroot(8). */
enum {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_PARTLY = 3, /* what was not done is named */
};

/* What stood on the command line. */
struct options {
	char *config;
	bool dry_run, json, quiet, verbose, yes, help, all, prune, services, print_services;
	char *layer, *role, *nic, *mac, *source, *profile, *file, *kernel, *from, *format;
	char *interface, *log, *boot_server, *nfs_server;
	bool no_packets, from_start, once, despite_dhcp, print;
	struct strv set; /* key=value, in order */
	struct strv
		texts; /* name=value of every option with a text, in order: see option_values() */
	struct strv args; /* what is no option, the command's own name not among it */
};

/* Append to @out each value that the option @name was given; for options that one command takes several times. */
void option_values(const struct options *o, const char *name, struct strv *out);

struct command {
	const char *name;
	const char *args; /* for the usage line: "NAME IP [MAC]" */
	const char
		*options; /* names of its own options, blank-separated; the global ones always go */
	const char *summary;	/* one line */
	const char *help;	/* paragraphs */
	int min_args, max_args; /* max -1: any number */
	/* Returns an exit status; on EXIT_FAILED and EXIT_USAGE @err has the reason. */
	int (*run)(const struct options *o, struct error *err);
};

/* All commands; ends with a NULL name. */
extern const struct command commands[];

/* The whole of the program behind main(): parse, run, print the error.  Returns the exit status. */
int command_main(int argc, char **argv);

#endif
