/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz: a kernel image that may carry a configuration. */
#include "kernel-config/ikconfig.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_str struct str text = STR_INIT;
	cleanup_error struct error err = ERROR_INIT;

	if (ikconfig_is_kernel(data, size))
		ikconfig_extract(data, size, "fuzz", &text, &err);
	else
		ikconfig_unpack(data, size, "fuzz", &text, &err);
	return 0;
}
