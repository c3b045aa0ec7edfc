/* SPDX-License-Identifier: GPL-2.0-or-later */
/* daemon_view: a handful of bind mounts. */
#include "mkdcroot/serve/daemon_view.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/str.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

static const char *const devices[] = { "null", "zero", "full", "random", "urandom" };

#define N_DEVICES (sizeof(devices) / sizeof(devices[0]))

static int make_dir(char **out, const char *dir, const char *name, struct error *err)
{
	*out = fs_join(dir, name);
	/* Not by the umask: the daemons look into it as other users than root. */
	if (mkdir(*out, 0755) < 0 || chmod(*out, 0755) < 0)
		return error_set(err, -errno, "create %s", *out);
	return 0;
}

int daemon_view_make(struct daemon_view *v, const char *dir, const char *farm, struct error *err)
{
	int rc;

	*v = (struct daemon_view){ 0 };
	rc = make_dir(&v->run, dir, "run", err);
	if (!rc)
		rc = make_dir(&v->dev, dir, "dev", err);
	for (size_t i = 0; !rc && i < N_DEVICES; i++) {
		cleanup_free char *path = fs_join(v->dev, devices[i]);

		rc = fs_create_file(path, "", 0, 0644, err);
	}
	if (!rc && str_has_prefix(farm, "/run/")) {
		cleanup_free char *path = fs_join(v->run, farm + strlen("/run/"));

		v->kept = mem_strdup(farm);
		rc = fs_mkdir_p(path, 0755, err);
	}
	return rc;
}

void daemon_view_free(struct daemon_view *v)
{
	free(v->run);
	free(v->dev);
	free(v->kept);
	*v = (struct daemon_view){ 0 };
}

/* The daemons get the machine's devices, but only those that they need. */
static int bind_devices(const struct daemon_view *v)
{
	for (size_t i = 0; i < N_DEVICES; i++) {
		cleanup_free char *from = fs_join("/dev", devices[i]);
		cleanup_free char *to = fs_join(v->dev, devices[i]);

		if (mount(from, to, NULL, MS_BIND, NULL) < 0)
			return -errno;
	}
	return mount(v->dev, "/dev", NULL, MS_BIND | MS_REC, NULL) < 0 ? -errno : 0;
}

int daemon_view_enter(const struct daemon_view *v)
{
	cleanup_fd int kept = -1;
	int rc;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return -errno;
	rc = bind_devices(v);
	if (rc)
		return rc;
	if (v->kept) {
		kept = open_tree(AT_FDCWD, v->kept,
				 OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
		if (kept < 0)
			return -errno;
	}
	if (mount(v->run, "/run", NULL, MS_BIND, NULL) < 0)
		return -errno;
	if (kept >= 0 && move_mount(kept, "", AT_FDCWD, v->kept, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return -errno;
	return chdir("/") < 0 ? -errno : 0;
}
