/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lkrn prefix: makes a ROM image look like a Linux kernel (zImage, boot protocol
 * 2.03), so that GRUB, LILO, SYSLINUX or `qemu -kernel` can start the net loader.
 * The "setup" is one sector after the boot sector; the "kernel" is the ROM image, which
 * the boot loader puts at 1000:0000, where we want it.
 */
#include "rom/format/optionrom_asm.h"

#define ROM_SEGMENT 0x1000

	.code16
	.text
	.globl	_start
_start:
	/* As a boot sector it only says that it is none. */
	ljmp	$0x07C0, $1f
1:	movw	%cs, %ax
	movw	%ax, %ds
	movw	$not_bootable, %si
2:	lodsb
	testb	%al, %al
	jz	3f
	movw	$7, %bx
	movb	$0x0E, %ah
	int	$0x10
	jmp	2b
3:	int	$0x18
	jmp	3b
not_bootable:
	.asciz	"This is a kernel image; use the .dsk form for a floppy.\r\n"

	.org	_start + 0x1F1
	.byte	1			/* setup sectors */
	.word	0			/* root flags */
	.long	0x1000			/* of what follows, in paragraphs: 64 KB at most */
	.word	0			/* ram size */
	.word	0xFFFF			/* video mode: as it is */
	.word	0			/* root device */
	.word	0xAA55
	/* 0x200: the setup sector's first instruction */
	jmp	setup
	.ascii	"HdrS"
	.word	0x0203			/* protocol */
	.long	0			/* real-mode switch */
	.word	0			/* start_sys */
	.word	version - _start - 0x200
	.byte	0			/* type of loader */
	.byte	0			/* load flags: the "kernel" goes to 0x10000 */
	.word	0			/* setup move size */
	.long	0x10000			/* code32_start */
	.long	0			/* ramdisk */
	.long	0
	.long	0			/* boot sector kludge */
	.word	0			/* heap end */
	.word	0
	.long	0			/* command line */
	.long	0x37FFFFFF		/* highest address of a ramdisk */

version:
	.asciz	"mkdcroot net loader"

setup:
	/* Some loaders leave the stack in the setup's segment: it is far from here. */
	xorl	%eax, %eax
	lcall	$ROM_SEGMENT, $OPTIONROM_ENTRY
	int	$0x18
1:	hlt
	jmp	1b

	.org	_start + 1024
