/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mounts: the only code that mounts or unmounts. */
#include "overlay/mounts.h"
#include "mkdcroot/base/child.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"

#include <fcntl.h>
#include <linux/loop.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/mount.h>
#include <sys/xattr.h>

/* Another process may take the free device between our two calls. */
#define LOOP_TRIES 64

struct option {
	const char *key;
	const char *value; /* NULL: a flag without a value */
};

/* The kernel leaves its own words in the context's descriptor, one message a read. */
static char *kernel_words(int ctx)
{
	struct str all = STR_INIT;
	char buf[512];
	ssize_t n;

	while ((n = read(ctx, buf, sizeof(buf) - 1)) > 0) {
		buf[n] = '\0';
		/* "e text\n": e error, w warning, i information. */
		str_addf(&all, "%s%.*s", all.len ? " | " : " (", (int)strcspn(buf + 2, "\n"),
			 buf + 2);
	}
	if (all.len)
		str_addc(&all, ')');
	return str_steal(&all);
}

/* A detached mount of @type with @options; @attr: MOUNT_ATTR_*. */
static int make_mount(const char *type, const char *source, const struct option *options,
		      unsigned int attr, const char *what, struct error *err)
{
	cleanup_free char *words = NULL;
	cleanup_fd int ctx = fsopen(type, FSOPEN_CLOEXEC);
	int rc = ctx < 0 ? -errno : 0, fd = -1;

	if (rc == -ENODEV)
		return error_say(err, rc,
				 "mount %s: this kernel has no %s (load it: modprobe %s; a file in "
				 "/etc/modprobe.d may forbid it)",
				 what, type, type);
	if (!rc && source && fsconfig(ctx, FSCONFIG_SET_STRING, "source", source, 0) < 0)
		rc = -errno;
	for (const struct option *o = options; !rc && o->key; o++)
		if (fsconfig(ctx, o->value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, o->key,
			     o->value, 0) < 0)
			rc = -errno;
	if (!rc && fsconfig(ctx, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		rc = -errno;
	if (!rc) {
		fd = fsmount(ctx, FSMOUNT_CLOEXEC, attr);
		rc = fd < 0 ? -errno : 0;
	}
	if (!rc)
		return fd;
	words = kernel_words(ctx);
	error_set(err, rc, "mount %s", what);
	return *words ? error_append(err, "%s", words) : rc;
}

static int attach(int mount_fd, const char *target, const char *what, struct error *err)
{
	if (move_mount(mount_fd, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return error_set(err, -errno, "mount %s at %s", what, target);
	return 0;
}

static int configure_loop(int loop, int backing, const char *image, bool direct_io)
{
	struct loop_config config = {
		.fd = (uint32_t)backing,
		.block_size = 4096,
		.info.lo_flags = LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR,
	};

	/* Shown by losetup(8); a longer path is cut. */
	memccpy(config.info.lo_file_name, image, '\0', sizeof(config.info.lo_file_name) - 1);
	if (direct_io)
		config.info.lo_flags |= LO_FLAGS_DIRECT_IO;
	return ioctl(loop, LOOP_CONFIGURE, &config) < 0 ? -errno : 0;
}

/* A loop device over @image; it lives as long as the descriptor or a mount. */
static int open_loop(const char *image, bool direct_io, char *device, size_t size,
		     struct error *err)
{
	cleanup_fd int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	cleanup_fd int backing = open(image, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int rc = -EBUSY;

	if (backing < 0)
		return error_set(err, -errno, "open image %s", image);
	if (control < 0)
		return error_set(err, -errno, "open /dev/loop-control (modprobe loop)");
	for (int tries = 0; tries < LOOP_TRIES && rc == -EBUSY; tries++) {
		cleanup_fd int loop = -1;
		int number = ioctl(control, LOOP_CTL_GET_FREE);

		if (number < 0)
			return error_set(err, -errno, "find a free loop device");
		snprintf(device, size, "/dev/loop%d", number);
		loop = open(device, O_RDONLY | O_CLOEXEC);
		if (loop < 0)
			return error_set(err, -errno, "open %s", device);
		rc = configure_loop(loop, backing, image, direct_io);
		if (rc == -EINVAL && direct_io)
			rc = configure_loop(loop, backing, image, false);
		if (!rc)
			return steal_fd(&loop);
	}
	return error_set(err, rc, "set up %s for %s", device, image);
}

int image_mount(const char *image, const char *dir, bool direct_io, struct error *err)
{
	static const struct option options[] = { { "ro", NULL }, { NULL, NULL } };
	char device[32];
	cleanup_fd int loop = open_loop(image, direct_io, device, sizeof(device), err);
	cleanup_fd int fd = -1;

	if (loop < 0)
		return loop;
	fd = make_mount("erofs", device, options,
			MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
				MOUNT_ATTR_NOEXEC,
			image, err);
	return fd < 0 ? fd : attach(fd, dir, image, err);
}

int overlay_mount(const struct overlay *o, const char *target, struct error *err)
{
	const struct option options[] = {
		{ "lowerdir", o->lower }, { "upperdir", o->upper }, { "workdir", o->work },
		{ "index", "on" },	  { "nfs_export", "on" },   { "redirect_dir", "on" },
		{ "xino", "on" },	  { NULL, NULL },
	};
	cleanup_fd int fd =
		make_mount("overlay", "mkdcroot", options,
			   MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, target, err);

	return fd < 0 ? fd : attach(fd, target, "overlay", err);
}

int overlay_mount_detached(const struct overlay *o, struct error *err)
{
	const struct option options[] = {
		{ "lowerdir", o->lower },
		{ "upperdir", o->upper },
		{ "workdir", o->work },
		/* Plain: every change is in the upper as it is, nothing points to the lower. */
		{ "index", "off" },
		{ "redirect_dir", "off" },
		{ "metacopy", "off" },
		{ "volatile", NULL },
		{ NULL, NULL },
	};

	return make_mount("overlay", "mkdcroot", options,
			  MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, o->upper, err);
}

int overlay_view_detached(const struct overlay *o, struct error *err)
{
	cleanup_free char *layers = mem_printf("%s:%s", o->upper, o->lower);
	const struct option options[] = {
		{ "lowerdir", layers },
		{ "index", "off" },
		{ NULL, NULL },
	};

	return make_mount("overlay", "mkdcroot", options,
			  MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
				  MOUNT_ATTR_NOEXEC,
			  o->upper, err);
}

int mount_remove(const char *target, struct error *err)
{
	int mounted = fs_is_mount_point(target);

	if (mounted < 0)
		return error_set(err, mounted, "look at %s", target);
	if (!mounted)
		return 0;
	if (umount2(target, UMOUNT_NOFOLLOW) == 0)
		return 0;
	if (errno == EBUSY)
		return error_say(
			err, -EBUSY,
			"unmount %s: it is in use (fuser -vm %s shows by whom; an NFS server "
			"may still export it)",
			target, target);
	return error_set(err, -errno, "unmount %s", target);
}
