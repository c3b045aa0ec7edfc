/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source: see the header. */
#include "mkdcroot/model/source.h"
#include "mkdcroot/base/str.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static bool is_archive(const char *path)
{
	static const char *const endings[] = { ".tar",	".tgz",	 ".txz", ".tbz",
					       ".tbz2", ".tzst", ".tlz", ".oci" };
	struct stat st;

	if (stat(path, &st) == 0)
		return S_ISREG(st.st_mode);
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (str_has_suffix(path, endings[i]))
			return true;
	return strstr(path, ".tar.") != NULL;
}

static int parse_suite(struct source *source, const char *text, const char *suite,
		       struct error *err)
{
	if (!*suite || strspn(suite, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(suite))
		return error_say(err, -EINVAL,
				 "source '%s': not a suite of Debian, such as debian:bookworm",
				 text);
	*source = (struct source){ SOURCE_DEBIAN, suite };
	return 0;
}

int source_parse(struct source *source, const char *text, struct error *err)
{
	static const char debian[] = "debian:";

	if (str_has_prefix(text, debian))
		return parse_suite(source, text, text + strlen(debian), err);
	if (text[0] == '/' && !text[strspn(text, "/")])
		*source = (struct source){ SOURCE_SERVER, "/" };
	else if (text[0] == '/')
		*source = (struct source){ is_archive(text) ? SOURCE_ARCHIVE : SOURCE_DIRECTORY,
					   text };
	else
		return error_say(err, -EINVAL,
				 "source '%s': give / for this server, debian:SUITE, or the "
				 "absolute path of a tar archive or of a directory that holds a "
				 "root file system",
				 text);
	return 0;
}
