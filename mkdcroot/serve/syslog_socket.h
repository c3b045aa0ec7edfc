/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * syslog_socket: the other end of syslog(3): a /dev/log of our own, for daemons that know no
 * other place for their words (in.tftpd, rpcbind).
 */
#ifndef MKDCROOT_SERVE_SYSLOG_SOCKET_H
#define MKDCROOT_SERVE_SYSLOG_SOCKET_H

#include "mkdcroot/base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Make the socket @path, which anybody may write to.  Returns the descriptor, non-blocking, or negative errno. */
int syslog_socket_open(const char *path, struct error *err);

/*
 * Take a message as glibc sends it, "<30>Nov 26 21:18:00 in.tftpd[17]: RRQ from ...", apart, in
 * place: *@program and *@text point into @message.  False for anything else.
 */
bool syslog_message_parse(char *message, const char **program, const char **text);

/* Read all messages that wait; those that cannot be read are left out. */
void syslog_socket_read(int fd,
			void (*on_message)(const char *program, const char *text, void *arg),
			void *arg);

#endif
