/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_dnsmasq: dnsmasq(8) as boot server of the farm's hosts and of nobody else, and once more as TFTP
 * server.  They are two, because the first is started anew when the farm changes, and files
 * that are on their way must not suffer from it.  dnsmasq can read a file of hosts again, but (2.90)
 * then frees what is still linked to other lists, and crashes at the second time, when the hosts
 * have tags; and only by a tag can a host have options of its own.
 */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/serve/conf.h"

#include <arpa/inet.h>
#include <string.h>

/* An option's value has one byte for its length. */
#define OPTION_LENGTH_MAX 255

#define BOOT_TAG_KERNEL_ARGS "129"
/* By its name dnsmasq does not take it. */
#define OPTION_HOST_NAME "12"

/* The field `file` of RFC 951 has 128, with a NUL. */
#define BOOT_FILE_MAX 127

/* A tag of dnsmasq's: h192-168-1-100.  Names could be those of interfaces, or "known". */
static void add_tag(struct str *out, const struct host *h)
{
	char ip[IP_TEXT_MAX];

	ip_format(&h->ip, ip);
	for (char *p = ip; *p; p++)
		if (*p == '.')
			*p = '-';
	str_addf(out, "h%s", ip);
}

/* In quotes a comma, a colon and a digit are but letters. */
static void add_quoted(struct str *out, const char *text)
{
	str_addc(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			str_addc(out, '\\');
		str_addc(out, *text);
	}
	str_addc(out, '"');
}

static void add_option(struct str *out, const struct host *h, const char *option, const char *value)
{
	str_add(out, "dhcp-option=tag:");
	add_tag(out, h);
	str_addf(out, ",%s,%s\n", option, value);
}

static int add_text(struct str *out, const struct host *h, const char *option, const char *value,
		    struct error *err)
{
	cleanup_str struct str quoted = STR_INIT;
	int rc = conf_check_text(h->name, option, value, err);

	if (rc || str_is_empty(value))
		return rc;
	if (strlen(value) > OPTION_LENGTH_MAX)
		return error_say(err, -EINVAL, "host %s: %s has more than %d bytes: %s", h->name,
				 option, OPTION_LENGTH_MAX, value);
	add_quoted(&quoted, value);
	add_option(out, h, option, str_text(&quoted));
	return 0;
}

static void add_address(struct str *out, const struct host *h, const char *option,
			const char *value)
{
	if (*value)
		add_option(out, h, option, value);
}

static void add_addresses(struct str *out, const struct host *h, const char *option,
			  const struct strv *values)
{
	cleanup_str struct str joined = STR_INIT;

	for (size_t i = 0; i < values->n; i++)
		str_addf(&joined, "%s%s", i ? "," : "", values->v[i]);
	add_address(out, h, option, str_text(&joined));
}

/* Where BOOTP has it: the fixed fields of the reply. */
static int add_boot(struct str *out, const struct host *h, const char *file, const char *server,
		    struct error *err)
{
	int rc = conf_check_text(h->name, "boot file", file, err);

	if (rc)
		return rc;
	if (strlen(file) > BOOT_FILE_MAX)
		return error_say(err, -EINVAL,
				 "host %s: the name of its boot file has more than %d bytes: %s",
				 h->name, BOOT_FILE_MAX, file);
	str_add(out, "dhcp-boot=tag:");
	add_tag(out, h);
	str_addc(out, ',');
	add_quoted(out, file);
	str_addf(out, ",,%s\n", server);
	return 0;
}

/*
 * dnsmasq sends the last option first.  What a plain BOOTP reply, with 64 bytes of options, has no
 * room for is then what can best be missed.
 */
