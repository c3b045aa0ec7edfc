/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mkdcroot/base/now.h"

#include <time.h>

static uint64_t read_clock(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

uint64_t now_realtime_ms(void)
{
	return read_clock(CLOCK_REALTIME);
}

uint64_t now_monotonic_ms(void)
{
	return read_clock(CLOCK_MONOTONIC);
}
