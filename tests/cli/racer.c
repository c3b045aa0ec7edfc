/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * racer: what a client does that wants to be faster than we: swap the file or directory A with B, in a
 * directory that it has open, again and again until it is killed, or until one of them is gone:
 *
 *	racer DIR A B [A B]...
 *
 * Prints how often when it ends by SIGTERM or with DIR's content.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

/* Directories that come from the layer cannot be exchanged in every file system: then one after the other. */
static int swap(int dir, const char *a, const char *b)
{
	if (renameat2(dir, a, dir, b, RENAME_EXCHANGE) == 0)
		return 0;
	if (errno != EINVAL && errno != EXDEV)
		return -1;
	return renameat(dir, a, dir, ".racer") || renameat(dir, b, dir, a) ||
			       renameat(dir, ".racer", dir, b)
		       ? -1
		       : 0;
}

int main(int argc, char **argv)
{
	int dir = argc > 3 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1;
	unsigned long swaps = 0, failed = 0;
	struct stat st;

	if (dir < 0) {
		fputs("usage: racer DIR A B [A B]...\n", stderr);
		return 2;
	}
	signal(SIGTERM, stop);
	while (!stopped && fstat(dir, &st) == 0 && st.st_nlink) {
		for (int i = 2; i + 1 < argc; i += 2)
			if (swap(dir, argv[i], argv[i + 1]))
				failed++;
			else
				swaps++;
	}
	printf("racer: %lu swaps, %lu came to nothing\n", swaps, failed);
	return 0;
}
