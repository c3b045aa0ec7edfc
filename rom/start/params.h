/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What mknbi tells its start code: the head of the start code's own binary and the
 * parameter block, the second segment of a Linux image.  Shared by the start code
 * (real mode) and by mknbi/disnbi (hosted); every number is little endian.
 *
 *      start segment                          parameter segment
 *      | struct start_head | code | (stack)   | struct start_linux | command line \0 |
 *        `- params: offset of the parameter segment in the start code's own segment
 *
 * Both lie in one real-mode segment: the start code is linked for offset 0.
 */
#ifndef ROM_START_PARAMS_H
#define ROM_START_PARAMS_H

#include <stdint.h>

#define START_MAGIC	   0x4E4B4D53u /* "SMKN" */
#define START_LINUX_MAGIC  0x4C4B4D53u /* "SMKL" */
#define START_DOS_MAGIC	   0x444B4D53u /* "SMKD" */
#define START_ROM_MAGIC	   0x524B4D53u /* "SMKR" */
#define START_PARAMS_ALIGN 16u

/* The longest command line the start code composes, with its NUL; x86 kernels take 2047 characters. */
#define START_LINE_MAX 2304u

/* The first bytes of every start binary (rom/start/entry.S). */
struct start_head {
	uint8_t jump[4];      /* a jump over this structure */
	uint32_t magic;	      /* START_MAGIC */
	uint32_t memory_size; /* bytes from the head to the end of bss and stack */
	uint32_t params;      /* filled in by mknbi: offset of the parameter block from the head */
} __attribute__((packed));

/*
 * Everything the Linux start code needs to know of the kernel; mknbi works it out of the
 * setup header (Documentation/arch/x86/boot.rst).  Addresses are linear.
 */
struct start_linux {
	uint32_t magic;	      /* START_LINUX_MAGIC */
	uint32_t setup;	      /* where the loader puts boot sector and setup; paragraph aligned */
	uint32_t stack;	      /* SP for the setup code: end of its heap, from the start of setup */
	uint32_t low_end;     /* conventional memory is used up to here */
	uint32_t kernel;      /* where the loader puts the kernel proper */
	uint32_t kernel_size; /* bytes */
	uint32_t run_start;   /* the kernel unpacks itself into [run_start, run_end) */
	uint32_t run_end;
	uint32_t initrd;	   /* where the loader puts the initrd */
	uint32_t initrd_size;	   /* bytes; 0: none */
	uint32_t initrd_max;	   /* highest address a byte of the initrd may have */
	uint32_t command_line;	   /* where the composed line goes */
	uint32_t command_line_max; /* characters the kernel takes, without the terminating NUL */
	uint32_t text_size;	   /* bytes of the template that follows, with its NUL */
				   /*
	 * The template: a kernel command line in which the words "ip=rom", "nfsroot=rom[,options]" and
	 * "BOOTIF=rom" are replaced at boot by what the BOOTP reply says (rom/start/cmdline.h).
	 */
} __attribute__((packed));

/* A floppy image as RAM disk. */
struct start_dos {
	uint32_t magic;	     /* START_DOS_MAGIC */
	uint32_t image;	     /* where the loader puts the image */
	uint32_t image_size; /* bytes, a multiple of 512 */
	uint16_t cylinders;
	uint16_t heads;
	uint16_t sectors;    /* of a track */
	uint16_t drive_type; /* as INT 13h AH=08h tells in BL */
} __attribute__((packed));

/* A boot ROM. */
struct start_rom {
	uint32_t magic;	 /* START_ROM_MAGIC */
	uint32_t rom;	 /* where the loader puts it; paragraph aligned */
	uint32_t size;	 /* bytes */
	uint16_t vendor; /* PCI ids of the ROM; 0: not a PCI ROM */
	uint16_t device;
	uint16_t bev; /* bootstrap entry vector of the PnP header; 0: none */
	uint16_t reserved;
} __attribute__((packed));

_Static_assert(sizeof(struct start_head) == 16, "fixed layout");
_Static_assert(sizeof(struct start_linux) == 56, "fixed layout");
_Static_assert(sizeof(struct start_dos) == 20, "fixed layout");
_Static_assert(sizeof(struct start_rom) == 20, "fixed layout");

#endif
