/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Formatted output to the console, in a few hundred bytes.  Portable: built for the
 * ROM and for hosted tests; every character goes through platform_putchar().
 *
 *      %s  const char *          %c  int, a character
 *      %u  uint32_t, decimal     %d  int32_t, decimal
 *      %x  uint32_t, hexadecimal; %2x %4x %8x pad with zeros to that width
 *      %I  uint32_t, an IPv4 address in network byte order: 192.168.1.1
 *      %M  const uint8_t *, six bytes of a MAC address: 52:54:00:12:34:56
 *      %%  a per cent sign
 *
 * Text from the network (a file name, a TFTP error message, a text image) is printed
 * with %S: as %s, but bytes outside 0x20..0x7E become '?'.
 */
#ifndef ROM_CORE_PRINT_H
#define ROM_CORE_PRINT_H

void print(const char *format, ...);

/* The same, only while the user wants details (platform_details()). */
void print_detail(const char *format, ...);

#endif
