/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_list: mkdcroot list, show, status: what there is. */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/json_file.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/cmd_services.h"
#include "mkdcroot/commands.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/plan/host_status.h"

#include <stdio.h>

static void print_json(json_t *root)
{
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
}

static json_t *host_json(const struct host *h)
{
	char ip[IP_TEXT_MAX], mac[MAC_TEXT_MAX];
	json_t *settings = json_array();

	for (size_t i = 0; i < h->settings.n; i++)
		json_array_append_new(settings, json_string(h->settings.v[i]));
	return json_pack("{s:s, s:s, s:s*, s:s, s:s*, s:s*, s:o}", "name", h->name, "ip",
			 ip_format(&h->ip, ip), "mac", h->mac.set ? mac_format(&h->mac, mac) : NULL,
			 "layer", h->layer, "role", h->role, "nic", h->nic, "settings", settings);
}

int cmd_list(const struct options *o, struct error *err)
{
	cleanup_farm struct farm farm = { .lock = -1 };
	json_t *all;

	if (command_farm(&farm, o, false, err))
		return EXIT_FAILED;
	if (o->json) {
		all = json_array();
		for (size_t i = 0; i < farm.hosts.n; i++)
			json_array_append_new(all, host_json(&farm.hosts.host[i]));
		print_json(all);
		return EXIT_OK;
	}
	printf("%-20s %-15s %-17s %-12s %s\n", "NAME", "IP", "MAC", "LAYER", "ROLE");
	for (size_t i = 0; i < farm.hosts.n; i++) {
		const struct host *h = &farm.hosts.host[i];
		char ip[IP_TEXT_MAX], mac[MAC_TEXT_MAX];

		printf("%-20s %-15s %-17s %-12s %s\n", h->name, ip_format(&h->ip, ip),
		       h->mac.set ? mac_format(&h->mac, mac) : "-", h->layer,
		       h->role ? h->role : "-");
	}
	return EXIT_OK;
}

static const char *exported_word(const struct host_status *st)
{
	return st->exported > 0 ? "yes" : st->exported < 0 ? "unknown" : "no";
}

static const char *boot_word(const struct host_status *st)
{
	return st->in_boot ? "yes" : st->waiting ? "waiting for MAC" : "no";
}

static json_t *status_json(const struct host *h, const struct host_status *st,
			   const struct farm *farm)
{
	json_t *out = host_json(h);

	json_object_update_new(out, json_pack("{s:b, s:b, s:b, s:s, s:s, s:b, s:i}", "made",
					      st->state.name != NULL, "mounted", st->mounted,
					      "in_exports", st->in_exports, "exported",
					      exported_word(st), "boot_server", boot_word(st),
					      "good", host_status_is_good(st, farm), "generation",
					      (int)st->state.generation));
	return out;
}

/* The host of argument @i, or the @i-th of all when none was named. */
static int pick(const struct farm *farm, const struct options *o, size_t i, const struct host **h,
		struct error *err)
{
	if (o->args.n)
		return farm_find(farm, o->args.v[i], h, err);
	*h = &farm->hosts.host[i];
	return 0;
}

int cmd_status(const struct options *o, struct error *err)
{
	cleanup_farm struct farm farm = { .lock = -1 };
	json_t *all = NULL;
	bool good = true;
	size_t n;

	if (command_farm(&farm, o, false, err))
		return EXIT_FAILED;
	if (o->services)
		return services_print_status(&farm, o->json);
	n = o->args.n ? o->args.n : farm.hosts.n;
	if (o->json)
		all = json_array();
	else
		printf("%-20s %-15s %-14s %-8s %-9s %s\n", "NAME", "IP", "GENERATION", "MOUNTED",
		       "EXPORTED", "BOOT SERVER");
	for (size_t i = 0; i < n; i++) {
		cleanup_host_status struct host_status st = { 0 };
		cleanup_free char *generation = NULL;
		char ip[IP_TEXT_MAX];
		const struct host *h;

		if (pick(&farm, o, i, &h, err) || host_status_read(&st, &farm, h, err)) {
			json_decref(all);
			return EXIT_FAILED;
		}
		good = good && host_status_is_good(&st, &farm);
		if (all) {
			json_array_append_new(all, status_json(h, &st, &farm));
			continue;
		}
		generation = mem_printf("%s/%u", st.state.name ? st.state.layer : h->layer,
					st.state.generation);
		printf("%-20s %-15s %-14s %-8s %-9s %s\n", h->name, ip_format(&h->ip, ip),
		       generation, st.mounted ? "yes" : "no",
		       st.in_exports ? exported_word(&st) : "not in files", boot_word(&st));
	}
	if (all)
		print_json(all);
	else if (!o->args.n)
		putchar('\n'), services_print_status(&farm, false);
	return good ? EXIT_OK : EXIT_PARTLY;
}

static void show_text(const struct farm *farm, const struct host *h, const struct host_status *st)
{
	const struct settings *s = &farm->settings;
	cleanup_free char *root = path_root(s, &h->ip), *upper = path_host_upper(s, h->name);
	char text[IP_TEXT_MAX];
	char bytes[32];

	printf("name:        %s\nip:          %s\n", h->name, ip_format(&h->ip, text));
	printf("mac:         %s\n", h->mac.set ? mac_format(&h->mac, text) : "not known");
	printf("role:        %s\nnic:         %s\n", h->role ? h->role : "-",
	       h->nic ? h->nic : "-");
	printf("layer:       %s, generation %u\n", st->state.name ? st->state.layer : h->layer,
	       st->state.generation);
	for (size_t i = 0; i < h->settings.n; i++)
		printf("setting:     %s\n", h->settings.v[i]);
	snprintf(bytes, sizeof(bytes), "%llu", fs_disk_usage(upper));
	printf("root:        %s (%s)\nchanges:     %s (%s bytes)\n", root,
	       st->mounted ? "mounted" : "not mounted", upper, bytes);
	printf("fsid:        %s\n", st->state.name ? st->state.fsid : "-");
	printf("exported:    %s (in files: %s)\n", exported_word(st),
	       st->in_exports ? "yes" : "no");
	printf("boot server: %s\n", boot_word(st));
}

int cmd_show(const struct options *o, struct error *err)
{
	cleanup_farm struct farm farm = { .lock = -1 };
	cleanup_host_status struct host_status st = { 0 };
	const struct host *h;

	if (command_farm(&farm, o, false, err) || farm_find(&farm, o->args.v[0], &h, err) ||
	    host_status_read(&st, &farm, h, err))
		return EXIT_FAILED;
	if (o->json)
		print_json(status_json(h, &st, &farm));
	else
		show_text(&farm, h, &st);
	return EXIT_OK;
}
