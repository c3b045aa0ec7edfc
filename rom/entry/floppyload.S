/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The floppy loader: one boot sector, with a ROM image right behind it.
 *
 *      cat floppyload.bin rtl8139.rom > /dev/fd0
 *
 * Reads the ROM image to 1000:0000, sector by sector (which no BIOS and no geometry gets
 * wrong), and starts it at OPTIONROM_ENTRY.  If nothing was booted, INT 18h asks
 * the BIOS for the next device.
 */
#include "rom/format/optionrom_asm.h"

#define ROM_SEGMENT 0x1000
#define TRIES	    5

	.code16
	.text
	.globl	_start
_start:
	ljmp	$0x07C0, $1f
1:	movw	%cs, %ax
	movw	%ax, %ds
	cli
	xorw	%ax, %ax
	movw	%ax, %ss
	movw	$0x7C00, %sp
	sti
	cld
	movb	%dl, drive
	movw	$loading, %si
	call	print

	/* The drive's geometry: 18 sectors and 2 heads, where the BIOS cannot say. */
	movb	$0x08, %ah
	xorw	%di, %di
	movw	%di, %es
	int	$0x13
	jc	2f
	andb	$0x3F, %cl
	jz	2f
	movb	%cl, sectors
	incb	%dh
	movb	%dh, heads
2:
	/* The first sector of the ROM says how many there are. */
	movw	$1, %bp			/* sector of the disk, from 0 */
	movw	$ROM_SEGMENT, %bx
	call	read
	movw	%bx, %es
	cmpw	$0xAA55, %es:0
	jne	no_rom
	movzbw	%es:2, %di
3:	decw	%di
	jz	4f
	incw	%bp
	addw	$512 / 16, %bx
	call	read
	jmp	3b
4:	movw	$newline, %si
	call	print
	xorl	%eax, %eax
	lcall	$ROM_SEGMENT, $OPTIONROM_ENTRY
	int	$0x18
	jmp	stop

no_rom:
	movw	$not_rom, %si
	jmp	fail
disk_error:
	movw	$unreadable, %si
fail:	call	print
	xorw	%ax, %ax
	int	$0x16			/* a key, then the BIOS starts over */
	int	$0x19
stop:	hlt
	jmp	stop

/* Sector BP of the disk to BX:0. */
read:
	movb	$'.', %al
	call	putc
	movw	$TRIES, %si
1:	pushaw
	movw	%bx, %es
	movw	%bp, %ax
	divb	sectors			/* AL = track, AH = sector in it */
	movb	%ah, %cl
	incb	%cl
	xorb	%ah, %ah
	divb	heads			/* AL = cylinder, AH = head */
	movb	%al, %ch
	movb	%ah, %dh
	movb	drive, %dl
	xorw	%bx, %bx
	movw	$0x0201, %ax
	int	$0x13
	popaw
	jnc	2f
	pushaw				/* reset the drive, try again */
	xorw	%ax, %ax
	movb	drive, %dl
	int	$0x13
	popaw
	decw	%si
	jnz	1b
	jmp	disk_error
2:	ret

print:	lodsb
	testb	%al, %al
	jz	1f
	call	putc
	jmp	print
putc:	pushaw
	movw	$7, %bx
	movb	$0x0E, %ah
	int	$0x10
	popaw
1:	ret

sectors:    .byte 18
heads:	    .byte 2
drive:	    .byte 0
loading:    .asciz "Loading the net loader "
newline:    .asciz "\r\n"
not_rom:    .asciz "\r\nno ROM image behind the floppy loader\r\n"
unreadable: .asciz "\r\nthe disk cannot be read: try another one\r\n"

	.org	_start + 510
	.word	0xAA55
