/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stays at the top of conventional memory: INT 13h for drive 0 served from the image, INT 15h with a memory map
 * that leaves the image out.  Copied there as it is, so every address is an offset from its own beginning (AT).
 * The image is read and written with the BIOS's own block move (INT 15h AH=87h), which works under memory managers, too.
 */
	.code16
#define AT(label) (label - resident)

	.section .data.resident, "aw"
	.balign	16
	.globl	resident, resident_size
/* struct resident, rom/start/resident.h */
resident:
old13:		.long 0
old15:		.long 0
image:		.long 0
total:		.long 0
cylinders:	.word 0
heads:		.word 0
sectors:	.word 0
type:		.byte 0
status:		.byte 0
		.word AT(int13)
		.word AT(int15)
e801_low:	.word 0
e801_high:	.word 0
k88:		.word 0
map_n:		.word 0
map:		.fill 32 * 20, 1, 0

/* Descriptors of a block move: 0, 0, from, to, and two for the BIOS. */
gdt:		.fill 16, 1, 0
from:		.word 0xFFFF, 0
		.byte 0, 0x93, 0, 0
to:		.word 0xFFFF, 0
		.byte 0, 0x93, 0, 0
		.fill 16, 1, 0

/* INT 13h functions of drive 0; 0: there is none. */
functions:
	.word	AT(done)		/* 00 reset */
	.word	AT(last_status)		/* 01 */
	.word	AT(transfer)		/* 02 read */
	.word	AT(transfer)		/* 03 write */
	.word	AT(transfer)		/* 04 verify */
	.word	AT(done)		/* 05 format: nothing to do for a RAM disk */
	.word	0, 0
	.word	AT(parameters)		/* 08 */
	.word	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
	.word	AT(drive_type)		/* 15 */
	.word	AT(done)		/* 16 changed: never */
	.word	AT(done)		/* 17 media for format */
	.word	AT(media)		/* 18 */
#define FUNCTIONS 0x19

/* On the stack of every function: BP, DS, IP, CS, flags. */
#define FLAGS 8

int13:
	testb	%dl, %dl
	jz	1f
	ljmpw	*%cs:AT(old13)
1:	pushw	%ds
	pushw	%bp
	movw	%sp, %bp
	pushw	%cs
	popw	%ds
	andb	$0xFE, FLAGS(%bp)
	cld
	cmpb	$FUNCTIONS, %ah
	jae	bad_function
	pushw	%bx
	movzbw	%ah, %bx
	addw	%bx, %bx
	movw	AT(functions)(%bx), %bx
	testw	%bx, %bx
	jz	2f
	xchgw	%bx, -2(%bp)		/* BX again, the function on the stack */
	ret
2:	popw	%bx
bad_function:
	movb	$0x01, %ah
failed:
	movb	%ah, AT(status)
	orb	$1, FLAGS(%bp)
	jmp	leave
done:
	xorb	%ah, %ah
	movb	%ah, AT(status)
leave:
	popw	%bp
	popw	%ds
	iretw

last_status:
	movb	AT(status), %ah
	testb	%ah, %ah
	jnz	failed
	jmp	done

drive_type:
	movb	$1, %ah			/* a floppy drive that does not notice a change */
	jmp	leave

media:
	/* The only format there is; the table is the BIOS's own. */
	call	load_table
	jmp	done

parameters:
	call	load_table
	movw	AT(cylinders), %cx
	decw	%cx
	xchgb	%cl, %ch
	shlb	$6, %cl
	orb	AT(sectors), %cl
	movb	AT(heads), %dh
	decb	%dh
	movb	$1, %dl
	xorw	%bx, %bx
	movb	AT(type), %bl
	xorb	%al, %al
	jmp	done

/* ES:DI = diskette parameter table (vector 1Eh). */
load_table:
	pushw	%ds
	pushw	$0
	popw	%ds
	lesw	0x1E * 4, %di
	popw	%ds
	ret

transfer:
	pushal
	pushw	%es
	call	locate
	jc	9f
	cmpb	$4, %ah
	je	8f
	/* Buffer in EDX, image in EAX; a write goes the other way. */
	movl	%eax, %esi
	xorl	%edx, %edx
	movw	%es, %dx
	shll	$4, %edx
	movzwl	%bx, %ebx
	addl	%ebx, %edx
	movl	%edi, %eax
	cmpb	$3, -3(%bp)		/* AH as it was: pushal's EAX is the first below BP */
	jne	1f
	xchgl	%eax, %edx
