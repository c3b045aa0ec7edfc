/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mount_table: fields of proc(5)'s mountinfo, decoded in place. */
#include "overlay/mount_table.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"

#include <fcntl.h>
#include <string.h>

/* The file has no size that stat(2) would tell. */
static int read_all(struct str *out, struct error *err)
{
	static const char path[] = "/proc/self/mountinfo";
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	char buf[65536];
	ssize_t n = fd < 0 ? -1 : 0;

	while (fd >= 0 && (n = read(fd, buf, sizeof(buf))) > 0)
		str_addn(out, buf, (size_t)n);
	return n < 0 ? error_set(err, -errno, "read %s", path) : 0;
}

/* \040 and the like. */
static void decode(char *s)
{
	char *out = strchr(s, '\\');

	if (!out)
		return;
	for (s = out; *s; s++)
		if (s[0] == '\\' && strspn(s + 1, "01234567") >= 3) {
			*out++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
			s += 3;
		} else {
			*out++ = *s;
		}
	*out = '\0';
}

static int compare(const void *a, const void *b)
{
	const struct mount_entry *x = a, *y = b;
	int order = strcmp(x->target, y->target);

	return order ? order : (x->order > y->order) - (x->order < y->order);
}

/* 36 35 98:0 /root /target options [tags] - type source options */
static bool parse_line(struct mount_entry *e, char *line)
{
	char *behind = strstr(line, " - "), *p = line;

	for (int i = 0; p && i < 4; i++)
		p = strchr(p + (i > 0), ' ');
	if (!p || !behind || p >= behind)
		return false;
	p++;
	behind += 3;
	for (int i = 0; behind && i < 2; i++)
		behind = strchr(behind + (i > 0), ' ');
	if (!behind)
		return false;
	p[strcspn(p, " ")] = '\0';
	e->target = p;
	e->options = behind + 1;
	decode(p);
	decode(behind + 1);
	return true;
}

static void parse(struct mount_table *t)
{
	size_t left = 0;

	for (char *line = t->text.data; line && *line;) {
		char *eol = strchr(line, '\n'), *next = eol ? eol + 1 : line + strlen(line);
		struct mount_entry e = { .order = t->n };

		if (eol)
			*eol = '\0';
		if (parse_line(&e, line)) {
			if ((t->n & (t->n - 1)) == 0)
				t->v = mem_resize(t->v, t->n ? 2 * t->n : 1, sizeof(*t->v));
			t->v[t->n++] = e;
		}
		line = next;
	}
	if (!t->n)
		return;
	qsort(t->v, t->n, sizeof(*t->v), compare);
	/* Of several at one place the last one is seen. */
	for (size_t i = 0; i < t->n; i++)
		if (i + 1 == t->n || strcmp(t->v[i].target, t->v[i + 1].target) != 0)
			t->v[left++] = t->v[i];
	t->n = left;
}

int mount_table_read(struct mount_table *t, struct error *err)
{
	int rc;

	*t = (struct mount_table){ 0 };
	rc = read_all(&t->text, err);
	if (!rc)
		parse(t);
	return rc;
}

void mount_table_parse(struct mount_table *t, const char *text)
{
	*t = (struct mount_table){ 0 };
	str_add(&t->text, text);
	parse(t);
}

void mount_table_free(struct mount_table *t)
{
	str_free(&t->text);
	free(t->v);
	*t = (struct mount_table){ 0 };
}

const struct mount_entry *mount_table_find(const struct mount_table *t, const char *target)
{
	const struct mount_entry *v = t->v;

	for (size_t lo = 0, hi = t->n; lo < hi;) {
		size_t mid = (lo + hi) / 2;
		int order = strcmp(target, v[mid].target);

		if (!order)
			return &v[mid];
		if (order < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

bool mount_table_has(const struct mount_table *t, const char *target, const char *upper)
{
	const struct mount_entry *e = mount_table_find(t, target);
	const char *found = e ? strstr(e->options, ",upperdir=") : NULL;
	size_t len = strlen(upper);

	if (!found)
		return false;
	found += strlen(",upperdir=");
	return strncmp(found, upper, len) == 0 && (!found[len] || found[len] == ',');
}
