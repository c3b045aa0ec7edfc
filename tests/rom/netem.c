/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netem: a bad network cable between a QEMU network card and a tap device.
 *
 *      netem [-l LOSS%] [-d DELAY-us] [-D DUPLICATE%] [-r REORDER%] [-q DEAF-s] [-s SEED] TAP OURS QEMUS
 *
 * QEMU: -netdev dgram,id=n0,local.type=unix,local.path=QEMUS,remote.type=unix,remote.path=OURS
 * Every frame, in either direction, is lost with probability LOSS, or delivered after DELAY; a
 * reordered one is delivered three delays (at least 3 ms) later.  Nothing passes
 * in the first DEAF seconds, like a switch port that is not forwarding yet.  On SIGTERM it
 * prints how many frames were passed and lost.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { FRAME_MAX = 2048, QUEUE_MAX = 4096 };

struct frame {
	uint64_t due; /* ns of CLOCK_MONOTONIC */
	bool to_tap;
	size_t len;
	uint8_t bytes[FRAME_MAX];
};

struct link {
	int tap;
	int qemu;
	struct sockaddr_un remote;
	double loss, duplicate, reorder; /* 0..1 */
	uint64_t delay, deaf_until;	 /* ns */
	uint64_t random;
	struct frame *queue[QUEUE_MAX];
	size_t queued;
	unsigned long passed, lost;
};

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "netem: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static bool chance(struct link *link, double probability)
{
	/* splitmix64: the same seed loses the same frames */
	uint64_t x = link->random += 0x9E3779B97F4A7C15u;

	x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
	x = (x ^ x >> 27) * 0x94D049BB133111EBu;
	x ^= x >> 31;
	return (double)(x >> 11) / 9007199254740992.0 < probability;
}

static int open_tap(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		die("open /dev/net/tun");
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, TUNSETIFF, &request) < 0)
		die(name);
	return fd;
}

static int open_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	unlink(path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		die(path);
	return fd;
}

static void deliver(struct link *link, const struct frame *frame)
{
	ssize_t sent = frame->to_tap
			       ? write(link->tap, frame->bytes, frame->len)
			       : sendto(link->qemu, frame->bytes, frame->len, 0,
					(struct sockaddr *)&link->remote, sizeof(link->remote));

	if (sent < 0)
		link->lost++;
	else
		link->passed++;
}

/* Sorted by due time, equal ones in order of arrival. */
static void enqueue(struct link *link, const uint8_t *bytes, size_t len, bool to_tap, uint64_t due)
{
	struct frame *frame;
	size_t at = link->queued;

	if (link->queued == QUEUE_MAX) {
		link->lost++;
		return;
	}
	frame = malloc(sizeof(*frame));
	if (!frame)
		die("memory");
	frame->due = due;
	frame->to_tap = to_tap;
	frame->len = len;
	memcpy(frame->bytes, bytes, len);
	for (; at && link->queue[at - 1]->due > due; at--)
		link->queue[at] = link->queue[at - 1];
	link->queue[at] = frame;
	link->queued++;
}

static void receive(struct link *link, int fd, bool to_tap)
{
	uint8_t bytes[FRAME_MAX];
	ssize_t len;

	while ((len = read(fd, bytes, sizeof(bytes))) > 0) {
		uint64_t due = now() + link->delay;

		if (now() < link->deaf_until || chance(link, link->loss)) {
			link->lost++;
			continue;
		}
		if (chance(link, link->reorder))
			due += link->delay ? 2 * link->delay : 3000000;
		enqueue(link, bytes, (size_t)len, to_tap, due);
		if (chance(link, link->duplicate))
			enqueue(link, bytes, (size_t)len, to_tap, due + 100000);
	}
}

static void deliver_due(struct link *link)
{
	size_t n = 0;

	for (; n < link->queued && link->queue[n]->due <= now(); n++) {
		deliver(link, link->queue[n]);
		free(link->queue[n]);
	}
	link->queued -= n;
	memmove(link->queue, link->queue + n, link->queued * sizeof(*link->queue));
}

static void forward(struct link *link)
{
	struct pollfd fds[2] = { { .fd = link->tap, .events = POLLIN },
				 { .fd = link->qemu, .events = POLLIN } };

	while (!stop) {
		struct timespec wait = { .tv_sec = 1 };

		if (link->queued) {
			uint64_t due = link->queue[0]->due;
			uint64_t time = now();
			uint64_t left = due > time ? due - time : 0;

			wait = (struct timespec){ (time_t)(left / 1000000000u),
						  (long)(left % 1000000000u) };
		}
		if (ppoll(fds, 2, &wait, NULL) < 0 && errno != EINTR)
			die("poll");
		receive(link, link->tap, false);
		receive(link, link->qemu, true);
		deliver_due(link);
	}
}

int main(int argc, char **argv)
{
	static struct link link = { .random = 1 };
	struct sigaction action = { .sa_handler = on_signal };
	int option;

	while ((option = getopt(argc, argv, "l:d:D:r:q:s:")) != -1) {
		switch (option) {
		case 'l':
			link.loss = atof(optarg) / 100;
			break;
		case 'd':
			link.delay = strtoull(optarg, NULL, 10) * 1000;
			break;
		case 'D':
			link.duplicate = atof(optarg) / 100;
			break;
		case 'r':
			link.reorder = atof(optarg) / 100;
			break;
		case 'q':
			link.deaf_until = now() + strtoull(optarg, NULL, 10) * 1000000000u;
			break;
		case 's':
			link.random = strtoull(optarg, NULL, 10);
			break;
		default:
			optind = argc;
		}
	}
	if (argc - optind != 3) {
		fputs("usage: netem [-l LOSS%] [-d DELAY-us] [-D DUPLICATE%] [-r REORDER%] "
		      "[-q DEAF-s] [-s SEED] TAP OURS QEMUS\n",
		      stderr);
		return 2;
	}
	sigaction(SIGTERM, &action, NULL);
	link.tap = open_tap(argv[optind]);
	link.qemu = open_socket(argv[optind + 1]);
	link.remote.sun_family = AF_UNIX;
	snprintf(link.remote.sun_path, sizeof(link.remote.sun_path), "%s", argv[optind + 2]);
	forward(&link);
	printf("netem: %lu frames passed, %lu lost\n", link.passed, link.lost);
	return 0;
}
