/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rival: one frame is made, a few are looked at. */
#include "mkdcroot/serve/rival.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/interrupt.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>

/* dnsmasq looks for three seconds whether the address that it is going to offer is in use. */
#define TRIES	   2
#define LISTEN_MS  2000
#define FRAME_KEEP 2048

#define PORT_SERVER 67
#define PORT_CLIENT 68

/* Offsets in a frame. */
#define AT_IP  14
#define AT_UDP (AT_IP + 20) /* of the frame that we make; others may have IP options */

/* Offsets in a BOOTP packet, RFC 951. */
#define BOOTP_OP      0
#define BOOTP_HTYPE   1
#define BOOTP_HLEN    2
#define BOOTP_XID     4
#define BOOTP_FLAGS   10
#define BOOTP_YIADDR  16
#define BOOTP_SIADDR  20
#define BOOTP_CHADDR  28
#define BOOTP_OPTIONS 236

#define OP_REQUEST     1
#define OP_REPLY       2
#define HTYPE_ETHERNET 1
#define FLAG_BROADCAST 0x8000
#define OPTION_PAD     0
#define OPTION_TYPE    53
#define OPTION_SERVER  54
#define OPTION_END     255
#define TYPE_DISCOVER  1
#define TYPE_OFFER     2

static const uint8_t magic[] = { 99, 130, 83, 99 };

static void put16(uint8_t *at, unsigned int value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static unsigned int get16(const uint8_t *at)
{
	return (unsigned int)at[0] << 8 | at[1];
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value & 0xffff);
}

int rival_ask(struct rival_question *q, struct error *err)
{
	uint8_t random[10];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return error_set(err, -errno, "get random numbers");
	q->mac.set = true;
	memcpy(q->mac.byte, random, sizeof(q->mac.byte));
	q->mac.byte[0] = (uint8_t)((q->mac.byte[0] & ~1) | 2);
	memcpy(&q->xid, random + 6, sizeof(q->xid));
	return 0;
}

