/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks into the segments of a Linux image; see nbi_read.h. */
#include "rom/tools/nbi_read.h"

#include <string.h>
#include <unistd.h>

#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"
#include "rom/start/params.h"
#include "rom/tools/bytes.h"

#define AT_TEXT_SIZE 52u

static const struct {
	uint8_t tag;
	const char *name;
} tags[] = {
	{ NBI_LINUX_START, "start code" }, { NBI_LINUX_PARAMETERS, "parameters" },
	{ NBI_LINUX_BOOT, "boot sector" }, { NBI_LINUX_SETUP, "setup" },
	{ NBI_LINUX_KERNEL, "kernel" },	   { NBI_LINUX_RAMDISK, "ramdisk" },
};

const char *nbi_tag_name(uint8_t tag)
{
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (tags[i].tag == tag)
			return tags[i].name;
	return "";
}

static const struct nbi_segment *find(const struct nbi_image *image, uint8_t tag)
{
	for (size_t i = 0; i < image->n_segments; i++)
		if (nbi_record_tag(image->segments[i].flags) == tag)
			return &image->segments[i];
	return NULL;
}

/* Reads the beginning of a segment; returns how much there was. */
static size_t read_segment(int fd, const struct nbi_segment *s, uint8_t *buffer, size_t size)
{
	size_t want = s->image_length < size ? s->image_length : size;
	ssize_t n = pread(fd, buffer, want, (off_t)s->offset);

	return n < 0 ? 0 : (size_t)n;
}

static void read_command_line(int fd, const struct nbi_segment *s, struct nbi_linux *out)
{
	uint8_t data[sizeof(struct start_linux) + sizeof(out->command_line)];
	size_t len = read_segment(fd, s, data, sizeof(data)), text;

	if (len <= sizeof(struct start_linux) || get32(data) != START_LINUX_MAGIC)
		return;
	text = get32(data + AT_TEXT_SIZE);
	if (!text || text > len - sizeof(struct start_linux) || text > sizeof(out->command_line) ||
	    data[sizeof(struct start_linux) + text - 1])
		return;
	memcpy(out->command_line, data + sizeof(struct start_linux), text);
	/* It may come from anywhere: nothing in it must reach a terminal as a command. */
	for (char *c = out->command_line; *c; c++)
		if ((unsigned char)*c < ' ' || (unsigned char)*c >= 127)
			*c = '.';
	out->has_command_line = true;
}

static void read_kernel(int fd, const struct nbi_segment *setup, const struct nbi_segment *kernel,
			struct nbi_linux *out)
{
	cleanup_free uint8_t *head = mem_new(LINUX_IMAGE_HEAD);
	size_t len = read_segment(fd, setup, head, LINUX_IMAGE_HEAD);
	cleanup_error struct error err = ERROR_INIT;

	out->has_kernel =
		!linux_image_parse(head, len, (uint64_t)setup->image_length + kernel->image_length,
				   "kernel", &out->kernel, &err);
}

void nbi_linux_read(int fd, const struct nbi_image *image, struct nbi_linux *out)
{
	const struct nbi_segment *params = find(image, NBI_LINUX_PARAMETERS);
	const struct nbi_segment *setup = find(image, NBI_LINUX_SETUP);
	const struct nbi_segment *kernel = find(image, NBI_LINUX_KERNEL);

	memset(out, 0, sizeof(*out));
	if (image->kind != NBI_KIND_TAGGED)
		return;
	if (params)
		read_command_line(fd, params, out);
	if (setup && kernel)
		read_kernel(fd, setup, kernel, out);
}
