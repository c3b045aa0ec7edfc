/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot_log: a line's parts (log_line.h) held against the table (log_patterns.h). */
#include "mkdcroot/watch/boot_log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/str.h"
#include "mkdcroot/watch/log_line.h"
#include "mkdcroot/watch/log_patterns.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Longer than any line that means something; what a client can make longer is cut. */
#define LINE_MAX_LEN 1024

/* Names that daemons have in logs, and the one of the table. */
static const struct {
	const char *alias, *program;
} programs[] = {
	{ "bootpd", "bootpd" },
	{ "dnsmasq-dhcp", "dnsmasq" },
	{ "dnsmasq-tftp", "dnsmasq" },
	{ "dnsmasq", "dnsmasq" },
	{ "dhcpd", "dhcpd" },
	{ "kea-dhcp4", "kea-dhcp4" },
	{ "in.tftpd", "in.tftpd" },
	{ "tftpd", "in.tftpd" },
	{ "tftpd-hpa", "in.tftpd" },
	{ "atftpd", "atftpd" },
	{ "in.atftpd", "atftpd" },
	{ "rpc.mountd", "rpc.mountd" },
	{ "mountd", "rpc.mountd" },
	{ "nfs-ganesha", "nfs-ganesha" },
	{ "ganesha.nfsd", "nfs-ganesha" },
};

#define N_PROGRAMS (sizeof(programs) / sizeof(programs[0]))

struct boot_log {
	struct boot_event
		memory[N_PROGRAMS]; /* what each daemon's lines have said of the host at hand */
};

struct boot_log *boot_log_new(void)
{
	return mem_new(sizeof(struct boot_log));
}

void boot_log_free(struct boot_log *log)
{
	free(log);
}

/* The index of @name in the table, or N_PROGRAMS. */
static size_t find_program(const char *name)
{
	const char *slash = strrchr(name, '/');
	size_t i = 0;

	for (name = slash ? slash + 1 : name; i < N_PROGRAMS; i++)
		if (strcmp(programs[i].alias, name) == 0)
			break;
	return i;
}

/* What a daemon puts before all its messages: bootpd -d4 "info(6):   ", dnsmasq's log-dhcp the transaction's number. */
static const char *skip_prefix(const char *program, const char *message)
{
	size_t n;

	if (strcmp(program, "bootpd") == 0) {
		n = strspn(message, "abcdefghijklmnopqrstuvwxyz");
		if (n && message[n] == '(' && isdigit((unsigned char)message[n + 1]) &&
		    message[n + 2] == ')' && message[n + 3] == ':')
			return message + n + 4 + strspn(message + n + 4, " ");
	} else if (strcmp(program, "dnsmasq") == 0) {
		n = strspn(message, "0123456789");
		if (n && message[n] == ' ')
			return message + n + 1;
	}
	return message;
}

/* What @e does not say and @memory does.  Another host's address means that the memory is of another. */
static void recall(struct boot_event *e, const struct boot_event *memory)
{
	if ((e->mac.set && memory->mac.set && !mac_equal(&e->mac, &memory->mac)) ||
	    (ip_is_set(&e->ip) && ip_is_set(&memory->ip) && !ip_equal(&e->ip, &memory->ip)))
		return;
	if (!e->mac.set)
		e->mac = memory->mac;
	if (!ip_is_set(&e->ip))
		e->ip = memory->ip;
	if (!e->file[0])
		memcpy(e->file, memory->file, sizeof(e->file));
}

static bool try_pattern(struct boot_log *log, size_t program, const struct log_pattern *p,
			const char *message, struct boot_event *out)
{
	struct boot_event e = { .kind = p->kind };

	if (!log_pattern_match(p->pattern, message, &e))
		return false;
	if (!e.text[0] && p->text)
		snprintf(e.text, sizeof(e.text), "%s", p->text);
	if (p->remembered && p->kind != EVENT_FILE_ASKED)
		recall(&e, &log->memory[program]);
	log->memory[program] = e;
	*out = e;
	return true;
}

bool boot_log_take(struct boot_log *log, const char *program, const char *line, uint64_t when_ms,
		   struct boot_event *out)
{
	char copy[LINE_MAX_LEN];
	struct log_line parts;
	const char *message;
	size_t i;

	snprintf(copy, sizeof(copy), "%s", line);
	log_line_split(&parts, copy, when_ms ? when_ms : (uint64_t)time(NULL) * 1000);
	i = find_program(parts.program);
	if (i == N_PROGRAMS && program) {
		i = find_program(program);
		parts.message = parts.program[0] ? copy : parts.message;
	}
	if (i == N_PROGRAMS)
		return false;
	message = skip_prefix(programs[i].program, parts.message);
	for (const struct log_pattern *p = log_patterns; p->program; p++) {
		if (strcmp(p->program, programs[i].program) != 0 ||
		    !try_pattern(log, i, p, message, out))
			continue;
		out->when_ms = when_ms ? when_ms : parts.when_ms;
		snprintf(out->source, sizeof(out->source), "%s", programs[i].program);
		return out->kind != EVENT_NONE;
	}
	return false;
}
