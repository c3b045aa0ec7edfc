/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The image loader: every kind of image, every address mode, every violation. */
#include <stdio.h>
#include <string.h>
#include "rom/core/error.h"
#include "rom/core/image.h"
#include "tests/rom/fake_memory.h"
#include "tests/rom/fake_net.h"
#include "tests/unit/tap.h"

#define HEADER_AT 0x20000u

static uint8_t file[0x480000];
static uint32_t file_len;
static uint32_t record_at; /* where the next record goes */
static struct image image;

static struct nbi_header *header(void)
{
	return (struct nbi_header *)file;
}

static struct nbi_record *record(uint32_t offset)
{
	return (struct nbi_record *)(file + offset);
}

static uint8_t data_byte(uint32_t i)
{
	return (uint8_t)(i * 37 + (i >> 8) * 11 + 1);
}

/* A header without records, placed at 2000:0000, started at 3000:0000. */
static void begin(void)
{
	fake_reset();
	fake_memory_reset();
	memset(file, 0, sizeof(file));
	*header() = (struct nbi_header){ .magic = NBI_MAGIC,
					 .flags = 4,
					 .location = { 0, 0x2000 },
					 .execute.segoff = { 0, 0x3000 } };
	record_at = 16;
	file_len = 512;
}

/* Appends a record and its data; mode as in enum nbi_address_mode. */
static struct nbi_record *add(enum nbi_address_mode mode, uint32_t address, uint32_t image_length,
			      uint32_t memory_length)
{
	struct nbi_record *r = record(record_at);

	*r = (struct nbi_record){ .flags = 4 | 0x1200 | (uint32_t)mode << 24,
				  .address = address,
				  .image_length = image_length,
				  .memory_length = memory_length };
	for (uint32_t i = 0; i < image_length && file_len < sizeof(file); i++, file_len++)
		file[file_len] = data_byte(file_len);
	record_at += 16;
	return r;
}

static struct nbi_record *add_last(enum nbi_address_mode mode, uint32_t address,
				   uint32_t image_length, uint32_t memory_length)
{
	struct nbi_record *r = add(mode, address, image_length, memory_length);

	r->flags |= NBI_RECORD_LAST;
	return r;
}

/* Feeds the file in pieces of `step` bytes; returns the first result that is not 0, or image_end()'s. */
static int feed(uint32_t step)
{
	image_begin(&image);
	for (uint32_t at = 0; at < file_len; at += step) {
		uint32_t len = file_len - at < step ? file_len - at : step;
		int result = image_data(&image, file + at, len);

		if (result)
			return result;
	}
	return image_end(&image);
}

/* True if [dest, dest + len) holds the file's bytes from `from`. */
static bool holds(uint32_t dest, uint32_t from, uint32_t len)
{
	return !memcmp(fake_memory + dest, file + from, len);
}

static void test_modes(void)
{
	static const uint32_t steps[] = { 1, 7, 511, 512, 513, 1468, sizeof(file) };

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		begin();
		add(NBI_ADDRESS_ABSOLUTE, 0x30000, 1000, 0x1000);
		add(NBI_ADDRESS_AFTER_PREVIOUS, 0x100, 700, 0x200 + 512);
		add(NBI_ADDRESS_ABSOLUTE, 0x100000, 100000, 200000);
		add(NBI_ADDRESS_FROM_END, 0x10000, 3000, 0x8000);
		add(NBI_ADDRESS_BEFORE_PREVIOUS, 0x5000, 0x1234, 0x5000);
		add_last(NBI_ADDRESS_AFTER_PREVIOUS, 0x8000, 11, 11);
		tap_ok(feed(steps[i]) == 0, "a tagged image with all modes, %u bytes at a time",
		       steps[i]);
		TAP_OK(image.kind == IMAGE_TAGGED && image.header.location.segment == 0x2000);
		TAP_OK(holds(HEADER_AT, 0, 512));
		TAP_OK(holds(0x30000, 512, 1000));
		TAP_OK(holds(0x31100, 1512, 700));
		TAP_OK(holds(0x100000, 2212, 100000));
		TAP_OK(holds(FAKE_MEMORY_END - 0x10000, 102212, 3000));
		TAP_OK(holds(FAKE_MEMORY_END - 0x15000, 105212, 0x1234));
		TAP_OK(holds(FAKE_MEMORY_END - 0x10000 + 0x8000, 105212 + 0x1234, 11));
		TAP_OK(fake_memory_written() == file_len);
	}
}

