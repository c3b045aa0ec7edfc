/* SPDX-License-Identifier: GPL-2.0-or-later */
/* now: the time in milliseconds, clock_gettime(2). */
#ifndef MKDCROOT_BASE_NOW_H
#define MKDCROOT_BASE_NOW_H

#include <stdint.h>

/* Since 1970, as logs and frames are dated. */
uint64_t now_realtime_ms(void);

/* Of a clock that nobody sets: for how long something takes. */
uint64_t now_monotonic_ms(void);

#endif
