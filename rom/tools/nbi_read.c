/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a tagged image and checks it; see nbi_read.h. */
#include "rom/tools/nbi_read.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mkdcroot/base/mem.h"
#include "rom/tools/bytes.h"

#define HEADER_KNOWN_FLAGS (0xFFu | NBI_FLAG_RETURNS | NBI_FLAG_LINEAR)
#define RECORD_KNOWN_FLAGS (0xFFFFu | 0x03000000u | NBI_RECORD_LAST)
#define ONE_MB		   0x100000u
#define FOUR_GB		   0x100000000ull

const struct nbi_rule nbi_rules[] = {
	{ "file-size", "the file holds the header and the data of all segments, and nothing else" },
	{ "magic", "the file begins with 36 13 03 1B" },
	{ "header-length", "the header is four dwords long, and its vendor part fits into it" },
	{ "header-flags", "reserved bits of the header's flags are zero" },
	{ "location", "the header is loaded between 0x10000 and 0x98000" },
	{ "execute", "the image is entered in one of its segments" },
	{ "record-length", "a record is four dwords long" },
	{ "record-flags", "reserved bits of a record's flags are zero" },
	{ "record-space", "all records lie in the first 512 bytes, the last is marked as such" },
	{ "lengths", "a segment is not longer in the file than in memory" },
	{ "relative", "a relative address has something to be relative to" },
	{ "memory", "nothing is loaded below 0x10000, from 0x98000 to 0xFFFFF, or beyond 4 GB" },
	{ "overlap", "segments and header do not overlap in memory" },
	{ NULL, NULL },
};

static void problem(struct nbi_image *image, const char *rule, uint64_t offset, const char *fmt,
		    ...) __attribute__((format(printf, 4, 5)));

static void problem(struct nbi_image *image, const char *rule, uint64_t offset, const char *fmt,
		    ...)
{
	va_list ap;

	image->problems =
		mem_resize(image->problems, image->n_problems + 1, sizeof(*image->problems));
	va_start(ap, fmt);
	image->problems[image->n_problems++] =
		(struct nbi_problem){ rule, offset, mem_vprintf(fmt, ap) };
	va_end(ap);
}

void nbi_image_free(struct nbi_image *image)
{
	for (size_t i = 0; i < image->n_problems; i++)
		free(image->problems[i].text);
	free(image->problems);
	image->problems = NULL;
	image->n_problems = 0;
}

/* --- header --- */

static uint32_t linear(struct nbi_segoff far)
{
	return far.segment * 16u + far.offset;
}

static struct nbi_segoff get_far(const uint8_t *p)
{
	return (struct nbi_segoff){ .offset = get16(p), .segment = get16(p + 2) };
}

static void read_vendor(const uint8_t *block, struct nbi_image *image)
{
	uint32_t len = nbi_vendor_bytes(image->flags), i;

	for (i = 0; i < len; i++) {
		uint8_t c = block[16 + i];

		image->vendor[i] = (char)(c >= ' ' && c < 127 ? c : '.');
		if (!c)
			break;
	}
	image->vendor[i] = '\0';
}

/* Is [start, end) where a loader must not put anything? */
static bool forbidden(uint64_t start, uint64_t end)
{
	return start < NBI_LOW_LIMIT || (start < NBI_ADAPTER_END && end > NBI_LOADER_START) ||
	       end > FOUR_GB;
}

static void read_header(const uint8_t *block, struct nbi_image *image)
{
	image->flags = get32(block + 4);
	image->location_far = get_far(block + 8);
	image->location = linear(image->location_far);
	image->execute_far = get_far(block + 12);
	image->execute =
		image->flags & NBI_FLAG_LINEAR ? get32(block + 12) : linear(image->execute_far);
	read_vendor(block, image);
	if (nbi_fixed_bytes(image->flags) != 16)
		problem(image, "header-length", 4, "the header's length is %u dwords, not 4",
			nbi_fixed_bytes(image->flags) / 4);
	if (image->flags & ~HEADER_KNOWN_FLAGS)
		problem(image, "header-flags", 4, "reserved flags 0x%08x are set",
			image->flags & ~HEADER_KNOWN_FLAGS);
	if (forbidden(image->location, (uint64_t)image->location + NBI_HEADER_SIZE) ||
	    image->location >= NBI_LOADER_START)
		problem(image, "location", 8, "the header is loaded at 0x%x", image->location);
}

