/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the two ends of the driver test say to each other: the guest (a multiboot
 * program in QEMU with one driver of rom/drivers/) and the peer (a program on the
 * host, at the other end of the emulated cable).  One message is one Ethernet frame with an
 * experimental EtherType; numbers are little endian.
 */
#ifndef TESTS_ROM_DRIVER_TEST_H
#define TESTS_ROM_DRIVER_TEST_H

#include <stdint.h>

#define TEST_ETHERTYPE 0xB588 /* 88 B5 on the wire: IEEE 802 local experimental */

enum test_op {
	TEST_ECHO = 1,	 /* peer: send this frame back, changed to TEST_ECHOED */
	TEST_ECHOED,	 /* to the guest; first = 1 if the frame the peer saw was right */
	TEST_SEND,	 /* peer: after delay_ms, send `count` TEST_DATA frames of `len` bytes */
	TEST_SEND_BCAST, /* the same, as broadcasts */
	TEST_DATA,	 /* to the guest: frame number `first` of a TEST_SEND */
	TEST_LEN_RANDOM = 0xFFFF /* as len: 60..1514, by the frame's number */
};

struct test_frame {
	uint8_t dest[6];
	uint8_t src[6];
	uint16_t type;
	uint16_t op;
	uint16_t first; /* number of the (first) frame */
	uint16_t count;
	uint16_t len; /* of the whole frame */
	uint16_t delay_ms;
	uint8_t fill[]; /* test_fill() of the frame's number and the position */
} __attribute__((packed));

/* Byte at `position` of the frame with this number: no two neighbours, and no two frames, agree. */
static inline uint8_t test_fill(uint32_t number, uint32_t position)
{
	return (uint8_t)(number * 151 + position * 7 + (position >> 8) * 13);
}

static inline uint32_t test_random_len(uint32_t number)
{
	return 60 + (number * 2654435761u >> 8) % (1514 - 60 + 1);
}

#endif
