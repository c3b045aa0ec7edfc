/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only code that changes the CPU's mode.  .low runs in the low area (rom/entry/low.h),
 * in real mode with CS = DS = SS = that segment, or on its way from and to flat 32-bit
 * mode; .body.start is where the 32-bit side begins.
 *
 *      header.S -> low_begin -> body_start -> rom_begin() in C
 *      C: real_call() -> low_real -> the callee -> low_back -> real_call() returns
 *      C returns -> low_end -> rom_leave in header.S -> the BIOS
 *
 * In 32-bit mode interrupts are off and no interrupt table is loaded.
 */
#include "rom/entry/low.h"

	.section .low, "awx", @progbits
	.code16
low:
	.fill	LOW_CODE, 1, 0
	.globl	low_begin, low_segment, low_flat_address, low_flat, gdtr, gdt, gdt_code16, gdt_data16
low_begin:
	cli
	movw	%cs, %ax
	movw	%ax, %ds
	movw	%ax, %ss
	movl	$LOW_STACK_TOP, %esp
	movzwl	%ax, %ebx
	shll	$4, %ebx		/* linear address of this segment */

	/* Everything that depends on where this segment is. */
	movw	%ax, low_segment - low
	movl	%ebx, %eax
	movw	%ax, gdt_code16 - low + 2
	movw	%ax, gdt_data16 - low + 2
	shrl	$16, %eax
	movb	%al, gdt_code16 - low + 4
	movb	%al, gdt_data16 - low + 4
	leal	gdt - low(%ebx), %eax
	movl	%eax, gdtr - low + 2
	leal	low_flat - low(%ebx), %eax
	movl	%eax, low_flat_address - low

	movl	$BODY_BASE, LOW_PROT_EIP
	/* Falls through: EBX = the low area, for body_start. */

/* Real mode to LOW_PROT_EIP in flat 32-bit mode, ESP = LOW_PROT_ESP; EBX is kept. */
low_protect:
	lgdtl	gdtr - low
	movl	LOW_PROT_ESP, %esp
	movl	LOW_PROT_EIP, %edx
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	.byte	0x66, 0xEA		/* ljmpl $SEL_CODE32, low_flat's linear address */
low_flat_address:
	.long	0
	.word	SEL_CODE32

	.code32
low_flat:
	movl	$SEL_DATA32, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	%eax, %fs
	movl	%eax, %gs
	jmp	*%edx

	.code16
/* 16-bit protected mode, CS = SEL_CODE16: to real mode, then the call in LOW_REGS. */
low_real:
	call	low_unprotect
	movl	$LOW_STACK_TOP, %esp
	sti				/* what came meanwhile (timer, keyboard) is served now */
	nop
	nop
	cli
	movzwl	REGS_WORDS, %ecx
	movw	$REGS_STACK, %si
	cld
1:	jecxz	2f
	lodsw
	pushw	%ax
	decw	%cx
	jmp	1b
2:	pushw	REGS_FLAGS
	movl	REGS_EAX, %eax
	movl	REGS_EBX, %ebx
	movl	REGS_ECX, %ecx
	movl	REGS_EDX, %edx
	movl	REGS_ESI, %esi
	movl	REGS_EDI, %edi
	movl	REGS_EBP, %ebp
	movw	REGS_ES, %es
	movw	REGS_DS, %ds
	popfw
	lcall	*%cs:REGS_TARGET

	pushfw
	cli
	cld
	movl	%eax, %cs:REGS_EAX
	movl	%ebx, %cs:REGS_EBX
	movl	%ecx, %cs:REGS_ECX
	movl	%edx, %cs:REGS_EDX
	movl	%esi, %cs:REGS_ESI
	movl	%edi, %cs:REGS_EDI
	movl	%ebp, %cs:REGS_EBP
	movw	%ds, %cs:REGS_DS
	movw	%es, %cs:REGS_ES
	popw	%cs:REGS_FLAGS
	movw	%cs, %ax
	movw	%ax, %ds
	jmp	low_protect

/* The end: real mode, the caller's stack, back into the ROM's segment. */
low_end:
	call	low_unprotect
	movw	LOW_ROM_SEG, %ax
	movw	LOW_BIOS_SS, %ss
	movzwl	LOW_BIOS_SP, %esp
	pushw	%ax
	pushw	$rom_leave
	lret

/*
 * Leaves protected mode, with limits of 64 KB in all segment registers.  Called with the
 * stack in SEL_DATA16; returns with CS = DS = SS = the low area.
 */
low_unprotect:
	movl	%cr0, %eax
	andb	$0xFE, %al
	movl	%eax, %cr0
	.byte	0xEA			/* ljmp low_segment:1f */
	.word	1f - low
low_segment:
	.word	0
1:	movw	%cs, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %fs
	movw	%ax, %gs
	movw	%ax, %ss
	ret

	.balign	8
gdt:
	.quad	0
	.quad	0x00CF9B000000FFFF	/* SEL_CODE32 */
	.quad	0x00CF93000000FFFF	/* SEL_DATA32 */
gdt_code16:
	.quad	0x00009B000000FFFF	/* SEL_CODE16 */
gdt_data16:
	.quad	0x000093000000FFFF	/* SEL_DATA16 */
gdtr:
	.word	. - gdt - 1
	.long	0
low_code_end:

/* The first bytes of the body. EBX = linear address of the low area. */
	.section .body.start, "ax", @progbits
	.code32
	.globl	body_start
body_start:
	movl	$body_stack_top, %esp
	cld
	/* .bss is not in the image */
	movl	$bss_start, %edi
	movl	$bss_dwords, %ecx
	xorl	%eax, %eax
	rep stosl
	movl	%ebx, %eax
	call	rom_begin		/* never returns */

/*
 * void body_restart(struct low_area *low, void (*start)(struct low_area *), void *stack):
 * leaves this copy of the body for good and calls the other one's start.
 */
	.section .text.body_restart, "ax", @progbits
	.globl	body_restart
body_restart:
	movl	%ecx, %esp
	call	*%edx

/* void real_call(void): makes the call described in the low area's regs. */
	.section .text.real_call, "ax", @progbits
	.globl	real_call
real_call:
	pushal
	movl	low_area, %ebx
	movl	%esp, LOW_PROT_ESP(%ebx)
	movl	$1f, LOW_PROT_EIP(%ebx)
	movl	$low_real - low, %edx
	jmp	to_low
1:	popal
	ret

/* void real_end(void): returns to whoever called the ROM. */
	.globl	real_end
real_end:
	movl	low_area, %ebx
	movl	$low_end - low, %edx
/* EDX = offset in the low area to go to, in 16-bit protected mode. */
to_low:
	movl	$SEL_DATA16, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%eax, %ss
	movl	$LOW_STACK_TOP, %esp
	pushl	$SEL_CODE16
	pushl	%edx
	lret

/*
 * uint32_t flat_call(uint32_t entry, const uint32_t arguments[3]): a C call of three
 * arguments in flat 32-bit mode; what an image with NBI_FLAG_LINEAR is entered with.
 */
	.section .text.flat_call, "ax", @progbits
	.globl	flat_call
flat_call:
	pushal
	pushl	8(%edx)
	pushl	4(%edx)
	pushl	(%edx)
	call	*%eax
	addl	$12, %esp
	cli
	movl	%eax, 28(%esp)		/* EAX of popal */
	popal
	ret
