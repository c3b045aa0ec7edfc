/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel: by name only; what is in the file is libnbi's business. */
#include "mkdcroot/root/kernel.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"

#include <string.h>

#define PREFIX "/boot/vmlinuz-"

void layer_kernel_free(struct layer_kernel *k)
{
	free(k->version);
	free(k->path);
	*k = (struct layer_kernel){ 0 };
}

/* "vmlinuz-6.1.0-40-amd64.dpkg-new" and the like have no modules of their name. */
static bool has_modules(const struct tree *t, const char *version)
{
	cleanup_free char *modules = mem_printf("/lib/modules/%s", version);

	return tree_exists(t, modules);
}

int layer_kernel_find(struct layer_kernel *k, const struct tree *t, struct error *err)
{
	cleanup_strv struct strv paths = STRV_INIT;
	const char *newest = NULL;
	int rc = tree_glob(t, PREFIX "*", &paths, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < paths.n; i++) {
		const char *version = paths.v[i] + strlen(PREFIX);

		if (has_modules(t, version) && (!newest || strverscmp(version, newest) > 0))
			newest = version;
	}
	if (!newest)
		return error_say(
			err, -ENOENT,
			"there is no kernel in the layer (no " PREFIX
			"* with its modules in /lib/modules): make the layer with --profile "
			"debian-kernel, or name a kernel with --kernel FILE (make kernel builds "
			"one)");
	*k = (struct layer_kernel){ mem_strdup(newest), mem_printf(PREFIX "%s", newest) };
	return 0;
}
