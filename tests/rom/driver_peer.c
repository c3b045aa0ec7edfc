/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's half of the driver test.
 *
 *      driver_peer GUEST.elf QEMU-DEVICE[,PROPERTY=VALUE...]
 *
 * starts QEMU with the card, is the other end of its cable (Unix datagrams, so no
 * privileges are needed and nothing leaves this machine), answers the guest's requests
 * (tests/rom/driver_test.h), carries its "!" lines to QEMU's monitor, and prints its TAP.
 * Exit status 0 if every check held.
 */
#include <errno.h>
#include <stdarg.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/rom/driver_test.h"

#define TIME_LIMIT  60 /* seconds for everything */
#define FRAME_MIN   60
#define FRAME_MAX   1514
#define FRAME_ROOM  2048
#define PENDING_MAX 8

/* A TEST_SEND to be done. */
struct job {
	int64_t due_ms;
	struct test_frame request;
};

struct peer {
	char dir[64]; /* of the two sockets */
	int cable;    /* our end */
	int monitor;  /* QEMU's standard input */
	int console;  /* the guest's debug console */
	pid_t qemu;
	struct job jobs[PENDING_MAX];
	int job_count;
	char line[512];
	size_t line_len;
	bool failed, planned;
};

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *fmt, ...)
{
	va_list ap;

	printf("Bail out! driver_peer: ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf(": %s\n", strerror(errno));
	exit(2);
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Returns false if the frame did not get through: then QEMU's card has taken none for seconds. */
static bool peer_send(struct peer *p, const void *frame, size_t len)
{
	if (send(p->cable, frame, len, 0) >= 0)
		return true;
	if (errno == EAGAIN || errno == ECONNREFUSED || errno == ENOENT)
		return false;
	die("send to QEMU");
}

static void fill(struct test_frame *f, size_t len, uint32_t number)
{
	for (size_t i = sizeof(*f); i < len; i++)
		((uint8_t *)f)[i] = test_fill(number, (uint32_t)i);
}

static void answer_send(struct peer *p, const struct test_frame *request)
{
	static const uint8_t our_mac[6] = { 0x52, 0x54, 0, 0, 0, 1 };
	uint8_t storage[FRAME_ROOM];
	struct test_frame *f = (struct test_frame *)storage;

	memcpy(f, request, sizeof(*f));
	memcpy(f->dest, request->src, 6);
	if (request->op == TEST_SEND_BCAST)
		memset(f->dest, 0xFF, 6);
	memcpy(f->src, our_mac, 6);
	f->op = TEST_DATA;
	for (uint32_t i = 0; i < request->count; i++) {
		uint32_t number = (uint16_t)(request->first + i);
		uint32_t len =
			request->len == TEST_LEN_RANDOM ? test_random_len(number) : request->len;

		f->first = (uint16_t)number;
		f->len = (uint16_t)len;
		fill(f, len, number);
		if (!peer_send(p, f, len))
			return;
	}
}

/* Was the frame padded to the minimum with zeros, and is the rest what the guest meant to send? */
static bool echo_request_right(const struct test_frame *f, size_t len)
{
	const uint8_t *bytes = (const uint8_t *)f;

	if (len < FRAME_MIN || len > FRAME_MAX || f->len > len ||
	    (len > FRAME_MIN && len != f->len))
		return false;
	for (size_t i = sizeof(*f); i < len; i++)
		if (bytes[i] != (i < f->len ? test_fill(f->first, (uint32_t)i) : 0))
			return false;
	return true;
}

static void take_frame(struct peer *p)
{
	static const uint8_t our_mac[6] = { 0x52, 0x54, 0, 0, 0, 1 };
	uint8_t storage[FRAME_ROOM] = { 0 };
	struct test_frame *f = (struct test_frame *)storage;
	ssize_t len = recv(p->cable, storage, sizeof(storage), MSG_DONTWAIT);

	if (len < (ssize_t)sizeof(*f) || f->type != TEST_ETHERTYPE)
		return;
	if (f->op == TEST_ECHO) {
		f->first = echo_request_right(f, (size_t)len);
		f->op = TEST_ECHOED;
		memcpy(f->dest, f->src, 6);
		memcpy(f->src, our_mac, 6);
		peer_send(p, f, f->len);
	} else if ((f->op == TEST_SEND || f->op == TEST_SEND_BCAST) && f->len <= FRAME_ROOM) {
		if (p->job_count < PENDING_MAX && f->delay_ms)
			p->jobs[p->job_count++] = (struct job){ now_ms() + f->delay_ms, *f };
		else
			answer_send(p, f);
	} else if (f->op == TEST_SEND && f->len == TEST_LEN_RANDOM) {
		answer_send(p, f);
	}
}

/* Does what is due. Returns the milliseconds until the next, or 1000. */
static int run_jobs(struct peer *p)
{
	int64_t wait = 1000;

	for (int i = 0; i < p->job_count;) {
		int64_t left = p->jobs[i].due_ms - now_ms();

		if (left <= 0) {
			struct test_frame request = p->jobs[i].request;

			p->jobs[i] = p->jobs[--p->job_count];
			answer_send(p, &request);
			continue;
		}
		if (left < wait)
			wait = left;
		i++;
	}
	return (int)wait;
}

static void take_line(struct peer *p, char *line)
{
	if (*line == '!') {
		dprintf(p->monitor, "%s\n", line + 1);
		return;
	}
	if (!strncmp(line, "not ok", 6))
		p->failed = true;
	if (!strncmp(line, "1..", 3))
		p->planned = true;
	printf("%s\n", line);
	fflush(stdout);
}

/* Returns false at the end of the console: QEMU is gone. */
static bool take_console(struct peer *p)
{
	char buf[256];
	ssize_t len = read(p->console, buf, sizeof(buf));

	if (len <= 0)
		return false;
	for (ssize_t i = 0; i < len; i++) {
		if (buf[i] == '\r')
			continue;
		if (buf[i] == '\n') {
			p->line[p->line_len] = '\0';
			p->line_len = 0;
			take_line(p, p->line);
		} else if (p->line_len < sizeof(p->line) - 1) {
			p->line[p->line_len++] = buf[i];
		}
	}
	return true;
}

static void bind_cable(struct peer *p)
{
	struct sockaddr_un ours = { .sun_family = AF_UNIX };
	struct timeval patience = { .tv_sec = 3 }; /* with a card that takes no more frames */

	strcpy(p->dir, "/tmp/driver-test.XXXXXX");
	if (!mkdtemp(p->dir))
		die("mkdtemp");
	snprintf(ours.sun_path, sizeof(ours.sun_path), "%s/peer", p->dir);
	p->cable = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (p->cable < 0 || bind(p->cable, (struct sockaddr *)&ours, sizeof(ours)))
		die("bind %s", ours.sun_path);
	if (setsockopt(p->cable, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)))
		die("SO_SNDTIMEO");
}

/* QEMU binds its end when it starts; wait for that. */
static void connect_cable(struct peer *p)
{
	struct sockaddr_un theirs = { .sun_family = AF_UNIX };
	int64_t start = now_ms();

	snprintf(theirs.sun_path, sizeof(theirs.sun_path), "%s/qemu", p->dir);
	while (connect(p->cable, (struct sockaddr *)&theirs, sizeof(theirs))) {
		if (now_ms() - start > 10000)
			die("QEMU does not bind %s", theirs.sun_path);
		usleep(2000);
	}
}

static void start_qemu(struct peer *p, const char *guest, const char *device)
{
	int in[2], out[2];
	char netdev[256], dev[256];

	snprintf(netdev, sizeof(netdev),
		 "dgram,id=n0,local.type=unix,local.path=%s/qemu,remote.type=unix,remote.path=%s/"
		 "peer",
		 p->dir, p->dir);
	snprintf(dev, sizeof(dev), "%s,netdev=n0,romfile=,mac=52:54:00:12:34:56", device);
	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		die("pipe");
	p->qemu = fork();
	if (p->qemu < 0)
		die("fork");
	if (!p->qemu) {
		int null = open("/dev/null", O_WRONLY);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(in[0], 0);
		dup2(null, 1);
		dup2(out[1], 3);
		execlp("qemu-system-i386", "qemu-system-i386", "-accel", "tcg", "-m", "32",
		       "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
		       "-monitor", "stdio", "-chardev", "file,id=c0,path=/dev/fd/3", "-device",
		       "isa-debugcon,chardev=c0", "-netdev", netdev, "-device", dev, "-kernel",
		       guest, (char *)NULL);
		dprintf(2, "qemu-system-i386: %s\n", strerror(errno));
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	p->monitor = in[1];
	p->console = out[0];
}

static void stop(struct peer *p)
{
	char path[128];

	kill(p->qemu, SIGKILL);
	waitpid(p->qemu, NULL, 0);
	snprintf(path, sizeof(path), "%s/peer", p->dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/qemu", p->dir);
	unlink(path);
	rmdir(p->dir);
}

int main(int argc, char **argv)
{
	struct peer p = { 0 };
	int64_t end = now_ms() + TIME_LIMIT * 1000;
	bool alive = true;

	if (argc != 3) {
		fprintf(stderr, "usage: driver_peer GUEST.elf QEMU-DEVICE[,PROPERTY=VALUE...]\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	bind_cable(&p);
	start_qemu(&p, argv[1], argv[2]);
	connect_cable(&p);
	while (alive && !p.planned && now_ms() < end) {
		struct pollfd fds[] = { { p.cable, POLLIN, 0 }, { p.console, POLLIN, 0 } };
		int wait = run_jobs(&p);

		if (poll(fds, 2, wait) < 0 && errno != EINTR)
			die("poll");
		if (fds[0].revents)
			take_frame(&p);
		if (fds[1].revents)
			alive = take_console(&p);
	}
	if (!p.planned)
		printf("not ok - the guest came to its end within %d seconds\n", TIME_LIMIT);
	stop(&p);
	return p.failed || !p.planned;
}
