/* SPDX-License-Identifier: GPL-2.0-or-later */
/* modprobe: does modprobe.d(5) keep a kernel module from being loaded? */
#ifndef MKDCROOT_BASE_MODPROBE_H
#define MKDCROOT_BASE_MODPROBE_H

#include "mkdcroot/base/str.h"

#include <stddef.h>

/*
 * The number of the line in @text (a file of modprobe.d) that forbids @module: "install MODULE" with anything but
 * modprobe itself behind it.  0: none.  "blacklist MODULE" does not: it only drops the module's aliases, and
 * mkdcroot loads by the name.
 */
unsigned int modprobe_forbids(const char *text, const char *module);

/* The "file:line" of the server's own modprobe.d that forbids @module, appended to @where; nothing when none does. */
void modprobe_find_ban(const char *module, struct str *where);

#endif
