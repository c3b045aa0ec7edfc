/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mktestimage: makes images that test the boot ROM, and prints on standard output the
 * lines the test image will write about its segments.
 *
 *      mktestimage KIND BYTES CODE.bin OUT
 *
 * KIND         real | linear | returns    tagged, all four address modes, BYTES of data in all
 *              boot                       a boot sector image; CODE.bin is the sector
 *              text                       BYTES (under 512) of text
 *              low | rom | self | vectors | wrap | short | magic      tagged images that must be refused
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rom/format/nbi.h"
#include "tests/rom/testimage.h"

enum { DATA_SEGMENTS = 4, PAGE = 4096 };

/* How the four data segments say where they go. */
static const struct placement {
	enum nbi_address_mode mode;
	uint32_t address;
} placements[DATA_SEGMENTS] = {
	{ NBI_ADDRESS_ABSOLUTE, 0x200000 },
	{ NBI_ADDRESS_AFTER_PREVIOUS, 2 * PAGE },
	{ NBI_ADDRESS_FROM_END, 0x4000000 }, /* 64 MB back */
	{ NBI_ADDRESS_BEFORE_PREVIOUS, 0x3000000 },
};

struct builder {
	uint8_t block[NBI_HEADER_SIZE];
	size_t used;
	uint8_t *data;
	size_t len;
};

static uint32_t seed = 1;

static uint32_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed;
}

static uint32_t crc32(const uint8_t *bytes, size_t len)
{
	uint32_t crc = ~0u;

	while (len--) {
		crc ^= *bytes++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
	}
	return ~crc;
}

static void *checked(void *p, const char *what)
{
	if (!p) {
		perror(what);
		exit(1);
	}
	return p;
}

static uint8_t *read_code(const char *path, size_t *len)
{
	FILE *f = checked(fopen(path, "rb"), path);
	uint8_t *code = checked(malloc(65536), path);

	*len = fread(code, 1, 65536, f);
	fclose(f);
	return code;
}

static void add_segment(struct builder *b, uint32_t flags, uint32_t address, const void *data,
			size_t len, size_t memory)
{
	struct nbi_record record = { .flags = NBI_RECORD_DWORDS | 1u << 4 | flags,
				     .address = address,
				     .image_length = (uint32_t)len,
				     .memory_length = (uint32_t)memory };

	memcpy(b->block + b->used, &record, sizeof(record));
	b->used += sizeof(record);
	memcpy(b->block + b->used, "vend", 4); /* vendor data, to be skipped */
	b->used += 4;
	b->data = checked(realloc(b->data, b->len + len + 1), "memory");
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

static void add_data(struct builder *b, unsigned int number, size_t len, bool last)
{
	const struct placement *p = &placements[number - 2];
	uint8_t *data = checked(malloc(len), "memory");
	struct data_segment head = { DATA_MAGIC + number, ~(DATA_MAGIC + number) };
	size_t memory = (len + PAGE - 1) / PAGE * PAGE;

	for (size_t i = 0; i < len; i++)
		data[i] = (uint8_t)(next_random() >> 11);
	memcpy(data, &head, sizeof(head));
	add_segment(b, (uint32_t)p->mode << 24 | (last ? NBI_RECORD_LAST : 0) | 100u << 8,
		    p->address, data, len, memory);
	printf("segment %u length %zu crc32 %08x\n", number, len, crc32(data, len));
	free(data);
}

static void make_tagged(struct builder *b, const char *kind, size_t bytes, const char *code_path)
{
	struct nbi_header header = {
		.magic = NBI_MAGIC,
		.flags = NBI_HEADER_DWORDS,
		.location = { 0, TESTIMAGE_HEADER >> 4 },
		.execute.segoff = { 0, TESTIMAGE_BASE >> 4 },
	};
	size_t code_len;
	uint8_t *code = read_code(code_path, &code_len);
	uint32_t address = TESTIMAGE_BASE;

	if (!strcmp(kind, "linear")) {
		header.flags |= NBI_FLAG_LINEAR;
		header.execute.linear = TESTIMAGE_BASE + TESTIMAGE_ENTRY32;
	} else if (!strcmp(kind, "returns")) {
		header.flags |= NBI_FLAG_RETURNS;
	} else if (!strcmp(kind, "low")) {
		address = 0x9A000; /* the loader's own area */
	} else if (!strcmp(kind, "rom")) {
		address = 0xC8000;
	} else if (!strcmp(kind, "vectors")) {
		address = 0x400;
	} else if (!strcmp(kind, "self")) {
		address = 0xFF40000; /* the end of 256 MB, where the loader is */
	} else if (!strcmp(kind, "wrap")) {
		address = 0xFFFFF000;
	} else if (!strcmp(kind, "magic")) {
		header.magic++;
	}
	memcpy(b->block, &header, sizeof(header));
	b->used = sizeof(header);
	add_segment(b, 16u << 8, address, code, code_len, 65536 - PAGE);
	for (unsigned int i = 0; i < DATA_SEGMENTS; i++)
		add_data(b, i + 2, bytes / DATA_SEGMENTS, i == DATA_SEGMENTS - 1);
	if (!strcmp(kind, "short"))
		b->len -= 1000;
	free(code);
}

int main(int argc, char **argv)
{
	struct builder b = { 0 };
	size_t bytes;
	FILE *out;

	if (argc != 5) {
		fputs("usage: mktestimage KIND BYTES CODE.bin OUT\n", stderr);
		return 2;
	}
	bytes = strtoul(argv[2], NULL, 10);
	if (!strcmp(argv[1], "boot")) {
		uint8_t *sector = read_code(argv[3], &b.used);

		memcpy(b.block, sector, 512);
		free(sector);
		b.len = bytes;
		b.data = checked(malloc(bytes), "memory");
		memset(b.data, 'x', bytes);
		memcpy(b.data, "0123456789abcdef", 16);
	} else if (!strcmp(argv[1], "text")) {
		b.len = bytes;
		b.data = checked(malloc(bytes + 1), "memory");
		for (size_t i = 0; i < bytes; i++)
			b.data[i] = (uint8_t)("text image\n"[i % 11]);
	} else {
		make_tagged(&b, argv[1], bytes, argv[3]);
	}
	out = checked(fopen(argv[4], "wb"), argv[4]);
	if (strcmp(argv[1], "text") != 0)
		fwrite(b.block, 1, sizeof(b.block), out);
	fwrite(b.data, 1, b.len, out);
	free(b.data);
	if (fclose(out)) {
		perror(argv[4]);
		return 1;
	}
	return 0;
}
