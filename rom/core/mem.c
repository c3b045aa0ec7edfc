/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memcpy() and its kin, by string instructions: small, and fast where it matters (frames, images). */
#include "rom/core/mem.h"

void *memcpy(void *restrict dest, const void *restrict src, size_t len)
{
	void *d = dest;
	size_t dwords = len / 4;

	__asm__ volatile("rep movsl\n\t"
			 "movl %3, %%ecx\n\t"
			 "rep movsb"
			 : "+D"(d), "+S"(src), "+c"(dwords)
			 : "g"(len & 3)
			 : "memory");
	return dest;
}

void *memmove(void *dest, const void *src, size_t len)
{
	uint8_t *d = dest;
	const uint8_t *s = src;

	if ((uintptr_t)dest - (uintptr_t)src >= len)
		return memcpy(dest, src, len);
	while (len--)
		d[len] = s[len];
	return dest;
}

void *memset(void *dest, int byte, size_t len)
{
	void *d = dest;

	__asm__ volatile("rep stosb" : "+D"(d), "+c"(len) : "a"(byte) : "memory");
	return dest;
}

int memcmp(const void *a, const void *b, size_t len)
{
	const uint8_t *x = a;
	const uint8_t *y = b;

	for (; len--; x++, y++) {
		if (*x != *y)
			return *x - *y;
	}
	return 0;
}

size_t strlen(const char *s)
{
	size_t len = 0;

	while (s[len])
		len++;
	return len;
}
