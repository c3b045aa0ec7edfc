/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check: tables of what is needed, and one rule for each kind of need. */
#include "kernel-config/check.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum need {
	NEED_ROOT,   /* on, or a module that an initrd brings */
	NEED_ALONE,  /* on; without it an initrd has to do that work */
	NEED_INITRD, /* on or a module, where an initrd is needed */
	NEED_USER,   /* on or a module; userland wants it */
};

struct requirement {
	enum need need;
	const char *options; /* alternatives, separated by blanks: one of them is enough */
	const char *modules; /* what they make as modules, in the same order; NULL: never modules */
	const char *why;     /* what does not work without, after "CONFIG_X is off: " */
};

static const struct requirement of_root[] = {
	{ NEED_ROOT, "BINFMT_ELF", NULL, "no program can be run" },
	{ NEED_ROOT, "NET", NULL, "there is no network" },
	{ NEED_ROOT, "INET", NULL, "there is no TCP/IP" },
	{ NEED_ROOT, "NFS_FS", "nfs", "there is no NFS client" },
	{ NEED_ROOT, "NFS_V3 NFS_V4", "nfsv3 nfsv4", "the NFS client has neither version 3 nor 4" },
	{ NEED_ALONE, "ROOT_NFS", NULL, "the kernel does not mount an NFS root by itself" },
	{ NEED_ALONE, "IP_PNP_BOOTP IP_PNP_DHCP", NULL,
	  "the kernel does not ask for its address by itself" },
};

static const struct requirement of_initrd[] = {
	{ NEED_INITRD, "BLK_DEV_INITRD", NULL, "the kernel takes no initrd" },
	{ NEED_INITRD, "MODULES", NULL, "the kernel loads no modules" },
	{ NEED_INITRD, "PACKET", "af_packet", "an initrd cannot ask for the address" },
};

static const struct requirement of_pci[] = {
	{ NEED_ROOT, "PCI", NULL, "there is no PCI bus" },
};

static const struct requirement of_usb[] = {
	{ NEED_ROOT, "USB", "usbcore", "there is no USB" },
	{ NEED_ROOT, "USB_XHCI_HCD USB_EHCI_HCD USB_OHCI_HCD USB_UHCI_HCD",
	  "xhci-pci ehci-pci ohci-pci uhci-hcd", "there is no driver for a USB host controller" },
};

#define SYSTEMD "systemd does not start"

