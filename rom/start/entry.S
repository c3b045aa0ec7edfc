/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entry of every start code.  Real mode, linked for offset 0 of its own segment (rom/start/start.lds); the C
 * part is compiled with -m16, so calls push 32-bit return addresses.
 */
	.code16
	.section .head, "ax"
	.globl	start_entry
start_entry:
	jmp	1f
	.balign	4, 0x90
	.globl	start_head_magic, start_params
start_head_magic:
	.long	0x4E4B4D53		/* START_MAGIC */
	.long	__memory_end
start_params:
	.long	0			/* mknbi writes it */

	/*
	 * The loader calls far: return address, pointer to the header, pointer to the reply.  We keep all
	 * its registers and its stack, so that giving up is a far return to a loader that noticed nothing.
	 */
1:	pushfl
	pushal
	pushw	%ds
	pushw	%es
	pushw	%fs
	pushw	%gs
	cld
	movw	%cs, %ax
	movw	%ss, %cx
	movl	%esp, %edx
	movw	%sp, %bp
	/* 8 bytes of segments, 32 of pushal, 4 of flags; then IP and CS. */
	movl	44+4(%bp), %ebx		/* header as segment:offset */
	movl	44+8(%bp), %esi		/* reply */
	movw	%ax, %ds
	movw	%ax, %es
	/* bss is not in the file: nobody else clears it. */
	pushl	%ecx
	movl	$__bss_start, %edi
	movl	$__bss_end, %ecx
	subl	%edi, %ecx
	xorl	%eax, %eax
	rep stosb
	popl	%ecx
	movw	%cs, %ax
	movw	%cx, loader_ss
	movl	%edx, loader_esp
	movw	%ax, %ss
	movl	$__stack_end, %esp
	sti
	calll	real_init
	/* start_main(header, reply): both as linear addresses, the reply 0 for a null pointer. */
	movl	%ebx, %eax
	call	linear
	movl	%eax, %ebx
	movl	%esi, %eax
	call	linear
	movl	%eax, %edx
	movl	%ebx, %eax
	calll	start_main

	/* Giving up: everything as it was. */
	cli
	movw	loader_ss, %ss
	movl	loader_esp, %esp
	popw	%gs
	popw	%fs
	popw	%es
	popw	%ds
	popal
	popfl
	lretw

/* EAX = segment:offset -> linear address. Keeps everything else but flags. */
linear:
	pushl	%ecx
	movzwl	%ax, %ecx
	shrl	$16, %eax
	shll	$4, %eax
	addl	%ecx, %eax
	popl	%ecx
	ret

	.section .bss
	.balign	4
loader_esp:
	.long	0
loader_ss:
	.word	0
	.section .note.GNU-stack, "", @progbits
