/* SPDX-License-Identifier: GPL-2.0-or-later */
/* place: look, compare, and only then write. */
#include "mkdcroot/root/place.h"
#include "mkdcroot/base/cleanup.h"

#include <string.h>

static bool has_attr(const struct stat *st, const struct tree_attr *attr)
{
	return (st->st_mode & 07777) == attr->mode && st->st_uid == attr->uid &&
	       st->st_gid == attr->gid;
}

/* Any trouble with reading what is there is a reason to write. */
static bool has_content(const struct tree *t, const char *path, const struct str *content)
{
	cleanup_error struct error ignored = ERROR_INIT;
	cleanup_str struct str old = STR_INIT;

	return tree_read(t, path, &old, &ignored) == 0 && old.len == content->len &&
	       (old.len == 0 || memcmp(old.data, content->data, old.len) == 0);
}

int place_file(const struct tree *t, const char *path, const struct str *content,
	       const struct tree_attr *attr, struct error *err)
{
	struct stat st;
	int rc = tree_stat(t, path, &st, err);

	if (rc && rc != -ENOENT)
		return rc;
	if (!rc && S_ISREG(st.st_mode) && has_attr(&st, attr) &&
	    st.st_size == (off_t)content->len && has_content(t, path, content))
		return 0;
	rc = tree_write(t, path, str_text(content), content->len, attr, err);
	return rc ? rc : 1;
}

int place_link(const struct tree *t, const char *path, const char *target, struct error *err)
{
	cleanup_free char *old = tree_readlink(t, path);
	int rc;

	if (old && strcmp(old, target) == 0)
		return 0;
	rc = tree_symlink(t, target, path, err);
	return rc ? rc : 1;
}

int place_dir(const struct tree *t, const char *path, const struct tree_attr *attr, bool keep,
	      struct error *err)
{
	struct stat st;
	int rc = tree_stat(t, path, &st, err);

	if (rc && rc != -ENOENT)
		return rc;
	if (!rc && keep && (S_ISDIR(st.st_mode) || S_ISLNK(st.st_mode)))
		return 0;
	if (!rc && S_ISDIR(st.st_mode) && has_attr(&st, attr))
		return 0;
	if (!rc && !S_ISDIR(st.st_mode)) {
		rc = tree_unlink(t, path, err);
		if (rc)
			return rc;
	}
	rc = tree_mkdir(t, path, attr, err);
	return rc ? rc : 1;
}

int place_nothing(const struct tree *t, const char *path, struct error *err)
{
	struct stat st;
	int rc = tree_stat(t, path, &st, err);

	if (rc)
		return rc == -ENOENT ? 0 : rc;
	rc = tree_remove(t, path, err);
	return rc ? rc : 1;
}
