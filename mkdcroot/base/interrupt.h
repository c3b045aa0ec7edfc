/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * interrupt: SIGINT, SIGTERM and SIGHUP are remembered, not obeyed at once, so that a
 * plan can take back what it began.
 */
#ifndef MKDCROOT_BASE_INTERRUPT_H
#define MKDCROOT_BASE_INTERRUPT_H

/* Remember these signals from now on. */
void interrupt_catch(void);

/* The signal that came last since the start, or 0. */
int interrupt_signal(void);

/* Forget it: what follows (the undoing) is not to stop for it. */
void interrupt_clear(void);

#endif
