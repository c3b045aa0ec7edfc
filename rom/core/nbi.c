/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The image loader: tagged images (rom/format/nbi.h), boot sectors, texts.
 *
 * The first 512 bytes are collected, then judged as a whole: every record of a tagged image
 * is worked out and checked before the first byte is placed.  After that the data
 * runs straight from the network to its place, `left` bytes at a time.
 */
#include "rom/core/error.h"
#include "rom/core/image.h"
#include "rom/core/mem.h"
#include "rom/core/memmap.h"
#include "rom/core/platform.h"
#include "rom/core/print.h"

#define BOOT_SECTOR_ADDRESS 0x7C00u
#define BOOT_SECTOR_MAGIC   0xAA55u /* at 510 */

void image_begin(struct image *image)
{
	memset(image, 0, sizeof(*image));
}

/* The record at image->record; copied, because records may stand at any byte. */
static struct nbi_record current_record(const struct image *image)
{
	struct nbi_record record;

	memcpy(&record, image->block + image->record, sizeof(record));
	return record;
}

static uint32_t linear(struct nbi_segoff p)
{
	return ((uint32_t)p.segment << 4) + p.offset;
}

/* True where the proposal and this machine allow an image to be. The range does not wrap. */
static bool allowed(uint32_t start, uint32_t size)
{
	uint32_t end = start + size;

	if (start < NBI_LOW_LIMIT || (start < NBI_ADAPTER_END && end > NBI_LOADER_START))
		return false;
	return memmap_usable(start, size);
}

/*
 * Works out where the segment of `record` lies: image->start and ->end, from those of the
 * previous one (0 and 0 before the first).  Returns what is wrong with it, or NULL.
 */
static const char *place(struct image *image, const struct nbi_record *record)
{
	uint32_t base = 0, start = record->address, header = linear(image->header.location);
	enum nbi_address_mode mode = nbi_record_mode(record->flags);

	if (mode == NBI_ADDRESS_AFTER_PREVIOUS)
		start += base = image->end;
	else if (mode != NBI_ADDRESS_ABSOLUTE)
		start = (base = mode == NBI_ADDRESS_FROM_END ? memmap_end() : image->start) - start;
	/* Counted forwards it must not be before its base, counted backwards not behind it. */
	if (mode < NBI_ADDRESS_FROM_END ? start < base : start > base)
		return "address out of range";
	image->start = start;
	image->end = start + record->memory_length;
	if (image->end < start)
		return "length out of range";
	if (record->image_length > record->memory_length)
		return "more data than memory";
	if (!allowed(start, record->memory_length))
		return "memory not there or not free";
	if (start < header + NBI_HEADER_SIZE && image->end > header)
		return "overwrites the image's header";
	return NULL;
}

/* Moves to the next record, or the first. Returns false when it does not fit the 512 bytes. */
static bool next_record(struct image *image)
{
	uint32_t flags = image->record ? current_record(image).flags : image->header.flags;

	image->record += nbi_fixed_bytes(flags) + nbi_vendor_bytes(flags);
	if (image->record > NBI_HEADER_SIZE - sizeof(struct nbi_record))
		return false;
	flags = current_record(image).flags;
	return (flags & 0xFu) == NBI_RECORD_DWORDS &&
	       image->record + nbi_fixed_bytes(flags) + nbi_vendor_bytes(flags) <= NBI_HEADER_SIZE;
}

/* Makes image->dest and ->left those of the next record that has data, or stays at the last one. */
static void advance(struct image *image)
{
	while (!image->left &&
	       !(image->record && (current_record(image).flags & NBI_RECORD_LAST))) {
		struct nbi_record record;

		next_record(image);
		record = current_record(image);
		place(image, &record);
		image->dest = image->start;
		image->left = record.image_length;
	}
}

/* Checks the header and all records, puts the header in place, and gets ready for the data. */
static int begin_tagged(struct image *image)
{
	uint32_t header, execute, number = 0;
	struct nbi_record record;
	bool can_start = false;

	memcpy(&image->header, image->block, sizeof(image->header));
	header = linear(image->header.location);
	execute = image->header.flags & NBI_FLAG_LINEAR ? image->header.execute.linear
							: linear(image->header.execute.segoff);
	if ((image->header.flags & 0xFu) != NBI_HEADER_DWORDS || header >= NBI_LOADER_START ||
	    !allowed(header, NBI_HEADER_SIZE)) {
		print("\nBad image: header length, or its place %x\n", header);
		return ROM_EFORMAT;
	}
	do {
		const char *wrong;

		number++;
		if (!next_record(image)) {
			print("\nBad image: record %u is malformed\n", number);
			return ROM_EFORMAT;
		}
		record = current_record(image);
		wrong = place(image, &record);
		if (wrong) {
			print("\nBad image: segment %u, %x bytes at %x: %s\n", number,
			      record.memory_length, image->start, wrong);
			return ROM_EMEMORY;
		}
		if (execute - image->start < record.image_length)
			can_start = true;
	} while (!(record.flags & NBI_RECORD_LAST));
	if (!can_start) {
		print("\nBad image: its start %x is in no segment\n", execute);
		return ROM_EFORMAT;
	}

	image->record = image->start = image->end = 0;
	memmap_write(header, image->block, NBI_HEADER_SIZE);
	advance(image);
	return 0;
}

