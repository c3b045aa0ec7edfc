/* SPDX-License-Identifier: GPL-2.0-or-later */
/* services: what is said here of tcpd and the inetds was seen on Debian 12; tests/cli/services.bats holds it. */
#include "mkdcroot/plan/services.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/plan/served_from.h"
#include "mkdcroot/plan/service_status.h"

#include <arpa/inet.h>
#include <string.h>

/* What the texts are made of. */
struct parts {
	const struct settings *settings;
	const struct distribution *here;
	const char *programs; /* directory of bootpd and in.tftpd */
	char *bootpd;	      /* its arguments behind the name, with a blank before each */
	char *tftpd;
	struct strv networks; /* "192.168.1.0/255.255.255.0", or a host's address */
	bool nfs3;
};

static void free_parts(struct parts *p)
{
	free(p->bootpd);
	free(p->tftpd);
	strv_free(&p->networks);
}
#define cleanup_parts __attribute__((cleanup(free_parts)))

static bool is_in(const struct ip_addr *ip, const char *network)
{
	cleanup_strv struct strv pair = STRV_INIT;
	struct in_addr net, mask;

	strv_split(&pair, network, "/");
	return pair.n == 2 && inet_pton(AF_INET, pair.v[0], &net) == 1 &&
	       inet_pton(AF_INET, pair.v[1], &mask) == 1 &&
	       (ip->v4.s_addr & mask.s_addr) == net.s_addr;
}

static bool is_known(const struct strv *networks, const struct ip_addr *ip)
{
	for (size_t i = 0; i < networks->n; i++)
		if (is_in(ip, networks->v[i]))
			return true;
	return false;
}

/* hosts_access(5): every libwrap knows a netmask, but none of them the one of a single host. */
static void add_network(struct strv *networks, const struct settings *s, const struct host *h)
{
	cleanup_error struct error ignored = ERROR_INIT;
	const char *netmask = host_setting(h, "netmask");
	struct served_from from = { 0 };
	struct in_addr net, mask;
	char text[IP_TEXT_MAX];

	if (is_known(networks, &h->ip))
		return;
	if (!netmask && !served_from(&from, s, &h->ip, &ignored))
		netmask = from.netmask;
	if (!netmask || inet_pton(AF_INET, netmask, &mask) != 1 || mask.s_addr == 0xffffffff) {
		strv_add(networks, ip_format(&h->ip, text));
		return;
	}
	net.s_addr = h->ip.v4.s_addr & mask.s_addr;
	inet_ntop(AF_INET, &net, text, sizeof(text));
	strv_addf(networks, "%s/%s", text, netmask);
}

static int check_path(const char *key, const char *path, struct error *err)
{
	if (!strpbrk(path, " \t\n\"#\\"))
		return 0;
	return error_say(
		err, -EINVAL,
		"%s = %s: the files of an inetd know no names with blanks, quotes, # or \\", key,
		path);
}

static int collect(struct parts *p, const struct farm *farm, const struct distribution *here,
		   struct error *err)
{
	const struct settings *s = &farm->settings;
	cleanup_free char *boot = path_boot(s);
	bool whole_paths = strcmp(s->tftp_root, "/") == 0;
	int rc = check_path("bootptab", s->bootptab, err);

	if (!rc)
		rc = whole_paths ? check_path("farm", boot, err)
				 : check_path("tftp_root", s->tftp_root, err);
	if (rc)
		return rc;
	p->settings = s;
	p->here = here;
	p->programs = here ? here->programs : "/usr/sbin";
	p->bootpd = strcmp(s->bootptab, "/etc/bootptab") == 0 ? mem_strdup("")
							      : mem_printf(" %s", s->bootptab);
	/* Without a root of its own it hands out what lies in the directories that are named. */
	p->tftpd = whole_paths ? mem_printf(" %s", boot) : mem_printf(" -s %s", s->tftp_root);
	for (size_t i = 0; i < farm->hosts.n; i++)
		add_network(&p->networks, s, &farm->hosts.host[i]);
	p->nfs3 = settings_want_nfs3(s->nfs, s->nfs_options);
	return 0;
}

static void write_inetd(struct str *out, const struct parts *p)
{
	str_addf(out,
		 "# udp4, not udp: openbsd-inetd takes udp for two sockets, IPv4 and IPv6, and the "
		 "kernel hands\n"
		 "# a broadcast to both, so that two bootpd would run.  An inetd that knows no "
		 "udp4: udp.\n"
		 "# bootpd ends when nobody has asked for 120 minutes (-t), in.tftpd after 15 "
		 "minutes.\n"
		 "bootps\tdgram\tudp4\twait\troot\t/usr/sbin/tcpd\tbootpd -i -t 120%s\n"
		 "tftp\tdgram\tudp4\twait\troot\t/usr/sbin/tcpd\tin.tftpd%s\n"
		 "# tcpd looks for them in /usr/sbin.  Without tcpd write %s/bootpd and\n"
		 "# %s/in.tftpd in its place.  Let it be read:  pkill -HUP -x inetd\n",
		 p->bootpd, p->tftpd, p->programs, p->programs);
}

