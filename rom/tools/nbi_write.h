/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a tagged image (rom/format/nbi.h) segment by segment, without holding any of them in memory.
 *
 *      nbi_writer_open(&w, "vmlinuz.nb", &err);
 *      nbi_writer_begin(&w, NBI_LINUX_SETUP, 0x10000, &err);
 *      nbi_writer_bytes(&w, setup, len, &err);        as often as wanted, also
 *      nbi_writer_file(&w, fd, "initrd", &err);
 *      nbi_writer_end(&w, memory_length, &err);       ... more segments ...
 *      nbi_writer_commit(&w, &entry, &err);
 *      nbi_writer_close(&w);
 *
 * The file appears under its name complete and on the disk, or not at all: it is written without a name where
 * the file system can do that, synced, and renamed into place.
 */
#ifndef ROM_TOOLS_NBI_WRITE_H
#define ROM_TOOLS_NBI_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mkdcroot/base/error.h"
#include "rom/format/nbi.h"

/* Private to nbi_write.c; a caller keeps it and passes it on. */
struct nbi_writer {
	int fd;
	char *path;    /* final name; NULL: the image goes to the stream out */
	char *temp;    /* name of the unfinished file, NULL while it has none */
	int out;       /* where a stream goes; -1 with path */
	unsigned mode; /* permissions of the finished file */
	uint8_t block[NBI_HEADER_SIZE];
	uint32_t used;	   /* bytes of block */
	uint32_t last;	   /* offset of the last record in block; 0: none */
	uint64_t position; /* bytes of the file so far */
	uint64_t segment;  /* where the current segment began */
};

/* Where the image is entered, and what stands in its header. */
struct nbi_entry {
	struct nbi_segoff location; /* of the header's 512 bytes */
	struct nbi_segoff execute;
	bool returns; /* the image may come back to the loader */
};

/*
 * Begins an image.  path "-" is standard output, as is anything that exists and is no regular file; those get
 * the image when it is complete.  vendor: text for the header's vendor part, at most 60 bytes.
 */
int nbi_writer_open(struct nbi_writer *w, const char *path, const char *vendor, struct error *err);

/* Begins a segment at an absolute linear address. -E2BIG when the header has no room for a further record. */
int nbi_writer_begin(struct nbi_writer *w, uint8_t tag, uint32_t address, struct error *err);

int nbi_writer_bytes(struct nbi_writer *w, const void *data, size_t len, struct error *err);

/* Adds all of fd from its file offset to its end; name is for messages. */
int nbi_writer_file(struct nbi_writer *w, int fd, const char *name, struct error *err);

/* Adds zeros until the segment is a multiple of align bytes long. */
int nbi_writer_pad(struct nbi_writer *w, uint32_t align, struct error *err);

/* Bytes of the current segment so far. */
uint64_t nbi_writer_size(const struct nbi_writer *w);

/* Ends the segment. memory_length: 0 for as many bytes as were written, else at least so many. */
int nbi_writer_end(struct nbi_writer *w, uint32_t memory_length, struct error *err);

/* Writes the header, syncs and puts the file in its place. */
int nbi_writer_commit(struct nbi_writer *w, const struct nbi_entry *entry, struct error *err);

/* Frees everything; without commit, nothing of the file stays. A writer never opened must be zero but fd = out = -1. */
void nbi_writer_close(struct nbi_writer *w);

#define NBI_WRITER_INIT             \
	{                           \
		.fd = -1, .out = -1 \
	}
#define cleanup_nbi_writer __attribute__((cleanup(nbi_writer_close)))

#endif
