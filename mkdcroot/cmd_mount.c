/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_mount: mkdcroot mount and umount: the roots at the boot and shutdown of the server.
 *
 * All that are named go through each stage together, so that the NFS server is told once, and
 * what fails for one of them is said and does not keep the others back.
 */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/commands.h"
#include "mkdcroot/plan/mounting.h"

#include <errno.h>

struct root {
	const struct host *h;
	struct host_state state;
	struct farm_export x;
	bool failed;
};

struct batch {
	const char *verb;
	struct farm *farm;
	struct root *root; /* [n] */
	size_t n;
};

static void batch_free(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		host_state_free(&b->root[i].state);
		farm_export_free(&b->root[i].x);
	}
	free(b->root);
}
#define cleanup_batch __attribute__((cleanup(batch_free)))

static void fail(const struct batch *b, struct root *r, const struct error *why)
{
	r->failed = true;
	log_warn("%s %s: %s", b->verb, r->h->name, error_text(why));
}

/* The hosts that @o names, or all, each with what there is to know of it. */
static int gather(struct batch *b, const struct options *o, struct error *err)
{
	size_t n = o->all ? b->farm->hosts.n : o->args.n;

	b->root = mem_new((n + 1) * sizeof(*b->root));
	for (; b->n < n; b->n++) {
		struct root *r = &b->root[b->n];
		int rc = 0;

		*r = (struct root){ .h = o->all ? &b->farm->hosts.host[b->n] : NULL };
		if (!r->h)
			rc = farm_find(b->farm, o->args.v[b->n], &r->h, err);
		if (rc)
			return rc;
	}
	for (size_t i = 0; i < n; i++) {
		struct root *r = &b->root[i];
		cleanup_error struct error problem = ERROR_INIT;

		if (host_state_read(&r->state, &b->farm->settings, r->h->name, &problem) ||
		    farm_export_make(&r->x, b->farm, r->h, r->state.fsid, &problem))
			fail(b, r, &problem);
	}
	return 0;
}

/* The exports of those that have not failed so far; freed by the caller. */
static struct nfs_export *exports_of(const struct batch *b, size_t *n)
{
	struct nfs_export *e = mem_new((b->n + 1) * sizeof(*e));

	*n = 0;
	for (size_t i = 0; i < b->n; i++)
		if (!b->root[i].failed)
			e[(*n)++] = b->root[i].x.e;
	return e;
}

/* One by one, when together it failed: a server may stop at the first that it does not like. */
static void export_each(struct batch *b)
{
	const struct nfs_server *nfs = &b->farm->nfs;

	for (size_t i = 0; i < b->n; i++) {
		struct root *r = &b->root[i];
		cleanup_error struct error problem = ERROR_INIT;

		if (r->failed || nfs->ops->is_exported(nfs, r->x.path, &problem) == 1)
			continue;
		error_clear(&problem);
		if (nfs->ops->add_live(nfs, &r->x.e, 1, &problem))
			fail(b, r, &problem);
	}
}

static void bring_up(struct batch *b)
{
	cleanup_error struct error problem = ERROR_INIT;
	cleanup_free struct nfs_export *e = NULL;
	size_t n;

	for (size_t i = 0; i < b->n; i++) {
		cleanup_error struct error why = ERROR_INIT;

		if (!b->root[i].failed && mount_host(&b->farm->settings, &b->root[i].state, &why))
			fail(b, &b->root[i], &why);
	}
	e = exports_of(b, &n);
	if (n && b->farm->nfs.ops->add_live(&b->farm->nfs, e, n, &problem))
		export_each(b);
}

/* What is still busy after the server's procedure for all, or was never exported, is tried once more, and named. */
static void bring_down(struct batch *b)
{
	cleanup_error struct error problem = ERROR_INIT;
	cleanup_free struct nfs_export *e = NULL;
	size_t n;
	int rc;

	e = exports_of(b, &n);
	rc = n ? b->farm->nfs.ops->take_away(&b->farm->nfs, e, n, umount_export, NULL, &problem)
	       : 0;
	/* -EBUSY is about single roots, and they are told of below. */
	if (rc && rc != -EBUSY)
		log_warn("%s", error_text(&problem));
	for (size_t i = 0; i < b->n; i++) {
		cleanup_error struct error why = ERROR_INIT;

		if (!b->root[i].failed && umount_host(&b->farm->settings, &b->root[i].state, &why))
			fail(b, &b->root[i], &why);
	}
}

static void dry_run(const struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (!b->root[i].failed)
			printf("%s %s\n", b->verb, b->root[i].h->name);
}

static int for_hosts(const struct options *o, const char *verb, void (*act)(struct batch *),
		     struct error *err)
{
	cleanup_farm struct farm farm = { .lock = -1 };
	cleanup_batch struct batch b = { .verb = verb, .farm = &farm };
	size_t failed = 0;

	if (o->all == (o->args.n > 0))
		return error_say(err, -EINVAL, "%s: name the hosts, or say --all", verb),
		       EXIT_USAGE;
	if (command_farm(&farm, o, true, err) || gather(&b, o, err))
		return EXIT_FAILED;
	if (o->dry_run)
		dry_run(&b);
	else
		act(&b);
	for (size_t i = 0; i < b.n; i++)
		failed += b.root[i].failed;
	if (!failed)
		return EXIT_OK;
	error_say(err, -EIO, "%s: %zu of %zu hosts failed", verb, failed, b.n);
	return failed < b.n ? EXIT_PARTLY : EXIT_FAILED;
}

int cmd_mount(const struct options *o, struct error *err)
{
	return for_hosts(o, "mount", bring_up, err);
}

int cmd_umount(const struct options *o, struct error *err)
{
	return for_hosts(o, "umount", bring_down, err);
}
