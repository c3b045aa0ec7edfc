/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel checker: verdicts, modules and findings for configurations made from a whole one. */
#include "kernel-config/check.h"
#include "mkdcroot/base/cleanup.h"
#include "tests/unit/tap.h"

#include <stdlib.h>
#include <string.h>

static const char nics[] = "card | rtl | CARD_A CARD_B | card-a card_b | pci | 10ec:8139 | A card\n"
			   "stick | - | STICK | stick | usb | 0bda:8153 | A stick\n";

/* Everything that is needed to boot alone. */
static const char whole[] =
	"CONFIG_BINFMT_ELF=y\nCONFIG_NET=y\nCONFIG_INET=y\nCONFIG_PCI=y\nCONFIG_NFS_FS=y\n"
	"CONFIG_NFS_V3=y\nCONFIG_NFS_V4=y\nCONFIG_NFS_V4_1=y\nCONFIG_ROOT_NFS=y\nCONFIG_IP_PNP=y\n"
	"CONFIG_IP_PNP_DHCP=y\nCONFIG_IP_PNP_BOOTP=y\nCONFIG_BLK_DEV_INITRD=y\nCONFIG_MODULES=y\n"
	"CONFIG_PACKET=m\nCONFIG_CARD_A=y\nCONFIG_CARD_B=y\nCONFIG_DEVTMPFS_MOUNT=y\n"
	"CONFIG_CGROUPS=y\nCONFIG_UNIX=y\nCONFIG_TMPFS=y\nCONFIG_PROC_FS=y\nCONFIG_SYSFS=y\n"
	"CONFIG_DEVTMPFS=y\nCONFIG_INOTIFY_USER=y\nCONFIG_SIGNALFD=y\nCONFIG_TIMERFD=y\n"
	"CONFIG_EPOLL=y\nCONFIG_FHANDLE=y\nCONFIG_FUTEX=y\nCONFIG_MULTIUSER=y\n"
	"CONFIG_FILE_LOCKING=y\nCONFIG_BINFMT_SCRIPT=y\nCONFIG_TTY=y\nCONFIG_UNIX98_PTYS=y\n"
	"CONFIG_BLOCK=y\nCONFIG_TMPFS_XATTR=y\nCONFIG_TMPFS_POSIX_ACL=y\n";

struct change {
	const char *lines; /* added to the whole configuration */
	const char *nic;   /* NULL: none */
	enum check_verdict verdict;
	const char *modules; /* of the result, separated by blanks */
	const char *finding; /* a text that one finding has, or NULL for no finding at all */
};

static const struct change changes[] = {
	{ "", "card", CHECK_ALONE, "", NULL },
	{ "", NULL, CHECK_ALONE, "", NULL },
	{ "CONFIG_IP_PNP_DHCP=n\n", "card", CHECK_ALONE, "", NULL },
	{ "CONFIG_NFS_V3=n\n", "card", CHECK_ALONE, "", NULL },
	{ "CONFIG_CARD_B=m\n", "card", CHECK_INITRD, "card_b af_packet",
	  "CONFIG_CARD_B is a module" },
	{ "CONFIG_CARD_A=m\nCONFIG_CARD_B=m\nCONFIG_NFS_FS=m\nCONFIG_NFS_V3=m\nCONFIG_NFS_V4=m\n"
	  "CONFIG_ROOT_NFS=n\n",
	  "card", CHECK_INITRD, "card-a card_b nfs nfsv3 nfsv4 af_packet",
	  "CONFIG_ROOT_NFS is off" },
	{ "CONFIG_IP_PNP_DHCP=n\nCONFIG_IP_PNP_BOOTP=n\n", "card", CHECK_INITRD, "af_packet",
	  "CONFIG_IP_PNP_BOOTP or CONFIG_IP_PNP_DHCP is off" },
	{ "CONFIG_ROOT_NFS=n\nCONFIG_BLK_DEV_INITRD=n\n", "card", CHECK_NO, "", "takes no initrd" },
	{ "CONFIG_NFS_FS=m\nCONFIG_MODULES=n\n", "card", CHECK_NO, "", "loads no modules" },
	{ "CONFIG_ROOT_NFS=n\nCONFIG_PACKET=n\n", "card", CHECK_NO, "", "cannot ask" },
	{ "CONFIG_CARD_A=n\n", "card", CHECK_NO, "", "CONFIG_CARD_A is off: no driver for card" },
	{ "CONFIG_NFS_V3=n\nCONFIG_NFS_V4=n\n", "card", CHECK_NO, "", "neither version 3 nor 4" },
	{ "CONFIG_NFS_FS=n\n", "card", CHECK_NO, "", "no NFS client" },
	{ "CONFIG_PCI=n\n", "card", CHECK_NO, "", "no PCI bus" },
	{ "", "stick", CHECK_NO, "", "CONFIG_USB is off" },
	{ "CONFIG_USB=m\nCONFIG_USB_EHCI_HCD=m\nCONFIG_STICK=m\n", "stick", CHECK_INITRD,
	  "usbcore ehci-pci stick af_packet", "CONFIG_STICK is a module" },
	{ "CONFIG_CGROUPS=n\n", "card", CHECK_ALONE, "", "CONFIG_CGROUPS is off: systemd" },
	{ "CONFIG_NFS_V2=y\n", "card", CHECK_ALONE, "", "means version 2" },
	{ "CONFIG_NFS_V3_ACL=y\n", "card", CHECK_ALONE, "", "noacl" },
	{ "CONFIG_DEVTMPFS_MOUNT=n\n", "card", CHECK_ALONE, "", "without a console" },
};

