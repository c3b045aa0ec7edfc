/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What C cannot say in real mode: BIOS calls, and the copy that reaches all of the first 4 GB.
 */
	.code16
	.section .text.init, "ax"
	.globl	real_init
/* Must run first, with DS = CS: the descriptor table's linear address depends on where we were loaded. Keeps all but EAX and flags. */
real_init:
	xorl	%eax, %eax
	movw	%cs, %ax
	shll	$4, %eax
	movl	%eax, start_base
	addl	$gdt, %eax
	movl	%eax, gdt_pointer + 2
	retl

	.section .text.copy, "ax"
	.globl	mem_copy
/*
 * void mem_copy(uint32_t to, uint32_t from, uint32_t bytes): linear addresses, may overlap.
 * In protected mode without reloading CS and SS: data segments of 4 GB are all that is needed, and their
 * limits are put back to 64 KB, as a BIOS may expect them.
 */
mem_copy:
	pushfl
	pushl	%esi
	pushl	%edi
	pushl	%ebx
	pushw	%ds
	pushw	%es
	movl	%eax, %edi
	movl	%edx, %esi
	cli
	lgdtl	gdt_pointer
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	jmp	1f
1:	movw	$8, %bx
	movw	%bx, %ds
	movw	%bx, %es
	cmpl	%esi, %edi
	ja	2f
	/* Downwards (or apart): from the first byte. */
	cld
	movl	%ecx, %ebx
	shrl	$2, %ecx
	addr32 rep movsl
	movl	%ebx, %ecx
	andl	$3, %ecx
	addr32 rep movsb
	jmp	3f
2:	/* Upwards: from the last byte, so that an overlap is read before it is written. */
	std
	leal	-1(%esi,%ecx), %esi
	leal	-1(%edi,%ecx), %edi
	movl	%ecx, %ebx
	andl	$3, %ecx
	addr32 rep movsb
	subl	$3, %esi
	subl	$3, %edi
	movl	%ebx, %ecx
	shrl	$2, %ecx
	addr32 rep movsl
	cld
3:	movw	$16, %bx
	movw	%bx, %ds
	movw	%bx, %es
	andb	$0xFE, %al
	movl	%eax, %cr0
	jmp	4f
4:	popw	%es
	popw	%ds
	popl	%ebx
	popl	%edi
	popl	%esi
	popfl
	retl

	.section .text.bios, "ax"
	.globl	bios_call
/*
 * void bios_call(uint8_t number, struct bios_regs *regs): registers in, interrupt, registers out.
 * DS is ours before and after; ES goes in and comes out.
 */
bios_call:
	movb	%al, 2f + 1
	jmp	1f			/* the instruction below was just changed */
1:	pushl	%ebx
	pushl	%esi
	pushl	%edi
	pushl	%ebp
	pushw	%ds
	pushw	%es
	pushw	%dx			/* regs */
	movw	%dx, %bp
	movl	%ds:0(%bp), %eax
	movl	%ds:4(%bp), %ebx
	movl	%ds:8(%bp), %ecx
	movl	%ds:16(%bp), %esi
	movl	%ds:20(%bp), %edi
	movw	%ds:30(%bp), %es
	movl	%ds:12(%bp), %edx
	movl	%ds:24(%bp), %ebp
2:	int	$0
	/* Nothing is sure but CS and the stack: fetch regs through BP, keep AX and the flags. */
	pushl	%ebp
	pushl	%eax
	pushfw
	movw	%sp, %bp
	movw	%ss, %ax
	movw	%ax, %ds
	movw	10(%bp), %bp
	popw	%ax
	movw	%ax, %ds:28(%bp)
	popl	%eax
	movl	%eax, %ds:0(%bp)
	popl	%eax
	movl	%eax, %ds:24(%bp)
	movl	%ebx, %ds:4(%bp)
	movl	%ecx, %ds:8(%bp)
	movl	%edx, %ds:12(%bp)
	movl	%esi, %ds:16(%bp)
	movl	%edi, %ds:20(%bp)
	movw	%es, %ds:30(%bp)
	addw	$2, %sp
	popw	%es
	popw	%ds
	popl	%ebp
	popl	%edi
	popl	%esi
	popl	%ebx
	cld
	retl

	.section .data
	.balign	8
gdt:	.quad	0
	.quad	0x00CF92000000FFFF	/* 8: data, 4 GB */
	.quad	0x000092000000FFFF	/* 16: data, base 0, 64 KB: only the limit survives */
gdt_pointer:
	.word	23
	.long	0

	.section .bss
	.balign	4
	.globl	start_base
start_base:
	.long	0			/* linear address of our segment */
	.section .note.GNU-stack, "", @progbits
