/* SPDX-License-Identifier: GPL-2.0-or-later */
/* preflight: each check names what is missing and how it is got. */
#include "mkdcroot/plan/preflight.h"
#include "mkdcroot/base/child.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/model/source.h"
#include "overlay/mounts.h"

#include <string.h>

static int need_root(struct error *err)
{
	if (geteuid() == 0)
		return 0;
	return error_say(err, -EPERM, "this needs root's rights (run it with sudo)");
}

static int need_program(const char *program, const char *package, struct error *err)
{
	if (child_exists(program))
		return 0;
	return error_say(err, -ENOENT, "%s is not installed (apt-get install %s)", program,
			 package);
}

int preflight_hosts(struct farm *farm, struct error *err)
{
	cleanup_strv struct strv warnings = STRV_INIT;
	int rc = need_root(err);

	if (!rc)
		rc = mounts_preflight(farm->settings.store, err);
	if (!rc)
		rc = fs_mkdir_p(farm->settings.farm, 0755, err);
	if (!rc)
		rc = farm->nfs.ops->preflight(&farm->nfs, &warnings, err);
	for (int i = 0; !rc && i < farm->n_boot; i++)
		rc = farm->boot[i]->preflight(&farm->settings, &warnings, err);
	for (size_t i = 0; !rc && i < warnings.n; i++)
		log_warn("%s", warnings.v[i]);
	return rc;
}

int preflight_layer(struct farm *farm, const char *source, struct error *err)
{
	struct source parsed = { 0 };
	int rc = need_root(err);

	if (!rc)
		rc = source_parse(&parsed, source, err);
	if (!rc)
		rc = mounts_preflight(farm->settings.store, err);
	if (!rc)
		rc = need_program("mkfs.erofs", "erofs-utils", err);
	if (!rc && parsed.kind == SOURCE_DEBIAN)
		rc = need_program("mmdebstrap", "mmdebstrap", err);
	if (!rc && (parsed.kind == SOURCE_DIRECTORY || parsed.kind == SOURCE_SERVER))
		rc = need_program("rsync", "rsync", err);
	return rc;
}

int preflight_image(struct farm *farm, struct error *err)
{
	int rc = need_root(err);

	return rc ? rc : mounts_preflight(farm->settings.store, err);
}