1:	movw	$AT(from), %bx
	call	set_base
	movl	%edx, %eax
	movw	$AT(to), %bx
	call	set_base
	movzbw	-4(%bp), %cx		/* AL as it was */
	xchgb	%cl, %ch		/* 256 words a sector */
	pushw	%ds
	popw	%es
	movw	$AT(gdt), %si
	movb	$0x87, %ah
	pushw	%bp
	int	$0x15
	popw	%bp
	pushw	%cs
	popw	%ds
	jc	7f
8:	popw	%es
	popal
	jmp	done
7:	movb	$0x20, %dl		/* controller failure */
9:	movb	%dl, -3(%bp)		/* AH, for popal */
	popw	%es
	popal
	jmp	failed

/* EAX = linear address into the descriptor at BX. */
set_base:
	movw	%ax, 2(%bx)
	shrl	$16, %eax
	movb	%al, 4(%bx)
	movb	%ah, 7(%bx)
	ret

/*
 * CX, DH, AL as for INT 13h AH=02h: EDI = linear address of the first sector. Carry and DL = error if it is not on the
 * disk. Keeps AX, BX, ES.
 */
locate:
	pushl	%eax
	movzbl	%al, %esi		/* how many */
	testw	%si, %si
	jz	1f
	cmpw	$128, %si		/* a block move is 64 KB at most */
	ja	1f
	movzbl	%dh, %edi		/* head */
	cmpw	AT(heads), %di
	jae	2f
	movw	%cx, %ax
	xchgb	%al, %ah
	shrb	$6, %ah
	movzwl	%ax, %eax		/* cylinder */
	movzwl	AT(heads), %edx
	imull	%edx, %eax
	addl	%edi, %eax
	movzwl	AT(sectors), %edx
	imull	%edx, %eax
	andl	$0x3F, %ecx
	jz	2f
	cmpw	AT(sectors), %cx
	ja	2f
	leal	-1(%eax,%ecx), %edi
	leal	(%edi,%esi), %eax
	cmpl	AT(total), %eax
	ja	2f
	shll	$9, %edi
	addl	AT(image), %edi
	popl	%eax
	clc
	ret
1:	movb	$0x01, %dl		/* bad parameter */
	jmp	3f
2:	movb	$0x04, %dl		/* sector not found */
3:	popl	%eax
	stc
	ret

int15:
	cmpw	$0xE820, %ax
	je	1f
	cmpw	$0xE801, %ax
	je	5f
	cmpb	$0x88, %ah
	je	6f
	ljmpw	*%cs:AT(old15)
1:	cmpl	$0x534D4150, %edx
	jne	8f
	cmpl	$20, %ecx
	jb	8f
	cmpl	$32, %ebx
	jae	8f
	cmpw	%cs:AT(map_n), %bx
	jae	8f
	pushw	%ds
	pushw	%si
	pushw	%di
	pushw	%cs
	popw	%ds
	imulw	$20, %bx, %si
	addw	$AT(map), %si
	movw	$10, %cx
	cld
	rep movsw
	incl	%ebx
	cmpw	AT(map_n), %bx
	jb	2f
	xorl	%ebx, %ebx
2:	popw	%di
	popw	%si
	popw	%ds
	movl	%edx, %eax
	movl	$20, %ecx
	jmp	7f
5:	movw	%cs:AT(e801_low), %ax
	movw	%cs:AT(e801_high), %bx
	movw	%ax, %cx
	movw	%bx, %dx
	jmp	7f
6:	movw	%cs:AT(k88), %ax
7:	pushw	%bp
	movw	%sp, %bp
	andb	$0xFE, 6(%bp)
	popw	%bp
	iretw
8:	movb	$0x86, %ah
	pushw	%bp
	movw	%sp, %bp
	orb	$1, 6(%bp)
	popw	%bp
	iretw
	.balign	16
resident_end:
resident_size:
	.word	resident_end - resident

	/* Used once, by the start code. */
	.section .text.boot, "ax"
	.globl	enter_boot_sector
/* void enter_boot_sector(void): as a BIOS does, from drive 0. */
enter_boot_sector:
	cli
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %fs
	movw	%ax, %gs
	movw	%ax, %ss
	movl	$0x7C00, %esp
	xorl	%edx, %edx
	xorl	%ebx, %ebx
	sti
	ljmp	$0, $0x7C00
	.section .note.GNU-stack, "", @progbits
