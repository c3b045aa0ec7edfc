/* SPDX-License-Identifier: GPL-2.0-or-later */
/* I/O ports, memory-mapped registers and what DMA needs on i386. */
#ifndef ROM_CORE_IO_H
#define ROM_CORE_IO_H

#include <stdint.h>

static inline void outb(uint8_t value, uint16_t port)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}
static inline void outw(uint16_t value, uint16_t port)
{
	__asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}
static inline void outl(uint32_t value, uint16_t port)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}
static inline uint8_t inb(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}
static inline uint16_t inw(uint16_t port)
{
	uint16_t value;

	__asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}
static inline uint32_t inl(uint16_t port)
{
	uint32_t value;

	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}
static inline void insw(uint16_t port, void *dest, uint32_t words)
{
	__asm__ volatile("rep insw" : "+D"(dest), "+c"(words) : "d"(port) : "memory");
}
static inline void outsw(uint16_t port, const void *src, uint32_t words)
{
	__asm__ volatile("rep outsw" : "+S"(src), "+c"(words) : "d"(port) : "memory");
}

static inline void insl(uint16_t port, void *dest, uint32_t dwords)
{
	__asm__ volatile("rep insl" : "+D"(dest), "+c"(dwords) : "d"(port) : "memory");
}
static inline void outsl(uint16_t port, const void *src, uint32_t dwords)
{
	__asm__ volatile("rep outsl" : "+S"(src), "+c"(dwords) : "d"(port) : "memory");
}

/* Registers in memory space; base is a physical address, which is the address (flat, no paging). */
static inline uint8_t mmio_read8(uint32_t address)
{
	return *(volatile uint8_t *)(uintptr_t)address;
}
static inline uint16_t mmio_read16(uint32_t address)
{
	return *(volatile uint16_t *)(uintptr_t)address;
}
static inline uint32_t mmio_read32(uint32_t address)
{
	return *(volatile uint32_t *)(uintptr_t)address;
}
static inline void mmio_write8(uint32_t address, uint8_t value)
{
	*(volatile uint8_t *)(uintptr_t)address = value;
}
static inline void mmio_write16(uint32_t address, uint16_t value)
{
	*(volatile uint16_t *)(uintptr_t)address = value;
}
static inline void mmio_write32(uint32_t address, uint32_t value)
{
	*(volatile uint32_t *)(uintptr_t)address = value;
}

/* The compiler must not move memory accesses across this; x86 itself keeps stores in order. */
#define barrier() __asm__ volatile("" : : : "memory")

/* A full fence, where a device's memory must be seen before what follows (virtio). */
#define fence() __asm__ volatile("lock; addl $0,(%%esp)" : : : "memory", "cc")

#endif
