/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boot sector and setup header of the test payload: a "kernel" that tells on the serial line how it was
 * started (tests/nbi/payload.c).  Built for several boot protocols: PROTOCOL, BIG (1: bzImage),
 * PREF and INIT_SIZE (0 before 2.10) are set by rom/tools/nbi.mk.
 */
	.code16
	.section .head, "ax"
	.globl	payload_head
payload_head:
	.org	0x1F1
	.byte	__setup_sectors
	.word	0
	.long	__kernel_paragraphs	/* syssize */
	.word	0
	.word	0xFFFF			/* vid_mode */
	.word	0
	.word	0xAA55
	.org	0x200
	jmp	start_of_setup
	.ascii	"HdrS"
	.word	PROTOCOL
	.long	0
	.word	0
	.word	version - 0x200
	.byte	0			/* type_of_loader */
	.byte	BIG			/* loadflags: LOADED_HIGH */
	.word	0x8000
	.long	BIG * 0x100000		/* code32_start */
	.long	0			/* ramdisk_image */
	.long	0			/* ramdisk_size */
	.long	0
	.word	0			/* heap_end_ptr */
	.word	0
	.long	0			/* cmd_line_ptr */
	.long	0x37FFFFFF		/* initrd_addr_max */
	.long	0x200000		/* kernel_alignment */
	.byte	1			/* relocatable */
	.byte	0
	.word	1			/* xloadflags: a 64-bit kernel */
	.long	511			/* cmdline_size */
	.long	0
	.quad	0
	.long	0
	.long	0
	.quad	0
	.quad	PREF
	.long	INIT_SIZE
	.long	0

start_of_setup:
	/* The protocol starts us with CS = DS + 0x20. The C part wants one segment for both. */
	movw	%cs, %ax
	movw	%ds, %bx
	subw	%bx, %ax
	cmpw	$0x20, %ax
	jne	2f
	pushw	%ds
	pushw	$1f
	lretw
1:	movw	%sp, payload_sp
	calll	real_init
	calll	payload_main
2:	movw	$0x501, %dx
	movb	$0x10, %al
	outb	%al, %dx
3:	hlt
	jmp	3b

	.globl	payload_sp, start_params
start_params:
	.long	0
payload_sp:
	.word	0
version:
	.asciz	"0.0-payload (test@mkdcroot) #1"

	.section .kernel, "a"
	.incbin	"noise", 0, KERNEL_SIZE
	.section .note.GNU-stack, "", @progbits
