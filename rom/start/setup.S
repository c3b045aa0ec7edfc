/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The jump into the kernel's setup code. */
	.code16
	.section .text.jump, "ax"
	.globl	enter_setup
/*
 * void enter_setup(uint32_t segment, uint32_t sp): the 16-bit entry of the Linux boot protocol.  All data
 * segments are the setup's, CS is 32 paragraphs above (the boot sector is not executed), no interrupts.
 */
enter_setup:
	cli
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %fs
	movw	%ax, %gs
	movw	%ax, %ss
	movzwl	%dx, %esp
	addw	$0x20, %ax
	pushw	%ax
	pushw	$0
	xorl	%ebp, %ebp
	lretw

	.section .note.GNU-stack, "", @progbits
