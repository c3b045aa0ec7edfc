/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lock: the one lock of a farm, flock(2) on a file of the store. */
#ifndef MKDCROOT_BASE_LOCK_H
#define MKDCROOT_BASE_LOCK_H

#include "mkdcroot/base/error.h"

/*
 * Take the lock @path, waiting at most @seconds for another process to give it
 * up; the waiting is said once through @waiting (may be NULL) with the holder's
 * process id (0 when unknown).  Returns the descriptor, which holds the lock
 * until it is closed, or a negative errno (-ETIMEDOUT names the holder).
 */
int lock_take(const char *path, int seconds, void (*waiting)(int pid), struct error *err);

#endif
