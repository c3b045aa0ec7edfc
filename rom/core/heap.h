/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * There is no heap: everything is a static object.  Memory is flat and not paged,
 * so an object's address is what a DMA engine needs; it is below 4 GB, and it
 * costs no ROM bytes (.bss), only RAM: up to ROM_BSS_MAX bytes for all of a ROM.
 *
 *      static struct rings rings DMA_ALIGNED(256);
 *      outl(dma_address(&rings), io + RX_BASE);
 */
#ifndef ROM_CORE_HEAP_H
#define ROM_CORE_HEAP_H

#include <stdint.h>

/* What .bss of one ROM may take; the linker script enforces it. */
#define ROM_BSS_MAX (192 * 1024)

/* alignment: a power of two, up to 4096. */
#define DMA_ALIGNED(alignment) __attribute__((aligned(alignment)))

static inline uint32_t dma_address(const volatile void *object)
{
	return (uint32_t)(uintptr_t)object;
}

#endif
