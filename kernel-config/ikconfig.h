/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ikconfig: the configuration that a kernel built with CONFIG_IKCONFIG carries.
 *
 * It lies in the kernel proper, gzipped, between the marks "IKCFG_ST" and "IKCFG_ED"
 * (kernel/configs.c).  The kernel proper is an ELF file (vmlinux), compressed in a bzImage or
 * zImage: at payload_offset from boot protocol 2.08 on (Documentation/x86/boot.rst); older
 * kernels are searched for gzip's magic.
 */
#ifndef KERNEL_CONFIG_IKCONFIG_H
#define KERNEL_CONFIG_IKCONFIG_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* Is this a kernel: a bzImage or zImage ("HdrS"), or an ELF file? */
bool ikconfig_is_kernel(const void *image, size_t len);

/*
 * Append the configuration's text in the @len bytes of @image to @out; @name stands in
 * messages.  gzip, xz, lzma, bzip2, lz4 and zstd are unpacked (libarchive), as a stream:
 * the kernel is never in memory as a whole.
 * Returns 0; -ENODATA when nothing in @image carries a configuration (CONFIG_IKCONFIG off);
 * -EINVAL when it is damaged.
 */
int ikconfig_extract(const void *image, size_t len, const char *name, struct str *out,
		     struct error *err);

/*
 * Append what @len bytes of @data, compressed as a whole, unpack to.  Returns 0; -ENODATA when
 * @data does not begin with a compressor's magic; -EINVAL when it is damaged; -EFBIG above
 * IKCONFIG_TEXT_MAX.
 */
int ikconfig_unpack(const void *data, size_t len, const char *name, struct str *out,
		    struct error *err);

/* The longest configuration that is believed (a distribution's has 0.3 MiB). */
#define IKCONFIG_TEXT_MAX (8u << 20)

#endif
