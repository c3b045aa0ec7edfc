/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_settings: mkdcroot.conf: defaults, mistakes with file and line, a host's own values. */
#include "mkdcroot/model/settings.h"
#include "mkdcroot/base/fs.h"
#include "tests/unit/tap.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char file[] = "/tmp/mkdcroot-settings.XXXXXX";

static int read_text(struct settings *s, const char *text, struct error *err)
{
	cleanup_error struct error ignored = ERROR_INIT;

	fs_replace_file(file, text, strlen(text), 0600, &ignored);
	settings_init(s);
	return settings_read(s, file, false, err);
}

static void refuse(const char *text, const char *word)
{
	cleanup_settings struct settings s = { 0 };
	cleanup_error struct error err = ERROR_INIT;
	int rc = read_text(&s, text, &err);

	tap_ok(rc < 0 && strstr(error_text(&err), word) && str_has_prefix(error_text(&err), file),
	       "refused with '%s': %s", word, rc < 0 ? error_text(&err) : "not refused");
}

static void test_defaults(void)
{
	cleanup_settings struct settings s = { 0 };
	cleanup_error struct error err = ERROR_INIT;

	settings_init(&s);
	TAP_OK(strcmp(s.farm, "/tftpboot") == 0 && strcmp(s.exports, "/etc/exports") == 0);
	TAP_OK(s.loop_direct_io && s.keep_generations == 2 && s.dns.n == 0);
	TAP_OK(settings_read(&s, "/nonexistent/x", true, &err) == 0);
	TAP_OK(settings_read(&s, "/nonexistent/x", false, &err) < 0);
}

static void test_values(void)
{
	cleanup_settings struct settings s = { 0 }, own = { 0 };
	cleanup_error struct error err = ERROR_INIT;
	cleanup_host struct host h = { 0 };

	tap_ok(read_text(&s,
			 "; mine\n[mkdcroot]\nfarm = /srv/farm/\ndns = 10.0.0.1\ndns = 10.0.0.2\n"
			 "keep_generations = 7\nloop_direct_io = no\nboot_backends = none\n",
			 &err) == 0,
	       "read: %s", err.text ? err.text : "");
	TAP_OK(strcmp(s.farm, "/srv/farm") == 0 && s.dns.n == 2 && !s.loop_direct_io);
	TAP_OK(host_set(&h, "dns=10.0.0.3", &err) == 0 &&
	       host_set(&h, "gateway=10.0.0.9", &err) == 0);
	TAP_OK(settings_for_host(&own, &s, &h, &err) == 0);
	TAP_OK(own.dns.n == 1 && strcmp(own.dns.v[0], "10.0.0.3") == 0);
	TAP_OK(strcmp(own.gateway, "10.0.0.9") == 0 && strcmp(s.gateway, "") == 0 && s.dns.n == 2);
}

int main(void)
{
	int fd = mkstemp(file);

	close(fd);
	test_defaults();
	test_values();
	refuse("farm = tftpboot\n", ":1: farm = tftpboot: not an absolute path");
	refuse("\nfarms = /x\n", ":2: unknown setting 'farms'");
	refuse("nfs_backend = samba\n", "'samba' is none of");
	refuse("keep_generations = -1\n", "not a number");
	refuse("loop_direct_io = 1\n", "yes or no");
	refuse("[other]\nfarm = /x\n", ":2: unknown section [other]");
	refuse("farm\n", ":1: neither");
	refuse("gateway = 300.1.1.1\n", "gateway");
	refuse("farm = /x\nnfs_server = y\nfarm = z\n", ":3: ");
	unlink(file);
	return tap_done();
}
