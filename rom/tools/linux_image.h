/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks at a Linux kernel for x86 (zImage, bzImage) and says what its boot protocol says
 * (Documentation/arch/x86/boot.rst).  Protocols from 2.00 on (Linux 1.3.73, 1996).
 */
#ifndef ROM_TOOLS_LINUX_IMAGE_H
#define ROM_TOOLS_LINUX_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mkdcroot/base/error.h"

/* This many first bytes of the file hold all that is looked at: boot sector and 64 sectors of setup. */
#define LINUX_IMAGE_HEAD (65u * 512u)

/* Offsets in the setup header that mknbi writes to. */
enum linux_setup_offset {
	LINUX_AT_CMDLINE_MAGIC = 0x20, /* before 2.02: 0xA33F, and the line's offset at 0x22 */
	LINUX_AT_CMDLINE_OFFSET = 0x22,
	LINUX_AT_LOADER = 0x210,
	LINUX_AT_LOADFLAGS = 0x211,
	LINUX_AT_RAMDISK_SIZE = 0x21C,
	LINUX_AT_HEAP_END = 0x224,
	LINUX_AT_CMDLINE = 0x228,
	LINUX_SETUP_HEADER_END = 0x264
};

struct linux_image {
	unsigned protocol;    /* 0x20F for 2.15 */
	bool big;	      /* bzImage: the kernel proper goes to 1 MB */
	bool is_64;	      /* has a 64-bit entry point (told from protocol 2.12 on) */
	bool relocatable;     /* (from 2.05 on) */
	uint32_t setup_size;  /* bytes of boot sector and setup; the kernel proper follows */
	uint32_t kernel_size; /* bytes of the kernel proper */
	uint32_t initrd_max;  /* highest address for a byte of the initrd */
	uint32_t cmdline_max; /* characters of command line, without NUL */
	uint32_t run_start;   /* it unpacks itself into [run_start, run_end) */
	uint32_t run_end;
	char version[128]; /* "6.1.0-… (…) #1 …", or "" */
};

/*
 * Reads the first head_len bytes (LINUX_IMAGE_HEAD, or all of a smaller file) of a file of file_size
 * bytes called name.  Returns 0 and fills *image; -ENOEXEC with words if it is not a kernel that can be
 * booted this way, -EBADMSG if it is one but damaged or cut off.
 */
int linux_image_parse(const uint8_t *head, size_t head_len, uint64_t file_size, const char *name,
		      struct linux_image *image, struct error *err);

#endif
