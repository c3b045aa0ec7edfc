/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ethers: hardware addresses from an ethers(5) file: "00:60:08:c7:a3:d8 aldebaran". */
#ifndef MKDCROOT_MODEL_ETHERS_H
#define MKDCROOT_MODEL_ETHERS_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/model/hosts_file.h"

/*
 * Give each host of @f that has no MAC the one that @path has for its name or its address; the
 * first line counts.  A missing file, or a host that is not in it, is no error.
 */
int ethers_fill(struct hosts_file *f, const char *path, struct error *err);

#endif