/* RFC 791: the one's complement of the one's complement sum. */
static uint16_t checksum(const uint8_t *bytes, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += get16(bytes + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void put_ip(uint8_t *ip, size_t len)
{
	ip[0] = 0x45;
	put16(ip + 2, (unsigned int)len);
	ip[8] = 16; /* time to live */
	ip[9] = IPPROTO_UDP;
	memset(ip + 16, 0xff, 4); /* from 0.0.0.0 to 255.255.255.255 */
	put16(ip + 10, checksum(ip, 20));
}

static void put_bootp(uint8_t *p, const struct rival_question *q)
{
	static const uint8_t options[] = {
		OPTION_TYPE, 1, TYPE_DISCOVER, 55, 3, 1, 3, 54, OPTION_END,
	};

	p[BOOTP_OP] = OP_REQUEST;
	p[BOOTP_HTYPE] = HTYPE_ETHERNET;
	p[BOOTP_HLEN] = sizeof(q->mac.byte);
	put32(p + BOOTP_XID, q->xid);
	put16(p + BOOTP_FLAGS, FLAG_BROADCAST);
	memcpy(p + BOOTP_CHADDR, q->mac.byte, sizeof(q->mac.byte));
	memcpy(p + BOOTP_OPTIONS, magic, sizeof(magic));
	memcpy(p + BOOTP_OPTIONS + sizeof(magic), options, sizeof(options));
}

void rival_discover(const struct rival_question *q, uint8_t frame[RIVAL_DISCOVER_LENGTH])
{
	memset(frame, 0, RIVAL_DISCOVER_LENGTH);
	memset(frame, 0xff, 6);
	memcpy(frame + 6, q->mac.byte, sizeof(q->mac.byte));
	put16(frame + 12, ETH_P_IP);
	put_ip(frame + AT_IP, RIVAL_DISCOVER_LENGTH - AT_IP);
	put16(frame + AT_UDP, PORT_CLIENT);
	put16(frame + AT_UDP + 2, PORT_SERVER);
	put16(frame + AT_UDP + 4, RIVAL_DISCOVER_LENGTH - AT_UDP);
	/* No UDP checksum: RFC 768 lets it be 0. */
	put_bootp(frame + AT_UDP + 8, q);
}

/* The BOOTP packet in a frame to the client's port, cut at the UDP header's length; or NULL. */
static const uint8_t *bootp_of(const uint8_t *frame, size_t len, size_t *bootp_len)
{
	size_t head, udp_len;

	if (len < AT_UDP + 8 || get16(frame + 12) != ETH_P_IP || frame[AT_IP] >> 4 != 4)
		return NULL;
	head = (size_t)(frame[AT_IP] & 15) * 4;
	/* Fragments are none: an offer fits into one. */
	if (head < 20 || frame[AT_IP + 9] != IPPROTO_UDP || (get16(frame + AT_IP + 6) & 0x3fff) ||
	    len < AT_IP + head + 8)
		return NULL;
	len -= AT_IP + head;
	frame += AT_IP + head;
	udp_len = get16(frame + 4);
	if (get16(frame + 2) != PORT_CLIENT || udp_len < 8 + BOOTP_OPTIONS || udp_len > len)
		return NULL;
	*bootp_len = udp_len - 8;
	return frame + 8;
}

/* The value of @option with at least @least bytes, or NULL. */
static const uint8_t *find_option(const uint8_t *p, size_t len, uint8_t option, size_t least)
{
	size_t i = BOOTP_OPTIONS + sizeof(magic);

	if (len < i || memcmp(p + BOOTP_OPTIONS, magic, sizeof(magic)) != 0)
		return NULL;
	while (i < len && p[i] != OPTION_END) {
		if (p[i] == OPTION_PAD) {
			i++;
			continue;
		}
		if (len - i < 2 || len - i - 2 < p[i + 1])
			return NULL;
		if (p[i] == option && p[i + 1] >= least)
			return p + i + 2;
		i += 2 + (size_t)p[i + 1];
	}
	return NULL;
}

/* 0.0.0.0 stays unset. */
static void take_ip(struct ip_addr *ip, const uint8_t *bytes)
{
	static const uint8_t none[4];

	if (!bytes || ip_is_set(ip) || memcmp(bytes, none, sizeof(none)) == 0)
		return;
	ip->family = AF_INET;
	memcpy(&ip->v4, bytes, sizeof(ip->v4));
}

bool rival_is_offer(const struct rival_question *q, const void *frame, size_t len,
		    struct rival *out)
{
	const uint8_t *bytes = frame, *type;
	uint8_t xid[4];
	size_t n;
	const uint8_t *p = bootp_of(bytes, len, &n);

	put32(xid, q->xid);
	if (!p || p[BOOTP_OP] != OP_REPLY || memcmp(p + BOOTP_XID, xid, sizeof(xid)) != 0 ||
	    memcmp(p + BOOTP_CHADDR, q->mac.byte, sizeof(q->mac.byte)) != 0)
		return false;
	type = find_option(p, n, OPTION_TYPE, 1);
	if (type && *type != TYPE_OFFER)
		return false;
	*out = (struct rival){ .mac = { .set = true } };
	memcpy(out->mac.byte, bytes + 6, sizeof(out->mac.byte));
	take_ip(&out->offered, p + BOOTP_YIADDR);
	take_ip(&out->server, find_option(p, n, OPTION_SERVER, 4));
	take_ip(&out->server, p + BOOTP_SIADDR);
	take_ip(&out->server, bytes + AT_IP + 12);
	return true;
}

/* Only UDP to the client's port, or else an interface that is busy would drown the offer. */
static int attach_filter(int fd)
{
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 6),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, AT_IP + 9),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 4),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, AT_IP),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, AT_IP + 2),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PORT_CLIENT, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, FRAME_KEEP),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { .len = sizeof(code) / sizeof(code[0]), .filter = code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) ? -errno : 0;
}

static int open_socket(const char *interface)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP) };
	/* Protocol 0: nothing comes before it is bound. */
	cleanup_fd int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int rc;

	at.sll_ifindex = (int)if_nametoindex(interface);
	if (fd < 0 || !at.sll_ifindex)
		return -errno;
	rc = attach_filter(fd);
	if (!rc && bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		rc = -errno;
	return rc ? rc : steal_fd(&fd);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Listen for @q's answer.  1, 0 or negative errno. */
static int listen_for(int fd, const struct rival_question *q, struct rival *out)
{
	int64_t end = now_ms() + LISTEN_MS, left;
	uint8_t frame[FRAME_KEEP];

	while ((left = end - now_ms()) > 0) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t n;

		if (interrupt_signal())
			return -EINTR;
		if (poll(&p, 1, (int)left) <= 0)
			continue;
		n = recv(fd, frame, sizeof(frame), 0);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n > 0 && rival_is_offer(q, frame, (size_t)n, out))
			return 1;
	}
	return 0;
}

int rival_look(const char *interface, struct rival *out, struct error *err)
{
	cleanup_fd int fd = open_socket(interface);
	uint8_t frame[RIVAL_DISCOVER_LENGTH];
	struct rival_question q;
	int rc = rival_ask(&q, err);

	if (rc)
		return rc;
	rival_discover(&q, frame);
	rc = fd < 0 ? fd : 0;
	for (int i = 0; !rc && i < TRIES; i++) {
		if (send(fd, frame, sizeof(frame), 0) < 0)
			rc = -errno;
		else
			rc = listen_for(fd, &q, out);
	}
	return rc < 0 ? error_set(err, rc, "look for another DHCP server on %s", interface) : rc;
}
