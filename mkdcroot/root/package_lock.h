/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * package_lock: keep the package managers of the running server from working while it
 * is copied, so that no half-installed package gets into the copy.
 */
#ifndef MKDCROOT_ROOT_PACKAGE_LOCK_H
#define MKDCROOT_ROOT_PACKAGE_LOCK_H

#include "mkdcroot/base/error.h"

#include <stddef.h>

#define PACKAGE_LOCK_MAX 8

struct package_lock {
	int fd[PACKAGE_LOCK_MAX];
	size_t n;
};

/*
 * Take the lock of every package manager that the system below @root ("" for the server) has, waiting for
 * at most @seconds in all.  Who is waited for is said once.  -ETIMEDOUT names the lock and,
 * where the kernel tells, its holder.  No file is made or changed.
 */
int package_lock_take(struct package_lock *lock, const char *root, unsigned int seconds,
		      struct error *err);

/* Give them back. */
void package_lock_release(struct package_lock *lock);
#define cleanup_package_lock __attribute__((cleanup(package_lock_release)))

#endif
