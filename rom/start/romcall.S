/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The far call into a boot ROM. */
	.code16
	.section .text.romcall, "ax"
	.globl	rom_call
/* uint32_t rom_call(uint32_t far, uint32_t ax, uint32_t esdi): BX and DX say that there is no ISA PnP card. */
rom_call:
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	pushl	%ebp
	pushw	%ds
	pushw	%es
	movl	%eax, target
	movl	%edx, %eax
	movw	%cx, %di
	shrl	$16, %ecx
	movw	%cx, %es
	movw	$0xFFFF, %bx
	movw	$0xFFFF, %dx
	lcallw	*target
	movzwl	%ax, %eax
	popw	%es
	popw	%ds
	popl	%ebp
	popl	%edi
	popl	%esi
	popl	%ebx
	cld
	retl

	.section .bss
	.balign	4
target:	.long	0
	.section .note.GNU-stack, "", @progbits
