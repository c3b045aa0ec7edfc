/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of the DOS start code that stays in memory: a floppy drive 0 that is really an image in
 * extended memory, and a memory map without that image (rom/start/resident.S).
 */
#ifndef ROM_START_RESIDENT_H
#define ROM_START_RESIDENT_H

#include <stdint.h>

#define RESIDENT_MAP_MAX 32

/* An entry of the map INT 15h E820h gives. */
struct resident_map {
	uint32_t base, base_high;
	uint32_t length, length_high;
	uint32_t type; /* 1: RAM, 2: reserved */
} __attribute__((packed));

/* Begins the resident code; resident.S knows the offsets. */
struct resident {
	uint32_t old13; /* interrupt vectors as they were */
	uint32_t old15;
	uint32_t image; /* linear address */
	uint32_t total; /* sectors */
	uint16_t cylinders;
	uint16_t heads;
	uint16_t sectors; /* of a track */
	uint8_t type;	  /* of drive, INT 13h AH=08h */
	uint8_t status;	  /* of the last operation */
	uint16_t entry13; /* offsets of the interrupt handlers */
	uint16_t entry15;
	uint16_t e801_low;  /* KB from 1 MB to 16 MB */
	uint16_t e801_high; /* blocks of 64 KB from 16 MB on */
	uint16_t k88;	    /* KB from 1 MB on, as far as 16 bits tell */
	uint16_t map_n;
	struct resident_map map[RESIDENT_MAP_MAX];
};

_Static_assert(sizeof(struct resident) == 36 + 20 * RESIDENT_MAP_MAX, "resident.S");

/* In the start code's segment; copied to the top of conventional memory. */
extern struct resident resident;
extern const uint16_t resident_size; /* bytes of it with its code */

#endif
