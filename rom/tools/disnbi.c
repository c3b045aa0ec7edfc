/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disnbi: shows what is in a tagged image and whether it obeys the specification.
 *
 *      FILE -> nbi_image_read(), nbi_linux_read() -> text or JSON; --extract -> files
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/error.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"
#include "rom/tools/nbi_read.h"

#define USAGE_STATUS 2

/* What was asked for, and what was read. */
struct job {
	const char *file;
	const char *extract; /* directory, or NULL */
	bool json;
	int fd;
	struct nbi_image image;
	struct nbi_linux linux_part;
};

static const char *const kinds[] = { "tagged image", "boot sector image", "text image", "unknown" };
static const char *const modes[] = { "absolute", "after the segment before",
				     "back from the end of memory",
				     "back from the segment before" };

/* --- text --- */

static void print_segment(const struct nbi_image *image, size_t i)
{
	const struct nbi_segment *s = &image->segments[i];
	const char *name = nbi_tag_name(nbi_record_tag(s->flags));

	printf("segment %zu: tag %u%s%s%s, record at 0x%x%s\n", i, nbi_record_tag(s->flags),
	       *name ? " (" : "", name, *name ? ")" : "", s->record,
	       s->flags & NBI_RECORD_LAST ? ", the last" : "");
	printf("  address   0x%x, %s", s->address, modes[nbi_record_mode(s->flags)]);
	if (s->placed)
		printf(": 0x%llx to 0x%llx", (unsigned long long)s->start,
		       (unsigned long long)(s->start + s->memory_length));
	printf("\n  in memory %u bytes\n  in file   %u bytes at 0x%llx\n", s->memory_length,
	       s->image_length, (unsigned long long)s->offset);
	if (nbi_vendor_bytes(s->flags))
		printf("  vendor    %u bytes\n", nbi_vendor_bytes(s->flags));
}

static void print_linux(const struct nbi_linux *l)
{
	if (l->has_kernel) {
		printf("kernel: %s\n", *l->kernel.version ? l->kernel.version : "(no version)");
		printf("  boot protocol %u.%02u, %s%s; runs at 0x%x to 0x%x\n",
		       l->kernel.protocol >> 8, l->kernel.protocol & 0xFF,
		       l->kernel.big ? "bzImage" : "zImage", l->kernel.is_64 ? ", 64-bit" : "",
		       l->kernel.run_start, l->kernel.run_end);
	}
	if (l->has_command_line)
		printf("command line: %s\n", l->command_line);
}

static void print_text(const struct job *job)
{
	const struct nbi_image *image = &job->image;

	printf("%s: %s, %llu bytes\n", job->file, kinds[image->kind],
	       (unsigned long long)image->file_size);
	if (image->kind != NBI_KIND_TAGGED)
		return;
	printf("header: loaded at %04X:%04X (0x%x)\n", image->location_far.segment,
	       image->location_far.offset, image->location);
	if (image->flags & NBI_FLAG_LINEAR)
		printf("  entered at 0x%x in 32-bit mode", image->execute);
	else
		printf("  entered at %04X:%04X (0x%x)", image->execute_far.segment,
		       image->execute_far.offset, image->execute);
	printf(", %s\n", image->flags & NBI_FLAG_RETURNS ? "may return" : "does not return");
	if (*image->vendor)
		printf("  vendor    %s\n", image->vendor);
	for (size_t i = 0; i < image->n_segments; i++)
		print_segment(image, i);
	print_linux(&job->linux_part);
}

/* --- JSON --- */

static json_t *json_segment(const struct nbi_segment *s)
{
	json_t *o = json_pack("{s:i, s:s, s:I, s:s, s:b, s:I, s:I, s:I, s:I}", "tag",
			      (int)nbi_record_tag(s->flags), "name",
			      nbi_tag_name(nbi_record_tag(s->flags)), "record",
			      (json_int_t)s->record, "mode", modes[nbi_record_mode(s->flags)],
			      "last", !!(s->flags & NBI_RECORD_LAST), "address",
			      (json_int_t)s->address, "offset", (json_int_t)s->offset,
			      "image_length", (json_int_t)s->image_length, "memory_length",
			      (json_int_t)s->memory_length);

	if (s->placed)
		json_object_set_new(o, "start", json_integer((json_int_t)s->start));
	return o;
}

