/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The RTL8139 driver's receive ring against a fake chip: frames at every place of the ring, headers
 * that look like what was there before, and a chip that lies.
 */
#include <string.h>

#include "tests/rom/fake_io.h"
#include "tests/unit/tap.h"
#include "rom/drivers/rtl8139.c"

/* The chip. */
static uint8_t chip_command;
static uint32_t chip_write; /* offset in the ring where the next frame goes */
static uint16_t chip_capr;
static bool chip_empty = true;
static unsigned int chip_resets, chip_reads;

void print(const char *format, ...)
{
	(void)format;
}

void platform_udelay(uint32_t us)
{
	(void)us;
}

uint32_t fake_in(uint16_t port, unsigned int bytes)
{
	(void)bytes;
	chip_reads++;
	if (port == 0x1000 + CR)
		return chip_command | (chip_empty ? CR_BUFE : 0);
	return 0;
}

void fake_out(uint16_t port, uint32_t value, unsigned int bytes)
{
	(void)bytes;
	if (port == 0x1000 + CR) {
		if (value & CR_RST) {
			chip_resets++;
			chip_write = 0;
			chip_empty = true;
		}
		chip_command = (uint8_t)(value & ~CR_RST);
	} else if (port == 0x1000 + CAPR) {
		chip_capr = (uint16_t)value;
		chip_empty = ((chip_capr + 16u) & (RING_SIZE - 1)) == chip_write;
	}
}

static struct nic nic = { .io = 0x1000, .ops = &nic_driver.ops };
static uint8_t got[NIC_FRAME_MAX];

/* The chip puts a frame of len bytes, all `fill`, into the ring; its header says what it likes. */
static void chip_receive_as(uint32_t header, uint32_t len, uint8_t fill)
{
	memcpy(ring + chip_write, &header, 4);
	memset(ring + chip_write + 4, fill, len);
	chip_write = (chip_write + 4 + len + 4 + 3) & (RING_SIZE - 4);
	chip_empty = false;
}

static void chip_receive(uint32_t len, uint8_t fill)
{
	chip_receive_as((len + 4) << 16 | RX_ROK, len, fill);
}

/* Polls until a frame comes, at most `polls` times. */
static uint32_t poll_for(unsigned int polls)
{
	uint32_t len = 0;

	while (polls-- && !(len = nic.ops->poll(&nic, got)))
		;
	return len;
}

/* A header may by chance be what the ring held before: then the frame takes a look's time to be seen. */
static bool frame_is(uint32_t len, uint8_t fill)
{
	if (poll_for(LOOK_INTERVAL + 1) != len)
		return false;
	for (uint32_t i = 0; i < len; i++)
		if (got[i] != fill)
			return false;
	return true;
}

/* Several times round the ring with lengths that come to lie everywhere. */
static void test_wrap(void)
{
	bool right = true;
	uint32_t laps = 0, before = 0;

	for (uint32_t i = 0; i < 4000 && right; i++) {
		uint32_t len = 60 + i * 7 % 1455;

		chip_receive(len, (uint8_t)i);
		right = frame_is(len, (uint8_t)i) &&
			((chip_capr + 16u) & (RING_SIZE - 1)) == chip_write;
		laps += chip_write < before;
		before = chip_write;
	}
	tap_ok(right && laps > 50, "frames at every place of the ring are whole (%u laps)", laps);
	TAP_OK(chip_resets == 1);
}

static void test_queue(void)
{
	bool right = true;

	for (uint32_t i = 0; i < 20; i++)
		chip_receive(1514, (uint8_t)(100 + i));
	for (uint32_t i = 0; i < 20; i++)
		right = right && frame_is(1514, (uint8_t)(100 + i));
	tap_ok(right && !poll_for(3), "twenty frames that waited come in their order, and no more");
}

static void test_idle(void)
{
	unsigned int reads;

	poll_for(3);
	reads = chip_reads;
	poll_for(200);
	tap_ok(chip_reads == reads, "idle polls read no register");
	chip_receive(60, 1);
	tap_ok(poll_for(1) == 60, "the frame after them is seen at once");
}

/* The header that comes is what the ring held there already: memory does not change. */
static void test_stale(void)
{
	uint32_t header = (100 + 4) << 16 | RX_ROK;

	memcpy(ring + chip_write, &header, 4);
	poll_for(3); /* empty: this is remembered */
	chip_receive(100, 9);
	tap_ok(poll_for(LOOK_INTERVAL + 1) == 100, "a header equal to the old bytes is found, too");
}

static void test_lies(void)
{
	static const uint32_t lies[] = {
		0,		   /* nothing */
		RX_ROK,		   /* length 0 */
		3u << 16 | RX_ROK, /* shorter than its checksum */
		4001u << 16 | RX_ROK,
		0xFFFFu << 16 | RX_ROK, /* longer than anything */
		104u << 16,		/* not received well */
	};

	for (uint32_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		unsigned int resets = chip_resets;

		chip_receive_as(lies[i], 100, 0xEE);
		tap_ok(!poll_for(3) && chip_resets == resets + 1,
		       "header %08x: no frame, the chip begins anew", lies[i]);
		chip_receive(700, 7);
		tap_ok(frame_is(700, 7), "and works on");
	}
	chip_receive(1518, 3);
	chip_receive(13, 4);
	chip_receive(64, 5);
	poll_for(1);
	poll_for(1);
	tap_ok(frame_is(64, 5), "frames too long or too short are skipped, the next one comes");
}

static void test_busy(void)
{
	uint32_t header = (uint32_t)RX_LENGTH_BUSY << 16 | RX_ROK, place = chip_write;

	chip_receive_as(header, 200, 2);
	TAP_OK(!poll_for(3));
	header = (200 + 4) << 16 | RX_ROK;
	memcpy(ring + place, &header, 4);
	tap_ok(frame_is(200, 2), "a frame still being written is waited for");
}

int main(void)
{
	TAP_OK(!nic.ops->open(&nic));
	TAP_OK(chip_command == (CR_RE | CR_TE));
	test_wrap();
	test_queue();
	test_idle();
	test_stale();
	test_lies();
	test_busy();
	nic.ops->close(&nic);
	TAP_OK(!(chip_command & (CR_RE | CR_TE)));
	return tap_done();
}
