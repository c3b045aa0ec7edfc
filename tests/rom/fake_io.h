/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stands in for rom/core/io.h when a driver is included in a hosted test: I/O ports are functions
 * of the test.  Such tests are linked without PIE, so that static objects are below 4 GB
 * and dma_address() holds.
 */
#ifndef ROM_CORE_IO_H
#define ROM_CORE_IO_H

#include <stdint.h>
#include <stdlib.h>

uint32_t fake_in(uint16_t port, unsigned int bytes);
void fake_out(uint16_t port, uint32_t value, unsigned int bytes);

#define inb(port)	  ((uint8_t)fake_in((uint16_t)(port), 1))
#define inw(port)	  ((uint16_t)fake_in((uint16_t)(port), 2))
#define inl(port)	  fake_in((uint16_t)(port), 4)
#define outb(value, port) fake_out((uint16_t)(port), (uint8_t)(value), 1)
#define outw(value, port) fake_out((uint16_t)(port), (uint16_t)(value), 2)
#define outl(value, port) fake_out((uint16_t)(port), (uint32_t)(value), 4)

/* No test has a device with registers in memory. */
#define mmio_read8(address)	     ((uint8_t)(abort(), (address)))
#define mmio_read16(address)	     ((uint16_t)(abort(), (address)))
#define mmio_read32(address)	     (abort(), (address))
#define mmio_write8(address, value)  (abort(), (void)(address), (void)(value))
#define mmio_write16(address, value) (abort(), (void)(address), (void)(value))
#define mmio_write32(address, value) (abort(), (void)(address), (void)(value))

#define barrier() __asm__ volatile("" : : : "memory")
#define fence()	  __sync_synchronize()

#endif
