/* SPDX-License-Identifier: GPL-2.0-or-later */
/* served: what add has made, seen again. */
#include "mkdcroot/serve/served.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/plan/mounting.h"
#include "mkdcroot/plan/register.h"
#include "mkdcroot/serve/cage.h"
#include "overlay/mounts.h"

#include <string.h>
#include <sys/stat.h>

__attribute__((format(printf, 2, 3))) static void complain(struct served *s, const char *fmt, ...)
{
	cleanup_free char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = mem_vprintf(fmt, ap);
	va_end(ap);
	if (strv_has(&s->said, text))
		return;
	log_warn("%s", text);
	strv_add(&s->said, text);
}

/* Mounted here, or outside; mounted now; else an error. */
static int mount_root(struct served *s, const struct host_state *state, const char *root,
		      struct error *err)
{
	const struct settings *settings = &s->farm->settings;
	int rc = host_is_mounted(settings, state);

	if (rc)
		return rc > 0 ? 0 : error_set(err, rc, "look at %s", root);
	if (s->outer >= 0)
		rc = cage_bring_mount(s->outer, root, err);
	if (!rc && s->mounts == SERVED_LOOK)
		return error_say(err, -ENOENT, "its root %s is not mounted: mkdcroot mount %s",
				 root, state->name);
	if (!rc)
		rc = mount_host(settings, state, err);
	if (rc < 0)
		return rc;
	if (!strv_has(&s->mounted, root))
		strv_add(&s->mounted, root);
	return 0;
}

/* Can @h be served?  Its strings go to @s->strings.  Errors are for the administrator. */
static int look_at(struct served *s, const struct host *h, struct served_host *out,
		   struct error *err)
{
	const struct settings *settings = &s->farm->settings;
	cleanup_host_state struct host_state state = { 0 };
	char *root, *boot_file;
	char ip[IP_TEXT_MAX];
	int rc;

	if (!h->mac.set)
		return error_say(err, -ENOENT, "its hardware address is not known (no mac= in %s)",
				 settings->hosts);
	if (!interface_reaches(s->interface, &h->ip))
		return error_say(err, -ENETUNREACH, "%s is not on the network of %s (%s/%s)",
				 ip_format(&h->ip, ip), s->interface->name, s->interface->address,
				 s->interface->netmask);
	rc = host_state_read(&state, settings, h->name, err);
	if (rc)
		return rc;
	boot_file = register_boot_path(settings, h, err);
	if (!boot_file)
		return err->status;
	strv_take(&s->strings, boot_file);
	root = path_root(settings, &h->ip);
	strv_take(&s->strings, root);
	strv_add(&s->strings, state.fsid);
	*out = (struct served_host){ .host = h,
				     .root = root,
				     .boot_file = boot_file,
				     .fsid = s->strings.v[s->strings.n - 1] };
	if (s->roots)
		rc = mount_root(s, &state, root, err);
	if (!rc && !fs_exists(boot_file))
		complain(s, "%s: there is no boot file %s: mkdcroot image %s makes it", h->name,
			 boot_file, h->name);
	return rc;
}

void served_read(struct served *s)
{
	const struct hosts_file *hosts = &s->farm->hosts;

	strv_free(&s->strings);
	free(s->v);
	s->v = mem_new((hosts->n + 1) * sizeof(*s->v));
	s->n = 0;
	for (size_t i = 0; i < hosts->n; i++) {
		cleanup_error struct error err = ERROR_INIT;

		if (look_at(s, &hosts->host[i], &s->v[s->n], &err) == 0)
			s->n++;
		else
			complain(s, "%s is not served: %s", hosts->host[i].name, error_text(&err));
	}
}

static bool is_served(const struct served *s, const char *root)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->v[i].root, root) == 0)
			return true;
	return false;
}

static void unmount(struct served *s, bool all)
{
	struct strv left = STRV_INIT;

	for (size_t i = 0; i < s->mounted.n; i++) {
		cleanup_error struct error ignored = ERROR_INIT;
		const char *root = s->mounted.v[i];

		if ((!all && is_served(s, root)) || mount_remove(root, &ignored))
			strv_add(&left, root);
	}
	strv_free(&s->mounted);
	s->mounted = left;
}

void served_unmount_stale(struct served *s)
{
	if (s->mounted.n)
		unmount(s, false);
}

void served_unmount_all(struct served *s)
{
	unmount(s, true);
}

/* FNV-1a */
static void mix(uint64_t *hash, uint64_t value)
{
	for (int i = 0; i < 8; i++, value >>= 8)
		*hash = (*hash ^ (value & 0xff)) * 0x100000001b3u;
}

static void mix_file(uint64_t *hash, char *path)
{
	struct stat st;

	if (stat(path, &st) == 0) {
		mix(hash, st.st_dev);
		mix(hash, st.st_ino);
		mix(hash, (uint64_t)st.st_size);
		mix(hash, (uint64_t)st.st_mtim.tv_sec);
		mix(hash, (uint64_t)st.st_mtim.tv_nsec);
	} else {
		mix(hash, (uint64_t)errno);
	}
	free(path);
}

uint64_t served_fingerprint(const struct served *s)
{
	const struct settings *settings = &s->farm->settings;
	uint64_t hash = 0xcbf29ce484222325u;

	mix_file(&hash, mem_strdup(settings->hosts));
	/* A new image, and a host's step to it. */
	mix_file(&hash, path_boot(settings));
	for (size_t i = 0; i < s->farm->hosts.n; i++)
		mix_file(&hash, path_host_state(settings, s->farm->hosts.host[i].name));
	return hash;
}

void served_free(struct served *s)
{
	free(s->v);
	strv_free(&s->strings);
	strv_free(&s->mounted);
	strv_free(&s->said);
	*s = (struct served){ 0 };
}
