/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot_event: what is copied out of the network or a log becomes one printable line. */
#include "mkdcroot/watch/boot_event.h"

void boot_event_copy(char *to, size_t size, const char *bytes, size_t len)
{
	size_t n = 0;

	for (; n + 1 < size && n < len && bytes[n]; n++)
		to[n] = bytes[n] < 0x20 || bytes[n] > 0x7e ? '?' : bytes[n];
	to[n] = '\0';
}
