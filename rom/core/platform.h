/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the network code and the drivers need from the machine: a clock, chance, one
 * character of output, the keyboard.  In the ROM rom/core/{clock,console}.c provide
 * it; hosted tests link their own version of these functions, with a clock they turn.
 */
#ifndef ROM_CORE_PLATFORM_H
#define ROM_CORE_PLATFORM_H

#include <stdint.h>

/*
 * Milliseconds since the ROM was started; wraps after 49 days, so compare differences:
 * `platform_ms() - start >= timeout`.  Cheap enough for every turn of a polling loop.
 */
uint32_t platform_ms(void);

/* Waits at least us microseconds (1 to 1,000,000), busily. For drivers. */
void platform_udelay(uint32_t us);

/* 32 bits nobody on the network can guess cheaply: clock, MAC and previous values mixed. */
uint32_t platform_random(void);

/* Mixes something that differs between machines (the MAC) into platform_random(). */
void platform_random_add(uint32_t entropy);

/* One character to the screen and the serial line; '\n' becomes CR LF, '\r' stays as it is. */
void platform_putchar(char c);

enum platform_key { PLATFORM_KEY_NONE, PLATFORM_KEY_SKIP };

/*
 * To be called in every waiting loop.  Looks at the keyboards (at most every 50 ms;
 * between, it returns NONE at once).  Esc or 'q' is PLATFORM_KEY_SKIP: the caller
 * gives up and returns ROM_ESKIP.  'd' switches platform_details() by itself.
 */
enum platform_key platform_key(void);

/* True while the user wants details; see print_detail(). */
_Bool platform_details(void);

#endif
