/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at a Linux kernel for x86; see linux_image.h. */
#include "rom/tools/linux_image.h"

#include <errno.h>
#include <string.h>

#include "rom/tools/bytes.h"
#include "rom/format/nbi.h"

/* Fields of the setup header that are only read here, with the protocol they came with. */
enum {
	AT_SETUP_SECTS = 0x1F1,
	AT_SYSSIZE = 0x1F4, /* in paragraphs; 32 bits wide from 2.04 on */
	AT_BOOT_FLAG = 0x1FE,
	AT_MAGIC = 0x202,
	AT_VERSION = 0x206,
	AT_KERNEL_VERSION = 0x20E,
	AT_INITRD_MAX = 0x22C,	 /* 2.03 */
	AT_RELOCATABLE = 0x234,	 /* 2.05 */
	AT_XLOADFLAGS = 0x236,	 /* 2.12 */
	AT_CMDLINE_SIZE = 0x238, /* 2.06 */
	AT_PREF_ADDRESS = 0x258, /* 2.10 */
	AT_INIT_SIZE = 0x260	 /* 2.10 */
};

#define LOADED_HIGH	    0x01
#define XLF_KERNEL_64	    0x0001
#define OLD_INITRD_MAX	    0x37FFFFFFu
#define OLD_CMDLINE_MAX	    255u
#define DEFAULT_SETUP_SECTS 4u
#define ONE_MB		    0x100000u
#define ZIMAGE_MAX	    0x80000u /* from 0x10000 to 0x90000 */

/* What people give to mknbi instead of a kernel. */
static const struct {
	uint32_t offset;
	const char *magic;
	uint32_t len;
	const char *what;
} others[] = {
	{ 0, "\177ELF", 4,
	  "an ELF file; the kernel to take is arch/x86/boot/bzImage, not vmlinux" },
	{ 0, "\x36\x13\x03\x1B", 4, "already a tagged image" },
	{ 0x38, "ARM\x64", 4, "a kernel for arm64, not for x86" },
	{ 0x30, "RISCV", 5, "a kernel for RISC-V, not for x86" },
	{ 0, "\x1F\x8B", 2, "a gzip file" },
	{ 0,
	  "\xFD"
	  "7zXZ",
	  5, "an xz file" },
	{ 0, "\x28\xB5\x2F\xFD", 4, "a zstd file" },
	{ 0, "070701", 6, "a cpio archive (an initrd?)" },
};

static int refuse(const uint8_t *head, size_t len, const char *name, struct error *err)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (len >= others[i].offset + others[i].len &&
		    !memcmp(head + others[i].offset, others[i].magic, others[i].len))
			return error_say(err, -ENOEXEC, "%s: not a Linux kernel for x86: it is %s",
					 name, others[i].what);
	if (len >= 2 && !memcmp(head, "MZ", 2))
		return error_say(err, -ENOEXEC,
				 "%s: an EFI program without the Linux boot protocol (a unified "
				 "kernel image?); give kernel and initrd as separate files",
				 name);
	return error_say(
		err, -ENOEXEC,
		"%s: not a Linux kernel for x86: no boot sector with a setup header of boot "
		"protocol 2.00 or later",
		name);
}

/* The kernel's version text, which is in the setup part for people and boot loaders to see. */
static void read_version(const uint8_t *head, size_t len, struct linux_image *image)
{
	size_t at = 0x200u + get16(head + AT_KERNEL_VERSION), n = 0;

	image->version[0] = '\0';
	if (at == 0x200 || at >= image->setup_size)
		return;
	for (; at < len && at < image->setup_size && n + 1 < sizeof(image->version); at++, n++) {
		if (head[at] < ' ' || head[at] > '~')
			break;
		image->version[n] = (char)head[at];
	}
	image->version[n] = '\0';
}

/* Where the kernel unpacks itself to. */
static int read_run(const uint8_t *head, const char *name, struct linux_image *image,
		    struct error *err)
{
	uint64_t start = ONE_MB, size;

