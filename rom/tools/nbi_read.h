/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a tagged image (rom/format/nbi.h) and holds it against every rule of the specification, the Draft
 * Net Boot Image Proposal 0.3.  Only the first 512 bytes, the file's size and a few bytes of Linux
 * segments are looked at, so the size of an image costs nothing.
 */
#ifndef ROM_TOOLS_NBI_READ_H
#define ROM_TOOLS_NBI_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mkdcroot/base/error.h"
#include "rom/format/nbi.h"
#include "rom/tools/linux_image.h"

/* What the first bytes say the file is. */
enum nbi_kind {
	NBI_KIND_TAGGED,
	NBI_KIND_BOOT_SECTOR, /* goes to 0x7C00 */
	NBI_KIND_TEXT,	      /* less than 512 bytes, to be shown */
	NBI_KIND_OTHER
};

/* So many records fit into a header, at most. */
#define NBI_SEGMENTS_MAX ((NBI_HEADER_SIZE - 16u) / 16u)

struct nbi_segment {
	uint32_t record;	/* offset of its record in the file */
	uint32_t flags;		/* as in the record */
	uint32_t address;	/* as in the record */
	uint32_t image_length;	/* bytes in the file */
	uint32_t memory_length; /* bytes in memory */
	uint64_t offset;	/* of its data in the file */
	bool placed;		/* start is known without knowing the machine's memory */
	uint64_t start;		/* linear address */
};

/* A rule that is broken. */
struct nbi_problem {
	const char *rule; /* short name, constant: see nbi_rules */
	uint64_t offset;  /* in the file */
	char *text;	  /* what is wrong, in words */
};

struct nbi_image {
	enum nbi_kind kind;
	uint64_t file_size;
	uint32_t flags;
	uint32_t location; /* linear */
	struct nbi_segoff location_far;
	uint32_t execute; /* linear */
	struct nbi_segoff execute_far;
	char vendor[61]; /* text of the header's vendor part, other bytes as '.' */
	struct nbi_segment segments[NBI_SEGMENTS_MAX];
	size_t n_segments;
	struct nbi_problem *problems;
	size_t n_problems;
};

/* All rules that are checked: name and sentence. The list ends with a NULL name. */
extern const struct nbi_rule {
	const char *name;
	const char *text;
} nbi_rules[];

/*
 * Reads block, the first len (at most NBI_HEADER_SIZE) bytes of a file of file_size bytes.  Always fills
 * *image; problems is empty if it is a good image.  The caller frees with nbi_image_free().
 */
void nbi_image_parse(const uint8_t *block, size_t len, uint64_t file_size, struct nbi_image *image);

/* The same for an open file called name, from its first byte. Fails only where reading fails. */
int nbi_image_read(int fd, const char *name, struct nbi_image *image, struct error *err);

void nbi_image_free(struct nbi_image *image);
#define cleanup_nbi_image __attribute__((cleanup(nbi_image_free)))

/* "start code", "initrd" …; "" for a tag that mknbi does not make. */
const char *nbi_tag_name(uint8_t tag);

/* What there is to know of a Linux image made by mknbi. */
struct nbi_linux {
	bool has_command_line;
	char command_line[2400]; /* the template, see mknbi(1) */
	bool has_kernel;
	struct linux_image kernel;
};

/* Looks into the segments of a tagged image. Parts that are not there, or damaged, are left out. */
void nbi_linux_read(int fd, const struct nbi_image *image, struct nbi_linux *out);

#endif
