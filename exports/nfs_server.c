/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nfs_server: the table of backends, and what they share. */

#include "exports/nfs_private.h"

#include "exports/exports.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

const struct nfs_server_env nfs_server_env_default = {
	.exportfs = "exportfs",
	.proc_nfsd = "/proc/fs/nfsd",
	.etab = "/var/lib/nfs/etab",
	.dbus_send = "dbus-send",
	.ganesha_main = "/etc/ganesha/ganesha.conf",
	.run_dir = "/run",
	.flush_wait_ms = 2200,
};

static const struct nfs_server_ops *const backends[] = {
	&nfs_server_kernel,
	&nfs_server_ganesha,
	&nfs_server_none,
};

int nfs_server_init(struct nfs_server *srv, const struct settings *s,
		    const struct nfs_server_env *env, struct error *err)
{
	srv->settings = s;
	srv->env = env ? env : &nfs_server_env_default;
	for (size_t i = 0; i < sizeof(backends) / sizeof(backends[0]); i++) {
		srv->ops = backends[i];
		if (!strcmp(srv->ops->name, s->nfs_backend))
			return 0;
	}
	return error_say(err, -EINVAL, "nfs_backend = %s: there are kernel, ganesha and none",
			 s->nfs_backend);
}

char *nfs_export_client(const struct settings *s, const struct host *h)
{
	char ip[IP_TEXT_MAX];

	if (s->exports_client && !strcmp(s->exports_client, "name"))
		return mem_strdup(h->name);
	return mem_strdup(ip_format(&h->ip, ip));
}

char *nfs_export_uuid(void)
{
	struct str text = STR_INIT;
	uint8_t b[16];

	/* Does not fail for so few bytes, once the kernel has entropy. */
	while (getrandom(b, sizeof(b), 0) != sizeof(b))
		;
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < sizeof(b); i++)
		str_addf(&text, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", b[i]);
	return str_steal(&text);
}

char *nfs_full_options(const struct nfs_export *e)
{
	cleanup_free char *fsid = exports_option(e->options, "fsid");

	if (fsid || str_is_empty(e->uuid))
		return mem_strdup(e->options);
	return mem_printf("%s%sfsid=%s", e->options, *e->options ? "," : "", e->uuid);
}

void nfs_add_problem(struct str *all, struct error *problem)
{
	str_addf(all, "%s%s", all->len ? "\n" : "", error_text(problem));
	error_clear(problem);
}

void nfs_sleep_ms(unsigned int ms)
{
	struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

/* Try all of @busy once, and shrink it to what is still busy.  0 or a negative errno other than -EBUSY. */
static int umount_round(const struct nfs_export **busy, size_t *n, nfs_umount_fn *umount, void *arg,
			struct error *err)
{
	size_t left = 0;

	for (size_t i = 0; i < *n; i++) {
		int r = umount(busy[i], arg);

		if (r == -EBUSY)
			busy[left++] = busy[i];
		else if (r < 0)
			return error_set(err, r, "unmount %s", busy[i]->path);
	}
	*n = left;
	return 0;
}

int nfs_umount_all(const struct nfs_export *e, size_t n, nfs_umount_fn *umount, void *arg,
		   const struct nfs_retry *retry, struct error *err)
{
	cleanup_free const struct nfs_export **busy = mem_new((n + 1) * sizeof(*busy));
	unsigned int rounds = retry ? retry->rounds : 0;
	size_t left = n;
	int r;

	if (!umount)
		return 0;
	for (size_t i = 0; i < n; i++)
		busy[i] = &e[i];
	r = umount_round(busy, &left, umount, arg, err);
	while (r == 0 && left && rounds--) {
		r = retry->prepare(retry->srv, e, n, err);
		if (r == 0)
			r = umount_round(busy, &left, umount, arg, err);
	}
	if (r < 0)
		return r;
	if (left)
		return error_say(
			err, -EBUSY,
			"unmount %s: still in use (\"fuser -vm %s\" may say by whom); shut the "
			"host down and try again",
			busy[0]->path, busy[0]->path);
	return 0;
}
