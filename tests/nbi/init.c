/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The init of a test initrd: says the sum (tests/nbi/sum.c) of the file /data and its size, and switches the machine
 * off.  Without a C library and by the i386 calls, so that one program does for 32-bit and 64-bit kernels.
 */
#include <stdint.h>

void _start(void);

enum { SYS_READ = 3, SYS_WRITE = 4, SYS_OPEN = 5, SYS_REBOOT = 88 };

#define REBOOT_MAGIC1 0xFEE1DEADu
#define REBOOT_MAGIC2 672274793u
#define POWER_OFF     0x4321FEDCu
#define RESTART	      0x01234567u

static long call(long number, uintptr_t a, uintptr_t b, uintptr_t c)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(number), "b"(a), "c"(b), "d"(c)
			 : "memory");
	return result;
}

static char *hex(char *to, uint32_t n)
{
	*to++ = '0';
	*to++ = 'x';
	for (int shift = 28; shift >= 0; shift -= 4)
		*to++ = "0123456789ABCDEF"[n >> shift & 15];
	return to;
}

void _start(void)
{
	static unsigned char buffer[65536];
	static char line[] = "init: /data 0x00000000 0x00000000\n";
	uint32_t sum = 0, size = 0;
	long fd = call(SYS_OPEN, (uintptr_t) "/data", 0, 0), n;

	while ((n = call(SYS_READ, (uintptr_t)fd, (uintptr_t)buffer, sizeof(buffer))) > 0) {
		for (long i = 0; i < n; i++)
			sum = sum * 31 + buffer[i];
		size += (uint32_t)n;
	}
	hex(line + 12, size);
	hex(line + 23, sum);
	call(SYS_WRITE, 1, (uintptr_t)line, sizeof(line) - 1);
	call(SYS_REBOOT, REBOOT_MAGIC1, REBOOT_MAGIC2, POWER_OFF);
	call(SYS_REBOOT, REBOOT_MAGIC1, REBOOT_MAGIC2, RESTART);
	for (;;)
		;
}
