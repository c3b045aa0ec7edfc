/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BIOS services for the start code; see bios.h. */
#include "rom/start/bios.h"

static inline void outb(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

/* --- words --- */

/* The first serial port, an 8250: its registers are at base + n. */
#define COM1	     0x3F8
#define UART_DIVISOR 1 /* 115200 baud */
#define UART_8N1     0x03
#define UART_DLAB    0x80
#define UART_THRE    0x20

static bool serial;

void print_init(void)
{
	/* A scratch register that keeps what is written is the classic sign of a UART. */
	outb(COM1 + 7, 0x5A);
	serial = inb(COM1 + 7) == 0x5A;
	if (!serial)
		return;
	outb(COM1 + 1, 0); /* no interrupts */
	outb(COM1 + 3, UART_DLAB | UART_8N1);
	outb(COM1 + 0, UART_DIVISOR);
	outb(COM1 + 1, 0);
	outb(COM1 + 3, UART_8N1);
	outb(COM1 + 4, 3); /* DTR, RTS */
}

static void serial_char(char c)
{
	/* A port that never gets ready (flow control, a dead chip) must not stop the boot. */
	for (uint32_t tries = 100000; tries && !(inb(COM1 + 5) & UART_THRE); tries--)
		;
	outb(COM1, (uint8_t)c);
}

static void print_char(char c)
{
	struct bios_regs regs = { .eax = 0x0E00u | (uint8_t)c, .ebx = 7 };

	if (c == '\n')
		print_char('\r');
	bios_call(0x10, &regs);
	if (serial)
		serial_char(c);
}

void print_text(const char *text)
{
	while (*text)
		print_char(*text++);
}

void print_number(uint32_t n)
{
	if (n >= 10)
		print_number(n / 10);
	print_char((char)('0' + n % 10));
}

void print_hex(uint32_t n)
{
	print_text("0x");
	for (int shift = 28; shift >= 0; shift -= 4)
		print_char("0123456789ABCDEF"[n >> shift & 15]);
}

void print_size(uint32_t bytes)
{
	if (bytes > 10u << 20) {
		print_number((bytes + 0xFFFFF) >> 20);
		print_text(" MB");
	} else {
		print_number((bytes + 0x3FF) >> 10);
		print_text(" KB");
	}
}

/* --- memory map --- */

#define SMAP	   0x534D4150u
#define TOP	   0xFFFFF000u
#define ONE_MB	   0x100000u
#define SIXTEEN_MB 0x1000000u

struct e820_entry {
	uint32_t base, base_high;
	uint32_t length, length_high;
	uint32_t type;
	uint32_t attributes; /* ACPI 3.0; bit 0 clear: ignore the entry */
};

/* The part of the entry below 4 GB. Returns false if there is none. */
static bool e820_range(const struct e820_entry *e, struct place_range *r)
{
	if (e->base_high || !(e->length | e->length_high) || !(e->attributes & 1))
		return false;
	r->start = e->base;
	r->end = e->base + e->length;
	if (e->length_high || r->end < e->base || r->end > TOP)
		r->end = TOP;
	r->usable = e->type == 1;
	return r->start < r->end;
}

static unsigned map_e820(struct place_range *map, unsigned max)
{
	static struct e820_entry entry; /* the BIOS writes to ES:DI, our segment */
	struct bios_regs regs = { 0 };
	unsigned n = 0;

	do {
		entry.attributes = 1;
		regs.eax = 0xE820;
		regs.ecx = sizeof(entry);
		regs.edx = SMAP;
		regs.edi = (uint32_t)(uintptr_t)&entry;
		regs.es = (uint16_t)(start_base >> 4);
		bios_call(0x15, &regs);
		if ((regs.flags & BIOS_CARRY) || regs.eax != SMAP)
			break;
		if (regs.ecx < 24)
			entry.attributes = 1;
		if (n < max && e820_range(&entry, &map[n]))
			n++;
	} while (regs.ebx);
	return n;
}

/* E801h: KB from 1 MB to 16 MB, and blocks of 64 KB above 16 MB. */
static unsigned map_e801(struct place_range *map, unsigned max)
{
	struct bios_regs regs = { .eax = 0xE801 };
	uint32_t low, high;

	bios_call(0x15, &regs);
	if (regs.flags & BIOS_CARRY)
		return 0;
	/* Some BIOSes answer in CX and DX instead. */
	low = (regs.eax | regs.ebx) & 0xFFFF ? regs.eax & 0xFFFF : regs.ecx & 0xFFFF;
	high = (regs.eax | regs.ebx) & 0xFFFF ? regs.ebx & 0xFFFF : regs.edx & 0xFFFF;
	if (!low || max < 2)
		return 0;
	map[0] = (struct place_range){ ONE_MB, ONE_MB + (low << 10), true };
	map[1] = (struct place_range){ SIXTEEN_MB, SIXTEEN_MB + (high << 16), true };
	if (map[1].end < SIXTEEN_MB || map[1].end > TOP)
		map[1].end = TOP;
	return high ? 2 : 1;
}

static unsigned map_88(struct place_range *map)
{
	struct bios_regs regs = { .eax = 0x8800 };

	bios_call(0x15, &regs);
	if ((regs.flags & BIOS_CARRY) || !(regs.eax & 0xFFFF))
		return 0;
	map[0] = (struct place_range){ ONE_MB, ONE_MB + ((regs.eax & 0xFFFF) << 10), true };
	return 1;
}

unsigned memory_map(struct place_range *map, unsigned max)
{
	unsigned n = map_e820(map, max);

	if (!n)
		n = map_e801(map, max);
	if (!n)
		n = map_88(map);
	return n;
}

uint32_t memory_low_end(void)
{
	struct bios_regs regs = { 0 };

	bios_call(0x12, &regs);
	return (regs.eax & 0xFFFF) << 10;
}

/* --- A20 --- */

#define KBC_DATA    0x60
#define KBC_COMMAND 0x64
#define PORT_A	    0x92

/* With the gate closed, 1 MB + x is x: change one and look at the other. */
static bool a20_is_open(void)
{
	static uint32_t probe, mirror;
	uint32_t at = linear_of(&probe);

	for (uint32_t i = 0; i < 32; i++) {
		probe = 0x12345678u + i;
		mem_copy(linear_of(&mirror), at ^ ONE_MB, sizeof(mirror));
		if (*(volatile uint32_t *)&mirror != probe)
			return true;
	}
	return false;
}

static void a20_bios(void)
{
	struct bios_regs regs = { .eax = 0x2401 };

	bios_call(0x15, &regs);
}

static void a20_port_a(void)
{
	uint8_t value = inb(PORT_A);

	/* Bit 0 resets the machine. */
	if (!(value & 2))
		outb(PORT_A, (uint8_t)((value | 2) & ~1));
}

static void kbc_wait(void)
{
	for (uint32_t tries = 100000; tries && (inb(KBC_COMMAND) & 2); tries--)
		outb(0x80, 0); /* about a microsecond */
}

static void a20_keyboard(void)
{
	kbc_wait();
	outb(KBC_COMMAND, 0xD1); /* write the output port */
	kbc_wait();
	outb(KBC_DATA, 0xDF); /* A20 open */
	kbc_wait();
}

bool a20_enable(void)
{
	static void (*const methods[])(void) = { a20_bios, a20_port_a, a20_keyboard };

	if (a20_is_open())
		return true;
	for (unsigned i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		methods[i]();
		/* The gate may take its time. */
		for (unsigned tries = 0; tries < 100; tries++)
			if (a20_is_open())
				return true;
	}
	return false;
}
