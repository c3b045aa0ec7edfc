/* SPDX-License-Identifier: GPL-2.0-or-later */
/* own_address: this machine's IPv4 addresses, and its interfaces towards hosts. */
#ifndef MKDCROOT_WATCH_OWN_ADDRESS_H
#define MKDCROOT_WATCH_OWN_ADDRESS_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"
#include "mkdcroot/model/hosts_file.h"

/* Append all addresses of this machine to @own, and to @interfaces the names of those on whose network a host is. */
int own_addresses(const struct hosts_file *hosts, struct strv *own, struct strv *interfaces,
		  struct error *err);

#endif
