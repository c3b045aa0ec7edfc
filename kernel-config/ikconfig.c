/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ikconfig: unpacks piece by piece and looks for the marks in what comes out, so that a
 * kernel of 60 MB needs no more memory than its compressor's window.
 */
#include "kernel-config/ikconfig.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#define MARK_START "IKCFG_ST"
#define MARK_END   "IKCFG_ED"
#define MARK_LEN   8

/* An unpacked kernel has 20 to 80 MB; beyond this it is a bomb. */
#define UNPACKED_MAX (1ull << 30)

/* lzma's dictionary is allocated as its header says; Linux's own has 64 MiB. */
#define LZMA_DICTIONARY_MAX (128u << 20)

/* The x86 setup header, by offsets into the file. */
#define SETUP_SECTS    0x1f1
#define SETUP_MAGIC    0x202
#define SETUP_VERSION  0x206
#define PAYLOAD_OFFSET 0x248
#define PAYLOAD_LENGTH 0x24c

struct compressor {
	const char *magic;
	size_t len;
	int filter; /* libarchive's */
};

static const struct compressor compressors[] = {
	{ "\x1f\x8b\x08", 3, ARCHIVE_FILTER_GZIP },
	{ "\xfd"
	  "7zXZ\0",
	  6, ARCHIVE_FILTER_XZ },
	{ "\x28\xb5\x2f\xfd", 4, ARCHIVE_FILTER_ZSTD },
	{ "\x02\x21\x4c\x18", 4, ARCHIVE_FILTER_LZ4 },
	{ "\x04\x22\x4d\x18", 4, ARCHIVE_FILTER_LZ4 },
	{ "BZh", 3, ARCHIVE_FILTER_BZIP2 },
	{ "\x5d\0\0", 3, ARCHIVE_FILTER_LZMA },
};

#define N_COMPRESSORS (sizeof(compressors) / sizeof(compressors[0]))

/* Looks for the text between the marks in a stream that comes in pieces. */
struct finder {
	bool inside; /* behind MARK_START */
	bool done;   /* MARK_END was seen: @packed is whole */
	char tail[MARK_LEN - 1];
	size_t tail_len;
	struct str packed; /* what stands between the marks, as far as it came */
};

/* 0 to go on, 1 when no more is wanted, or a negative errno. */
typedef int (*piece_fn)(const char *bytes, size_t len, void *arg, struct error *err);

static void archive_freep(struct archive **a)
{
	if (*a)
		archive_read_free(*a);
}

