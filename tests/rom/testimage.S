/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entry of the test image: entered as a tagged image is (real mode, two far pointers on the stack;
 * or flat 32-bit, by the second entry), switches to 32-bit mode, calls testimage_main().
 * As a boot sector image its first 512 bytes are boot_sector, below.
 */
#define BASE 0x80000

	.section .text.start, "ax"
	.code16
	.globl	start
start:					/* offset 0: real mode */
	pushfw
	cli
	movw	%sp, %bp
	movl	6(%bp), %eax		/* header: segment:offset */
	movl	10(%bp), %ebx		/* BOOTP reply */
	pushal
	push	%ds
	push	%es
	movw	%cs, %cx
	movw	%cx, %ds
	movw	%ss, saved_ss - start
	movw	%sp, saved_sp - start
	lgdtl	gdtr - start
	movl	%cr0, %edx
	orb	$1, %dl
	movl	%edx, %cr0
	ljmpl	$8, $flat
	.code32
flat:
	movl	$16, %ecx
	movl	%ecx, %ds
	movl	%ecx, %es
	movl	%ecx, %ss
	movl	$BASE + 0xF000, %esp
	pushl	%ebx
	pushl	%eax
	call	testimage_real
	/* It returns only if the image is one that may: back to real mode. */
	ljmp	$24, $1f - start
	.code16
1:	movl	$32, %ecx
	movl	%ecx, %ds
	movl	%ecx, %es
	movl	%ecx, %ss
	movl	%cr0, %edx
	andb	$0xFE, %dl
	movl	%edx, %cr0
	ljmp	$BASE >> 4, $2f - start
2:	movw	%cs, %cx
	movw	%cx, %ds
	movw	saved_ss - start, %ss
	movzwl	saved_sp - start, %esp
	pop	%es
	pop	%ds
	popal
	popfw
	lret

	.balign	256
	.code32
	.globl	start32
start32:				/* offset 0x100: 32-bit, C arguments */
	movl	4(%esp), %eax
	movl	8(%esp), %ecx
	movl	12(%esp), %edx
	pushl	%edx
	pushl	%ecx
	pushl	%eax
	call	testimage_linear
	addl	$12, %esp
	ret

	.balign	8
gdt:	.quad	0
	.quad	0x00CF9B000000FFFF
	.quad	0x00CF93000000FFFF
	.quad	0x00009B080000FFFF	/* code, 16 bit, base 0x80000 */
	.quad	0x000093080000FFFF
gdtr:	.word	. - gdt - 1
	.long	gdt
saved_ss: .word	0
saved_sp: .word	0

/* The boot sector of the boot-sector form: says so on COM1, and that 0x10000 begins with what follows. */
	.section .boot, "ax"
	.code16
boot_sector:
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	$0x7C00 + message - boot_sector, %si
1:	lodsb
	testb	%al, %al
	jz	2f
	movw	$0x3F8, %dx
	outb	%al, %dx
	jmp	1b
2:	movw	$0x1000, %ax
	movw	%ax, %ds
	xorw	%si, %si
	movw	$16, %cx
3:	lodsb
	outb	%al, %dx
	loop	3b
	movb	$'\n', %al
	outb	%al, %dx
	movw	$0xF4, %dx
	xorb	%al, %al
	outb	%al, %dx
	hlt
message:
	.asciz	"boot sector entered, next bytes: "
	.org	boot_sector + 510
	.word	0xAA55
