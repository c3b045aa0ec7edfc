/* SPDX-License-Identifier: GPL-2.0-or-later */
/* server_view: open_tree(2) in the parent, move_mount(2) in the child. */
#include "mkdcroot/root/server_view.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/tree.h"

#include <sched.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>

static int open_volume(const struct volume *v, struct error *err)
{
	/* Private: what is mounted on the server later must not appear in it. */
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
					       MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC |
					       MOUNT_ATTR_NOATIME,
				   .attr_clr = MOUNT_ATTR__ATIME,
				   .propagation = MS_PRIVATE };
	cleanup_fd int fd = open_tree(AT_FDCWD, v->target,
				      OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_NO_AUTOMOUNT);

	if (fd < 0 || mount_setattr(fd, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0)
		return error_set(err, -errno, "open the file system at %s", v->target);
	return steal_fd(&fd);
}

int server_view_open(struct server_view *view, const struct volumes *volumes, const char *at,
		     struct error *err)
{
	int rc = 0;

	*view = (struct server_view){ volumes, mem_resize(NULL, volumes->n, sizeof(int)), at };
	for (size_t i = 0; i < volumes->n; i++)
		view->fd[i] = -1;
	for (size_t i = 0; !rc && i < volumes->n; i++) {
		if (volumes->v[i].why)
			continue;
		view->fd[i] = open_volume(&volumes->v[i], err);
		rc = view->fd[i] < 0 ? view->fd[i] : 0;
	}
	return rc;
}

void server_view_close(struct server_view *view)
{
	for (size_t i = 0; view->fd && i < view->volumes->n; i++)
		if (view->fd[i] >= 0)
			close(view->fd[i]);
	free(view->fd);
	view->fd = NULL;
}

int server_view_enter(void *arg)
{
	const struct server_view *view = arg;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno;
	for (size_t i = 0; i < view->volumes->n; i++) {
		const char *target = view->volumes->v[i].target;
		cleanup_free char *at = mem_printf("%s%s", view->at, i ? target : "");

		if (view->fd[i] < 0 ||
		    move_mount(view->fd[i], "", AT_FDCWD, at, MOVE_MOUNT_F_EMPTY_PATH) == 0)
			continue;
		/* The child's standard error is what the parent shows. */
		dprintf(STDERR_FILENO, "mount %s at %s: %s\n", target, at, strerror(errno));
		_exit(125);
	}
	return 0;
}

bool server_view_has(const struct server_view *view, const char *path)
{
	struct tree tree = { .name = (char *)"/" };
	size_t best = 0, len = 0;

	for (size_t i = 1; i < view->volumes->n; i++) {
		const char *target = view->volumes->v[i].target;
		size_t n = strlen(target);

		if (view->fd[i] >= 0 && n > len && strncmp(path, target, n) == 0 &&
		    (path[n] == '/' || !path[n])) {
			best = i;
			len = n;
		}
	}
	tree.fd = view->fd[best];
	return tree_exists(&tree, path[len] ? path + len : "/");
}
