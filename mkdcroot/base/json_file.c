/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json_file: sorted keys and an indent of two, so that the files can be read and compared. */
#include "mkdcroot/base/json_file.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"

#include <string.h>

json_t *json_file_read(const char *path, struct error *err)
{
	cleanup_str struct str text = STR_INIT;
	json_error_t where;
	json_t *root;

	if (fs_read_file(path, &text, err))
		return NULL;
	root = json_loadb(str_text(&text), text.len, 0, &where);
	if (!root)
		error_say(err, -EINVAL, "%s:%d: %s", path, where.line, where.text);
	return root;
}

typedef int write_fn(const char *path, const void *data, size_t len, mode_t mode,
		     struct error *err);

static int write_by(write_fn *write, json_t *root, const char *path, struct error *err)
{
	cleanup_json json_t *owned = root;
	cleanup_free char *text = json_dumps(owned, JSON_INDENT(2) | JSON_SORT_KEYS);
	cleanup_free char *line = text ? mem_printf("%s\n", text) : NULL;

	if (!line)
		return error_say(err, -EINVAL, "write %s: it holds what is not UTF-8", path);
	return write(path, line, strlen(line), 0600, err);
}

int json_file_write(json_t *root, const char *path, bool durable, struct error *err)
{
	return write_by(durable ? fs_replace_file : fs_create_file, root, path, err);
}

int json_file_write_later(json_t *root, const char *path, struct error *err)
{
	return write_by(fs_replace_later, root, path, err);
}
