/* SPDX-License-Identifier: GPL-2.0-or-later */
/* farm: opening is reading only; farm_lock() is where a command begins to be able to change things. */
#include "mkdcroot/plan/farm.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/lock.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/plan/plan.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define DEFAULT_CONFIG "/etc/mkdcroot/mkdcroot.conf"
#define LOCK_SECONDS   60

int farm_open(struct farm *farm, const char *config, struct error *err)
{
	int rc;

	*farm = (struct farm){ .lock = -1 };
	settings_init(&farm->settings);
	rc = settings_read(&farm->settings, config ? config : DEFAULT_CONFIG, !config, err);
	if (!rc)
		rc = nfs_server_init(&farm->nfs, &farm->settings, NULL, err);
	if (!rc) {
		farm->n_boot = boot_server_list(farm->boot, FARM_BOOT_MAX, &farm->settings, err);
		rc = farm->n_boot < 0 ? farm->n_boot : 0;
	}
	if (!rc)
		rc = hosts_file_read(&farm->hosts, farm->settings.hosts, err);
	return rc;
}

void farm_close(struct farm *farm)
{
	hosts_file_free(&farm->hosts);
	settings_free(&farm->settings);
	if (farm->lock >= 0)
		close(farm->lock);
	farm->lock = -1;
}

static void say_waiting(int pid)
{
	log_info("waiting for process %d, which is changing the farm", pid);
}

static int make_store(const struct settings *s, struct error *err)
{
	static const char *const dirs[] = { "", "/journal", "/layers", "/hosts", "/trash" };
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		cleanup_free char *path = mem_printf("%s%s", s->store, dirs[i]);
		struct stat st;

		rc = fs_mkdir_p(path, 0700, err);
		if (!rc && i == 0 && stat(path, &st) == 0 && (st.st_mode & 077) &&
		    chmod(path, 0700) < 0)
			rc = error_set(err, -errno, "protect the store %s", path);
	}
	return rc;
}

int farm_lock(struct farm *farm, struct error *err)
{
	cleanup_free char *path = path_lock(&farm->settings);
	int rc;

	if (geteuid() != 0)
		return error_say(err, -EPERM,
				 "changing the farm needs root's rights (run it with sudo)");
	rc = make_store(&farm->settings, err);
	if (rc)
		return rc;
	farm->lock = lock_take(path, LOCK_SECONDS, say_waiting, err);
	if (farm->lock < 0)
		return farm->lock;
	rc = plan_recover(farm, err);
	if (rc)
		return rc;
	hosts_file_free(&farm->hosts);
	return hosts_file_read(&farm->hosts, farm->settings.hosts, err);
}

int farm_find(const struct farm *farm, const char *name, const struct host **h, struct error *err)
{
	*h = hosts_file_find(&farm->hosts, name);
	if (*h)
		return 0;
	return error_say(err, -ENOENT,
			 "there is no host %s in %s (mkdcroot list shows those there are)", name,
			 farm->settings.hosts);
}

int farm_export_make(struct farm_export *out, const struct farm *farm, const struct host *h,
		     const char *fsid, struct error *err)
{
	/* Most hosts have no settings of their own. */
	const struct settings *s = &farm->settings;
	cleanup_settings struct settings own = { 0 };
	int rc = 0;

	*out = (struct farm_export){ 0 };
	if (h->settings.n) {
		rc = settings_for_host(&own, s, h, err);
		s = &own;
	}
	if (rc)
		return rc;
	out->path = path_root(s, &h->ip);
	out->client = nfs_export_client(s, h);
	out->options = mem_strdup(s->export_options);
	out->uuid = mem_strdup(fsid);
	out->e = (struct nfs_export){ .path = out->path,
				      .client = out->client,
				      .ip = h->ip,
				      .options = out->options,
				      .uuid = out->uuid };
	return 0;
}

void farm_export_free(struct farm_export *x)
{
	free(x->path);
	free(x->client);
	free(x->options);
	free(x->uuid);
	*x = (struct farm_export){ 0 };
}

int farm_exports_add(struct farm_exports *all, const struct farm *farm, const struct host *h,
		     const char *fsid, struct error *err)
{
	size_t n = all->n;
	int rc;

	/* Grown in powers of two. */
	if ((n & (n - 1)) == 0) {
		all->x = mem_resize(all->x, n ? 2 * n : 1, sizeof(*all->x));
		all->e = mem_resize(all->e, n ? 2 * n : 1, sizeof(*all->e));
	}
	rc = farm_export_make(&all->x[n], farm, h, fsid, err);
	if (rc)
		return rc;
	all->e[n] = all->x[n].e;
	all->n++;
	return 0;
}

void farm_exports_free(struct farm_exports *all)
{
	for (size_t i = 0; i < all->n; i++)
		farm_export_free(&all->x[i]);
	free(all->x);
	free(all->e);
	*all = (struct farm_exports){ 0 };
}
