/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzes the reading of boots off the wire: the input is frames, each behind its length in two bytes. */
#include "mkdcroot/watch/boot_packets.h"
#include "tests/fuzz/boot_sink.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct boot_packets *p;
	struct boot_sink sink;
	uint64_t now = 1;

	sink_begin(&sink);
	p = boot_packets_new(sink_event, &sink);
	while (size >= 2) {
		size_t len = (size_t)(data[0] << 8 | data[1]);
		uint8_t *frame;

		data += 2;
		size -= 2;
		len = len < size ? len : size;
		/* Of its own, so that reading over its end is seen. */
		frame = malloc(len ? len : 1);
		memcpy(frame, data, len);
		boot_packets_take(p, frame, len, now += 50);
		free(frame);
		data += len;
		size -= len;
	}
	boot_packets_free(p);
	sink_end(&sink);
	return 0;
}
