/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preparing a layer with the shipped profiles: secrets and identities out, units masked,
 * each manager of the network made to leave the interface alone; and trees that want
 * to lead us outside.
 */
#include "mkdcroot/root/prepare.h"
#include "tests/unit/box.h"
#include "tests/unit/tap.h"

static int prepare_by(const struct box *b, const char *name, struct prepare_report *r,
		      struct error *err)
{
	struct profile p = PROFILE_INIT;
	struct strv dirs = STRV_INIT;
	int rc;

	strv_add(&dirs, "share/profiles");
	rc = profile_load_one(&p, &dirs, name, err);
	if (!rc)
		rc = prepare_layer(&p, &b->tree, r, err);
	profile_free(&p);
	strv_free(&dirs);
	return rc;
}

/* By the profile for Debian; false and a remark when it fails. */
static bool prepare(const struct box *b, struct prepare_report *r)
{
	struct error err = ERROR_INIT;
	int rc = prepare_by(b, "debian", r, &err);

	if (rc)
		printf("# %s\n", error_text(&err));
	error_clear(&err);
	return !rc;
}

#define PEM "-----BEGIN OPENSSH PRIVATE KEY-----\nSECRET\n-----END OPENSSH PRIVATE KEY-----\n"

/* What must not be there afterwards: path and something to be found in it. */
static const struct {
	const char *path, *text;
} secrets[] = {
	{ "/etc/ssh/ssh_host_ed25519_key", PEM },
	{ "/etc/ssh/ssh_host_ecdsa_key", PEM },
	{ "/etc/ssh/ssh_host_rsa_key", PEM },
	{ "/etc/ssh/ssh_host_rsa_key.pub", "ssh-rsa SECRET" },
	{ "/etc/ssl/private/ssl-cert-snakeoil.key", PEM },
	{ "/etc/pki/tls/private/localhost.key", PEM },
	{ "/etc/letsencrypt/live/x/privkey.pem", PEM },
	{ "/etc/wireguard/wg0.conf", "PrivateKey=SECRET" },
	{ "/etc/systemd/network/wg0.netdev", "PrivateKey=SECRET" },
	{ "/etc/openvpn/client/my.key", PEM },
	{ "/etc/ipsec.secrets", ": PSK SECRET" },
	{ "/etc/krb5.keytab", "SECRET" },
	{ "/etc/sssd/sssd.conf", "ldap_default_authtok = SECRET" },
	{ "/etc/NetworkManager/system-connections/wifi.nmconnection", "psk=SECRET" },
	{ "/etc/netplan/50-cloud-init.yaml", "password: SECRET" },
	{ "/etc/wpa_supplicant/wpa_supplicant.conf", "psk=SECRET" },
	{ "/var/lib/NetworkManager/secret_key", "SECRET" },
	{ "/var/lib/systemd/random-seed", "SECRET" },
	{ "/var/lib/urandom/random-seed", "SECRET" },
	{ "/var/lib/systemd/credential.secret", "SECRET" },
	{ "/var/lib/samba/private/secrets.tdb", "SECRET" },
	{ "/var/lib/cloud/instance/user-data.txt", "SECRET" },
	{ "/var/cache/debconf/passwords.dat", "SECRET" },
	{ "/etc/mysql/debian.cnf", "password = SECRET" },
	{ "/etc/ppp/chap-secrets", "* * SECRET" },
	{ "/etc/postfix/sasl_passwd", "SECRET" },
	{ "/etc/apt/auth.conf.d/x.conf", "password SECRET" },
	{ "/etc/security/opasswd", "joe:1000:1:$6$SECRET" },
	{ "/etc/shadow-", "joe:$6$SECRET:1::::::" },
	{ "/etc/gshadow-", "x:$6$SECRET::" },
	{ "/root/.ssh/id_ed25519", PEM },
	{ "/root/.bash_history", "mysql -pSECRET" },
	{ "/home/joe/.ssh/id_rsa", PEM },
	{ "/home/joe/.bash_history", "SECRET" },
	{ "/srv/git/deploy.key", PEM },
	{ "/var/backups/shadow.bak", "joe:$6$SECRET:1::::::" },
	{ "/var/log/auth.log", "sudo SECRET" },
	{ "/var/log/installer/cdebconf/questions.dat", "SECRET" },
	{ "/var/spool/cron/crontabs/root", "SECRET" },
	{ "/etc/bootptab", "SECRET" },
	{ "/etc/exports", "/home SECRET(rw)" },
	{ "/etc/crypttab", "x /dev/sda2 SECRET" },
};

