/* SPDX-License-Identifier: GPL-2.0-or-later */
/* farm_daemon: the table of the daemons. */
#include "mkdcroot/serve/farm_daemon.h"
#include "mkdcroot/base/cleanup.h"

#include <signal.h>
#include <string.h>

#define PORT_BOOTPS  67
#define PORT_TFTP    69
#define PORT_RPCBIND 111
#define PORT_NFS     2049

const struct port rpcbind_port = { .kind = PORT_TCP, .number = PORT_RPCBIND };

/* No system bus: nfs-ganesha would take its name on the machine's. */
#define NO_DBUS "DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/no-dbus"

static bool wants_dnsmasq(const struct farm_server_options *o)
{
	return strcmp(o->boot_server, "dnsmasq") == 0;
}

static bool wants_bootpd(const struct farm_server_options *o)
{
	return strcmp(o->boot_server, "bootpd") == 0;
}

static bool wants_nfs(const struct farm_server_options *o)
{
	return o->nfs;
}

/* NFSv3 needs one; one that the machine has will do. */
static bool wants_rpcbind(const struct farm_server_options *o)
{
	return o->nfs && !port_is_bound(&rpcbind_port);
}

static void add_all(struct strv *argv, const char *const *words)
{
	for (; *words; words++)
		strv_add(argv, *words);
}

static void dnsmasq_command(const struct farm_server_options *o, struct strv *argv)
{
	static const char *const words[] = { "dnsmasq", "--conf-file=/run/dnsmasq.conf", NULL };

	(void)o;
	add_all(argv, words);
}

static void dnsmasq_tftp_command(const struct farm_server_options *o, struct strv *argv)
{
	static const char *const words[] = { "dnsmasq", "--conf-file=/run/dnsmasq-tftp.conf",
					     NULL };

	(void)o;
	add_all(argv, words);
}

/* As from inetd, with a socket that hears our interface only; it never times out, and says what it does. */
static void bootpd_command(const struct farm_server_options *o, struct strv *argv)
{
	static const char *const words[] = {
		"bootpd", "-i", "-t", "0", "-d4", "/run/bootptab", NULL
	};

	(void)o;
	add_all(argv, words);
}

static void tftpd_command(const struct farm_server_options *o, struct strv *argv)
{
	static const char *const words[] = { "in.tftpd", "-L", "-v", "-v", "-u", "nobody", NULL };

	add_all(argv, words);
	strv_addf(argv, "--address=%s:%d", o->address, PORT_TFTP);
	strv_add(argv, "-s");
	strv_take(argv, conf_tftp_root(o));
}

static void rpcbind_command(const struct farm_server_options *o, struct strv *argv)
{
	static const char *const words[] = { "rpcbind", "-f", NULL };

	(void)o;
	add_all(argv, words);
}

static void ganesha_command(const struct farm_server_options *o, struct strv *argv)
{
	static const char *const words[] = {
		"ganesha.nfsd",	    "-F", "-L", "STDOUT", "-f", "/run/ganesha.conf", "-p",
		"/run/ganesha.pid", NULL
	};

	(void)o;
	add_all(argv, words);
}

const struct farm_daemon farm_daemons[] = {
	{ .name = "rpcbind",
	  .package = "rpcbind",
	  .wanted = wants_rpcbind,
	  .command = rpcbind_command,
	  .ports = { { PORT_TCP, PORT_RPCBIND, false } } },
	{ .name = "nfs-ganesha",
	  .package = "nfs-ganesha-vfs",
	  .wanted = wants_nfs,
	  .configure = conf_ganesha,
	  .command = ganesha_command,
	  .env = NO_DBUS,
	  .ports = { { PORT_TCP, PORT_NFS, false } },
	  .reload = SIGHUP },
	{ .name = "dnsmasq-tftp",
	  .package = "dnsmasq-base",
	  .wanted = wants_dnsmasq,
	  .configure = conf_dnsmasq_tftp,
	  .command = dnsmasq_tftp_command,
	  .ports = { { PORT_UDP, PORT_TFTP, false } },
	  .reload = RELOAD_RESTART },
	{ .name = "dnsmasq",
	  .package = "dnsmasq-base",
	  .wanted = wants_dnsmasq,
	  .configure = conf_dnsmasq,
	  .command = dnsmasq_command,
	  .ports = { { PORT_UDP, PORT_BOOTPS, true } },
	  .reload = RELOAD_RESTART },
	{ .name = "in.tftpd",
	  .package = "tftpd-hpa",
	  .wanted = wants_bootpd,
	  .command = tftpd_command,
	  .ports = { { PORT_UDP, PORT_TFTP, false } } },
	{ .name = "bootpd",
	  .package = "bootp",
	  .wanted = wants_bootpd,
	  .configure = conf_bootpd,
	  .command = bootpd_command,
	  .input = { PORT_UDP, PORT_BOOTPS, true },
	  .by_syslog = true,
	  .reload = SIGHUP },
	{ 0 },
};

int conf_all(const struct farm_server_options *o, struct conf_files *files, struct error *err)
{
	int rc = 0;

	for (const struct farm_daemon *k = farm_daemons; !rc && k->name; k++)
		if (k->configure && k->wanted(o))
			rc = k->configure(o, files, err);
	return rc;
}

void conf_commands(const struct farm_server_options *o, struct strv *lines)
{
	for (const struct farm_daemon *k = farm_daemons; k->name; k++) {
		cleanup_strv struct strv argv = STRV_INIT;
		struct str line = STR_INIT;

		if (!k->wanted(o))
			continue;
		k->command(o, &argv);
		for (size_t i = 0; i < argv.n; i++)
			str_addf(&line, "%s%s", i ? " " : "", argv.v[i]);
		strv_take(lines, str_steal(&line));
	}
}
