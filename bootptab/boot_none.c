/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot_none: no boot server is looked after; somebody else answers the hosts. */

#include "bootptab/boot_server.h"

static int none_preflight(const struct settings *s, struct strv *warnings, struct error *err)
{
	(void)s, (void)warnings, (void)err;
	return 0;
}

static int none_open(struct boot_server *srv, struct error *err)
{
	(void)srv, (void)err;
	return 0;
}

static int none_ensure(struct boot_server *srv, const struct boot_host *h, enum boot_state *state,
		       struct error *err)
{
	(void)srv, (void)h, (void)err;
	*state = BOOT_UNCHANGED;
	return 0;
}

static int none_remove(struct boot_server *srv, const char *name, enum boot_state *state,
		       struct error *err)
{
	(void)srv, (void)name, (void)err;
	*state = BOOT_ABSENT;
	return 0;
}

/* Where nothing is written, nothing is missing. */
static bool none_has(const struct boot_server *srv, const char *name)
{
	(void)srv, (void)name;
	return true;
}

static bool none_is_changed(const struct boot_server *srv)
{
	(void)srv;
	return false;
}

static void none_close(struct boot_server *srv)
{
	(void)srv;
}

const struct boot_server_ops boot_server_none = {
	.name = "none",
	.preflight = none_preflight,
	.open = none_open,
	.ensure = none_ensure,
	.remove = none_remove,
	.has = none_has,
	.is_changed = none_is_changed,
	.save = none_open,
	.reload = none_open,
	.close = none_close,
};
