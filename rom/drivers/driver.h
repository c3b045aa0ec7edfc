/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two things every driver needs beside its chip's registers: waiting for a bit
 * without waiting for ever, and a frame that is long enough to be sent.
 */
#ifndef ROM_DRIVERS_DRIVER_H
#define ROM_DRIVERS_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "rom/core/mem.h"
#include "rom/core/platform.h"
#include "rom/net/nic.h"

/* How long transmit() waits for a free buffer, in microseconds (rom/net/nic.h). */
#define TRANSMIT_TIMEOUT 100000u

/*
 * True as soon as `condition` holds, false if it does not within about `us`
 * microseconds.  The condition is looked at once more than the time is waited, and always
 * once, so a bit that is already there costs one register access and no delay.
 */
#define wait_for(condition, us)                            \
	({                                                 \
		uint32_t left_ = (us);                     \
		bool holds_;                               \
                                                           \
		while (!(holds_ = (condition)) && left_--) \
			platform_udelay(1);                \
		holds_;                                    \
	})

/*
 * Copies a frame of len bytes into a driver's buffer (of at least NIC_FRAME_MAX bytes)
 * and pads it to NIC_FRAME_MIN with zeros.  Returns the padded length.
 */
static inline uint32_t frame_copy(uint8_t *buffer, const void *frame, uint32_t len)
{
	memcpy(buffer, frame, len);
	if (len >= NIC_FRAME_MIN)
		return len;
	memset(buffer + len, 0, NIC_FRAME_MIN - len);
	return NIC_FRAME_MIN;
}

#endif