static void test_vendor_data(void)
{
	begin();
	header()->flags = 4 | 3 << 4 | NBI_FLAG_RETURNS;
	memset(file + 16, 0xEE, 12);
	record_at += 12;
	add(NBI_ADDRESS_ABSOLUTE, 0x30000, 600, 600)->flags |= 15 << 4;
	memset(file + record_at, 0xEE, 60);
	record_at += 60;
	add_last(NBI_ADDRESS_ABSOLUTE, 0x100000, 600, 600)->flags |= 1 << 4;
	tap_ok(feed(1468) == 0 && holds(0x30000, 512, 600) && holds(0x100000, 1112, 600),
	       "vendor data is ignored");
	TAP_OK(image.header.flags & NBI_FLAG_RETURNS);

	/* The last possible places: records and vendor data up to byte 512. */
	begin();
	for (int i = 0; i < 30; i++)
		add(NBI_ADDRESS_ABSOLUTE, 0x30000 + (uint32_t)i * 64, 64, 64);
	add_last(NBI_ADDRESS_ABSOLUTE, 0x100000, 1, 1);
	TAP_OK(record_at == 512 && feed(1468) == 0 && holds(0x100000, 512 + 30 * 64, 1));
}

static void test_small_segments(void)
{
	begin();
	add(NBI_ADDRESS_ABSOLUTE, 0x30000, 5, 5);
	add(NBI_ADDRESS_ABSOLUTE, 0x40000, 0, 100);
	add(NBI_ADDRESS_ABSOLUTE, 0x50000, 0, 0);
	add(NBI_ADDRESS_ABSOLUTE, 0x60000, 3, 3);
	add_last(NBI_ADDRESS_ABSOLUTE, 0x70000, 0, 100);
	TAP_OK(feed(1) == 0 && holds(0x30000, 512, 5) && holds(0x60000, 517, 3));
	TAP_OK(feed(sizeof(file)) == 0);
	file_len += 100; /* padding behind the last segment */
	fake_memory_reset();
	tap_ok(feed(512) == 0 && fake_memory_written() == 512 + 8, "what follows is not placed");
}

static void test_linear(void)
{
	begin();
	header()->flags |= NBI_FLAG_LINEAR;
	header()->execute.linear = 0x100010;
	add_last(NBI_ADDRESS_ABSOLUTE, 0x100000, 0x20, 0x20);
	TAP_OK(feed(1468) == 0 && image.header.execute.linear == 0x100010);
	header()->execute.linear = 0x100020;
	TAP_OK(feed(1468) == ROM_EFORMAT);
}

/* One segment that cannot be, between two good ones. Nothing may be written. */
static bool refuses(enum nbi_address_mode mode, uint32_t address, uint32_t image_length,
		    uint32_t memory_length, const char *why)
{
	int result;

	begin();
	add(NBI_ADDRESS_ABSOLUTE, 0x30000, 16, 0x1000);
	/* A length in the header without the data: the header alone must suffice for the verdict. */
	add(mode, address, 0, memory_length)->image_length = image_length;
	add_last(NBI_ADDRESS_ABSOLUTE, 0x100000, 16, 16);
	result = feed(512);
	return result == ROM_EMEMORY && !fake_memory_written() && fake_saw("segment 2") &&
	       fake_saw(why);
}

