/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The clock behind platform_ms(): the CPU's time stamp counter, calibrated against the PIT, or the
 * PIT itself on a CPU without one.  It needs no interrupts.  Only the PIT's channel 2 is used,
 * which a BIOS has no use for but the speaker.
 */
#ifndef ROM_CORE_CLOCK_H
#define ROM_CORE_CLOCK_H

/* Starts the clock; takes 9 ms. */
void clock_init(void);

/* Leaves the speaker's gate as it was found. */
void clock_end(void);

#endif
