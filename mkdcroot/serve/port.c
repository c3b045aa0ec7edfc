/* SPDX-License-Identifier: GPL-2.0-or-later */
/* port: the tables of /proc/net have the inode of each socket, /proc/PID/fd has who holds it. */
#include "mkdcroot/serve/port.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/str.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* In /proc/net/tcp */
#define STATE_LISTEN 10

/* Inodes of the sockets that have @p; 0 stands for one of the kernel's own. */
struct inodes {
	unsigned long v[64];
	size_t n;
};

static void read_table(struct inodes *out, const char *path, const struct port *p)
{
	cleanup_file FILE *f = fopen(path, "re");
	char line[512];

	while (f && fgets(line, sizeof(line), f)) {
		unsigned int number, state;
		unsigned long inode;

		if (sscanf(line, " %*d: %*[0-9A-F]:%x %*[0-9A-F]:%*x %x %*s %*s %*s %*u %*u %lu",
			   &number, &state, &inode) != 3 ||
		    number != p->number || (p->kind == PORT_TCP && state != STATE_LISTEN))
			continue;
		if (out->n < sizeof(out->v) / sizeof(out->v[0]))
			out->v[out->n++] = inode;
	}
}

static void find_inodes(struct inodes *out, const struct port *p)
{
	out->n = 0;
	read_table(out, p->kind == PORT_UDP ? "/proc/net/udp" : "/proc/net/tcp", p);
	read_table(out, p->kind == PORT_UDP ? "/proc/net/udp6" : "/proc/net/tcp6", p);
}

bool port_is_bound(const struct port *p)
{
	struct inodes inodes;

	find_inodes(&inodes, p);
	return inodes.n;
}

/* Has the process whose directory in /proc is @pid one of these sockets open? */
static bool holds(const char *pid, const struct inodes *inodes)
{
	cleanup_free char *path = mem_printf("/proc/%s/fd", pid);
	cleanup_dir DIR *dir = opendir(path);
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		char target[64];
		unsigned long inode;
		ssize_t n = readlinkat(dirfd(dir), e->d_name, target, sizeof(target) - 1);

		if (n <= 0)
			continue;
		target[n] = '\0';
		if (sscanf(target, "socket:[%lu]", &inode) != 1)
			continue;
		for (size_t i = 0; i < inodes->n; i++)
			if (inodes->v[i] == inode)
				return true;
	}
	return false;
}

bool port_is_of(const struct port *p, pid_t pid)
{
	char text[16];
	struct inodes inodes;

	find_inodes(&inodes, p);
	snprintf(text, sizeof(text), "%d", pid);
	return inodes.n && holds(text, &inodes);
}

static void add_name(struct str *out, const char *pid)
{
	cleanup_free char *path = mem_printf("/proc/%s/comm", pid);
	cleanup_file FILE *f = fopen(path, "re");
	char name[64] = "";

	if (!f || !fgets(name, sizeof(name), f))
		return;
	name[strcspn(name, "\n")] = '\0';
	str_addf(out, "%s%s (process %s)", out->len ? ", " : "", name, pid);
}

/* "dnsmasq (process 123)", or what else can be said. */
static char *owners(const struct port *p)
{
	cleanup_dir DIR *proc = opendir("/proc");
	struct str out = STR_INIT;
	struct inodes inodes;
	struct dirent *e;

	find_inodes(&inodes, p);
	while (proc && (e = readdir(proc)))
		if (isdigit((unsigned char)e->d_name[0]) && holds(e->d_name, &inodes))
			add_name(&out, e->d_name);
	if (!out.len)
		str_add(&out, p->number == 2049 ? "the kernel's NFS server"
						: "a program that is not seen from here");
	return str_steal(&out);
}

static int bind_to(int fd, const struct port *p, const char *interface, const char *address)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(p->number) };
	int on = 1;

	if (p->on_interface && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface,
					  (socklen_t)strlen(interface)) < 0)
		return -errno;
	if (!p->on_interface && p->kind == PORT_UDP &&
	    inet_pton(AF_INET, address, &at.sin_addr) != 1)
		return -EINVAL;
	/* Connections that have just ended are no hindrance. */
	if (p->kind == PORT_TCP && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return -errno;
	return bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ? -errno : 0;
}

static int complain(const struct port *p, int rc, struct error *err)
{
	const char *kind = p->kind == PORT_UDP ? "UDP" : "TCP";
	cleanup_free char *who = rc == -EADDRINUSE ? owners(p) : NULL;

	if (who)
		return error_say(err, rc, "%s port %u is taken by %s", kind, p->number, who);
	return error_set(err, rc, "take %s port %u", kind, p->number);
}

int port_check_free(const struct port *p, const char *interface, const char *address,
		    struct error *err)
{
	cleanup_fd int fd =
		socket(AF_INET, (p->kind == PORT_UDP ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
	int rc = fd < 0 ? -errno : bind_to(fd, p, interface, address);

	/* A listener of both families' may stand only in the other's table. */
	if (!rc && p->kind == PORT_TCP && port_is_bound(p))
		rc = -EADDRINUSE;
	return rc ? complain(p, rc, err) : 0;
}

int port_open_udp(const struct port *p, const char *interface, struct error *err)
{
	cleanup_fd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int on = 1, rc = fd < 0 ? -errno : bind_to(fd, p, interface, NULL);

	if (!rc && setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)) < 0)
		rc = -errno;
	return rc ? complain(p, rc, err) : steal_fd(&fd);
}
