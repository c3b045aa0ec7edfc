/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Screen (INT 10h), keyboard (INT 16h) and the first serial port (16550 registers). */
#include <stdbool.h>
#include "rom/core/bios.h"
#include "rom/core/console.h"
#include "rom/core/io.h"
#include "rom/core/platform.h"

enum { UART_DATA, UART_INTERRUPTS, UART_FIFO, UART_LINE, UART_MODEM, UART_STATUS };
enum { UART_RECEIVED = 0x01, UART_SENT = 0x20, UART_IDLE = 0x40, UART_DIVISOR = 0x80 };
enum { BDA_COM1 = 0x400, KEY_INTERVAL_MS = 50 };

/* About 10 ms of looking: a port that never becomes ready must not stop the boot. */
enum { UART_TRIES = 10000 };

/* 115200 baud and 8N1 for us, something else for whoever was there before. */
struct uart_state {
	uint8_t divisor[2];
	uint8_t line;
	uint8_t modem;
	uint8_t interrupts;
};

static struct {
	uint16_t uart;		      /* port, or 0 */
	struct uart_state uart_other; /* what uart_exchange() sets next */
	bool details;
	uint32_t looked; /* at the keyboards, ms */
} console;

static uint8_t uart_read(unsigned int reg)
{
	return inb((uint16_t)(console.uart + reg));
}

static void uart_write(unsigned int reg, uint8_t value)
{
	outb(value, (uint16_t)(console.uart + reg));
}

/* Exchanges the port's speed and modes with those in console.uart_other. */
static void uart_exchange(void)
{
	struct uart_state before;

	before.interrupts = uart_read(UART_INTERRUPTS);
	before.line = uart_read(UART_LINE);
	before.modem = uart_read(UART_MODEM);
	uart_write(UART_LINE, UART_DIVISOR);
	before.divisor[0] = uart_read(UART_DATA);
	before.divisor[1] = uart_read(UART_INTERRUPTS);
	uart_write(UART_DATA, console.uart_other.divisor[0]);
	uart_write(UART_INTERRUPTS, console.uart_other.divisor[1]);
	uart_write(UART_LINE, console.uart_other.line);
	uart_write(UART_MODEM, console.uart_other.modem);
	uart_write(UART_INTERRUPTS, console.uart_other.interrupts);
	console.uart_other = before;
}

void console_init(void)
{
	console.uart = *(volatile uint16_t *)BDA_COM1;
	if (!console.uart || uart_read(UART_STATUS) == 0xFF) {
		console.uart = 0;
		return;
	}
	console.uart_other = (struct uart_state){ .divisor = { 1 }, .line = 0x03, .modem = 0x03 };
	uart_exchange();
}

void console_end(void)
{
	if (!console.uart)
		return;
	for (unsigned int tries = UART_TRIES; tries && !(uart_read(UART_STATUS) & UART_IDLE);
	     tries--)
		;
	uart_exchange();
}

static void uart_put(char c)
{
	for (unsigned int tries = UART_TRIES; tries; tries--) {
		if (uart_read(UART_STATUS) & UART_SENT)
			break;
	}
	uart_write(UART_DATA, (uint8_t)c);
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

	if (console.uart && uart_read(UART_STATUS) & UART_RECEIVED)
		return (char)uart_read(UART_DATA);
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
