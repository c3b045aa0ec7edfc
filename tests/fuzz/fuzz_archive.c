/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What comes out of an archive, written into a tree in memory's file system.  An input whose first byte is
 * 't' is a tar archive as it stands; any other is a list of entries for tree_writer: kind, name,
 * link's target.  Nothing outside the tree may change.
 */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/root/archive.h"
#include "mkdcroot/root/tree_writer.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[] = "/dev/shm/mkdcroot-fuzz.XXXXXX";
static char *root, *victim;

static void clean(void)
{
	cleanup_error struct error err = ERROR_INIT;

	fs_remove_tree(dir, &err);
}

static void begin(void)
{
	if (root)
		return;
	log_set_level(LOG_QUIET);
	if (!mkdtemp(dir))
		abort();
	atexit(clean);
	root = fs_join(dir, "root");
	victim = fs_join(dir, "victim");
	if (fs_create_file(victim, "v", 1, 0600, &(struct error)ERROR_INIT))
		abort();
}

/* The victim, and that there is nothing beside it and the tree. */
static void check(void)
{
	struct stat st, d;

	if (stat(victim, &st) < 0 || st.st_size != 1 || st.st_nlink != 1 ||
	    (st.st_mode & 07777) != 0600 || stat(dir, &d) < 0 || d.st_nlink != 3)
		abort();
}

static void unpack_file(const uint8_t *data, size_t size, struct error *err)
{
	static const struct strv excludes = STRV_INIT;
	cleanup_left_out struct left_out left_out = LEFT_OUT_INIT;
	cleanup_fd int fd = memfd_create("tar", MFD_CLOEXEC);
	cleanup_free char *path = mem_printf("/proc/self/fd/%d", fd);
	struct unpack u = { path, root, &excludes, true };
	struct archive_facts facts = { .has_systemd = false };

	if (fs_write_all(fd, data, size))
		abort();
	archive_probe(path, &facts, err);
	archive_facts_free(&facts);
	error_clear(err);
	archive_unpack(&u, &left_out, err);
}

/* The bytes up to the next newline, as a string to be freed. */
static char *take(const uint8_t **data, size_t *size)
{
	const uint8_t *end = *size ? memchr(*data, '\n', *size) : NULL;
	size_t len = end ? (size_t)(end - *data) : *size;
	char *text = mem_strndup((const char *)*data, len);

	len += end != NULL;
	*data += len;
	*size -= len;
	return text;
}

static void put_entries(const uint8_t *data, size_t size, struct error *err)
{
	static const mode_t kinds[] = { S_IFREG, S_IFDIR, S_IFLNK, S_IFIFO, S_IFREG };
	cleanup_tree_writer struct tree_writer *w = tree_writer_new(root, 1 << 20, err);

	if (!w)
		abort();
	for (int n = 0; size && n < 64; n++) {
		unsigned int kind = *data++;
		cleanup_free char *name = NULL, *link = NULL;
		struct tree_entry e = { .mode = kinds[kind % 5] | 0755 };

		size--;
		name = take(&data, &size);
		if (kind % 5 == 2 || kind % 5 == 4)
			link = take(&data, &size);
		e.path = name;
		e.link = link;
		e.hard = kind % 5 == 4;
		if (kind & 0x80)
			tree_writer_next_layer(w);
		tree_writer_put(w, &e, err);
		error_clear(err);
	}
	tree_writer_finish(w, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_error struct error err = ERROR_INIT;

	begin();
	if (mkdir(root, 0755) < 0)
		abort();
	if (size && data[0] == 't')
		unpack_file(data + 1, size - 1, &err);
	else
		put_entries(data, size, &err);
	check();
	error_clear(&err);
	if (fs_remove_tree(root, &err))
		abort();
	return 0;
}
