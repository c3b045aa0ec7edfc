/* SPDX-License-Identifier: GPL-2.0-or-later */
/* settings: one table of keys; reading, checking, overriding and the man page all go by it. */
#include "mkdcroot/model/settings.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/inifile.h"
#include "mkdcroot/base/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#ifndef DATADIR
#define DATADIR "/usr/local/share/mkdcroot"
#endif

enum type { T_PATH, T_TEXT, T_LIST, T_NUMBER, T_BOOL, T_IP, T_CHOICE, T_NAMES };

static const char *const type_name[] = {
	[T_PATH] = "path",
	[T_TEXT] = "text",
	[T_LIST] = "list, repeatable",
	[T_NUMBER] = "number",
	[T_BOOL] = "yes or no",
	[T_IP] = "IPv4 address",
	[T_CHOICE] = "one of",
	[T_NAMES] = "one or several of",
};

struct key {
	const char *name;
	enum type type;
	size_t offset;
	const char *preset;
	const char *choices; /* for T_CHOICE, T_NAMES: the words, with blanks around each */
	bool per_host;
	const char *help;
};

#define AT(field) offsetof(struct settings, field)

static const struct key keys[] = {
	{ "farm", T_PATH, AT(farm), "/tftpboot", NULL, false,
	  "The farm directory: the mount point of each host's root, named by its IP address, and "
	  "boot/ with the tagged images." },
	{ "store", T_PATH, AT(store), "/var/lib/mkdcroot", NULL, false,
	  "The store: layers, the hosts' own changes, journal and lock. Its file system must "
	  "support trusted extended attributes (ext4, xfs, btrfs) and should hold nothing else." },
	{ "hosts", T_PATH, AT(hosts), "/etc/mkdcroot/hosts", NULL, false,
	  "The farm's hosts, mkdcroot-hosts(5)." },
	{ "profiles", T_PATH, AT(profiles), "/etc/mkdcroot/profiles", NULL, false,
	  "The administrator's own profiles, looked up before the shipped ones." },
	{ "data", T_PATH, AT(data), DATADIR, NULL, false,
	  "Shipped data: profiles/, the NIC table, ROMs." },
	{ "exports", T_PATH, AT(exports), "/etc/exports", NULL, false, "The exports(5) file." },
	{ "exports_client", T_CHOICE, AT(exports_client), "ip", " ip name ", false,
	  "How our exports name the client: by its address or by its host name." },
	{ "export_options", T_TEXT, AT(export_options),
	  "rw,sync,no_root_squash,no_subtree_check,mp", NULL, true,
	  "Options of our exports; fsid= is added to them." },
	{ "nfs_backend", T_CHOICE, AT(nfs_backend), "kernel", " kernel ganesha none ", false,
	  "Which NFS server serves the roots." },
	{ "ganesha_config", T_PATH, AT(ganesha_config), "/etc/ganesha/mkdcroot.conf", NULL, false,
	  "The file of ours that nfs-ganesha's configuration includes with %include." },
	{ "ganesha_reload", T_CHOICE, AT(ganesha_reload), "auto", " auto dbus no ", false,
	  "Add and remove exports in the running nfs-ganesha by D-Bus; auto: if it answers." },
	{ "nfs_server", T_IP, AT(nfs_server), "", NULL, true,
	  "The NFS server's address that hosts are told. Default: the server's own address on the "
	  "route towards the host." },
	{ "nfs_options", T_TEXT, AT(nfs_options), "vers=4,rsize=65536,wsize=65536", NULL, true,
	  "Mount options of the root, for the kernel command line." },
	{ "boot_backends", T_NAMES, AT(boot_backends), "bootptab", " bootptab none ", false,
	  "The boot server's databases that are kept." },
	{ "bootptab", T_PATH, AT(bootptab), "/etc/bootptab", NULL, false, "The bootptab(5) file." },
	{ "tftp_root", T_PATH, AT(tftp_root), "/tftpboot/boot", NULL, false,
	  "Where the TFTP daemon is rooted (in.tftpd -s DIR); the boot file's name is relative to "
	  "it. / when the daemon takes whole paths." },
	{ "tftp_server", T_IP, AT(tftp_server), "", NULL, true,
	  "The TFTP server's address. Default: the NFS server's." },
	{ "boot_file", T_PATH, AT(boot_file), "/tftpboot/boot/vmlinuz.nb", NULL, true,
	  "The tagged image that a host loads, as a path on the server." },
	{ "netmask", T_IP, AT(netmask), "", NULL, true,
	  "The hosts' netmask. Default: the server's own on the network of the host." },
	{ "gateway", T_IP, AT(gateway), "", NULL, true,
	  "The hosts' default gateway. Default: none is told." },
	{ "dns", T_LIST, AT(dns), "", NULL, true, "Address of a name server." },
	{ "domain", T_TEXT, AT(domain), "", NULL, true, "The hosts' DNS domain." },
	{ "users", T_TEXT, AT(users), "none", NULL, true,
	  "People's accounts: none, keep (those of the source with their password hashes), or a "
	  "file in the form of passwd(5) or shadow(5)." },
	{ "root_hash", T_TEXT, AT(root_hash), "", NULL, true,
	  "Hash of root's password as crypt(5) has it (mkpasswd makes one). Default: root cannot "
	  "log in with a password." },
	{ "root_key", T_TEXT, AT(root_key), "", NULL, true,
	  "A line of root's authorized_keys, or the path of a file with such lines." },
	{ "mount", T_LIST, AT(mount), "", NULL, true, "A line for the hosts' fstab(5)." },
	{ "hostkey_types", T_NAMES, AT(hostkey_types), "ed25519 ecdsa", " ed25519 ecdsa rsa ", true,
	  "SSH host keys that are made. RSA takes over half a second." },
	{ "ethers", T_PATH, AT(ethers), "/etc/ethers", NULL, false,
	  "Where the hardware address of a host is looked up when none is given, ethers(5)." },
	{ "debian_mirror", T_TEXT, AT(debian_mirror), "", NULL, false,
	  "Mirror for layers with the source debian:SUITE. Default: mmdebstrap's own choice." },
	{ "console", T_TEXT, AT(console), "", NULL, true,
	  "Serial console of the hosts beside the screen, such as ttyS0,115200." },
	{ "nfs", T_CHOICE, AT(nfs), "", " 3 4 ", true,
	  "NFS version of the root. Default: as nfs_options says." },
	{ "group", T_TEXT, AT(group), "", NULL, true,
	  "A group of hosts, for the administrator's own order." },
	{ "package_lock_wait", T_NUMBER, AT(package_lock_wait), "120", NULL, false,
	  "Seconds to wait until the package manager of the server is not at work, before the "
	  "server is copied (layer create --source /)." },
	{ "keep_generations", T_NUMBER, AT(keep_generations), "2", NULL, false,
	  "How many generations of a layer are kept beside those in use." },
	{ "keep_exact", T_CHOICE, AT(keep_exact), "auto", " auto yes no ", false,
	  "Keep a host's changes as they were before a sync, for rollback --exact." },
	{ "loop_direct_io", T_BOOL, AT(loop_direct_io), "yes", NULL, false,
	  "Read generation images with direct I/O, so that they are cached once only." },
};