static const struct requirement of_userland[] = {
	{ NEED_USER, "CGROUPS", NULL, SYSTEMD },
	{ NEED_USER, "UNIX", "unix", SYSTEMD },
	{ NEED_USER, "TMPFS", NULL, SYSTEMD },
	{ NEED_USER, "PROC_FS", NULL, SYSTEMD },
	{ NEED_USER, "SYSFS", NULL, SYSTEMD },
	{ NEED_USER, "DEVTMPFS", NULL, "there is nothing in /dev" },
	{ NEED_USER, "INOTIFY_USER", NULL, SYSTEMD },
	{ NEED_USER, "SIGNALFD", NULL, SYSTEMD },
	{ NEED_USER, "TIMERFD", NULL, SYSTEMD },
	{ NEED_USER, "EPOLL", NULL, SYSTEMD },
	{ NEED_USER, "FHANDLE", NULL, "udev does not start" },
	{ NEED_USER, "FUTEX", NULL, "no program with threads runs" },
	{ NEED_USER, "MULTIUSER", NULL, "all processes are root's" },
	{ NEED_USER, "FILE_LOCKING", NULL, "files cannot be locked" },
	{ NEED_USER, "BINFMT_SCRIPT", "binfmt_script", "no script can be run" },
	{ NEED_USER, "TTY", NULL, "there is no terminal to log in on" },
	{ NEED_USER, "UNIX98_PTYS", NULL, "nobody logs in by ssh" },
	{ NEED_USER, "BLOCK", NULL, "units that set IOSchedulingClass= fail" },
	{ NEED_USER, "TMPFS_XATTR", NULL, "containers and some units fail" },
	{ NEED_USER, "TMPFS_POSIX_ACL", NULL, "users get no access to their devices" },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

struct nfs_version {
	const char *option;
	const char *version;
	const char *module; /* NULL: part of another */
};

static const struct nfs_version nfs_versions[] = {
	{ "NFS_V3", "3", "nfsv3" },
	{ "NFS_V4", "4.0", "nfsv4" },
	{ "NFS_V4_1", "4.1", NULL },
	{ "NFS_V4_2", "4.2", NULL },
};

static const char *const verdict_names[] = {
	[CHECK_ALONE] = "alone",
	[CHECK_INITRD] = "initrd",
	[CHECK_NO] = "no",
};

static const char *const level_names[] = {
	[CHECK_FATAL] = "fatal",
	[CHECK_LIMIT] = "limit",
	[CHECK_WARNING] = "warning",
};

const char *check_verdict_name(enum check_verdict verdict)
{
	return verdict_names[verdict];
}

const char *check_level_name(enum check_level level)
{
	return level_names[level];
}

/* Takes ownership of @option and @text. */
static void add_finding(struct check_result *r, enum check_level level, char *option, char *text)
{
	r->findings = mem_resize(r->findings, r->n_findings + 1, sizeof(*r->findings));
	r->findings[r->n_findings++] = (struct check_finding){ level, option, text };
}

static void add_module(struct check_result *r, const char *module)
{
	if (!strv_has(&r->modules, module))
		strv_add(&r->modules, module);
}

/* "CONFIG_A or CONFIG_B" of "A B", or "A or B" without the prefix. */
static char *alternatives(const char *options, const char *prefix)
{
	cleanup_strv struct strv names = STRV_INIT;
	struct str text = STR_INIT;
	size_t i;

	strv_split(&names, options, " ");
	for (i = 0; i < names.n; i++)
		str_addf(&text, "%s%s%s", i ? " or " : "", prefix, names.v[i]);
	return str_steal(&text);
}

static void add_off(struct check_result *r, enum check_level level, const struct requirement *q)
{
	cleanup_free char *names = alternatives(q->options, "CONFIG_");

	add_finding(r, level, alternatives(q->options, ""),
		    mem_printf("%s is off: %s", names, q->why));
}

/* The best state of the alternatives; @module: what the one that is a module is called. */
static enum kconfig_state best_state(const struct kconfig *k, const struct requirement *q,
				     char **module)
{
	cleanup_strv struct strv names = STRV_INIT;
	cleanup_strv struct strv modules = STRV_INIT;
	enum kconfig_state best = KCONFIG_OFF;
	size_t i;

	strv_split(&names, q->options, " ");
	if (q->modules)
		strv_split(&modules, q->modules, " ");
	for (i = 0; i < names.n; i++) {
		enum kconfig_state state = kconfig_state(k, names.v[i]);

		if (state <= best)
			continue;
		best = state;
		free(*module);
		*module = i < modules.n ? mem_strdup(modules.v[i]) : NULL;
	}
	return best;
}

static void require(const struct kconfig *k, const struct requirement *q, struct check_result *r)
{
	cleanup_free char *module = NULL;
	enum kconfig_state state = best_state(k, q, &module);
	bool userland = q->need == NEED_USER;

	if (state == KCONFIG_OFF) {
		add_off(r,
			userland		? CHECK_WARNING
			: q->need == NEED_ALONE ? CHECK_LIMIT
						: CHECK_FATAL,
			q);
		return;
	}
	if (state == KCONFIG_ON || userland)
		return;
	if (q->need == NEED_ROOT) {
		cleanup_free char *name = alternatives(q->options, "CONFIG_");

		add_finding(r, CHECK_LIMIT, alternatives(q->options, ""),
			    mem_printf("%s is a module", name));
	}
	if (module)
		add_module(r, module);
}

static void require_all(const struct kconfig *k, const struct requirement *q, size_t n,
			struct check_result *r)
{
	size_t i;

	for (i = 0; i < n; i++)
		require(k, &q[i], r);
}

/* The card: its bus, then each of its options, which must all be there. */
static void require_nic(const struct kconfig *k, const struct nic *nic, struct check_result *r)
{
	size_t i;

	if (nic->bus == NIC_USB)
		require_all(k, of_usb, COUNT(of_usb), r);
	else
		require_all(k, of_pci, COUNT(of_pci), r);
	for (i = 0; i < nic->options.n; i++) {
		cleanup_free char *why = mem_printf("no driver for %s", nic->name);
		const struct requirement q = { NEED_ROOT, nic->options.v[i],
					       i < nic->modules.n ? nic->modules.v[i] : NULL, why };

		require(k, &q, r);
	}
}

/* Which versions there are; all of those that are modules go into the initrd. */
static void list_versions(const struct kconfig *k, struct check_result *r)
{
	bool nfs4 = kconfig_state(k, "NFS_V4") != KCONFIG_OFF;
	size_t i;

	if (kconfig_state(k, "NFS_FS") == KCONFIG_OFF)
		return;
	for (i = 0; i < COUNT(nfs_versions); i++) {
		const struct nfs_version *v = &nfs_versions[i];
		enum kconfig_state state = kconfig_state(k, v->option);

		if (state == KCONFIG_OFF || (v->version[0] == '4' && !nfs4))
			continue;
		strv_add(&r->versions, v->version);
		if (state == KCONFIG_MODULE && v->module)
			add_module(r, v->module);
	}
}

static bool has_level(const struct check_result *r, enum check_level level)
{
	size_t i;

	for (i = 0; i < r->n_findings; i++)
		if (r->findings[i].level == level)
			return true;
	return false;
}

static void warn_about_defaults(const struct kconfig *k, struct check_result *r)
{
	if (r->verdict == CHECK_ALONE && kconfig_state(k, "NFS_V2") == KCONFIG_ON)
		add_finding(r, CHECK_WARNING, mem_strdup("NFS_V2"),
			    mem_strdup(
				    "CONFIG_NFS_V2 is on: nfsroot= means version 2 unless it says "
				    "vers=3 or vers=4"));
	if (r->verdict == CHECK_ALONE && kconfig_state(k, "DEVTMPFS_MOUNT") != KCONFIG_ON)
		add_finding(r, CHECK_WARNING, mem_strdup("DEVTMPFS_MOUNT"),
			    mem_strdup(
				    "CONFIG_DEVTMPFS_MOUNT is off: init starts without a console "
				    "unless the root has /dev/console"));
	if (kconfig_state(k, "NFS_V3_ACL") != KCONFIG_OFF)
		add_finding(r, CHECK_WARNING, mem_strdup("NFS_V3_ACL"),
			    mem_strdup("CONFIG_NFS_V3_ACL is on: from nfs-ganesha mount version 3 "
				       "with noacl"));
}

/* Fatal ones first; within a level the order of the tables is kept. */
static void order_findings(struct check_result *r)
{
	struct check_finding *sorted;
	size_t i, n = 0;
	int level;

	if (!r->n_findings)
		return;
	sorted = mem_new(r->n_findings * sizeof(*sorted));
	for (level = CHECK_FATAL; level <= CHECK_WARNING; level++)
		for (i = 0; i < r->n_findings; i++)
			if ((int)r->findings[i].level == level)
				sorted[n++] = r->findings[i];
	free(r->findings);
	r->findings = sorted;
}

void check_kernel(const struct kconfig *k, const struct nic *nic, struct check_result *result)
{
	if (nic)
		require_nic(k, nic, result);
	require_all(k, of_root, COUNT(of_root), result);
	list_versions(k, result);
	/* Only a kernel that cannot do without an initrd is asked whether it takes one. */
	if (has_level(result, CHECK_LIMIT))
		require_all(k, of_initrd, COUNT(of_initrd), result);
	if (has_level(result, CHECK_FATAL))
		result->verdict = CHECK_NO;
	else
		result->verdict = has_level(result, CHECK_LIMIT) ? CHECK_INITRD : CHECK_ALONE;
	if (result->verdict != CHECK_INITRD)
		strv_free(&result->modules);
	require_all(k, of_userland, COUNT(of_userland), result);
	warn_about_defaults(k, result);
	order_findings(result);
}

void check_result_free(struct check_result *result)
{
	size_t i;

	for (i = 0; i < result->n_findings; i++) {
		free(result->findings[i].option);
		free(result->findings[i].text);
	}
	free(result->findings);
	strv_free(&result->modules);
	strv_free(&result->versions);
	*result = (struct check_result)CHECK_RESULT_INIT;
}
