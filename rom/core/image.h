/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The image loader: takes the file as it arrives, in order, and puts each part where
 * it belongs (rom/core/nbi.c).  What kind it is shows in its first bytes:
 *
 *      tagged image    begins with NBI_MAGIC (rom/format/nbi.h)
 *      boot sector     512 bytes ending in 55 AA: to 0x7C00, the rest to 0x10000 up to 0x98000,
 * then from 0x100000 text            the whole file is less than 512 bytes: shown to the user
 *
 *      image_begin(&image);
 *      while (data arrives) image_data(&image, block, len);
 *      image_end(&image);
 *      enter_image(&image, ...);       rom/core/enter.h
 */
#ifndef ROM_CORE_IMAGE_H
#define ROM_CORE_IMAGE_H

#include <stdint.h>
#include "rom/format/nbi.h"

enum image_kind { IMAGE_UNKNOWN, IMAGE_TAGGED, IMAGE_BOOT_SECTOR, IMAGE_TEXT };

struct image {
	/* For enter_image(); valid after image_end() returned 0. */
	enum image_kind kind;
	struct nbi_header header; /* of a tagged image */

	/* The loader's own state (rom/core/nbi.c); nobody else looks at it. */
	uint32_t received;		/* bytes of the file so far */
	uint8_t block[NBI_HEADER_SIZE]; /* the first 512 bytes */
	uint32_t record; /* offset of the current record in block; 0 before the first */
	uint32_t dest;	 /* where the next byte of the segment goes */
	uint32_t left;	 /* bytes of the segment still to come */
	uint32_t start;	 /* of the current segment, for the relative address modes */
	uint32_t end;	 /* of its memory */
};

/* Forgets whatever was in *image. */
void image_begin(struct image *image);

/*
 * The next len bytes of the file (any len, also 0). data is only read, and not kept.
 * Returns 0, or ROM_EFORMAT / ROM_EMEMORY after saying what is wrong with the image;
 * then nothing more may be fed.  Before anything is written, all records are checked:
 * an image of which one record is bad changes no memory.
 */
int image_data(struct image *image, const void *data, uint32_t len);

/*
 * The file is complete. Returns 0 if it can be entered; ROM_EFORMAT after a message if
 * it is too short, of no known kind, or was a text image (which is shown first).
 */
int image_end(struct image *image);

#endif
