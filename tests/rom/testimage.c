/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The test image: an "operating system" that says on COM1 what the net loader gave it, one
 * thing a line, and ends QEMU through isa-debug-exit (port 0xF4).  Segments of data begin with a
 * magic number (struct data_segment) by which those whose address depends on
 * the memory's size are found.  tests/rom/mktestimage.c makes images of it and prints what must come out.
 */
#include <stdint.h>
#include "rom/format/nbi.h"
#include "tests/rom/testimage.h"

#define COM1 0x3F8

static void outb(uint8_t value, uint16_t port)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static uint8_t inb(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static void put(char c)
{
	while (!(inb(COM1 + 5) & 0x20))
		;
	outb((uint8_t)c, COM1);
}

static void puts(const char *s)
{
	while (*s)
		put(*s++);
}

static void put_hex(uint32_t value)
{
	for (int shift = 28; shift >= 0; shift -= 4)
		put("0123456789abcdef"[value >> shift & 15]);
}

static void put_decimal(uint32_t value)
{
	if (value >= 10)
		put_decimal(value / 10);
	put((char)('0' + value % 10));
}

static void put_ip(const char *label, const uint8_t *ip)
{
	puts(label);
	for (int i = 0; i < 4; i++) {
		if (i)
			put('.');
		put_decimal(ip[i]);
	}
	put('\n');
}

static void put_line(const char *label, uint32_t value)
{
	puts(label);
	put_hex(value);
	put('\n');
}

static uint32_t crc32(const uint8_t *bytes, uint32_t len)
{
	static uint32_t table[256];
	uint32_t crc = ~0u;

	for (uint32_t i = 0; !table[255] && i < 256; i++) {
		table[i] = i;
		for (int bit = 0; bit < 8; bit++)
			table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xEDB88320u : 0);
	}
	while (len--)
		crc = crc >> 8 ^ table[(crc ^ *bytes++) & 255];
	return ~crc;
}

/* An option of the reply's vendor area as text. */
static void put_option(const char *label, const uint8_t *reply, uint8_t tag)
{
	const uint8_t *option = reply + 240;

	if (reply[236] != 99 || reply[237] != 130)
		return;
	while (*option != 255 && option < reply + 1400) {
		if (*option == 0) {
			option++;
			continue;
		}
		if (*option == tag) {
			puts(label);
			for (int i = 0; i < option[1]; i++)
				put((char)option[2 + i]);
			put('\n');
			return;
		}
		option += 2 + option[1];
	}
}

static void show_reply(const uint8_t *reply)
{
	put_line("reply op ", reply[0]);
	put_ip("reply yiaddr ", reply + 16);
	put_ip("reply siaddr ", reply + 20);
	puts("reply file ");
	puts((const char *)reply + 108);
	put('\n');
	put_option("reply host ", reply, 12);
	put_option("reply root ", reply, 17);
}

/* The segment with this magic number, on a page's boundary somewhere in RAM. */
static const struct data_segment *find(uint32_t magic)
{
	for (uint32_t at = 0x10000; at < SEARCH_END; at += 4096) {
		const struct data_segment *segment = (const struct data_segment *)at;

		if (segment->magic == magic && segment->check == ~magic)
			return segment;
	}
	return 0;
}

static void show_segments(const struct nbi_header *header)
{
	const uint8_t *at = (const uint8_t *)header + 16 + nbi_vendor_bytes(header->flags);
	const struct nbi_record *record;
	uint32_t n = 0;

	do {
		record = (const struct nbi_record *)at;
		at += 16 + nbi_vendor_bytes(record->flags);
		if (n++) {
			const struct data_segment *data = find(DATA_MAGIC + n);

			puts("segment ");
			put_decimal(n);
			if (nbi_record_mode(record->flags) == NBI_ADDRESS_ABSOLUTE &&
			    (uint32_t)data != record->address)
				puts(" MISPLACED");
			puts(" length ");
			put_decimal(record->image_length);
			put_line(" crc32 ",
				 data ? crc32((const uint8_t *)data, record->image_length) : 0);
		}
	} while (!(record->flags & NBI_RECORD_LAST));
}

static void report(const struct nbi_header *header, const uint8_t *reply)
{
	put_line("header magic ", header->magic);
	show_reply(reply);
	show_segments(header);
	if (header->flags & NBI_FLAG_RETURNS) {
		puts("test image returns\n");
		return;
	}
	puts("test image done\n");
	outb(0, 0xF4); /* ends QEMU with status 1 */
	for (;;)
		__asm__ volatile("hlt");
}

static uint32_t linear(uint32_t far_pointer)
{
	return (far_pointer >> 16) * 16 + (far_pointer & 0xFFFF);
}

void testimage_real(uint32_t header, uint32_t reply);
void testimage_real(uint32_t header, uint32_t reply)
{
	puts("\ntest image entered in real mode\n");
	report((const struct nbi_header *)linear(header), (const uint8_t *)linear(reply));
}

void testimage_linear(const struct nbi_loader_info *info, const struct nbi_header *header,
		      const uint8_t *reply);
void testimage_linear(const struct nbi_loader_info *info, const struct nbi_header *header,
		      const uint8_t *reply)
{
	puts("\ntest image entered in 32-bit mode\n");
	put_line("loader version ", info->major);
	report(header, reply);
}
