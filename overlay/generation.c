/* SPDX-License-Identifier: GPL-2.0-or-later */
/* generation: mkfs.erofs does the work; here it gets its view and its result is kept. */
#include "overlay/generation.h"
#include "mkdcroot/base/child.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <uuid/uuid.h>

/* The view's place in the child's own mount namespace. */
struct view {
	const struct overlay *overlay;
	const char *mount_point;
};

/* Runs in the child before mkfs.erofs: nobody else sees the mount, and it ends with the child. */
static int enter_view(void *arg)
{
	const struct view *view = arg;
	struct error err = ERROR_INIT;
	int fd;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno;
	fd = overlay_view_detached(view->overlay, &err);
	if (fd < 0) {
		fprintf(stderr, "%s\n", error_text(&err));
		return fd;
	}
	if (move_mount(fd, "", AT_FDCWD, view->mount_point, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return -errno;
	return 0;
}

/* Shows the image grow while the child runs, and has what is there written already. */
struct growth {
	const char *image;
	void (*tick)(unsigned long long bytes, void *arg);
	void *arg;
};

static void show_growth(void *arg)
{
	const struct growth *growth = arg;
	cleanup_fd int fd = open(growth->image, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return;
	/* The sync at the end has the less to wait for. */
	sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	if (growth->tick && fstat(fd, &st) == 0)
		growth->tick((unsigned long long)st.st_blocks * 512, growth->arg);
}

static int run_mkfs(struct view *view, const char *uuid, struct growth *growth, struct error *err)
{
	const char *argv[] = { "mkfs.erofs",  "-zlz4",		 "--quiet", "-U", uuid,
			       growth->image, view->mount_point, NULL,	    NULL };
	struct child c = { .argv = argv,
			   .setup = enter_view,
			   .setup_arg = view,
			   .on_tick = show_growth,
			   .tick_arg = growth };

	/*
	 * A server with SELinux labels all that is written in the stage, and the labels are of no use to the hosts: by a
	 * table of labels without any entry mkfs.erofs leaves them out.
	 */
	if (access("/sys/fs/selinux/enforce", F_OK) == 0)
		argv[7] = "--file-contexts=/dev/null";
	return child_run(&c, err);
}

/* SHA-256 of the file @path in hexadecimal to @hex (65 bytes), its size to @bytes. */
static int hash_file(const char *path, char *hex, unsigned long long *bytes, struct error *err)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	cleanup_free char *buf = mem_new(1 << 20);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int len = 0;
	ssize_t n = -1;
	bool ok = ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);

	*bytes = 0;
	errno = ENOMEM;
	while (fd >= 0 && ok && (n = read(fd, buf, 1 << 20)) > 0) {
		ok = EVP_DigestUpdate(ctx, buf, (size_t)n);
		*bytes += (unsigned long long)n;
	}
	ok = ok && n == 0 && EVP_DigestFinal_ex(ctx, digest, &len);
	EVP_MD_CTX_free(ctx);
	if (!ok)
		return error_set(err, -errno, "checksum %s", path);
	for (unsigned int i = 0; i < len; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return 0;
}

static char *checksum_path(const char *image)
{
	size_t len = strlen(image);

	if (str_has_suffix(image, ".erofs"))
		len -= strlen(".erofs");
	return mem_printf("%.*s.sha256", (int)len, image);
}

static int write_checksum(const char *image, const char *hex, struct error *err)
{
	cleanup_free char *path = checksum_path(image);
	const char *base = strrchr(image, '/');
	cleanup_free char *line = mem_printf("%s  %s\n", hex, base ? base + 1 : image);

	return fs_replace_file(path, line, strlen(line), 0600, err);
}

/* A file that is being synced by a thread of its own. */
struct syncing {
	const char *path;
	pthread_t thread;
	int rc;
};

static void *sync_main(void *arg)
{
	struct syncing *s = arg;
	cleanup_fd int fd = open(s->path, O_RDONLY | O_CLOEXEC);

	s->rc = fd < 0 || fsync(fd) < 0 ? -errno : 0;
	return NULL;
}

/* Waiting for the disk and computing the checksum go side by side. */
static int sync_and_hash(const char *path, struct generation *g, struct error *err)
{
	struct syncing s = { .path = path };
	bool threaded = pthread_create(&s.thread, NULL, sync_main, &s) == 0;
	int rc = hash_file(path, g->sha256, &g->bytes, err);

	if (threaded)
		pthread_join(s.thread, NULL);
	else
		sync_main(&s);
	return rc || !s.rc ? rc : error_set(err, s.rc, "sync %s", path);
}

int generation_build(const struct overlay *overlay, const char *mount_point, const char *image,
		     void (*tick)(unsigned long long bytes, void *arg), void *arg,
		     struct generation *g, struct error *err)
{
	cleanup_free char *temporary = mem_printf("%s.new", image);
	struct view view = { overlay, mount_point };
	struct growth growth = { temporary, tick, arg };
	uuid_t uuid;
	int rc;

	uuid_generate_random(uuid);
	uuid_unparse_lower(uuid, g->uuid);
	unlink(temporary);
	rc = run_mkfs(&view, g->uuid, &growth, err);
	if (!rc && chmod(temporary, 0600) < 0)
		rc = error_set(err, -errno, "protect %s", temporary);
	if (!rc)
		rc = sync_and_hash(temporary, g, err);
	if (!rc)
		rc = write_checksum(image, g->sha256, err);
	if (!rc)
		rc = fs_rename(temporary, image, err);
	if (rc)
		unlink(temporary);
	return rc;
}

int generation_verify(const char *image, struct error *err)
{
	cleanup_free char *path = checksum_path(image);
	cleanup_str struct str kept = STR_INIT;
	unsigned long long bytes;
	char hex[65];
	int rc = fs_read_file(path, &kept, err);

	if (!rc)
		rc = hash_file(image, hex, &bytes, err);
	if (!rc && (kept.len < 64 || strncmp(str_text(&kept), hex, 64) != 0))
		rc = error_say(
			err, -EBADMSG,
			"image %s is damaged: its SHA-256 is %s, not what %s says; restore it "
			"from a backup or make the layer anew",
			image, hex, path);
	return rc;
}
