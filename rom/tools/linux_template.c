/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From mknbi's options to the template of the kernel's command line; see linux_nbi.h. */
#include "rom/tools/linux_nbi.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define DEFAULT_PARAM "rw"
/* nfsroot's own default is 4096, which makes every read of a client eight round trips longer. */
#define DEFAULT_NFS_OPTIONS "rsize=65536,wsize=65536"
#define IP_FIELDS_MAX	    10

static void add_word(struct str *text, const char *word)
{
	if (text->len && *word)
		str_addc(text, ' ');
	str_add(text, word);
}

/* Is text word, or word followed by one of stops? */
static bool is_word(const char *text, const char *word, const char *stops)
{
	size_t len = strlen(word);

	return !strncmp(text, word, len) && (!text[len] || strchr(stops, text[len]));
}

static int check_text(const char *option, const char *value, bool spaces, struct error *err)
{
	for (const char *c = value; c && *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 127)
			return error_say(err, -EINVAL, "%s: a control character cannot stand in it",
					 option);
		if (!spaces && *c == ' ')
			return error_say(err, -EINVAL, "%s=%s: a space cannot stand in it", option,
					 value);
	}
	return 0;
}

static int add_rootdir(struct str *text, const char *rootdir, struct error *err)
{
	if (!strncmp(rootdir, "/dev/", 5)) {
		add_word(text, "root=");
		str_add(text, rootdir);
		return 0;
	}
	if (strcmp(rootdir, "kernel") && !is_word(rootdir, "rom", ",") && !strchr(rootdir, '/'))
		return error_say(err, -EINVAL,
				 "--rootdir=%s: neither a directory, nor a device, nor \"rom\" or "
				 "\"kernel\"",
				 rootdir);
	add_word(text, "root=/dev/nfs");
	if (!strcmp(rootdir, "kernel"))
		return 0;
	add_word(text, "nfsroot=");
	str_add(text, rootdir);
	if (!strchr(rootdir, ','))
		str_add(text, "," DEFAULT_NFS_OPTIONS);
	return 0;
}

static int add_ipaddrs(struct str *text, const char *ipaddrs, struct error *err)
{
	static const char *const words[] = { "on",   "any",  "dhcp", "bootp", "rarp",
					     "both", "none", "off",  "rom" };
	unsigned fields = 1;

	if (!strcmp(ipaddrs, "kernel"))
		return 0;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(ipaddrs, words[i]))
			fields = 5;
	for (const char *c = ipaddrs; *c; c++)
		fields += *c == ':';
	if (fields < 5 || fields > IP_FIELDS_MAX)
		return error_say(
			err, -EINVAL,
			"--ipaddrs=%s: neither client:server:gateway:netmask:hostname[:device] "
			"nor one of rom, kernel, on, dhcp, bootp, off",
			ipaddrs);
	add_word(text, "ip=");
	str_add(text, ipaddrs);
	return 0;
}

int linux_nbi_template(const struct linux_nbi *job, struct str *text, struct error *err)
{
	/* --param takes the place of everything that is there by default. */
	const char *rootdir = job->rootdir || job->param ? job->rootdir : "rom";
	const char *ipaddrs = job->ipaddrs || job->param ? job->ipaddrs : "rom";

	if (check_text("--param", job->param, true, err) ||
	    check_text("--append", job->append, true, err) ||
	    check_text("--rootdir", rootdir, false, err) ||
	    check_text("--ipaddrs", ipaddrs, false, err))
		return err->status;
	str_add(text, job->param ? job->param : DEFAULT_PARAM);
	if (rootdir && add_rootdir(text, rootdir, err))
		return err->status;
	if (ipaddrs && add_ipaddrs(text, ipaddrs, err))
		return err->status;
	if ((rootdir && is_word(rootdir, "rom", ",")) || (ipaddrs && !strcmp(ipaddrs, "rom")))
		add_word(text, "BOOTIF=rom");
	if (job->append)
		add_word(text, job->append);
	return 0;
}
