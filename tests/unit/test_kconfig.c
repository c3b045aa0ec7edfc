/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel configurations: as text, compressed, beside a kernel and inside one. */
#include "kernel-config/ikconfig.h"
#include "kernel-config/kconfig.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"
#include "tests/unit/tap.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdint.h>
#include <string.h>

#define CONFIG                                                           \
	"#\n# Automatically generated file; DO NOT EDIT.\n"              \
	"# Linux/x86 6.1.192 Kernel Configuration\n#\n"                  \
	"CONFIG_NFS_FS=y\nCONFIG_NFS_V3=m\n# CONFIG_NFS_V2 is not set\n" \
	"CONFIG_LOCALVERSION=\"-a=b # c\"\nCONFIG_NR_CPUS=64\n"

static char directory[] = "/tmp/test_kconfig.XXXXXX";

static char *write_file(const char *name, const void *data, size_t len)
{
	cleanup_error struct error err = ERROR_INIT;
	char *path = fs_join(directory, name);

	if (fs_replace_file(path, data, len, 0644, &err))
		tap_ok(false, "%s", error_text(&err));
	return path;
}

static void test_text(void)
{
	cleanup_kconfig struct kconfig k = KCONFIG_INIT;
	cleanup_error struct error err = ERROR_INIT;

	TAP_OK(kconfig_parse(&k, CONFIG, strlen(CONFIG), "config", &err) == 0);
	TAP_OK(k.n == 4);
	TAP_OK(!strcmp(k.version, "6.1.192") && !strcmp(k.arch, "x86"));
	TAP_OK(kconfig_state(&k, "NFS_FS") == KCONFIG_ON);
	TAP_OK(kconfig_state(&k, "NFS_V3") == KCONFIG_MODULE);
	TAP_OK(kconfig_state(&k, "NFS_V2") == KCONFIG_OFF);
	TAP_OK(kconfig_state(&k, "NR_CPUS") == KCONFIG_OFF);
	TAP_OK(kconfig_get(&k, "NFS_V2") == NULL && kconfig_get(&k, "NFS") == NULL);
	TAP_OK(!strcmp(kconfig_get(&k, "LOCALVERSION"), "\"-a=b # c\""));
}

/* The last line about an option holds, "is not set" included; carriage returns do not matter. */
static void test_repeated(void)
{
	cleanup_kconfig struct kconfig k = KCONFIG_INIT;
	cleanup_error struct error err = ERROR_INIT;
	const char *text = "CONFIG_A=y\r\nCONFIG_B=y\nCONFIG_C=y\nCONFIG_B=m\n"
			   "# CONFIG_A is not set\nCONFIG_C=n\nCONFIG_D=y";

	TAP_OK(kconfig_parse(&k, text, strlen(text), "config", &err) == 0);
	TAP_OK(k.n == 2);
	TAP_OK(kconfig_state(&k, "A") == KCONFIG_OFF && kconfig_state(&k, "C") == KCONFIG_OFF);
	TAP_OK(kconfig_state(&k, "B") == KCONFIG_MODULE && kconfig_state(&k, "D") == KCONFIG_ON);
}

static void test_refusals(void)
{
	static const struct {
		const char *text, *message;
	} bad[] = {
		{ "", "config: no kernel option" },
		{ "# CONFIG_A is not set\n", "config: no kernel option" },
		{ "CONFIG_A=y\nroot:x:0:0\n", "config:2: not a line" },
		{ "CONFIG_A=\n", "config:1: not a line" },
		{ "CONFIG_=y\n", "config:1: not a line" },
		{ "CONFIG_A B=y\n", "config:1: not a line" },
		{ "CONFIG_A", "config:1: not a line" },
		{ " CONFIG_A=y\n", "config:1: not a line" },
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cleanup_kconfig struct kconfig k = KCONFIG_INIT;
		cleanup_error struct error err = ERROR_INIT;
		int rc = kconfig_parse(&k, bad[i].text, strlen(bad[i].text), "config", &err);

		tap_ok(rc == -EINVAL && !k.options &&
			       !strncmp(error_text(&err), bad[i].message, strlen(bad[i].message)),
		       "refused: %s", error_text(&err));
	}
}

