/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A boot floppy that tries the RAM disk it is booted from (tests of rom/start/resident.S): the boot sector loads
 * the next 24 sectors to 0x7E00 by INT 13h; tests/nbi/floppy.c does the rest.
 */
	.code16
	.section .head, "ax"
	.globl	floppy_boot
floppy_boot:
	ljmp	$0, $1f
1:	testb	%dl, %dl		/* drive 0 */
	jnz	2f
	/* Garbage above 16 bits is a real-mode program's right. */
	movl	$0xAAAA0000, %ebx
	movl	$0x55550000, %ecx
	movw	$0x0211, %ax		/* sectors 2 to 18 of track 0 */
	movw	$0x7E00, %bx
	movw	$2, %cx
	xorw	%dx, %dx
	int	$0x13
	jc	2f
	movw	$0x0207, %ax		/* 7 more, from the other head */
	movw	$0x7E00 + 17 * 512, %bx
	movw	$1, %cx
	movb	$1, %dh
	int	$0x13
	jc	2f
	calll	real_init
	calll	floppy_main
2:	movw	$0x501, %dx
	movb	$0x10, %al
	outb	%al, %dx
3:	hlt
	jmp	3b
	.globl	start_params
start_params:
	.long	0
	.org	510
	.byte	0x55, 0xAA
	.section .note.GNU-stack, "", @progbits
