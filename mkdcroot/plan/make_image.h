/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * make_image: the tagged image of a layer's generation.
 *
 *	kernel of the layer, or --kernel FILE
 *	-> kernel-config/check.h	does it mount an NFS root by itself?
 *	-> overlay/sandbox.h		if not: the layer's own tool makes an initrd that does
 *	-> rom/tools/linux_nbi.h	kernel, initrd and command line to one file
 */
#ifndef MKDCROOT_PLAN_MAKE_IMAGE_H
#define MKDCROOT_PLAN_MAKE_IMAGE_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/model/settings.h"

/*
 * Make the file @output (replaced when it is there) for generation @generation of @layer, which is
 * mounted if need be.  @kernel: a file of the server's, or NULL for the newest kernel in the
 * generation.  What is made on the way lies in the layer's workshop, and is deleted.
 */
int make_image(const struct settings *s, const char *layer, unsigned int generation,
	       const char *kernel, const char *output, struct error *err);

/*
 * Has generation @generation of @layer a kernel?  Looked at only when it is mounted; success
 * otherwise.
 */
int make_image_check_layer(const struct settings *s, const char *layer, unsigned int generation,
			   struct error *err);

/* Can --kernel @kernel mount a root of these settings alone?  Only then it can be used. */
int make_image_check_kernel(const struct settings *s, const char *kernel, struct error *err);

/*
 * Has --kernel @kernel the driver of the card @nic (a host's `nic`)?  A kernel that does not tell
 * is believed.
 */
int make_image_check_card(const struct settings *s, const char *kernel, const char *nic,
			  struct error *err);

#endif
