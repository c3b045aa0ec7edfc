/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fstab from a tree that is not trusted: what comes out has no root and no swap, and is stable. */
#include "mkdcroot/base/mem.h"
#include "mkdcroot/root/fstab.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_strndup((const char *)data, size);
	struct str once = STR_INIT, twice = STR_INIT;
	struct strv add = STRV_INIT, dropped = STRV_INIT;
	struct error err = ERROR_INIT;

	strv_add(&add, "tmpfs /tmp tmpfs mode=1777");
	if (fstab_rewrite(text, "fuzz", &add, &once, &dropped, &err) ||
	    fstab_rewrite(str_text(&once), "fuzz", &add, &twice, NULL, &err))
		abort();
	if (strcmp(str_text(&once), str_text(&twice)) != 0 ||
	    !fstab_covers(str_text(&once), "/tmp"))
		abort();
	strv_free(&dropped);
	/* As a line that the administrator asks for: taken or refused. */
	strv_add(&add, text);
	if (fstab_rewrite("", "fuzz", &add, &twice, NULL, &err))
		error_clear(&err);
	strv_free(&add);
	str_free(&once);
	str_free(&twice);
	free(text);
	return 0;
}
