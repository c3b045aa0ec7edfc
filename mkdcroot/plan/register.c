/* SPDX-License-Identifier: GPL-2.0-or-later */
/* register: the farm's settings are completed here with what the network tells. */
#include "mkdcroot/plan/register.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/model/paths.h"

#include <string.h>

/*
 * An empty netmask in @s filled in.  One that cannot be found out is not told: the daemon then says its
 * own.
 */
static void complete(struct settings *s, const struct network *net, const struct ip_addr *ip)
{
	cleanup_error struct error ignored = ERROR_INIT;
	char netmask[IP_TEXT_MAX];

	if (*s->netmask)
		return;
	network_netmask(net, ip, netmask);
	if (*netmask)
		settings_set(s, "netmask", netmask, &ignored);
}

int register_open(struct registration *r, struct farm *farm, const struct boot_server_ops *ops,
		  struct error *err)
{
	static const struct host nobody;
	int rc;

	*r = (struct registration){ .farm = farm, .net.fd = -1 };
	network_open(&r->net);
	rc = settings_for_host(&r->common, &farm->settings, &nobody, err);
	/* The template is of the farm's first host, so that it stays when others come and go. */
	if (!rc && farm->hosts.n)
		complete(&r->common, &r->net, &farm->hosts.host[0].ip);
	return rc ? rc : boot_server_open(&r->srv, ops, &r->common, err);
}

/* Settings of a host without its own, with the netmask of its network. */
static int plain_settings(struct registration *r, const struct ip_addr *ip, struct error *err)
{
	static const struct host nobody;
	char netmask[IP_TEXT_MAX];
	int rc;

	if (r->plain.file && *r->farm->settings.netmask)
		return 0;
	network_netmask(&r->net, ip, netmask);
	if (r->plain.file && strcmp(r->plain.netmask, netmask) == 0)
		return 0;
	settings_free(&r->plain);
	rc = settings_for_host(&r->plain, &r->farm->settings, &nobody, err);
	if (!rc)
		complete(&r->plain, &r->net, ip);
	return rc;
}

int register_ensure(struct registration *r, const struct host *h, const char *boot_file,
		    enum boot_state *state, struct error *err)
{
	cleanup_free char *root = path_root(&r->farm->settings, &h->ip);
	cleanup_settings struct settings own = { 0 };
	struct boot_host bh = { .name = h->name,
				.ip = h->ip,
				.mac = h->mac,
				.root_path = root,
				.boot_file = boot_file,
				.settings = &r->plain };
	enum boot_state result;
	int rc;

	if (h->settings.n) {
		bh.settings = &own;
		rc = settings_for_host(&own, &r->farm->settings, h, err);
		if (!rc)
			complete(&own, &r->net, &h->ip);
	} else {
		rc = plain_settings(r, &h->ip, err);
	}
	/* The first host of a farm brings the template. */
	if (!r->farm->hosts.n)
		complete(&r->common, &r->net, &h->ip);
	if (!rc)
		rc = boot_server_ensure(&r->srv, &bh, &result, err);
	if (!rc && state)
		*state = result;
	return rc;
}

int register_remove(struct registration *r, const char *name, struct error *err)
{
	enum boot_state state;

	return boot_server_remove(&r->srv, name, &state, err);
}

bool register_has(const struct registration *r, const char *name)
{
	return boot_server_has(&r->srv, name);
}

int register_save(struct registration *r, struct error *err)
{
	int rc = boot_server_save(&r->srv, err);

	return rc ? rc : boot_server_reload(&r->srv, err);
}

void register_close(struct registration *r)
{
	boot_server_close(&r->srv);
	network_close(&r->net);
	if (r->common.file)
		settings_free(&r->common);
	if (r->plain.file)
		settings_free(&r->plain);
	free(r->image);
	r->image = NULL;
}

const char *register_image(struct registration *r, const struct host *h, const char *layer,
			   unsigned int generation)
{
	cleanup_free char *image = NULL;

	if (host_setting(h, "boot_file"))
		return NULL;
	image = path_image(&r->farm->settings, layer, generation);
	if (!r->image || strcmp(r->image, image) != 0) {
		free(r->image);
		r->image = steal_ptr(&image);
		r->has_image = fs_exists(r->image);
	}
	return r->has_image ? r->image : NULL;
}

/*
 * The image of the generation that @h has, or, before it is made, will have.  NULL when there is
 * none.
 */
static char *own_image(const struct settings *s, const struct host *h)
{
	cleanup_host_state struct host_state host = { 0 };
	cleanup_layer_state struct layer_state layer = { 0 };
	cleanup_error struct error ignored = ERROR_INIT;
	cleanup_free char *image = NULL;

	if (!host_state_read(&host, s, h->name, &ignored))
		image = path_image(s, host.layer, host.generation);
	else if (!layer_state_read(&layer, s, h->layer, &ignored))
		image = path_image(s, h->layer, layer.current);
	return image && fs_exists(image) ? steal_ptr(&image) : NULL;
}

char *register_boot_path(const struct settings *s, const struct host *h, struct error *err)
{
	cleanup_settings struct settings own = { 0 };
	char *image = host_setting(h, "boot_file") ? NULL : own_image(s, h);

	if (image || settings_for_host(&own, s, h, err))
		return image;
	return mem_strdup(own.boot_file);
}

int register_boot_file(struct farm *farm, const struct boot_server_ops *ops, const struct host *h,
		       const char *boot_file, bool save, enum boot_state *state, struct error *err)
{
	cleanup_registration struct registration r = { .net.fd = -1 };
	int rc = register_open(&r, farm, ops, err);

	if (!rc)
		rc = register_ensure(&r, h, boot_file, state, err);
	if (!rc && save)
		rc = register_save(&r, err);
	return rc;
}