static int add_options(struct str *out, const struct farm_server_options *o,
		       const struct served_host *s, struct error *err)
{
	cleanup_settings struct settings own = { 0 };
	const struct host *h = s->host;
	int rc = conf_settings(&own, o, s, err);

	if (rc)
		return rc;
	rc = add_text(out, h, BOOT_TAG_KERNEL_ARGS, s->kernel_args, err);
	if (!rc)
		rc = add_text(out, h, "option:domain-name", own.domain, err);
	add_addresses(out, h, "option:dns-server", &own.dns);
	add_address(out, h, "option:router", own.gateway);
	if (!rc)
		rc = add_text(out, h, OPTION_HOST_NAME, h->name, err);
	if (!rc)
		rc = add_text(out, h, "option:root-path", s->root, err);
	add_address(out, h, "option:netmask", own.netmask);
	return rc;
}

static int add_host(struct str *out, const struct farm_server_options *o,
		    const struct served_host *s, const char *tftp_root, struct error *err)
{
	cleanup_free char *file = boot_file_name(tftp_root, s->boot_file, err);
	char mac[MAC_TEXT_MAX], ip[IP_TEXT_MAX];
	const struct host *h = s->host;
	int rc;

	if (!file)
		return error_wrap(err, "host %s", h->name);
	str_addf(out, "# %s\ndhcp-host=%s,set:", h->name, mac_format(&h->mac, mac));
	add_tag(out, h);
	str_addf(out, ",%s,infinite\n", ip_format(&h->ip, ip));
	rc = add_boot(out, h, file, o->address, err);
	return rc ? rc : add_options(out, o, s, err);
}

/* The network of the interface, for which dnsmasq answers at all. */
static int add_range(struct str *out, const struct farm_server_options *o, struct error *err)
{
	struct in_addr address, mask;
	char network[INET_ADDRSTRLEN];

	if (inet_pton(AF_INET, o->address, &address) != 1 ||
	    inet_pton(AF_INET, o->netmask, &mask) != 1)
		return error_say(err, -EINVAL, "%s: %s/%s is no address with its netmask",
				 o->interface, o->address, o->netmask);
	address.s_addr &= mask.s_addr;
	inet_ntop(AF_INET, &address, network, sizeof(network));
	str_addf(out, "dhcp-range=%s,static,%s,infinite\n", network, o->netmask);
	return 0;
}

static void add_common(struct str *out, const struct farm_server_options *o)
{
	str_addf(out,
		 "# made by mkdcroot from the farm's hosts\n"
		 "keep-in-foreground\n"
		 "log-facility=-\n"
		 "pid-file=\n"
		 "# no name server\n"
		 "port=0\n"
		 "no-resolv\n"
		 "no-hosts\n"
		 "interface=%s\n"
		 "except-interface=lo\n"
		 "bind-interfaces\n",
		 o->interface);
}

int conf_dnsmasq(const struct farm_server_options *o, struct conf_files *files, struct error *err)
{
	cleanup_free char *tftp_root = conf_tftp_root(o);
	struct str *out = conf_files_add(files, "dnsmasq.conf");
	int rc;

	add_common(out, o);
	str_add(out, "# BOOTP and DHCP, for the hosts below and for nobody else\n");
	rc = add_range(out, o, err);
	str_add(out, "dhcp-ignore=tag:!known\n"
		     "dhcp-authoritative\n"
		     "dhcp-no-override\n"
		     "dhcp-lease-max=65536\n"
		     "dhcp-leasefile=/run/dnsmasq.leases\n"
		     "log-dhcp\n"
		     "# no router unless one is said: else dnsmasq tells its own address\n"
		     "dhcp-option=option:router\n");
	for (size_t i = 0; !rc && i < o->n_hosts; i++)
		if (o->hosts[i].host->mac.set)
			rc = add_host(out, o, &o->hosts[i], tftp_root, err);
	return rc;
}

int conf_dnsmasq_tftp(const struct farm_server_options *o, struct conf_files *files,
		      struct error *err)
{
	cleanup_free char *tftp_root = conf_tftp_root(o);
	struct str *out = conf_files_add(files, "dnsmasq-tftp.conf");

	add_common(out, o);
	str_add(out, "enable-tftp\ntftp-root=");
	add_quoted(out, tftp_root);
	str_addc(out, '\n');
	return conf_check_text(o->interface, "the TFTP root", tftp_root, err);
}
