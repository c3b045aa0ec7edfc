/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The start binaries as data of the hosted programs: struct start_code of start_code.h. */
	.macro	start_code name, file
	.section .rodata
start_\name\()_data:
	.incbin	"\file"
start_\name\()_end:
	.section .data.rel.ro, "aw"
	.balign	8
	.globl	start_code_\name
	.type	start_code_\name, @object
	.size	start_code_\name, 16
start_code_\name:
	.quad	start_\name\()_data
	.long	start_\name\()_end - start_\name\()_data
	.long	0
	.endm

	start_code linux, "linux.bin"
	start_code dos, "dos.bin"
	start_code rom, "rom.bin"

	.section .note.GNU-stack, "", @progbits
