/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * archive: a root file system from a tar archive, by libarchive, which reads; tree_writer.h
 * writes.  The archive is plain or compressed (gzip, bzip2, xz, lzma, lzip, zstd, lz4, compress),
 * and holds
 *  - a root file system, or a layer of a container image, with whiteouts; or
 *  - a container image: what `docker save` writes, or an OCI image layout (image-spec 1.0) as
 *    a tar file.  Its layers are unpacked in order.
 */
#ifndef MKDCROOT_ROOT_ARCHIVE_H
#define MKDCROOT_ROOT_ARCHIVE_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"
#include "mkdcroot/root/left_out.h"

#include <stdbool.h>

/* What is asked about an archive before a layer is made of it. */
struct archive_facts {
	struct str release; /* text of its os-release, or empty */
	bool has_systemd;
};

void archive_facts_free(struct archive_facts *facts);
#define cleanup_archive_facts __attribute__((cleanup(archive_facts_free)))

/*
 * Read @file until its os-release is found.  An archive that is none, is damaged that far, or has
 * no root file system in it is an error (-EINVAL).
 */
int archive_probe(const char *file, struct archive_facts *facts, struct error *err);

struct unpack {
	const char *file;
	const char *stage; /* an empty directory that only root can enter */
	const struct strv *excludes;
	bool quiet;
};

/*
 * Unpack it: numeric owners, modes with set-id bits, times, user.* attributes, ACLs, capabilities,
 * hard links, devices, FIFOs, holes.  On an error the stage is to be thrown away.
 */
int archive_unpack(const struct unpack *u, struct left_out *left_out, struct error *err);

#endif
