/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sum FILE [OFFSET]: the sum that tests/nbi/payload.c and init.c make, of the file from OFFSET on, as 0x… */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	FILE *f = argc > 1 ? fopen(argv[1], "rb") : NULL;
	uint32_t sum = 0;
	int c;

	if (!f || fseek(f, argc > 2 ? atol(argv[2]) : 0, SEEK_SET)) {
		perror(argc > 1 ? argv[1] : "sum");
		return 1;
	}
	while ((c = getc_unlocked(f)) != EOF)
		sum = sum * 31 + (uint8_t)c;
	printf("0x%08X\n", sum);
	return 0;
}
