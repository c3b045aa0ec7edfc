/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host_plan: the order of the steps is DESIGN: what goes is unregistered before it is taken down, and a root
 * is complete before anything says that it exists.
 */
#include "mkdcroot/plan/host_plan.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/json_file.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/plan/steps.h"

#include <string.h>

/* Which hosts a step is about. */
typedef bool choose_fn(const struct host_job *job);

static bool is_new(const struct host_job *job)
{
	return job->verb == HOST_ADD;
}

static bool goes(const struct host_job *job)
{
	return job->verb == HOST_REMOVE;
}

static bool is_there(const struct host_job *job, unsigned int todo)
{
	return !is_new(job) && !goes(job) && (job->todo & todo);
}

static bool moves(const struct host_job *job)
{
	return is_there(job, TODO_MOVE);
}

static bool leaves_its_place(const struct host_job *job)
{
	return goes(job) || moves(job);
}

static bool needs_mount(const struct host_job *job)
{
	return is_new(job) || moves(job);
}

static bool needs_repair(const struct host_job *job)
{
	return is_there(job, TODO_ROOT) && !moves(job);
}

static bool needs_files(const struct host_job *job)
{
	return is_there(job, TODO_FILES);
}

static bool needs_state(const struct host_job *job)
{
	return is_there(job, TODO_STATE);
}

static bool needs_sync(const struct host_job *job)
{
	return is_new(job) || is_there(job, TODO_STATE | TODO_FILES | TODO_ROOT);
}

static bool line_comes(const struct host_job *job)
{
	return is_new(job) && (job->todo & TODO_LINE);
}

static bool line_goes(const struct host_job *job)
{
	return goes(job) && (job->todo & TODO_LINE);
}

static bool line_changes(const struct host_job *job)
{
	return is_there(job, TODO_LINE);
}

static bool needs_exports(const struct host_job *job)
{
	return is_new(job) || is_there(job, TODO_EXPORTS);
}

static bool needs_boot(const struct host_job *job)
{
	return is_new(job) || is_there(job, TODO_BOOT);
}

static bool needs_live(const struct host_job *job)
{
	return is_new(job) || is_there(job, TODO_LIVE);
}

/* Its arguments as it is to be, or with @gone as it was at the place that it leaves. */
static json_t *job_args(const struct host_job *job, bool gone)
{
	bool moved = moves(job);
	json_t *args = step_host_args(gone && moved ? &job->was : &job->host, &job->state);

	if (job->was.name && !gone) {
		cleanup_free char *was = host_format(&job->was);

		json_object_set_new(args, "was", json_string(was));
		json_object_set_new(args, "was_made", json_string(job->was_made));
		json_object_set_new(args, "stays", json_boolean(!moved));
	}
	if (gone ? job->keep_root : job->old_root)
		json_object_set_new(args, "keep_root", json_true());
	if (job->text)
		json_object_set_new(args, "text", json_string(job->text));
	if (job->text_was)
		json_object_set_new(args, "text_was", json_string(job->text_was));
	return args;
}

struct building {
	struct plan *plan;
	const struct host_jobs *jobs;
	/* The arguments of the step before: the next one often is about the same hosts. */
	json_t *last;
	bool last_gone;
	unsigned char *last_set, *set; /* a byte a job */
	const struct host_job *only;   /* of the set, when it is but one */
	size_t n;		       /* in the set */
};

static json_t *make_args(struct building *b, bool gone)
{
	json_t *hosts = json_array();

	for (size_t i = 0; i < b->jobs->n; i++)
		if (b->set[i])
			json_array_append_new(hosts, job_args(&b->jobs->v[i], gone));
	return json_pack("{s:o}", "hosts", hosts);
}

static void choose(struct building *b, choose_fn *which)
{
	b->n = 0;
	for (size_t i = 0; i < b->jobs->n; i++) {
		b->set[i] = which(&b->jobs->v[i]);
		if (b->set[i])
			b->only = &b->jobs->v[i];
		b->n += b->set[i];
	}
}

/*
 * A step for the hosts of @which, if there are any.  Its text is @one, with the host's name or root in
 * the place of %s, or for several @many, with their number for %zu.
 */
static void add_step(struct building *b, choose_fn *which, bool gone, const struct step_type *type,
		     const char *subject, const char *one, const char *many)
{
	cleanup_str struct str text = STR_INIT;
	size_t size = b->jobs->n;

	choose(b, which);
	if (!b->n)
		return;
	if (!b->last || b->last_gone != gone || memcmp(b->set, b->last_set, size) != 0) {
		json_decref(b->last);
		b->last = make_args(b, gone);
		b->last_gone = gone;
		memcpy(b->last_set, b->set, size);
	}
	for (const char *p = b->n == 1 ? one : many; *p; p++)
		if (*p != '%')
			str_addc(&text, *p);
		else if (b->n == 1)
			str_add(&text, subject);
		else
			str_addf(&text, "%zu", b->n);
	plan_add(b->plan, type, json_incref(b->last), "%s", str_text(&text));
}

/* What a step's text can be about. */
enum subject { S_NAME, S_ROOT, S_OLD_ROOT, S_DIR };

static char *subject_of(const struct building *b, const struct farm *farm, enum subject subject)
{
	const struct settings *s = &farm->settings;
	const struct host_job *job = b->only;

	if (subject == S_DIR)
		return path_host(s, job->host.name);
	if (subject == S_ROOT)
		return path_root(s, &job->host.ip);
	if (subject == S_OLD_ROOT)
		return path_root(s, moves(job) ? &job->was.ip : &job->host.ip);
	return mem_strdup(job->host.name);
}

