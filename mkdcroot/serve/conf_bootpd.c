/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_bootpd: a bootptab(5) of the hosts, by the module that keeps /etc/bootptab and knows
 * what bootpd cannot take; with what is not registered there: the domain (dn), and the text
 * that is added to the kernel's command line (T129).
 */
#include "bootptab/boot_server.h"
#include "bootptab/bootptab.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/serve/conf.h"

#include <string.h>

#define VALUE_MAX 255

/* The tags that are added to the host's line; they end in colons. */
static int more_tags(struct str *out, const struct settings *own, const struct served_host *h,
		     struct error *err)
{
	const char *args = h->kernel_args ? h->kernel_args : "";
	int rc = conf_check_text(h->host->name, "domain", own->domain, err);

	if (!rc)
		rc = conf_check_text(h->host->name, "kernel_args", args, err);
	if (rc)
		return rc;
	if (strchr(own->domain, '"') || strchr(own->domain, '\\'))
		return error_say(err, -EINVAL, "host %s: domain %s: bootptab(5) cannot say that",
				 h->host->name, own->domain);
	if (strlen(args) > VALUE_MAX || strlen(own->domain) > BOOTPTAB_STRING_MAX)
		return error_say(err, -EINVAL, "host %s: domain or kernel_args are too long for %s",
				 h->host->name, "a BOOTP reply");
	if (*own->domain)
		str_addf(out, "dn=\"%s\":", own->domain);
	if (*args)
		str_add(out, "T129=");
	for (const char *p = args; *p; p++)
		str_addf(out, "%02X", (unsigned char)*p);
	if (*args)
		str_addc(out, ':');
	return 0;
}

/* td is the TFTP daemon's root and not sent; the host is told hd/bf. */
static int ensure(struct bootptab *doc, const struct settings *own, const struct served_host *h,
		  const char *tftp_root, struct error *err)
{
	cleanup_free char *name = boot_file_name(tftp_root, h->boot_file, err);
	cleanup_free char *home = NULL;
	cleanup_str struct str dns = STR_INIT;
	struct bootptab_host entry = {
		.name = h->host->name, .ip = h->host->ip, .mac = h->host->mac, .root_path = h->root
	};
	char *slash = name ? strrchr(name, '/') : NULL;
	int rc;

	if (!name)
		return -EINVAL;
	if (slash != name)
		home = mem_strndup(name, (size_t)(slash - name));
	for (size_t i = 0; i < own->dns.n; i++)
		str_addf(&dns, "%s%s", i ? " " : "", own->dns.v[i]);
	entry.params = (struct bootptab_params){ .netmask = own->netmask,
						 .gateway = own->gateway,
						 .dns = str_text(&dns),
						 .tftp_server = own->tftp_server,
						 .tftp_dir = tftp_root,
						 .home_dir = home,
						 .boot_file = home ? slash + 1 : name };
	/* The first host's values are the template's: the others say what differs. */
	rc = bootptab_next(doc, NULL) ? 0 : bootptab_ensure_template(doc, &entry.params, NULL, err);
	return rc ? rc : bootptab_ensure_host(doc, &entry, NULL, err);
}

static int add_host(struct bootptab *doc, struct strv *tags, const struct farm_server_options *o,
		    const struct served_host *h, const char *tftp_root, struct error *err)
{
	cleanup_settings struct settings own = { 0 };
	struct str more = STR_INIT;
	int rc = conf_settings(&own, o, h, err);

	if (!rc)
		rc = more_tags(&more, &own, h, err);
	if (!rc)
		rc = ensure(doc, &own, h, tftp_root, err);
	strv_take(tags, str_steal(&more));
	return rc ? error_wrap(err, "host %s", h->host->name) : 0;
}

/* The document with tags[i] behind the i-th host's line; markers and the template have none. */
static void write_with(struct str *out, const struct bootptab *doc, const struct strv *tags)
{
	cleanup_str struct str text = STR_INIT;
	const char *p, *end;
	size_t host = 0;

	bootptab_write(doc, &text);
	for (p = str_text(&text); *p; p = end + 1) {
		end = strchrnul(p, '\n');
		str_addn(out, p, (size_t)(end - p));
		if (*p != '#' && *p != '.' && host < tags->n)
			str_add(out, tags->v[host++]);
		str_addc(out, '\n');
		if (!*end)
			break;
	}
}

int conf_bootpd(const struct farm_server_options *o, struct conf_files *files, struct error *err)
{
	cleanup_free char *tftp_root = conf_tftp_root(o);
	cleanup_strv struct strv tags = STRV_INIT;
	struct bootptab *doc = NULL;
	int rc = bootptab_parse(&doc, "/run/bootptab", "", 0, err);

	for (size_t i = 0; !rc && i < o->n_hosts; i++)
		if (o->hosts[i].host->mac.set)
			rc = add_host(doc, &tags, o, &o->hosts[i], tftp_root, err);
	if (!rc)
		write_with(conf_files_add(files, "bootptab"), doc, &tags);
	bootptab_free(doc);
	return rc;
}
