/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host_made: FNV-1a; nobody gains by a collision. */
#include "mkdcroot/plan/host_made.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/str.h"

#include <inttypes.h>

/* Also the byte that ends the text. */
static uint64_t add(uint64_t hash, const char *text)
{
	do
		hash = (hash ^ (unsigned char)*text) * 1099511628211u;
	while (*text++);
	return hash;
}

struct walk {
	const struct settings *settings;
	uint64_t hash;
};

static void add_setting(const char *key, const char *type, const char *preset, bool per_host,
			const char *help, void *arg)
{
	cleanup_str struct str value = STR_INIT;
	struct walk *w = arg;

	(void)type, (void)preset, (void)help;
	if (!per_host)
		return;
	settings_value(w->settings, key, &value);
	w->hash = add(add(w->hash, key), str_text(&value));
}

void host_made_open(struct host_made *m, const struct settings *s)
{
	struct walk w = { .settings = s, .hash = 14695981039346656037u };

	settings_describe(add_setting, &w);
	m->settings = w.hash;
	network_open(&m->net);
}

void host_made_close(struct host_made *m)
{
	network_close(&m->net);
}

void host_made_digest(const struct host_made *m, const struct host *h, const char *line,
		      char out[17])
{
	char server[IP_TEXT_MAX] = "", netmask[IP_TEXT_MAX];
	uint64_t hash = add(m->settings, line);

	/* Without a route nothing can be made, which is said elsewhere. */
	(void)network_address(&m->net, &h->ip, server);
	network_netmask(&m->net, &h->ip, netmask);
	snprintf(out, 17, "%016" PRIx64, add(add(hash, server), netmask));
}
