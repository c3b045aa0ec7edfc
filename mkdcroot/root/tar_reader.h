/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tar_reader: the entries of a tar archive, compressed or not, or of one of the layers of a container image in
 * it.  Every error names the file, and is clear about an archive that is damaged or cut off.
 */
#ifndef MKDCROOT_ROOT_TAR_READER_H
#define MKDCROOT_ROOT_TAR_READER_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"
#include "mkdcroot/root/gunzip.h"

#include <locale.h>

struct archive;
struct archive_entry;

struct tar_reader {
	const char *file; /* the caller's */
	unsigned long long size;
	int fd;
	struct archive *outer;
	struct archive *inner; /* a layer in it, or NULL */
	char *layer;	       /* its name, for messages */
	struct gunzip unpack_outer, unpack_inner;
	char *buf, *inner_buf; /* what they pull into */
	unsigned long long consumed,
		inner_consumed; /* bytes so far, as they stand in the file, in the layer */
	locale_t locale, old;
};

/* Nothing is opened yet. */
void tar_reader_init(struct tar_reader *r, const char *file);
void tar_reader_close(struct tar_reader *r);
#define cleanup_tar_reader __attribute__((cleanup(tar_reader_close)))

/* Begin with the first entry of the file. */
int tar_reader_open(struct tar_reader *r, struct error *err);

/*
 * The layers of a container image, the lowest first, appended to @layers; none when the file
 * holds a root file system, which its first entries tell.
 */
int tar_reader_layers(struct tar_reader *r, struct strv *layers, struct error *err);

/* Begin with the first entry of the layer @path of the image. */
int tar_reader_open_layer(struct tar_reader *r, const char *path, struct error *err);

/*
 * The next entry (libarchive's, valid until the next call), and what its name means inside a tree
 * (freed by the caller; NULL unless 1 is returned).  1, 0 at the end, or negative errno.
 */
int tar_reader_next(struct tar_reader *r, struct archive_entry **e, char **path, struct error *err);

/* Append the content of the entry that was read last; at most 4 MiB. */
int tar_reader_text(struct tar_reader *r, struct str *out, struct error *err);

/* How many bytes of the file, or of the layer, have been read. */
unsigned long long tar_reader_consumed(const struct tar_reader *r);

/* The archive that is read now. */
struct archive *tar_reader_current(const struct tar_reader *r);

/* Record what libarchive complains about in @a; -EINVAL. */
int tar_reader_damaged(const struct tar_reader *r, struct archive *a, struct error *err);

/* Names as they stand in the archive; NULL where there is none. */
const char *tar_entry_path(struct archive_entry *e);
const char *tar_entry_hard_link(struct archive_entry *e);
const char *tar_entry_symlink(struct archive_entry *e);

#endif
