/* SPDX-License-Identifier: GPL-2.0-or-later */
/* progress: see the header. */
#include "mkdcroot/base/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

const char *progress_bytes(unsigned long long bytes, char *buf)
{
	static const char *const unit[] = { "B", "kB", "MB", "GB", "TB" };
	double value = (double)bytes;
	int i = 0;

	for (; value >= 999.95 && i < 4; i++)
		value /= 1000;
	snprintf(buf, 16, i ? "%.1f %s" : "%.0f %s", value, unit[i]);
	return buf;
}

void progress_begin(struct progress *p, const char *what, unsigned long long total, bool quiet)
{
	*p = (struct progress){ .what = what,
				.total = total,
				.started = now(),
				.terminal = isatty(STDERR_FILENO) == 1,
				.quiet = quiet };
}

void progress_begin_count(struct progress *p, const char *what, unsigned long long total,
			  bool quiet)
{
	progress_begin(p, what, total, quiet);
	p->count = true;
}

/* An amount in words, to @buf (24 bytes). */
static const char *amount(const struct progress *p, unsigned long long value, char *buf)
{
	if (!p->count)
		return progress_bytes(value, buf);
	snprintf(buf, 24, "%llu", value);
	return buf;
}

static void draw(struct progress *p, double at)
{
	char done[24], total[24], rate[24];
	double seconds = at - p->started;
	double speed = seconds > 0 ? (double)p->done / seconds : 0;

	fprintf(stderr, "\rmkdcroot: %s: %s", p->what, amount(p, p->done, done));
	if (p->total && p->done <= p->total)
		fprintf(stderr, " of %s, %.0f %%", amount(p, p->total, total),
			100.0 * (double)p->done / (double)p->total);
	fprintf(stderr, ", %s/s", amount(p, (unsigned long long)speed, rate));
	if (p->total > p->done && speed > 0)
		fprintf(stderr, ", %.0f s left", (double)(p->total - p->done) / speed);
	fputs("\033[K", stderr);
}

void progress_update(struct progress *p, unsigned long long done)
{
	double at = now();

	p->done = done;
	if (p->quiet || !p->terminal || at - p->shown < 0.2)
		return;
	p->shown = at;
	draw(p, at);
}

void progress_end(struct progress *p)
{
	char done[24];

	if (p->quiet)
		return;
	fprintf(stderr, "%smkdcroot: %s: %s in %.1f s%s\n", p->terminal ? "\r" : "", p->what,
		amount(p, p->done, done), now() - p->started, p->terminal ? "\033[K" : "");
}
