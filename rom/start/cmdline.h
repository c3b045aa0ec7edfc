/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's command line: mknbi's template with the words that stand for the BOOTP reply replaced.
 *
 *   ip=rom             ip=<client>:<server>:<gateway>:<netmask>:<hostname>:<device>::<dns>
 *                      (Documentation/admin-guide/nfs/nfsroot.rst); "ip=on" if the reply names no address
 *   nfsroot=rom[,OPT]  nfsroot=<server>:<root path>[,OPT][,options of the root path]
 *                      root path: option 17, which may begin with "server:"; without it
 *                      /tftpboot/<client>; left out if there is no reply
 *   BOOTIF=rom         BOOTIF=<hardware type>-<MAC>; left out if there is none
 *
 * The text of vendor tag 129 comes last.  Pure, tested hosted and fuzzed.
 */
#ifndef ROM_START_CMDLINE_H
#define ROM_START_CMDLINE_H

#include <stddef.h>
#include <stdint.h>

#include "rom/start/bootp.h"

/*
 * Writes the line and its NUL into out (cap bytes, at least 1; what does not fit is cut off).
 * Returns the length the whole line has: with cap or more, it did not fit.
 */
size_t cmdline_compose(const char *template, const struct bootp_info *info, char *out, size_t cap);

/*
 * The value of the last word "name=..." of line, as the kernel counts it ("quoted words" stay
 * together), or NULL.  name includes the '='.  The value ends at a space or NUL.
 */
const char *cmdline_value(const char *line, const char *name);

/*
 * The limit that "mem=SIZE[KMG]" puts on where the initrd may be: SIZE in bytes if it is below 4 GB,
 * else 0 (no limit).  Other forms of mem= (as "mem=nopentium") are no limit.
 */
uint32_t cmdline_mem(const char *line);

/*
 * The video mode "vga=" asks the boot loader for: normal, ext, ask or a number.  Returns 0xFFFF (normal) if
 * there is none or it cannot be read.
 */
uint16_t cmdline_vga(const char *line);

#endif
