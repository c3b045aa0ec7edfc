/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packets_socket: a packet socket whose filter runs in the kernel, so that gigabytes of NFS cost next to nothing.
 * TFTP's transfers and mountd have no port of their own: they are known by what stands at their beginning.
 * Let through, and cut short:
 *
 *	UDP	ports 67, 68, 69; payloads that begin as TFTP data, acknowledgement, error or OACK;
 *		calls of NFS and MOUNT, short replies
 *	TCP	segments that begin with a record mark and an RPC header: calls of MOUNT, of NFSv3 only LOOKUP,
 *		of NFSv4; short replies; resets by the NFS port
 */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/now.h"
#include "mkdcroot/watch/boot_packets_private.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/* Bytes of a frame that are kept. */
#define KEEP_BOOTP 1600
#define KEEP_CALL  600
#define KEEP_REPLY 320
#define KEEP_DATA  112 /* headers with all their options */

/* A reply that carries a file's contents is longer than this; one that we read is not. */
#define SHORT_PACKET 700

#define RECEIVE_BUFFER (4 << 20)
#define BATCH	       32

/* Loads from the frame, and from what is @k bytes behind X after the Ethernet header. */
#define LD8(k)		  BPF_STMT(BPF_LD | BPF_B | BPF_ABS, k)
#define LD16(k)		  BPF_STMT(BPF_LD | BPF_H | BPF_ABS, k)
#define LDX8(k)		  BPF_STMT(BPF_LD | BPF_B | BPF_IND, ETH_HLEN + (k))
#define LDX16(k)	  BPF_STMT(BPF_LD | BPF_H | BPF_IND, ETH_HLEN + (k))
#define LDX32(k)	  BPF_STMT(BPF_LD | BPF_W | BPF_IND, ETH_HLEN + (k))
#define KEEP(n)		  BPF_STMT(BPF_RET | BPF_K, n)
#define SKIP_UNLESS(k, n) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, 0, n)
#define KEEP_IF(k, n)	  SKIP_UNLESS(k, 1), KEEP(n)
#define DROP_UNLESS(k)	  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, 1, 0), KEEP(0)
#define DROP_ABOVE(k)	  BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, k, 0, 1), KEEP(0)

#define LENGTH(list) (sizeof(list) / sizeof((list)[0]))

/* A load beyond the frame's end drops the frame.  All but @head begin with X = length of the IP header. */
static const struct sock_filter head[] = {
	LD16(12), DROP_UNLESS(ETH_P_IP),
	LD16(20), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 0, 1), /* a later fragment */
	KEEP(0),  BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, ETH_HLEN),
	LD8(23),
};

static const struct sock_filter udp[] = {
	LDX16(0), /* source port */
	KEEP_IF(67, KEEP_BOOTP),
	KEEP_IF(68, KEEP_BOOTP),
	KEEP_IF(69, KEEP_BOOTP),
	LDX16(2), /* destination port */
	KEEP_IF(67, KEEP_BOOTP),
	KEEP_IF(68, KEEP_BOOTP),
	KEEP_IF(69, KEEP_BOOTP),
	LDX16(8),	       /* TFTP's opcode */
	KEEP_IF(3, KEEP_DATA), /* DATA */
	KEEP_IF(4, KEEP_DATA), /* ACK */
	KEEP_IF(5, KEEP_CALL), /* ERROR */
	KEEP_IF(6, KEEP_CALL), /* OACK */
	LDX32(12),	       /* RPC: call or reply */
	DROP_ABOVE(1),
	SKIP_UNLESS(0, 6),
	LDX32(20), /* a call's program */
	KEEP_IF(100003, KEEP_CALL),
	KEEP_IF(100005, KEEP_CALL),
	KEEP(0),
	LDX32(16), /* accepted or denied */
	DROP_ABOVE(1),
	LD16(16), /* length of the IP packet */
	DROP_ABOVE(SHORT_PACKET),
	KEEP(KEEP_REPLY),
};

static const struct sock_filter tcp[] = {
	LDX8(13), /* flags */
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, FRAME_TCP_RST, 0, 3),
	LDX16(0),
	KEEP_IF(NFS_PORT, KEEP_DATA),
	LDX8(12), /* X += length of the TCP header */
	BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf0),
	BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 2),
	BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
	BPF_STMT(BPF_MISC | BPF_TAX, 0),
	LDX32(0), /* the record mark of a whole record */
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x80000000, 1, 0),
	KEEP(0),
	LDX32(8), /* call or reply */
	DROP_ABOVE(1),
	SKIP_UNLESS(0, 14),
	LDX32(16), /* a call's program */
	KEEP_IF(100005, KEEP_CALL),
	DROP_UNLESS(100003),
	LDX32(20), /* version */
	KEEP_IF(4, KEEP_CALL),
	DROP_UNLESS(3),
	LDX32(24), /* procedure */
	KEEP_IF(3, KEEP_CALL),
	KEEP(0),
	LDX32(12), /* accepted or denied */
	DROP_ABOVE(1),
	LD16(16),
	DROP_ABOVE(SHORT_PACKET),
	KEEP(KEEP_REPLY),
};

static int attach_filter(int fd)
{
	struct sock_filter code[LENGTH(head) + 1 + LENGTH(udp) + 2 + LENGTH(tcp)];
	struct sock_fprog program = { .filter = code };
	const struct sock_filter if_udp = SKIP_UNLESS(IPPROTO_UDP, LENGTH(udp));
	const struct sock_filter if_tcp[] = { DROP_UNLESS(IPPROTO_TCP) };

	memcpy(code, head, sizeof(head));
	program.len = LENGTH(head);
	code[program.len++] = if_udp;
	memcpy(code + program.len, udp, sizeof(udp));
	program.len += LENGTH(udp);
	memcpy(code + program.len, if_tcp, sizeof(if_tcp));
	program.len += LENGTH(if_tcp);
	memcpy(code + program.len, tcp, sizeof(tcp));
	program.len += LENGTH(tcp);
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) ? -errno : 0;
}

int boot_packets_open(const char *interface, struct error *err)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	int size = RECEIVE_BUFFER, rc;
	cleanup_fd int fd = -1;

	at.sll_ifindex = (int)if_nametoindex(interface);
	if (!at.sll_ifindex)
		return error_set(err, -errno, "watch the interface %s", interface);
	/* Protocol 0: nothing comes before the filter is attached and the interface chosen. */
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return error_set(err, -errno, "watch the interface %s", interface);
	rc = attach_filter(fd);
	if (rc)
		return error_set(err, rc, "filter what is read of %s", interface);
	/* Beyond net.core.rmem_max where we may. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)))
		return error_set(err, -errno, "watch the interface %s", interface);
	return steal_fd(&fd);
}

int boot_packets_read(struct boot_packets *p, int fd, struct error *err)
{
	uint8_t frames[BATCH][KEEP_BOOTP];
	struct iovec iov[BATCH];
	struct mmsghdr messages[BATCH] = { 0 };
	uint64_t now = now_realtime_ms();
	int n;

	for (int i = 0; i < BATCH; i++) {
		iov[i].iov_base = frames[i];
		iov[i].iov_len = sizeof(frames[i]);
		messages[i].msg_hdr.msg_iov = &iov[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	n = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
	if (n < 0 && errno != EAGAIN && errno != EINTR && errno != ENOBUFS)
		return error_set(err, -errno, "read packets");
	for (int i = 0; i < n; i++)
		boot_packets_take(p, frames[i], messages[i].msg_len, now);
	return 0;
}