static void write_xinetd_service(struct str *out, const char *name, const char *arguments)
{
	str_addf(out,
		 "service %s\n{\n"
		 "\tsocket_type = dgram\n"
		 "\tprotocol    = udp\n"
		 "\twait        = yes\n"
		 "\tuser        = root\n"
		 "\tflags       = IPv4 NAMEINARGS\n"
		 "\tserver      = /usr/sbin/tcpd\n"
		 "\tserver_args = %s\n"
		 "\tcps         = 200 10\n"
		 "\tdisable     = no\n}\n",
		 name, arguments);
}

static void write_xinetd(struct str *out, const struct parts *p)
{
	cleanup_free char *bootpd = mem_printf("bootpd -i -t 120%s", p->bootpd);
	cleanup_free char *tftpd = mem_printf("in.tftpd%s", p->tftpd);

	str_add(out, "# NAMEINARGS: server_args begins with the daemon's name, as tcpd wants it.  "
		     "xinetd asks hosts.allow\n"
		     "# itself as well (by that name), refuses without tcpd's pause of 5 s, and so "
		     "is the better one here.\n"
		     "# cps: as many starts a second, or a pause of 10 s.\n");
	write_xinetd_service(out, "bootps", bootpd);
	write_xinetd_service(out, "tftp", tftpd);
	str_add(out, "# Let it be read:  pkill -HUP -x xinetd\n");
}

static void write_services(struct str *out)
{
	str_add(out, "# The inetds and the daemons look their ports up by these names.\n"
		     "bootps\t\t67/udp\n"
		     "bootpc\t\t68/udp\n"
		     "tftp\t\t69/udp\n"
		     "sunrpc\t\t111/tcp\tportmapper\n"
		     "sunrpc\t\t111/udp\tportmapper\n"
		     "nfs\t\t2049/tcp\n");
}

static void write_clients(struct str *out, const struct parts *p, const char *daemon,
			  const char *first)
{
	str_addf(out, "%s%s:%s", p->networks.n || first ? "" : "# ", daemon, first ? first : "");
	for (size_t i = 0; i < p->networks.n; i++)
		str_addf(out, " %s", p->networks.v[i]);
	str_add(out, p->networks.n ? "\n" : first ? "\n" : " NETWORK/NETMASK (no hosts yet)\n");
}

static void write_allow(struct str *out, const struct parts *p)
{
	str_add(out,
		"# What tcpd does for a datagram service with \"wait\", and what it does not:\n"
		"# - A diskless computer has no address when it asks: its request comes from "
		"0.0.0.0, and with the hosts'\n"
		"#   network alone it would be refused.\n"
		"# - Only the datagram that starts the daemon is checked.  As long as bootpd runs "
		"(-t) it answers everybody\n"
		"#   whose hardware address is in the bootptab, and nobody else: that is what "
		"guards it.\n"
		"# - A refusal takes tcpd 5 s, in which nobody is answered: one stranger who keeps "
		"asking keeps all hosts\n"
		"#   waiting.  Where that can happen write \"bootpd: ALL\", use xinetd, or start "
		"bootpd alone.\n"
		"# - in.tftpd checks each request itself, also when it runs alone.  bootpd never "
		"does.\n"
		"# - tcpd looks up the name of who asks: without an answering name server have the "
		"hosts in /etc/hosts.\n"
		"# Networks are written with their netmask, which every libwrap knows.\n");
	write_clients(out, p, "bootpd", " 0.0.0.0");
	write_clients(out, p, "in.tftpd", NULL);
	if (p->nfs3) {
		str_add(out, "# NFSv3: Debian's rpcbind and rpc.mountd go by these files, too.\n");
		write_clients(out, p, "rpcbind", " 127.0.0.1");
		write_clients(out, p, "mountd", NULL);
	}
}

static void write_deny(struct str *out, const struct parts *p)
{
	str_add(out, "bootpd: ALL\nin.tftpd: ALL\n");
	if (p->nfs3)
		str_add(out, "rpcbind: ALL\nmountd: ALL\n");
}

