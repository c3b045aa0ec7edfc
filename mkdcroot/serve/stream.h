/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stream: what `serve` writes to standard output: the stages of each host, and with
 * --verbose every line of the daemons, as text or as JSON, an object a line.
 */
#ifndef MKDCROOT_SERVE_STREAM_H
#define MKDCROOT_SERVE_STREAM_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"
#include "mkdcroot/model/hosts_file.h"
#include "mkdcroot/serve/interface.h"
#include "mkdcroot/serve/serve.h"
#include "mkdcroot/watch/boot_packets.h"

#include <stddef.h>

struct stream;

/* All are kept, not owned. */
struct stream *stream_new(const struct serve_options *o, const struct interface *interface,
			  const struct hosts_file *hosts);
void stream_free(struct stream *s);

/* "serving 3 hosts on br0 (192.168.1.1): dnsmasq, nfs-ganesha" */
void stream_ready(struct stream *s, size_t n_hosts, const struct interface *interface,
		  const struct strv *daemons);

/* A daemon's line. */
void stream_line(struct stream *s, const char *daemon, const char *line);

/* There are frames on @fd, of boot_packets_open(). */
int stream_wire(struct stream *s, int fd, struct error *err);

/* About once a second. */
void stream_tick(struct stream *s);

/* The hosts were read again; what they were before must still be there. */
void stream_hosts(struct stream *s, const struct hosts_file *hosts);
void stream_changed(struct stream *s, size_t before, size_t now);

void stream_stopping(struct stream *s);

#endif
