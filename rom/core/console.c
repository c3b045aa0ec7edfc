/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Screen (INT 10h), keyboard (INT 16h) and the first serial port (16550 registers). */
#include <stdbool.h>
#include "rom/core/bios.h"
#include "rom/core/console.h"
#include "rom/core/io.h"
#include "rom/core/platform.h"

enum { UART_DATA, UART_INTERRUPTS, UART_FIFO, UART_LINE, UART_MODEM, UART_STATUS };
enum { UART_RECEIVED = 0x01, UART_SENT = 0x20 };
enum { BDA_COM1 = 0x400, KEY_INTERVAL_MS = 50 };

static struct {
	uint16_t uart; /* port, or 0 */
	bool details;
	uint32_t looked; /* at the keyboards, ms */
} console;

void console_init(void)
{
	uint16_t port = *(volatile uint16_t *)BDA_COM1;

	if (!port || inb((uint16_t)(port + UART_STATUS)) == 0xFF)
		return;
	outb(0x80, (uint16_t)(port + UART_LINE)); /* divisor: 115200 baud */
	outb(1, (uint16_t)(port + UART_DATA));
	outb(0, (uint16_t)(port + UART_INTERRUPTS));
	outb(0x03, (uint16_t)(port + UART_LINE)); /* 8N1 */
	outb(0x03, (uint16_t)(port + UART_MODEM));
	console.uart = port;
}

static void uart_put(char c)
{
	/* About 10 ms at most: a port that never becomes ready must not stop the boot. */
	for (unsigned int tries = 10000; tries; tries--) {
		if (inb((uint16_t)(console.uart + UART_STATUS)) & UART_SENT)
			break;
	}
	outb((uint8_t)c, console.uart);
}

static void screen_put(char c)
{
	struct bregs *regs = bios_regs();

	regs->eax = 0x0E00u | (uint8_t)c; /* teletype */
	regs->ebx = 7;
	bios_interrupt(0x10);
}

void platform_putchar(char c)
{
	if (c == '\n')
		platform_putchar('\r');
	screen_put(c);
	if (console.uart)
		uart_put(c);
}

/* A character typed on the keyboard or sent to the serial port, or 0. */
static char read_key(void)
{
	struct bregs *regs;

	if (console.uart && inb((uint16_t)(console.uart + UART_STATUS)) & UART_RECEIVED)
		return (char)inb(console.uart);
	regs = bios_regs();
	regs->eax = 0x0100; /* is there a key? */
	bios_interrupt(0x16);
	if (regs->flags & BREGS_ZERO)
		return 0;
	regs = bios_regs(); /* AH = 0: take it */
	bios_interrupt(0x16);
	return (char)regs->eax;
}

enum platform_key platform_key(void)
{
	uint32_t now = platform_ms();

	if (now - console.looked < KEY_INTERVAL_MS)
		return PLATFORM_KEY_NONE;
	console.looked = now;
	switch (read_key()) {
	case 0x1B:
	case 'q':
		return PLATFORM_KEY_SKIP;
	case 'd':
		console.details = !console.details;
		if (console.details)
			show_details();
	}
	return PLATFORM_KEY_NONE;
}

bool platform_details(void)
{
	return console.details;
}