/* @len bytes of @data through libarchive's filter @name, appended to @out. */
static void compress(const char *name, const void *data, size_t len, struct str *out)
{
	struct archive *a = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	size_t room = len + len / 2 + 65536, used = 0;
	char *buffer = mem_new(room);

	archive_write_add_filter_by_name(a, name);
	archive_write_set_format_raw(a);
	archive_write_set_bytes_per_block(a, 0);
	archive_entry_set_filetype(entry, AE_IFREG);
	if (archive_write_open_memory(a, buffer, room, &used) != ARCHIVE_OK ||
	    archive_write_header(a, entry) != ARCHIVE_OK ||
	    archive_write_data(a, data, len) != (la_ssize_t)len ||
	    archive_write_close(a) != ARCHIVE_OK)
		tap_ok(false, "compress by %s: %s", name, archive_error_string(a));
	str_addn(out, buffer, used);
	archive_entry_free(entry);
	archive_write_free(a);
	free(buffer);
}

/* LZ4's legacy frame, which Linux uses: one block of nothing but literals. */
static void compress_lz4_legacy(const char *data, size_t len, struct str *out)
{
	cleanup_str struct str block = STR_INIT;
	size_t rest = len - 15;
	uint32_t size;

	str_addc(&block, (char)0xf0);
	for (; rest >= 255; rest -= 255)
		str_addc(&block, (char)255);
	str_addc(&block, (char)rest);
	str_addn(&block, data, len);
	size = (uint32_t)block.len;
	str_addn(out, "\x02\x21\x4c\x18", 4);
	str_addn(out, (const char *)&size, 4);
	str_addn(out, block.data, block.len);
}

/* A kernel proper: noise, the marks with the gzipped configuration, more noise. */
static void make_vmlinux(struct str *out, size_t before)
{
	uint32_t noise = 1;
	size_t i;

	str_addn(out,
		 "\x7f"
		 "ELF",
		 4);
	for (i = 0; i < before; i++) {
		noise = noise * 1664525 + 1013904223;
		str_addc(out, (char)(noise >> 24));
	}
	str_add(out, "IKCFG_ST");
	compress("gzip", CONFIG, strlen(CONFIG), out);
	str_add(out, "IKCFG_ED");
	for (i = 0; i < 3000; i++)
		str_addc(out, (char)i);
}

/* A bzImage of boot protocol @version around @payload, as Linux's build pads it. */
static void make_bzimage(struct str *out, unsigned int version, const struct str *payload)
{
	char setup[5 * 512] = { 0 };
	uint32_t offset = 96, length = (uint32_t)payload->len + 4;
	char zeros[96] = { 0 };

	setup[0x1f1] = 4;
	memcpy(setup + 0x202, "HdrS", 4);
	setup[0x206] = (char)version;
	setup[0x207] = (char)(version >> 8);
	if (version >= 0x208) {
		memcpy(setup + 0x248, &offset, 4);
		memcpy(setup + 0x24c, &length, 4);
	}
	str_addn(out, setup, sizeof(setup));
	str_addn(out, zeros, sizeof(zeros));
	str_addn(out, payload->data, payload->len);
	/* The unpacked size stands behind the payload and is counted with it. */
	str_addn(out, "\x01\x02\x03\x04", 4);
	str_addn(out, setup, 300);
}

static void check_extract(const struct str *image, const char *what)
{
	cleanup_str struct str text = STR_INIT;
	cleanup_error struct error err = ERROR_INIT;
	int rc = ikconfig_extract(image->data, image->len, "k", &text, &err);

	tap_ok(rc == 0 && !strcmp(str_text(&text), CONFIG), "%s%s%s", what, rc ? ": " : "",
	       rc ? error_text(&err) : "");
}

static void test_images(void)
{
	static const char *const filters[] = { "gzip", "xz", "zstd", "lz4", "bzip2", "lzma" };
	cleanup_str struct str vmlinux = STR_INIT;
	cleanup_str struct str plain = STR_INIT;
	size_t i;

	make_vmlinux(&vmlinux, 200000);
	check_extract(&vmlinux, "vmlinux");
	make_bzimage(&plain, 0x20f, &vmlinux);
	check_extract(&plain, "not compressed");
	for (i = 0; i <= sizeof(filters) / sizeof(filters[0]); i++) {
		cleanup_str struct str payload = STR_INIT;
		cleanup_str struct str image = STR_INIT;
		const char *name = i < 6 ? filters[i] : "legacy lz4";

		if (i < 6)
			compress(name, vmlinux.data, vmlinux.len, &payload);
		else
			compress_lz4_legacy(vmlinux.data, vmlinux.len, &payload);
		make_bzimage(&image, 0x20f, &payload);
		check_extract(&image, name);
		if (i == 0) {
			image.len = 0;
			make_bzimage(&image, 0x203, &payload);
			check_extract(&image, "boot protocol 2.03: gzip is searched for");
		}
	}
}

