/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A net loader without a net, for tests of tagged images: takes the image and a BOOTP reply from the disk it was
 * booted from, places the segments by the specification and enters the image in real mode.
 *
 *      sectors 0-31   this program            sector 32   struct loader_job
 *      sectors 33-35  the BOOTP reply         sector 64…  the image
 *
 * Built on the start code's BIOS part, but on none of what is tested.
 */
#include "rom/format/nbi.h"
#include "rom/start/bios.h"

void enter_image(uint32_t execute, uint32_t header, uint32_t reply);
void loader_main(void);
extern uint8_t loader_drive;

#define SECTOR	       512u
#define JOB_SECTOR     32u
#define REPLY_SECTOR   33u
#define IMAGE_SECTOR   64u
#define BUFFER	       0x98000u /* the loader's own 32 KB */
#define BUFFER_SECTORS 32u
#define REPLY	       0x9D000u
#define MAP_MAX	       32

struct loader_job {
	uint32_t magic; /* 0x4A4B4D53 */
	uint32_t image_size;
	uint32_t reply_size; /* 0: no reply, a null pointer */
};

static struct place_range map[MAP_MAX];
static uint8_t block[SECTOR];
static struct loader_job job;

static void fail(const char *what)
{
	print_text("loader: ");
	print_text(what);
	print_text("\n");
}

static bool read_sectors(uint32_t sector, uint32_t n, uint32_t to)
{
	static struct {
		uint8_t size, zero;
		uint16_t n, offset, segment;
		uint32_t sector, sector_high;
	} packet;
	struct bios_regs regs = { .eax = 0x4200, .edx = loader_drive };

	packet.size = 16;
	packet.n = (uint16_t)n;
	packet.offset = 0;
	packet.segment = BUFFER >> 4;
	packet.sector = sector;
	packet.sector_high = 0;
	regs.esi = (uint32_t)(uintptr_t)&packet;
	bios_call(0x13, &regs);
	if (regs.flags & BIOS_CARRY)
		return false;
	if (to != BUFFER)
		mem_copy(to, BUFFER, n * SECTOR);
	return true;
}

/* Copies size bytes at byte offset of the image to memory. */
static bool read_image(uint32_t offset, uint32_t size, uint32_t to)
{
	while (size) {
		uint32_t skip = offset % SECTOR, n = BUFFER_SECTORS * SECTOR - skip;

		if (n > size)
			n = size;
		if (!read_sectors(IMAGE_SECTOR + offset / SECTOR, (skip + n + SECTOR - 1) / SECTOR,
				  BUFFER))
			return false;
		mem_copy(to, BUFFER + skip, n);
		to += n;
		offset += n;
		size -= n;
	}
	return true;
}

static uint32_t memory_end(unsigned n)
{
	uint32_t end = 0;

	for (unsigned i = 0; i < n; i++)
		if (map[i].usable && map[i].end > end)
			end = map[i].end;
	return end;
}

static uint32_t load_address(const struct nbi_record *r, uint32_t start, uint32_t end, uint32_t top)
{
	switch (nbi_record_mode(r->flags)) {
	case NBI_ADDRESS_AFTER_PREVIOUS:
		return end + r->address;
	case NBI_ADDRESS_FROM_END:
		return top - r->address;
	case NBI_ADDRESS_BEFORE_PREVIOUS:
		return start - r->address;
	default:
		return r->address;
	}
}

static bool load(const struct nbi_header *header)
{
	uint32_t at = nbi_fixed_bytes(header->flags) + nbi_vendor_bytes(header->flags);
	uint32_t offset = NBI_HEADER_SIZE, start = 0, end = 0;
	unsigned n = memory_map(map, MAP_MAX);
	uint32_t top = memory_end(n), flags;

	do {
		const struct nbi_record *r = (const struct nbi_record *)(block + at);

		start = load_address(r, start, end, top);
		end = start + r->memory_length;
		if (!place_is_memory(map, n, start, end)) {
			fail("a segment does not fit into memory");
			return false;
		}
		if (!read_image(offset, r->image_length, start)) {
			fail("cannot read the disk");
			return false;
		}
		offset += r->image_length;
		flags = r->flags;
		at += nbi_fixed_bytes(flags) + nbi_vendor_bytes(flags);
	} while (!(flags & NBI_RECORD_LAST));
	return true;
}

void loader_main(void)
{
	const struct nbi_header *header = (const struct nbi_header *)block;
	uint32_t location;

	print_init();
	if (!a20_enable() || !read_sectors(JOB_SECTOR, 1, linear_of(block))) {
		fail("cannot read the job");
		return;
	}
	job = *(const struct loader_job *)block;
	if (job.magic != 0x4A4B4D53u || !read_sectors(REPLY_SECTOR, 3, REPLY) ||
	    !read_sectors(IMAGE_SECTOR, 1, linear_of(block)) || header->magic != NBI_MAGIC) {
		fail("no tagged image");
		return;
	}
	location = header->location.segment * 16u + header->location.offset;
	if (!load(header))
		return;
	mem_copy(location, linear_of(block), NBI_HEADER_SIZE);
	fail("entering the image");
	enter_image(header->execute.linear,
		    (uint32_t)header->location.segment << 16 | header->location.offset,
		    job.reply_size ? (REPLY >> 4) << 16 : 0);
	fail("the image came back");
}
