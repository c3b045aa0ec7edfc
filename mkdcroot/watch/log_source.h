/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log_source: where lines of logs come from: files that are followed as tail -F does, over rotation and truncation,
 * and the journal.  Lines longer than LOG_SOURCE_LINE are cut.
 */
#ifndef MKDCROOT_WATCH_LOG_SOURCE_H
#define MKDCROOT_WATCH_LOG_SOURCE_H

#include "mkdcroot/base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define LOG_SOURCE_LINE 4096

/* @program: as the source names it, or NULL; @when_ms: 0 when the source does not say. */
typedef void log_source_line(const char *program, const char *line, uint64_t when_ms, void *arg);

struct log_source;

/*
 * Follow the file @path; from its beginning or its end.  A file that is not there yet is waited for, unless @must_exist.
 * Directories and the like are refused.
 */
int log_source_file(struct log_source **out, const char *path, bool from_start, bool must_exist,
		    struct error *err);

/*
 * Follow the journal: journalctl(1) as a child, which passes the known daemons' lines only.
 * -ENOENT when this machine keeps none.
 */
int log_source_journal(struct log_source **out, struct error *err);

/* A descriptor for poll(2), or -1: a file, to be read several times a second. */
int log_source_fd(const struct log_source *s);

/*
 * Hand on what there is, but no more than some 64 KB, so that a chatty log does not keep others waiting.
 * Returns 1 when there may be more, 0 at the end for now, -ECHILD when journalctl ended, or another negative errno.
 */
int log_source_read(struct log_source *s, log_source_line *on_line, void *arg, struct error *err);

void log_source_free(struct log_source *s);

#endif
