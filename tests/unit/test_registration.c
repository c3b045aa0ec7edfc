/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of registration that need no server: names of boot files, UUIDs, our file of ganesha exports. */

#include "bootptab/boot_server.h"
#include "exports/ganesha_file.h"
#include "exports/nfs_server.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"
#include "tests/unit/tap.h"

#include <errno.h>
#include <string.h>

static void names(const char *root, const char *file, const char *expected)
{
	struct error err = ERROR_INIT;
	cleanup_free char *name = boot_file_name(root, file, &err);

	tap_ok(expected ? name && !strcmp(name, expected) : !name && err.status == -EINVAL,
	       "%s below %s is %s (%s)", file, root, expected ? expected : "refused",
	       name ? name : error_text(&err));
	error_clear(&err);
}

static void test_boot_file_name(void)
{
	names("/tftpboot", "/tftpboot/vmlinuz.nb", "/vmlinuz.nb");
	names("/tftpboot/", "/tftpboot//boot/base-1.nb", "/boot/base-1.nb");
	names("/", "/tftpboot/vmlinuz.nb", "/tftpboot/vmlinuz.nb");
	names("/srv/tftp", "/tftpboot/vmlinuz.nb", NULL);
	names("/tftp", "/tftpboot/vmlinuz.nb", NULL);
	names("/tftpboot", "/tftpboot", NULL);
	names("/tftpboot", "/tftpboot/", NULL);
	names("/tftpboot", "/tftpboot/../etc/shadow", NULL);
	names("/tftpboot", "/tftpboot/a..b/..c", "/a..b/..c");
	names("tftpboot", "tftpboot/vmlinuz.nb", NULL);
}

static void test_backends(void)
{
	struct error err = ERROR_INIT;
	const struct boot_server_ops *list[1];
	cleanup_settings struct settings s;
	struct nfs_server srv;

	settings_init(&s);
	TAP_OK(boot_server_list(list, 1, &s, &err) == 1 && list[0] == &boot_server_bootptab);
	settings_set(&s, "boot_backends", "none", &err);
	TAP_OK(boot_server_list(list, 1, &s, &err) == 1 && list[0] == &boot_server_none);
	TAP_OK(!boot_server_find("nobody", &err) && strstr(error_text(&err), "bootptab, none"));
	error_clear(&err);
	TAP_OK(nfs_server_init(&srv, &s, NULL, &err) == 0 && srv.ops == &nfs_server_kernel);
	settings_set(&s, "nfs_backend", "ganesha", &err);
	TAP_OK(nfs_server_init(&srv, &s, NULL, &err) == 0 && srv.ops == &nfs_server_ganesha);
	settings_set(&s, "nfs_backend", "none", &err);
	TAP_OK(nfs_server_init(&srv, &s, NULL, &err) == 0 && srv.ops == &nfs_server_none);
	TAP_OK(srv.ops->add_files(&srv, NULL, 0, &err) == 0 && srv.ops->is_running(&srv) == false);
}

static void test_uuid(void)
{
	cleanup_free char *a = nfs_export_uuid();
	cleanup_free char *b = nfs_export_uuid();

	tap_ok(strlen(a) == 36 && a[8] == '-' && a[13] == '-' && a[14] == '4' && a[18] == '-' &&
		       strchr("89ab", a[19]) && a[23] == '-',
	       "%s is a UUID of version 4", a);
	tap_ok(strcmp(a, b) != 0, "and no two are the same");
}

static struct nfs_export aldebaran(void)
{
	struct nfs_export e = { .path = "/tftpboot/192.168.1.100",
				.client = "192.168.1.100",
				.options = "rw,sync,no_root_squash,no_subtree_check,mp",
				.uuid = "6f1f5e0a-8a43-4d3a-9d6f-0a8e5c1b2d3e" };

	return e;
}

#define HEADER                                                                                    \
	"# Written by mkdcroot, wholly: what is changed here is lost.  ganesha.conf takes it up " \
	"by\n"                                                                                    \
	"# %include \"f\"\n"
#define BLOCK                                                                             \
	"EXPORT { Export_Id = 50982; Path = \"/tftpboot/192.168.1.100\";"                 \
	" Pseudo = \"/tftpboot/192.168.1.100\"; Access_Type = None; SecType = sys;"       \
	" Filesystem_Id = 8007222061850381626.11344297592916487486; FSAL { Name = VFS; }" \
	" CLIENT { Clients = 192.168.1.100; Access_Type = RW; Squash = No_Root_Squash;"   \
	" SecType = sys; } }\n"