static json_t *json_linux(const struct nbi_linux *l)
{
	json_t *o = json_object();

	/* What stands in a file may be no UTF-8; jansson then makes no string of it. */
	if (l->has_command_line)
		json_object_set_new(o, "command_line", json_string(l->command_line));
	if (!l->has_kernel)
		return o;
	json_object_set_new(o, "version", json_string(l->kernel.version));
	json_object_set_new(o, "protocol",
			    json_sprintf("%u.%02u", l->kernel.protocol >> 8,
					 l->kernel.protocol & 0xFF));
	json_object_set_new(o, "format", json_string(l->kernel.big ? "bzImage" : "zImage"));
	json_object_set_new(o, "64bit", json_boolean(l->kernel.is_64));
	json_object_set_new(o, "run_start", json_integer(l->kernel.run_start));
	json_object_set_new(o, "run_end", json_integer(l->kernel.run_end));
	json_object_set_new(o, "initrd_max", json_integer(l->kernel.initrd_max));
	json_object_set_new(o, "command_line_max", json_integer(l->kernel.cmdline_max));
	return o;
}

static json_t *json_header(const struct nbi_image *image)
{
	return json_pack("{s:I, s:I, s:b, s:b, s:s}", "location", (json_int_t)image->location,
			 "execute", (json_int_t)image->execute, "returns",
			 !!(image->flags & NBI_FLAG_RETURNS), "linear",
			 !!(image->flags & NBI_FLAG_LINEAR), "vendor", image->vendor);
}

static int print_json(const struct job *job)
{
	const struct nbi_image *image = &job->image;
	json_t *root = json_pack("{s:s, s:I, s:b}", "kind", kinds[image->kind], "size",
				 (json_int_t)image->file_size, "good", !image->n_problems);
	json_t *segments = json_array(), *problems = json_array();
	int rc;

	json_object_set_new(root, "file", json_string(job->file));
	if (image->kind == NBI_KIND_TAGGED)
		json_object_set_new(root, "header", json_header(image));
	for (size_t i = 0; i < image->n_segments; i++)
		json_array_append_new(segments, json_segment(&image->segments[i]));
	for (size_t i = 0; i < image->n_problems; i++)
		json_array_append_new(problems,
				      json_pack("{s:s, s:I, s:s}", "rule", image->problems[i].rule,
						"offset", (json_int_t)image->problems[i].offset,
						"text", image->problems[i].text));
	json_object_set_new(root, "segments", segments);
	if (job->linux_part.has_command_line || job->linux_part.has_kernel)
		json_object_set_new(root, "linux", json_linux(&job->linux_part));
	json_object_set_new(root, "problems", problems);
	rc = json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
	return rc;
}

/* --- extraction --- */

static int copy_range(int from, uint64_t offset, uint64_t size, int to)
{
	cleanup_free char *buffer = mem_new(1u << 16);

	while (size) {
		ssize_t n = pread(from, buffer, size < 1u << 16 ? size : 1u << 16, (off_t)offset);
		int rc;

		if (n <= 0)
			return n ? -errno : -ENODATA;
		rc = fs_write_all(to, buffer, (size_t)n);
		if (rc)
			return rc;
		offset += (uint64_t)n;
		size -= (uint64_t)n;
	}
	return 0;
}

static int extract_part(const struct job *job, const char *name, uint64_t offset, uint64_t size,
			struct error *err)
{
	cleanup_free char *path = fs_join(job->extract, name);
	cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
	int rc;

	if (fd < 0)
		return error_set(err, -errno, "create %s", path);
	rc = copy_range(job->fd, offset, size, fd);
	if (rc)
		return error_set(err, rc, "write %s", path);
	return 0;
}