static void test_bad_segments(void)
{
	const char *range = "out of range", *used = "not there or not free";

	TAP_OK(refuses(0, 0, 0, 1, used));
	TAP_OK(refuses(0, 0x7C00, 512, 512, used));
	TAP_OK(refuses(0, 0xFFFF, 1, 1, used));
	TAP_OK(refuses(0, 0x97FFF, 2, 2, used));
	TAP_OK(refuses(0, 0x98000, 1, 1, used));
	TAP_OK(refuses(0, 0x9F000, 1, 1, used));
	TAP_OK(refuses(0, 0xA0000, 1, 1, used));
	TAP_OK(refuses(0, 0xFFFFF, 2, 2, used));
	TAP_OK(refuses(0, 0x90000, 1, 0x80000, used));
	TAP_OK(refuses(0, 0x90000, 0, 0x300000, used));
	TAP_OK(refuses(0, FAKE_MEMORY_END - 1, 2, 2, used));
	TAP_OK(refuses(0, FAKE_MEMORY_END, 1, 1, used));
	TAP_OK(refuses(0, 0x100000, 1, FAKE_MEMORY_SIZE, used));
	TAP_OK(refuses(0, 0x80000000, 1, 1, used));
	TAP_OK(refuses(0, 0x100000, 1, 0xFFFFFFFF, range));
	TAP_OK(refuses(0, 0xFFFFFFFF, 1, 1, range) || fake_saw(used));
	TAP_OK(refuses(0, 0xFFFFF000, 1, 0x2000, range));
	TAP_OK(refuses(0, 0x100000, 11, 10, "more data than memory"));
	TAP_OK(refuses(0, 0x100000, 0xFFFFFFFF, 10, "more data than memory"));
	TAP_OK(refuses(0, HEADER_AT, 1, 1, "header"));
	TAP_OK(refuses(0, HEADER_AT - 1, 2, 2, "header"));
	TAP_OK(refuses(0, HEADER_AT + 511, 1, 1, "header"));
	TAP_OK(refuses(0, HEADER_AT - 0x1000, 0, 0x2000, "header"));
	TAP_OK(refuses(1, 0xFFFFFFFF, 1, 1, range));
	TAP_OK(refuses(1, 0x67000, 1, 1, used));
	TAP_OK(refuses(2, 0, 1, 1, used));
	TAP_OK(refuses(2, 0xFFFFFFFF, 1, 1, range));
	TAP_OK(refuses(2, FAKE_MEMORY_END, 1, 1, used));
	TAP_OK(refuses(3, 0x30001, 1, 1, range));
	TAP_OK(refuses(3, 0x30000, 1, 1, used));

	/* And the places right beside those. */
	begin();
	add(NBI_ADDRESS_ABSOLUTE, 0x30000, 16, 16);
	add(NBI_ADDRESS_ABSOLUTE, 0x10000, 1, HEADER_AT - 0x10000);
	add(NBI_ADDRESS_ABSOLUTE, HEADER_AT + 512, 1, 1);
	add(NBI_ADDRESS_ABSOLUTE, 0x97FFF, 1, 1);
	add(NBI_ADDRESS_ABSOLUTE, 0x100000, 1, FAKE_MEMORY_END - 0x100000);
	add_last(NBI_ADDRESS_FROM_END, 1, 1, 1);
	TAP_OK(feed(512) == 0 && file_len == 512 + 21);
}

static int with_header(uint32_t flags, uint16_t segment, uint16_t offset)
{
	begin();
	header()->flags = flags;
	header()->location = (struct nbi_segoff){ offset, segment };
	add_last(NBI_ADDRESS_ABSOLUTE, 0x30000, 16, 16);
	return feed(512);
}

