/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes a tagged image; see nbi_write.h. */
#include "rom/tools/nbi_write.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"
#include "rom/tools/bytes.h"

#define COPY_BUFFER (256u * 1024u)

/* --- the file --- */

static char *directory_of(const char *path)
{
	cleanup_free char *copy = mem_strdup(path);

	return mem_strdup(dirname(copy));
}

static mode_t default_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

/* Opens the unfinished file beside path: nameless if the file system can do that, so that a kill leaves nothing. */
static int open_beside(struct nbi_writer *w, struct error *err)
{
	cleanup_free char *dir = directory_of(w->path);

	/* It gets its name through /proc, which a chroot may not have. */
	if (!access("/proc/self/fd", X_OK)) {
		w->fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
		if (w->fd >= 0)
			return 0;
		if (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT)
			return error_set(err, -errno, "create a file in %s", dir);
	}
	w->temp = mem_printf("%s.XXXXXX", w->path);
	w->fd = mkostemp(w->temp, O_CLOEXEC);
	if (w->fd < 0) {
		int rc = error_set(err, -errno, "create %s", w->path);

		free(w->temp);
		w->temp = NULL;
		return rc;
	}
	return 0;
}

/* A stream cannot be written out of order: the image is made in a file without a name first. */
static int open_stream(struct nbi_writer *w, int out, struct error *err)
{
	const char *dir = getenv("TMPDIR");

	if (out < 0)
		return error_set(err, -errno, "open the output");
	w->out = out;
	if (!dir || !*dir)
		dir = "/tmp";
	w->path = mem_printf("%s/mknbi", dir);
	if (open_beside(w, err))
		return err->status;
	if (w->temp)
		unlink(w->temp);
	free(w->temp);
	w->temp = NULL;
	free(w->path);
	w->path = NULL;
	return 0;
}

static int open_output(struct nbi_writer *w, const char *path, struct error *err)
{
	struct stat st;

	if (!strcmp(path, "-"))
		return open_stream(w, fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3), err);
	w->mode = default_mode();
	if (!stat(path, &st)) {
		if (S_ISDIR(st.st_mode))
			return error_set(err, -EISDIR, "write %s", path);
		if (!S_ISREG(st.st_mode))
			return open_stream(w, open(path, O_WRONLY | O_CLOEXEC), err);
		w->mode = st.st_mode & 07777;
		/* A symbolic link stays one; the file behind it is replaced. */
		w->path = realpath(path, NULL);
		if (!w->path)
			return error_set(err, -errno, "write %s", path);
	} else if (errno == ENOENT) {
		w->path = mem_strdup(path);
	} else {
		return error_set(err, -errno, "write %s", path);
	}
	return open_beside(w, err);
}

int nbi_writer_open(struct nbi_writer *w, const char *path, const char *vendor, struct error *err)
{
	uint32_t len = (uint32_t)strlen(vendor), dwords = (len + 3) / 4;
	int rc;

	*w = (struct nbi_writer)NBI_WRITER_INIT;
	if (dwords > 15)
		return error_say(err, -EINVAL, "vendor text of %u bytes, at most 60 fit", len);
	rc = open_output(w, path, err);
	if (rc)
		return rc;
	put32(w->block, NBI_MAGIC);
	put32(w->block + 4, NBI_HEADER_DWORDS | dwords << 4);
	memcpy(w->block + 16, vendor, len);
	w->used = 16 + dwords * 4;
	w->position = NBI_HEADER_SIZE;
	if (lseek(w->fd, NBI_HEADER_SIZE, SEEK_SET) < 0)
		return error_set(err, -errno, "write the image");
	return 0;
}

void nbi_writer_close(struct nbi_writer *w)
{
	if (w->fd >= 0)
		close(w->fd);
	if (w->out >= 0)
		close(w->out);
	if (w->temp)
		unlink(w->temp);
	free(w->temp);
	free(w->path);
	*w = (struct nbi_writer)NBI_WRITER_INIT;
}

/* --- segments --- */

int nbi_writer_begin(struct nbi_writer *w, uint8_t tag, uint32_t address, struct error *err)
{
	if (w->used + sizeof(struct nbi_record) > NBI_HEADER_SIZE)
		return error_say(err, -E2BIG, "too many segments for one header");
	w->last = w->used;
	w->used += (uint32_t)sizeof(struct nbi_record);
	w->segment = w->position;
	put32(w->block + w->last, NBI_RECORD_DWORDS | (uint32_t)tag << 8);
	put32(w->block + w->last + 4, address);
	return 0;
}

int nbi_writer_bytes(struct nbi_writer *w, const void *data, size_t len, struct error *err)
{
	int rc = fs_write_all(w->fd, data, len);

	if (rc)
		return error_set(err, rc, "write the image");
	w->position += len;
	return 0;
}

