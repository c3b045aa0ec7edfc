/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fstab of a server into one of a diskless host. */
#include "mkdcroot/root/fstab.h"
#include "tests/unit/box.h"
#include "tests/unit/tap.h"

#define BEGIN "# begin of mkdcroot's lines: made from its settings and profiles\n"
#define END   "# end of mkdcroot's lines\n"

/* A server's, lived in. */
static const char server[] = "# /etc/fstab: static file system information.\n"
			     "UUID=1d0c /               ext4    errors=remount-ro 0       1\n"
			     "\n"
			     "# /boot/efi was on /dev/sda1 during installation\n"
			     "UUID=ABCD-1234  /boot/efi       vfat    umask=0077      0       1\n"
			     "/dev/mapper/vg-home /home ext4 defaults 0 2\n"
			     "LABEL=data /data xfs noatime 0 2\n"
			     "PARTUUID=11-22 /part btrfs subvol=@ 0 0\n"
			     "PARTLABEL=\"My\\040Disk\" /pl ext4 defaults 0 0\n"
			     "/swapfile none swap sw 0 0\n"
			     "UUID=5 swap swap defaults 0 0\n"
			     "/dev/sr0 /media/cdrom0 udf,iso9660 user,noauto 0 0\n"
			     "/srv/images/debian.iso /mnt/iso iso9660 loop,ro 0 0\n"
			     "pool/data /pool zfs defaults 0 0\n"
			     "/data/shared /srv/shared none bind 0 0\n"
			     "/usr/share/doc /srv/doc none bind,ro 0 0\n"
			     "nas:/export/media\t/media/nas\tnfs\tro,soft 0 0   \n"
			     "//fs/share /mnt/smb cifs guest 0 0\n"
			     "tmpfs /var/tmp tmpfs size=1G 0 0\n"
			     "proc /proc proc hidepid=2 0 0\n"
			     "sshfs#joe@h:/ /mnt/h fuse noauto 0 0\n"
			     "this is\n";

static const char diskless[] =
	"# /etc/fstab: static file system information.\n"
	"\n"
	"# /boot/efi was on /dev/sda1 during installation\n"
	"/usr/share/doc /srv/doc none bind,ro 0 0\n"
	"nas:/export/media\t/media/nas\tnfs\tro,soft 0 0   \n"
	"//fs/share /mnt/smb cifs guest 0 0\n"
	"proc /proc proc hidepid=2 0 0\n"
	"sshfs#joe@h:/ /mnt/h fuse noauto 0 0\n" BEGIN "tmpfs /var/tmp tmpfs size=10M\n" END;

static void test_server(void)
{
	struct error err = ERROR_INIT;
	struct strv add = STRV_INIT, dropped = STRV_INIT;
	struct str out = STR_INIT, again = STR_INIT;

	strv_add(&add, "tmpfs /var/tmp tmpfs size=10M");
	tap_ok(fstab_rewrite(server, "fstab", &add, &out, &dropped, &err) == 0, "rewritten");
	if (!tap_ok(strcmp(str_text(&out), diskless) == 0, "what needs no disk stays, bytes kept"))
		printf("# %s\n", str_text(&out));
	tap_ok(dropped.n == 14, "each line left out is told (%zu)", dropped.n);
	tap_ok(dropped.n && strstr(dropped.v[0], "/ (the root"), "with target and reason: %s",
	       dropped.n ? dropped.v[0] : "");
	tap_ok(fstab_rewrite(str_text(&out), "fstab", &add, &again, NULL, &err) == 0 &&
		       strcmp(str_text(&again), diskless) == 0,
	       "a second time changes nothing");
	strv_free(&add);
	str_free(&again);
	tap_ok(fstab_rewrite(str_text(&out), "fstab", &add, &again, NULL, &err) == 0 &&
		       !strstr(str_text(&again), "size=10M") &&
		       strstr(str_text(&again), "/media/nas"),
	       "lines that are no longer asked for go");
	str_free(&out);
	str_free(&again);
	strv_free(&dropped);
}

static void test_additions(void)
{
	static const char *const bad[] = { "server:/home",
					   "server:/home /home",
					   "server:/x / nfs",
					   "server:/x home nfs",
					   "a /b nfs\nc /d ext4",
					   "",
					   "# no" };
	struct strv add = STRV_INIT;
	struct error err = ERROR_INIT;
	struct str out = STR_INIT;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		strv_add(&add, bad[i]);
		tap_ok(fstab_rewrite("", "fstab", &add, &out, NULL, &err) == -EINVAL,
		       "\"%s\" is refused", strchr(bad[i], '\n') ? "two lines" : bad[i]);
		error_clear(&err);
		strv_free(&add);
	}
	strv_add(&add, "a:/1 /home nfs");
	strv_add(&add, "a:/2 /home nfs rw 0 0");
	strv_add(&add, "a:/my\\040dir /my\\040dir nfs rw 0 0");
	tap_ok(fstab_rewrite("b:/ /my\\040dir nfs", "fstab", &add, &out, NULL, &err) == 0 &&
		       strcmp(str_text(&out),
			      BEGIN "a:/2 /home nfs rw 0 0\n"
				    "a:/my\\040dir /my\\040dir nfs rw 0 0\n" END) == 0,
	       "of two for one target the later one counts, spaces are \\040");
	tap_ok(fstab_covers(str_text(&out), "/home/joe") && fstab_covers(str_text(&out), "/home") &&
		       !fstab_covers(str_text(&out), "/homes/joe"),
	       "what is below a mount is covered");
	tap_ok(fstab_covers("x / nfs", "/home") == false, "the root covers nothing");
	str_free(&out);
	strv_free(&add);
}

static void test_oddities(void)
{
	struct error err = ERROR_INIT;
	struct str out = STR_INIT;
	struct strv add = STRV_INIT;

	tap_ok(fstab_rewrite("", "fstab", &add, &out, NULL, &err) == 0 && out.len == 0,
	       "an empty table stays empty");
	tap_ok(fstab_rewrite(BEGIN "proc /proc proc\n", "fstab", &add, &out, NULL, &err) == 0 &&
		       strcmp(str_text(&out), BEGIN "proc /proc proc\n") == 0,
	       "a block whose end was lost swallows nothing");
	str_free(&out);
	tap_ok(fstab_rewrite("ID=x /a auto\nproc /proc proc defaults", "fstab", &add, &out, NULL,
			     &err) == 0 &&
		       strcmp(str_text(&out), "proc /proc proc defaults\n") == 0,
	       "a last line without newline is read");
	str_free(&out);
}

int main(void)
{
	test_server();
	test_additions();
	test_oddities();
	return tap_done();
}
