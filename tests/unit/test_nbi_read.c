/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reader of tagged images finds every broken rule (rom/tools/nbi_read.c), and reads what the writer writes. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rom/tools/bytes.h"
#include "rom/tools/nbi_read.h"
#include "rom/tools/nbi_write.h"
#include "tests/unit/tap.h"

#define SIZE (512u + 300u)

/* A good image of two segments, 100 and 200 bytes. */
static void good(uint8_t *b)
{
	static const uint32_t words[] = { NBI_MAGIC,  0x104,	0x92800000, 0x92A00000,
					  0x00001004, 0x92A00,	100,	    1000,
					  0x04001104, 0x100000, 200,	    200 };

	memset(b, 0, 512);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		put32(b + 4 * i, words[i]);
}

static bool has(const struct nbi_image *image, const char *rule, uint64_t offset)
{
	for (size_t i = 0; i < image->n_problems; i++)
		if (!strcmp(image->problems[i].rule, rule) && image->problems[i].offset == offset)
			return true;
	return false;
}

/* The good image with one dword changed, or another size, breaks this rule at this offset. */
static const struct {
	const char *name;
	uint32_t at, value;
	uint64_t size;
	const char *rule;
	uint64_t offset;
} cases[] = {
	{ "cut off", 0, NBI_MAGIC, SIZE - 1, "file-size", SIZE - 1 },
	{ "something behind", 0, NBI_MAGIC, SIZE + 1, "file-size", SIZE },
	{ "no magic", 0, 0x1B031337, SIZE, "magic", 0 },
	{ "header of three dwords", 4, 0x103, SIZE, "header-length", 4 },
	{ "unknown header flag", 4, 0x204, SIZE, "header-flags", 4 },
	{ "header at 0", 8, 0, SIZE, "location", 8 },
	{ "header above 0x98000", 8, 0x98000000, SIZE, "location", 8 },
	{ "header above 1 MB", 8, 0xFFFFFFFF, SIZE, "location", 8 },
	{ "entry outside", 12, 0x50000000, SIZE, "execute", 12 },
	{ "record of five dwords", 16, 0x1005, SIZE, "record-length", 16 },
	{ "record of no dwords", 16, 0x1000, SIZE, "record-length", 16 },
	{ "unknown record flag", 16, 0x08001004, SIZE, "record-flags", 16 },
	{ "no last record", 32, 0x00001104, SIZE, "record-space", 32 },
	{ "vendor part to nowhere", 32, 0x000011F4, SIZE, "record-space", 32 },
	{ "more in the file than in memory", 28, 99, SIZE, "lengths", 24 },
	{ "first record relative to none", 16, 0x01001004, SIZE, "relative", 20 },
	{ "first record before none", 16, 0x03001004, SIZE, "relative", 20 },
	{ "into the interrupt table", 20, 0x400, SIZE, "memory", 20 },
	{ "into the loader", 20, 0x98000, SIZE, "memory", 20 },
	{ "reaching into the loader", 20, 0x97F00, SIZE, "memory", 20 },
	{ "into the BIOS", 20, 0xF0000, SIZE, "memory", 20 },
	{ "beyond 4 GB", 36, 0xFFFFFF80, SIZE, "memory", 36 },
	{ "too near to the end of memory", 32, 0x06001104, SIZE, "memory", 0 },
	{ "over the header", 20, 0x92900, SIZE, "overlap", 20 },
	{ "over each other", 36, 0x92A10, SIZE, "overlap", 36 },
};

static void test_rules(void)
{
	uint8_t b[512];
	struct nbi_image image;

	good(b);
	nbi_image_parse(b, 512, SIZE, &image);
	tap_ok(image.kind == NBI_KIND_TAGGED && !image.n_problems && image.n_segments == 2,
	       "a good image has no problem");
	nbi_image_free(&image);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		good(b);
		put32(b + cases[i].at, cases[i].value);
		if (!cases[i].offset && cases[i].at == 32)
			put32(b + 36, 100);
		nbi_image_parse(b, 512, cases[i].size, &image);
		tap_ok(has(&image, cases[i].rule,
			   cases[i].offset || cases[i].at != 32 ? cases[i].offset : 36),
		       "%s: rule %s", cases[i].name, cases[i].rule);
		for (size_t p = 0; p < image.n_problems; p++)
			printf("#   %s at 0x%llx: %s\n", image.problems[p].rule,
			       (unsigned long long)image.problems[p].offset,
			       image.problems[p].text);
		nbi_image_free(&image);
	}
}