/* The first 512 bytes are there: what are they? */
static int identify(struct image *image)
{
	uint32_t magic;

	memcpy(&magic, image->block, sizeof(magic));
	if (magic == NBI_MAGIC) {
		image->kind = IMAGE_TAGGED;
		return begin_tagged(image);
	}
	if ((image->block[510] | image->block[511] << 8) != BOOT_SECTOR_MAGIC) {
		print("\nBad image: neither a tagged image nor a boot sector (use mknbi)\n");
		return ROM_EFORMAT;
	}
	image->kind = IMAGE_BOOT_SECTOR;
	/* As any part of it: data() asks whether it may be there. */
	image->dest = BOOT_SECTOR_ADDRESS;
	return 0;
}

/* A boot sector's next `len` bytes: 0x7C00, then from 0x10000, then from 0x100000. */
static int boot_sector_data(struct image *image, const uint8_t *data, uint32_t len)
{
	while (len) {
		uint32_t part = len;

		if (image->dest == BOOT_SECTOR_ADDRESS + NBI_HEADER_SIZE)
			image->dest = NBI_LOW_LIMIT;
		if (image->dest == NBI_LOADER_START)
			image->dest = NBI_ADAPTER_END;
		if (image->dest < NBI_LOADER_START && part > NBI_LOADER_START - image->dest)
			part = NBI_LOADER_START - image->dest;
		if (!memmap_usable(image->dest, part)) {
			print("\nThe image is too large for the memory: none at %x\n", image->dest);
			return ROM_EMEMORY;
		}
		memmap_write(image->dest, data, part);
		image->dest += part;
		data += part;
		len -= part;
	}
	return 0;
}

/* A tagged image's next `len` bytes.  What follows the last segment belongs nowhere. */
static void tagged_data(struct image *image, const uint8_t *data, uint32_t len)
{
	while (len && image->left) {
		uint32_t part = len < image->left ? len : image->left;

		memmap_write(image->dest, data, part);
		image->dest += part;
		image->left -= part;
		data += part;
		len -= part;
		advance(image);
	}
}

int image_data(struct image *image, const void *data, uint32_t len)
{
	const uint8_t *p = data;

	if (image->received < NBI_HEADER_SIZE) {
		uint32_t part = NBI_HEADER_SIZE - image->received;
		int result;

		if (part > len)
			part = len;
		memcpy(image->block + image->received, p, part);
		image->received += part;
		p += part;
		len -= part;
		if (image->received < NBI_HEADER_SIZE)
			return 0;
		result = identify(image);
		if (!result && image->kind == IMAGE_BOOT_SECTOR)
			result = boot_sector_data(image, image->block, NBI_HEADER_SIZE);
		if (result)
			return result;
	}
	if (image->kind == IMAGE_BOOT_SECTOR)
		return boot_sector_data(image, p, len);
	tagged_data(image, p, len);
	return 0;
}

/* Shows the text byte by byte, so that nothing in it can drive the terminal. */
static void show_text(const struct image *image)
{
	platform_putchar('\n');
	for (uint32_t i = 0; i < image->received; i++) {
		char c = (char)image->block[i];

		if (c != '\r')
			platform_putchar(c == '\n' || (c >= ' ' && c <= '~') ? c : '?');
	}
	platform_putchar('\n');
}

int image_end(struct image *image)
{
	uint32_t magic;

	if (image->received < NBI_HEADER_SIZE) {
		memcpy(&magic, image->block, sizeof(magic));
		if (image->received && magic != NBI_MAGIC) {
			image->kind = IMAGE_TEXT;
			show_text(image);
			return ROM_EFORMAT;
		}
		image->left = 1; /* at least; said below */
	}
	if (image->kind == IMAGE_BOOT_SECTOR || !image->left)
		return 0;
	print("\nThe image ends too early: check the file on the server\n");
	return ROM_EFORMAT;
}
