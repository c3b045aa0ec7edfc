/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host_apply: the farm as it is beside the farm as its hosts file has it. */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/json_file.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/plan/host_jobs.h"
#include "mkdcroot/plan/host_status.h"

#include <errno.h>
#include <string.h>

static void say(struct host_job *job, const char *what)
{
	str_addf(&job->why, "%s%s", job->why.len ? ", " : "", what);
}

static bool same_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool same_settings(const struct host *a, const struct host *b)
{
	bool same = a->settings.n == b->settings.n;

	for (size_t i = 0; same && i < a->settings.n; i++)
		same = strcmp(a->settings.v[i], b->settings.v[i]) == 0;
	return same;
}

/* What the host's line says otherwise than the one that its root was made from. */
static void compare_lines(struct host_job *job)
{
	const struct host *h = &job->host, *was = &job->was;
	char old[IP_TEXT_MAX], now[IP_TEXT_MAX];

	if (!ip_equal(&h->ip, &was->ip))
		str_addf(&job->why, "%saddress %s to %s", job->why.len ? ", " : "",
			 ip_format(&was->ip, old), ip_format(&h->ip, now));
	if (h->mac.set != was->mac.set || (h->mac.set && !mac_equal(&h->mac, &was->mac)))
		say(job, "MAC");
	if (!same_text(h->role, was->role))
		say(job, "role");
	if (!same_text(h->nic, was->nic))
		say(job, "NIC");
	if (!same_settings(h, was))
		say(job, "settings");
}

/* What has to be done about its files, by what they were made from. */
static void find_changes(struct host_job *job, const struct host_status *st)
{
	bool line = !st->state.line || strcmp(st->state.line, job->state.line) != 0;

	if (!ip_equal(&job->host.ip, &job->was.ip))
		job->todo |=
			TODO_MOVE | TODO_FILES | TODO_STATE | TODO_EXPORTS | TODO_BOOT | TODO_LIVE;
	if (line || strcmp(st->state.made, job->state.made) != 0)
		job->todo |= TODO_FILES | TODO_STATE;
	compare_lines(job);
	if (job->todo && !job->why.len)
		say(job, st->state.line ? "settings of the farm" : "made by an older version");
}

static void find_damage(struct host_job *job, const struct host_status *st)
{
	if (!st->stored) {
		job->todo |= TODO_ROOT | TODO_FILES;
		say(job, "its directories are not complete");
	}
	/* Moving makes the place and the mount. */
	if (!(job->todo & TODO_MOVE) && !st->placed)
		job->todo |= TODO_ROOT, say(job, "no mount point or link");
	if (!(job->todo & TODO_MOVE) && !st->mounted)
		job->todo |= TODO_ROOT, say(job, "not mounted");
	if (!(job->todo & TODO_EXPORTS) && !st->exports_right) {
		job->todo |= TODO_EXPORTS | TODO_LIVE;
		say(job, st->in_exports ? "its export is not as wanted"
					: "not in the NFS server's files");
	}
	if (!(job->todo & TODO_LIVE) && st->running && st->exported == 0)
		job->todo |= TODO_LIVE, say(job, "not exported");
	if (!(job->todo & TODO_BOOT) && !st->boot_right) {
		job->todo |= TODO_BOOT;
		say(job, st->in_boot ? "its boot server entry is not as wanted"
				     : "not in the boot server's files");
	}
}

static int check_layer(const struct host *h, const struct host_state *state, struct error *err)
{
	if (strcmp(h->layer, state->layer) == 0)
		return 0;
	return error_say(err, -EOPNOTSUPP,
			 "host %s: its root is of layer %s, and apply does not bring it to layer "
			 "%s: put layer=%s back; another layer is a new root: remove the host and "
			 "add it",
			 h->name, state->layer, h->layer, state->layer);
}

