/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's half of the driver test: a program for QEMU's -kernel that drives the one
 * driver it is linked with against tests/rom/driver_peer.c, and reports in TAP on the
 * debug console (port 0xE9).  A line "!text" asks the peer to say text to QEMU's monitor.
 */
#include "tests/rom/driver_test.h"
#include "rom/core/io.h"
#include "rom/core/mem.h"
#include "rom/core/pci.h"
#include "rom/core/platform.h"
#include "rom/core/print.h"
#include "rom/net/nic.h"

enum { PCI_CLASS = 0x0A, PCI_CLASS_ETHERNET = 0x0200 };
enum { PCI_STATUS_INTERRUPT = 0x08, PCI_COMMAND_NO_INTX = 0x400 };

#define BURST	  8u	/* frames that wait in the ring; the smallest (NE2000) holds nine */
#define STREAM	  6000u /* frames of the long run */
#define ANSWER_MS 2000u /* how long to wait for one that must come */

extern uint8_t driver_memory_start[], driver_memory_end[];

void guest_main(void);

static struct nic nic;
static uint32_t frame_storage[NIC_FRAME_MAX / 4 + 2];
static uint32_t test_count;
static uint32_t ticks_per_ms, ticks_start;

/* ---- the platform: a clock from the TSC, the debug console, no keyboard ---- */

