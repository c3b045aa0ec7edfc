/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz: the NIC table. */
#include "kernel-config/nics.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_nic_table struct nic_table t = NIC_TABLE_INIT;
	cleanup_error struct error err = ERROR_INIT;

	if (nic_table_parse(&t, (const char *)data, size, "fuzz", &err) == 0)
		nic_table_find(&t, "10ec:8139");
	return 0;
}
