/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_dnsmasq: dnsmasq(8) as boot and TFTP server of the farm's hosts and of nobody else.
 *
 * What is said to a host stands in the hosts and the options file, which dnsmasq reads again
 * at SIGHUP, so that the transfers of the others go on; each host has a tag of its own.  There a boot file
 * is said as options 67 and "server-ip-address"; dnsmasq puts them into the fixed fields of
 * the reply, where BOOTP has them, unless the client asks for option 67.
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
	str_add(out, "tag:");
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

/* None has to be said too: otherwise dnsmasq tells its own address. */
static void add_router(struct str *out, const struct host *h, const char *gateway)
{
	if (*gateway) {
		add_option(out, h, "option:router", gateway);
		return;
	}
	str_add(out, "tag:");
	add_tag(out, h);
	str_add(out, ",option:router\n");
}

/*
 * dnsmasq sends the last line first.  What a plain BOOTP reply, with 64 bytes of options, has no
 * room for is then what can best be missed.
 */
static int add_host_options(struct str *out, const struct farm_server_options *o,
			    const struct served_host *s, const char *tftp_root, struct error *err)
{
	cleanup_settings struct settings own = { 0 };
	cleanup_free char *file = boot_file_name(tftp_root, s->boot_file, err);
	const struct host *h = s->host;
	int rc = file ? conf_settings(&own, o, s, err) : error_wrap(err, "host %s", h->name);

	if (rc)
		return rc;
	rc = add_text(out, h, BOOT_TAG_KERNEL_ARGS, s->kernel_args, err);
	if (!rc)
		rc = add_text(out, h, "option:domain-name", own.domain, err);
	add_addresses(out, h, "option:dns-server", &own.dns);
	add_router(out, h, own.gateway);
	if (!rc)
		rc = add_text(out, h, OPTION_HOST_NAME, h->name, err);
	if (!rc)
		rc = add_text(out, h, "option:root-path", s->root, err);
	add_address(out, h, "option:netmask", own.netmask);
	if (!rc)
		rc = add_text(out, h, "option:bootfile-name", file, err);
	add_address(out, h, "option:server-ip-address", o->address);
	return rc;
}

static void add_host(struct str *out, const struct host *h)
{
	char mac[MAC_TEXT_MAX], ip[IP_TEXT_MAX];

	str_addf(out, "%s,set:", mac_format(&h->mac, mac));
	add_tag(out, h);
	str_addf(out, ",%s,infinite\n", ip_format(&h->ip, ip));
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

static int add_main(struct str *out, const struct farm_server_options *o, const char *tftp_root,
		    struct error *err)
{
	int rc = conf_check_text(o->interface, "the TFTP root", tftp_root, err);

	str_add(out, "# made by mkdcroot from the farm's hosts\n"
		     "keep-in-foreground\n"
		     "log-facility=-\n"
		     "pid-file=/run/dnsmasq.pid\n"
		     "# no name server\n"
		     "port=0\n"
		     "no-resolv\n"
		     "no-hosts\n");
	str_addf(out,
		 "interface=%s\n"
		 "except-interface=lo\n"
		 "bind-interfaces\n",
		 o->interface);
	str_add(out, "# BOOTP and DHCP, for the hosts of the file and for nobody else\n");
	if (!rc)
		rc = add_range(out, o, err);
	str_add(out, "dhcp-ignore=tag:!known\n"
		     "dhcp-authoritative\n"
		     "dhcp-no-override\n"
		     "dhcp-lease-max=65536\n"
		     "dhcp-leasefile=/run/dnsmasq.leases\n"
		     "dhcp-hostsfile=/run/dnsmasq.hosts\n"
		     "dhcp-optsfile=/run/dnsmasq.options\n"
		     "log-dhcp\n"
		     "enable-tftp\n"
		     "tftp-root=");
	add_quoted(out, tftp_root);
	str_addc(out, '\n');
	return rc;
}

int conf_dnsmasq(const struct farm_server_options *o, struct conf_files *files, struct error *err)
{
	cleanup_free char *tftp_root = conf_tftp_root(o);
	int rc = add_main(conf_files_add(files, "dnsmasq.conf"), o, tftp_root, err);
	struct str *out;

	out = conf_files_add(files, "dnsmasq.hosts");
	for (size_t i = 0; i < o->n_hosts; i++)
		if (o->hosts[i].host->mac.set)
			add_host(out, o->hosts[i].host);
	out = conf_files_add(files, "dnsmasq.options");
	for (size_t i = 0; !rc && i < o->n_hosts; i++)
		rc = add_host_options(out, o, &o->hosts[i], tftp_root, err);
	return rc;
}