static char *part_name(const struct nbi_image *image, size_t i)
{
	const char *name = nbi_tag_name(nbi_record_tag(image->segments[i].flags));
	char *file = *name ? mem_printf("%zu-%s", i, name)
			   : mem_printf("%zu-tag%u", i, nbi_record_tag(image->segments[i].flags));

	for (char *c = file; *c; c++)
		if (*c == ' ')
			*c = '-';
	return file;
}

static int extract(const struct job *job, struct error *err)
{
	const struct nbi_image *image = &job->image;

	if (image->kind != NBI_KIND_TAGGED)
		return error_say(err, -EINVAL, "%s: not a tagged image, nothing to extract",
				 job->file);
	if (mkdir(job->extract, 0777) && errno != EEXIST)
		return error_set(err, -errno, "create %s", job->extract);
	if (extract_part(job, "header", 0, NBI_HEADER_SIZE, err))
		return err->status;
	for (size_t i = 0; i < image->n_segments; i++) {
		cleanup_free char *name = part_name(image, i);

		if (extract_part(job, name, image->segments[i].offset,
				 image->segments[i].image_length, err))
			return err->status;
	}
	return 0;
}

/* --- command line --- */

static void print_help(void)
{
	printf("Usage: disnbi [OPTION…] FILE\n"
	       "Shows header, segments and command line of a tagged image, and checks it.\n\n"
	       "  -j, --json           print JSON\n"
	       "  -x, --extract=DIR    write header and segments to files in DIR\n"
	       "  -r, --rules          list the rules that are checked\n"
	       "  -h, --help           show this help\n"
	       "  -V, --version        show the version\n\n"
	       "The exit status is 0 for a good image, 1 for a bad one, 2 for wrong usage.\n");
}

static int print_rules(void)
{
	for (const struct nbi_rule *r = nbi_rules; r->name; r++)
		printf("%-14s %s\n", r->name, r->text);
	return 0;
}

/* Returns -1 to go on, or the exit status. */
static int parse_options(struct job *job, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },    { "extract", required_argument, NULL, 'x' },
		{ "rules", no_argument, NULL, 'r' },   { "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' }, { NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "jx:rhV", longs, NULL)) != -1) {
		if (c == 'j')
			job->json = true;
		else if (c == 'x')
			job->extract = optarg;
		else if (c == 'r')
			return print_rules();
		else if (c == 'h')
			return print_help(), 0;
		else if (c == 'V')
			return printf("disnbi (mkdcroot) %s\n", VERSION), 0;
		else
			return USAGE_STATUS;
	}
	if (argc - optind != 1) {
		fprintf(stderr, "disnbi: give one file; see disnbi --help\n");
		return USAGE_STATUS;
	}
	job->file = argv[optind];
	return -1;
}

static int run(struct job *job, struct error *err)
{
	job->fd = open(job->file, O_RDONLY | O_CLOEXEC);
	if (job->fd < 0)
		return error_set(err, -errno, "open %s", job->file);
	if (nbi_image_read(job->fd, job->file, &job->image, err))
		return err->status;
	nbi_linux_read(job->fd, &job->image, &job->linux_part);
	if (job->json && print_json(job))
		return error_say(err, -EIO, "write JSON: failed");
	if (!job->json)
		print_text(job);
	if (fflush(stdout))
		return error_set(err, -errno, "write the output");
	for (size_t i = 0; i < job->image.n_problems; i++)
		fprintf(stderr, "disnbi: %s: rule %s, offset 0x%llx: %s\n", job->file,
			job->image.problems[i].rule,
			(unsigned long long)job->image.problems[i].offset,
			job->image.problems[i].text);
	return job->extract ? extract(job, err) : 0;
}

int main(int argc, char **argv)
{
	struct job job = { .fd = -1 };
	cleanup_error struct error err = ERROR_INIT;
	int status = parse_options(&job, argc, argv);

	if (status >= 0)
		return status;
	status = EXIT_SUCCESS;
	if (run(&job, &err)) {
		fprintf(stderr, "disnbi: %s\n", error_text(&err));
		status = EXIT_FAILURE;
	}
	if (job.image.n_problems)
		status = EXIT_FAILURE;
	nbi_image_free(&job.image);
	if (job.fd >= 0)
		close(job.fd);
	return status;
}
