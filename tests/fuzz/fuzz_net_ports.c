/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /proc/net/{udp,tcp}{,6}, and /etc/os-release: whatever stands there, what comes out is a socket that waits. */
#include "mkdcroot/base/mem.h"
#include "mkdcroot/plan/net_ports.h"
#include "mkdcroot/plan/services_table.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct net_ports all = { 0 };
	char *text;

	for (int i = 0; i < 4; i++)
		net_ports_parse(&all, (const char *)data, size, i & 1, i & 2);
	for (size_t i = 0; i < all.n; i++)
		if (!all.port[i].port || all.port[i].owners.n)
			abort();
	net_ports_free(&all);
	text = mem_strndup((const char *)data, size);
	distribution_find(text);
	free(text);
	return 0;
}
