/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Moves the 32-bit body out of the way: from BODY_BASE, where the BIOS-side code put it, to
 * the top of RAM, so that images can be loaded anywhere else.
 *
 * The table that mkrom appends to the body names every 32-bit word that holds an absolute
 * address within the body or its .bss, in ascending order, as distances from the one before
 * (the first: from body_start), one byte each:
 *      0           end of the table
 *      1..254      the next word is that many bytes further
 *      255         254 bytes further, no word there
 */
#ifndef ROM_CORE_RELOCATE_H
#define ROM_CORE_RELOCATE_H

#include <stdint.h>

#define RELOCATE_END  0
#define RELOCATE_SKIP 255
#define RELOCATE_STEP 254

/* Bytes that the body needs at its destination: image, gap and .bss. */
uint32_t relocate_size(void);

/*
 * Copies the body to `dest`, adjusts it and clears its .bss.  Returns what to add to an
 * address in this copy to get the same thing in the other one.
 */
uint32_t relocate_body(uint32_t dest);

#endif
