/* SPDX-License-Identifier: GPL-2.0-or-later */
/* service_status: need comes from the settings, state from net_ports, the cure from services_table. */
#include "mkdcroot/plan/service_status.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/plan/served_from.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <string.h>

const struct service_info service_infos[N_SERVICES] = {
	[SERVICE_BOOT] = { "boot-server", "boot server", "UDP 67" },
	[SERVICE_TFTP] = { "tftp", "TFTP", "UDP 69" },
	[SERVICE_RPCBIND] = { "rpcbind", "rpcbind", "TCP 111" },
	[SERVICE_MOUNTD] = { "mountd", "mountd", "-" },
	[SERVICE_NFS] = { "nfs", "NFS", "TCP 2049" },
};

/* mountd has no port of its own. */
static const struct {
	uint16_t port;
	bool tcp;
} ports_of[N_SERVICES] = {
	[SERVICE_BOOT] = { 67, false },
	[SERVICE_TFTP] = { 69, false },
	[SERVICE_RPCBIND] = { 111, true },
	[SERVICE_NFS] = { 2049, true },
};

/* Who listens for others. */
static bool is_superserver(const char *name)
{
	static const char *const names[] = { "inetd", "xinetd", "systemd", "rlinetd",
					     "inetutils-inetd" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static void add_address(struct str *out, const struct in6_addr *local)
{
	char text[INET6_ADDRSTRLEN];

	if (IN6_IS_ADDR_V4MAPPED(local))
		inet_ntop(AF_INET, &local->s6_addr32[3], text, sizeof(text));
	else
		inet_ntop(AF_INET6, local, text, sizeof(text));
	if (!strstr(str_text(out), text))
		str_addf(out, "%s%s", out->len ? ", " : "", text);
}

static bool is_loopback(const struct in6_addr *a)
{
	return IN6_IS_ADDR_LOOPBACK(a) || (IN6_IS_ADDR_V4MAPPED(a) && a->s6_addr[12] == 127);
}

static bool serves(const struct net_port *p, const char *server)
{
	struct in_addr v4;

	if (p->any)
		return true;
	if (inet_pton(AF_INET, server, &v4) != 1)
		return !is_loopback(&p->local);
	return IN6_IS_ADDR_V4MAPPED(&p->local) && p->local.s6_addr32[3] == v4.s_addr;
}

enum service_state service_state_of(const struct net_ports *ports, uint16_t port, bool tcp,
				    const char *server, struct str *where, struct strv *owners)
{
	enum service_state state = SERVICE_DOWN;

	for (size_t i = 0; i < ports->n; i++) {
		const struct net_port *p = &ports->port[i];

		if (p->port != port || p->tcp != tcp)
			continue;
		if (serves(p, server))
			state = SERVICE_UP;
		else if (state == SERVICE_DOWN)
			state = SERVICE_OTHER_ADDRESS;
		add_address(where, &p->local);
		for (size_t k = 0; k < p->owners.n; k++)
			if (!strv_has(owners, p->owners.v[k]))
				strv_add(owners, p->owners.v[k]);
	}
	return state;
}

char *service_owners_in_words(const struct strv *owners)
{
	cleanup_str struct str daemons = STR_INIT;
	const char *super = NULL;

	for (size_t i = 0; i < owners->n; i++) {
		if (is_superserver(owners->v[i]))
			super = owners->v[i];
		else if (strcmp(owners->v[i], "tcpd") != 0)
			str_addf(&daemons, "%s%s", daemons.len ? ", " : "", owners->v[i]);
	}
	if (super && strcmp(super, "systemd") == 0)
		str_addf(&daemons, daemons.len ? " (socket unit of systemd)"
					       : "systemd (socket unit), which starts it when it "
						 "is asked");
	else if (super)
		str_addf(&daemons,
			 daemons.len ? " (from %s)" : "%s, which starts it when it is asked",
			 super);
	return str_steal(&daemons);
}

static bool is_own_address(const char *text)
{
	struct in_addr wanted;
	struct ifaddrs *all;
	bool own = false;

	if (inet_pton(AF_INET, text, &wanted) != 1 || getifaddrs(&all) < 0)
		return false;
	for (const struct ifaddrs *i = all; i && !own; i = i->ifa_next) {
		const struct sockaddr_in *a = (const struct sockaddr_in *)i->ifa_addr;

		own = a && a->sin_family == AF_INET && a->sin_addr.s_addr == wanted.s_addr;
	}
	freeifaddrs(all);
	return own;
}

bool settings_want_nfs3(const char *nfs, const char *nfs_options)
{
	cleanup_strv struct strv options = STRV_INIT;
	bool v3 = true;

	if (*nfs)
		return strcmp(nfs, "3") == 0;
	strv_split(&options, nfs_options, ", ");
	for (size_t i = 0; i < options.n; i++) {
		const char *value = strchr(options.v[i], '=');

		if (str_has_prefix(options.v[i], "vers=") ||
		    str_has_prefix(options.v[i], "nfsvers="))
			v3 = value[1] == '3';
		else if (str_has_prefix(options.v[i], "v4"))
			v3 = false;
	}
	return v3;
}

static bool any_nfs3(const struct farm *farm)
{
	const struct settings *s = &farm->settings;
	/* Without hosts yet: as the first one will be. */
	bool any = !farm->hosts.n && settings_want_nfs3(s->nfs, s->nfs_options);

	for (size_t i = 0; !any && i < farm->hosts.n; i++) {
		const char *nfs = host_setting(&farm->hosts.host[i], "nfs");
		const char *options = host_setting(&farm->hosts.host[i], "nfs_options");

		any = settings_want_nfs3(nfs ? nfs : s->nfs, options ? options : s->nfs_options);
	}
	return any;
}

/* What the hosts are told, or "" when that cannot be found out. */
static void find_server(char *out, const struct farm *farm)
{
	cleanup_error struct error ignored = ERROR_INIT;
	struct served_from from;

	if (farm->hosts.n &&
	    !served_from(&from, &farm->settings, &farm->hosts.host[0].ip, &ignored))
		strcpy(out, from.server);
	else
		snprintf(out, IP_TEXT_MAX, "%s", farm->settings.nfs_server);
}

static void decide_needs(struct services *out, const struct farm *farm)
{
	const struct settings *s = &farm->settings;
	bool kernel = strcmp(s->nfs_backend, "kernel") == 0;
	bool nfs = strcmp(s->nfs_backend, "none") != 0, boot = false;
	bool nfs_away = *s->nfs_server && !is_own_address(s->nfs_server);
	const char *tftp = *s->tftp_server ? s->tftp_server : s->nfs_server;
	bool tftp_away = *tftp && !is_own_address(tftp), v3 = any_nfs3(farm);
	struct service_status *all = out->service;

	for (int i = 0; i < farm->n_boot; i++)
		boot = boot || farm->boot[i] != &boot_server_none;
	all[SERVICE_BOOT].need = boot ? SERVICE_NEEDED : SERVICE_NOT_NEEDED;
	all[SERVICE_TFTP].need = tftp_away ? SERVICE_ELSEWHERE
				 : boot	   ? SERVICE_NEEDED
					   : SERVICE_NOT_NEEDED;
	all[SERVICE_NFS].need = nfs_away ? SERVICE_ELSEWHERE
				: nfs	 ? SERVICE_NEEDED
					 : SERVICE_NOT_NEEDED;
	all[SERVICE_RPCBIND].need = v3 ? all[SERVICE_NFS].need : SERVICE_NOT_NEEDED;
	/* The kernel's server asks mountd who may have what, with NFSv4 too. */
	all[SERVICE_MOUNTD].need = v3 || kernel ? all[SERVICE_NFS].need : SERVICE_NOT_NEEDED;
	for (int i = 0; i < N_SERVICES; i++)
		all[i].elsewhere = mem_strdup(all[i].need != SERVICE_ELSEWHERE ? ""
					      : i == SERVICE_TFTP	       ? tftp
									       : s->nfs_server);
}

static const char *how_to_start(const struct distribution *d, enum service service, bool ganesha)
{
	static const enum unit units[N_SERVICES] = {
		[SERVICE_BOOT] = UNIT_BOOTPD,	  [SERVICE_TFTP] = UNIT_TFTPD,
		[SERVICE_RPCBIND] = UNIT_RPCBIND, [SERVICE_MOUNTD] = UNIT_MOUNTD,
		[SERVICE_NFS] = UNIT_NFS,
	};
	enum unit unit = units[service];

	if (ganesha && (service == SERVICE_NFS || service == SERVICE_MOUNTD))
		unit = UNIT_GANESHA;
	return d && d->unit[unit].start ? d->unit[unit].start : "";
}

static void look_at_mountd(struct service_status *out, bool ganesha, bool look)
{
	const char *name = ganesha ? "ganesha.nfsd" : "rpc.mountd";

	out->state = !look || net_ports_process_runs(name) ? SERVICE_UP : SERVICE_DOWN;
	out->by = mem_strdup(look && out->state == SERVICE_UP ? name : "");
	out->where = mem_strdup("");
}

static void look_at(struct service_status *out, const struct net_ports *ports, enum service service,
		    const char *server, bool saw_all)
{
	cleanup_strv struct strv owners = STRV_INIT;
	cleanup_str struct str where = STR_INIT;

	out->state = service_state_of(ports, ports_of[service].port, ports_of[service].tcp, server,
				      &where, &owners);
	out->by = service_owners_in_words(&owners);
	out->where = mem_strdup(out->state == SERVICE_OTHER_ADDRESS ? str_text(&where) : "");
	/* The sockets of the kernel's server are nobody's. */
	if (service == SERVICE_NFS && out->state == SERVICE_UP && !owners.n && saw_all) {
		free(out->by);
		out->by = mem_strdup("the kernel");
	}
}

void services_read(struct services *out, const struct farm *farm, bool owners)
{
	static const uint16_t wanted[] = { 67, 69, 111, 2049 };
	bool ganesha = strcmp(farm->settings.nfs_backend, "ganesha") == 0;
	cleanup_net_ports struct net_ports ports = { 0 };
	char server[IP_TEXT_MAX] = "";
	bool saw_all = false;

	*out = (struct services){ .distribution = distribution_here() };
	find_server(server, farm);
	decide_needs(out, farm);
	net_ports_read(&ports);
	if (owners)
		saw_all = net_ports_find_owners(&ports, wanted, sizeof(wanted) / sizeof(wanted[0]));
	for (int i = 0; i < N_SERVICES; i++) {
		/* Requests are broadcast: what the hosts are told does not matter for them. */
		const char *at = i == SERVICE_BOOT ? ""
				 : i == SERVICE_TFTP && *farm->settings.tftp_server
					 ? farm->settings.tftp_server
					 : server;

		if (i == SERVICE_MOUNTD)
			look_at_mountd(&out->service[i], ganesha, owners);
		else
			look_at(&out->service[i], &ports, (enum service)i, at, saw_all);
		out->service[i].start = how_to_start(out->distribution, (enum service)i, ganesha);
	}
}

bool service_is_missing(const struct service_status *s)
{
	return s->need == SERVICE_NEEDED && s->state != SERVICE_UP;
}

void services_free(struct services *s)
{
	for (int i = 0; i < N_SERVICES; i++) {
		free(s->service[i].by);
		free(s->service[i].where);
		free(s->service[i].elsewhere);
	}
	*s = (struct services){ 0 };
}