/* By read and write, for what copy_file_range() cannot do (pipes, other file systems). */
static int copy_by_hand(struct nbi_writer *w, int fd, const char *name, struct error *err)
{
	cleanup_free char *buffer = mem_new(COPY_BUFFER);

	for (;;) {
		ssize_t n = read(fd, buffer, COPY_BUFFER);

		if (n == 0)
			return 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set(err, -errno, "read %s", name);
		if (nbi_writer_bytes(w, buffer, (size_t)n, err))
			return err->status;
	}
}

int nbi_writer_file(struct nbi_writer *w, int fd, const char *name, struct error *err)
{
	for (;;) {
		ssize_t n = copy_file_range(fd, NULL, w->fd, NULL, 1u << 30, 0);

		if (n < 0 && errno == EINTR)
			continue;
		/*
		 * 0 may be the end, or a file that does not know its size (procfs); an error may be a pair of
		 * files it does not work for.  Reading on tells them apart from a real failure.
		 */
		if (n <= 0)
			return copy_by_hand(w, fd, name, err);
		w->position += (uint64_t)n;
	}
}

uint64_t nbi_writer_size(const struct nbi_writer *w)
{
	return w->position - w->segment;
}

int nbi_writer_pad(struct nbi_writer *w, uint32_t align, struct error *err)
{
	static const uint8_t zeros[16];

	while (nbi_writer_size(w) % align) {
		uint64_t n = align - nbi_writer_size(w) % align;

		if (nbi_writer_bytes(w, zeros, n < sizeof(zeros) ? (size_t)n : sizeof(zeros), err))
			return err->status;
	}
	return 0;
}

int nbi_writer_end(struct nbi_writer *w, uint32_t memory_length, struct error *err)
{
	uint64_t size = nbi_writer_size(w);

	if (size > UINT32_MAX)
		return error_say(err, -EFBIG,
				 "a segment of %llu bytes is too large for a tagged image",
				 (unsigned long long)size);
	if (memory_length < size)
		memory_length = (uint32_t)size;
	put32(w->block + w->last + 8, (uint32_t)size);
	put32(w->block + w->last + 12, memory_length);
	return 0;
}

/* --- the end --- */

static int send_stream(struct nbi_writer *w, struct error *err)
{
	cleanup_free char *buffer = mem_new(COPY_BUFFER);
	off_t at = 0;

	for (;;) {
		ssize_t n = pread(w->fd, buffer, COPY_BUFFER, at);
		int rc;

		if (n < 0)
			return error_set(err, -errno, "read the image back");
		if (!n)
			return 0;
		rc = fs_write_all(w->out, buffer, (size_t)n);
		if (rc)
			return error_set(err, rc, "write the output");
		at += n;
	}
}

/* Gives a nameless file its temporary name. */
static int name_it(struct nbi_writer *w, struct error *err)
{
	cleanup_free char *self = mem_printf("/proc/self/fd/%d", w->fd);

	for (unsigned tries = 0; !w->temp; tries++) {
		char *temp = mem_printf("%s.%d.%u", w->path, (int)getpid(), tries);

		if (!linkat(AT_FDCWD, self, AT_FDCWD, temp, AT_SYMLINK_FOLLOW)) {
			w->temp = temp;
			return 0;
		}
		free(temp);
		if (errno != EEXIST || tries > 1000)
			return error_set(err, -errno, "create %s", w->path);
	}
	return 0;
}

static int put_in_place(struct nbi_writer *w, struct error *err)
{
	if (fchmod(w->fd, w->mode) || fsync(w->fd))
		return error_set(err, -errno, "write %s", w->path);
	if (name_it(w, err))
		return err->status;
	if (rename(w->temp, w->path))
		return error_set(err, -errno, "rename %s to %s", w->temp, w->path);
	free(w->temp);
	w->temp = NULL;
	return fs_sync_parent(w->path, err);
}

int nbi_writer_commit(struct nbi_writer *w, const struct nbi_entry *entry, struct error *err)
{
	uint8_t *b = w->block;

	put32(b + 4, get32(b + 4) | (entry->returns ? NBI_FLAG_RETURNS : 0));
	put16(b + 8, entry->location.offset);
	put16(b + 10, entry->location.segment);
	put16(b + 12, entry->execute.offset);
	put16(b + 14, entry->execute.segment);
	put32(b + w->last, get32(b + w->last) | NBI_RECORD_LAST);
	if (pwrite(w->fd, b, NBI_HEADER_SIZE, 0) != (ssize_t)NBI_HEADER_SIZE)
		return error_set(err, -errno, "write the image");
	return w->path ? put_in_place(w, err) : send_stream(w, err);
}
