/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host's console: however its bytes are cut, the same is found and kept, and what is shown
 * of it is printable.  The first byte says how long the pieces are.
 */
#include "mkdcroot/try/console.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct console_mark marks[] = { { "login:", 0 },
					     { "Kernel panic - ", 1 },
					     { "aa", 2 } };

static void count(int id, const char *line, void *arg)
{
	size_t *counts = arg;

	if (!strstr(line, marks[id].text))
		abort();
	counts[id]++;
}

static void feed(const char *bytes, size_t size, size_t piece, size_t *counts, struct strv *lines)
{
	struct console *c = console_new(marks, 3, count, counts);

	for (size_t at = 0; at < size; at += piece)
		console_take(c, bytes + at, size - at < piece ? size - at : piece);
	console_last(c, lines);
	console_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t whole[3] = { 0 }, cut[3] = { 0 };
	struct strv a = STRV_INIT, b = STRV_INIT;

	if (!size)
		return 0;
	feed((const char *)data + 1, size - 1, size, whole, &a);
	feed((const char *)data + 1, size - 1, data[0] % 16 + 1, cut, &b);
	if (memcmp(whole, cut, sizeof(cut)) != 0 || a.n != b.n || a.n > 20)
		abort();
	for (size_t i = 0; i < a.n; i++) {
		if (strcmp(a.v[i], b.v[i]) != 0)
			abort();
		for (const char *p = a.v[i]; *p; p++)
			if (*p < ' ' || *p > '~')
				abort();
	}
	strv_free(&a);
	strv_free(&b);
	return 0;
}
