/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz: a kernel's configuration as text, and the verdict on what it says. */
#include "kernel-config/check.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_check_result struct check_result r = CHECK_RESULT_INIT;
	cleanup_kconfig struct kconfig k = KCONFIG_INIT;
	cleanup_error struct error err = ERROR_INIT;

	if (kconfig_parse(&k, (const char *)data, size, "fuzz", &err) == 0)
		check_kernel(&k, NULL, &r);
	return 0;
}