static void test_bad_headers(void)
{
	TAP_OK(with_header(4, 0x2000, 0) == 0);
	TAP_OK(with_header(4, 0x1000, 0) == 0);
	TAP_OK(with_header(4, 0x9700, 0x0E00) == 0);
	TAP_OK(with_header(3, 0x2000, 0) == ROM_EFORMAT);
	TAP_OK(with_header(5, 0x2000, 0) == ROM_EFORMAT);
	TAP_OK(with_header(0, 0x2000, 0) == ROM_EFORMAT);
	TAP_OK(with_header(4, 0, 0) == ROM_EFORMAT);
	TAP_OK(with_header(4, 0x0FFF, 0xF) == ROM_EFORMAT);
	TAP_OK(with_header(4, 0x9700, 0x0E01) == ROM_EFORMAT);
	TAP_OK(with_header(4, 0xB800, 0) == ROM_EFORMAT);
	TAP_OK(with_header(4, 0xFFFF, 0x10) == ROM_EFORMAT);
	TAP_OK(with_header(4, 0xFFFF, 0xFFFF) == ROM_EFORMAT);

	/* Records that leave the block, or are of a wrong length. */
	begin();
	for (int i = 0; i < 31; i++)
		add(NBI_ADDRESS_ABSOLUTE, 0x30000, 1, 1);
	tap_ok(feed(512) == ROM_EFORMAT && !fake_memory_written(), "no last record in 512 bytes");
	begin();
	add_last(NBI_ADDRESS_ABSOLUTE, 0x30000, 1, 1)->flags ^= 1;
	TAP_OK(feed(512) == ROM_EFORMAT);
	begin();
	add_last(NBI_ADDRESS_ABSOLUTE, 0x30000, 1, 1)->flags &= ~0xFu;
	TAP_OK(feed(512) == ROM_EFORMAT);
	begin();
	header()->flags = 4 | 15 << 4;
	for (record_at = 76; record_at <= 496 - 16;)
		add(NBI_ADDRESS_ABSOLUTE, 0x30000, 1, 1);
	record_at = 476;
	add_last(NBI_ADDRESS_ABSOLUTE, 0x30000, 1, 1)->flags |= 15 << 4;
	tap_ok(feed(512) == ROM_EFORMAT, "vendor data beyond the 512 bytes");

	begin();
	header()->execute.segoff = (struct nbi_segoff){ 16, 0x3000 };
	add_last(NBI_ADDRESS_ABSOLUTE, 0x30000, 16, 100);
	tap_ok(feed(512) == ROM_EFORMAT && fake_saw("start"), "a start in no segment's data");
}

static void test_short_files(void)
{
	begin();
	add(NBI_ADDRESS_ABSOLUTE, 0x30000, 1000, 1000);
	add_last(NBI_ADDRESS_ABSOLUTE, 0x100000, 1000, 1000);
	for (file_len = 1; file_len < 2512; file_len += 3) {
		if (feed(700) != ROM_EFORMAT)
			break;
	}
	tap_ok(file_len >= 2512, "a tagged image cut short anywhere is not started (%u)", file_len);
	TAP_OK(fake_saw("too early"));
	file_len = 0;
	TAP_OK(feed(1) == ROM_EFORMAT);
}

static void test_boot_sector(void)
{
	static const uint32_t sizes[] = { 512, 513, 1024, 512 + 0x88000, 512 + 0x88001, 0x200000 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (uint32_t step = 100; step <= 14680; step = step * 10 + 468) {
			begin();
			file_len = sizes[i];
			for (uint32_t at = 0; at < file_len; at++)
				file[at] = data_byte(at);
			file[510] = 0x55;
			file[511] = 0xAA;
			uint32_t low = file_len - 512 < 0x88000 ? file_len - 512 : 0x88000;
			tap_ok(feed(step) == 0 && image.kind == IMAGE_BOOT_SECTOR &&
				       holds(0x7C00, 0, 512) && holds(0x10000, 512, low) &&
				       holds(0x100000, 512 + low, file_len - 512 - low) &&
				       fake_memory_written() == file_len,
			       "a boot sector image of %u bytes, %u at a time", sizes[i], step);
		}
	}
	file_len = sizeof(file);
	TAP_OK(feed(1468) == ROM_EMEMORY && fake_saw("too large"));
}

static void test_text(void)
{
	begin();
	file_len =
		(uint32_t)snprintf((char *)file, sizeof(file), "Closed\r\nuntil %c[2Jnoon\n", 27);
	TAP_OK(feed(5) == ROM_EFORMAT && image.kind == IMAGE_TEXT);
	TAP_OK(fake_saw("Closed\nuntil ?[2Jnoon\n"));
	begin();
	memset(file, 'x', 2000);
	file_len = 2000;
	TAP_OK(feed(512) == ROM_EFORMAT && fake_saw("neither"));
	TAP_OK(!fake_memory_written());
}

int main(void)
{
	test_modes();
	test_vendor_data();
	test_small_segments();
	test_linear();
	test_bad_segments();
	test_bad_headers();
	test_short_files();
	test_boot_sector();
	test_text();
	return tap_done();
}