static const char *boot_file_of(const struct farm *farm)
{
	return farm->n_boot && farm->boot[0] == &boot_server_bootptab ? farm->settings.bootptab
								      : "the boot server's files";
}

static const char *exports_of(const struct farm *farm)
{
	return farm->nfs.ops == &nfs_server_kernel ? farm->settings.exports : farm->nfs.ops->name;
}

/* One row a step; "%" is the subject, or the number of hosts; "@h", "@e", "@b" are files' names. */
struct row {
	choose_fn *which;
	bool gone;
	const struct step_type *type;
	enum subject subject;
	const char *one, *many;
};

static const struct row before_commit[] = {
	{ leaves_its_place, true, &step_unregister_boot, S_NAME, "take % out of @b",
	  "take % hosts out of @b" },
	{ leaves_its_place, true, &step_unregister_exports, S_OLD_ROOT,
	  "take % out of the NFS server's files", "take % roots out of the NFS server's files" },
	{ leaves_its_place, true, &step_take_away, S_OLD_ROOT, "stop exporting % and unmount it",
	  "stop exporting % roots and unmount them" },
	{ line_goes, true, &step_unregister_host, S_NAME, "take % out of @h",
	  "take % hosts out of @h" },
	{ goes, true, &step_retire_host, S_DIR, "put % aside",
	  "put the directories of % hosts aside" },
	{ is_new, false, &step_make_host, S_DIR, "create % for the host's own changes",
	  "create directories for the own changes of % hosts" },
	{ is_new, false, &step_make_mount_point, S_ROOT, "create the mount point %",
	  "create % mount points" },
	{ moves, false, &step_move_root, S_ROOT,
	  "create the mount point % and let the link by its "
	  "name point to it",
	  "create % new mount points and let the links by the hosts' names point to them" },
	{ needs_mount, false, &step_mount, S_ROOT, "mount layer and changes at %",
	  "mount layers and changes at % roots" },
	{ needs_repair, false, &step_repair_root, S_ROOT, "make and mount what is missing of %",
	  "make and mount what is missing of % roots" },
	{ is_new, false, &step_personalise, S_NAME,
	  "write %'s name, addresses, keys, fstab and network configuration",
	  "write names, addresses, keys, fstab and network configuration of % hosts" },
	{ needs_files, false, &step_personalise_again, S_NAME,
	  "write what is different now of %'s name, addresses, keys, fstab and network "
	  "configuration",
	  "write what is different now in the roots of % hosts" },
	{ needs_state, false, &step_update_state, S_NAME, "note what % was made from",
	  "note what % hosts were made from" },
	{ needs_sync, false, &step_sync_host, S_NAME, "make it durable", "make it durable" },
	{ line_comes, false, &step_register_host, S_NAME, "add % to @h", "add % hosts to @h" },
	{ line_changes, false, &step_change_line, S_NAME, "change the line of % in @h",
	  "change the lines of % hosts in @h" },
	{ needs_exports, false, &step_register_exports, S_ROOT,
	  "register % in the NFS server's files (@e)",
	  "register % roots in the NFS server's files (@e)" },
	{ needs_boot, false, &step_register_boot, S_NAME, "register % in @b",
	  "register % hosts in @b" },
	{ needs_live, false, &step_export, S_ROOT, "export % by the running NFS server",
	  "export % roots by the running NFS server" },
};

static const struct row behind_commit[] = {
	{ leaves_its_place, true, &step_remove_mount_point, S_OLD_ROOT, "remove the mount point %",
	  "remove % mount points" },
	{ goes, true, &step_delete_host, S_NAME, "delete the host's own changes",
	  "delete the own changes of % hosts" },
};

/* @text with the files' names in it. */
static char *with_files(const struct farm *farm, const char *text)
{
	struct str out = STR_INIT;

	for (; *text; text++)
		if (text[0] != '@')
			str_addc(&out, *text);
		else if (*++text == 'h')
			str_add(&out, farm->settings.hosts);
		else
			str_add(&out, *text == 'e' ? exports_of(farm) : boot_file_of(farm));
	return str_steal(&out);
}

static void add_row(struct building *b, const struct farm *farm, const struct row *row)
{
	cleanup_free char *one = NULL, *many = NULL, *subject = NULL;
	const char *text = row->one;

	choose(b, row->which);
	if (!b->n)
		return;
	if (row->type == &step_register_boot && b->n == 1 && b->only->waiting)
		text = "do not yet register % in the boot server's files: it waits for its MAC";
	one = with_files(farm, text);
	many = with_files(farm, row->many);
	subject = subject_of(b, farm, row->subject);
	add_step(b, row->which, row->gone, row->type, subject, one, many);
}

void host_plan(struct plan *p, const struct farm *farm, const struct host_jobs *jobs)
{
	cleanup_free unsigned char *set = mem_new(jobs->n + 1), *last = mem_new(jobs->n + 1);
	struct building b = { .plan = p, .jobs = jobs, .set = set, .last_set = last };
	bool any_goes = false;

	for (size_t i = 0; i < sizeof(before_commit) / sizeof(before_commit[0]); i++)
		add_row(&b, farm, &before_commit[i]);
	for (size_t i = 0; i < jobs->n; i++)
		any_goes = any_goes || leaves_its_place(&jobs->v[i]);
	if (any_goes)
		plan_commit_here(p);
	for (size_t i = 0; i < sizeof(behind_commit) / sizeof(behind_commit[0]); i++)
		add_row(&b, farm, &behind_commit[i]);
	json_decref(b.last);
}
