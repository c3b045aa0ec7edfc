/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host_jobs: hosts to be added and removed; what all jobs have to be checked for. */
#include "mkdcroot/plan/host_jobs.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/model/profile.h"
#include "mkdcroot/plan/register.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <time.h>

void job_free(struct host_job *job)
{
	host_free(&job->host);
	host_free(&job->was);
	host_state_free(&job->state);
	str_free(&job->why);
	free(job->text);
	free(job->text_was);
}

void host_jobs_free(struct host_jobs *jobs)
{
	for (size_t i = 0; i < jobs->n; i++)
		job_free(&jobs->v[i]);
	free(jobs->v);
	strv_free(&jobs->orphans);
	str_free(&jobs->problems);
	*jobs = (struct host_jobs){ 0 };
}

void job_maker_open(struct job_maker *m, struct host_jobs *jobs, struct farm *farm)
{
	*m = (struct job_maker){ .jobs = jobs, .farm = farm };
	host_made_open(&m->made, &farm->settings);
}

void job_maker_close(struct job_maker *m)
{
	host_made_close(&m->made);
	layer_state_free(&m->layer);
	free(m->role);
}

struct host_job *job_new(struct job_maker *m, enum host_verb verb, const struct host *h)
{
	struct host_jobs *jobs = m->jobs;

	/* Grown in powers of two. */
	if ((jobs->n & (jobs->n - 1)) == 0)
		jobs->v = mem_resize(jobs->v, jobs->n ? 2 * jobs->n : 1, sizeof(*jobs->v));
	jobs->v[jobs->n] = (struct host_job){ .verb = verb, .host = host_copy(h) };
	return &jobs->v[jobs->n++];
}

void job_problem(struct host_jobs *jobs, const struct host_job *job, struct error *problem)
{
	if (!problem->status)
		return;
	if (jobs->problems.len)
		str_addc(&jobs->problems, '\n');
	if (job && job->origin)
		str_addf(&jobs->problems, "%s:%u: ", job->origin, job->line);
	str_add(&jobs->problems, error_text(problem));
	error_clear(problem);
}

/* Nothing may stand where the host's things go. */
static int check_places(const struct farm *farm, const struct host *h, struct error *err)
{
	const struct settings *s = &farm->settings;
	cleanup_free char *dir = path_host(s, h->name);
	cleanup_free char *link = path_root_link(s, h->name);

	if (fs_exists(dir) && hosts_file_find(&farm->hosts, h->name))
		return error_say(
			err, -EEXIST,
			"%s exists, but has no state, so that what it was made from is not "
			"known: move it away",
			dir);
	if (fs_exists(dir))
		return error_say(err, -EEXIST,
				 "%s exists, but %s has no host %s: put its line back, or move the "
				 "directory away",
				 dir, s->hosts, h->name);
	if (fs_exists(link))
		return error_say(err, -EEXIST, "%s exists already: move it away first", link);
	if (strcmp(h->name, "boot") == 0)
		return error_say(err, -EINVAL, "a host cannot be called boot: %s holds the images",
				 link);
	return 0;
}

static int need_layer(struct job_maker *m, const char *name, struct error *err)
{
	if (m->layer.name && strcmp(m->layer.name, name) == 0)
		return 0;
	layer_state_free(&m->layer);
	return layer_state_read(&m->layer, &m->farm->settings, name, err);
}

static int new_state(struct job_maker *m, struct host_job *job, struct error *err)
{
	const struct host *h = &job->host;
	cleanup_free char *uuid = NULL;
	int rc = need_layer(m, h->layer, err);

	if (rc)
		return rc;
	uuid = nfs_export_uuid();
	job->state = (struct host_state){ .name = mem_strdup(h->name),
					  .ip = h->ip,
					  .layer = mem_strdup(h->layer),
					  .generation = m->layer.current,
					  .created = time(NULL),
					  .line = host_format(h) };
	memccpy(job->state.fsid, uuid, '\0', sizeof(job->state.fsid) - 1);
	host_made_digest(&m->made, h, job->state.line, job->state.made);
	return 0;
}

