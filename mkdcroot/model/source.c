/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source: see the header. */
#include "mkdcroot/model/source.h"
#include "mkdcroot/base/str.h"

#include <errno.h>
#include <string.h>

int source_parse(struct source *source, const char *text, struct error *err)
{
	static const char debian[] = "debian:";

	if (str_has_prefix(text, debian)) {
		const char *suite = text + strlen(debian);

		if (!*suite ||
		    strspn(suite, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(suite))
			return error_say(
				err, -EINVAL,
				"source '%s': not a suite of Debian, such as debian:bookworm",
				text);
		*source = (struct source){ SOURCE_DEBIAN, suite };
		return 0;
	}
	if (text[0] == '/' && text[1]) {
		*source = (struct source){ SOURCE_DIRECTORY, text };
		return 0;
	}
	return error_say(
		err, -EINVAL,
		"source '%s': give debian:SUITE or the absolute path of a directory that holds "
		"a root file system",
		text);
}
