/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_volumes: which mounts of servers are taken for "/", from mountinfo as servers have it. */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/root/volumes.h"
#include "tests/unit/box.h"
#include "tests/unit/tap.h"

#include <sys/sysmacros.h>

static const char server[] =
	"22 28 0:21 / /proc rw,nosuid shared:12 - proc proc rw\n"
	"23 28 0:22 / /sys rw,nosuid shared:2 - sysfs sysfs rw\n"
	"24 28 0:5 / /dev rw,nosuid shared:8 - devtmpfs udev rw\n"
	"28 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
	"30 28 0:25 / /run rw,nosuid shared:5 - tmpfs tmpfs rw\n"
	"40 28 8:2 / /boot rw,relatime shared:30 - ext4 /dev/sda2 rw\n"
	"41 40 8:3 / /boot/efi rw,relatime shared:31 - vfat /dev/sda3 rw\n"
	"42 28 253:0 / /usr rw,relatime shared:32 - xfs /dev/mapper/vg-usr rw\n"
	"43 28 253:1 / /home rw,relatime shared:33 - ext4 /dev/mapper/vg-home rw\n"
	"44 28 0:50 / /data rw,relatime shared:34 - nfs4 nas:/data rw,vers=4.2\n"
	"45 44 8:5 / /data/disk rw,relatime shared:35 - ext4 /dev/sda5 rw\n"
	"46 28 7:0 / /snap/core/1 ro,nodev shared:36 - squashfs /dev/loop0 ro\n"
	"47 28 8:1 /srv/x /opt/x rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
	"48 28 253:0 / /opt/usr rw,relatime shared:32 - xfs /dev/mapper/vg-usr rw\n"
	"49 28 8:17 / /opt/stick rw,relatime shared:37 - vfat /dev/sdb1 rw\n"
	"50 28 0:60 / /tftpboot/192.168.1.9 rw - overlay overlay rw,lowerdir=/x\n"
	"51 28 0:61 / /opt/over rw - overlay overlay rw,lowerdir=/x\n"
	"52 28 0:62 / /opt/sshfs rw - fuse.sshfs user@host: rw\n"
	"53 28 8:6 / /opt/two\\040words rw - ext4 /dev/sda6 rw\n"
	"54 28 0:63 / /opt/auto rw - autofs systemd-1 rw\n"
	"55 54 8:7 / /opt/auto rw - ext4 /dev/sda7 rw\n"
	"56 28 8:8 / /opt/deep/er rw - ext4 /dev/sda8 rw\n"
	"57 28 0:64 / /opt/deep rw - tmpfs tmpfs rw\n"
	"58 28 8:9 / /opt/top rw - ext4 /dev/sda9 rw\n"
	"59 58 8:10 / /opt/top rw - ext4 /dev/sda10 rw\n"
	"60 28 8:11 / /var/lib/mysql rw - ext4 /dev/sda11 rw\n"
	"61 28 0:65 / /opt/host rw - virtiofs share rw\n"
	"62 28 8:12 / /opt/ntfs rw - fuseblk /dev/sda12 rw\n";

static const char btrfs[] =
	"28 1 0:30 /@ / rw shared:1 - btrfs /dev/sda1 rw,subvolid=256,subvol=/@\n"
	"29 28 0:30 /@var /var rw shared:2 - btrfs /dev/sda1 rw,subvolid=257,subvol=/@var\n"
	"30 28 0:30 /@/opt /mnt2 rw shared:3 - btrfs /dev/sda1 rw,subvolid=256,subvol=/@\n";

static bool removable(dev_t devno)
{
	return devno == makedev(8, 17);
}

/* @wanted: the targets taken, a comma before each. */
static void check(const char *what, const char *text, const char *wanted)
{
	cleanup_volumes struct volumes v = { NULL, 0 };
	cleanup_error struct error err = ERROR_INIT;
	cleanup_strv struct strv excludes = STRV_INIT;
	cleanup_str struct str taken = STR_INIT;
	cleanup_free char *path = NULL;
	struct box b;

	box_open(&b);
	path = fs_join(b.dir, "mountinfo");
	box_put(path, text, 0644);
	strv_add(&excludes, "/proc/*");
	strv_add(&excludes, "/home/*");
	strv_add(&excludes, "/var/lib/mysql/*");
	strv_add(&excludes, "/tftpboot/*");
	strv_add(&excludes, "/var/log/**.gz");
	strv_add(&excludes, "/snap/*");
	tap_ok(volumes_read(&v, path, &excludes, removable, &err) == 0, "%s: read", what);
	for (size_t i = 0; i < v.n; i++) {
		if (!v.v[i].why)
			str_addf(&taken, ",%s", v.v[i].target);
		else
			printf("# %s: %s%s\n", v.v[i].target, v.v[i].why,
			       v.v[i].expected ? " (expected)" : "");
	}
	tap_ok(strcmp(str_text(&taken), wanted) == 0, "%s: taken are %s", what, str_text(&taken));
	box_close(&b);
}

int main(void)
{
	cleanup_volumes struct volumes v = { NULL, 0 }, none = { NULL, 0 };
	cleanup_strv struct strv excludes = STRV_INIT;
	cleanup_error struct error err = ERROR_INIT;

	check("a server", server,
	      ",/,/boot,/boot/efi,/usr,/opt/two words,/opt/auto,/opt/top,/opt/ntfs");
	check("btrfs", btrfs, ",/,/var");
	check("no mounts", "", ",/");
	TAP_OK(volumes_read(&v, "/proc/self/mountinfo", &excludes, NULL, &err) == 0 && v.n > 1 &&
	       strcmp(v.v[0].target, "/") == 0 && !v.v[0].why);
	TAP_OK(volumes_read(&none, "/nowhere", &excludes, NULL, &err) < 0);
	return tap_done();
}