static void test_secrets(void)
{
	struct prepare_report r = { 0 }, again = { 0 };
	struct box b;

	box_open(&b);
	for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++)
		box_write(&b, secrets[i].path, secrets[i].text, 0600);
	box_write(&b, "/etc/machine-id", "0123456789abcdef0123456789abcdef\n", 0444);
	box_write(&b, "/var/lib/dbus/machine-id", "0123456789abcdef0123456789abcdef\n", 0444);
	box_write(&b, "/etc/mtab", "/dev/sda1 / ext4\n", 0644);
	box_write(&b, "/etc/fstab", "UUID=1 / ext4\nnas:/x /x nfs rw 0 0\n", 0644);
	box_write(&b, "/etc/passwd",
		  "root:x:0:0:root:/root:/bin/bash\n_chrony:x:105:1:::\n"
		  "joe:x:1000:1000:Joe:/home/joe:/bin/bash\nnobody:x:65534:65534:::\n",
		  0644);
	box_write(&b, "/etc/shadow",
		  "root:$6$SECRET:19000:0:99999:7:::\n_chrony:!:1::::::\njoe:$y$SECRET:1:::::",
		  0640);
	box_write(&b, "/etc/group", "root:x:0:\nsudo:x:27:joe,ann\njoe:x:1000:\n", 0644);
	box_write(&b, "/etc/gshadow", "root:*::\nsudo:$6$SECRET::joe\njoe:!::\n", 0640);
	box_write(&b, "/etc/subuid", "joe:100000:65536\n", 0644);
	if (!tap_ok(prepare(&b, &r), "a server's tree is prepared"))
		return;
	for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++) {
		char *text = box_read(&b, secrets[i].path);

		tap_ok(!text || !*text, "gone: %s", secrets[i].path);
		free(text);
	}
	tap_ok(box_has(&b, "/etc/machine-id", "") && box_mode(&b, "/etc/machine-id") == 0444,
	       "machine-id is there and empty");
	TAP_OK(box_links(&b, "/var/lib/dbus/machine-id", "/etc/machine-id"));
	TAP_OK(box_links(&b, "/etc/mtab", "../proc/self/mounts"));
	TAP_OK(box_has(&b, "/etc/passwd",
		       "root:x:0:0:root:/root:/bin/bash\n_chrony:x:105:1:::\n"
		       "nobody:x:65534:65534:::\n"));
	TAP_OK(box_has(&b, "/etc/shadow", "root:*:19000:0:99999:7:::\n_chrony:!:1::::::\n"));
	TAP_OK(box_mode(&b, "/etc/shadow") == 0640);
	TAP_OK(box_has(&b, "/etc/group", "root:x:0:\nsudo:x:27:ann\n"));
	TAP_OK(box_has(&b, "/etc/gshadow", "root:*::\nsudo:*::\n"));
	TAP_OK(box_has(&b, "/etc/subuid", ""));
	TAP_OK(box_contains(&b, "/etc/fstab", "nas:/x /x nfs rw 0 0\n") &&
	       box_contains(&b, "/etc/fstab", "\ntmpfs /tmp tmpfs ") &&
	       !box_contains(&b, "/etc/fstab", "UUID"));
	tap_ok(r.people == 1 && r.hashes == 2, "people and hashes are counted: %zu, %zu", r.people,
	       r.hashes);
	TAP_OK(r.scrubbed > 20 && r.lines.n > 30);
	tap_ok(prepare(&b, &again) && again.scrubbed + again.removed + again.emptied +
						      again.masked + again.written + again.people +
						      again.hashes ==
					      0,
	       "a second time there is nothing to do");
	for (size_t i = 0; i < again.lines.n; i++)
		printf("# again: %s\n", again.lines.v[i]);
	prepare_report_free(&r);
	prepare_report_free(&again);
	box_close(&b);
}