/* A profile with a mistake, or one that is not there, is found before anything is done. */
static int check_role(struct job_maker *m, const struct host *h, struct error *err)
{
	cleanup_profile struct profile profile = PROFILE_INIT;
	cleanup_strv struct strv dirs = STRV_INIT;
	int rc;

	if (!h->role || (m->role && strcmp(m->role, h->role) == 0))
		return 0;
	profile_dirs(&m->farm->settings, &dirs);
	rc = profile_load_one(&profile, &dirs, h->role, err);
	if (!rc) {
		free(m->role);
		m->role = mem_strdup(h->role);
	}
	return rc;
}

static int check_network(struct job_maker *m, const struct host *h, struct error *err)
{
	const struct settings *s = &m->farm->settings;
	cleanup_settings struct settings own = { 0 };
	struct served_from from;
	int rc = 0;

	if (h->settings.n) {
		rc = settings_for_host(&own, s, h, err);
		s = &own;
	}
	return rc ? rc : served_from_network(&from, s, &h->ip, &m->made.net, err);
}

int job_check_host(struct job_maker *m, const struct host *h, struct error *err)
{
	int rc = check_role(m, h, err);

	return rc ? rc : check_network(m, h, err);
}

void job_add(struct job_maker *m, const struct host *h, const char *origin)
{
	cleanup_error struct error problem = ERROR_INIT;
	struct host_job *job = job_new(m, HOST_ADD, h);
	int rc;

	job->origin = origin;
	job->line = h->line;
	rc = new_state(m, job, &problem);
	if (!rc)
		rc = job_check_host(m, h, &problem);
	if (!rc)
		rc = check_places(m->farm, h, &problem);
	if (rc)
		job_problem(m->jobs, job, &problem);
}

int host_jobs_add(struct host_jobs *jobs, struct farm *farm, const struct hosts_file *hosts,
		  bool say_lines, struct error *err)
{
	cleanup_job_maker struct job_maker m;

	job_maker_open(&m, jobs, farm);
	for (size_t i = 0; i < hosts->n; i++) {
		const struct host *h = &hosts->host[i];
		const char *origin = say_lines ? hosts->path : NULL;
		const struct host_job at = { .origin = origin, .line = h->line };
		cleanup_error struct error problem = ERROR_INIT;

		if (hosts_file_check_new(&farm->hosts, h, &problem)) {
			job_problem(jobs, &at, &problem);
			continue;
		}
		job_add(&m, h, origin);
		jobs->v[jobs->n - 1].todo = TODO_LINE;
	}
	return jobs_check(&m, err);
}

struct host host_as_made(const struct host_state *state, const struct host *h)
{
	cleanup_hosts_file struct hosts_file parsed = { 0 };
	cleanup_error struct error ignored = ERROR_INIT;
	struct host was;

	if (state->line &&
	    !hosts_file_parse(&parsed, "state", state->line, strlen(state->line), &ignored) &&
	    parsed.n == 1 && ip_equal(&parsed.host[0].ip, &state->ip)) {
		was = host_copy(&parsed.host[0]);
	} else if (h) {
		was = host_copy(h);
		was.ip = state->ip;
	} else {
		was = (struct host){ .name = mem_strdup(state->name), .ip = state->ip };
	}
	free(was.layer);
	was.layer = mem_strdup(state->layer);
	return was;
}

void job_remove(struct job_maker *m, struct host_state *state, const struct host *h)
{
	cleanup_host struct host was = host_as_made(state, h);
	struct host_job *job = job_new(m, HOST_REMOVE, &was);

	job->state = *state;
	*state = (struct host_state){ 0 };
}

