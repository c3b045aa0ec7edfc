/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mknbi: makes tagged images for net booting.
 *
 *      argv -> struct mknbi_job -> targets[] -> linux_nbi_make() …
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mkdcroot/base/error.h"
#include "rom/tools/linux_nbi.h"
#include "rom/tools/other_nbi.h"

#define USAGE_STATUS 2

/* The command line as it was given. */
struct job {
	const char *self;   /* name the program was called by */
	const char *target; /* --target, or what the name says */
	const char *output;
	struct linux_nbi linux_job;
	char **files;
	size_t n_files;
};

/* --- targets --- */

static int make_linux(struct job *job, struct error *err)
{
	struct linux_nbi *l = &job->linux_job;

	l->kernel = job->files[0];
	l->initrds = (const char *const *)job->files + 1;
	l->n_initrds = job->n_files - 1;
	l->output = job->output;
	return linux_nbi_make(l, err);
}

static int make_dos(struct job *job, struct error *err)
{
	return dos_nbi_make(job->files[0], job->output, err);
}

static int make_rom(struct job *job, struct error *err)
{
	return rom_nbi_make(job->files[0], job->output, err);
}

static const struct target {
	const char *name;
	const char *operands;
	size_t max_files;
	bool takes_parameters; /* --param and the like */
	int (*make)(struct job *job, struct error *err);
} targets[] = {
	{ "linux", "KERNEL [INITRD…]", SIZE_MAX, true, make_linux },
	{ "dos", "FLOPPY-IMAGE", 1, false, make_dos },
	{ "rom", "BOOT-ROM", 1, false, make_rom },
};

#define N_TARGETS (sizeof(targets) / sizeof(targets[0]))

static const struct target *find_target(const char *name)
{
	for (size_t i = 0; i < N_TARGETS; i++)
		if (!strcmp(targets[i].name, name))
			return &targets[i];
	return NULL;
}

/* --- options --- */

static const struct option_help {
	char short_name;
	const char *name;
	const char *argument; /* NULL: takes none */
	const char *help;
} options[] = {
	{ 'o', "output", "FILE", "write the image to FILE (standard output)" },
	{ 't', "target", "TARGET",
	  "what to make an image of (linux, or what the program's name says)" },
	{ 'f', "format", "FORMAT", "nbi, the tagged image (the only one)" },
	{ 'd', "rootdir", "DIR",
	  "root file system: rom[,OPTIONS], [SERVER:]DIR[,OPTIONS], kernel or /dev/… (rom)" },
	{ 'i', "ipaddrs", "ADDRS",
	  "rom, client:server:gateway:netmask:host[:device], kernel, or a protocol (rom)" },
	{ 'p', "param", "TEXT", "kernel command line instead of the one made by default" },
	{ 'a', "append", "TEXT", "text to add to the kernel command line" },
	{ 'h', "help", NULL, "show this help" },
	{ 'V', "version", NULL, "show the version" },
};

#define N_OPTIONS (sizeof(options) / sizeof(options[0]))

static void print_help(const char *self)
{
	printf("Usage: %s [OPTION…] KERNEL [INITRD…]\n"
	       "Makes a tagged image, which a boot ROM loads from a server and starts.\n\n",
	       self);
	for (size_t i = 0; i < N_OPTIONS; i++)
		printf("  -%c, --%s%s%-*s  %s\n", options[i].short_name, options[i].name,
		       options[i].argument ? "=" : "",
		       16 - (int)strlen(options[i].name) - !!options[i].argument,
		       options[i].argument ? options[i].argument : "", options[i].help);
	printf("\nTargets:\n");
	for (size_t i = 0; i < N_TARGETS; i++)
		printf("  %-8s %s\n", targets[i].name, targets[i].operands);
	printf("\n\"rom\" stands for what the net loader learned from BOOTP or DHCP.  See "
	       "mknbi(1).\n");
}

