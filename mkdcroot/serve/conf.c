/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf: what the configurations of all daemons need. */
#include "mkdcroot/serve/conf.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/model/paths.h"

#include <ctype.h>
#include <string.h>

void conf_files_free(struct conf_files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		free(files->v[i].name);
		str_free(&files->v[i].text);
	}
	free(files->v);
	*files = (struct conf_files){ 0 };
}

struct str *conf_files_add(struct conf_files *files, const char *name)
{
	struct conf_file *f;

	files->v = mem_resize(files->v, files->n + 1, sizeof(*files->v));
	f = &files->v[files->n++];
	*f = (struct conf_file){ .name = mem_strdup(name), .text = STR_INIT };
	return &f->text;
}

int conf_check_text(const char *host, const char *what, const char *text, struct error *err)
{
	for (const char *p = text ? text : ""; *p; p++)
		if (iscntrl((unsigned char)*p))
			return error_say(err, -EINVAL,
					 "host %s: %s has a control character (%d): "
					 "that cannot be told to it",
					 host, what, (unsigned char)*p);
	return 0;
}

int conf_settings(struct settings *own, const struct farm_server_options *o,
		  const struct served_host *h, struct error *err)
{
	int rc = settings_for_host(own, &o->farm->settings, h->host, err);

	if (!rc && !*own->netmask)
		rc = settings_set(own, "netmask", o->netmask, err);
	/* What is served here is loaded here, whatever the farm's own daemons are called. */
	if (!rc)
		rc = settings_set(own, "tftp_server", o->address, err);
	return rc ? error_wrap(err, "host %s", h->host->name) : 0;
}

static bool is_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return strncmp(path, dir, n) == 0 && path[n] == '/';
}

char *conf_tftp_root(const struct farm_server_options *o)
{
	char *boot = path_boot(&o->farm->settings);

	for (size_t i = 0; i < o->n_hosts; i++) {
		if (is_below(o->hosts[i].boot_file, boot))
			continue;
		free(boot);
		return mem_strdup(o->farm->settings.tftp_root);
	}
	return boot;
}