static void join(const struct strv *list, struct str *out)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		str_addf(out, "%s%s", i ? " " : "", list->v[i]);
}

static bool has_finding(const struct check_result *r, const char *text)
{
	size_t i;

	if (!text)
		return r->n_findings == 0;
	for (i = 0; i < r->n_findings; i++)
		if (strstr(r->findings[i].text, text))
			return true;
	return false;
}

static void test_change(const struct nic_table *t, const struct change *c)
{
	cleanup_check_result struct check_result r = CHECK_RESULT_INIT;
	cleanup_kconfig struct kconfig k = KCONFIG_INIT;
	cleanup_error struct error err = ERROR_INIT;
	cleanup_str struct str text = STR_INIT;
	cleanup_str struct str modules = STR_INIT;
	size_t i;

	str_addf(&text, "%s%s", whole, c->lines);
	if (kconfig_parse(&k, text.data, text.len, "config", &err)) {
		tap_ok(false, "%s", error_text(&err));
		return;
	}
	check_kernel(&k, c->nic ? nic_table_find(t, c->nic) : NULL, &r);
	join(&r.modules, &modules);
	tap_ok(r.verdict == c->verdict, "%s", check_verdict_name(c->verdict));
	tap_ok(!strcmp(str_text(&modules), c->modules), "modules: %s", str_text(&modules));
	tap_ok(has_finding(&r, c->finding), "finding: %s", c->finding ? c->finding : "none");
	for (i = 1; i < r.n_findings; i++)
		if (r.findings[i - 1].level > r.findings[i].level)
			tap_ok(false, "the findings are in order");
}

static void test_versions(void)
{
	cleanup_check_result struct check_result r = CHECK_RESULT_INIT;
	cleanup_kconfig struct kconfig k = KCONFIG_INIT;
	cleanup_error struct error err = ERROR_INIT;
	cleanup_str struct str versions = STR_INIT;

	TAP_OK(kconfig_parse(&k, whole, strlen(whole), "config", &err) == 0);
	check_kernel(&k, NULL, &r);
	join(&r.versions, &versions);
	tap_ok(!strcmp(str_text(&versions), "3 4.0 4.1"), "NFS versions: %s", str_text(&versions));
}

int main(void)
{
	cleanup_nic_table struct nic_table t = NIC_TABLE_INIT;
	cleanup_error struct error err = ERROR_INIT;
	size_t i;

	if (!TAP_OK(nic_table_parse(&t, nics, strlen(nics), "nics", &err) == 0))
		return tap_done();
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		test_change(&t, &changes[i]);
	test_versions();
	return tap_done();
}
