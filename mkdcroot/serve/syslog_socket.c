/* SPDX-License-Identifier: GPL-2.0-or-later */
/* syslog_socket: a datagram socket, a message each. */
#include "mkdcroot/serve/syslog_socket.h"
#include "mkdcroot/base/cleanup.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define MESSAGE_MAX 8192
/* "Nov 26 21:18:00 " */
#define TIME_LENGTH 16

int syslog_socket_open(const char *path, struct error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	cleanup_fd int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (strlen(path) >= sizeof(address.sun_path))
		return error_set(err, -ENAMETOOLONG, "create %s", path);
	memcpy(address.sun_path, path, strlen(path));
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    chmod(path, 0666) < 0)
		return error_set(err, -errno, "create %s", path);
	return steal_fd(&fd);
}

bool syslog_message_parse(char *message, const char **program, const char **text)
{
	char *p = message, *colon;

	if (*p != '<' || !(p = strchr(p, '>')))
		return false;
	p++;
	if (strlen(p) > TIME_LENGTH && p[3] == ' ' && p[6] == ' ' && p[TIME_LENGTH - 1] == ' ')
		p += TIME_LENGTH;
	colon = strstr(p, ": ");
	if (!colon)
		return false;
	*colon = '\0';
	*text = colon + 2;
	*program = p;
	p[strcspn(p, "[")] = '\0';
	return true;
}

void syslog_socket_read(int fd,
			void (*on_message)(const char *program, const char *text, void *arg),
			void *arg)
{
	char message[MESSAGE_MAX + 1];
	const char *program, *text;
	ssize_t n;

	while ((n = recv(fd, message, MESSAGE_MAX, 0)) >= 0 || errno == EINTR) {
		if (n <= 0)
			continue;
		message[n] = '\0';
		while (n && (message[n - 1] == '\n' || !message[n - 1]))
			message[--n] = '\0';
		if (syslog_message_parse(message, &program, &text))
			on_message(program, text, arg);
	}
}
