/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes a tagged image of a Linux kernel; see linux_nbi.h. */
#include "rom/tools/linux_nbi.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"
#include "rom/start/cmdline.h"
#include "rom/start/params.h"
#include "rom/tools/bytes.h"
#include "rom/tools/nbi_write.h"
#include "rom/tools/start_code.h"

#define LOADER_UNKNOWN 0xFFu /* type_of_loader of a loader without a number of its own */
#define CAN_USE_HEAP   0x80u
#define CMDLINE_MAGIC  0xA33Fu
#define HEAP_MARGIN    0x200u
/* An archive in an initrd begins at a multiple of four bytes (Documentation/driver-api/early-userspace/buffer-format.rst). */
#define INITRD_ALIGN 4u

/* Files of the job while it is made. */
struct work {
	const struct linux_nbi *job;
	struct linux_image image;
	struct linux_layout layout;
	uint8_t head[LINUX_IMAGE_HEAD];
	size_t head_len;
	int kernel;
	int *initrds;
	uint64_t initrd_size; /* as far as it is known before it is copied */
	struct str template;
};

static void work_end(struct work *w)
{
	if (w->kernel >= 0)
		close(w->kernel);
	for (size_t i = 0; w->initrds && i < w->job->n_initrds; i++)
		if (w->initrds[i] >= 0)
			close(w->initrds[i]);
	free(w->initrds);
	str_free(&w->template);
}

/* --- input --- */

static int read_kernel(struct work *w, struct error *err)
{
	const char *name = w->job->kernel;
	struct stat st;
	ssize_t n;

	w->kernel = open(name, O_RDONLY | O_CLOEXEC);
	if (w->kernel < 0 || fstat(w->kernel, &st))
		return error_set(err, -errno, "open the kernel %s", name);
	if (!S_ISREG(st.st_mode))
		return error_say(err, -EINVAL, "open the kernel %s: not a regular file", name);
	n = pread(w->kernel, w->head, sizeof(w->head), 0);
	if (n < 0)
		return error_set(err, -errno, "read %s", name);
	w->head_len = (size_t)n;
	return linux_image_parse(w->head, w->head_len, (uint64_t)st.st_size, name, &w->image, err);
}

static int open_initrd(const char *name, int *fd, uint64_t *size, struct error *err)
{
	struct stat st;

	*fd = open(name, O_RDONLY | O_CLOEXEC);
	if (*fd < 0 || fstat(*fd, &st))
		return error_set(err, -errno, "open the initrd %s", name);
	if (S_ISDIR(st.st_mode))
		return error_set(err, -EISDIR, "open the initrd %s", name);
	if (!S_ISREG(st.st_mode))
		return 0; /* a pipe: its size shows later */
	if (!st.st_size)
		return error_say(err, -EINVAL, "open the initrd %s: it is empty", name);
	*size = (*size + INITRD_ALIGN - 1) / INITRD_ALIGN * INITRD_ALIGN + (uint64_t)st.st_size;
	return 0;
}

static int open_initrds(struct work *w, struct error *err)
{
	w->initrds = mem_resize(NULL, w->job->n_initrds + 1, sizeof(int));
	for (size_t i = 0; i < w->job->n_initrds; i++)
		w->initrds[i] = -1;
	for (size_t i = 0; i < w->job->n_initrds; i++)
		if (open_initrd(w->job->initrds[i], &w->initrds[i], &w->initrd_size, err))
			return err->status;
	return 0;
}

static uint32_t command_line_max(const struct linux_image *image)
{
	return image->cmdline_max < START_LINE_MAX ? image->cmdline_max : START_LINE_MAX - 1;
}

/* The fixed part must fit already: nothing that a reply could say makes it shorter. */
static int check_template(struct work *w, struct error *err)
{
	static const struct bootp_info none;
	char line[START_LINE_MAX];
	size_t len = cmdline_compose(str_text(&w->template), &none, line, sizeof(line));

	if (len > command_line_max(&w->image) || w->template.len >= START_LINE_MAX)
		return error_say(
			err, -E2BIG,
			"the command line has %zu characters, %s takes %u: shorten --append or "
			"--param",
			len, w->job->kernel, command_line_max(&w->image));
	return 0;
}

static int check(struct work *w, struct error *err)
{
	uint32_t params = (uint32_t)(sizeof(struct start_linux) + w->template.len + 1);

	if (check_template(w, err))
		return err->status;
	return linux_layout_make(&w->image, start_code_memory(&start_code_linux), params,
				 w->initrd_size, w->job->kernel, &w->layout, err);
}

/* --- output --- */

