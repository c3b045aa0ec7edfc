/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mkdcroot: turn a Linux machine into a server for diskless computers.
 *
 * How data flows:
 *
 *	argv			command.c: one table of options, one of commands
 *	-> cmd_<verb>.c		reads settings and hosts (model/), asks for what is not said
 *	-> plan/xxx_plan.c	checks everything and says the steps; nothing is changed yet
 *	-> plan/plan.c		the executor: lock, journal, run, undo, recover
 *	-> plan/step_xxx.c	the steps, each a few calls of
 *	     root/		clone a source into a stage, prepare it, personalise a host
 *	     overlay/		generation images, overlay mounts
 *	     exports/		exports(5), the NFS servers
 *	     bootptab/		bootptab(5), the boot servers
 *
 *
 * serve runs on: serve/ starts the daemons of a whole farm server, watch/ tells from their lines
 * and from the network how far each host has come.
 *
 * Everything but this file is in libmkdcroot.a, which the tests link too.
 */
#include "mkdcroot/command.h"

int main(int argc, char **argv)
{
	return command_main(argc, argv);
}
