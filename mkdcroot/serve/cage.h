/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cage: run a function in a mount and a process namespace of its own, so that all that it
 * mounts and all that it starts ends with it, and with us, even by SIGKILL:
 *
 *	we, waiting			die: the first process is killed (PR_SET_PDEATHSIG)
 *	  the namespaces' first process	dies: the kernel kills all others in it
 *	    a process that runs the function, and its children
 *
 * The machine's mounts are seen, later ones too as far as they propagate; what is mounted inside is
 * not seen outside.
 */
#ifndef MKDCROOT_SERVE_CAGE_H
#define MKDCROOT_SERVE_CAGE_H

#include "mkdcroot/base/error.h"

/*
 * Run @inside(@arg), which returns 0 or a negative errno, and wait.  @outer is a descriptor of the mount namespace
 * outside, to be used by cage_bring_mount(); signals to end (interrupt.h) reach it.
 * Returns what @inside did, with its error; -ECHILD when it was killed.
 */
int cage_run(int (*inside)(int outer, void *arg, struct error *err), void *arg, struct error *err);

/*
 * In the cage: a mount that stands at @path outside and not inside (it was made later, where mounts do not
 * propagate) is brought in.  1: done; 0: none is there outside; or negative errno.
 */
int cage_bring_mount(int outer, const char *path, struct error *err);

#endif
