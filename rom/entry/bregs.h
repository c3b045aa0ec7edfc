/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The registers of a call into real mode, before and after (rom/core/bios.h makes the calls). */
#ifndef ROM_ENTRY_BREGS_H
#define ROM_ENTRY_BREGS_H

#include <stdint.h>

#define BREGS_CARRY 0x0001u /* in flags */
#define BREGS_ZERO  0x0040u
#define BREGS_IF    0x0200u

struct bregs {
	uint32_t eax;
	uint32_t ebx;
	uint32_t ecx;
	uint32_t edx;
	uint32_t esi;
	uint32_t edi;
	uint32_t ebp;
	uint16_t ds;
	uint16_t es;
	uint16_t flags;
	uint16_t words;	   /* how many of stack[] are pushed before the call, 0..8 */
	uint16_t stack[8]; /* in the order of pushing: the last one is on top */
	uint32_t target;   /* far pointer to call: segment << 16 | offset */
};

#endif