/* Things of another kind in their place are not ours to delete. */
static int check_store(const struct farm *farm, const struct host *h, const struct host_status *st,
		       struct error *err)
{
	cleanup_free char *upper = path_host_upper(&farm->settings, h->name);
	cleanup_free char *work = path_host_work(&farm->settings, h->name);
	bool has_upper = fs_exists(upper);

	if (st->stored)
		return 0;
	if (st->mounted)
		return error_say(err, -EIO,
				 "host %s: %s or %s is gone below its mounted root: unmount it "
				 "(mkdcroot umount %s), then apply again",
				 h->name, upper, work, h->name);
	if (has_upper && fs_exists(work))
		return error_say(
			err, -ENOTDIR,
			"host %s: %s and %s have to be directories: move away what is none",
			h->name, upper, work);
	return 0;
}

/* A host that is there, as @h wants it; nothing is left of the job when nothing is to be done. */
static void job_change(struct job_maker *m, const struct host *h, struct host_status *st,
		       const char *origin)
{
	cleanup_error struct error problem = ERROR_INIT;
	struct host_job *job = job_new(m, HOST_CHANGE, h);
	cleanup_free char *line = host_format(h);

	job->origin = origin;
	job->line = h->line;
	job->was = host_as_made(&st->state, h);
	memcpy(job->was_made, st->state.made, sizeof(job->was_made));
	job->state = (struct host_state){ .name = mem_strdup(h->name),
					  .ip = h->ip,
					  .layer = mem_strdup(st->state.layer),
					  .generation = st->state.generation,
					  .created = st->state.created,
					  .line = steal_ptr(&line) };
	memcpy(job->state.fsid, st->state.fsid, sizeof(job->state.fsid));
	host_made_digest(&m->made, h, job->state.line, job->state.made);
	if (check_layer(h, &st->state, &problem) || check_store(m->farm, h, st, &problem) ||
	    (strcmp(job->state.made, st->state.made) != 0 && job_check_host(m, h, &problem)))
		job_problem(m->jobs, job, &problem);
	find_changes(job, st);
	if (!(job->todo & TODO_FILES))
		job->verb = HOST_REPAIR;
	find_damage(job, st);
}

/* The job at the end, unless it has something to do, goes. */
static void drop_idle(struct host_jobs *jobs)
{
	if (jobs->n && !jobs->v[jobs->n - 1].todo)
		job_free(&jobs->v[--jobs->n]);
}

/* Hosts of the store that have no line. */
static int find_orphans(struct job_maker *m, bool prune, struct error *err)
{
	cleanup_free char *path = mem_printf("%s/hosts", m->farm->settings.store);
	cleanup_dir DIR *dir = opendir(path);
	struct dirent *entry;
	int rc = 0;

	if (!dir)
		return errno == ENOENT ? 0 : error_set(err, -errno, "list %s", path);
	while (!rc && (errno = 0, entry = readdir(dir))) {
		cleanup_host_state struct host_state state = { 0 };
		cleanup_free char *file = path_host_state(&m->farm->settings, entry->d_name);
		int there = 0;

		if (entry->d_name[0] != '.' && !hosts_file_find(&m->farm->hosts, entry->d_name))
			there = fs_find(file, err);
		if (there < 0)
			return there;
		if (!there)
			continue;
		if (!prune) {
			strv_add(&m->jobs->orphans, entry->d_name);
			continue;
		}
		rc = host_state_read(&state, &m->farm->settings, entry->d_name, err);
		if (!rc)
			job_remove(m, &state, NULL);
	}
	return rc || !errno ? rc : error_set(err, -errno, "list %s", path);
}

static int read_status(struct host_status **out, struct farm *farm, const struct host *const *h,
		       size_t n, struct error *err)
{
	*out = mem_new((n + 1) * sizeof(**out));
	return host_status_read_all(*out, farm, h, n, HOST_STATUS_COMPARED, err);
}

static void free_status(struct host_status *st, size_t n)
{
	for (size_t i = 0; i < n; i++)
		host_status_free(&st[i]);
	free(st);
}