/* The marks at every place of libarchive's 64 KiB pieces, so also cut in two by them. */
static void test_seams(void)
{
	int wrong = 0;
	size_t before;

	for (before = 65536 - 4 - 10; before <= 65536 - 4 + 2; before++) {
		cleanup_str struct str vmlinux = STR_INIT;
		cleanup_str struct str payload = STR_INIT;
		cleanup_str struct str image = STR_INIT;
		cleanup_str struct str text = STR_INIT;
		cleanup_error struct error err = ERROR_INIT;

		make_vmlinux(&vmlinux, before);
		compress("gzip", vmlinux.data, vmlinux.len, &payload);
		make_bzimage(&image, 0x20f, &payload);
		if (ikconfig_extract(image.data, image.len, "k", &text, &err) ||
		    strcmp(str_text(&text), CONFIG) != 0)
			wrong++;
	}
	tap_ok(!wrong, "a mark across two pieces is found (%d of 13 were not)", wrong);
}

static void test_damaged(void)
{
	cleanup_str struct str vmlinux = STR_INIT;
	cleanup_str struct str payload = STR_INIT;
	cleanup_str struct str image = STR_INIT;
	cleanup_str struct str text = STR_INIT;
	cleanup_error struct error err = ERROR_INIT;
	size_t whole;

	make_vmlinux(&vmlinux, 1000);
	compress("xz", vmlinux.data, vmlinux.len, &payload);
	make_bzimage(&image, 0x20f, &payload);
	whole = image.len;
	image.len = 5 * 512 + 96 + payload.len / 2;
	TAP_OK(ikconfig_extract(image.data, image.len, "k", &text, &err) < 0);
	tap_ok(text.len == 0 && strstr(error_text(&err), "cut off"), "half a kernel: %s",
	       error_text(&err));
	error_clear(&err);
	image.len = whole;
	image.data[5 * 512 + 96 + 600] ^= 0x55;
	TAP_OK(ikconfig_extract(image.data, image.len, "k", &text, &err) < 0);
	tap_ok(text.len == 0 && strstr(error_text(&err), "unpack k: "), "a wrong byte: %s",
	       error_text(&err));
	error_clear(&err);

	/* The marks without gzip between, and without an end. */
	TAP_OK(ikconfig_extract("\x7f"
				"ELF IKCFG_STxxxxIKCFG_ED",
				25, "k", &text, &err) == -EINVAL);
	error_clear(&err);
	TAP_OK(ikconfig_extract("\x7f"
				"ELF IKCFG_STxxxx",
				16, "k", &text, &err) == -EINVAL);
	error_clear(&err);
	TAP_OK(ikconfig_extract("\x7f"
				"ELF none",
				8, "k", &text, &err) == -ENODATA);
}

static void test_files(void)
{
	cleanup_str struct str gz = STR_INIT;
	cleanup_str struct str image = STR_INIT;
	cleanup_str struct str none = STR_INIT;
	cleanup_str struct str payload = STR_INIT;
	cleanup_kconfig struct kconfig k = KCONFIG_INIT;
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *plain = write_file("config", CONFIG, strlen(CONFIG));
	cleanup_free char *packed = NULL, *kernel = NULL, *beside = NULL;

	TAP_OK(kconfig_read(&k, plain, &err) == 0 && !strcmp(k.origin, plain));
	kconfig_free(&k);
	compress("gzip", CONFIG, strlen(CONFIG), &gz);
	packed = write_file("config.gz", gz.data, gz.len);
	TAP_OK(kconfig_read(&k, packed, &err) == 0 && k.n == 4);
	kconfig_free(&k);

	/* A kernel without its configuration, first alone, then with the file beside it. */
	compress("gzip", "nothing here", 12, &payload);
	make_bzimage(&none, 0x20f, &payload);
	kernel = write_file("vmlinuz-6.1", none.data, none.len);
	TAP_OK(kconfig_read(&k, kernel, &err) == -ENODATA);
	tap_ok(strstr(error_text(&err), "CONFIG_IKCONFIG is off") &&
		       strstr(error_text(&err), "/config-6.1"),
	       "%s", error_text(&err));
	error_clear(&err);
	beside = write_file("config-6.1", CONFIG, strlen(CONFIG));
	TAP_OK(kconfig_read(&k, kernel, &err) == 0 && k.n == 4);
	TAP_OK(!strncmp(k.origin, beside, strlen(beside)));
	kconfig_free(&k);
	TAP_OK(kconfig_read(&k, "/nonexistent", &err) == -ENOENT && !k.origin);
}

int main(void)
{
	cleanup_error struct error err = ERROR_INIT;

	if (!mkdtemp(directory))
		return 1;
	test_text();
	test_repeated();
	test_refusals();
	test_images();
	test_seams();
	test_damaged();
	test_files();
	fs_remove_tree(directory, &err);
	return tap_done();
}
