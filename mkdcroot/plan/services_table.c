/* SPDX-License-Identifier: GPL-2.0-or-later */
/* services_table: Debian 12 is tested; the others are written down from their documentation, and said to be so. */
#include "mkdcroot/plan/services_table.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"

#include <string.h>

const struct distribution distributions[] = {
	{ " debian ",
	  "Debian 12",
	  true,
	  "/usr/sbin",
	  {
		  [UNIT_BOOTPD] = { "bootp", NULL, NULL },
		  [UNIT_TFTPD] = { "tftpd-hpa", "tftpd-hpa", "systemctl enable --now tftpd-hpa" },
		  [UNIT_RPCBIND] = { "rpcbind", "rpcbind.socket",
				     "systemctl enable --now rpcbind.socket" },
		  [UNIT_MOUNTD] = { "nfs-kernel-server", "nfs-mountd.service",
				    "systemctl enable --now nfs-server" },
		  [UNIT_NFS] = { "nfs-kernel-server", "nfs-server.service",
				 "systemctl enable --now nfs-server" },
		  [UNIT_GANESHA] = { "nfs-ganesha nfs-ganesha-vfs", "nfs-ganesha.service",
				     "systemctl enable --now nfs-ganesha" },
	  } },
	{ " ubuntu ",
	  "Ubuntu",
	  false,
	  "/usr/sbin",
	  {
		  [UNIT_BOOTPD] = { "bootp", NULL, NULL },
		  [UNIT_TFTPD] = { "tftpd-hpa", "tftpd-hpa", "systemctl enable --now tftpd-hpa" },
		  [UNIT_RPCBIND] = { "rpcbind", "rpcbind.socket",
				     "systemctl enable --now rpcbind.socket" },
		  [UNIT_MOUNTD] = { "nfs-kernel-server", "nfs-mountd.service",
				    "systemctl enable --now nfs-server" },
		  [UNIT_NFS] = { "nfs-kernel-server", "nfs-server.service",
				 "systemctl enable --now nfs-server" },
		  [UNIT_GANESHA] = { "nfs-ganesha nfs-ganesha-vfs", "nfs-ganesha.service",
				     "systemctl enable --now nfs-ganesha" },
	  } },
	{ " fedora rhel centos ",
	  "Fedora, RHEL",
	  false,
	  "/usr/sbin",
	  {
		  [UNIT_BOOTPD] = { NULL, NULL, NULL },
		  [UNIT_TFTPD] = { "tftp-server", "tftp.socket",
				   "systemctl enable --now tftp.socket" },
		  [UNIT_RPCBIND] = { "rpcbind", "rpcbind.socket",
				     "systemctl enable --now rpcbind.socket" },
		  [UNIT_MOUNTD] = { "nfs-utils", "nfs-mountd.service",
				    "systemctl enable --now nfs-server" },
		  [UNIT_NFS] = { "nfs-utils", "nfs-server.service",
				 "systemctl enable --now nfs-server" },
		  [UNIT_GANESHA] = { "nfs-ganesha nfs-ganesha-vfs", "nfs-ganesha.service",
				     "systemctl enable --now nfs-ganesha" },
	  } },
	{ " opensuse opensuse-leap opensuse-tumbleweed sles suse ",
	  "openSUSE",
	  false,
	  "/usr/sbin",
	  {
		  [UNIT_BOOTPD] = { NULL, NULL, NULL },
		  [UNIT_TFTPD] = { "tftp", "tftp.socket", "systemctl enable --now tftp.socket" },
		  [UNIT_RPCBIND] = { "rpcbind", "rpcbind.socket",
				     "systemctl enable --now rpcbind.socket" },
		  [UNIT_MOUNTD] = { "nfs-kernel-server", "nfs-mountd.service",
				    "systemctl enable --now nfs-server" },
		  [UNIT_NFS] = { "nfs-kernel-server", "nfs-server.service",
				 "systemctl enable --now nfs-server" },
		  [UNIT_GANESHA] = { "nfs-ganesha nfs-ganesha-vfs", "nfs-ganesha.service",
				     "systemctl enable --now nfs-ganesha" },
	  } },
	{ " arch ",
	  "Arch Linux",
	  false,
	  "/usr/bin",
	  {
		  [UNIT_BOOTPD] = { NULL, NULL, NULL },
		  [UNIT_TFTPD] = { "tftp-hpa", "tftpd.service", "systemctl enable --now tftpd" },
		  [UNIT_RPCBIND] = { "rpcbind", "rpcbind.socket",
				     "systemctl enable --now rpcbind.socket" },
		  [UNIT_MOUNTD] = { "nfs-utils", "nfs-mountd.service",
				    "systemctl enable --now nfs-server" },
		  [UNIT_NFS] = { "nfs-utils", "nfs-server.service",
				 "systemctl enable --now nfs-server" },
		  [UNIT_GANESHA] = { NULL, "nfs-ganesha.service",
				     "systemctl enable --now nfs-ganesha" },
	  } },
	{ " alpine ",
	  "Alpine",
	  false,
	  "/usr/sbin",
	  {
		  [UNIT_BOOTPD] = { NULL, NULL, NULL },
		  [UNIT_TFTPD] = { "tftp-hpa", "in.tftpd",
				   "rc-update add in.tftpd && rc-service in.tftpd start" },
		  [UNIT_RPCBIND] = { "rpcbind", "rpcbind",
				     "rc-update add rpcbind && rc-service rpcbind start" },
		  [UNIT_MOUNTD] = { "nfs-utils", "nfs",
				    "rc-update add nfs && rc-service nfs start" },
		  [UNIT_NFS] = { "nfs-utils", "nfs", "rc-update add nfs && rc-service nfs start" },
		  [UNIT_GANESHA] = { NULL, NULL, NULL },
	  } },
	{ " slackware ",
	  "Slackware",
	  false,
	  "/usr/sbin",
	  {
		  [UNIT_BOOTPD] = { "bootp", NULL, NULL },
		  [UNIT_TFTPD] = { "tftp-hpa", NULL, NULL },
		  [UNIT_RPCBIND] = { "rpcbind", "/etc/rc.d/rc.rpc",
				     "chmod +x /etc/rc.d/rc.rpc && /etc/rc.d/rc.rpc start" },
		  [UNIT_MOUNTD] = { "nfs-utils", "/etc/rc.d/rc.nfsd",
				    "chmod +x /etc/rc.d/rc.nfsd && /etc/rc.d/rc.nfsd start" },
		  [UNIT_NFS] = { "nfs-utils", "/etc/rc.d/rc.nfsd",
				 "chmod +x /etc/rc.d/rc.nfsd && /etc/rc.d/rc.nfsd start" },
		  [UNIT_GANESHA] = { NULL, NULL, NULL },
	  } },
	{ .name = NULL },
};