/* Every rule of the list has a case above. */
static void test_rules_covered(void)
{
	for (const struct nbi_rule *r = nbi_rules; r->name; r++) {
		bool found = false;

		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
			found |= !strcmp(cases[i].rule, r->name);
		tap_ok(found, "rule %s is tested", r->name);
	}
}

static void test_relative(void)
{
	uint8_t b[512];
	struct nbi_image image;

	good(b);
	put32(b + 32, 0x05001104);
	put32(b + 36, 16);
	nbi_image_parse(b, 512, SIZE, &image);
	tap_ok(!image.n_problems && image.segments[1].start == 0x92A00 + 1000 + 16,
	       "after the end of the memory of the segment before");
	nbi_image_free(&image);
	good(b);
	put32(b + 20, 0x200000);
	put32(b + 12, 0x92800000);
	put32(b + 32, 0x07001104);
	put32(b + 36, 4096);
	nbi_image_parse(b, 512, SIZE, &image);
	tap_ok(!image.n_problems && image.segments[1].start == 0x1FF000,
	       "back from the one before");
	nbi_image_free(&image);
	good(b);
	put32(b + 32, 0x06001104);
	put32(b + 36, 0x100000);
	nbi_image_parse(b, 512, SIZE, &image);
	tap_ok(!image.n_problems && !image.segments[1].placed, "back from the end: not known here");
	nbi_image_free(&image);
}

static void test_kinds(void)
{
	uint8_t b[512] = "Hello";
	struct nbi_image image;

	nbi_image_parse(b, 5, 5, &image);
	tap_ok(image.kind == NBI_KIND_TEXT && !image.n_problems, "text image");
	b[510] = 0x55;
	b[511] = 0xAA;
	nbi_image_parse(b, 512, 1474560, &image);
	tap_ok(image.kind == NBI_KIND_BOOT_SECTOR && !image.n_problems, "boot sector image");
	good(b);
	nbi_image_parse(b, 100, 100, &image);
	tap_ok(has(&image, "file-size", 100), "a header cut off");
	nbi_image_free(&image);
}

static void test_write(const char *dir)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_nbi_writer struct nbi_writer w = NBI_WRITER_INIT;
	struct nbi_entry entry = { { 0, 0x2000 }, { 0, 0x2020 }, true };
	char path[256];
	struct nbi_image image;
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "%s/a.nb", dir);
	tap_ok(!nbi_writer_open(&w, path, "test", &err), "open the writer");
	tap_ok(!nbi_writer_begin(&w, 16, 0x20200, &err) && !nbi_writer_bytes(&w, "abcd", 4, &err) &&
		       !nbi_writer_end(&w, 4096, &err) &&
		       !nbi_writer_begin(&w, 21, 0x100000, &err) &&
		       !nbi_writer_bytes(&w, "efghi", 5, &err) && !nbi_writer_pad(&w, 4, &err) &&
		       !nbi_writer_end(&w, 0, &err),
	       "two segments");
	tap_ok(stat(path, &st) != 0, "the name is not there before it is complete");
	tap_ok(!nbi_writer_commit(&w, &entry, &err), "commit");
	fd = open(path, O_RDONLY);
	tap_ok(fd >= 0 && !nbi_image_read(fd, path, &image, &err) && !image.n_problems &&
		       image.n_segments == 2 && image.segments[0].memory_length == 4096 &&
		       image.segments[1].image_length == 8 && !strcmp(image.vendor, "test"),
	       "the reader reads what was written");
	nbi_image_free(&image);
	close(fd);
	unlink(path);
}

static void test_write_full(const char *dir)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_nbi_writer struct nbi_writer w = NBI_WRITER_INIT;
	char path[256];
	int n = 0;

	snprintf(path, sizeof(path), "%s/b.nb", dir);
	nbi_writer_open(&w, path, "", &err);
	while (!nbi_writer_begin(&w, 1, 0x100000, &err) && n < 100)
		n++;
	tap_ok(n == 31, "a header holds 31 records, then: %s", error_text(&err));
	nbi_writer_close(&w);
	tap_ok(access(path, F_OK) != 0 && rmdir(dir) == 0,
	       "given up, nothing is left in the directory");
}

int main(void)
{
	char dir[] = "/tmp/test_nbi.XXXXXX";

	test_rules();
	test_rules_covered();
	test_relative();
	test_kinds();
	if (!mkdtemp(dir))
		return 1;
	test_write(dir);
	test_write_full(dir);
	return tap_done();
}
