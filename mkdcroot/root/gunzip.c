/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gunzip: see the header. */
#include "mkdcroot/root/gunzip.h"
#include "mkdcroot/base/mem.h"

#include <stdlib.h>

#define OUT_BYTES (256u << 10)
/* zlib: gzip only, the largest window. */
#define WINDOW_BITS (15 + 16)

void gunzip_end(struct gunzip *g)
{
	if (g->packed)
		inflateEnd(&g->z);
	free(g->out);
	*g = (struct gunzip){ .pull = g->pull, .arg = g->arg };
}

/* The first piece tells whether it is packed. */
static ssize_t begin(struct gunzip *g, const void **bytes)
{
	ssize_t n = g->pull(g->arg, bytes);
	const unsigned char *head = *bytes;

	g->begun = true;
	if (n < 2 || head[0] != 0x1f || head[1] != 0x8b || inflateInit2(&g->z, WINDOW_BITS) != Z_OK)
		return n;
	g->packed = true;
	g->out = mem_new(OUT_BYTES);
	g->z.next_in = (unsigned char *)head;
	g->z.avail_in = (unsigned int)n;
	return n;
}

/* More input is there: 1; the end: 0; -1. */
static int need_input(struct gunzip *g, const char **problem)
{
	const void *bytes;
	ssize_t n;

	if (g->z.avail_in)
		return 1;
	n = g->pull(g->arg, &bytes);
	if (n == 0 && !g->member_done)
		*problem = "the compressed data end too early";
	if (n <= 0)
		return n < 0 || !g->member_done ? -1 : 0;
	g->z.next_in = (unsigned char *)bytes;
	g->z.avail_in = (unsigned int)n;
	return 1;
}

/* Behind a member can stand another one, or padding: 1 for another one. */
static int next_member(struct gunzip *g, const char **problem)
{
	int rc;

	while ((rc = need_input(g, problem)) > 0 && *g->z.next_in == 0) {
		g->z.next_in++;
		g->z.avail_in--;
	}
	if (rc <= 0)
		return rc;
	/* As gzip does with what else is there. */
	if (*g->z.next_in != 0x1f)
		return 0;
	g->member_done = false;
	return inflateReset(&g->z) == Z_OK ? 1 : -1;
}

ssize_t gunzip_read(struct gunzip *g, const void **bytes, const char **problem)
{
	int rc;

	*problem = NULL;
	if (!g->begun) {
		ssize_t n = begin(g, bytes);

		if (!g->packed)
			return n;
	}
	if (!g->packed)
		return g->pull(g->arg, bytes);
	g->z.next_out = (unsigned char *)g->out;
	g->z.avail_out = OUT_BYTES;
	*bytes = g->out;
	while (g->z.avail_out == OUT_BYTES) {
		rc = g->member_done ? next_member(g, problem) : need_input(g, problem);
		if (rc <= 0)
			return rc;
		rc = inflate(&g->z, Z_NO_FLUSH);
		g->member_done = rc == Z_STREAM_END;
		if (rc != Z_OK && rc != Z_STREAM_END) {
			*problem = g->z.msg ? g->z.msg : "the compressed data are damaged";
			return -1;
		}
	}
	return OUT_BYTES - g->z.avail_out;
}
