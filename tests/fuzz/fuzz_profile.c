/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A profile.conf, and its text once more as a template: nothing but an error may come of it. */
#include "mkdcroot/base/mem.h"
#include "mkdcroot/model/profile.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *value(const char *name, const void *arg)
{
	(void)arg;
	return name[0] == 'd' ? "a b" : name;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_strndup((const char *)data, size);
	struct profile_item item = { .part = PROFILE_HOST, .text = text, .template = text };
	struct profile p = PROFILE_INIT;
	struct error err = ERROR_INIT;
	struct str out = STR_INIT;

	if (!profile_parse_text(&p, text, "fuzz", &err))
		profile_free(&p);
	error_clear(&err);
	/* A line of variables may multiply: keep it small. */
	if (size < 4096)
		profile_expand(&item, value, NULL, &out, &err);
	error_clear(&err);
	str_free(&out);
	free(text);
	return 0;
}