static void test_masks(void)
{
	static const char *const units[] = {
		"/usr/lib/systemd/system/fstrim.timer", "/usr/lib/systemd/system/apt-daily.timer",
		"/etc/systemd/system/mkdcroot-farm.service", "/lib/systemd/system/dnsmasq.service",
		"/usr/lib/systemd/system/NetworkManager-wait-online.service"
	};
	struct prepare_report r = { 0 };
	struct box b;

	box_open(&b);
	for (size_t i = 0; i < 5; i++)
		box_write(&b, units[i], "[Unit]\n", 0644);
	box_write(&b, "/etc/init.d/isc-dhcp-server", "#!/bin/sh\n", 0755);
	box_write(&b, "/usr/lib/systemd/system/ssh.service", "[Unit]\n", 0644);
	TAP_OK(prepare(&b, &r) && r.masked == 6);
	for (size_t i = 0; i < 5; i++) {
		char *mask = mem_printf("/etc/systemd/system%s", strrchr(units[i], '/'));

		tap_ok(box_links(&b, mask, "/dev/null"), "masked: %s", strrchr(units[i], '/') + 1);
		free(mask);
	}
	tap_ok(box_links(&b, "/etc/systemd/system/isc-dhcp-server.service", "/dev/null"),
	       "a System V script is masked too");
	TAP_OK(!tree_exists(&b.tree, "/etc/systemd/system/ssh.service"));
	tap_ok(!tree_exists(&b.tree, "/etc/systemd/system/smartd.service"),
	       "units that the tree does not have are not masked");
	TAP_OK(box_links(&b, "/etc/systemd/system-generators/systemd-gpt-auto-generator",
			 "/dev/null"));
	TAP_OK(box_contains(&b, "/etc/systemd/journald.conf.d/90-mkdcroot.conf",
			    "\nRuntimeMaxUse="));
	prepare_report_free(&r);
	box_close(&b);
}

static void test_networks(void)
{
	struct prepare_report r = { 0 };
	struct box b;

	box_open(&b);
	box_write(&b, "/etc/network/interfaces", "auto eth0\niface eth0 inet dhcp\n", 0644);
	box_write(&b, "/etc/network/interfaces.d/eth1", "iface eth1 inet static\n", 0644);
	box_write(&b, "/usr/sbin/netplan", "", 0755);
	box_write(&b, "/etc/netplan/01.yaml", "network: {}\n", 0600);
	box_write(&b, "/usr/lib/netplan/00-x.yaml", "network: {}\n", 0644);
	box_write(&b, "/etc/NetworkManager/NetworkManager.conf", "[main]\n", 0644);
	box_write(&b, "/etc/NetworkManager/system-connections/eth0.nmconnection", "x\n", 0600);
	box_write(&b, "/etc/systemd/network/10-eth.network", "[Match]\nName=e*\n", 0644);
	box_write(&b, "/etc/systemd/network/05-eth.network", "[Match]\nName=e*\n", 0644);
	box_write(&b, "/etc/systemd/network/br0.netdev", "[NetDev]\n", 0644);
	box_write(&b, "/etc/sysconfig/network-scripts/ifcfg-eth0", "IPADDR=1\n", 0644);
	box_write(&b, "/etc/sysconfig/network-scripts/ifcfg-lo", "DEVICE=lo\n", 0644);
	box_write(&b, "/etc/cloud/cloud.cfg", "x\n", 0644);
	box_write(&b, "/usr/lib/systemd/system/dhcpcd.service", "x\n", 0644);
	TAP_OK(prepare(&b, &r));
	tap_ok(box_contains(&b, "/etc/network/interfaces", "\niface lo inet loopback\n") &&
		       !box_contains(&b, "/etc/network/interfaces", "eth0") &&
		       !tree_exists(&b.tree, "/etc/network/interfaces.d/eth1"),
	       "ifupdown has only lo");
	tap_ok(!tree_exists(&b.tree, "/etc/netplan/01.yaml") &&
		       !tree_exists(&b.tree, "/usr/lib/netplan/00-x.yaml"),
	       "netplan has nothing");
	tap_ok(box_contains(&b, "/etc/NetworkManager/conf.d/zz-mkdcroot.conf",
			    "\nunmanaged-devices=*,except:type:wifi"),
	       "NetworkManager keeps to Wi-Fi");
	tap_ok(box_contains(&b, "/etc/systemd/network/00-mkdcroot.network", "\nUnmanaged=yes\n") &&
		       !tree_exists(&b.tree, "/etc/systemd/network/10-eth.network") &&
		       !tree_exists(&b.tree, "/etc/systemd/network/05-eth.network") &&
		       !tree_exists(&b.tree, "/etc/systemd/network/br0.netdev"),
	       "networkd manages no wired interface");
	tap_ok(!tree_exists(&b.tree, "/etc/sysconfig/network-scripts/ifcfg-eth0") &&
		       tree_exists(&b.tree, "/etc/sysconfig/network-scripts/ifcfg-lo"),
	       "ifcfg files but lo's are gone");
	TAP_OK(tree_exists(&b.tree, "/etc/cloud/cloud-init.disabled"));
	TAP_OK(box_links(&b, "/etc/systemd/system/dhcpcd.service", "/dev/null"));
	prepare_report_free(&r);
	box_close(&b);
}

