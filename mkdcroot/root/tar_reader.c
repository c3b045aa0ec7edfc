/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tar_reader: libarchive over a file, and over a file of the archive in that file. */
#include "mkdcroot/root/tar_reader.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/interrupt.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/progress.h"
#include "mkdcroot/root/image_layers.h"
#include "mkdcroot/root/tree_writer.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define BLOCK_BYTES (256u << 10)
/* The largest JSON or os-release that is read into memory. */
#define TEXT_MAX (4u << 20)

struct archive *tar_reader_current(const struct tar_reader *r)
{
	return r->inner ? r->inner : r->outer;
}

static struct archive *new_archive(void)
{
	struct archive *a = archive_read_new();

	archive_read_support_format_tar(a);
	/* To the end of the file, or a checksum there would not be looked at. */
	archive_read_set_options(a, "tar:read_concatenated_archives");
	archive_read_support_filter_bzip2(a);
	archive_read_support_filter_xz(a);
	archive_read_support_filter_lzma(a);
	archive_read_support_filter_lzip(a);
	archive_read_support_filter_zstd(a);
	archive_read_support_filter_lz4(a);
	archive_read_support_filter_compress(a);
	return a;
}

static void close_archives(struct tar_reader *r)
{
	if (r->inner)
		archive_read_free(r->inner);
	if (r->outer)
		archive_read_free(r->outer);
	gunzip_end(&r->unpack_outer);
	gunzip_end(&r->unpack_inner);
	if (r->fd >= 0)
		close(r->fd);
	free(r->layer);
	r->consumed = r->inner_consumed = 0;
	r->inner = r->outer = NULL;
	r->layer = NULL;
	r->fd = -1;
}

void tar_reader_close(struct tar_reader *r)
{
	close_archives(r);
	free(r->buf);
	free(r->inner_buf);
	if (r->locale) {
		uselocale(r->old);
		freelocale(r->locale);
	}
}

void tar_reader_init(struct tar_reader *r, const char *file)
{
	*r = (struct tar_reader){ .file = file, .fd = -1 };
	/* libarchive turns names of pax headers, which are UTF-8, into the locale's: nothing may be lost. */
	r->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
	if (r->locale)
		r->old = uselocale(r->locale);
}

/* What libarchive complains about, with the place. */
int tar_reader_damaged(const struct tar_reader *r, struct archive *a, struct error *err)
{
	const char *why = archive_error_string(a);
	char done[16], size[16];

	if (why && strstr(why, "Unrecognized archive format"))
		return error_say(err, -EINVAL, "%s is no tar archive, compressed or not (%s)",
				 r->file, why ? why : "unknown format");
	return error_say(err, -EINVAL,
			 "%s%s%s is damaged or cut off: %s (after %s of %s, in entry %d)", r->file,
			 r->layer ? ", layer " : "", r->layer ? r->layer : "",
			 why ? why : "unknown error", progress_bytes(r->consumed, done),
			 progress_bytes(r->size, size), archive_file_count(a));
}

unsigned long long tar_reader_consumed(const struct tar_reader *r)
{
	return r->inner ? r->inner_consumed : r->consumed;
}

static ssize_t pull_file(void *arg, const void **bytes)
{
	struct tar_reader *r = arg;
	ssize_t n;

	do
		n = read(r->fd, r->buf, BLOCK_BYTES);
	while (n < 0 && errno == EINTR && !interrupt_signal());
	*bytes = r->buf;
	if (n > 0)
		r->consumed += (unsigned long long)n;
	return n;
}

static ssize_t pull_layer(void *arg, const void **bytes)
{
	struct tar_reader *r = arg;
	ssize_t n = archive_read_data(r->outer, r->inner_buf, BLOCK_BYTES);

	*bytes = r->inner_buf;
	if (n > 0)
		r->inner_consumed += (unsigned long long)n;
	return n < 0 ? -1 : n;
}

/* libarchive's callback for both. */
static la_ssize_t give(struct archive *a, struct tar_reader *r, struct gunzip *g,
		       const void **bytes)
{
	const char *problem = NULL;
	la_ssize_t n = interrupt_signal() ? -1 : gunzip_read(g, bytes, &problem);

	if (n >= 0)
		return n;
	if (!problem && a == r->inner)
		problem = archive_error_string(r->outer);
	if (interrupt_signal())
		problem = "interrupted";
	archive_set_error(a, problem ? EIO : errno, "%s", problem ? problem : strerror(errno));
	return -1;
}

