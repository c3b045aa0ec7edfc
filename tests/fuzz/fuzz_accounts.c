/* SPDX-License-Identifier: GPL-2.0-or-later */
/* passwd, shadow and group from a tree that is not trusted: no hash of crypt(3) survives. */
#include "mkdcroot/base/mem.h"
#include "mkdcroot/root/credentials.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Does a line of @text have a hash in its second field? */
static bool has_hash(const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		char *line = mem_strndup(text, len);
		char *field = strchr(line, ':');
		bool found;

		if (field)
			field[1 + strcspn(field + 1, ":")] = '\0';
		found = field && credentials_is_hash(field + 1);
		free(line);
		if (found)
			return true;
		text += len + (text[len] == '\n');
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_strndup((const char *)data, size);
	struct accounts a = { .has_shadow = true, .has_gshadow = true };
	struct accounts source = { .has_shadow = true };
	struct credentials c = { "keep", "$6$abcd$abcdefgh", "", &source };
	struct error err = ERROR_INIT;
	struct strv homes = STRV_INIT;
	size_t people = 0, hashes = 0;
	char *why = NULL;

	str_add(&a.passwd, text);
	str_add(&a.shadow, text);
	str_add(&a.group, text);
	str_add(&a.gshadow, text);
	str_add(&a.subuid, text);
	str_add(&source.passwd, text);
	str_add(&source.shadow, text);
	str_add(&source.group, text);
	accounts_scrub(&a, &people, &hashes);
	if (has_hash(str_text(&a.passwd)) || has_hash(str_text(&a.shadow)) ||
	    has_hash(str_text(&a.group)) || has_hash(str_text(&a.gshadow)))
		abort();
	credentials_can_login(&a, false, &why);
	free(why);
	if (accounts_apply(&a, &c, &homes, &err))
		error_clear(&err);
	accounts_free(&a);
	accounts_free(&source);
	strv_free(&homes);
	free(text);
	return 0;
}
