/* SPDX-License-Identifier: GPL-2.0-or-later */
/* paths: names were checked when they were parsed; no slash can stand in them. */
#include "mkdcroot/model/paths.h"
#include "mkdcroot/base/mem.h"

char *path_lock(const struct settings *s)
{
	return mem_printf("%s/lock", s->store);
}

char *path_journal(const struct settings *s)
{
	return mem_printf("%s/journal/plan.json", s->store);
}

char *path_serve_lock(const struct settings *s)
{
	return mem_printf("%s/serve.lock", s->store);
}

char *path_serve(const struct settings *s)
{
	return mem_printf("%s/serve", s->store);
}

static char *host_entry(const struct settings *s, const char *name, const char *entry)
{
	return mem_printf("%s/hosts/%s%s", s->store, name, entry);
}

char *path_host(const struct settings *s, const char *name)
{
	return host_entry(s, name, "");
}

char *path_host_state(const struct settings *s, const char *name)
{
	return host_entry(s, name, "/state");
}

char *path_host_identity(const struct settings *s, const char *name)
{
	return host_entry(s, name, "/identity");
}

char *path_host_upper(const struct settings *s, const char *name)
{
	return host_entry(s, name, "/upper");
}

char *path_host_work(const struct settings *s, const char *name)
{
	return host_entry(s, name, "/work");
}

char *path_trash(const struct settings *s, const char *name)
{
	return mem_printf("%s/trash/%s", s->store, name);
}

char *path_layers(const struct settings *s)
{
	return mem_printf("%s/layers", s->store);
}

static char *layer_entry(const struct settings *s, const char *layer, const char *entry)
{
	return mem_printf("%s/layers/%s%s", s->store, layer, entry);
}

char *path_layer(const struct settings *s, const char *layer)
{
	return layer_entry(s, layer, "");
}

char *path_layer_state(const struct settings *s, const char *layer)
{
	return layer_entry(s, layer, "/state");
}

char *path_layer_stage(const struct settings *s, const char *layer)
{
	return layer_entry(s, layer, "/stage");
}

char *path_layer_prepared(const struct settings *s, const char *layer)
{
	return layer_entry(s, layer, "/prepared");
}

char *path_layer_prepared_work(const struct settings *s, const char *layer)
{
	return layer_entry(s, layer, "/prepared.work");
}

char *path_layer_left_out(const struct settings *s, const char *layer)
{
	return layer_entry(s, layer, "/left-out");
}

char *path_layer_view(const struct settings *s, const char *layer)
{
	return layer_entry(s, layer, "/view");
}

char *path_generation_image(const struct settings *s, const char *layer, unsigned int generation)
{
	return mem_printf("%s/layers/%s/gen/%u.erofs", s->store, layer, generation);
}

char *path_generation(const struct settings *s, const char *layer, unsigned int generation)
{
	return mem_printf("%s/layers/%s/gen/%u", s->store, layer, generation);
}

char *path_root(const struct settings *s, const struct ip_addr *ip)
{
	char text[IP_TEXT_MAX];

	return mem_printf("%s/%s", s->farm, ip_format(ip, text));
}

char *path_root_link(const struct settings *s, const char *name)
{
	return mem_printf("%s/%s", s->farm, name);
}

char *path_boot(const struct settings *s)
{
	return mem_printf("%s/boot", s->farm);
}

char *path_image(const struct settings *s, const char *layer, unsigned int generation)
{
	return mem_printf("%s/boot/%s-%u.nb", s->farm, layer, generation);
}

char *path_image_link(const struct settings *s)
{
	return mem_printf("%s/boot/vmlinuz.nb", s->farm);
}

char *path_layer_workshop(const struct settings *s, const char *layer)
{
	return layer_entry(s, layer, "/workshop");
}
