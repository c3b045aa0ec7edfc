/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The option ROM's header and the code the BIOS enters: at power-on (init), when this
 * device is to boot (bev), or by INT 19h on a BIOS without Plug and Play (int19).  Runs
 * in the ROM's own segment, which is read-only except, on most machines, during init.
 *
 * mkrom fills in what is zero here: size, checksums, ids, the device list.  See
 * rom/format/optionrom.h for every field.
 */
#include "rom/entry/low.h"
#include "rom/format/optionrom_asm.h"

	.code16
	.section .rom16, "awx", @progbits
rom_start:
	.word	0xAA55
	.byte	0			/* size */
	.byte	0xE9			/* jmp init */
	.word	init - (. + 2)
	.byte	0			/* checksum */
	.byte	0
	.byte	0xE9			/* OPTIONROM_ENTRY: jmp entry */
	.word	entry - (. + 2)
	.byte	0
	.fill	12, 1, 0
	.word	pcir - rom_start
	.word	pnp - rom_start

	.balign	4
pcir:
	.ascii	"PCIR"
	.word	0, 0			/* vendor, device */
	.word	0			/* device list */
	.word	0x1C
	.byte	3
	.byte	0x00, 0x00, 0x02	/* Ethernet controller */
	.word	0			/* image length */
	.word	1
	.byte	0x00, 0x80		/* PC-AT, last image */
	.word	0			/* maximum run-time length */
	.word	0, 0

	.balign	16
pnp:
	.ascii	"$PnP"
	.byte	1, 2
	.word	0
	.byte	0
	.byte	0			/* checksum */
	.long	0
	.word	manufacturer - rom_start
	.word	product - rom_start
	.byte	0x02, 0x00, 0x00	/* Ethernet controller */
	.byte	0x14			/* may be shadowed; initial program load device */
	.word	0, 0
	.word	bev - rom_start
	.word	0, 0

manufacturer:
	.asciz	"mkdcroot"
/* "(PCI bb:dd.f)" is filled in by init where the ROM's shadow can be written. */
product:
	.ascii	PRODUCT
product_place:
	.fill	15, 1, 0

/* What init learned.  Valid where the shadow could be written. */
location:
	.word	0xFFFF
old_int19:
	.long	0

/*
 * Power-on.  AX = PCI location (bus << 8 | device << 3 | function); ES:DI points to
 * "$PnP" on a Plug and Play BIOS.  Returns AX = 0x20 (an IPL device is attached) to
 * such a BIOS and 0 to others.  The image's checksum must stay right: each byte
 * written here is taken off the checksum byte again by `fix`.
 */
init:
	pushal
	push	%ds
	pushfw
	cld
	push	%cs
	pop	%ds
	movw	%ax, location
	cmpw	%ax, location		/* can the shadow be written? */
	jne	1f
	cmpw	$0xFFFF, %ax
	je	1f
	call	name_location
1:	cmpl	$0x506E5024, %es:(%di)	/* "$PnP" */
	je	2f
	call	hook_int19
	call	fix
	popfw
	pop	%ds
	popal
	xorw	%ax, %ax
	lret
2:	call	fix
	popfw
	pop	%ds
	popal
	movw	$0x20, %ax
	lret

/* Appends " (PCI bb:dd.f)" to the product string; AX = location. */
name_location:
	push	%di
	push	%es
	push	%cs
	pop	%es
	movw	$product_place, %di
	movw	%ax, %bx
	movb	$' ', %al
	stosb
	movl	$0x49435028, %eax	/* "(PCI" */
	stosl
	movb	$' ', %al
	stosb
	movb	%bh, %al
	call	hex8
	movb	$':', %al
	stosb
	movb	%bl, %al
	shrb	$3, %al
	call	hex8
	movb	$'.', %al
	stosb
	movb	%bl, %al
	andb	$7, %al
	call	hex4
	movb	$')', %al
	stosb
	pop	%es
	pop	%di
	ret
hex8:
	movb	%al, %ah
	shrb	$4, %al
	call	hex4
	movb	%ah, %al
	andb	$15, %al
hex4:
	cmpb	$10, %al		/* AL = 0..15 to '0'..'f' */
	jb	1f
	addb	$'a' - '0' - 10, %al
1:	addb	$'0', %al
	stosb
	ret

/* Makes the bytes of the image add up to zero again. DS = CS. */
fix:
	xorw	%si, %si
	movzbw	2, %cx
	shlw	$9, %cx
	xorb	%bl, %bl
1:	lodsb
	addb	%al, %bl
	loop	1b
	subb	%bl, 6
	ret

/*
 * A BIOS without boot entry vectors: be its INT 19h.  The old vector is kept in the ROM's shadow
 * or, where that cannot be written, in the user vector 66h.
 */
hook_int19:
	push	%es
	pushw	$0
	pop	%es
	movl	%es:0x19 * 4, %eax
	movl	%eax, old_int19
	cmpl	%eax, old_int19
	je	1f
	movl	%eax, %es:0x66 * 4
1:	movw	$int19, %es:0x19 * 4
	movw	%cs, %es:0x19 * 4 + 2
	pop	%es
	ret

int19:
	pushl	$0			/* becomes the far address of the old INT 19h */
	pushal
	push	%ds
	push	%es
	movw	%sp, %bp
	pushw	$0
	pop	%es
	movl	%cs:old_int19, %eax
	testl	%eax, %eax
	jnz	1f
	movl	%es:0x66 * 4, %eax
1:	movl	%eax, %es:0x19 * 4	/* unhook first: we are asked once only */
	movl	%eax, 36(%bp)
	sti
	push	%cs
	call	bev
	pop	%es
	pop	%ds
	popal
	lret				/* nothing booted: on to the old one */

/* Boot from this device.  Far call; returns if nothing was booted. */
bev:
	pushl	%eax
	xorl	%eax, %eax
	call	1f
	popl	%eax
	lret
entry:
	call	1f
	lret
1:	pushfw
	pushal
	push	%ds
	push	%es
	push	%fs
	push	%gs
	cld

	/* ESI = far pointer to the PXE firmware, if the prefix gave one. */
	xorl	%esi, %esi
	cmpl	$OPTIONROM_PXE_MAGIC, %eax
	jne	2f
	movl	%ebp, %esi
2:
	/* The low area: the end of conventional memory. */
	int	$0x12
	shlw	$6, %ax
	subw	$LOW_SIZE / 16, %ax
	movw	%ax, %es
	push	%cs
	pop	%ds
	pushl	%esi
	movw	$low_offset, %si
	xorw	%di, %di
	movw	$low_length, %cx
	rep movsb
	popl	%es:LOW_PXE
	movw	%es, %es:LOW_SEGMENT
	movw	%cs, %es:LOW_ROM_SEG
	movw	location, %ax
	movw	%ax, %es:LOW_LOCATION
	movw	%ss, %es:LOW_BIOS_SS

	/* The body: to BODY_BASE, with everything behind it (the relocation table). */
	push	%es
	movw	$body_offset, %si
	movzbw	2, %cx
	shlw	$9, %cx			/* bytes of the whole image; 64 KB is 128 units: 0 */
	subw	%si, %cx
	pushw	$BODY_BASE >> 4
	pop	%es
	xorw	%di, %di
	rep movsb
	pop	%es

	movw	%sp, %es:LOW_BIOS_SP
	push	%es
	pushw	$low_begin
	lret

/* low_begin returns here by a far jump, on the caller's stack. */
	.globl	rom_leave
rom_leave:
	pop	%gs
	pop	%fs
	pop	%es
	pop	%ds
	popal
	popfw
	ret
