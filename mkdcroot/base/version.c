/* SPDX-License-Identifier: GPL-2.0-or-later */
/* version: numbers with dots between; what follows them ("-rc1", "~deb12") does not matter here. */
#include "mkdcroot/base/version.h"

#include <ctype.h>
#include <string.h>

#define PART_MAX 1000000u

/* The number at *@p, which is moved behind it. */
static bool take_number(const char **p, unsigned int *out)
{
	if (!isdigit((unsigned char)**p))
		return false;
	for (*out = 0; isdigit((unsigned char)**p); (*p)++)
		if (*out < PART_MAX)
			*out = *out * 10 + (unsigned int)(**p - '0');
	return *out < PART_MAX;
}

static bool take_version(struct version *v, const char *p)
{
	*v = (struct version){ { 0 } };
	for (int i = 0; i < 3; i++) {
		if (i > 0 && *p != '.')
			return i > 1;
		p += i > 0;
		if (!take_number(&p, &v->part[i]))
			return i > 1;
	}
	return true;
}

bool version_parse(struct version *v, const char *text, const char *after)
{
	const char *p = after ? strstr(text, after) : text;

	/* A number inside a word is none: lz4, sha256. */
	for (p = p && after ? p + strlen(after) : p; p && *p; p++) {
		char before = p > text ? p[-1] : ' ';

		if (!isdigit((unsigned char)*p) || isdigit((unsigned char)before) ||
		    before == '.' || (isalpha((unsigned char)before) && before != 'v'))
			continue;
		if (take_version(v, p))
			return true;
	}
	return false;
}

int version_compare(const struct version *a, const struct version *b)
{
	for (int i = 0; i < 3; i++)
		if (a->part[i] != b->part[i])
			return a->part[i] < b->part[i] ? -1 : 1;
	return 0;
}
