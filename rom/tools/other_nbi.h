/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tagged images of other things than a kernel: mknbi --target=dos and --target=rom. */
#ifndef ROM_TOOLS_OTHER_NBI_H
#define ROM_TOOLS_OTHER_NBI_H

#include "mkdcroot/base/error.h"

/*
 * A bootable floppy image, as a RAM disk that takes the place of drive A: (rom/start/dos.c).  -EINVAL in words when
 * the file is no such image or has no geometry.
 */
int dos_nbi_make(const char *floppy, const char *output, struct error *err);

/* A boot ROM (rom/format/optionrom.h), which is started as the BIOS would start it (rom/start/rom.c). */
int rom_nbi_make(const char *rom, const char *output, struct error *err);

#endif
