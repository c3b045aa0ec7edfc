/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which memory an image may be loaded into, from the BIOS's map (INT 15h E820h, then
 * E801h, then 88h), and the writing itself.  Hosted tests replace these functions.
 *
 * Nothing below 640 KB is touched before the image is complete: memmap_write() keeps
 * such data in a shadow copy, and the last step before entering the image (core/enter.c)
 * puts it in place.  A load that fails leaves the BIOS's memory as it was,
 * and PXE firmware in use by the undi driver is not overwritten while it is needed.
 */
#ifndef ROM_CORE_MEMMAP_H
#define ROM_CORE_MEMMAP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * True if all of [start, start + size) is usable RAM below 4 GB which neither the BIOS
 * (vectors, data area, EBDA, reserved ranges) nor this loader occupies.  size 0 is
 * true when start itself would do.  A range that wraps is false.  (What the proposal for tagged
 * images forbids beyond that is image code's business: rom/format/nbi.h.)
 */
bool memmap_usable(uint32_t start, uint32_t size);

/*
 * First address after the memory an image may use: "the end of memory" of
 * NBI_ADDRESS_FROM_END.  It is the start of this loader, at the top of RAM below 4 GB.
 */
uint32_t memmap_end(void);

/* Copies len bytes to physical address dest. The caller has asked memmap_usable() for the range. */
void memmap_write(uint32_t dest, const void *src, uint32_t len);

/* What follows is between the core's own files; hosted tests have no need of it. */

/* The shadow of everything below this is kept until the image is entered. */
#define MEMMAP_LOW_END 0xA0000u

/* Asks the BIOS for its map. Changes nothing. */
void memmap_read(void);

/*
 * Start of the highest piece of RAM between 1 MB and 4 GB with room for size bytes,
 * page-aligned, or 0.
 */
uint32_t memmap_find(uint32_t size);

/*
 * Says that the loader now lives in [start, start + size) and that it may use the MEMMAP_LOW_END bytes
 * from start on as shadow of low memory.
 */
void memmap_reserve(uint32_t start, uint32_t size);

/* First address behind everything memmap_write() keeps back, 0 if there is nothing. */
uint32_t memmap_low_end(void);

/* Puts what memmap_write() kept back in its place below 640 KB. */
void memmap_commit(void);

#endif