/* --- records --- */

/* Where the segment goes, as far as that does not depend on the machine. */
static void place(struct nbi_image *image, struct nbi_segment *s)
{
	const struct nbi_segment *before = s == image->segments ? NULL : s - 1;
	uint64_t at = s->record + 4;

	switch (nbi_record_mode(s->flags)) {
	case NBI_ADDRESS_ABSOLUTE:
		s->placed = true;
		s->start = s->address;
		return;
	case NBI_ADDRESS_FROM_END:
		if (s->address < s->memory_length)
			problem(image, "memory", at,
				"%u bytes back from the end of memory are too few for %u bytes",
				s->address, s->memory_length);
		return;
	case NBI_ADDRESS_AFTER_PREVIOUS:
		if (!before)
			break;
		s->placed = before->placed;
		s->start = before->start + before->memory_length + s->address;
		return;
	case NBI_ADDRESS_BEFORE_PREVIOUS:
		if (!before)
			break;
		if (s->address < s->memory_length)
			problem(image, "overlap", at,
				"%u bytes back from the segment before are too few for %u bytes",
				s->address, s->memory_length);
		s->placed = before->placed && before->start >= s->address;
		s->start = s->placed ? before->start - s->address : 0;
		if (before->placed && !s->placed)
			problem(image, "memory", at, "the address is below zero");
		return;
	}
	problem(image, "relative", at, "the first segment has nothing to be relative to");
}

static void check_record(struct nbi_image *image, const struct nbi_segment *s)
{
	if (nbi_fixed_bytes(s->flags) != 16)
		problem(image, "record-length", s->record,
			"the record's length is %u dwords, not 4", nbi_fixed_bytes(s->flags) / 4);
	if (s->flags & ~RECORD_KNOWN_FLAGS)
		problem(image, "record-flags", s->record, "reserved flags 0x%08x are set",
			s->flags & ~RECORD_KNOWN_FLAGS);
	if (s->image_length > s->memory_length)
		problem(image, "lengths", s->record + 8, "%u bytes in the file, but %u in memory",
			s->image_length, s->memory_length);
	if (s->placed && forbidden(s->start, s->start + s->memory_length))
		problem(image, "memory", s->record + 4, "it takes 0x%llx to 0x%llx",
			(unsigned long long)s->start,
			(unsigned long long)(s->start + s->memory_length));
}

static void read_records(const uint8_t *block, struct nbi_image *image)
{
	uint32_t at = nbi_fixed_bytes(image->flags) + nbi_vendor_bytes(image->flags);
	uint64_t offset = NBI_HEADER_SIZE;
	struct nbi_segment *s = NULL;

	do {
		if (at + sizeof(struct nbi_record) > NBI_HEADER_SIZE ||
		    image->n_segments == NBI_SEGMENTS_MAX) {
			problem(image, "record-space", at,
				"no record is marked as the last before the header's end");
			return;
		}
		if (image->n_segments && !get32(block + at)) {
			problem(image, "record-space", s->record,
				"the record is not marked as the last, but no further one follows");
			return;
		}
		s = &image->segments[image->n_segments++];
		s->record = at;
		s->flags = get32(block + at);
		s->address = get32(block + at + 4);
		s->image_length = get32(block + at + 8);
		s->memory_length = get32(block + at + 12);
		s->offset = offset;
		place(image, s);
		check_record(image, s);
		offset += s->image_length;
		/* A record that claims to be shorter than it is would lead in circles. */
		if (nbi_fixed_bytes(s->flags) < 16)
			return;
		at += nbi_fixed_bytes(s->flags) + nbi_vendor_bytes(s->flags);
		if (at > NBI_HEADER_SIZE)
			problem(image, "record-space", s->record,
				"the record's vendor part does not fit into the header");
	} while (!(s->flags & NBI_RECORD_LAST));
	if (offset != image->file_size)
		problem(image, "file-size", offset < image->file_size ? offset : image->file_size,
			offset < image->file_size
				? "%llu bytes are told of, but the file has %llu: there is more "
				  "behind it"
				: "%llu bytes are told of, but the file has %llu: it is cut off",
			(unsigned long long)offset, (unsigned long long)image->file_size);
}

