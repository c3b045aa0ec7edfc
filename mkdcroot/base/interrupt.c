/* SPDX-License-Identifier: GPL-2.0-or-later */
/* interrupt: a signal handler has no argument, so the number lives here. */
#include "mkdcroot/base/interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t caught;

static void remember(int number)
{
	caught = number;
}

void interrupt_catch(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = remember, .sa_flags = SA_RESTART };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], &action, NULL);
}

int interrupt_signal(void)
{
	return caught;
}

void interrupt_clear(void)
{
	caught = 0;
}
