/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net_ports: the kernel's tables of sockets, and the links in /proc/PID/fd that have their inode numbers. */
#include "mkdcroot/plan/net_ports.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <string.h>

/* Enough for a name, and a bound for a process that calls itself something new a thousand times. */
#define OWNERS_MAX 8

/* enum in the kernel's net/tcp_states.h; an unconnected UDP socket is in TCP_CLOSE. */
enum { TCP_LISTENING = 0x0a, UDP_UNCONNECTED = 0x07 };

/* Exactly @digits hexadecimal digits at *@p, which is moved behind them. */
static bool take_hex(const char **p, const char *end, int digits, uint32_t *out)
{
	*out = 0;
	for (int i = 0; i < digits; i++, (*p)++) {
		if (*p >= end || !isxdigit((unsigned char)**p))
			return false;
		*out = *out << 4 |
		       (uint32_t)(isdigit((unsigned char)**p) ? **p - '0'
							      : (**p | 0x20) - 'a' + 10);
	}
	return true;
}

static bool take_char(const char **p, const char *end, char c)
{
	if (*p >= end || **p != c)
		return false;
	(*p)++;
	return true;
}

/* The address is printed as words of the machine's own byte order, of bytes in network order. */
static bool take_address(const char **p, const char *end, bool ipv6, struct in6_addr *out)
{
	uint32_t word[4] = { 0, 0, htonl(0xffff), 0 };

	for (int i = ipv6 ? 0 : 3; i < 4; i++)
		if (!take_hex(p, end, 8, &word[i]))
			return false;
	memcpy(out, word, sizeof(word));
	return true;
}

/* The decimal number that is the @nth blank-separated field behind @p; 0 when there is none. */
static unsigned long nth_number(const char *p, const char *end, int nth)
{
	unsigned long value = 0;

	for (int i = 0; i < nth; i++) {
		while (p < end && *p == ' ')
			p++;
		if (i == nth - 1)
			break;
		while (p < end && *p != ' ')
			p++;
	}
	for (; p < end && isdigit((unsigned char)*p); p++) {
		if (value > (~0ul - 9) / 10)
			return 0;
		value = value * 10 + (unsigned long)(*p - '0');
	}
	return p == end || *p == ' ' ? value : 0;
}

/* "   0: 0100007F:0045 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 12345 2 ..." */
static bool parse_line(struct net_port *out, const char *p, const char *end, bool tcp, bool ipv6)
{
	struct in6_addr remote;
	uint32_t port, state, remote_port;

	while (p < end && *p == ' ')
		p++;
	while (p < end && isdigit((unsigned char)*p))
		p++;
	if (!take_char(&p, end, ':') || !take_char(&p, end, ' ') ||
	    !take_address(&p, end, ipv6, &out->local) || !take_char(&p, end, ':') ||
	    !take_hex(&p, end, 4, &port) || !take_char(&p, end, ' ') ||
	    !take_address(&p, end, ipv6, &remote) || !take_char(&p, end, ':') ||
	    !take_hex(&p, end, 4, &remote_port) || !take_char(&p, end, ' ') ||
	    !take_hex(&p, end, 2, &state) || !take_char(&p, end, ' '))
		return false;
	if (state != (tcp ? TCP_LISTENING : UDP_UNCONNECTED) || !port)
		return false;
	out->tcp = tcp;
	out->port = (uint16_t)port;
	out->any = IN6_IS_ADDR_UNSPECIFIED(&out->local) ||
		   (IN6_IS_ADDR_V4MAPPED(&out->local) && out->local.s6_addr32[3] == 0);
	/* queues, timer, retransmits, uid, timeout, inode */
	out->inode = nth_number(p, end, 6);
	return true;
}

void net_ports_parse(struct net_ports *out, const char *text, size_t len, bool tcp, bool ipv6)
{
	const char *end = text + len;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;
		struct net_port port = { .owners = STRV_INIT };

		if (parse_line(&port, text, stop, tcp, ipv6)) {
			out->port = mem_resize(out->port, out->n + 1, sizeof(*out->port));
			out->port[out->n++] = port;
		}
		text = stop + 1;
	}
}

/* A file of /proc has no size and may be had in several pieces. */
static bool read_proc(int at, const char *path, struct str *out)
{
	cleanup_fd int fd = openat(at, path, O_RDONLY | O_CLOEXEC);
	char piece[16384];
	ssize_t n;

	if (fd < 0)
		return false;
	while ((n = read(fd, piece, sizeof(piece))) > 0)
		str_addn(out, piece, (size_t)n);
	return n == 0;
}

