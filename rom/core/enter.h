/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Giving the machine to a loaded image. */
#ifndef ROM_CORE_ENTER_H
#define ROM_CORE_ENTER_H

#include <stdint.h>
#include "rom/core/image.h"

/*
 * Puts the low parts of the image in place and enters it.  `reply` is the saved BOOTP
 * reply.  The card must be closed.  Returns if the image does, which only a
 * tagged image with NBI_FLAG_RETURNS may; returns its EAX.
 */
uint32_t enter_image(const struct image *image, const void *reply, uint32_t reply_len);

#endif
