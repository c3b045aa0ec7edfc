/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All of a small root's programs: /sbin/init starts /sbin/agetty, which switches the machine off. */
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	(void)argc;
	puts(argv[0]);
	fflush(stdout);
	if (!strstr(argv[0], "agetty"))
		execl("/sbin/agetty", "/sbin/agetty", (char *)NULL);
	sleep(2); /* for the last packets to be looked at */
	reboot(RB_POWER_OFF);
	return 1;
}
