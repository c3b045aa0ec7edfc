/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_settings: any bytes as mkdcroot.conf.  Errors have their line; what was taken can be said and taken again. */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/model/settings.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct round {
	const struct settings *s;
	struct settings *again;
};

static void say_again(const char *key, const char *type, const char *preset, bool per_host,
		      const char *help, void *arg)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_str struct str value = STR_INIT;
	struct round *r = arg;

	(void)preset, (void)help;
	settings_value(r->s, key, &value);
	/* Several values of a list are shown as one; an empty choice is its default. */
	if (strncmp(type, "list", 4) == 0 || !value.len)
		return;
	if (settings_set(r->again, key, value.data, &err) || settings_check(key, value.data, &err))
		abort();
	if (settings_is_per_host(key) != per_host)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_settings struct settings s = { 0 }, again = { 0 };
	cleanup_error struct error err = ERROR_INIT;
	struct round round = { &s, &again };
	cleanup_fd int fd = memfd_create("settings", MFD_CLOEXEC);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		return 0;
	settings_init(&s);
	settings_init(&again);
	if (settings_read(&s, path, false, &err)) {
		if (strncmp(error_text(&err), path, strlen(path)) != 0)
			abort();
		return 0;
	}
	settings_describe(say_again, &round);
	return 0;
}
