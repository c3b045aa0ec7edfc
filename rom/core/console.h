/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The console behind platform_putchar() and platform_key(): screen and keyboard by the BIOS, COM1 by itself. */
#ifndef ROM_CORE_CONSOLE_H
#define ROM_CORE_CONSOLE_H

/* Sets the first serial port, if the BIOS found one, to 115200 8N1. */
void console_init(void);

/* Leaves the serial port as it was found; characters still go there afterwards. */
void console_end(void);

/*
 * Called when the user switches details on: says what there is to say now.  In main.c, which
 * knows the card and the network.
 */
void show_details(void);

#endif
