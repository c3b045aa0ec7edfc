/* SPDX-License-Identifier: GPL-2.0-or-later */
/* running: reads proc files only. */
#include "mkdcroot/try/running.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/str.h"

#include <inttypes.h>
#include <string.h>

#define NFSD_CLIENTS	"/proc/fs/nfsd/clients"
#define NFS_PORT	2049
#define TCP_ESTABLISHED 1
#define LEASE_SECONDS	90

/* What stands behind "@key: " in its own line of @text, or NULL. */
static const char *value_of(const char *text, const char *key)
{
	size_t len = strlen(key);

	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *at = line + strspn(line, " \t");

		if (strncmp(at, key, len) == 0 && at[len] == ':')
			return at + len + 1 + strspn(at + len + 1, " \t\"");
	}
	return NULL;
}

bool running_nfsd_client(const char *text, const struct ip_addr *ip)
{
	const char *address = value_of(text, "address"), *status = value_of(text, "status");
	const char *renewed = value_of(text, "seconds from last renew");
	char own[IP_TEXT_MAX];
	size_t len;

	ip_format(ip, own);
	len = strlen(own);
	/* address: "192.168.1.100:873" */
	if (!address || strncmp(address, own, len) != 0 ||
	    (address[len] != ':' && address[len] != '"'))
		return false;
	if (!status || strncmp(status, "confirmed", 9) != 0)
		return false;
	return !renewed || strtoul(renewed, NULL, 10) < LEASE_SECONDS;
}

bool running_tcp(const char *text, const struct ip_addr *ip)
{
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		uint32_t local, remote;
		unsigned int local_port, remote_port, state;

		/* Addresses are printed as the machine's 32-bit number of the bytes in network order. */
		if (sscanf(line, "%*[ 0-9]: %" SCNx32 ":%x %" SCNx32 ":%x %x", &local, &local_port,
			   &remote, &remote_port, &state) == 5 &&
		    state == TCP_ESTABLISHED && local_port == NFS_PORT && remote == ip->v4.s_addr)
			return true;
	}
	return false;
}

/* Files of /proc have no size: read until the end. */
static void read_proc(const char *path, struct str *out)
{
	cleanup_file FILE *f = fopen(path, "re");
	char buf[4096];
	size_t n;

	while (f && (n = fread(buf, 1, sizeof(buf), f)) > 0)
		str_addn(out, buf, n);
}

static bool has_lease(const struct ip_addr *ip)
{
	cleanup_dir DIR *dir = opendir(NFSD_CLIENTS);
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		cleanup_free char *path = mem_printf(NFSD_CLIENTS "/%s/info", e->d_name);
		cleanup_str struct str text = STR_INIT;

		if (e->d_name[0] == '.')
			continue;
		read_proc(path, &text);
		if (running_nfsd_client(str_text(&text), ip))
			return true;
	}
	return false;
}

char *running_evidence(const struct ip_addr *ip)
{
	cleanup_str struct str tcp = STR_INIT;
	char text[IP_TEXT_MAX];

	ip_format(ip, text);
	if (has_lease(ip))
		return mem_printf("%s renewed its NFSv4 lease within the last %d s", text,
				  LEASE_SECONDS);
	read_proc("/proc/net/tcp", &tcp);
	if (running_tcp(str_text(&tcp), ip))
		return mem_printf("%s has a connection to the NFS server", text);
	return NULL;
}
