/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ethers: ethers(5), where hardware addresses are written beside names or IP addresses. */
#ifndef MKDCROOT_MODEL_ETHERS_H
#define MKDCROOT_MODEL_ETHERS_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/model/netaddr.h"

/*
 * Look for the host @name or the address @ip in the file @path.  Not found, or no such
 * file, is success with @mac unchanged.  A line that has the name with a bad address
 * is an error "path:line: ...".
 */
int ethers_lookup(struct mac_addr *mac, const char *path, const char *name,
		  const struct ip_addr *ip, struct error *err);

#endif
