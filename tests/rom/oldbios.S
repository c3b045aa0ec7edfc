/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A boot sector that treats the ROM image behind it as a BIOS without Plug and Play would:
 * puts it at D000-like segment 5000, makes a far call to offset 3 with nothing useful in the registers, says
 * what came back, and asks for the operating system by INT 19h.  The INT 19h below the ROM's says so and
 * ends QEMU.
 */
#define ROM_SEGMENT 0x5000

	.code16
	.text
	.globl	_start
_start:
	ljmp	$0, $0x7C00 + 1f - _start
1:	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %es
	cli
	movw	%ax, %ss
	movw	$0x7C00, %sp
	sti
	cld
	movw	$1, %bp
	movw	$ROM_SEGMENT, %bx
	call	read
	movw	%bx, %es
	movzbw	%es:2, %di
2:	decw	%di
	jz	3f
	incw	%bp
	addw	$32, %bx
	call	read
	jmp	2b
3:
	/* our own INT 19h, below the ROM's */
	movw	$0x7C00 + int19 - _start, 0x19 * 4
	movw	$0, 0x19 * 4 + 2
	movw	$0x7000, %ax		/* no PnP structure at ES:DI */
	movw	%ax, %es
	xorw	%di, %di
	movw	$0, %es:(%di)
	movw	$0xFFFF, %ax
	lcall	$ROM_SEGMENT, $3
	pushw	%ax
	movw	$0x7C00 + returned - _start, %si
	call	print
	popw	%ax
	call	hex16
	cmpw	$ROM_SEGMENT, 0x19 * 4 + 2
	jne	fail
	int	$0x19
	jmp	fail

int19:
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	$0x7C00 + reached - _start, %si
	call	print
	xorb	%al, %al
	movw	$0xF4, %dx
	outb	%al, %dx
fail:	movw	$0x7C00 + failed - _start, %si
	call	print
	cli
	hlt

/* Sector BP of a 1.44 MB floppy in drive 0 to BX:0. */
read:
	pushaw
	movw	%bx, %es
	movw	%bp, %ax
	movb	$18, %dl
	divb	%dl
	movb	%ah, %cl
	incb	%cl
	movb	%al, %dh
	andb	$1, %dh
	shrb	$1, %al
	movb	%al, %ch
	xorb	%dl, %dl
	xorw	%bx, %bx
	movw	$0x0201, %ax
	int	$0x13
	popaw
	jc	fail
	ret

hex16:	movw	$4, %cx
1:	rolw	$4, %ax
	pushw	%ax
	andb	$15, %al
	cmpb	$10, %al
	jb	2f
	addb	$'a' - '0' - 10, %al
2:	addb	$'0', %al
	call	putc
	popw	%ax
	loop	1b
	movb	$'\n', %al
putc:	pushw	%dx
	movw	$0x3F8, %dx
	outb	%al, %dx
	popw	%dx
	ret

print:	lodsb
	testb	%al, %al
	jz	1f
	call	putc
	jmp	print
1:	ret

returned: .asciz "init returned "
reached:  .asciz "old INT 19h reached\n"
failed:	  .asciz "FAILED\n"

	.org	_start + 510
	.word	0xAA55