static uint64_t ticks(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

/* Measures the TSC against 20 ms of the PIT's channel 2. In units of 64 ticks, against overflow. */
static void clock_start(void)
{
	uint16_t count = 1193182 / 50;
	uint32_t start;

	outb((uint8_t)((inb(0x61) & ~2) | 1), 0x61);
	outb(0xB0, 0x43);
	outb((uint8_t)count, 0x42);
	outb((uint8_t)(count >> 8), 0x42);
	start = (uint32_t)(ticks() >> 6);
	while (!(inb(0x61) & 0x20))
		;
	ticks_per_ms = ((uint32_t)(ticks() >> 6) - start) / 20;
	ticks_start = (uint32_t)(ticks() >> 6);
}

uint32_t platform_ms(void)
{
	return ((uint32_t)(ticks() >> 6) - ticks_start) / ticks_per_ms;
}

void platform_udelay(uint32_t us)
{
	uint32_t start = (uint32_t)(ticks() >> 6);

	while ((uint32_t)(ticks() >> 6) - start <= us * (ticks_per_ms / 1000 + 1))
		;
}

uint32_t platform_random(void)
{
	return (uint32_t)ticks() * 2654435761u;
}

void platform_random_add(uint32_t entropy)
{
	(void)entropy;
}

void platform_putchar(char c)
{
	outb((uint8_t)c, 0xE9);
}

enum platform_key platform_key(void)
{
	return PLATFORM_KEY_NONE;
}

_Bool platform_details(void)
{
	return true;
}

/* ---- TAP ---- */

static void check(bool holds, const char *name)
{
	print("%sok %u - %s\n", holds ? "" : "not ", ++test_count, name);
}

/* ---- frames ---- */

static struct test_frame *test_frame(void)
{
	return (struct test_frame *)frame_storage;
}

/* Takes frames until one of ours with this op comes.  Returns its length, or 0 after timeout ms. */
static uint32_t receive(enum test_op op, uint32_t timeout)
{
	uint32_t start = platform_ms();

	do {
		uint32_t len = nic.ops->poll(&nic, frame_storage);

		if (len > NIC_FRAME_MAX) {
			check(false, "poll() returns a length within its bounds");
			return 0;
		}
		if (len >= sizeof(struct test_frame) && test_frame()->type == TEST_ETHERTYPE &&
		    test_frame()->op == op)
			return len;
	} while (platform_ms() - start < timeout);
	return 0;
}

static int send(enum test_op op, uint32_t first, uint32_t count, uint32_t len, uint32_t delay)
{
	static uint32_t out[NIC_FRAME_MAX / 4 + 2];
	struct test_frame *f = (struct test_frame *)out;
	uint32_t size = op == TEST_ECHO ? len : sizeof(*f);

	memset(f->dest, 0xFF, 6);
	memcpy(f->src, nic.mac, 6);
	f->type = TEST_ETHERTYPE;
	f->op = (uint16_t)op;
	f->first = (uint16_t)first;
	f->count = (uint16_t)count;
	f->len = (uint16_t)len;
	f->delay_ms = (uint16_t)delay;
	for (uint32_t i = sizeof(*f); i < size; i++)
		((uint8_t *)f)[i] = test_fill(first, i);
	return nic.ops->transmit(&nic, f, size);
}

/* Is this TEST_DATA frame, len bytes long, the one with this number, and whole? */
static bool data_right(uint32_t len, uint32_t number)
{
	const struct test_frame *f = test_frame();

	if (f->first != (uint16_t)number || f->len > len || memcmp(f->dest, nic.mac, 6))
		return false;
	for (uint32_t i = sizeof(*f); i < f->len; i++)
		if (((const uint8_t *)f)[i] != test_fill(f->first, i))
			return false;
	return len == f->len || len == NIC_FRAME_MIN;
}

static bool echo(uint32_t len)
{
	uint32_t got;

	/* Frames that still wait from the test before are taken out of the way first. */
	if (send(TEST_ECHO, len, 1, len, 0))
		return false;
	got = receive(TEST_ECHOED, ANSWER_MS);
	if (got < len || test_frame()->first != 1) {
		print("# echo of %u bytes: got %u bytes, peer says %u\n", len, got,
		      got ? test_frame()->first : 0u);
		return false;
	}
	for (uint32_t i = sizeof(struct test_frame); i < len; i++)
		if (((uint8_t *)frame_storage)[i] != test_fill(len, i)) {
			print("# echo of %u bytes: byte %u differs\n", len, i);
			return false;
		}
	return true;
}

/*
 * The same where frames may be lost or late: behind an overrun, and when the receiver has just been
 * switched on (QEMU's 82540EM then takes none for a second).
 */
static bool echo_patiently(uint32_t len)
{
	return echo(len) || echo(len) || echo(len);
}

static void wait_ms(uint32_t ms)
{
	for (uint32_t start = platform_ms(); platform_ms() - start < ms;)
		;
}

/* Asks QEMU's monitor for something, through the peer, and gives it time. */
static void monitor(const char *command)
{
	print("!%s\n", command);
	wait_ms(300);
}

/* ---- the checks ---- */

static void check_lengths(void)
{
	bool right = true;

	for (uint32_t len = sizeof(struct test_frame); len < 70 && right; len++)
		right = echo(len);
	for (uint32_t len = 70; len < NIC_FRAME_MAX && right; len += 37)
		right = echo(len);
	right = right && echo(NIC_FRAME_MAX) && echo(NIC_FRAME_MAX - 1);
	check(right, "frames of all lengths go out padded and whole, and come back");
}

static void check_burst(uint32_t len, const char *name)
{
	bool right = !send(TEST_SEND, 0, BURST, len, 0);

	wait_ms(50); /* they must wait in the card's memory or ring */
	for (uint32_t i = 0; i < BURST && right; i++) {
		uint32_t got = receive(TEST_DATA, ANSWER_MS);

		right = got && data_right(got, i);
		if (!right)
			print("# frame %u: got %u bytes, number %u\n", i, got, test_frame()->first);
	}
	check(right, name);
}

/* A long run, four frames a request, through every position of the ring. */
static void check_stream(void)
{
	uint32_t start = platform_ms(), bytes = 0, i = 0;
	bool right = true;

	while (i < STREAM && right) {
		right = !send(TEST_SEND, i, 4, TEST_LEN_RANDOM, 0);
		for (uint32_t last = i + 4; i < last && right; i++) {
			uint32_t got = receive(TEST_DATA, ANSWER_MS);

			bytes += got;
			right = got && data_right(got, i) && got == test_random_len(i);
		}
	}
	if (!right)
		print("# stopped at frame %u (number %u)\n", i, test_frame()->first);
	check(right, "a long stream arrives whole and in order");
	start = platform_ms() - start;
	print("# %u frames, %u KB, in %u ms\n", i, bytes / 1024, start);
}

/* Requests and answers in lockstep, as TFTP does: only to see the time one takes. */
static void show_lockstep(void)
{
	uint32_t start = platform_ms(), turns = 2000;

	for (uint32_t i = 0; i < turns; i++) {
		if (send(TEST_SEND, i, 1, NIC_FRAME_MAX, 0) || !receive(TEST_DATA, ANSWER_MS))
			return;
	}
	print("# lockstep: %u us a full frame\n", (platform_ms() - start) * 1000 / turns);
}

/* Far more than any ring holds, while nobody looks: some are lost, the card is not. */
static void check_overrun(void)
{
	uint32_t got, before = 0, first = 1;
	bool right = !send(TEST_SEND, 0, 600, NIC_FRAME_MAX, 0);

	wait_ms(300);
	while (right && (got = receive(TEST_DATA, 200))) {
		right = data_right(got, test_frame()->first) &&
			(first || test_frame()->first > before);
		before = test_frame()->first;
		first = 0;
	}
	check(right && !first, "an overrun receiver delivers only whole frames, in order");
	check(echo_patiently(1000), "and works on afterwards");
}

/* Two of QEMU's cards never say that the link is gone. */
static bool link_is_emulated(void)
{
	return memcmp(nic_driver.name, "eepro100", 8) && memcmp(nic_driver.name, "tulip", 5);
}

static void check_link(void)
{
	uint32_t start;

	if (nic.ops->link)
		check(nic.ops->link(&nic), "the link is seen");
	monitor("set_link n0 off");
	if (nic.ops->link && link_is_emulated())
		check(!nic.ops->link(&nic), "the missing link is seen");
	start = platform_ms();
	for (int i = 0; i < 12; i++)
		send(TEST_ECHO, 100, 1, 100, 0);
	check(platform_ms() - start < 12 * 110, "sending without a link does not hang");
	monitor("set_link n0 on");
	wait_ms(100);
	send(TEST_ECHO, 100, 1, 100, 0); /* may be lost, as one that waits in a ring may come now */
	while (receive(TEST_ECHOED, 200))
		;
	check(echo_patiently(500), "the link back, frames come and go again");
}

static void check_oversize(void)
{
	bool right = !send(TEST_SEND, 0, 2, NIC_FRAME_MAX + 4, 0);

	right = right && !receive(TEST_DATA, 200);
	check(right && echo(NIC_FRAME_MAX), "frames longer than they may be are dropped");
}

static uint32_t driver_memory_sum(void)
{
	const uint32_t *words = (void *)driver_memory_start;
	uint32_t count = ((uintptr_t)driver_memory_end - (uintptr_t)driver_memory_start) / 4;
	uint32_t sum = 0;

	for (uint32_t i = 0; i < count; i++)
		sum = (sum << 5 | sum >> 27) + words[i];
	return sum;
}

static void check_close(void)
{
	uint32_t sum;

	send(TEST_SEND_BCAST, 7, 64, NIC_FRAME_MAX, 200);
	send(TEST_SEND, 9, 64, NIC_FRAME_MAX, 200);
	wait_ms(20);
	nic.ops->close(&nic);
	sum = driver_memory_sum();
	wait_ms(500);
	check(sum == driver_memory_sum(), "nothing is written to memory after close()");
	check(!nic.ops->open(&nic), "open() again");
	while (receive(TEST_DATA, 50))
		;
	check(echo_patiently(NIC_FRAME_MAX), "and it works as before");
	nic.ops->close(&nic);
}

/* Finds the Ethernet card QEMU was given, and sets nic up as the core does. */
static bool find_card(void)
{
	for (nic.location = 0; nic.location < 0x100; nic.location++)
		if (pci_read16(nic.location, PCI_CLASS) == PCI_CLASS_ETHERNET)
			break;
	if (nic.location == 0x100)
		return false;
	nic.ops = &nic_driver.ops;
	nic.vendor = pci_read16(nic.location, PCI_VENDOR_ID);
	nic.device = pci_read16(nic.location, PCI_DEVICE_ID);
	for (unsigned int i = 6; i--;) {
		uint32_t raw = pci_read32(nic.location, (uint8_t)(PCI_BAR0 + 4 * i));

		if (!pci_bar(nic.location, i))
			continue;
		if (raw & 1)
			nic.io = (uint16_t)pci_bar(nic.location, i);
		else
			nic.mmio = pci_bar(nic.location, i);
	}
	pci_enable(nic.location);
	return true;
}

void guest_main(void)
{
	static const uint8_t expected_mac[6] = { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 };
	uint32_t start;

	clock_start();
	if (!find_card()) {
		check(false, "the card is on the PCI bus");
		goto out;
	}
	start = platform_ms();
	check(!nic.ops->probe(&nic), "probe()");
	check(platform_ms() - start <= 50, "probe() is quick");
	check(!memcmp(nic.mac, expected_mac, 6), "the MAC address is read");
	print("# %s %M %s\n", nic_driver.name, nic.mac, nic.chip ? nic.chip : "");
	if (nic.ops->open(&nic)) {
		check(false, "open()");
		goto out;
	}
	check_lengths();
	check_burst(NIC_FRAME_MAX, "a burst of full frames waits until it is taken");
	check_burst(60, "a burst of short frames, too");
	check_stream();
	show_lockstep();
	check_overrun();
	check_oversize();
	check_link();
	check(!(pci_read16(nic.location, PCI_STATUS) & PCI_STATUS_INTERRUPT) ||
		      pci_read16(nic.location, PCI_COMMAND) & PCI_COMMAND_NO_INTX,
	      "the card raises no interrupt");
	check_close();
out:
	print("1..%u\n", test_count);
	for (;;)
		__asm__ volatile("hlt");
}
