/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan: the executor is the only place that runs and undoes steps. */
#include "mkdcroot/plan/plan.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/interrupt.h"
#include "mkdcroot/base/json_file.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/plan/farm.h"

#include <stdarg.h>
#include <string.h>

void plan_init(struct plan *p, const char *fmt, ...)
{
	va_list ap;

	*p = (struct plan){ .commit = SIZE_MAX };
	va_start(ap, fmt);
	p->title = mem_vprintf(fmt, ap);
	va_end(ap);
}

void plan_free(struct plan *p)
{
	for (size_t i = 0; i < p->n; i++) {
		json_decref(p->step[i].args);
		free(p->step[i].text);
	}
	free(p->step);
	free(p->title);
	*p = (struct plan){ 0 };
}

void plan_add(struct plan *p, const struct step_type *type, json_t *args, const char *fmt, ...)
{
	va_list ap;

	/* Grown in powers of two. */
	if ((p->n & (p->n - 1)) == 0)
		p->step = mem_resize(p->step, p->n ? 2 * p->n : 1, sizeof(*p->step));
	va_start(ap, fmt);
	p->step[p->n++] = (struct step){ type, args, mem_vprintf(fmt, ap) };
	va_end(ap);
}

void plan_commit_here(struct plan *p)
{
	p->commit = p->n;
}

/* With @whole, arguments that are those of the step before are written too. */
static json_t *to_json(const struct plan *p, bool committed, bool whole)
{
	json_t *steps = json_array();

	for (size_t i = 0; i < p->n; i++) {
		const struct step *step = &p->step[i];
		bool same = !whole && i && step->args == p->step[i - 1].args;

		json_array_append_new(steps, json_pack("{s:s, s:O*, s:s}", "type", step->type->name,
						       "args", same ? NULL : step->args, "text",
						       step->text));
	}
	return json_pack("{s:s, s:o, s:I, s:b}", "title", p->title, "steps", steps, "commit",
			 p->commit > p->n ? (json_int_t)-1 : (json_int_t)p->commit, "committed",
			 committed);
}

void plan_print(const struct plan *p, bool json)
{
	if (json) {
		cleanup_json json_t *root = to_json(p, false, true);

		json_object_del(root, "committed");
		json_object_del(root, "commit");
		json_dumpf(root, stdout, JSON_INDENT(2));
		putchar('\n');
		return;
	}
	for (size_t i = 0; i < p->n; i++)
		printf("%zu. %s\n", i + 1, p->step[i].text);
}

static const struct step_type *find_type(const char *name)
{
	for (size_t i = 0; step_types[i]; i++)
		if (strcmp(step_types[i]->name, name) == 0)
			return step_types[i];
	return NULL;
}

static int from_json(struct plan *p, json_t *root, const char *path, bool *committed,
		     struct error *err)
{
	const char *title, *type, *text;
	json_t *steps, *args;
	json_error_t where;
	json_int_t commit;
	int done;

	if (json_unpack_ex(root, &where, 0, "{s:s, s:o, s:I, s:b}", "title", &title, "steps",
			   &steps, "commit", &commit, "committed", &done) < 0)
		return error_say(err, -EINVAL, "%s: not a journal of this version: %s", path,
				 where.text);
	plan_init(p, "%s", title);
	for (size_t i = 0; i < json_array_size(steps); i++) {
		args = p->n ? p->step[p->n - 1].args : NULL;
		if (json_unpack_ex(json_array_get(steps, i), &where, 0, "{s:s, s?o, s:s}", "type",
				   &type, "args", &args, "text", &text) < 0 ||
		    !args || !find_type(type))
			return error_say(err, -EINVAL, "%s: step %zu is unknown to this version",
					 path, i + 1);
		plan_add(p, find_type(type), json_incref(args), "%s", text);
	}
	p->commit = commit < 0 ? SIZE_MAX : (size_t)commit;
	*committed = done;
	return 0;
}

static int journal_write(struct farm *farm, const struct plan *p, bool committed, struct error *err)
{
	cleanup_free char *path = path_journal(&farm->settings);

	if (json_file_write(to_json(p, committed, false), path, true, err))
		return error_wrap(err, "write the journal");
	return 0;
}

/*
 * Once it is unlinked the plan is over for every command to come, so a sync that fails is only told: what
 * was done is there, and undoing it on such a disk would make things worse.
 */