static void write_alone(struct str *out, const struct parts *p)
{
	str_addf(out,
		 "# Instead of an inetd, whose two lines must go first.  Both go into the "
		 "background.\n"
		 "%s/bootpd -s%s\n"
		 "%s/in.tftpd -l%s\n"
		 "# bootpd wants the server's own name in /etc/hosts, and ends when it is not "
		 "found.  A client that asks for\n"
		 "# a broadcast is answered to the interface's broadcast address: ip address must "
		 "show one (brd).\n",
		 p->programs, p->bootpd, p->programs, p->tftpd);
	if (p->here && strcmp(p->here->ids, " debian ") == 0)
		str_addf(out,
			 "# Debian starts in.tftpd by itself (tftpd-hpa.service); in "
			 "/etc/default/tftpd-hpa:\n"
			 "#\tTFTP_DIRECTORY=\"%s\"\n#\tTFTP_OPTIONS=\"%s\"\n",
			 strrchr(p->tftpd, ' ') + 1,
			 str_has_prefix(p->tftpd, " -s") ? "--secure" : "");
}

static void write_unit(struct str *out, const struct parts *p)
{
	str_addf(out,
		 "# bootpd's package brings none.  Then:  systemctl enable --now bootpd\n"
		 "[Unit]\nDescription=BOOTP server for diskless computers\n"
		 "Wants=network-online.target\nAfter=network-online.target nss-lookup.target\n\n"
		 "[Service]\nType=forking\nExecStart=%s/bootpd -s%s\nRestart=on-failure\n\n"
		 "[Install]\nWantedBy=multi-user.target\n",
		 p->programs, p->bootpd);
}

static void write_distribution(struct str *out, const struct distribution *d, const struct parts *p)
{
	bool ganesha = strcmp(p->settings->nfs_backend, "ganesha") == 0;
	const enum unit wanted[] = { UNIT_TFTPD, UNIT_RPCBIND, ganesha ? UNIT_GANESHA : UNIT_NFS };

	str_addf(out, "# %s (%s)%s\n", d->name, d->tested ? "tested" : "untested",
		 d == p->here ? ": this machine" : "");
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		const struct service_unit *u = &d->unit[wanted[i]];

		if (wanted[i] == UNIT_RPCBIND && !p->nfs3)
			continue;
		if (u->start)
			str_addf(out, "%s%s\t# %s, package %s\n", d == p->here ? "" : "#\t",
				 u->start, u->name, u->package ? u->package : "not known");
		else
			str_addf(out, "#\t%s: %s\n",
				 wanted[i] == UNIT_TFTPD ? "in.tftpd" : "nfs-ganesha",
				 u->package ? "from an inetd" : "no package is known");
	}
}

static void write_nfs(struct str *out, const struct parts *p)
{
	if (strcmp(p->settings->nfs_backend, "none") == 0)
		str_add(out, "# nfs_backend = none: the roots are not served by this machine.\n");
	else
		str_addf(out, "# nfs_backend = %s, NFSv%s.  %s\n", p->settings->nfs_backend,
			 p->nfs3 ? "3: rpcbind is needed" : "4: rpcbind is not needed",
			 strcmp(p->settings->nfs_backend, "kernel") == 0
				 ? "rpc.mountd is started with nfs-server, and needed with NFSv4, "
				   "too."
				 : "nfs-ganesha is its own mountd.");
	if (!p->here)
		str_add(out, "# This machine is none of these distributions.\n");
	for (const struct distribution *d = distributions; d->name; d++)
		write_distribution(out, d, p);
}

int service_texts_make(struct service_text out[SERVICE_TEXTS], const struct farm *farm,
		       const struct distribution *here, struct error *err)
{
	static const struct {
		const char *key, *file;
		void (*write)(struct str *out, const struct parts *p);
	} kinds[SERVICE_TEXTS] = {
		{ "inetd.conf", "/etc/inetd.conf, for openbsd-inetd", write_inetd },
		{ "xinetd", "/etc/xinetd.d/mkdcroot, for xinetd instead", write_xinetd },
		{ "services", "/etc/services, where they are missing", NULL },
		{ "hosts.allow", "/etc/hosts.allow, for tcpd", write_allow },
		{ "hosts.deny", "/etc/hosts.deny", write_deny },
		{ "alone", "stand-alone, without inetd and tcpd", write_alone },
		{ "bootpd.service", "/etc/systemd/system/bootpd.service, for bootpd alone",
		  write_unit },
		{ "nfs", "NFS, and TFTP by the distribution's own unit", write_nfs },
	};
	cleanup_parts struct parts p = { .networks = STRV_INIT };
	int rc = collect(&p, farm, here, err);

	for (int i = 0; !rc && i < SERVICE_TEXTS; i++) {
		struct str text = STR_INIT;

		if (kinds[i].write)
			kinds[i].write(&text, &p);
		else
			write_services(&text);
		out[i] = (struct service_text){ kinds[i].key, kinds[i].file, str_steal(&text) };
	}
	return rc;
}

void service_texts_free(struct service_text texts[SERVICE_TEXTS])
{
	for (int i = 0; i < SERVICE_TEXTS; i++)
		free(texts[i].text);
}
