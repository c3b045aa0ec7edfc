/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json_file: small JSON files of the store, by jansson. */
#ifndef MKDCROOT_BASE_JSON_FILE_H
#define MKDCROOT_BASE_JSON_FILE_H

#include "mkdcroot/base/error.h"

#include <jansson.h>
#include <stdbool.h>

static inline void json_freep(json_t **j)
{
	json_decref(*j);
}

#define cleanup_json __attribute__((cleanup(json_freep)))

/* The parsed file (the caller owns the reference), or NULL: "path:line: ...". */
json_t *json_file_read(const char *path, struct error *err);

/*
 * Write @root, whose reference is taken, mode 0600.  @durable: replaced atomically and
 * synced; otherwise @path must not exist, and the caller syncs the store.
 */
int json_file_write(json_t *root, const char *path, bool durable, struct error *err);

/* Write @root, whose reference is taken, over @path, mode 0600; the caller syncs the store. */
int json_file_write_later(json_t *root, const char *path, struct error *err);

#endif