	if (image->protocol >= 0x20A) {
		start = get64(head + AT_PREF_ADDRESS);
		size = get32(head + AT_INIT_SIZE);
		if (!image->relocatable && start < ONE_MB)
			start = ONE_MB;
	} else {
		/*
		 * Older kernels do not tell.  They are packed by gzip, which makes a kernel 2 to 3 times
		 * smaller, and need some room to work in.
		 */
		size = 3ull * image->kernel_size + ONE_MB;
	}
	if (!size || start < ONE_MB || start > UINT32_MAX || start + size > 0xFFFFF000u)
		return error_say(err, -EBADMSG,
				 "%s: damaged: its setup header asks for %llu bytes of memory at "
				 "0x%llx",
				 name, (unsigned long long)size, (unsigned long long)start);
	image->run_start = (uint32_t)start;
	image->run_end = (uint32_t)(start + size);
	return 0;
}

static int read_sizes(const uint8_t *head, uint64_t file_size, const char *name,
		      struct linux_image *image, struct error *err)
{
	uint32_t sectors = head[AT_SETUP_SECTS] ? head[AT_SETUP_SECTS] : DEFAULT_SETUP_SECTS;
	uint64_t told = 0;

	image->setup_size = (sectors + 1) * 512u;
	if (sectors > 64)
		return error_say(err, -EBADMSG,
				 "%s: damaged: %u setup sectors, at most 64 are possible", name,
				 sectors);
	/* Before 2.04 the field is 16 bits wide and wrong for many kernels. */
	if (image->protocol >= 0x204)
		told = 16ull * get32(head + AT_SYSSIZE);
	if (file_size <= image->setup_size || file_size - image->setup_size + 15 < told)
		return error_say(
			err, -EBADMSG,
			"%s: cut off: the setup header tells of %llu bytes, the file has %llu",
			name, (unsigned long long)(image->setup_size + told),
			(unsigned long long)file_size);
	/* All that is there: a signature behind the kernel does no harm, a missing byte would. */
	if (file_size - image->setup_size > UINT32_MAX / 4)
		return error_say(err, -EFBIG, "%s: %llu bytes is too large for a kernel", name,
				 (unsigned long long)file_size);
	image->kernel_size = (uint32_t)(file_size - image->setup_size);
	if (!image->big && image->kernel_size > ZIMAGE_MAX)
		return error_say(err, -EBADMSG,
				 "%s: damaged: a zImage of %u bytes does not fit below 0x90000",
				 name, image->kernel_size);
	return 0;
}

int linux_image_parse(const uint8_t *head, size_t head_len, uint64_t file_size, const char *name,
		      struct linux_image *image, struct error *err)
{
	int rc;

	memset(image, 0, sizeof(*image));
	if (head_len < LINUX_SETUP_HEADER_END || head[AT_BOOT_FLAG] != 0x55 ||
	    head[AT_BOOT_FLAG + 1] != 0xAA || memcmp(head + AT_MAGIC, "HdrS", 4))
		return refuse(head, head_len, name, err);
	image->protocol = get16(head + AT_VERSION);
	if (image->protocol < 0x200 || image->protocol >= 0x300)
		return error_say(err, -ENOEXEC,
				 "%s: boot protocol %u.%02u; those from 2.00 on are known", name,
				 image->protocol >> 8, image->protocol & 0xFF);
	image->big = head[LINUX_AT_LOADFLAGS] & LOADED_HIGH;
	rc = read_sizes(head, file_size, name, image, err);
	if (rc)
		return rc;
	image->initrd_max = image->protocol >= 0x203 ? get32(head + AT_INITRD_MAX) : OLD_INITRD_MAX;
	image->relocatable = image->protocol >= 0x205 && head[AT_RELOCATABLE];
	image->cmdline_max =
		image->protocol >= 0x206 ? get32(head + AT_CMDLINE_SIZE) : OLD_CMDLINE_MAX;
	image->is_64 = image->protocol >= 0x20C && (get16(head + AT_XLOADFLAGS) & XLF_KERNEL_64);
	if (image->initrd_max < ONE_MB || image->cmdline_max < 1)
		return error_say(err, -EBADMSG,
				 "%s: damaged: its setup header leaves no room for an initrd or a "
				 "command line",
				 name);
	read_version(head, head_len, image);
	return read_run(head, name, image, err);
}
