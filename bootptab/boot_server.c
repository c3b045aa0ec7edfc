/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot_server: the table of backends, and what they share. */

#include "bootptab/boot_server.h"

#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"

#include <errno.h>
#include <string.h>

static const struct boot_server_ops *const backends[] = {
	&boot_server_bootptab,
	&boot_server_none,
};

#define N_BACKENDS (sizeof(backends) / sizeof(backends[0]))

const struct boot_server_ops *boot_server_find(const char *name, struct error *err)
{
	cleanup_str struct str known = STR_INIT;

	for (size_t i = 0; i < N_BACKENDS; i++) {
		if (!strcmp(backends[i]->name, name))
			return backends[i];
		str_addf(&known, "%s%s", i ? ", " : "", backends[i]->name);
	}
	error_say(err, -EINVAL, "no boot server backend is called \"%s\" (there are %s)", name,
		  str_text(&known));
	return NULL;
}

int boot_server_list(const struct boot_server_ops **list, int max, const struct settings *s,
		     struct error *err)
{
	cleanup_strv struct strv names = STRV_INIT;
	int n = 0;

	strv_split(&names, s->boot_backends ? s->boot_backends : "", " ,\t");
	for (size_t i = 0; i < names.n; i++) {
		const struct boot_server_ops *ops = boot_server_find(names.v[i], err);

		if (!ops)
			return error_wrap(err, "%s: boot_backends", s->file ? s->file : "settings");
		if (n == max)
			return error_say(err, -E2BIG, "boot_backends: more than %d names", max);
		list[n++] = ops;
	}
	return n;
}

int boot_server_open(struct boot_server *srv, const struct boot_server_ops *ops,
		     const struct settings *s, struct error *err)
{
	srv->ops = ops;
	srv->settings = s;
	srv->state = NULL;
	return ops->open(srv, err);
}

int boot_server_ensure(struct boot_server *srv, const struct boot_host *h, enum boot_state *state,
		       struct error *err)
{
	return srv->ops->ensure(srv, h, state, err);
}

int boot_server_remove(struct boot_server *srv, const char *name, enum boot_state *state,
		       struct error *err)
{
	return srv->ops->remove(srv, name, state, err);
}

bool boot_server_has(const struct boot_server *srv, const char *name)
{
	return srv->ops->has(srv, name);
}

bool boot_server_is_changed(const struct boot_server *srv)
{
	return srv->ops->is_changed(srv);
}

int boot_server_save(struct boot_server *srv, struct error *err)
{
	return srv->ops->save(srv, err);
}

int boot_server_reload(struct boot_server *srv, struct error *err)
{
	return srv->ops->reload(srv, err);
}

void boot_server_close(struct boot_server *srv)
{
	if (srv->ops)
		srv->ops->close(srv);
	srv->state = NULL;
}

/* Does @path have a component ".."? */
static bool climbs(const char *path)
{
	for (const char *p = strstr(path, ".."); p; p = strstr(p + 2, ".."))
		if ((p == path || p[-1] == '/') && (!p[2] || p[2] == '/'))
			return true;
	return false;
}

char *boot_file_name(const char *tftp_root, const char *file, struct error *err)
{
	size_t n = strlen(tftp_root);
	const char *name;

	while (n && tftp_root[n - 1] == '/')
		n--;
	name = file + n;
	while (strlen(file) > n && name[0] == '/' && name[1] == '/')
		name++;
	if (tftp_root[0] != '/' || file[0] != '/' || strncmp(tftp_root, file, n) ||
	    name[0] != '/' || !name[1] || climbs(file)) {
		error_say(err, -EINVAL,
			  "boot file %s: not below %s, where the TFTP daemon is rooted, so that no "
			  "client "
			  "could load it: set boot_file or tftp_root",
			  file, tftp_root);
		return NULL;
	}
	return mem_strdup(name);
}
