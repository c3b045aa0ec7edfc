/* SPDX-License-Identifier: GPL-2.0-or-later */
/* log_patterns: taken from what the daemons wrote (tests/data/logs), and from their sources where they did not. */
#include "mkdcroot/watch/log_patterns.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define NOT_REGISTERED "it does not know this MAC address"

const struct log_pattern log_patterns[] = {
	/* bootpd 2.4.3, from -d1 (who is unknown) and -d3 (the rest) on. */
	{ "bootpd", "request from %* address %m", EVENT_ASKED, false, NULL },
	{ "bootpd", "unknown client %* address %m", EVENT_IGNORED, false, NOT_REGISTERED },
	{ "bootpd", "ignoring request due to timestamp %*", EVENT_IGNORED, true,
	  "the host has not waited as long as min-wait in bootptab says" },
	{ "bootpd", "ignoring request for server %* from client at %* address %m", EVENT_IGNORED,
	  false, "the host asks for another server" },
	{ "bootpd", "found %i (%*)", EVENT_NONE, true, NULL },
	{ "bootpd", "bootfile=\"%f\"", EVENT_NONE, true, NULL },
	{ "bootpd", "sending reply%*", EVENT_ANSWERED, true, NULL },

	/* dnsmasq 2.89. */
	{ "dnsmasq", "DHCPDISCOVER(%*) %c", EVENT_ASKED, false, NULL },
	{ "dnsmasq", "DHCPDISCOVER(%*) %c %t", EVENT_IGNORED, false, NULL },
	{ "dnsmasq", "DHCPREQUEST(%*) %c", EVENT_ASKED, false, NULL },
	{ "dnsmasq", "DHCPREQUEST(%*) %c %t", EVENT_IGNORED, false, NULL },
	{ "dnsmasq", "DHCPOFFER(%*) %c", EVENT_ANSWERED, false, NULL },
	{ "dnsmasq", "DHCPACK(%*) %c", EVENT_ANSWERED, false, NULL },
	{ "dnsmasq", "DHCPACK(%*) %c %*", EVENT_ANSWERED, false, NULL },
	{ "dnsmasq", "DHCPNAK(%*) %c %t", EVENT_IGNORED, false, NULL },
	{ "dnsmasq", "BOOTP(%*) %i %m", EVENT_ANSWERED, false, NULL },
	{ "dnsmasq", "BOOTP(%*) %i %m %t", EVENT_IGNORED, false, NULL },
	{ "dnsmasq", "BOOTP(%*) %m %t", EVENT_IGNORED, false, NULL },
	{ "dnsmasq", "sent %f to %i", EVENT_FILE_SENT, false, NULL },
	{ "dnsmasq", "file %f not found for %i", EVENT_FILE_REFUSED, false, "file not found" },
	{ "dnsmasq", "cannot access %f: %t", EVENT_FILE_REFUSED, false, NULL },
	{ "dnsmasq", "failed sending %f to %i", EVENT_FILE_REFUSED, false,
	  "the host broke it off, or does not answer any more" },

	/* ISC dhcpd 4.4. */
	{ "dhcpd", "DHCPDISCOVER from %m%*via %*: %t", EVENT_IGNORED, false, NULL },
	{ "dhcpd", "DHCPDISCOVER from %m %*", EVENT_ASKED, false, NULL },
	{ "dhcpd", "DHCPREQUEST for %i%* from %m%*via %*: %t", EVENT_IGNORED, false, NULL },
	{ "dhcpd", "DHCPREQUEST for %i%* from %m %*", EVENT_ASKED, false, NULL },
	{ "dhcpd", "DHCPOFFER on %i to %m %*", EVENT_ANSWERED, false, NULL },
	{ "dhcpd", "DHCPACK on %i to %m %*", EVENT_ANSWERED, false, NULL },
	{ "dhcpd", "DHCPNAK on %* to %m %*", EVENT_IGNORED, false,
	  "it said no (DHCPNAK): the host asked for an address that is not its own" },
	{ "dhcpd", "BOOTREQUEST from %m%*via %*: %t", EVENT_IGNORED, false, NULL },
	{ "dhcpd", "BOOTREQUEST from %m %*", EVENT_ASKED, false, NULL },
	{ "dhcpd", "BOOTREPLY for %i to %* (%m) via %*", EVENT_ANSWERED, false, NULL },

	/* Kea 2.2; requests only when its loggers say debug. */
	{ "kea-dhcp4", "DHCP4_PACKET_RECEIVED [hwtype=1 %m]%*: DHCPDISCOVER %*", EVENT_ASKED, false,
	  NULL },
	{ "kea-dhcp4", "DHCP4_PACKET_RECEIVED [hwtype=1 %m]%*: DHCPREQUEST %*", EVENT_ASKED, false,
	  NULL },
	{ "kea-dhcp4", "DHCP4_LEASE_%* [hwtype=1 %m]%*: lease %i %*", EVENT_ANSWERED, false, NULL },
	{ "kea-dhcp4", "ALLOC_ENGINE_V4_ALLOC_FAIL%* [hwtype=1 %m]%*: %t", EVENT_IGNORED, false,
	  NULL },

	/* tftpd-hpa 5.2, with -v; why not, from -vvvv on. */
	{ "in.tftpd", "RRQ from %i filename %f", EVENT_FILE_ASKED, true, NULL },
	{ "in.tftpd", "sending NAK (%*, %t) to %i", EVENT_FILE_REFUSED, true, NULL },

	/* atftpd 0.8; its end and its reason, from --verbose=6 on. */
	{ "atftpd", "Serving %f to %i", EVENT_FILE_ASKED, true, NULL },
	{ "atftpd", "End of transfer", EVENT_FILE_SENT, true, NULL },
	{ "atftpd", "File %f not found", EVENT_FILE_REFUSED, true,
	  "file not found, or not readable for the daemon's user" },

	/* nfs-utils 2.6. */
	{ "rpc.mountd", "authenticated mount request from %i for %f (%*)", EVENT_MOUNTED, false,
	  NULL },
	{ "rpc.mountd", "refused mount request from %i for %f (%*): %t", EVENT_MOUNT_REFUSED, false,
	  NULL },

	/* nfs-ganesha 4.3, when its log level is INFO; NFSv4 says nothing. */
	{ "nfs-ganesha", "MOUNT: Export entry %f does not allow access for client %i",
	  EVENT_MOUNT_REFUSED, false, "the export does not allow this host" },
	{ "nfs-ganesha", "MOUNT: Export entry %f does not support NFS v3 for client %i",
	  EVENT_MOUNT_REFUSED, false, "the export is not for NFSv3" },
	{ NULL, NULL, EVENT_NONE, false, NULL },
};

