/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exports_match: what an entry is about: which paths, which computers. */

#include "exports/exports.h"

#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool exports_covers_path(const struct exports_entry *entry, const char *path)
{
	size_t n = strlen(entry->path);

	while (n && entry->path[n - 1] == '/')
		n--;
	return !strncmp(entry->path, path, n) && (path[n] == '/' || !path[n]);
}

/* The address's bytes in network order, and how many. */
static const uint8_t *bytes_of(const struct ip_addr *ip, size_t *n)
{
	if (ip->family == AF_INET6) {
		*n = 16;
		return ip->v6.s6_addr;
	}
	*n = 4;
	return (const uint8_t *)&ip->v4;
}

/* Any address, also one that no computer may have (a network's). */
static bool parse_any(struct ip_addr *ip, const char *text)
{
	memset(ip, 0, sizeof(*ip));
	if (inet_pton(AF_INET, text, &ip->v4) == 1)
		ip->family = AF_INET;
	else if (inet_pton(AF_INET6, text, &ip->v6) == 1)
		ip->family = AF_INET6;
	return ip->family != AF_UNSPEC;
}

/* The mask behind the slash: a length, or a dotted quad. */
static bool parse_mask(uint8_t *mask, size_t n, const char *text)
{
	struct ip_addr dotted;
	char *end;
	unsigned long bits;

	if (strchr(text, '.')) {
		if (n != 4 || !parse_any(&dotted, text))
			return false;
		memcpy(mask, &dotted.v4, 4);
		return true;
	}
	bits = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || bits > n * 8)
		return false;
	for (size_t i = 0; i < n; i++, bits -= bits < 8 ? bits : 8)
		mask[i] = (uint8_t)(bits >= 8 ? 0xff : 0xff00 >> bits);
	return true;
}

static enum exports_match match_network(const char *client, const struct ip_addr *ip)
{
	cleanup_free char *address = mem_strdup(client);
	char *slash = strchr(address, '/');
	struct ip_addr net;
	const uint8_t *a, *b;
	uint8_t mask[16];
	size_t n;

	*slash = '\0';
	if (!parse_any(&net, address) || net.family != ip->family)
		return EXPORTS_NO;
	a = bytes_of(&net, &n);
	b = bytes_of(ip, &n);
	if (!parse_mask(mask, n, slash + 1))
		return EXPORTS_NO;
	for (size_t i = 0; i < n; i++)
		if ((a[i] ^ b[i]) & mask[i])
			return EXPORTS_NO;
	return EXPORTS_YES;
}

enum exports_match exports_covers_client(const struct exports_entry *entry,
					 const struct ip_addr *ip, const char *name)
{
	const char *client = entry->client;
	struct ip_addr other;

	if (!*client || !strcmp(client, "*") || !strncmp(client, "gss/", 4))
		return EXPORTS_YES;
	if (*client == '@')
		return EXPORTS_MAYBE;
	if (strpbrk(client, "*?[")) {
		if (!name)
			return EXPORTS_MAYBE;
		/* A name may be known with its domain too: only a match is certain. */
		return fnmatch(client, name, FNM_CASEFOLD) ? EXPORTS_MAYBE : EXPORTS_YES;
	}
	if (strchr(client, '/'))
		return match_network(client, ip);
	if (parse_any(&other, client))
		return ip_equal(&other, ip) ? EXPORTS_YES : EXPORTS_NO;
	return name && !strcasecmp(client, name) ? EXPORTS_YES : EXPORTS_MAYBE;
}
