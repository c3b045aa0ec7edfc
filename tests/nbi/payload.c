/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A "kernel" for tests: says on the serial line how it was started, with sums over the kernel proper and the initrd,
 * and ends QEMU through isa-debug-exit.
 */
#include "rom/start/bios.h"

void payload_main(void);
extern uint16_t payload_sp;

#define CHUNK	  1024u
#define PAGE_LINE 2304u

static uint8_t header[0x270];
static uint8_t chunk[CHUNK];

static uint32_t get(unsigned at, unsigned bytes)
{
	uint32_t v = 0;

	while (bytes--)
		v = v << 8 | header[at + bytes];
	return v;
}

/* A sum in which the order of the bytes matters; tests/nbi/sum makes the same of a file. */
static uint32_t sum(uint32_t at, uint32_t size)
{
	uint32_t s = 0;

	while (size) {
		uint32_t n = size < CHUNK ? size : CHUNK;

		mem_copy(linear_of(chunk), at, n);
		for (uint32_t i = 0; i < n; i++)
			s = s * 31 + chunk[i];
		at += n;
		size -= n;
	}
	return s;
}

static void say(const char *what, uint32_t value)
{
	print_text("payload: ");
	print_text(what);
	print_text(" ");
	print_hex(value);
	print_text("\n");
}

static void say_line(uint32_t at)
{
	static char line[PAGE_LINE];

	mem_copy(linear_of(line), at, sizeof(line) - 1);
	print_text("payload: line ");
	print_text(line);
	print_text("\n");
}

void payload_main(void)
{
	uint32_t protocol, initrd, size, kernel;

	print_init();
	mem_copy(linear_of(header), start_base, sizeof(header));
	protocol = get(0x206, 2);
	kernel = get(0x211, 1) & 1 ? 0x100000 : 0x10000;
	initrd = get(0x218, 4);
	size = get(0x21C, 4);
	say("protocol", protocol);
	say("setup", start_base);
	say("stack", payload_sp);
	say("loader", get(0x210, 1));
	say("loadflags", get(0x211, 1));
	say("heap_end", get(0x224, 2));
	say("vid_mode", get(0x1FA, 2));
	say("kernel_sum", sum(kernel, get(0x1F4, 4) * 16));
	say("initrd", initrd);
	say("initrd_size", size);
	say("initrd_sum", sum(initrd, size));
	say_line(protocol >= 0x202	  ? get(0x228, 4)
		 : get(0x20, 2) == 0xA33F ? start_base + get(0x22, 2)
					  : linear_of(""));
	say("end", 0);
}