/* A host whose line stands in the file, but for which nothing was made, has only that. */
static int state_of(struct host_state *state, const struct farm *farm, const struct host *h,
		    struct error *err)
{
	cleanup_free char *path = path_host_state(&farm->settings, h->name);

	int there = fs_find(path, err);

	if (there)
		return there < 0 ? there : host_state_read(state, &farm->settings, h->name, err);
	*state = (struct host_state){ .name = mem_strdup(h->name),
				      .ip = h->ip,
				      .layer = mem_strdup(h->layer) };
	return 0;
}

static int remove_one(struct job_maker *m, const char *name, struct error *err)
{
	cleanup_host_state struct host_state state = { 0 };
	const struct host *h;
	int rc = farm_find(m->farm, name, &h, err);

	for (size_t i = 0; !rc && i < m->jobs->n; i++)
		if (strcasecmp(m->jobs->v[i].host.name, name) == 0)
			return 0;
	if (!rc)
		rc = state_of(&state, m->farm, h, err);
	if (rc)
		return rc;
	job_remove(m, &state, h);
	m->jobs->v[m->jobs->n - 1].todo = TODO_LINE;
	m->jobs->v[m->jobs->n - 1].text = hosts_file_line(&m->farm->hosts, h);
	return 0;
}

int host_jobs_remove(struct host_jobs *jobs, struct farm *farm, const struct strv *names,
		     struct error *err)
{
	cleanup_job_maker struct job_maker m;
	int rc = 0;

	job_maker_open(&m, jobs, farm);
	for (size_t i = 0; !rc && i < names->n; i++)
		rc = remove_one(&m, names->v[i], err);
	return rc ? rc : jobs_check(&m, err);
}

/* --- whose address is whose --- */

/* A root that is given up, by its address. */
struct old_root {
	struct ip_addr ip;
	struct host_job *job;
};

static int compare_roots(const void *a, const void *b)
{
	const struct old_root *x = a, *y = b;

	return memcmp(&x->ip.v4, &y->ip.v4, sizeof(x->ip.v4));
}

static bool gives_up(const struct host_job *job)
{
	return job->verb == HOST_REMOVE || (job->todo & TODO_MOVE);
}

static bool takes(const struct host_job *job)
{
	return job->verb == HOST_ADD || (job->verb != HOST_REMOVE && (job->todo & TODO_MOVE));
}

/* Does a host that stays without a line have the address?  Only looked for when something is wrong. */
static const char *find_orphan(const struct job_maker *m, const struct ip_addr *ip)
{
	const struct strv *orphans = &m->jobs->orphans;

	for (size_t i = 0; i < orphans->n; i++) {
		cleanup_host_state struct host_state state = { 0 };
		cleanup_error struct error ignored = ERROR_INIT;

		if (!host_state_read(&state, &m->farm->settings, orphans->v[i], &ignored) &&
		    ip_equal(&state.ip, ip))
			return orphans->v[i];
	}
	return NULL;
}

static int check_root(const struct job_maker *m, const struct host *h, struct error *err)
{
	cleanup_free char *root = path_root(&m->farm->settings, &h->ip);
	const char *orphan;

	if (!fs_exists(root))
		return 0;
	orphan = find_orphan(m, &h->ip);
	if (orphan)
		return error_say(err, -EEXIST,
				 "%s is still that of %s, which has no line in %s any more: "
				 "apply --prune deletes it",
				 root, orphan, m->farm->settings.hosts);
	return error_say(err, -EEXIST, "%s exists already: move it away first", root);
}

