/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A prefix for PXE programs: makes the firmware look as if it held all of conventional memory
 * above 560 KB (INT 12h), as some does, and starts the program behind it with all registers
 * as they were.
 */
#define BASE_KB	 560
#define ELSEWHERE 0x0600
#define PREFIX	  512

	.code16
	.text
	.globl	_start
_start:
	pushfw
	pushaw
	push	%ds
	push	%es
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	$BASE_KB, 0x413
	cld
	movw	$0x7C00, %si		/* this code: out of the way */
	movw	$ELSEWHERE, %di
	movw	$PREFIX / 2, %cx
	rep movsw
	ljmp	$0, $ELSEWHERE + 1f - _start
1:	movw	$0x7C00 + PREFIX, %si	/* the program: to its place */
	movw	$0x7C00, %di
	movw	$0x7FFF / 2, %cx
	rep movsw
	pop	%es
	pop	%ds
	popaw
	popfw
	ljmp	$0, $0x7C00

	.org	_start + PREFIX