static const struct distribution *find_id(const char *id)
{
	cleanup_free char *word = mem_printf(" %s ", id);

	for (const struct distribution *d = distributions; d->name; d++)
		if (strstr(d->ids, word))
			return d;
	return NULL;
}

/* The words of KEY=... in @os_release, os-release(5): quoted or not. */
static void values_of(struct strv *words, const char *os_release, const char *key)
{
	cleanup_strv struct strv lines = STRV_INIT;

	strv_split(&lines, os_release, "\n");
	for (size_t i = 0; i < lines.n; i++)
		if (str_has_prefix(lines.v[i], key))
			strv_split(words, lines.v[i] + strlen(key), " \t\"'\r");
}

const struct distribution *distribution_find(const char *os_release)
{
	cleanup_strv struct strv ids = STRV_INIT;
	const struct distribution *d = NULL;

	values_of(&ids, os_release, "ID=");
	values_of(&ids, os_release, "ID_LIKE=");
	for (size_t i = 0; !d && i < ids.n; i++)
		d = find_id(ids.v[i]);
	return d;
}

const struct distribution *distribution_here(void)
{
	static const char *const paths[] = { "/etc/os-release", "/usr/lib/os-release" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		cleanup_error struct error ignored = ERROR_INIT;
		cleanup_str struct str text = STR_INIT;

		if (!fs_read_file(paths[i], &text, &ignored))
			return distribution_find(str_text(&text));
	}
	return NULL;
}
