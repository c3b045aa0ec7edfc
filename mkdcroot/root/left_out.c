/* SPDX-License-Identifier: GPL-2.0-or-later */
/* left_out: see the header. */
#include "mkdcroot/root/left_out.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"

#include <string.h>

void left_out_add(struct left_out *l, const char *path, const char *rule)
{
	strv_add(&l->paths, path);
	strv_add(&l->rules, rule);
}

void left_out_free(struct left_out *l)
{
	strv_free(&l->paths);
	strv_free(&l->rules);
}

static void tell_volumes(const struct volumes *volumes)
{
	for (size_t i = 0; i < volumes->n; i++) {
		const struct volume *v = &volumes->v[i];

		if (!v->why)
			log_debug("taken: %s (%s, %s)", v->target, v->type, v->source);
		else if (!v->expected)
			log_info("left out: %s (%s, %s): %s", v->target, v->type, v->source,
				 v->why);
		else
			log_debug("left out: %s (%s): %s", v->target, v->type, v->why);
	}
}

void left_out_tell(const struct left_out *l)
{
	if (l->volumes)
		tell_volumes(l->volumes);
	for (size_t i = 0; i < l->paths.n; i++) {
		cleanup_free char *path = str_printable(l->paths.v[i]);

		log_debug("left out: %s (%s)", path, l->rules.v[i]);
	}
	if (l->paths.n)
		log_info("left out: %zu files and directories that the profile excludes (layer "
			 "show --verbose lists them)",
			 l->paths.n);
}

/* JSON is UTF-8, a path need not be. */
static json_t *text(const char *bytes)
{
	cleanup_str struct str out = STR_INIT;
	json_t *value = json_string(bytes);

	for (; !value && *bytes; bytes++) {
		if ((unsigned char)*bytes < 0x80)
			str_addc(&out, *bytes);
		else
			str_addf(&out, "\\x%02x", (unsigned char)*bytes);
	}
	return value ? value : json_string(str_text(&out));
}

json_t *left_out_json(const struct left_out *l)
{
	json_t *volumes = json_array(), *paths = json_array();

	for (size_t i = 0; l->volumes && i < l->volumes->n; i++) {
		const struct volume *v = &l->volumes->v[i];

		json_array_append_new(volumes, json_pack("{s:o, s:o, s:o, s:s?}", "target",
							 text(v->target), "type", text(v->type),
							 "source", text(v->source), "why", v->why));
	}
	for (size_t i = 0; i < l->paths.n; i++)
		json_array_append_new(paths, json_pack("{s:o, s:o}", "path", text(l->paths.v[i]),
						       "rule", text(l->rules.v[i])));
	return json_pack("{s:o, s:o}", "file_systems", volumes, "paths", paths);
}
