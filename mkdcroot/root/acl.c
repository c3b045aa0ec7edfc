/* SPDX-License-Identifier: GPL-2.0-or-later */
/* acl: see the header. */
#include "mkdcroot/root/acl.h"
#include "mkdcroot/base/mem.h"

#include <archive.h>
#include <archive_entry.h>
#include <endian.h>
#include <linux/posix_acl_xattr.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* In the order of the attribute, which the kernel checks. */
static const struct tag {
	int archive, kernel;
	bool named;
} tags[] = {
	{ ARCHIVE_ENTRY_ACL_USER_OBJ, 0x01, false },  { ARCHIVE_ENTRY_ACL_USER, 0x02, true },
	{ ARCHIVE_ENTRY_ACL_GROUP_OBJ, 0x04, false }, { ARCHIVE_ENTRY_ACL_GROUP, 0x08, true },
	{ ARCHIVE_ENTRY_ACL_MASK, 0x10, false },      { ARCHIVE_ENTRY_ACL_OTHER, 0x20, false },
};

#define N_TAGS (sizeof(tags) / sizeof(tags[0]))

struct line {
	size_t tag; /* index in tags[] */
	uint32_t id;
	uint16_t perm;
};

static int compare_lines(const void *x, const void *y)
{
	const struct line *a = x, *b = y;

	if (a->tag != b->tag)
		return a->tag < b->tag ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

/* 1: taken, 0: not one of POSIX, -1: without a number. */
static int take(struct line *out, int tag, int permset, int id, const char *name)
{
	char *end;

	for (out->tag = 0; out->tag < N_TAGS && tags[out->tag].archive != tag;)
		out->tag++;
	if (out->tag == N_TAGS)
		return 0;
	out->perm = (uint16_t)(permset & 7);
	out->id = ACL_UNDEFINED_ID;
	if (!tags[out->tag].named)
		return 1;
	if (id < 0 && name && *name) {
		id = (int)strtol(name, &end, 10);
		if (*end)
			id = -1;
	}
	out->id = (uint32_t)id;
	return id < 0 ? -1 : 1;
}

static void write_lines(const struct line *line, size_t n, struct str *out)
{
	struct posix_acl_xattr_header head = { htole32(POSIX_ACL_XATTR_VERSION) };

	str_addn(out, (const char *)&head, sizeof(head));
	for (size_t i = 0; i < n; i++) {
		struct posix_acl_xattr_entry e = { htole16((uint16_t)tags[line[i].tag].kernel),
						   htole16(line[i].perm), htole32(line[i].id) };

		str_addn(out, (const char *)&e, sizeof(e));
	}
}

int acl_to_xattr(struct archive_entry *e, int type, struct str *out)
{
	int t, permset, tag, id, unknown = 0;
	struct line *line = NULL;
	size_t n = 0;
	bool more = false;
	const char *name;

	archive_entry_acl_reset(e, type);
	while (archive_entry_acl_next(e, type, &t, &permset, &tag, &id, &name) == ARCHIVE_OK) {
		int rc;

		line = mem_resize(line, n + 1, sizeof(*line));
		rc = take(&line[n], tag, permset, id, name);
		n += rc > 0;
		unknown += rc < 0;
		more |= rc > 0 && (tags[line[n - 1].tag].named || tag == ARCHIVE_ENTRY_ACL_MASK);
	}
	/* The three of the mode alone are no ACL; a default one is. */
	if (more || (n && type == ARCHIVE_ENTRY_ACL_TYPE_DEFAULT)) {
		qsort(line, n, sizeof(*line), compare_lines);
		write_lines(line, n, out);
	}
	free(line);
	return unknown;
}
