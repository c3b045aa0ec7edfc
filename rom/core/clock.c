/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clock and chance. Intel 8254 data sheet; Intel SDM 3, 18.17 (time stamp counter). */
#include <stdbool.h>
#include "rom/core/clock.h"
#include "rom/core/io.h"
#include "rom/core/platform.h"

enum { PIT_CHANNEL2 = 0x42, PIT_MODE = 0x43, PORT_B = 0x61 };
enum { PORT_B_GATE2 = 1, PORT_B_SPEAKER = 2 };
enum { PIT_PER_MS = 1193, CALIBRATIONS = 3, CALIBRATE_MS = 3, CALIBRATE_TRIES = 20 };

static struct {
	bool tsc;
	uint8_t port_b;	  /* as found */
	uint16_t pit;	  /* last counter value seen */
	uint32_t pit_sum; /* ticks of the PIT since the start */
	uint32_t per_ms;  /* ticks in a millisecond */
	uint32_t last;	  /* ticks at the last whole millisecond */
	uint32_t ms;
	uint32_t random;
} clock;

static uint32_t read_tsc(void)
{
	uint32_t low;

	__asm__ volatile("rdtsc" : "=a"(low) : : "edx");
	return low;
}

/* The counter runs down from 65536 in 55 ms; longer gaps between two calls are lost. */
static uint32_t read_pit(void)
{
	uint16_t now;

	outb(0x80, PIT_MODE); /* latch channel 2 */
	now = inb(PIT_CHANNEL2);
	now = (uint16_t)(now | inb(PIT_CHANNEL2) << 8);
	clock.pit_sum += (uint16_t)(clock.pit - now);
	clock.pit = now;
	return clock.pit_sum;
}

static uint32_t ticks(void)
{
	return clock.tsc ? read_tsc() : read_pit();
}

/* A 386 or early 486 cannot flip the ID flag, and has no CPUID to ask for the counter. */
static bool have_tsc(void)
{
	uint32_t before;
	uint32_t after;
	uint32_t leaf = 1;
	uint32_t features;

	__asm__ volatile("pushfl\n\t"
			 "popl %0\n\t"
			 "movl %0, %1\n\t"
			 "xorl $0x200000, %1\n\t"
			 "pushl %1\n\t"
			 "popfl\n\t"
			 "pushfl\n\t"
			 "popl %1"
			 : "=&r"(before), "=&r"(after)
			 :
			 : "cc");
	if (!((before ^ after) & 0x200000))
		return false;
	__asm__ volatile("cpuid" : "+a"(leaf), "=d"(features) : : "ebx", "ecx");
	return features & 0x10;
}

/*
 * Both counters at one moment.  Under an emulator, or with a BIOS's system management, time may
 * pass between two instructions: such a pair says nothing.
 */
static void read_both(uint32_t *tsc, uint32_t *pit)
{
	uint32_t after;
	unsigned int tries = 0;

	do {
		*pit = read_pit();
		*tsc = read_tsc();
		after = read_pit();
	} while (after - *pit > PIT_PER_MS / 10 && ++tries < CALIBRATE_TRIES);
}

/* The TSC's ticks in a millisecond, from CALIBRATE_MS of looking at it. */
static uint32_t calibrate(void)
{
	uint32_t tsc0, pit0, tsc1, pit1;

	read_both(&tsc0, &pit0);
	while (read_pit() - pit0 < CALIBRATE_MS * PIT_PER_MS)
		;
	read_both(&tsc1, &pit1);
	return (tsc1 - tsc0) / (pit1 - pit0) * PIT_PER_MS;
}

void clock_init(void)
{
	clock.port_b = inb(PORT_B);
	outb((uint8_t)((clock.port_b & ~PORT_B_SPEAKER) | PORT_B_GATE2), PORT_B);
	outb(0xB4, PIT_MODE); /* channel 2, both bytes, rate generator */
	outb(0, PIT_CHANNEL2);
	outb(0, PIT_CHANNEL2);
	read_pit();
	clock.per_ms = PIT_PER_MS;
	if (have_tsc()) {
		uint32_t best = UINT32_MAX;

		/* The PIT goes round in 55 ms: a longer absence makes a result too large. */
		for (unsigned int i = 0; i < CALIBRATIONS; i++) {
			uint32_t per_ms = calibrate();

			if (per_ms < best)
				best = per_ms;
		}
		clock.tsc = best > PIT_PER_MS;
		if (clock.tsc)
			clock.per_ms = best;
	}
	clock.last = ticks();
}

void clock_end(void)
{
	outb(clock.port_b, PORT_B);
}

uint32_t platform_ms(void)
{
	uint32_t passed = (ticks() - clock.last) / clock.per_ms;

	clock.ms += passed;
	clock.last += passed * clock.per_ms;
	return clock.ms;
}

void platform_udelay(uint32_t us)
{
	uint32_t start;
	uint32_t step;

	/* In steps of a millisecond, so that the product below stays within 32 bits. */
	for (; us; us -= step) {
		step = us < 1000 ? us : 1000;
		start = ticks();
		while (ticks() - start < clock.per_ms / 8 * step / 125 + 1)
			;
	}
}

void platform_random_add(uint32_t entropy)
{
	clock.random ^= entropy;
	platform_random();
}

/* Marsaglia's xorshift, with the clock mixed in at every step. */
uint32_t platform_random(void)
{
	uint32_t x = clock.random + ticks() * 2654435761u;

	x |= !x;
	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	clock.random = x;
	return x;
}
