/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steps: the table for the journal's reader, and a host's arguments. */
#include "mkdcroot/plan/steps.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/interrupt.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/progress.h"

#include <errno.h>
#include <string.h>

/* Fewer hosts are done before anybody looks. */
#define PROGRESS_FROM 20

const struct step_type *const step_types[] = {
	&step_make_host,
	&step_make_mount_point,
	&step_mount,
	&step_personalise,
	&step_sync_host,
	&step_retire_host,
	&step_remove_mount_point,
	&step_delete_host,
	&step_move_root,
	&step_repair_root,
	&step_personalise_again,
	&step_update_state,
	&step_register_host,
	&step_register_exports,
	&step_register_boot,
	&step_export,
	&step_unregister_host,
	&step_unregister_exports,
	&step_unregister_boot,
	&step_take_away,
	&step_change_line,
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

	return json_pack("{s:s, s:s, s:i, s:s, s:I, s:s}", "line", line, "layer", state->layer,
			 "generation", (int)state->generation, "fsid", state->fsid, "created",
			 (json_int_t)state->created, "made", state->made);
}

static int parse_line(struct hosts_file *parsed, const char *line, const struct host **h,
		      struct error *err)
{
	int rc = hosts_file_parse(parsed, "journal", line, strlen(line), err);

	if (!rc && parsed->n != 1)
		rc = error_say(err, -EINVAL, "a step's arguments: no host in '%s'", line);
	if (!rc)
		*h = &parsed->host[0];
	return rc;
}

int step_host_load(struct step_host *sh, struct farm *farm, const json_t *args, struct error *err)
{
	const char *line, *layer, *fsid, *made = "", *was = NULL;
	json_error_t where;
	json_int_t created;
	int generation, stays = 0, keep_root = 0, rc;

	*sh = (struct step_host){ 0 };
	if (json_unpack_ex((json_t *)args, &where, 0,
			   "{s:s, s:s, s:i, s:s, s:I, s?s, s?s, s?s, s?s, s?s, s?b, s?b}", "line",
			   &line, "layer", &layer, "generation", &generation, "fsid", &fsid,
			   "created", &created, "made", &made, "was", &was, "was_made",
			   &sh->was_made, "text", &sh->text, "text_was", &sh->text_was, "stays",
			   &stays, "keep_root", &keep_root) < 0)
		return error_say(err, -EINVAL, "a step's arguments: %s", where.text);
	rc = parse_line(&sh->parsed, line, &sh->host, err);
	if (!rc && was)
		rc = parse_line(&sh->was_parsed, was, &sh->was, err);
	if (rc)
		return rc;
	sh->stays = stays;
	sh->keep_root = keep_root;
	sh->state = (struct host_state){ .name = mem_strdup(sh->host->name),
					 .ip = sh->host->ip,
					 .layer = mem_strdup(layer),
					 .generation = (unsigned int)generation,
					 .created = created,
					 .line = mem_strdup(line) };
	memccpy(sh->state.fsid, fsid, '\0', sizeof(sh->state.fsid) - 1);
	memccpy(sh->state.made, made, '\0', sizeof(sh->state.made) - 1);
	return settings_for_host(&sh->own, &farm->settings, sh->host, err);
}

void step_host_free(struct step_host *sh)
{
	hosts_file_free(&sh->parsed);
	hosts_file_free(&sh->was_parsed);
	host_state_free(&sh->state);
	settings_free(&sh->own);
}

size_t step_hosts_n(const json_t *args)
{
	const json_t *hosts = json_object_get(args, "hosts");

	return hosts ? json_array_size(hosts) : 1;
}

const json_t *step_hosts_get(const json_t *args, size_t i)
{
	const json_t *hosts = json_object_get(args, "hosts");

	return hosts ? json_array_get(hosts, i) : args;
}

static int do_one(struct farm *farm, const json_t *args, step_host_fn *fn, void *arg,
		  struct error *err)
{
	cleanup_step_host struct step_host sh;
	int rc = step_host_load(&sh, farm, args, err);

	return rc ? rc : fn(farm, &sh, arg, err);
}

/* Which of several hosts it was: its line begins with its name. */
static int say_failure(const json_t *args, size_t i, size_t n, const struct error *problem,
		       struct error *err)
{
	const char *line = json_string_value(json_object_get(step_hosts_get(args, i), "line"));

	if (n == 1 || !line)
		return error_say(err, problem->status, "%s", error_text(problem));
	return error_say(err, problem->status, "%.*s: %s", (int)strcspn(line, " "), line,
			 error_text(problem));
}

int step_hosts_each(struct farm *farm, const json_t *args, enum step_pass pass, const char *what,
		    step_host_fn *fn, void *arg, struct error *err)
{
	size_t n = step_hosts_n(args), i;
	struct progress progress;
	int rc = 0;

	if (what)
		progress_begin_count(&progress, what, n, farm->quiet || n < PROGRESS_FROM);
	for (i = 0; i < n && (!rc || pass == STEP_UNDO); i++) {
		cleanup_error struct error problem = ERROR_INIT;

		if (pass == STEP_RUN && interrupt_signal())
			rc = error_set(err, -EINTR, "%s", what ? what : "step");
		else if (do_one(farm, step_hosts_get(args, i), fn, arg, &problem) && !rc)
			rc = say_failure(args, i, n, &problem, err);
		if (what)
			progress_update(&progress, i + 1);
	}
	if (what)
		progress_end(&progress);
	return rc;
}
