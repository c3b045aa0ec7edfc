/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cleanup: what leaves scope is freed or closed, with errno kept.
 * steal_ptr() and steal_fd() hand the value on and disarm the cleanup.
 * close() is never retried: on Linux the descriptor is gone even after EINTR.
 */
#ifndef MKDCROOT_BASE_CLEANUP_H
#define MKDCROOT_BASE_CLEANUP_H

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_freep(void *p)
{
	int saved = errno;

	free(*(void **)p);
	*(void **)p = NULL;
	errno = saved;
}

static inline void cleanup_fdp(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}

static inline void cleanup_filep(FILE **f)
{
	int saved = errno;

	if (*f)
		fclose(*f);
	*f = NULL;
	errno = saved;
}

static inline void cleanup_dirp(DIR **d)
{
	int saved = errno;

	if (*d)
		closedir(*d);
	*d = NULL;
	errno = saved;
}

#define cleanup_free __attribute__((cleanup(cleanup_freep)))
#define cleanup_fd   __attribute__((cleanup(cleanup_fdp)))
#define cleanup_file __attribute__((cleanup(cleanup_filep)))
#define cleanup_dir  __attribute__((cleanup(cleanup_dirp)))

static inline int steal_fd(int *fd)
{
	int value = *fd;

	*fd = -1;
	return value;
}

static inline void *steal_ptr_(void *p)
{
	void *value = *(void **)p;

	*(void **)p = NULL;
	return value;
}

#define steal_ptr(p) ((__typeof__(*(p)))steal_ptr_(p))

#endif