static void check_addresses(struct job_maker *m)
{
	struct host_jobs *jobs = m->jobs;
	cleanup_free struct old_root *old = mem_new((jobs->n + 1) * sizeof(*old));
	size_t n = 0;

	for (size_t i = 0; i < jobs->n; i++)
		if (gives_up(&jobs->v[i]))
			old[n++] = (struct old_root){ jobs->v[i].verb == HOST_REMOVE
							      ? jobs->v[i].state.ip
							      : jobs->v[i].was.ip,
						      &jobs->v[i] };
	qsort(old, n, sizeof(*old), compare_roots);
	for (size_t i = 0; i < jobs->n; i++) {
		struct host_job *job = &jobs->v[i];
		const struct old_root key = { .ip = job->host.ip };
		cleanup_error struct error problem = ERROR_INIT;
		struct old_root *found;

		if (!takes(job))
			continue;
		found = n ? bsearch(&key, old, n, sizeof(*old), compare_roots) : NULL;
		if (found)
			found->job->keep_root = job->old_root = true;
		else if (check_root(m, &job->host, &problem))
			job_problem(jobs, job, &problem);
	}
}

/* --- the servers' files --- */

static bool is_exported_anew(const struct host_job *job)
{
	return job->verb == HOST_ADD || (job->verb != HOST_REMOVE && (job->todo & TODO_EXPORTS));
}

static int check_nfs(struct job_maker *m, struct error *err)
{
	cleanup_farm_exports struct farm_exports gone = { 0 }, fresh = { 0 };
	const struct nfs_server *nfs = &m->farm->nfs;
	int rc = 0;

	for (size_t i = 0; !rc && i < m->jobs->n; i++) {
		const struct host_job *job = &m->jobs->v[i];

		if (gives_up(job))
			rc = farm_exports_add(&gone, m->farm,
					      job->verb == HOST_REMOVE ? &job->host : &job->was,
					      job->state.fsid, err);
		if (!rc && is_exported_anew(job))
			rc = farm_exports_add(&fresh, m->farm, &job->host, job->state.fsid, err);
	}
	return rc ? rc : nfs->ops->check(nfs, gone.e, gone.n, fresh.e, fresh.n, err);
}

static void check_boot_of(struct job_maker *m, struct registration *r, struct host_job *job)
{
	cleanup_error struct error problem = ERROR_INIT;
	enum boot_state state = BOOT_UNCHANGED;
	const char *image;

	if (job->verb != HOST_ADD && !(job->todo & TODO_BOOT))
		return;
	image = register_image(r, &job->host, job->state.layer, job->state.generation);
	if (register_ensure(r, &job->host, image, &state, &problem))
		job_problem(m->jobs, job, &problem);
	job->waiting = job->waiting || state == BOOT_WAITING_FOR_MAC;
}

static int check_boot(struct job_maker *m, const struct boot_server_ops *ops, struct error *err)
{
	cleanup_registration struct registration r = { .net.fd = -1 };
	int rc = register_open(&r, m->farm, ops, err);

	for (size_t i = 0; !rc && i < m->jobs->n; i++)
		if (gives_up(&m->jobs->v[i]))
			rc = register_remove(&r, m->jobs->v[i].host.name, err);
	for (size_t i = 0; !rc && i < m->jobs->n; i++)
		if (m->jobs->v[i].verb != HOST_REMOVE)
			check_boot_of(m, &r, &m->jobs->v[i]);
	return rc;
}

int jobs_check(struct job_maker *m, struct error *err)
{
	cleanup_error struct error problem = ERROR_INIT;
	struct host_jobs *jobs = m->jobs;

	check_addresses(m);
	/* A host that is refused has nothing that the files could be asked for. */
	for (size_t i = 0; i < jobs->n; i++)
		if (!jobs->v[i].state.name)
			return error_say(err, -EINVAL, "%s", str_text(&jobs->problems));
	if (check_nfs(m, &problem))
		job_problem(jobs, NULL, &problem);
	for (int i = 0; i < m->farm->n_boot; i++)
		if (check_boot(m, m->farm->boot[i], &problem))
			job_problem(jobs, NULL, &problem);
	return jobs->problems.len ? error_say(err, -EEXIST, "%s", str_text(&jobs->problems)) : 0;
}
