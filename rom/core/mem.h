/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The few functions of <string.h> the ROM has (rom/core/mem.c): same names, same meaning.
 * Declared here because a freestanding 32-bit compiler has no libc headers.
 */
#ifndef ROM_CORE_MEM_H
#define ROM_CORE_MEM_H

#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict dest, const void *restrict src, size_t len);
void *memmove(void *dest, const void *src, size_t len);
void *memset(void *dest, int byte, size_t len);
int memcmp(const void *a, const void *b, size_t len);
size_t strlen(const char *s);

/* Network byte order; x86 and every hosted test machine are little endian. */
static inline uint16_t swap16(uint16_t v)
{
	return __builtin_bswap16(v);
}
static inline uint32_t swap32(uint32_t v)
{
	return __builtin_bswap32(v);
}
#define htons(v) swap16(v)
#define ntohs(v) swap16(v)
#define htonl(v) swap32(v)
#define ntohl(v) swap32(v)

#endif
