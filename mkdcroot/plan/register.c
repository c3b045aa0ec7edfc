/* SPDX-License-Identifier: GPL-2.0-or-later */
/* register: the farm's settings are completed here with what the network tells. */
#include "mkdcroot/plan/register.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/plan/served_from.h"

/*
 * Empty addresses in @s filled in.  An address that cannot be found out is not told:
 * the daemon then says its own.
 */
static void complete(struct settings *s, const struct ip_addr *ip)
{
	cleanup_error struct error ignored = ERROR_INIT;
	struct served_from from;

	served_from(&from, s, ip, &ignored);
	if (!*s->netmask && *from.netmask)
		settings_set(s, "netmask", from.netmask, &ignored);
}

/*
 * The image of the generation that @h has, or, before it is made, will have.  NULL when there is
 * none, and for a host that says its own.
 */
static char *own_image(const struct settings *s, const struct host *h)
{
	cleanup_host_state struct host_state host = { 0 };
	cleanup_layer_state struct layer_state layer = { 0 };
	cleanup_error struct error ignored = ERROR_INIT;
	char *image = NULL;

	if (host_setting(h, "boot_file"))
		return NULL;
	if (!host_state_read(&host, s, h->name, &ignored))
		image = path_image(s, host.layer, host.generation);
	else if (!layer_state_read(&layer, s, h->layer, &ignored))
		image = path_image(s, h->layer, layer.current);
	if (image && !fs_exists(image)) {
		free(image);
		image = NULL;
	}
	return image;
}

char *register_boot_path(const struct settings *s, const struct host *h, struct error *err)
{
	cleanup_settings struct settings own = { 0 };
	char *image = own_image(s, h);

	if (image || settings_for_host(&own, s, h, err))
		return image;
	return mem_strdup(own.boot_file);
}

int register_boot(struct farm *farm, const struct boot_server_ops *ops, const struct host *h,
		  bool save, enum boot_state *state, struct error *err)
{
	cleanup_free char *image = own_image(&farm->settings, h);

	return register_boot_file(farm, ops, h, image, save, state, err);
}

int register_boot_file(struct farm *farm, const struct boot_server_ops *ops, const struct host *h,
		       const char *boot_file, bool save, enum boot_state *state, struct error *err)
{
	cleanup_settings struct settings own = { 0 }, common = { 0 };
	cleanup_free char *root = path_root(&farm->settings, &h->ip);
	struct boot_host bh = { .name = h->name,
				.ip = h->ip,
				.mac = h->mac,
				.root_path = root,
				.boot_file = boot_file,
				.settings = &own };
	static const struct host nobody;
	struct boot_server srv = { 0 };
	enum boot_state result;
	int rc = settings_for_host(&own, &farm->settings, h, err);

	if (!rc)
		rc = settings_for_host(&common, &farm->settings, &nobody, err);
	if (rc)
		return rc;
	complete(&own, &h->ip);
	complete(&common, &h->ip);
	rc = boot_server_open(&srv, ops, &common, err);
	if (!rc)
		rc = boot_server_ensure(&srv, &bh, &result, err);
	if (!rc && save)
		rc = boot_server_save(&srv, err);
	if (!rc && save)
		rc = boot_server_reload(&srv, err);
	if (!rc && state)
		*state = result;
	boot_server_close(&srv);
	return rc;
}

int unregister_boot(struct farm *farm, const struct boot_server_ops *ops, const char *name,
		    struct error *err)
{
	struct boot_server srv = { 0 };
	enum boot_state state;
	int rc = boot_server_open(&srv, ops, &farm->settings, err);

	if (!rc)
		rc = boot_server_remove(&srv, name, &state, err);
	if (!rc && state == BOOT_REMOVED) {
		rc = boot_server_save(&srv, err);
		if (!rc)
			rc = boot_server_reload(&srv, err);
	}
	boot_server_close(&srv);
	return rc;
}

int boot_has(struct farm *farm, const struct boot_server_ops *ops, const char *name,
	     struct error *err)
{
	struct boot_server srv = { 0 };
	int rc = boot_server_open(&srv, ops, &farm->settings, err);

	if (!rc)
		rc = boot_server_has(&srv, name);
	boot_server_close(&srv);
	return rc;
}
