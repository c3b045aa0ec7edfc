/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzes what the start code makes of a BOOTP reply: rom/start/bootp.c, cmdline.c. */
#include <stdlib.h>
#include <string.h>

#include "rom/start/cmdline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bootp_info info;
	char line[600], whole[4096];
	size_t len;

	bootp_parse(data, size, &info);
	len = cmdline_compose("nfsroot=rom,vers=4 ip=rom BOOTIF=rom", &info, line, sizeof(line));
	if (strlen(line) != (len < sizeof(line) ? len : sizeof(line) - 1))
		abort();
	/* The network may choose the words' values and tag 129, but nothing begins a word before that. */
	if (cmdline_compose("nfsroot=rom,vers=4 ip=rom BOOTIF=rom", &info, whole, sizeof(whole)) >=
	    sizeof(whole))
		abort();
	whole[strlen(whole) - strlen(info.append)] = '\0';
	for (char *c = whole, n = 0; *c; c++)
		if ((unsigned char)*c < ' ' || (*c == ' ' && ++n > 3))
			abort();
	cmdline_mem(line);
	cmdline_vga(line);
	return 0;
}