/* Paths that preparation writes, cuts, empties or removes: as links that lead outside. */
static const char *const planted[] = {
	"/etc/machine-id",
	"/etc/fstab",
	"/etc/mtab",
	"/etc/network/interfaces",
	"/etc/exports",
	"/etc/crypttab",
	"/var/log/wtmp",
	"/var/log/x/y.log",
	"/etc/ssh/ssh_host_rsa_key",
	"/var/lib/systemd/random-seed",
	"/etc/systemd/journald.conf.d/90-mkdcroot.conf",
	"/etc/cloud/cloud-init.disabled",
	"/etc/hostname",
	"/etc/systemd/system/fstrim.timer",
};

/* @how: 0 absolute link, 1 relative with many "..", 2 a loop, 3 a FIFO, 4 a directory link. */
static void plant(struct box *b, int how)
{
	char *up = mem_printf("../../../../../../../../../..%s", b->victim);
	char *here = mem_printf("../outside");

	for (size_t i = 0; i < sizeof(planted) / sizeof(*planted); i++) {
		char *full = box_path(b, planted[i]);

		if (how == 3 ? mkfifo(full, 0600)
			     : symlink(how == 0	  ? b->victim
				       : how == 1 ? up
						  : strrchr(planted[i], '/') + 1,
				       full))
			box_die(full);
		free(full);
	}
	free(up);
	free(here);
}

static void test_planted(void)
{
	static const char *const how[] = { "absolute links", "links with ..", "loops", "FIFOs" };

	for (int i = 0; i < 4; i++) {
		struct prepare_report r = { 0 };
		struct error err = ERROR_INIT;
		struct box b;
		int rc;

		box_open(&b);
		plant(&b, i);
		alarm(20); /* a FIFO that is opened would block for ever */
		rc = prepare_by(&b, "debian", &r, &err);
		alarm(0);
		/* fstab is read: what is no file there is an error that names it. */
		tap_ok(rc == 0 || (err.text && strstr(err.text, "/etc/fstab")), "%s: %s", how[i],
		       rc ? err.text : "prepared");
		tap_ok(box_victim_is_whole(&b), "%s: nothing outside was touched", how[i]);
		error_clear(&err);
		prepare_report_free(&r);
		box_close(&b);
	}
}

/* Directories that are links to outside: emptying and writing below them must stay inside. */
static void test_planted_directories(void)
{
	static const char *const dirs[] = { "/root",	     "/home",
					    "/srv",	     "/var/log",
					    "/etc/ssh",	     "/etc/systemd/network",
					    "/etc/network",  "/tmp",
					    "/var/lib/dbus", "/etc/NetworkManager" };

	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++) {
		struct prepare_report r = { 0 };
		struct error err = ERROR_INIT;
		char *outside, *file;
		struct box b;

		box_open(&b);
		outside = mem_printf("%s/elsewhere", b.dir);
		file = mem_printf("%s/ssh_host_rsa_key", outside);
		if (mkdir(outside, 0755))
			box_die(outside);
		box_put(file, BOX_VICTIM, 0600);
		box_symlink(&b, outside, dirs[i]);
		prepare_by(&b, "debian", &r, &err);
		tap_ok(fs_exists(file) && fs_disk_usage(outside) < 65536 && box_victim_is_whole(&b),
		       "%s -> outside: nothing there was touched", dirs[i]);
		error_clear(&err);
		prepare_report_free(&r);
		free(outside);
		free(file);
		box_close(&b);
	}
}

/* A hard link to a file that is written is cut loose, not written through. */
static void test_hard_links(void)
{
	struct prepare_report r = { 0 };
	char *log, *other, *text;
	struct box b;

	box_open(&b);
	box_write(&b, "/data/other", "keep\n", 0644);
	box_mkdir(&b, "/var/log");
	other = box_path(&b, "/data/other");
	log = box_path(&b, "/var/log/app.log");
	if (link(other, log))
		box_die(log);
	TAP_OK(prepare(&b, &r));
	text = box_read(&b, "/data/other");
	tap_ok(text && strcmp(text, "keep\n") == 0 && box_has(&b, "/var/log/app.log", ""),
	       "a log is cut, the file it was a link of is not");
	free(text);
	free(log);
	free(other);
	prepare_report_free(&r);
	box_close(&b);
}

int main(void)
{
	test_secrets();
	test_masks();
	test_networks();
	test_planted();
	test_planted_directories();
	test_hard_links();
	return tap_done();
}
