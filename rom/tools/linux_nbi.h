/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes a tagged image of a Linux kernel and its initrds.
 *
 *      kernel --linux_image_parse()--> linux_image --linux_layout_make()--> linux_layout
 *                                                             `--> records and parameter block
 *
 * Everything is checked before the output is begun.
 */
#ifndef ROM_TOOLS_LINUX_NBI_H
#define ROM_TOOLS_LINUX_NBI_H

#include <stddef.h>
#include <stdint.h>

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"
#include "rom/tools/linux_image.h"

/* Where everything goes; linear addresses. */
struct linux_layout {
	uint32_t header;   /* the image's first 512 bytes */
	uint32_t start;	   /* start code */
	uint32_t params;   /* parameter block */
	uint32_t setup;	   /* boot sector and setup */
	uint32_t heap_end; /* end of the setup's heap and stack, from its start */
	uint32_t command_line;
	uint32_t low_end; /* conventional memory is used up to here */
	uint32_t kernel;
	uint32_t initrd;
};

/*
 * start_memory, params_size: bytes the start code and the parameter block take in memory.
 * -EFBIG in words, with name, when the initrd cannot be in memory together with this kernel, or the
 * setup part or the parameters do not fit.
 */
int linux_layout_make(const struct linux_image *image, uint32_t start_memory, uint32_t params_size,
		      uint64_t initrd_size, const char *name, struct linux_layout *layout,
		      struct error *err);

/* What to make. Texts that are NULL are not given; see mknbi(1) for their meaning. */
struct linux_nbi {
	const char *kernel;	    /* file name */
	const char *const *initrds; /* file names, concatenated in this order */
	size_t n_initrds;
	const char *output;  /* file name, or "-" */
	const char *param;   /* --param */
	const char *append;  /* --append */
	const char *rootdir; /* --rootdir */
	const char *ipaddrs; /* --ipaddrs */
};

/* The command line's template (rom/start/cmdline.h), from the options.  -EINVAL for a wrong one. */
int linux_nbi_template(const struct linux_nbi *job, struct str *text, struct error *err);

int linux_nbi_make(const struct linux_nbi *job, struct error *err);

#endif