/* A word of @allowed characters that @parse takes; returns what follows it, or NULL. */
static const char *take_word(const char *s, const char *allowed, char *word, size_t size)
{
	size_t len = strspn(s, allowed);

	if (!len || len >= size)
		return NULL;
	memcpy(word, s, len);
	word[len] = '\0';
	return s + len;
}

static const char *take_mac(const char *s, struct mac_addr *mac)
{
	cleanup_error struct error err = ERROR_INIT;
	char word[MAC_TEXT_MAX];
	const char *after = take_word(s, "0123456789abcdefABCDEF:", word, sizeof(word));

	return after && mac_parse(mac, word, &err) == 0 ? after : NULL;
}

static const char *take_ip(const char *s, struct ip_addr *ip)
{
	cleanup_error struct error err = ERROR_INIT;
	static const char mapped[] = "::ffff:"; /* IPv4 on an IPv6 socket */
	char word[IP_TEXT_MAX];
	const char *after;

	if (strncmp(s, mapped, sizeof(mapped) - 1) == 0)
		s += sizeof(mapped) - 1;
	after = take_word(s, "0123456789.", word, sizeof(word));

	if (!after || ip_parse(ip, word, &err))
		return NULL;
	if (*after == ':' && isdigit((unsigned char)after[1]))
		after += 1 + strspn(after + 1, "0123456789");
	return after;
}

/* "[IP ]MAC" */
static const char *take_client(const char *s, struct boot_event *e)
{
	const char *after = take_ip(s, &e->ip);

	return take_mac(after && *after == ' ' ? after + 1 : s, &e->mac);
}

static const char *find_last(const char *s, const char *literal)
{
	const char *last = NULL;

	for (s = strstr(s, literal); s; s = strstr(s + 1, literal))
		last = s;
	return last;
}

/*
 * The text up to what stands in @pattern next, the last such place if @last: a file's name is a client's choice, and may
 * contain what the daemon writes behind it.  Returns its end, or NULL.
 */
static const char *take_text(const char *s, const char *pattern, bool last, char *to, size_t size)
{
	char literal[64];
	size_t len = strcspn(pattern, "%");
	const char *end = s + strlen(s);

	while (end > s && isspace((unsigned char)end[-1]))
		end--;
	if (len && len < sizeof(literal)) {
		memcpy(literal, pattern, len);
		literal[len] = '\0';
		end = last ? find_last(s, literal) : strstr(s, literal);
	}
	if (end && to)
		boot_event_copy(to, size, s, (size_t)(end - s));
	return end;
}

static const char *take_field(char field, const char *s, const char *rest, struct boot_event *e)
{
	const char *after;

	switch (field) {
	case 'm':
		return take_mac(s, &e->mac);
	case 'i':
		return take_ip(s, &e->ip);
	case 's':
		return take_ip(s, &e->server);
	case 'c':
		return take_client(s, e);
	case 'f':
		return take_text(s, rest, true, e->file, sizeof(e->file));
	case 't':
		after = take_text(s, rest, false, e->text, sizeof(e->text));
		return e->text[0] ? after : NULL;
	default:
		return take_text(s, rest, false, NULL, 0);
	}
}

bool log_pattern_match(const char *pattern, const char *message, struct boot_event *e)
{
	const char *s = message;

	for (const char *p = pattern; *p; p++) {
		if (*p == '%') {
			p++;
			s = take_field(*p, s, p + 1, e);
			if (!s)
				return false;
		} else if (*s++ != *p) {
			return false;
		}
	}
	return s[strspn(s, " \t\r\n")] == '\0';
}