static void make_getopt(char *shorts, struct option *longs)
{
	for (size_t i = 0; i < N_OPTIONS; i++) {
		int has = options[i].argument ? required_argument : no_argument;

		*shorts++ = options[i].short_name;
		if (has == required_argument)
			*shorts++ = ':';
		longs[i] = (struct option){ options[i].name, has, NULL, options[i].short_name };
	}
	*shorts = '\0';
	memset(&longs[N_OPTIONS], 0, sizeof(longs[0]));
}

static int usage(const struct job *job, const char *what, const char *value)
{
	fprintf(stderr, "%s: %s%s; see %s --help\n", job->self, what, value ? value : "",
		job->self);
	return USAGE_STATUS;
}

/* Where the argument of an option goes; NULL for those that are not texts. */
static const char **option_text(struct job *job, int c)
{
	switch (c) {
	case 'o':
		return &job->output;
	case 't':
		return &job->target;
	case 'd':
		return &job->linux_job.rootdir;
	case 'i':
		return &job->linux_job.ipaddrs;
	case 'p':
		return &job->linux_job.param;
	case 'a':
		return &job->linux_job.append;
	default:
		return NULL;
	}
}

/* Returns -1 to go on, or the exit status. */
static int parse_options(struct job *job, int argc, char **argv)
{
	char shorts[2 * N_OPTIONS + 1];
	struct option longs[N_OPTIONS + 1];
	int c;

	make_getopt(shorts, longs);
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const char **text = option_text(job, c);

		if (text)
			*text = optarg;
		else if (c == 'f' && strcmp(optarg, "nbi"))
			return usage(job, "--format: nbi is the only one there is, not ", optarg);
		else if (c == 'h')
			return print_help(job->self), 0;
		else if (c == 'V')
			return printf("mknbi (mkdcroot) %s\n", VERSION), 0;
		else if (c == '?')
			return usage(job, "wrong option", NULL);
	}
	job->files = argv + optind;
	job->n_files = (size_t)(argc - optind);
	return -1;
}

/* mknbi-linux, mknbi-rom … are well-known names for mknbi --target=…. */
static const char *target_of_name(const char *self)
{
	const char *dash = strrchr(self, '-');

	return dash && find_target(dash + 1) ? dash + 1 : "linux";
}

static int check_usage(const struct job *job, const struct target *target)
{
	const struct linux_nbi *l = &job->linux_job;

	if (!target)
		return usage(job, "--target: there is no target ", job->target);
	if (!job->n_files)
		return usage(job, "nothing to make an image of: give ", target->operands);
	if (job->n_files > target->max_files)
		return usage(job, "too many files: this target takes ", target->operands);
	if (!target->takes_parameters && (l->param || l->append || l->rootdir || l->ipaddrs))
		return usage(job,
			     "a kernel command line makes no sense for --target=", target->name);
	if (!strcmp(job->output, "-") && isatty(STDOUT_FILENO))
		return usage(job, "an image is nothing for a terminal: give --output=FILE", NULL);
	return -1;
}

/* An image that takes the place of what it is made of is never meant. */
static int check_output(const struct job *job, struct error *err)
{
	struct stat out, in;

	if (stat(job->output, &out))
		return 0;
	for (size_t i = 0; i < job->n_files; i++)
		if (!stat(job->files[i], &in) && in.st_dev == out.st_dev && in.st_ino == out.st_ino)
			return error_say(err, -EINVAL,
					 "write %s: it is the same file as %s, which is to be read",
					 job->output, job->files[i]);
	return 0;
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	struct job job = { .self = slash ? slash + 1 : argv[0], .output = "-" };
	cleanup_error struct error err = ERROR_INIT;
	const struct target *target;
	int status;

	job.target = target_of_name(job.self);
	status = parse_options(&job, argc, argv);
	if (status >= 0)
		return status;
	target = find_target(job.target);
	status = check_usage(&job, target);
	if (status >= 0)
		return status;
	if (check_output(&job, &err) || target->make(&job, &err)) {
		fprintf(stderr, "%s: %s\n", job.self, error_text(&err));
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
