/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzes the reading of daemons' logs: the input is a log, whose lines name their daemon or are dnsmasq's. */
#include "mkdcroot/watch/boot_log.h"
#include "tests/fuzz/boot_sink.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct boot_log *log = boot_log_new();
	struct boot_sink sink;
	char line[2000];

	sink_begin(&sink);
	while (size) {
		const uint8_t *end = memchr(data, '\n', size);
		size_t len = end ? (size_t)(end - data) : size;
		size_t kept = len < sizeof(line) ? len : sizeof(line) - 1;
		struct boot_event e;

		memcpy(line, data, kept);
		line[kept] = '\0';
		if (boot_log_take(log, NULL, line, 0, &e))
			sink_event(&e, &sink);
		if (boot_log_take(log, "dnsmasq", line, 1000, &e))
			sink_event(&e, &sink);
		data += len + (end != NULL);
		size -= len + (end != NULL);
	}
	sink_end(&sink);
	boot_log_free(log);
	return 0;
}
