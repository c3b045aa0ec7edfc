/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_services: the services of a farm server, on the terminal. */
#include "mkdcroot/cmd_services.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/json_file.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/plan/service_status.h"
#include "mkdcroot/plan/services.h"

#include <stdio.h>

static void print_json(json_t *all)
{
	json_dumpf(all, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(all);
}

int services_print_lines(const struct farm *farm, const struct options *o, struct error *err)
{
	struct service_text texts[SERVICE_TEXTS] = { 0 };
	json_t *all = o->json ? json_array() : NULL;
	int rc = service_texts_make(texts, farm, distribution_here(), err);

	for (int i = 0; !rc && i < SERVICE_TEXTS; i++) {
		if (all)
			json_array_append_new(all, json_pack("{s:s, s:s, s:s}", "key", texts[i].key,
							     "file", texts[i].file, "text",
							     texts[i].text));
		else
			printf("%s#### %s\n\n%s", i ? "\n" : "", texts[i].file, texts[i].text);
	}
	service_texts_free(texts);
	if (all && !rc)
		print_json(all);
	else
		json_decref(all);
	return rc ? EXIT_FAILED : EXIT_OK;
}

static const char *const need_words[] = {
	[SERVICE_NOT_NEEDED] = "no",
	[SERVICE_NEEDED] = "yes",
	[SERVICE_ELSEWHERE] = "elsewhere",
};

static const char *const state_words[] = {
	[SERVICE_DOWN] = "not running",
	[SERVICE_UP] = "running",
	[SERVICE_OTHER_ADDRESS] = "other address",
};

static void print_row(const struct service_info *info, const struct service_status *s)
{
	cleanup_free char *note = NULL;

	if (s->need == SERVICE_ELSEWHERE)
		note = mem_printf("at %s", s->elsewhere);
	else if (service_is_missing(s) && s->state == SERVICE_OTHER_ADDRESS)
		note = mem_printf("%s%slistens on %s only", s->by, *s->by ? " " : "", s->where);
	else if (service_is_missing(s))
		note = *s->start ? mem_printf("start: %s", s->start)
				 : mem_strdup("see mkdcroot serve --print-services");
	else
		note = mem_strdup(s->by);
	printf("%-12s %-9s %-10s %-14s %s\n", info->name, info->port, need_words[s->need],
	       state_words[s->state], *note ? note : "-");
}

static json_t *to_json(const struct service_info *info, const struct service_status *s)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "service", info->key,
			 "port", info->port, "needed", need_words[s->need], "state",
			 state_words[s->state], "by", s->by, "address", s->where, "elsewhere",
			 s->elsewhere, "start", s->start, "missing", service_is_missing(s));
}

int services_print_status(const struct farm *farm, bool json)
{
	cleanup_services struct services all;
	json_t *array = json ? json_array() : NULL;
	bool missing = false;

	services_read(&all, farm, true);
	if (!array)
		printf("%-12s %-9s %-10s %-14s %s\n", "SERVICE", "PORT", "NEEDED", "STATE", "BY");
	for (int i = 0; i < N_SERVICES; i++) {
		missing = missing || service_is_missing(&all.service[i]);
		if (array)
			json_array_append_new(array, to_json(&service_infos[i], &all.service[i]));
		else
			print_row(&service_infos[i], &all.service[i]);
	}
	if (!array && missing && all.distribution && !all.distribution->tested)
		printf("How services are started on %s is untested.\n", all.distribution->name);
	if (array)
		print_json(array);
	return missing ? EXIT_PARTLY : EXIT_OK;
}