static uint32_t le32(const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/*
 * Unpack @len bytes of @data with @c and give each piece to @piece.  Returns 1 when @piece had
 * enough, 0 at the stream's end, -EINVAL when it is damaged (which its end may well be: a
 * kernel's compressed payload has its length behind it).
 */
static int unpack_stream(const struct compressor *c, const void *data, size_t len, const char *name,
			 piece_fn piece, void *arg, struct error *err)
{
	__attribute__((cleanup(archive_freep))) struct archive *a = archive_read_new();
	struct archive_entry *entry;
	unsigned long long total = 0;

	if (c->filter == ARCHIVE_FILTER_LZMA &&
	    (len < 5 || le32((const unsigned char *)data + 1) > LZMA_DICTIONARY_MAX))
		return error_say(err, -EINVAL, "unpack %s: not what lzma makes of a kernel", name);
	/* ARCHIVE_WARN means that libarchive would start a program: not on such input. */
	if (!a || archive_read_append_filter(a, c->filter) != ARCHIVE_OK ||
	    archive_read_support_format_raw(a) != ARCHIVE_OK)
		return error_say(err, -EINVAL, "%s: libarchive lacks the compressor", name);
	if (archive_read_open_memory(a, data, len) != ARCHIVE_OK ||
	    archive_read_next_header(a, &entry) != ARCHIVE_OK)
		return error_say(err, -EINVAL, "unpack %s: %s", name, archive_error_string(a));
	for (;;) {
		const void *block;
		size_t size;
		la_int64_t offset;
		int rc = archive_read_data_block(a, &block, &size, &offset);

		if (rc == ARCHIVE_EOF)
			return 0;
		if (rc != ARCHIVE_OK)
			return error_say(err, -EINVAL, "unpack %s: %s", name,
					 archive_error_string(a));
		total += size;
		if (total > UNPACKED_MAX)
			return error_say(err, -EINVAL, "unpack %s: more than 1 GiB comes out of it",
					 name);
		rc = piece(block, size, arg, err);
		if (rc)
			return rc;
	}
}

/* Remember the last bytes of what came so far: a mark may be cut in two by the pieces. */
static void keep_tail(struct finder *f, const char *bytes, size_t len)
{
	size_t keep = MARK_LEN - 1;

	if (len < keep) {
		size_t old = f->tail_len < keep - len ? f->tail_len : keep - len;

		memmove(f->tail, f->tail + f->tail_len - old, old);
		memcpy(f->tail + old, bytes, len);
		f->tail_len = old + len;
		return;
	}
	memcpy(f->tail, bytes + len - keep, keep);
	f->tail_len = keep;
}

/* Is MARK_START in the stream's next piece, or across its beginning?  @used: bytes up to its end. */
static bool find_start(struct finder *f, const char *bytes, size_t len, size_t *used)
{
	char seam[2 * (MARK_LEN - 1)];
	size_t head = len < MARK_LEN - 1 ? len : MARK_LEN - 1;
	const char *mark;

	memcpy(seam, f->tail, f->tail_len);
	memcpy(seam + f->tail_len, bytes, head);
	mark = memmem(seam, f->tail_len + head, MARK_START, MARK_LEN);
	if (mark) {
		*used = (size_t)(mark - seam) + MARK_LEN - f->tail_len;
		return true;
	}
	mark = memmem(bytes, len, MARK_START, MARK_LEN);
	if (mark) {
		*used = (size_t)(mark - bytes) + MARK_LEN;
		return true;
	}
	keep_tail(f, bytes, len);
	return false;
}

/* A piece_fn for struct finder. */
static int find_marks(const char *bytes, size_t len, void *arg, struct error *err)
{
	struct finder *f = arg;
	size_t used = 0;
	size_t from;
	const char *mark;

	if (!f->inside) {
		if (!find_start(f, bytes, len, &used))
			return 0;
		f->inside = true;
	}
	from = f->packed.len > MARK_LEN ? f->packed.len - MARK_LEN : 0;
	str_addn(&f->packed, bytes + used, len - used);
	mark = memmem(f->packed.data + from, f->packed.len - from, MARK_END, MARK_LEN);
	if (mark) {
		f->packed.len = (size_t)(mark - f->packed.data);
		f->done = true;
		return 1;
	}
	if (f->packed.len > IKCONFIG_TEXT_MAX)
		return error_say(err, -EINVAL, "its configuration has no end mark");
	return 0;
}

static int collect_text(const char *bytes, size_t len, void *arg, struct error *err)
{
	struct str *out = arg;

	if (out->len + len > IKCONFIG_TEXT_MAX)
		return error_say(err, -EFBIG, "more than %u MiB of configuration",
				 IKCONFIG_TEXT_MAX >> 20);
	str_addn(out, bytes, len);
	return 0;
}

static const struct compressor *compressor_of(const unsigned char *data, size_t len)
{
	size_t i;

	for (i = 0; i < N_COMPRESSORS; i++)
		if (len >= compressors[i].len &&
		    !memcmp(data, compressors[i].magic, compressors[i].len))
			return &compressors[i];
	return NULL;
}

int ikconfig_unpack(const void *data, size_t len, const char *name, struct str *out,
		    struct error *err)
{
	const struct compressor *c = compressor_of(data, len);
	cleanup_str struct str text = STR_INIT;
	int rc;

	if (!c)
		return error_say(err, -ENODATA, "%s: not compressed", name);
	rc = unpack_stream(c, data, len, name, collect_text, &text, err);
	if (rc)
		return rc;
	str_addn(out, str_text(&text), text.len);
	return 0;
}

/*
 * Feed one compressed stream to the finder.  Returns 1 when it found both marks (what is wrong
 * behind them does not matter), 0 when there are none, -EINVAL when the stream is damaged.
 */
static int search_stream(const unsigned char *data, size_t len, const char *name, struct finder *f,
			 struct error *err)
{
	const struct compressor *c = compressor_of(data, len);
	int rc;

	if (!c)
		return 0;
	rc = unpack_stream(c, data, len, name, find_marks, f, err);
	if (!f->done)
		return rc < 0 ? rc : 0;
	error_clear(err);
	return 1;
}

static bool is_bzimage(const unsigned char *image, size_t len)
{
	return len > PAYLOAD_LENGTH + 4 && !memcmp(image + SETUP_MAGIC, "HdrS", 4);
}

/*
 * The compressed kernel as the setup header says where it is: 1, 0 when it does not say (an old
 * kernel, or none), -EINVAL when that is not in the file.
 */
static int payload_of(const unsigned char *image, size_t len, const char *name, size_t *at,
		      size_t *size, struct error *err)
{
	size_t setup;
	unsigned int version;

	if (!is_bzimage(image, len))
		return 0;
	version = image[SETUP_VERSION] | (unsigned int)image[SETUP_VERSION + 1] << 8;
	if (version < 0x208)
		return 0;
	/* 0 setup sectors mean 4, for historical reasons. */
	setup = 512 * (1 + (size_t)(image[SETUP_SECTS] ? image[SETUP_SECTS] : 4));
	*at = setup + le32(image + PAYLOAD_OFFSET);
	*size = le32(image + PAYLOAD_LENGTH);
	if (*at < len && *size <= len - *at)
		return 1;
	return error_say(err, -EINVAL, "%s: the kernel is cut off: %zu bytes of %zu", name, len,
			 *at + *size);
}

static void finder_restart(struct finder *f)
{
	str_free(&f->packed);
	*f = (struct finder){ .packed = STR_INIT };
}

/*
 * A kernel of boot protocol 2.07 or older (Linux 2.6.23) does not say where its payload is, but
 * only gzip was there then: try each place that has its magic.  Where that stands by chance the
 * unpacking ends at once.
 */
static int search_by_magic(const unsigned char *image, size_t len, const char *name,
			   struct finder *f)
{
	const struct compressor *gzip = &compressors[0];
	const unsigned char *hit = image;

	while ((hit = memmem(hit, len - (size_t)(hit - image), gzip->magic, gzip->len))) {
		cleanup_error struct error ignored = ERROR_INIT;

		finder_restart(f);
		if (search_stream(hit, len - (size_t)(hit - image), name, f, &ignored) > 0)
			return 1;
		hit++;
	}
	return 0;
}

/* A kernel proper that is not compressed; returns as search_stream() does. */
static int search_plain(const unsigned char *data, size_t len, const char *name, struct finder *f,
			struct error *err)
{
	int rc = find_marks((const char *)data, len, f, err);

	if (rc < 0 || f->done)
		return rc;
	return f->inside ? error_say(err, -EINVAL, "%s: the configuration in it is cut off", name)
			 : 0;
}

/*
 * The payload: but for gzip, which has it itself, the kernel's build appends the unpacked size,
 * four bytes that libarchive takes for a damaged end, and then the last piece is lost.
 */
static int search_payload(const unsigned char *payload, size_t size, const char *name,
			  struct finder *f, struct error *err)
{
	const struct compressor *c = compressor_of(payload, size);

	if (!c)
		return search_plain(payload, size, name, f, err);
	if (c->filter != ARCHIVE_FILTER_GZIP && size > 4)
		size -= 4;
	return search_stream(payload, size, name, f, err);
}

bool ikconfig_is_kernel(const void *image, size_t len)
{
	return is_bzimage(image, len) || (len > 4 && !memcmp(image,
							     "\x7f"
							     "ELF",
							     4));
}

/* Find the packed configuration of @image; returns as search_stream() does. */
static int search_image(const unsigned char *image, size_t len, const char *name, struct finder *f,
			struct error *err)
{
	size_t at, size;
	int rc = payload_of(image, len, name, &at, &size, err);

	if (rc < 0)
		return rc;
	if (rc)
		return search_payload(image + at, size, name, f, err);
	if (is_bzimage(image, len))
		return search_by_magic(image, len, name, f);
	return search_plain(image, len, name, f, err);
}

int ikconfig_extract(const void *image, size_t len, const char *name, struct str *out,
		     struct error *err)
{
	struct finder f = { .packed = STR_INIT };
	int rc = search_image(image, len, name, &f, err);

	if (rc > 0)
		rc = ikconfig_unpack(f.packed.data, f.packed.len, name, out, err);
	else if (rc == 0)
		rc = error_say(err, -ENODATA,
			       "%s: the kernel carries no configuration (CONFIG_IKCONFIG is off)",
			       name);
	/* Packed, but not by a compressor that we know: the marks were there by chance. */
	if (rc == -ENODATA && f.done) {
		error_clear(err);
		rc = error_say(err, -EINVAL, "%s: the configuration in it is damaged", name);
	}
	finder_restart(&f);
	return rc;
}