static int journal_end(struct farm *farm, struct error *err)
{
	cleanup_error struct error problem = ERROR_INIT;
	cleanup_free char *path = path_journal(&farm->settings);
	int rc = fs_unlink(path, err);

	if (!rc && fs_sync_parent(path, &problem))
		log_warn("%s: if the power fails soon, the next command takes up what this one "
			 "has ended",
			 error_text(&problem));
	return rc;
}

/* Undo the steps before @n, the last first.  Goes on after a failure; the first one is kept. */
static int undo(struct farm *farm, const struct plan *p, size_t n, struct error *err)
{
	int rc = 0;

	while (n-- > 0) {
		cleanup_error struct error problem = ERROR_INIT;
		const struct step *step = &p->step[n];

		log_debug("take back: %s", step->text);
		if (!step->type->undo || !step->type->undo(farm, step->args, &problem))
			continue;
		if (!rc)
			rc = error_say(err, problem.status, "take back '%s': %s", step->text,
				       error_text(&problem));
		else
			log_warn("take back '%s': %s", step->text, error_text(&problem));
	}
	return rc;
}

/* Run steps @from to the end; *@done is how many of the plan are. */
static int run_from(struct farm *farm, const struct plan *p, size_t from, size_t *done,
		    plan_hook *hook, void *arg, struct error *err)
{
	for (size_t i = from; i < p->n; i++) {
		int rc;

		*done = i;
		if (interrupt_signal() && i < p->commit)
			return error_say(err, -EINTR, "interrupted (%s)",
					 strsignal(interrupt_signal()));
		if (i == p->commit && (rc = journal_write(farm, p, true, err)))
			return rc;
		if (hook)
			hook(i, &p->step[i], arg);
		log_debug("%s", p->step[i].text);
		rc = p->step[i].type->run(farm, p->step[i].args, err);
		if (rc && interrupt_signal())
			return error_say(err, -EINTR, "interrupted (%s)",
					 strsignal(interrupt_signal()));
		if (rc)
			return rc;
	}
	*done = p->n;
	return 0;
}

static int take_back(struct farm *farm, const struct plan *p, size_t done, struct error *err)
{
	cleanup_error struct error problem = ERROR_INIT;

	interrupt_clear();
	if (done >= p->commit) {
		error_append(err,
			     "; what is left of '%s' is done by the next mkdcroot command that "
			     "changes something",
			     p->title);
		return err->status;
	}
	/* The step that failed may have done a part. */
	if (undo(farm, p, done < p->n ? done + 1 : p->n, &problem) || journal_end(farm, &problem)) {
		error_append(err,
			     "; taking back what was done failed too: %s (the next mkdcroot "
			     "command that changes something tries again)",
			     error_text(&problem));
		return err->status;
	}
	if (done)
		error_append(err, "; what was done was taken back");
	return err->status;
}

int plan_run(struct farm *farm, const struct plan *p, plan_hook *hook, void *arg, struct error *err)
{
	size_t done = 0;
	int rc = journal_write(farm, p, false, err);

	if (rc)
		return rc;
	rc = run_from(farm, p, 0, &done, hook, arg, err);
	if (!rc)
		rc = journal_end(farm, err);
	return rc ? take_back(farm, p, done, err) : 0;
}

/* Of the files that a command replaces outside what its undoing deletes. */
static void remove_temporaries(const struct settings *s)
{
	fs_remove_temporaries(s->hosts);
	fs_remove_temporaries(s->exports);
	fs_remove_temporaries(s->bootptab);
	fs_remove_temporaries(s->ganesha_config);
}

int plan_recover(struct farm *farm, struct error *err)
{
	cleanup_free char *path = path_journal(&farm->settings);
	cleanup_plan struct plan p = { 0 };
	cleanup_json json_t *root = NULL;
	bool committed = false;
	size_t done;
	int rc;

	/* One that was killed while it wrote the journal had not begun. */
	fs_remove_temporaries(path);
	rc = fs_find(path, err);
	if (rc <= 0)
		return rc;
	root = json_file_read(path, err);
	rc = root ? from_json(&p, root, path, &committed, err) : err->status;
	if (rc)
		return error_wrap(err, "recover an interrupted command");
	/* The commit may have been written and not yet be on the disk: what it allows to delete must not go first. */
	if (committed && fs_sync_parent(path, err))
		return err->status;
	log_info("an earlier '%s' was interrupted: %s", p.title,
		 committed ? "completing it" : "taking it back");
	rc = committed ? run_from(farm, &p, p.commit, &done, NULL, NULL, err)
		       : undo(farm, &p, p.n, err);
	if (rc)
		return error_wrap(err, "recover an interrupted '%s'", p.title);
	remove_temporaries(&farm->settings);
	return journal_end(farm, err);
}
