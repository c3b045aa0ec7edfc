/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boot sector of the test loader: reads the rest of the loader from the disk behind it and calls loader_main()
 * in real mode with all segments 0.  It stays below 0x10000, where images may not be loaded.
 */
	.code16
	.section .head, "ax"
	.globl	loader_boot
loader_boot:
	ljmp	$0, $1f
1:	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movl	$0x7C00, %esp
	cld
	sti
	movb	%dl, loader_drive
	movw	$packet, %si
	movb	$0x42, %ah
	int	$0x13
	jc	2f
	calll	real_init
	calll	loader_main
2:	movw	$0x501, %dx		/* isa-debug-exit: QEMU ends with status 2 * AL + 1 */
	movb	$0x7F, %al
	outb	%al, %dx
3:	hlt
	jmp	3b

	.globl	loader_drive
loader_drive:
	.byte	0
	.balign	4
packet:
	.byte	16, 0
	.word	31, 0x7E00, 0		/* sectors, offset, segment */
	.quad	1
	.org	510
	.byte	0x55, 0xAA

	.section .text.enter, "ax"
	.globl	enter_image
/* void enter_image(uint32_t execute, uint32_t header, uint32_t reply): far call as the proposal says; may return. */
enter_image:
	pushal
	pushw	%ds
	pushw	%es
	movl	%esp, saved_esp
	pushl	%ecx			/* reply */
	pushl	%edx			/* header */
	movl	%eax, target
	lcallw	*target
	movw	%cs, %ax
	movw	%ax, %ds
	movw	%ax, %ss
	movl	saved_esp, %esp
	popw	%es
	popw	%ds
	popal
	retl

	.section .bss
	.balign	4
target:
	.long	0
saved_esp:
	.long	0
	.globl	start_params
start_params:
	.long	0
	.section .note.GNU-stack, "", @progbits
