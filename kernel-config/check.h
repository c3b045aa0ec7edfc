/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check: would a kernel of this configuration mount an NFS root on this NIC?
 *
 * Alone it would when the card's driver, NFS, the address by BOOTP or DHCP and NFS roots are
 * built in.  With an initrd it would when they are there as modules, and the kernel takes an
 * initrd.  What a userland misses beside is said as a warning and does not change the verdict.
 */
#ifndef KERNEL_CONFIG_CHECK_H
#define KERNEL_CONFIG_CHECK_H

#include "kernel-config/kconfig.h"
#include "kernel-config/nics.h"
#include "mkdcroot/base/str.h"

enum check_verdict {
	CHECK_ALONE,  /* mounts its root by itself */
	CHECK_INITRD, /* only with an initrd that brings the modules of the result */
	CHECK_NO,     /* not at all */
};

enum check_level {
	CHECK_FATAL,   /* keeps it from an NFS root altogether */
	CHECK_LIMIT,   /* keeps it from an NFS root without initrd */
	CHECK_WARNING, /* the root is mounted, but something on it will not work */
};

struct check_finding {
	enum check_level level;
	char *option; /* the option, without CONFIG_, or alternatives with " or " between */
	char *text;   /* a sentence that begins with the option's name */
};

struct check_result {
	enum check_verdict verdict;
	struct check_finding
		*findings; /* the fatal ones first, then the limits, then the warnings */
	size_t n_findings;
	struct strv modules; /* what the initrd must bring; dependencies are modprobe's business */
	struct strv
		versions; /* of NFS, "3" "4.0" "4.1" "4.2", that it can mount (built in or not) */
};

#define CHECK_RESULT_INIT                               \
	{                                               \
		CHECK_NO, NULL, 0, STRV_INIT, STRV_INIT \
	}

/*
 * Check @k for @nic, or, where @nic is NULL, for all but the card.  Fills the fresh @result,
 * which the caller frees.
 */
void check_kernel(const struct kconfig *k, const struct nic *nic, struct check_result *result);

void check_result_free(struct check_result *result);
#define cleanup_check_result __attribute__((cleanup(check_result_free)))

/* "alone", "initrd", "no"; "fatal", "limit", "warning". */
const char *check_verdict_name(enum check_verdict verdict);
const char *check_level_name(enum check_level level);

#endif
