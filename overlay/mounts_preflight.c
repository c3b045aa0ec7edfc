/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mounts_preflight: every check tries the thing itself, not a list of what should have it. */
#include "mkdcroot/base/child.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/modprobe.h"
#include "overlay/mounts.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

static void load_module(const char *module)
{
	const char *const modprobe[] = { "modprobe", "-q", module, NULL };
	cleanup_error struct error ignored = ERROR_INIT;

	child_run_argv(modprobe, &ignored);
}

/* @what is missing, and by whose will. */
static int say_missing(const char *what, const char *module, struct error *err)
{
	cleanup_str struct str where = STR_INIT;

	modprobe_find_ban(module, &where);
	if (where.len)
		return error_say(err, -ENODEV,
				 "this kernel has no %s: %s forbids the module %s; take that line "
				 "out, or load it once with modprobe --ignore-install %s",
				 what, str_text(&where), module, module);
	return error_say(err, -ENODEV,
			 "this kernel has no %s: modprobe %s says why (the module is not "
			 "installed, or the kernel was built without it)",
			 what, module);
}

static int need_filesystem(const char *type, const char *what, struct error *err)
{
	cleanup_fd int ctx = fsopen(type, FSOPEN_CLOEXEC);

	if (ctx >= 0)
		return 0;
	if (errno == ENOSYS)
		return error_say(err, -ENOSYS,
				 "this kernel has no fsopen(2): use Linux 5.15 or later");
	if (errno != ENODEV)
		return error_set(err, -errno, "mount %s file systems", type);
	load_module(type);
	ctx = fsopen(type, FSOPEN_CLOEXEC);
	return ctx >= 0 ? 0 : say_missing(what, type, err);
}

static int need_loop(struct error *err)
{
	cleanup_fd int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);

	if (control < 0 && errno != EACCES && errno != EPERM) {
		load_module("loop");
		control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	}
	if (control < 0 && (errno == EACCES || errno == EPERM))
		return error_set(err, -errno,
				 "open /dev/loop-control (in a container? it needs "
				 "loop devices)");
	/* Asking for a free device would make one: that it can be asked is enough. */
	return control < 0 ? say_missing("loop devices (/dev/loop-control)", "loop", err) : 0;
}

/* File systems on which an upper cannot be, or should not. */
static int check_kind(const char *store, struct strv *warnings, struct error *err)
{
	static const struct {
		unsigned int magic;
		const char *name;
		bool refused;
	} kinds[] = {
		{ OVERLAYFS_SUPER_MAGIC, "an overlay (the root of a container?)", true },
		{ NFS_SUPER_MAGIC, "NFS", true },
		{ SMB_SUPER_MAGIC, "SMB", true },
		{ 0xfe534d42 /* SMB2 */, "SMB", true },
		{ 0x01021997 /* V9FS_MAGIC */, "9p", true },
		{ MSDOS_SUPER_MAGIC, "FAT", true },
		{ RAMFS_MAGIC, "ramfs", false },
		{ TMPFS_MAGIC, "tmpfs", false },
	};
	struct statfs fs;

	if (statfs(store, &fs) < 0)
		return error_set(err, -errno, "look at the file system of the store %s", store);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if ((unsigned int)fs.f_type != kinds[i].magic)
			continue;
		if (kinds[i].refused)
			return error_say(err, -EINVAL,
					 "the store %s is on %s, which cannot hold the hosts' "
					 "changes: put it on ext4, xfs or btrfs",
					 store, kinds[i].name);
		strv_addf(warnings,
			  "the store %s is on %s: all layers and all that hosts write is gone when "
			  "this server stops",
			  store, kinds[i].name);
	}
	return 0;
}

/* Overlayfs knows by d_type what a directory's entries are. */
static bool tells_types(const char *store, const char *name)
{
	cleanup_dir DIR *dir = opendir(store);

	for (struct dirent *e; dir && (e = readdir(dir));)
		if (strcmp(e->d_name, name) == 0)
			return e->d_type == DT_DIR;
	return false;
}

static int need_features(const char *store, struct error *err)
{
	cleanup_free char *probe = fs_join(store, ".probe");
	bool types;
	int rc = 0;

	if (mkdir(probe, 0700) < 0 && errno != EEXIST)
		return error_set(err, -errno, "write in the store %s", store);
	if (setxattr(probe, "trusted.mkdcroot", "1", 1, 0) < 0)
		rc = -errno;
	types = tells_types(store, ".probe");
	rmdir(probe);
	if (rc)
		return error_say(err, rc,
				 "the store %s is on a file system without trusted extended "
				 "attributes (%s): put it on ext4, xfs or btrfs, as root",
				 store, strerror(-rc));
	if (!types)
		return error_say(
			err, -EOPNOTSUPP,
			"the store %s is on a file system whose directories do not tell the "
			"kind of their entries (d_type), which overlays need: ext4 made with "
			"-O filetype has it, xfs with -n ftype=1",
			store);
	return 0;
}

int mounts_preflight(const char *store, struct strv *warnings, struct error *err)
{
	int rc = need_filesystem("erofs", "erofs file system", err);

	if (!rc)
		rc = need_filesystem("overlay", "overlay file system", err);
	if (!rc)
		rc = need_loop(err);
	if (!rc)
		rc = check_kind(store, warnings, err);
	return rc ? rc : need_features(store, err);
}
