/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The serial EEPROM (93C46, 93C56, 93C66) many cards keep their MAC address in.
 *
 * Source: Microchip, "93C46/56/66 1K/2K/4K Microwire Serial EEPROM", DS21749: a read is a start bit,
 * the opcode 10 and 6 or 8 address bits; the last of these is answered with a zero, and then 16 bits
 * of data come, the highest first.
 */
#ifndef ROM_DRIVERS_EEPROM93_H
#define ROM_DRIVERS_EEPROM93_H

#include <stdbool.h>
#include <stdint.h>

#include "rom/net/nic.h"

enum { EEPROM93_READ = 6, EEPROM93_ADDRESS_MAX = 8 };
#define EEPROM93_TIME 4u /* microseconds: half a period of the clock */

/*
 * Reads word `address` through clock(), which selects the chip, gives it one clock with `bit` on its
 * input and returns its output.  The caller deselects the chip afterwards.  *width is the number
 * of address bits; 0 finds it out, for address 0, and stays 0 if nothing answers.
 */
static inline uint16_t eeprom93_read(const struct nic *nic,
				     bool (*clock)(const struct nic *nic, bool bit),
				     uint32_t address, uint32_t *width)
{
	uint32_t word = 0, bits;

	for (int i = 2; i >= 0; i--)
		clock(nic, EEPROM93_READ >> i & 1);
	bits = *width ? *width : EEPROM93_ADDRESS_MAX;
	for (uint32_t i = 1; i <= bits; i++) {
		bool busy = clock(nic, address >> (bits - i) & 1);

		if (!*width && !busy)
			*width = bits = i;
	}
	for (int i = 0; i < 16; i++)
		word = word << 1 | clock(nic, false);
	return (uint16_t)word;
}

#endif