int host_jobs_apply(struct host_jobs *jobs, struct farm *farm, bool prune, struct error *err)
{
	size_t n = farm->hosts.n;
	cleanup_free const struct host **hosts = mem_new((n + 1) * sizeof(*hosts));
	cleanup_job_maker struct job_maker m;
	struct host_status *st = NULL;
	int rc;

	job_maker_open(&m, jobs, farm);
	for (size_t i = 0; i < n; i++)
		hosts[i] = &farm->hosts.host[i];
	rc = read_status(&st, farm, hosts, n, err);
	if (!rc)
		rc = find_orphans(&m, prune, err);
	for (size_t i = 0; !rc && i < n; i++) {
		if (st[i].state.name)
			job_change(&m, hosts[i], &st[i], farm->hosts.path);
		else
			job_add(&m, hosts[i], farm->hosts.path);
		if (st[i].state.name)
			drop_idle(jobs);
	}
	free_status(st, n);
	return rc ? rc : jobs_check(&m, err);
}

static bool is_set_before(const struct strv *assignments, size_t i)
{
	size_t len = strcspn(assignments->v[i], "=") + 1;

	for (size_t k = 0; k < i; k++)
		if (strncmp(assignments->v[k], assignments->v[i], len) == 0)
			return true;
	return false;
}

/* The address and MAC that the host gets must be nobody else's. */
static int check_unique(const struct farm *farm, const struct host *now, struct error *err)
{
	for (size_t i = 0; i < farm->hosts.n; i++) {
		const struct host *other = &farm->hosts.host[i];
		bool ip = ip_equal(&other->ip, &now->ip);

		if (strcasecmp(other->name, now->name) == 0 ||
		    !(ip || (now->mac.set && mac_equal(&other->mac, &now->mac))))
			continue;
		return error_say(err, -EEXIST, "%s:%u: host %s already has the %s",
				 farm->hosts.path, other->line, other->name,
				 ip ? "IP address" : "MAC address");
	}
	return 0;
}

/* The line of @h becomes that of the job's host, if it says something else. */
static int change_line(struct host_job *job, const struct hosts_file *file, const struct host *h,
		       struct error *err)
{
	cleanup_free char *before = host_format(h), *after = host_format(&job->host);
	cleanup_json json_t *probe = NULL;

	if (strcmp(before, after) == 0)
		return 0;
	job->todo |= TODO_LINE;
	job->text = hosts_file_new_line(file, h, &job->host);
	job->text_was = hosts_file_line(file, h);
	probe = json_string(job->text_was);
	if (!probe)
		return error_say(err, -EINVAL,
				 "%s:%u: the comment is not UTF-8, which the journal has to be: "
				 "change the line by hand, then mkdcroot apply",
				 file->path, h->line);
	return 0;
}

int host_jobs_set(struct host_jobs *jobs, struct farm *farm, const char *name,
		  const struct strv *assignments, struct error *err)
{
	cleanup_job_maker struct job_maker m;
	cleanup_host struct host now = { 0 };
	struct host_status *st = NULL;
	const struct host *h;
	int rc = farm_find(farm, name, &h, err);

	job_maker_open(&m, jobs, farm);
	if (!rc)
		now = host_copy(h);
	for (size_t i = 0; !rc && i < assignments->n; i++)
		rc = host_change(&now, assignments->v[i], is_set_before(assignments, i), err);
	if (!rc)
		rc = check_unique(farm, &now, err);
	if (!rc)
		rc = read_status(&st, farm, (const struct host *const[]){ &now }, 1, err);
	if (!rc && !st->state.name)
		rc = error_say(err, -ENOENT,
			       "nothing was made for host %s yet: edit its line in %s, then "
			       "mkdcroot apply",
			       name, farm->settings.hosts);
	if (!rc) {
		job_change(&m, &now, st, NULL);
		rc = change_line(&jobs->v[jobs->n - 1], &farm->hosts, h, err);
		drop_idle(jobs);
	}
	if (!rc)
		rc = jobs_check(&m, err);
	free_status(st, st != NULL);
	return rc;
}