static void writes(const struct ganesha_file *file, const char *expected)
{
	cleanup_str struct str out = STR_INIT;

	ganesha_file_write(file, &out);
	if (!tap_ok(!strcmp(str_text(&out), expected), "the file as expected"))
		printf("# %s\n", str_text(&out));
}

static void test_ganesha_file(void)
{
	static const char text[] = HEADER BLOCK;
	struct nfs_export e = aldebaran();
	struct error err = ERROR_INIT;
	struct ganesha_file *file = NULL;
	unsigned int id;
	bool changed;

	TAP_OK(ganesha_file_parse(&file, "f", text, sizeof(text) - 1, &err) == 0);
	if (!file)
		return;
	TAP_OK(ganesha_file_id(file, e.path) == 50982);
	writes(file, text);
	e.options = "ro,all_squash,anonuid=7,anongid=8,secure";
	TAP_OK(ganesha_file_ensure(file, &e, &changed, &err) == 0 && changed);
	TAP_OK(ganesha_file_ensure(file, &e, &changed, &err) == 0 && !changed);
	tap_ok(strstr(ganesha_file_block(file, e.path),
		      "CLIENT { Clients = 192.168.1.100; Access_Type = RO; Squash = All_Squash;"
		      " SecType = sys; Anonymous_Uid = 7; Anonymous_Gid = 8; PrivilegedPort = "
		      "true; } }"),
	       "options in ganesha's words");
	TAP_OK(ganesha_file_id(file, e.path) == 50982);
	TAP_OK(ganesha_file_remove(file, e.path) && !ganesha_file_remove(file, e.path));
	writes(file, HEADER);
	e = aldebaran();
	TAP_OK(ganesha_file_ensure(file, &e, &changed, &err) == 0);
	id = ganesha_file_id(file, e.path);
	TAP_OK(id >= 4096 && id <= 65535);
	ganesha_file_free(file);
}

static void refuses(struct nfs_export e, const char *why)
{
	struct error err = ERROR_INIT;
	struct ganesha_file *file = NULL;

	ganesha_file_parse(&file, "f", "", 0, &err);
	tap_ok(ganesha_file_ensure(file, &e, NULL, &err) == -EINVAL, "%s is refused (%s)", why,
	       error_text(&err));
	writes(file, HEADER);
	ganesha_file_free(file);
	error_clear(&err);
}

static void test_ganesha_refuses(void)
{
	struct nfs_export e = aldebaran();
	struct error err = ERROR_INIT;
	struct ganesha_file *file = NULL;
	static const char twice[] = BLOCK "\n" BLOCK;

	e.options = "rw,sec=krb5";
	refuses(e, "Kerberos");
	e.options = "rw,refer=/a@b";
	refuses(e, "a referral");
	e = aldebaran();
	e.path = "/tftpboot/a\"b";
	refuses(e, "a quote in the path");
	e = aldebaran();
	e.client = "a; } EXPORT {";
	refuses(e, "a client that is more than a name");
	e = aldebaran();
	e.uuid = "6f1f5e0a";
	refuses(e, "half a UUID");
	tap_ok(ganesha_file_parse(&file, "f", twice, sizeof(twice) - 1, &err) == -EINVAL &&
		       str_has_prefix(error_text(&err), "f:3: "),
	       "the same export twice (%s)", error_text(&err));
	error_clear(&err);
	tap_ok(ganesha_file_parse(&file, "f", "EXPORT {", 8, &err) == -EINVAL, "half a block");
	error_clear(&err);
}

/* Ids do not clash, however many hosts there are. */
static void test_ganesha_many(void)
{
	struct error err = ERROR_INIT;
	cleanup_str struct str out = STR_INIT;
	struct ganesha_file *file = NULL, *again = NULL;
	bool good;

	ganesha_file_parse(&file, "f", "", 0, &err);
	good = file != NULL;
	for (int i = 0; i < 5000 && good; i++) {
		cleanup_free char *path = mem_printf("/tftpboot/10.0.%d.%d", i / 250, i % 250);
		struct nfs_export e = aldebaran();

		e.path = path;
		good = ganesha_file_ensure(file, &e, NULL, &err) == 0;
	}
	ganesha_file_write(file, &out);
	tap_ok(good && ganesha_file_parse(&again, "f", out.data, out.len, &err) == 0,
	       "5000 hosts, no Export_Id twice %s", error_text(&err));
	ganesha_file_free(file);
	ganesha_file_free(again);
	error_clear(&err);
}

int main(void)
{
	test_boot_file_name();
	test_backends();
	test_uuid();
	test_ganesha_file();
	test_ganesha_refuses();
	test_ganesha_many();
	return tap_done();
}
