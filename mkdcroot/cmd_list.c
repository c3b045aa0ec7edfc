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

static json_t *status_json(const struct host *h, const struct host_status *st)
{
	json_t *out = host_json(h);

	json_object_update_new(out, json_pack("{s:b, s:b, s:b, s:s, s:s, s:b, s:i}", "made",
					      st->state.name != NULL, "mounted", st->mounted,
					      "in_exports", st->in_exports, "exported",
					      exported_word(st), "boot_server", boot_word(st),
					      "good", host_status_is_good(st), "generation",
					      (int)st->state.generation));
	return out;
}

/* The hosts that were named, or all of them. */
static int choose(const struct farm *farm, const struct options *o, const struct host ***hosts,
		  size_t *n, struct error *err)
{
	int rc = 0;

	*n = o->args.n ? o->args.n : farm->hosts.n;
	*hosts = mem_new((*n + 1) * sizeof(**hosts));
	for (size_t i = 0; !rc && i < *n; i++)
		if (o->args.n)
			rc = farm_find(farm, o->args.v[i], &(*hosts)[i], err);
		else
			(*hosts)[i] = &farm->hosts.host[i];
	return rc;
}

static void print_status(const struct host *h, const struct host_status *st)
{
	cleanup_free char *generation =
		mem_printf("%s/%u", st->state.name ? st->state.layer : h->layer,
			   st->state.generation);
	char ip[IP_TEXT_MAX];

	printf("%-20s %-15s %-14s %-8s %-9s %s\n", h->name, ip_format(&h->ip, ip), generation,
	       st->mounted ? "yes" : "no", st->in_exports ? exported_word(st) : "not in files",
	       boot_word(st));
}

/* The table of hosts; *@good says whether all is as it should be. */
static void show_hosts(const struct host *const *hosts, const struct host_status *st, size_t n,
		       bool json, bool *good)
{
	json_t *all = json ? json_array() : NULL;

	if (!json)
		printf("%-20s %-15s %-14s %-8s %-9s %s\n", "NAME", "IP", "GENERATION", "MOUNTED",
		       "EXPORTED", "BOOT SERVER");
	for (size_t i = 0; i < n; i++) {
		*good = *good && host_status_is_good(&st[i]);
		if (json)
			json_array_append_new(all, status_json(hosts[i], &st[i]));
		else
			print_status(hosts[i], &st[i]);
	}
	if (json)
		print_json(all);
}

int cmd_status(const struct options *o, struct error *err)
{
	cleanup_farm struct farm farm = { .lock = -1 };
	cleanup_free const struct host **hosts = NULL;
	cleanup_free struct host_status *st = NULL;
	bool good = true;
	size_t n = 0;
	int rc = command_farm(&farm, o, false, err);

	if (!rc)
		rc = choose(&farm, o, &hosts, &n, err);
	if (rc)
		return EXIT_FAILED;
	if (o->services)
		return services_print_status(&farm, o->json);
	st = mem_new((n + 1) * sizeof(*st));
	rc = host_status_read_all(st, &farm, hosts, n, HOST_STATUS_SEEN, err);
	if (!rc)
		show_hosts(hosts, st, n, o->json, &good);
	if (!rc && !o->json && !o->args.n)
		putchar('\n'), services_print_status(&farm, false);
	for (size_t i = 0; i < n; i++)
		host_status_free(&st[i]);
	return rc ? EXIT_FAILED : good ? EXIT_OK : EXIT_PARTLY;
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
		print_json(status_json(h, &st));
	else
		show_text(&farm, h, &st);
	return EXIT_OK;
}
