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
#include <sys/utsname.h>

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

static int write_hosts(const struct daemon_view *v, const char *address, struct error *err)
{
	cleanup_free char *path = fs_join(v->run, "hosts");
	cleanup_free char *text = NULL;
	struct utsname name;

	uname(&name);
	text = mem_printf("127.0.0.1 localhost\n%s %s\n", address, name.nodename);
	return fs_create_file(path, text, strlen(text), 0644, err);
}

int daemon_view_make(struct daemon_view *v, const char *dir, const char *address, struct error *err)
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
	return rc ? rc : write_hosts(v, address, err);
}

int daemon_view_keep(struct daemon_view *v, const char *path, struct error *err)
{
	cleanup_free char *here = NULL;
	struct stat st;
	int rc;

	if (!str_has_prefix(path, "/run/") || stat(path, &st) < 0)
		return 0;
	here = fs_join(v->run, path + strlen("/run/"));
	rc = S_ISDIR(st.st_mode) ? fs_mkdir_p(here, 0755, err)
				 : fs_create_file(here, "", 0, 0600, err);
	if (!rc)
		strv_add(&v->kept, path);
	return rc;
}

void daemon_view_free(struct daemon_view *v)
{
	free(v->run);
	free(v->dev);
	strv_free(&v->kept);
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

/* Put the @i-th of what is kept, and all after it, back to its place once /run is ours. */
static int bind_run(const struct daemon_view *v, size_t i)
{
	const unsigned int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE;
	cleanup_fd int tree = -1;
	int rc;

	if (i == v->kept.n)
		return mount(v->run, "/run", NULL, MS_BIND, NULL) < 0 ? -errno : 0;
	tree = open_tree(AT_FDCWD, v->kept.v[i], flags);
	rc = tree < 0 ? -errno : bind_run(v, i + 1);
	if (!rc && move_mount(tree, "", AT_FDCWD, v->kept.v[i], MOVE_MOUNT_F_EMPTY_PATH) < 0)
		rc = -errno;
	return rc;
}

int daemon_view_enter(const struct daemon_view *v)
{
	int rc;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return -errno;
	rc = bind_devices(v);
	if (!rc)
		rc = bind_run(v, 0);
	/* A machine without the file has other ways to know its name. */
	if (!rc && mount("/run/hosts", "/etc/hosts", NULL, MS_BIND, NULL) < 0 && errno != ENOENT)
		rc = -errno;
	if (!rc && chdir("/") < 0)
		rc = -errno;
	return rc;
}
