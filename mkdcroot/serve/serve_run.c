/* SPDX-License-Identifier: GPL-2.0-or-later */
/* serve_run: start, a poll loop over daemons, wire and clock, stop. */
#include "mkdcroot/serve/serve_run.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/interrupt.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/now.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/serve/rival.h"
#include "mkdcroot/serve/stream.h"

#include <poll.h>
#include <string.h>
#include <sys/mount.h>
#include <time.h>

#define FDS_MAX 32
#define TICK_MS 1000
/* A look at the farm's files costs a stat(2) a host. */
#define LOOK_MS 500

struct run {
	const struct serve_run *r;
	struct stream *stream;
	struct farm_server *server;
	struct served served;
	uint64_t fingerprint;
	uint64_t looked_ms, ticked_ms;
	int wire; /* descriptor, or -1 */
};

struct farm_server_options serve_run_server_options(const struct serve_run *r)
{
	return (struct farm_server_options){ .farm = r->farm,
					     .interface = r->interface.name,
					     .address = r->interface.address,
					     .netmask = r->interface.netmask,
					     .boot_server = r->boot_server,
					     .nfs = r->ganesha };
}

/* In memory, seen by nobody outside, and gone with the namespace. */
static int mount_private_dir(const char *dir, struct error *err)
{
	if (mount("mkdcroot", dir, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0700,size=64m") < 0)
		return error_set(err, -errno, "mount a tmpfs at %s", dir);
	return 0;
}

static int check_rivals(const struct serve_run *r, struct error *err)
{
	char server[IP_TEXT_MAX], mac[MAC_TEXT_MAX];
	struct rival rival;
	int rc = rival_look(r->interface.name, &rival, err);

	if (rc <= 0)
		return rc;
	ip_format(&rival.server, server);
	mac_format(&rival.mac, mac);
	if (!r->o->despite_dhcp)
		return error_say(
			err, -EEXIST,
			"another DHCP server answers on %s: %s (%s); the hosts would get "
			"now its answer, now ours: switch it off there, or let it leave the "
			"farm's hosts out and say --despite-dhcp",
			r->interface.name, server, mac);
	log_warn("another DHCP server answers on %s, too: %s (%s)", r->interface.name, server, mac);
	return 0;
}

static void on_line(const char *daemon, const char *line, void *arg)
{
	stream_line(((struct run *)arg)->stream, daemon, line);
}

static int start(struct run *run, const char *dir, struct error *err)
{
	struct farm_server_options o = serve_run_server_options(run->r);
	cleanup_strv struct strv names = STRV_INIT;
	int rc;

	served_read(&run->served);
	run->fingerprint = served_fingerprint(&run->served);
	o.dir = dir;
	o.hosts = run->served.v;
	o.n_hosts = run->served.n;
	o.on_line = on_line;
	o.arg = run;
	rc = farm_server_start(&run->server, &o, err);
	if (rc == -EADDRINUSE)
		error_append(err, ": stop it first%s",
			     run->r->ganesha
				     ? " (if it is an NFS server that has the roots: --nfs-server "
				       "kernel or --nfs-server none leaves them to it)"
				     : "");
	if (rc)
		return rc;
	farm_server_names(run->server, &names);
	if (run->r->kernel)
		strv_add(&names, "the kernel's NFS server");
	stream_ready(run->stream, run->served.n, &run->r->interface, &names);
	return 0;
}

/* The farm has changed: what is wrong with it now does not stop what is served. */
static void follow(struct run *run)
{
	cleanup_error struct error err = ERROR_INIT;
	struct farm *farm = run->r->farm;
	struct hosts_file fresh = { 0 }, old = farm->hosts;
	uint64_t fingerprint = served_fingerprint(&run->served);
	size_t before = run->served.n;

	if (fingerprint == run->fingerprint)
		return;
	run->fingerprint = fingerprint;
	if (hosts_file_read(&fresh, farm->settings.hosts, &err)) {
		log_warn("the hosts stay as they were: %s", error_text(&err));
		hosts_file_free(&fresh);
		return;
	}
	farm->hosts = fresh;
	stream_hosts(run->stream, &farm->hosts);
	hosts_file_free(&old);
	served_read(&run->served);
	run->fingerprint = served_fingerprint(&run->served);
	if (farm_server_reload(run->server, run->served.v, run->served.n, &err))
		log_warn("the hosts stay as they were: %s", error_text(&err));
	else
		stream_changed(run->stream, before, run->served.n);
}

static void on_clock(struct run *run)
{
	uint64_t now = now_monotonic_ms();

	if (now - run->looked_ms >= LOOK_MS) {
		run->looked_ms = now;
		follow(run);
		served_unmount_stale(&run->served);
	}
	if (now - run->ticked_ms >= TICK_MS) {
		run->ticked_ms = now;
		stream_tick(run->stream);
	}
}

static int loop(struct run *run, struct error *err)
{
	int rc = 0;

	while (!rc && !interrupt_signal()) {
		struct pollfd fds[FDS_MAX];
		size_t n = farm_server_fds(run->server, fds, FDS_MAX - 1);

		fds[n] = (struct pollfd){ .fd = run->wire, .events = POLLIN };
		if (poll(fds, n + 1, LOOK_MS) > 0) {
			if (fds[n].revents)
				rc = stream_wire(run->stream, run->wire, err);
			if (!rc)
				rc = farm_server_read(run->server, err);
		}
		on_clock(run);
	}
	return rc;
}

static int open_wire(struct run *run, struct error *err)
{
	run->wire = boot_packets_open(run->r->interface.name, err);
	return run->wire < 0 ? run->wire : 0;
}

int serve_run(const struct serve_run *r, int outer, struct error *err)
{
	cleanup_free char *dir = path_serve(&r->farm->settings);
	struct run run = { .r = r, .wire = -1 };
	int rc = mount_private_dir(dir, err);

	run.served = (struct served){ .farm = r->farm,
				      .interface = &r->interface,
				      .mounts = r->ganesha ? SERVED_MOUNT : SERVED_LOOK,
				      .roots = r->ganesha || r->kernel,
				      .outer = outer };
	run.stream = stream_new(r->o, &r->interface, &r->farm->hosts);
	if (!rc)
		rc = check_rivals(r, err);
	/* Before the daemons: a host's first packet is seen. */
	if (!rc)
		rc = open_wire(&run, err);
	if (!rc)
		rc = start(&run, dir, err);
	if (!rc)
		rc = loop(&run, err);
	/* Interrupted while it started: what was asked for is done. */
	if (rc == -EINTR && interrupt_signal()) {
		error_clear(err);
		rc = 0;
	}
	stream_stopping(run.stream);
	farm_server_stop(run.server);
	served_unmount_all(&run.served);
	served_free(&run.served);
	stream_free(run.stream);
	if (run.wire >= 0)
		close(run.wire);
	return rc;
}
