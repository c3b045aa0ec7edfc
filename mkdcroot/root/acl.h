/* SPDX-License-Identifier: GPL-2.0-or-later */
/* acl: a POSIX ACL of an archive's entry as the attribute system.posix_acl_*, linux/posix_acl_xattr.h. */
#ifndef MKDCROOT_ROOT_ACL_H
#define MKDCROOT_ROOT_ACL_H

#include "mkdcroot/base/str.h"

struct archive_entry;

/*
 * Append the attribute's value for the ACL of @type (ARCHIVE_ENTRY_ACL_TYPE_ACCESS or _DEFAULT) to
 * @out; nothing when it says no more than the mode.  Returns how many of its entries were left out:
 * they name an account that has no number there, and this server's accounts are others.
 */
int acl_to_xattr(struct archive_entry *e, int type, struct str *out);

#endif
