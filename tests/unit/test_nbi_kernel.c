/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mknbi's look at kernels (rom/tools/linux_image.c) and its command line (linux_template.c). */
#include <errno.h>
#include <string.h>

#include "rom/tools/bytes.h"
#include "rom/tools/linux_image.h"
#include "rom/tools/linux_nbi.h"
#include "tests/unit/tap.h"

#define SETUP	     8u
#define KERNEL_BYTES 160000u
#define FILE_SIZE    ((SETUP + 1) * 512u + KERNEL_BYTES)

static void good(uint8_t *h)
{
	memset(h, 0, LINUX_IMAGE_HEAD);
	h[0x1F1] = SETUP;
	put32(h + 0x1F4, KERNEL_BYTES / 16);
	put16(h + 0x1FE, 0xAA55);
	memcpy(h + 0x202, "HdrS", 4);
	put16(h + 0x206, 0x20F);
	put16(h + 0x20E, 0x300);
	strcpy((char *)h + 0x500, "6.1.0-test #1");
	h[0x211] = 1;
	put32(h + 0x22C, 0x7FFFFFFF);
	h[0x234] = 1;
	put16(h + 0x236, 1);
	put32(h + 0x238, 2047);
	put32(h + 0x258, 0x1000000);
	put32(h + 0x260, 0x2000000);
}

static int parse(const uint8_t *h, uint64_t size, struct linux_image *image, struct error *err)
{
	return linux_image_parse(h, size < LINUX_IMAGE_HEAD ? (size_t)size : LINUX_IMAGE_HEAD, size,
				 "k", image, err);
}

static void test_good(void)
{
	static uint8_t h[LINUX_IMAGE_HEAD];
	cleanup_error struct error err = ERROR_INIT;
	struct linux_image i;

	good(h);
	tap_ok(!parse(h, FILE_SIZE, &i, &err) && i.big && i.is_64 && i.cmdline_max == 2047 &&
		       i.run_start == 0x1000000 && i.run_end == 0x3000000 &&
		       i.setup_size == (SETUP + 1) * 512 && i.kernel_size == KERNEL_BYTES,
	       "bzImage of protocol 2.15");
	tap_ok(!strcmp(i.version, "6.1.0-test #1"), "its version");
	tap_ok(!parse(h, FILE_SIZE + 2000, &i, &err) && i.kernel_size == KERNEL_BYTES + 2000,
	       "a signature behind it is loaded as well");
	put16(h + 0x206, 0x200);
	h[0x211] = 0;
	tap_ok(!parse(h, FILE_SIZE, &i, &err) && !i.big && i.cmdline_max == 255 &&
		       i.initrd_max == 0x37FFFFFF && i.run_start == 0x100000,
	       "zImage of protocol 2.00");
	h[0x1F1] = 0;
	tap_ok(!parse(h, FILE_SIZE, &i, &err) && i.setup_size == 5 * 512, "0 setup sectors are 4");
}

/* The good kernel with a change, and the status expected. */
static const struct {
	const char *name;
	uint32_t at, bytes, value;
	uint64_t size;
	int status;
} bad[] = {
	{ "no boot flag", 0x1FE, 2, 0, FILE_SIZE, -ENOEXEC },
	{ "no HdrS", 0x202, 4, 0, FILE_SIZE, -ENOEXEC },
	{ "an ELF file", 0, 4, 0x464C457F, FILE_SIZE, -EBADMSG },
	{ "protocol 1.0", 0x206, 2, 0x100, FILE_SIZE, -ENOEXEC },
	{ "protocol 3.0", 0x206, 2, 0x300, FILE_SIZE, -ENOEXEC },
	{ "65 setup sectors", 0x1F1, 1, 65, FILE_SIZE, -EBADMSG },
	{ "cut off in the kernel", 0x1F1, 1, SETUP, FILE_SIZE - 16, -EBADMSG },
	{ "cut off in setup", 0x1F1, 1, SETUP, 2000, -EBADMSG },
	{ "cut off in the header", 0x1F1, 1, SETUP, 0x230, -ENOEXEC },
	{ "empty", 0x1F1, 1, SETUP, 0, -ENOEXEC },
	{ "no room for a command line", 0x238, 4, 0, FILE_SIZE, -EBADMSG },
	{ "no room for an initrd", 0x22C, 4, 0, FILE_SIZE, -EBADMSG },
	{ "init_size 0", 0x260, 4, 0, FILE_SIZE, -EBADMSG },
	{ "init_size of 4 GB", 0x260, 4, 0xFFFFFFFF, FILE_SIZE, -EBADMSG },
	{ "pref_address of 4 GB and more", 0x25C, 4, 1, FILE_SIZE, -EBADMSG },
	{ "too large", 0x1F1, 1, SETUP, 1ull << 40, -EFBIG },
};

