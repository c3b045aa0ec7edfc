/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_settings: mkdcroot settings: what is in force, and (for the man page) what there is. */
#include "mkdcroot/base/json_file.h"
#include "mkdcroot/commands.h"

#include <stdio.h>

struct printing {
	const struct settings *settings;
	json_t *all; /* NULL: as text */
};

static void print_one(const char *key, const char *type, const char *preset, bool per_host,
		      const char *help, void *arg)
{
	const struct printing *p = arg;
	cleanup_str struct str value = STR_INIT;

	settings_value(p->settings, key, &value);
	if (p->all)
		json_array_append_new(p->all,
				      json_pack("{s:s, s:s, s:s, s:s, s:b, s:s}", "key", key,
						"value", str_text(&value), "type", type, "default",
						preset, "per_host", per_host, "help", help));
	else
		printf("%s = %s\n", key, str_text(&value));
}

int cmd_settings(const struct options *o, struct error *err)
{
	cleanup_farm struct farm farm = { .lock = -1 };
	cleanup_json json_t *all = o->json ? json_array() : NULL;
	struct printing p = { &farm.settings, all };

	if (command_farm(&farm, o, false, err))
		return EXIT_FAILED;
	settings_describe(print_one, &p);
	if (all) {
		json_dumpf(all, stdout, JSON_INDENT(2));
		putchar('\n');
	}
	return EXIT_OK;
}
