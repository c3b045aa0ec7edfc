/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Formatted output; the conversions are listed in print.h. */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include "rom/core/platform.h"
#include "rom/core/print.h"

static void print_number(uint32_t value, unsigned int base, unsigned int width)
{
	char digits[10];
	unsigned int n = 0;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value || n < width);
	while (n)
		platform_putchar(digits[--n]);
}

static void print_text(const char *s, bool trusted)
{
	for (; *s; s++)
		platform_putchar(trusted || (*s >= 0x20 && *s < 0x7F) ? *s : '?');
}

/* Bytes with a separator: an address of IP (decimal) or Ethernet (hexadecimal). */
static void print_bytes(const uint8_t *bytes, unsigned int n, char separator)
{
	bool mac = separator == ':';

	for (unsigned int i = 0; i < n; i++) {
		if (i)
			platform_putchar(separator);
		print_number(bytes[i], mac ? 16 : 10, mac ? 2 : 0);
	}
}

static void vprint(const char *format, va_list args)
{
	unsigned int width;
	uint32_t number;

	for (; *format; format++) {
		if (*format != '%') {
			platform_putchar(*format);
			continue;
		}
		width = 0;
		if (format[1] >= '1' && format[1] <= '8')
			width = (unsigned int)(*++format - '0');
		switch (*++format) {
		case 's':
		case 'S':
			print_text(va_arg(args, const char *), *format == 's');
			break;
		case 'M':
			print_bytes(va_arg(args, const uint8_t *), 6, ':');
			break;
		case '%':
			platform_putchar('%');
			break;
		default:
			number = va_arg(args, uint32_t);
			if (*format == 'c')
				platform_putchar((char)number);
			else if (*format == 'I')
				print_bytes((const uint8_t *)&number, 4, '.');
			else if (*format == 'x')
				print_number(number, 16, width);
			else {
				if (*format == 'd' && (int32_t)number < 0) {
					platform_putchar('-');
					number = -number;
				}
				print_number(number, 10, width);
			}
		}
	}
}

void print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprint(format, args);
	va_end(args);
}

void print_detail(const char *format, ...)
{
	va_list args;

	if (!platform_details())
		return;
	va_start(args, format);
	vprint(format, args);
	va_end(args);
}