#define N_KEYS (sizeof(keys) / sizeof(keys[0]))

static const struct key *find_key(const char *name)
{
	for (size_t i = 0; i < N_KEYS; i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

static int check_names(const struct key *key, const char *value, struct error *err)
{
	cleanup_strv struct strv words = STRV_INIT;

	strv_split(&words, value, " ,\t");
	if (!words.n || (key->type == T_CHOICE && words.n > 1))
		return error_say(err, -EINVAL, "%s = %s: it takes %s:%s", key->name, value,
				 type_name[key->type], key->choices);
	for (size_t i = 0; i < words.n; i++) {
		cleanup_free char *word = mem_printf(" %s ", words.v[i]);

		if (!strstr(key->choices, word))
			return error_say(err, -EINVAL, "%s = %s: '%s' is none of:%s", key->name,
					 value, words.v[i], key->choices);
	}
	return 0;
}

static int parse_number(const struct key *key, const char *value, unsigned int *out,
			struct error *err)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(value, &end, 10);
	if (errno || end == value || *end || *value == '-' || n > 1000000)
		return error_say(err, -EINVAL, "%s = %s: not a number from 0 to 1000000", key->name,
				 value);
	*out = (unsigned int)n;
	return 0;
}

static int parse_bool(const struct key *key, const char *value, bool *out, struct error *err)
{
	if (strcmp(value, "yes") && strcmp(value, "no"))
		return error_say(err, -EINVAL, "%s = %s: it takes yes or no", key->name, value);
	*out = strcmp(value, "yes") == 0;
	return 0;
}

static int check_ip(const struct key *key, const char *value, struct error *err)
{
	struct ip_addr ip;
	struct in_addr any;

	if (!*value || strcmp(key->name, "netmask") == 0)
		return !*value || inet_pton(AF_INET, value, &any) == 1
			       ? 0
			       : error_say(err, -EINVAL,
					   "netmask = %s: not a netmask such as 255.255.255.0",
					   value);
	if (ip_parse(&ip, value, err))
		return error_wrap(err, "%s", key->name);
	return 0;
}

/* Everything about a value that its key alone decides. */
static int check_value(const struct key *key, const char *value, struct error *err)
{
	unsigned int number;
	bool yes;

	switch (key->type) {
	case T_PATH:
		if (value[0] != '/')
			return error_say(err, -EINVAL, "%s = %s: not an absolute path", key->name,
					 value);
		return 0;
	case T_IP:
		return check_ip(key, value, err);
	case T_NUMBER:
		return parse_number(key, value, &number, err);
	case T_BOOL:
		return parse_bool(key, value, &yes, err);
	case T_CHOICE:
	case T_NAMES:
		return check_names(key, value, err);
	case T_LIST:
	case T_TEXT:
		return 0;
	}
	return 0;
}

/* Paths are kept without slashes at their end: they are joined and compared. */
static char *keep_text(const struct key *key, const char *value)
{
	size_t len = strlen(value);

	if (key->type == T_PATH)
		while (len > 1 && value[len - 1] == '/')
			len--;
	return mem_strndup(value, len);
}

static int set(struct settings *s, const struct key *key, const char *value, struct error *err)
{
	void *field = (char *)s + key->offset;
	int rc = check_value(key, value, err);

	if (rc)
		return rc;
	switch (key->type) {
	case T_NUMBER:
		return parse_number(key, value, field, err);
	case T_BOOL:
		return parse_bool(key, value, field, err);
	case T_LIST:
		/* An empty value takes away what was there. */
		if (*value)
			strv_add(field, value);
		else
			strv_free(field);
		return 0;
	case T_PATH:
	case T_TEXT:
	case T_IP:
	case T_CHOICE:
	case T_NAMES:
		free(*(char **)field);
		*(char **)field = keep_text(key, value);
		return 0;
	}
	return 0;
}

static void init_empty(struct settings *s)
{
	*s = (struct settings){ 0 };
}

void settings_init(struct settings *s)
{
	cleanup_error struct error never = ERROR_INIT;

	init_empty(s);
	for (size_t i = 0; i < N_KEYS; i++)
		if (*keys[i].preset)
			set(s, &keys[i], keys[i].preset, &never);
		else if (keys[i].type != T_LIST)
			*(char **)((char *)s + keys[i].offset) = mem_strdup("");
	s->file = mem_strdup("");
}

void settings_free(struct settings *s)
{
	for (size_t i = 0; i < N_KEYS; i++) {
		void *field = (char *)s + keys[i].offset;

		if (keys[i].type == T_LIST)
			strv_free(field);
		else if (keys[i].type != T_NUMBER && keys[i].type != T_BOOL)
			free(*(char **)field);
	}
	free(s->file);
	init_empty(s);
}

int settings_set(struct settings *s, const char *name, const char *value, struct error *err)
{
	const struct key *key = find_key(name);

	if (!key)
		return error_say(err, -EINVAL, "unknown setting '%s' (see mkdcroot.conf(5))", name);
	return set(s, key, value, err);
}

int settings_check(const char *name, const char *value, struct error *err)
{
	const struct key *key = find_key(name);

	if (!key)
		return error_say(err, -EINVAL, "unknown setting '%s' (see mkdcroot.conf(5))", name);
	return check_value(key, value, err);
}

bool settings_is_per_host(const char *name)
{
	const struct key *key = find_key(name);

	return key && key->per_host;
}

static int take_line(void *arg, const char *section, const char *key, const char *value,
		     unsigned int line, struct error *err)
{
	(void)line;
	if (*section && strcmp(section, "mkdcroot") != 0)
		return error_say(err, -EINVAL, "unknown section [%s]", section);
	return settings_set(arg, key, value, err);
}

int settings_read(struct settings *s, const char *path, bool optional, struct error *err)
{
	cleanup_str struct str text = STR_INIT;
	int rc = optional ? fs_read_optional(path, &text, err) : fs_read_file(path, &text, err);

	if (rc)
		return rc;
	free(s->file);
	s->file = mem_strdup(path);
	return inifile_parse(path, str_text(&text), text.len, take_line, s, err);
}

void settings_value(const struct settings *s, const char *name, struct str *out)
{
	const struct key *key = find_key(name);
	const void *field = key ? (const char *)s + key->offset : NULL;
	const struct strv *list = field;

	if (!key)
		return;
	if (key->type == T_NUMBER)
		str_addf(out, "%u", *(const unsigned int *)field);
	else if (key->type == T_BOOL)
		str_add(out, *(const bool *)field ? "yes" : "no");
	else if (key->type != T_LIST)
		str_add(out, *(char *const *)field);
	else
		for (size_t i = 0; i < list->n; i++)
			str_addf(out, "%s%s", i ? ", " : "", list->v[i]);
}

static void copy(struct settings *out, const struct settings *s)
{
	init_empty(out);
	for (size_t i = 0; i < N_KEYS; i++) {
		const void *from = (const char *)s + keys[i].offset;
		void *to = (char *)out + keys[i].offset;

		if (keys[i].type == T_NUMBER)
			*(unsigned int *)to = *(const unsigned int *)from;
		else if (keys[i].type == T_BOOL)
			*(bool *)to = *(const bool *)from;
		else if (keys[i].type != T_LIST)
			*(char **)to = mem_strdup(*(char *const *)from);
		else
			for (size_t k = 0; k < ((const struct strv *)from)->n; k++)
				strv_add(to, ((const struct strv *)from)->v[k]);
	}
	out->file = mem_strdup(s->file);
}

/* A host's first value of a list takes the place of the farm's; further ones are added. */
static void forget_lists(struct settings *out, const struct host *h)
{
	for (size_t i = 0; i < N_KEYS; i++)
		if (keys[i].type == T_LIST && host_setting(h, keys[i].name))
			strv_free((struct strv *)((char *)out + keys[i].offset));
}

int settings_for_host(struct settings *out, const struct settings *s, const struct host *h,
		      struct error *err)
{
	copy(out, s);
	forget_lists(out, h);
	for (size_t i = 0; i < h->settings.n; i++) {
		const char *assignment = h->settings.v[i], *value = strchr(assignment, '=');
		cleanup_free char *key = mem_strndup(assignment, (size_t)(value - assignment));
		int rc = settings_set(out, key, value + 1, err);

		if (rc)
			return error_wrap(err, "host %s", h->name);
	}
	return 0;
}

void settings_describe(void (*fn)(const char *key, const char *type, const char *preset,
				  bool per_host, const char *help, void *arg),
		       void *arg)
{
	for (size_t i = 0; i < N_KEYS; i++) {
		cleanup_free char *type = mem_printf("%s%s", type_name[keys[i].type],
						     keys[i].choices ? keys[i].choices : "");

		fn(keys[i].name, type, keys[i].preset, keys[i].per_host, keys[i].help, arg);
	}
}