/* --- all of them together --- */

static bool overlap(uint64_t a, uint64_t a_len, uint64_t b, uint64_t b_len)
{
	return a < b + b_len && b < a + a_len;
}

static void check_overlap(struct nbi_image *image)
{
	for (size_t i = 0; i < image->n_segments; i++) {
		const struct nbi_segment *s = &image->segments[i];

		if (!s->placed)
			continue;
		if (overlap(s->start, s->memory_length, image->location, NBI_HEADER_SIZE))
			problem(image, "overlap", s->record + 4, "segment %zu covers the header",
				i);
		for (size_t j = 0; j < i; j++) {
			const struct nbi_segment *t = &image->segments[j];

			if (t->placed &&
			    overlap(s->start, s->memory_length, t->start, t->memory_length))
				problem(image, "overlap", s->record + 4,
					"segments %zu and %zu overlap", j, i);
		}
	}
}

static void check_execute(struct nbi_image *image)
{
	bool unknown = false;

	for (size_t i = 0; i < image->n_segments; i++) {
		const struct nbi_segment *s = &image->segments[i];

		unknown |= !s->placed;
		if (s->placed && image->execute >= s->start &&
		    image->execute < s->start + s->memory_length)
			return;
	}
	if (image->execute >= image->location && image->execute < image->location + NBI_HEADER_SIZE)
		return;
	/* Real mode does not reach a segment whose place depends on the machine. */
	if (!unknown || !(image->flags & NBI_FLAG_LINEAR))
		problem(image, "execute", 12, "0x%x, where it is entered, is in no segment",
			image->execute);
}

static enum nbi_kind find_kind(const uint8_t *block, size_t len, uint64_t file_size)
{
	if (len >= 4 && get32(block) == NBI_MAGIC)
		return NBI_KIND_TAGGED;
	if (file_size < NBI_HEADER_SIZE)
		return NBI_KIND_TEXT;
	if (len == NBI_HEADER_SIZE && block[510] == 0x55 && block[511] == 0xAA)
		return NBI_KIND_BOOT_SECTOR;
	return NBI_KIND_OTHER;
}

void nbi_image_parse(const uint8_t *block, size_t len, uint64_t file_size, struct nbi_image *image)
{
	memset(image, 0, sizeof(*image));
	image->file_size = file_size;
	image->kind = find_kind(block, len, file_size);
	if (image->kind == NBI_KIND_OTHER)
		problem(image, "magic", 0, "neither a tagged image nor a boot sector");
	if (image->kind != NBI_KIND_TAGGED)
		return;
	if (len < NBI_HEADER_SIZE) {
		problem(image, "file-size", len, "the file ends in the header");
		return;
	}
	read_header(block, image);
	if (nbi_fixed_bytes(image->flags) != 16)
		return;
	read_records(block, image);
	check_overlap(image);
	check_execute(image);
}

int nbi_image_read(int fd, const char *name, struct nbi_image *image, struct error *err)
{
	uint8_t block[NBI_HEADER_SIZE];
	struct stat st;
	ssize_t n;

	memset(image, 0, sizeof(*image));
	if (fstat(fd, &st))
		return error_set(err, -errno, "read %s", name);
	if (!S_ISREG(st.st_mode))
		return error_say(err, -EINVAL, "read %s: not a regular file", name);
	n = pread(fd, block, sizeof(block), 0);
	if (n < 0)
		return error_set(err, -errno, "read %s", name);
	nbi_image_parse(block, (size_t)n, (uint64_t)st.st_size, image);
	return 0;
}
