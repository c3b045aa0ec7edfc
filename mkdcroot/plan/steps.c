/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steps: the table for the journal's reader, and a host's arguments. */
#include "mkdcroot/plan/steps.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"

#include <string.h>

const struct step_type *const step_types[] = {
	&step_make_host,
	&step_make_mount_point,
	&step_mount,
	&step_personalise,
	&step_sync_host,
	&step_retire_host,
	&step_remove_mount_point,
	&step_delete_host,
	&step_register_host,
	&step_register_exports,
	&step_register_boot,
	&step_export,
	&step_unregister_host,
	&step_unregister_exports,
	&step_unregister_boot,
	&step_take_away,
	&step_make_layer,
	&step_fill_stage,
	&step_prepare,
	&step_make_generation,
	&step_mount_generation,
	&step_publish_layer,
	&step_unmount_layer,
	&step_retire_layer,
	&step_delete_layer,
	&step_make_image,
	&step_place_image,
	&step_link_image,
	&step_boot_image,
	&step_drop_image,
	NULL,
};

json_t *step_host_args(const struct host *h, const struct host_state *state)
{
	cleanup_free char *line = host_format(h);

	return json_pack("{s:s, s:s, s:i, s:s, s:I}", "line", line, "layer", state->layer,
			 "generation", (int)state->generation, "fsid", state->fsid, "created",
			 (json_int_t)state->created);
}

int step_host_load(struct step_host *sh, struct farm *farm, const json_t *args, struct error *err)
{
	const char *line, *layer, *fsid;
	json_error_t where;
	json_int_t created;
	int generation, rc;

	*sh = (struct step_host){ 0 };
	if (json_unpack_ex((json_t *)args, &where, 0, "{s:s, s:s, s:i, s:s, s:I}", "line", &line,
			   "layer", &layer, "generation", &generation, "fsid", &fsid, "created",
			   &created) < 0)
		return error_say(err, -EINVAL, "a step's arguments: %s", where.text);
	rc = hosts_file_parse(&sh->parsed, "journal", line, strlen(line), err);
	if (rc)
		return rc;
	if (sh->parsed.n != 1)
		return error_say(err, -EINVAL, "a step's arguments: no host in '%s'", line);
	sh->host = &sh->parsed.host[0];
	sh->state = (struct host_state){ .name = mem_strdup(sh->host->name),
					 .ip = sh->host->ip,
					 .layer = mem_strdup(layer),
					 .generation = (unsigned int)generation,
					 .created = created };
	memccpy(sh->state.fsid, fsid, '\0', sizeof(sh->state.fsid) - 1);
	return settings_for_host(&sh->own, &farm->settings, sh->host, err);
}

void step_host_free(struct step_host *sh)
{
	hosts_file_free(&sh->parsed);
	host_state_free(&sh->state);
	settings_free(&sh->own);
}
