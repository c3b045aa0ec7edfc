/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Multiboot (0.6.96) entry of the driver test's guest: 32-bit flat mode, a stack, then C. */
	.section .multiboot, "a"
	.balign 4
	.long 0x1BADB002, 0, -0x1BADB002

	.text
	.globl _start
_start:
	cli
	cld
	movl $stack_top, %esp
	call guest_main
1:	hlt
	jmp 1b

	.bss
	.balign 16
	.skip 16384
stack_top:

	.section .note.GNU-stack, "", @progbits
