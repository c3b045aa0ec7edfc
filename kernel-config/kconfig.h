/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kconfig: a kernel's configuration, as .config, /boot/config-VERSION, /proc/config.gz or the
 * copy in a kernel image have it.  Format: Documentation/kbuild/kconfig.rst of Linux.
 */
#ifndef KERNEL_CONFIG_KCONFIG_H
#define KERNEL_CONFIG_KCONFIG_H

#include "mkdcroot/base/error.h"

#include <stddef.h>

enum kconfig_state { KCONFIG_OFF, KCONFIG_MODULE, KCONFIG_ON };

struct kconfig_option {
	char *name;  /* without CONFIG_ */
	char *value; /* y, m, a number or a string with its quotes */
	int line;    /* in the text, from 1 */
};

struct kconfig {
	struct kconfig_option *options; /* sorted by name */
	size_t n;
	char *version; /* "6.1.192" from the head comment, or NULL */
	char *arch;    /* "x86" from the head comment, or NULL */
	char *origin;  /* where it was read from, for people */
};

#define KCONFIG_INIT                      \
	{                                 \
		NULL, 0, NULL, NULL, NULL \
	}

/*
 * Parse @len bytes of @text into the fresh @k; @name stands in messages.  Returns 0, or
 * -EINVAL: "NAME:LINE: ..." for a line that is none of the format, or when there is not one
 * option in it.  @k is empty then.  Of two lines about one option the later holds.
 */
int kconfig_parse(struct kconfig *k, const char *text, size_t len, const char *name,
		  struct error *err);

/*
 * Read a configuration from @path, which may be the text itself, the text compressed (as
 * /proc/config.gz), or a kernel image with CONFIG_IKCONFIG (see ikconfig.h).  For a kernel
 * image without one the configuration beside it is taken: config-X for vmlinuz-X.
 * Returns 0; -ENODATA when the kernel carries none and there is none beside it; errors of
 * kconfig_parse(), ikconfig_extract() and fs_read_file().
 */
int kconfig_read(struct kconfig *k, const char *path, struct error *err);

/* The value of the option @name (without CONFIG_), or NULL when it is off. */
const char *kconfig_get(const struct kconfig *k, const char *name);

/* y, m, or off (which anything else counts as). */
enum kconfig_state kconfig_state(const struct kconfig *k, const char *name);

void kconfig_free(struct kconfig *k);
#define cleanup_kconfig __attribute__((cleanup(kconfig_free)))

#endif