static void test_bad(void)
{
	static uint8_t h[LINUX_IMAGE_HEAD];
	struct linux_image i;

	for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++) {
		cleanup_error struct error err = ERROR_INIT;
		int rc, want = bad[n].status;

		good(h);
		for (uint32_t b = 0; b < bad[n].bytes; b++)
			h[bad[n].at + b] = (uint8_t)(bad[n].value >> 8 * b);
		if (!strcmp(bad[n].name, "an ELF file")) {
			put16(h + 0x1FE, 0);
			want = -ENOEXEC;
		}
		rc = parse(h, bad[n].size, &i, &err);
		tap_ok(rc == want, "%s: %s", bad[n].name, error_text(&err));
	}
}

static void template(const struct linux_nbi *job, const char *want, const char *name)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_str struct str text = STR_INIT;
	int rc = linux_nbi_template(job, &text, &err);

	if (want)
		tap_ok(!rc && !strcmp(str_text(&text), want), "%s", name);
	else
		tap_ok(rc == -EINVAL, "%s: %s", name, error_text(&err));
	if (want && strcmp(str_text(&text), want))
		printf("# got \"%s\"\n", str_text(&text));
}

#define NFS "rsize=65536,wsize=65536"

static void test_template(void)
{
	template(&(struct linux_nbi){ .append = "quiet" },
		 "rw root=/dev/nfs nfsroot=rom," NFS " ip=rom BOOTIF=rom quiet", "the default");
	template(&(struct linux_nbi){ .rootdir = "rom,vers=4", .ipaddrs = "rom" },
		 "rw root=/dev/nfs nfsroot=rom,vers=4 ip=rom BOOTIF=rom", "own mount options");
	template(&(struct linux_nbi){ .rootdir = "10.0.0.1:/x", .ipaddrs = "1.2.3.4:::5:h:eth0" },
		 "rw root=/dev/nfs nfsroot=10.0.0.1:/x," NFS " ip=1.2.3.4:::5:h:eth0", "all fixed");
	template(&(struct linux_nbi){ .rootdir = "/dev/sda1", .ipaddrs = "off" },
		 "rw root=/dev/sda1 ip=off", "a local disk");
	template(&(struct linux_nbi){ .rootdir = "kernel", .ipaddrs = "kernel" },
		 "rw root=/dev/nfs", "what the kernel was configured with");
	template(&(struct linux_nbi){ .param = "a b", .append = "c" }, "a b c",
		 "--param is all there is");
	template(&(struct linux_nbi){ .param = "a", .ipaddrs = "dhcp" }, "a ip=dhcp",
		 "but what is said beside it counts");
	template(&(struct linux_nbi){ .param = "" }, "", "an empty line");
	template(&(struct linux_nbi){ .rootdir = "foo" }, NULL, "a wrong root");
	template(&(struct linux_nbi){ .rootdir = "/a b" }, NULL, "a space in the root");
	template(&(struct linux_nbi){ .ipaddrs = "192.168.1.1" }, NULL, "a lone address");
	template(&(struct linux_nbi){ .ipaddrs = "1:2:3:4:5:6:7:8:9:10:11" }, NULL,
		 "too many fields");
	template(&(struct linux_nbi){ .append = "a\nb" }, NULL, "a line break");
}

int main(void)
{
	test_good();
	test_bad();
	test_template();
	return tap_done();
}
