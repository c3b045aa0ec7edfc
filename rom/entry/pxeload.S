/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PXE prefix: makes a ROM image a network boot program for PXE firmware (PXE 2.1,
 * 4.4.5).  It is loaded at 0000:7C00, the ROM image behind it; ES:BX points to PXENV+,
 * and at SS:SP + 4 is a far pointer to !PXE.  Copies the image to 1000:0000 and starts it with
 * the pointer, which the undi driver uses and the others take as the firmware to be shut down.
 * If nothing was booted, AX = 0 returns to the firmware, which goes on with the next device.
 */
#include "rom/format/optionrom_asm.h"

#define ROM_SEGMENT 0x1000
#define PREFIX	    512

	.code16
	.text
	.globl	_start
_start:
	ljmp	$0x07C0, $1f
1:	pushfw
	pushal
	push	%ds
	push	%es
	movw	%sp, %bp
	cld

	/* 2 + 2 + 32 + 2 were pushed above the return address. */
	movl	%ss:42(%bp), %ebx	/* the far pointer to !PXE */
	call	is_pxe
	je	2f
	xorl	%ebx, %ebx		/* older firmware: PXENV+, in ES:BX as given */
	movw	%es, %bx
	shll	$16, %ebx
	movw	%ss:20(%bp), %bx	/* BX of pushal: 2 + 2 + 16 */
	call	is_pxenv
	je	2f
	xorl	%ebx, %ebx
2:
	/* Up to 64 KB, by paragraphs, upwards or downwards does not matter: 8 KB to 64 KB apart. */
	movw	$0x07C0 + PREFIX / 16, %ax
	movw	%ax, %ds
	movw	$ROM_SEGMENT, %ax
	movw	%ax, %es
	movzbw	2, %cx
	shlw	$7, %cx			/* dwords */
	/* The two may overlap, with the destination higher: from the end. */
	movw	%cx, %si
	shlw	$2, %si
	subw	$4, %si
	movw	%si, %di
	std
	rep movsl
	cld
	movl	%ebx, %ebp
	movl	$OPTIONROM_PXE_MAGIC, %eax
	lcall	$ROM_SEGMENT, $OPTIONROM_ENTRY
	pop	%es
	pop	%ds
	popal
	popfw
	xorw	%ax, %ax
	lret

/* ZF set if the far pointer EBX points to "!PXE", or to "PXEN" of PXENV+. EBX is kept. */
is_pxe:
	movl	$0x45585021, %eax
	jmp	1f
is_pxenv:
	movl	$0x4E455850, %eax
1:	pushl	%ebx
	movw	%sp, %di
	push	%ds
	ldsw	%ss:(%di), %di
	cmpl	%eax, (%di)
	pop	%ds
	leaw	4(%esp), %sp		/* keeps the flags */
	ret

	.org	_start + PREFIX