void net_ports_read(struct net_ports *out)
{
	static const struct {
		const char *path;
		bool tcp, ipv6;
	} files[] = {
		{ "/proc/self/net/udp", false, false },
		{ "/proc/self/net/udp6", false, true },
		{ "/proc/self/net/tcp", true, false },
		{ "/proc/self/net/tcp6", true, true },
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		cleanup_str struct str text = STR_INIT;

		if (read_proc(AT_FDCWD, files[i].path, &text))
			net_ports_parse(out, str_text(&text), text.len, files[i].tcp,
					files[i].ipv6);
	}
}

/* Anybody can give a process a name: it is shown on a terminal. */
static void read_name(int proc, const char *pid, struct str *out)
{
	cleanup_free char *path = mem_printf("%s/comm", pid);

	if (!read_proc(proc, path, out))
		return;
	if (out->len && out->data[out->len - 1] == '\n')
		out->data[--out->len] = '\0';
	for (size_t i = 0; i < out->len; i++)
		if (out->data[i] < 0x20 || out->data[i] > 0x7e)
			out->data[i] = '?';
}

static bool is_pid(const char *name)
{
	return *name && name[strspn(name, "0123456789")] == '\0';
}

/* The sockets whose owners are looked for. */
struct search {
	struct net_port **port;
	size_t n;
};

static void find_wanted(struct search *s, const struct net_ports *ports, const uint16_t *wanted,
			size_t n_wanted)
{
	for (size_t i = 0; i < ports->n; i++)
		for (size_t k = 0; k < n_wanted; k++) {
			if (wanted[k] != ports->port[i].port)
				continue;
			s->port = mem_resize(s->port, s->n + 1, sizeof(*s->port));
			s->port[s->n++] = &ports->port[i];
			break;
		}
}

static void add_owner(const struct search *s, unsigned long inode, const char *name,
		      const char *pid)
{
	for (size_t i = 0; i < s->n; i++) {
		struct net_port *port = s->port[i];

		if (port->inode != inode || port->owners.n >= OWNERS_MAX ||
		    strv_has(&port->pids, pid))
			continue;
		strv_add(&port->owners, name);
		strv_add(&port->pids, pid);
	}
}

/* False when the process's descriptors may not be seen; one that has ended is none. */
static bool look_at_process(const struct search *s, int proc, const char *pid)
{
	cleanup_free char *path = mem_printf("%s/fd", pid);
	cleanup_str struct str name = STR_INIT;
	cleanup_dir DIR *dir = NULL;
	int fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return errno != EACCES && errno != EPERM;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return false;
	}
	for (struct dirent *e; (e = readdir(dir));) {
		char target[64];
		ssize_t n = readlinkat(dirfd(dir), e->d_name, target, sizeof(target) - 1);

		if (n <= 0)
			continue;
		target[n] = '\0';
		if (!str_has_prefix(target, "socket:["))
			continue;
		if (!name.len)
			read_name(proc, pid, &name);
		add_owner(s, strtoul(target + 8, NULL, 10), str_text(&name), pid);
	}
	return true;
}

bool net_ports_find_owners(struct net_ports *ports, const uint16_t *wanted, size_t n_wanted)
{
	cleanup_dir DIR *proc = opendir("/proc");
	struct search search = { 0 };
	bool all = proc;

	find_wanted(&search, ports, wanted, n_wanted);
	for (struct dirent *e; search.n && proc && (e = readdir(proc));)
		if (is_pid(e->d_name) && !look_at_process(&search, dirfd(proc), e->d_name))
			all = false;
	free(search.port);
	return all;
}

const struct net_port *net_ports_next(const struct net_ports *ports, const struct net_port *after,
				      uint16_t port, bool tcp)
{
	for (size_t i = after ? (size_t)(after - ports->port) + 1 : 0; i < ports->n; i++)
		if (ports->port[i].port == port && ports->port[i].tcp == tcp)
			return &ports->port[i];
	return NULL;
}

bool net_ports_process_runs(const char *name)
{
	cleanup_dir DIR *proc = opendir("/proc");

	for (struct dirent *e; proc && (e = readdir(proc));) {
		cleanup_str struct str comm = STR_INIT;

		if (!is_pid(e->d_name))
			continue;
		read_name(dirfd(proc), e->d_name, &comm);
		if (strcmp(str_text(&comm), name) == 0)
			return true;
	}
	return false;
}

void net_ports_free(struct net_ports *ports)
{
	for (size_t i = 0; i < ports->n; i++)
		strv_free(&ports->port[i].owners), strv_free(&ports->port[i].pids);
	free(ports->port);
	*ports = (struct net_ports){ 0 };
}
