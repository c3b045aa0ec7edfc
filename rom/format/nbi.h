/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tagged ("network boot") image as it stands on the wire and on disk.
 *
 * Draft Net Boot Image Proposal 0.3 (Honan, Kuhlmann, Yap, 1997), with the one
 * extension Etherboot made later (NBI_FLAG_LINEAR).  Shared by the boot ROM
 * (freestanding, i386) and by mknbi/disnbi (hosted).  Every number is little
 * endian; a hosted reader converts with le32toh().
 *
 *      byte 0                512
 *      | header | records ... | data of record 1 | data of record 2 | ...
 *
 * The header and all records fit in the first NBI_HEADER_SIZE bytes; the data of
 * the segments follows in the order of the records, without padding.
 */
#ifndef ROM_FORMAT_NBI_H
#define ROM_FORMAT_NBI_H

#include <stdint.h>

/* Bytes of the file that are header and records: one 512-byte block. */
#define NBI_HEADER_SIZE 512u

/* Bytes 36 13 03 1B at the beginning of the file. */
#define NBI_MAGIC 0x1B031336u

/* A far pointer of real mode: the address is segment * 16 + offset. */
struct nbi_segoff {
	uint16_t offset;
	uint16_t segment;
} __attribute__((packed));

/* The first sixteen bytes of the file. */
struct nbi_header {
	uint32_t magic; /* NBI_MAGIC */
	/*
	 * Bits 0-3: length of this header in dwords, without the vendor part (4);
	 * bits 4-7: length of the vendor part behind it, in dwords;
	 * bit 8: NBI_FLAG_RETURNS; bit 31: NBI_FLAG_LINEAR; the others are zero.
	 */
	uint32_t flags;
	struct nbi_segoff location; /* where the loader puts these 512 bytes, below 1 MB */
	union {
		struct nbi_segoff segoff; /* CS:IP, entered in real mode by a far call */
		uint32_t linear;	  /* with NBI_FLAG_LINEAR: entered in flat 32-bit mode */
	} execute;
} __attribute__((packed));

#define NBI_HEADER_DWORDS 4u /* what bits 0-3 of flags must say */
#define NBI_FLAG_RETURNS  0x00000100u
#define NBI_FLAG_LINEAR	  0x80000000u

/* One segment of the image; `header.dwords * 4 + header.vendor * 4` bytes after the header. */
struct nbi_record {
	/*
	 * Bits 0-3: length of this record in dwords, without the vendor part (4);
	 * bits 4-7: length of the vendor part behind it, in dwords;
	 * bits 8-15: vendor tag (any number; a loader ignores it);
	 * bits 24-25: enum nbi_address_mode; bit 26: NBI_RECORD_LAST.
	 */
	uint32_t flags;
	uint32_t address;	/* see enum nbi_address_mode */
	uint32_t image_length;	/* bytes in the file */
	uint32_t memory_length; /* bytes in memory; what the file does not fill is undefined */
} __attribute__((packed));

#define NBI_RECORD_DWORDS 4u
#define NBI_RECORD_LAST	  0x04000000u

/* How nbi_record.address is meant: bit 24 is the low bit, bit 25 the high one. */
enum nbi_address_mode {
	NBI_ADDRESS_ABSOLUTE = 0,	/* a linear address */
	NBI_ADDRESS_AFTER_PREVIOUS = 1, /* bytes after the end of the previous segment's memory */
	NBI_ADDRESS_FROM_END = 2,	/* bytes back from the end of memory */
	NBI_ADDRESS_BEFORE_PREVIOUS = 3 /* bytes back from the start of the previous segment */
};

/* Length in bytes of the fixed part (either kind), from its flags dword. */
static inline uint32_t nbi_fixed_bytes(uint32_t flags)
{
	return (flags & 0xFu) * 4u;
}

/* Length in bytes of the vendor part that follows the fixed part. */
static inline uint32_t nbi_vendor_bytes(uint32_t flags)
{
	return ((flags >> 4) & 0xFu) * 4u;
}

static inline uint8_t nbi_record_tag(uint32_t flags)
{
	return (uint8_t)(flags >> 8);
}

static inline enum nbi_address_mode nbi_record_mode(uint32_t flags)
{
	return (enum nbi_address_mode)((flags >> 24) & 3u);
}

/*
 * Where a loader may never put anything (the proposal, "memory layout"): below
 * 64 KB, in its own 32 KB under the 640 KB limit, and in the adapters' area.
 */
#define NBI_LOW_LIMIT	 0x00010000u
#define NBI_LOADER_START 0x00098000u
#define NBI_ADAPTER_END	 0x00100000u

/* Vendor tags of the Linux segments, as mknbi has always numbered them. */
enum nbi_linux_tag {
	NBI_LINUX_START = 16,	   /* mknbi's own start code */
	NBI_LINUX_PARAMETERS = 17, /* the kernel command line */
	NBI_LINUX_BOOT = 18,	   /* the kernel's boot sector */
	NBI_LINUX_SETUP = 19,	   /* the kernel's setup sectors */
	NBI_LINUX_KERNEL = 20,	   /* the kernel proper */
	NBI_LINUX_RAMDISK = 21
};

/*
 * On entry the stack holds, from the top: the far return address, a far pointer to
 * the loaded header, and a far pointer to the saved BOOTP reply (the UDP payload,
 * RFC 951's packet).  With NBI_FLAG_LINEAR, it is a C call of three arguments in
 * flat 32-bit mode: a pointer to struct nbi_loader_info, to the header, to the reply.
 */
struct nbi_loader_info {
	uint8_t major;
	uint8_t minor;
	uint16_t flags; /* none defined */
} __attribute__((packed));

_Static_assert(sizeof(struct nbi_header) == 16, "wire format");
_Static_assert(sizeof(struct nbi_record) == 16, "wire format");

#endif
