/* SPDX-License-Identifier: GPL-2.0-or-later */
/* modprobe: the directories of kmod, in its order; a name in an earlier one hides the same name in a later one. */
#include "mkdcroot/base/modprobe.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/error.h"
#include "mkdcroot/base/fs.h"

#include <string.h>

/* Names of modules may be written with - or _. */
static bool same_module(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if ((*a == '-' ? '_' : *a) != (*b == '-' ? '_' : *b))
			return false;
	return *a == *b;
}

static bool line_forbids(const char *line, const char *module)
{
	cleanup_strv struct strv words = STRV_INIT;

	strv_split(&words, line, " \t\r");
	return words.n >= 3 && strcmp(words.v[0], "install") == 0 &&
	       same_module(words.v[1], module) && !strstr(line, "modprobe");
}

unsigned int modprobe_forbids(const char *text, const char *module)
{
	for (unsigned int n = 1; *text; n++) {
		size_t len = strcspn(text, "\n");
		cleanup_str struct str line = STR_INIT;

		str_addn(&line, text, len);
		if (line_forbids(str_text(&line), module))
			return n;
		text += len + (text[len] == '\n');
	}
	return 0;
}

void modprobe_find_ban(const char *module, struct str *where)
{
	static const char *const dirs[] = { "/etc/modprobe.d", "/run/modprobe.d",
					    "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d",
					    "/lib/modprobe.d" };
	cleanup_strv struct strv seen = STRV_INIT;

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		cleanup_dir DIR *dir = opendir(dirs[i]);

		for (struct dirent *e; dir && (e = readdir(dir));) {
			cleanup_error struct error ignored = ERROR_INIT;
			cleanup_free char *path = fs_join(dirs[i], e->d_name);
			cleanup_str struct str text = STR_INIT;
			unsigned int line;

			if (!str_has_suffix(e->d_name, ".conf") || strv_has(&seen, e->d_name))
				continue;
			strv_add(&seen, e->d_name);
			if (fs_read_file(path, &text, &ignored))
				continue;
			line = modprobe_forbids(str_text(&text), module);
			if (!line)
				continue;
			str_addf(where, "%s:%u", path, line);
			return;
		}
	}
}