/* A loader's part of the setup header, as far as it is known now (the rest: rom/start/linux.c). */
static void fill_setup(struct work *w, uint32_t initrd_size)
{
	uint8_t *s = w->head;

	s[LINUX_AT_LOADER] = LOADER_UNKNOWN;
	put32(s + LINUX_AT_RAMDISK_SIZE, initrd_size);
	if (w->image.protocol >= 0x201) {
		s[LINUX_AT_LOADFLAGS] |= CAN_USE_HEAP;
		put16(s + LINUX_AT_HEAP_END, (uint16_t)(w->layout.heap_end - HEAP_MARGIN));
	}
	if (w->image.protocol >= 0x202) {
		put32(s + LINUX_AT_CMDLINE, w->layout.command_line);
	} else {
		put16(s + LINUX_AT_CMDLINE_MAGIC, CMDLINE_MAGIC);
		put16(s + LINUX_AT_CMDLINE_OFFSET,
		      (uint16_t)(w->layout.command_line - w->layout.setup));
	}
}

static int write_params(struct work *w, struct nbi_writer *out, uint32_t initrd_size,
			struct error *err)
{
	struct start_linux p = {
		.magic = htole32(START_LINUX_MAGIC),
		.setup = htole32(w->layout.setup),
		.stack = htole32(w->layout.heap_end),
		.low_end = htole32(w->layout.low_end),
		.kernel = htole32(w->layout.kernel),
		.kernel_size = htole32(w->image.kernel_size),
		.run_start = htole32(w->image.run_start),
		.run_end = htole32(w->image.run_end),
		.initrd = htole32(initrd_size ? w->layout.initrd : 0),
		.initrd_size = htole32(initrd_size),
		.initrd_max = htole32(w->image.initrd_max),
		.command_line = htole32(w->layout.command_line),
		.command_line_max = htole32(command_line_max(&w->image)),
		.text_size = htole32((uint32_t)w->template.len + 1),
	};

	if (nbi_writer_begin(out, NBI_LINUX_PARAMETERS, w->layout.params, err) ||
	    nbi_writer_bytes(out, &p, sizeof(p), err) ||
	    nbi_writer_bytes(out, str_text(&w->template), w->template.len + 1, err))
		return err->status;
	return nbi_writer_end(out, 0, err);
}

static int write_kernel(struct work *w, struct nbi_writer *out, uint32_t initrd_size,
			struct error *err)
{
	fill_setup(w, initrd_size);
	if (nbi_writer_begin(out, NBI_LINUX_SETUP, w->layout.setup, err) ||
	    nbi_writer_bytes(out, w->head, w->image.setup_size, err) ||
	    nbi_writer_end(out, 0, err) ||
	    nbi_writer_begin(out, NBI_LINUX_KERNEL, w->layout.kernel, err))
		return err->status;
	if (lseek(w->kernel, w->image.setup_size, SEEK_SET) < 0)
		return error_set(err, -errno, "read %s", w->job->kernel);
	if (nbi_writer_file(out, w->kernel, w->job->kernel, err))
		return err->status;
	if (nbi_writer_size(out) != w->image.kernel_size)
		return error_say(err, -EAGAIN, "read %s: it changed while it was read",
				 w->job->kernel);
	return nbi_writer_end(out, 0, err);
}

static int write_initrds(struct work *w, struct nbi_writer *out, struct error *err)
{
	if (!w->job->n_initrds)
		return 0;
	if (nbi_writer_begin(out, NBI_LINUX_RAMDISK, w->layout.initrd, err))
		return err->status;
	for (size_t i = 0; i < w->job->n_initrds; i++)
		if (nbi_writer_pad(out, INITRD_ALIGN, err) ||
		    nbi_writer_file(out, w->initrds[i], w->job->initrds[i], err))
			return err->status;
	if (nbi_writer_size(out) != w->initrd_size)
		return error_say(err, -EAGAIN, "read the initrds: their size changed meanwhile");
	return nbi_writer_end(out, 0, err);
}

static int write_image(struct work *w, struct error *err)
{
	cleanup_nbi_writer struct nbi_writer out = NBI_WRITER_INIT;
	struct nbi_entry entry = start_code_entry(w->layout.header);
	uint32_t initrd_size = (uint32_t)w->initrd_size;

	if (nbi_writer_open(&out, w->job->output, "mkdcroot-" VERSION, err) ||
	    start_code_write(&start_code_linux, &out, w->layout.start, err) ||
	    write_params(w, &out, initrd_size, err) || write_kernel(w, &out, initrd_size, err) ||
	    write_initrds(w, &out, err))
		return err->status;
	return nbi_writer_commit(&out, &entry, err);
}

int linux_nbi_make(const struct linux_nbi *job, struct error *err)
{
	__attribute__((cleanup(work_end))) struct work w = { .job = job, .kernel = -1 };

	if (linux_nbi_template(job, &w.template, err) || read_kernel(&w, err) ||
	    open_initrds(&w, err) || check(&w, err))
		return err->status;
	return write_image(&w, err);
}