static la_ssize_t give_outer(struct archive *a, void *arg, const void **bytes)
{
	struct tar_reader *r = arg;

	return give(a, r, &r->unpack_outer, bytes);
}

static la_ssize_t give_inner(struct archive *a, void *arg, const void **bytes)
{
	struct tar_reader *r = arg;

	return give(a, r, &r->unpack_inner, bytes);
}

/* To a layer that lies far behind, without reading what is before it. */
static la_int64_t skip_outer(struct archive *a, void *arg, la_int64_t bytes)
{
	struct tar_reader *r = arg;
	off_t at;

	(void)a;
	if (!r->unpack_outer.begun || r->unpack_outer.packed)
		return 0;
	at = lseek(r->fd, 0, SEEK_CUR);
	/* Not beyond the end: that it was cut off would not be seen. */
	if (at < 0 || bytes > (la_int64_t)r->size - at || lseek(r->fd, bytes, SEEK_CUR) < 0)
		return 0;
	r->consumed += (unsigned long long)bytes;
	return bytes;
}

int tar_reader_open(struct tar_reader *r, struct error *err)
{
	struct stat st;

	close_archives(r);
	r->fd = open(r->file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (r->fd < 0 || fstat(r->fd, &st) < 0)
		return error_set(err, -errno, "open %s", r->file);
	if (!S_ISREG(st.st_mode))
		return error_say(err, -EINVAL, "%s is no file", r->file);
	r->size = (unsigned long long)st.st_size;
	r->outer = new_archive();
	if (!r->buf)
		r->buf = mem_new(BLOCK_BYTES);
	r->unpack_outer = (struct gunzip){ .pull = pull_file, .arg = r };
	if (archive_read_open2(r->outer, r, NULL, give_outer, skip_outer, NULL) != ARCHIVE_OK)
		return tar_reader_damaged(r, r->outer, err);
	return 0;
}

/*
 * A tar archive ends with zeros.  One that is not compressed and was cut between two entries
 * shows it in no other way.
 */
static int check_end(const struct tar_reader *r, struct error *err)
{
	char tail[512] = { 1 };
	ssize_t n;

	if (r->inner || r->unpack_outer.packed ||
	    archive_filter_code(r->outer, 0) != ARCHIVE_FILTER_NONE)
		return 0;
	n = r->size < sizeof(tail)
		    ? 0
		    : pread(r->fd, tail, sizeof(tail), (off_t)(r->size - sizeof(tail)));
	for (size_t i = 0; i < sizeof(tail); i++)
		if (n != sizeof(tail) || tail[i])
			return error_say(err, -EINVAL, "%s was cut off: it has no end mark",
					 r->file);
	return 0;
}

/* 1 with the next entry, 0 at the end, or -errno. */
static int next_entry(struct tar_reader *r, struct archive_entry **e, struct error *err)
{
	struct archive *a = tar_reader_current(r);

	for (;;) {
		int status = archive_read_next_header(a, e);

		if (interrupt_signal())
			return error_say(err, -EINTR, "read %s: interrupted", r->file);
		if (status == ARCHIVE_EOF)
			return check_end(r, err);
		if (status == ARCHIVE_RETRY)
			continue;
		if (status == ARCHIVE_WARN)
			log_debug("%s: %s", r->file, archive_error_string(a));
		if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
			return tar_reader_damaged(r, a, err);
		return 1;
	}
}

const char *tar_entry_path(struct archive_entry *e)
{
	const char *path = archive_entry_pathname(e);

	return path ? path : archive_entry_pathname_utf8(e);
}

const char *tar_entry_hard_link(struct archive_entry *e)
{
	const char *path = archive_entry_hardlink(e);

	return path ? path : archive_entry_hardlink_utf8(e);
}

const char *tar_entry_symlink(struct archive_entry *e)
{
	const char *path = archive_entry_symlink(e);

	return path ? path : archive_entry_symlink_utf8(e);
}

/* The next entry and its place in the tree (freed by the caller); as next_entry(). */
int tar_reader_next(struct tar_reader *r, struct archive_entry **e, char **path, struct error *err)
{
	int rc = next_entry(r, e, err);

	*path = NULL;
	if (rc <= 0)
		return rc;
	if (!tar_entry_path(*e))
		return error_say(err, -EINVAL, "%s: entry %d has no name", r->file,
				 archive_file_count(tar_reader_current(r)));
	*path = tree_writer_path(tar_entry_path(*e), err);
	return *path ? 1 : error_wrap(err, "%s", r->file);
}

/* Append the content of the entry that was read last. */
int tar_reader_text(struct tar_reader *r, struct str *out, struct error *err)
{
	char buf[8192];
	la_ssize_t n;

	while ((n = archive_read_data(tar_reader_current(r), buf, sizeof(buf))) > 0) {
		str_addn(out, buf, (size_t)n);
		if (out->len > TEXT_MAX)
			return error_say(err, -EFBIG, "%s: a text in it is too long", r->file);
	}
	return n < 0 ? tar_reader_damaged(r, tar_reader_current(r), err) : 0;
}

/* @path with its ".." taken back, to be freed. */
static char *without_dots(const char *path)
{
	cleanup_strv struct strv names = STRV_INIT;
	struct str out = STR_INIT;

	strv_split(&names, path, "/");
	for (size_t i = 0; i < names.n; i++) {
		char *slash = out.len ? strrchr(out.data, '/') : NULL;

		if (strcmp(names.v[i], "..") != 0) {
			str_addf(&out, "/%s", names.v[i]);
		} else if (slash) {
			*slash = '\0';
			out.len = (size_t)(slash - out.data);
		}
	}
	return str_steal(&out);
}

/*
 * Go to the file @path of the outer archive: 0; 1 with another path to look for in *@link, of layers that are the
 * same and stand there once; or negative errno.
 */
static int seek_member(struct tar_reader *r, const char *path, char **link, struct error *err)
{
	struct archive_entry *e;
	cleanup_free char *here = NULL;
	int rc = tar_reader_open(r, err);

	if (rc)
		return rc;
	while ((rc = tar_reader_next(r, &e, &here, err)) > 0) {
		const char *symlink = tar_entry_symlink(e), *hard = tar_entry_hard_link(e);
		cleanup_free char *target = NULL;

		if (strcmp(here, path) != 0) {
			free(steal_ptr(&here));
			continue;
		}
		if (!symlink && !hard && archive_entry_filetype(e) == AE_IFREG)
			return 0;
		if (!symlink && !hard)
			break;
		target = hard ? mem_strdup(hard)
			      : mem_printf("%.*s/%s", (int)(strrchr(here, '/') - here), here,
					   symlink);
		*link = without_dots(target);
		return 1;
	}
	return rc < 0 ? rc
		      : error_say(err, -EINVAL, "%s has no %s, which its manifest names", r->file,
				  path);
}

static int find_member(struct tar_reader *r, const char *path, struct error *err)
{
	cleanup_free char *wanted = mem_strdup(path);

	for (int links = 0; links < 8; links++) {
		char *link = NULL;
		int rc = seek_member(r, wanted, &link, err);

		if (rc <= 0)
			return rc;
		free(wanted);
		wanted = link;
	}
	return error_say(err, -EINVAL, "%s: %s is a link in a circle", r->file, path);
}

int tar_reader_open_layer(struct tar_reader *r, const char *path, struct error *err)
{
	int rc = find_member(r, path, err);

	if (rc)
		return rc;
	if (!r->inner_buf)
		r->inner_buf = mem_new(BLOCK_BYTES);
	r->layer = mem_strdup(path);
	r->inner = new_archive();
	r->unpack_inner = (struct gunzip){ .pull = pull_layer, .arg = r };
	if (archive_read_open2(r->inner, r, NULL, give_inner, NULL, NULL) != ARCHIVE_OK)
		return tar_reader_damaged(r, r->inner, err);
	return 0;
}

static int read_member(void *arg, const char *path, struct str *out, struct error *err)
{
	return find_member(arg, path, err) ?: tar_reader_text(arg, out, err);
}

/*
 * The layers of a container image; none when it is a root file system, which the first
 * file tells that no image has.
 */
int tar_reader_layers(struct tar_reader *r, struct strv *layers, struct error *err)
{
	bool index = false, manifest = false;
	struct archive_entry *e;
	int rc = tar_reader_open(r, err);

	while (!rc && !manifest) {
		cleanup_free char *path = NULL;

		rc = tar_reader_next(r, &e, &path, err);
		if (rc <= 0)
			break;
		rc = 0;
		if (!image_layers_is_member(path))
			return 0;
		manifest = strcmp(path, "/manifest.json") == 0;
		index |= strcmp(path, "/index.json") == 0;
	}
	if (rc || (!manifest && !index))
		return rc;
	rc = image_layers_find(manifest ? "/manifest.json" : "/index.json", read_member, r, layers,
			       err);
	return rc && !strstr(error_text(err), r->file) ? error_wrap(err, "%s", r->file) : rc;
}
