/* SPDX-License-Identifier: GPL-2.0-or-later */
/* command: getopt_long(3) over a table made from the command's option names. */
#include "mkdcroot/command.h"
#include "mkdcroot/base/interrupt.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/model/settings.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum option_kind { O_FLAG, O_TEXT, O_WORDS };

struct option_desc {
	const char *name;
	char letter; /* or 0 */
	enum option_kind kind;
	size_t offset;
	const char *arg; /* name of its argument, NULL for a flag */
	bool global;
	const char *help;
};

#define AT(field) offsetof(struct options, field)

static const struct option_desc option_table[] = {
	{ "config", 'c', O_TEXT, AT(config), "FILE", true,
	  "read the settings from FILE instead of /etc/mkdcroot/mkdcroot.conf" },
	{ "dry-run", 'n', O_FLAG, AT(dry_run), NULL, true, "print the steps, change nothing" },
	{ "json", 'j', O_FLAG, AT(json), NULL, true, "print JSON" },
	{ "quiet", 'q', O_FLAG, AT(quiet), NULL, true, "say nothing but errors and warnings" },
	{ "verbose", 'v', O_FLAG, AT(verbose), NULL, true, "say each step" },
	{ "yes", 'y', O_FLAG, AT(yes), NULL, true, "do not ask" },
	{ "help", 'h', O_FLAG, AT(help), NULL, true, "show this help" },
	{ "all", 'a', O_FLAG, AT(all), NULL, false, "all hosts; image: all layers" },
	{ "from", 'f', O_TEXT, AT(from), "FILE", false,
	  "add all hosts of FILE (- is standard input)" },
	{ "format", 'F', O_TEXT, AT(format), "FORMAT", false,
	  "what FILE is: hosts, csv or bootptab (found by its content)" },
	{ "prune", 0, O_FLAG, AT(prune), NULL, false,
	  "also delete hosts that have no line any more; it asks first" },
	{ "services", 0, O_FLAG, AT(services), NULL, false,
	  "tell of the services that the farm needs instead of its hosts" },
	{ "print-services", 0, O_FLAG, AT(print_services), NULL, false,
	  "print the lines for inetd.conf, xinetd, services, hosts.allow, and what starts NFS" },
	{ "layer", 'l', O_TEXT, AT(layer), "LAYER", false,
	  "the layer that the host shares, or that is meant (base)" },
	{ "role", 'r', O_TEXT, AT(role), "ROLE", false, "a role profile for the host" },
	{ "nic", 0, O_TEXT, AT(nic), "NIC", false, "the host's network card, as in the NIC table" },
	{ "mac", 'm', O_TEXT, AT(mac), "MAC", false, "the host's hardware address" },
	{ "set", 's', O_WORDS, AT(set), "KEY=VALUE", false,
	  "a setting of this host, mkdcroot-hosts(5); repeatable" },
	{ "source", 'S', O_TEXT, AT(source), "SOURCE", false,
	  "where the layer comes from: debian:SUITE, or a directory" },
	{ "profile", 'p', O_TEXT, AT(profile), "PROFILE", false,
	  "the distribution's profile (found by the tree's os-release)" },
	{ "kernel", 'k', O_TEXT, AT(kernel), "FILE", false,
	  "a kernel that mounts an NFS root without initrd (make kernel builds one)" },
	{ "interface", 'i', O_TEXT, AT(interface), "IF", false,
	  "the network interface of the hosts (the one on whose network they are); watch: "
	  "repeatable" },
	{ "boot-server", 0, O_TEXT, AT(boot_server), "dnsmasq|bootpd", false,
	  "what answers BOOTP and TFTP: dnsmasq, or bootpd with in.tftpd (dnsmasq)" },
	{ "nfs-server", 0, O_TEXT, AT(nfs_server), "kernel|ganesha|none", false,
	  "who serves the roots (kernel if nfs_backend says so and it runs, else ganesha)" },
	{ "despite-dhcp", 0, O_FLAG, AT(despite_dhcp), NULL, false,
	  "serve although another DHCP server answers on the network" },
	{ "print", 0, O_FLAG, AT(print), NULL, false,
	  "write the daemons' configurations to standard output, start nothing" },
	{ "log", 0, O_TEXT, AT(log), "FILE", false, "follow the log FILE; repeatable" },
	{ "no-packets", 0, O_FLAG, AT(no_packets), NULL, false, "read logs only, not the network" },
	{ "from-start", 0, O_FLAG, AT(from_start), NULL, false,
	  "read the files of --log from their beginning" },
	{ "once", 0, O_FLAG, AT(once), NULL, false,
	  "read the files of --log to their end, print a summary and exit" },
	{ "nics", 0, O_TEXT, AT(file), "FILE", false, "the NIC table (that of the shipped data)" },
};

#define N_OPTIONS (sizeof(option_table) / sizeof(option_table[0]))

/* Is @name one of the blank-separated @words? */
static bool is_among(const char *words, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = words; p && *p; p += strcspn(p, " "), p += strspn(p, " "))
		if (strncmp(p, name, len) == 0 && (p[len] == ' ' || !p[len]))
			return true;
	return false;
}

static bool goes_with(const struct option_desc *d, const struct command *c)
{
	return d->global || (c && is_among(c->options, d->name));
}

static const struct command *find_command(const char *name)
{
	for (const struct command *c = commands; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

static void print_options(const struct command *c, bool global)
{
	for (size_t i = 0; i < N_OPTIONS; i++) {
		const struct option_desc *d = &option_table[i];
		char left[40];

		if (d->global != global || !goes_with(d, c))
			continue;
		snprintf(left, sizeof(left), "%c%c%s --%s%s%s", d->letter ? '-' : ' ',
			 d->letter ? d->letter : ' ', d->letter ? "," : " ", d->name,
			 d->arg ? " " : "", d->arg ? d->arg : "");
		printf("  %-26s %s\n", left, d->help);
	}
}

static void print_help(void)
{
	puts("usage: mkdcroot [OPTIONS] COMMAND [ARGUMENTS]\n\n"
	     "Turn this machine into a server for diskless computers.\n\ncommands:");
	for (const struct command *c = commands; c->name; c++)
		if (c->summary)
			printf("  %-16s %s\n", c->name, c->summary);
	puts("\noptions of all commands:");
	print_options(NULL, true);
	puts("\nmkdcroot COMMAND --help says more about a command; mkdcroot(8) about all.");
}

/* A paragraph in lines of at most 78 characters. */
static void print_wrapped(const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (column && column + 1 + len > 78) {
			putchar('\n');
			column = 0;
		}
		column += (size_t)printf("%s%.*s", column ? " " : "", (int)len, text);
		text += len;
		text += strspn(text, " ");
	}
	putchar('\n');
}

static void print_command_help(const struct command *c)
{
	printf("usage: mkdcroot %s%s%s%s\n\n", c->name, *c->options ? " [OPTIONS]" : "",
	       *c->args ? " " : "", c->args);
	print_wrapped(c->help);
	if (*c->options)
		puts("\noptions:");
	print_options(c, false);
	puts("\noptions of all commands:");
	print_options(c, true);
}

/* For bash: all that can stand at a place, from the same tables. */
static void print_completion(void)
{
	puts("# bash completion of mkdcroot; made from its command table\n"
	     "_mkdcroot()\n{\n"
	     "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} word cmd=\n"
	     "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
	     "\t\t[[ $word == -* ]] || { cmd=\"${cmd:+$cmd }$word\"; [[ $word == layer ]] || "
	     "break; }\n"
	     "\tdone\n"
	     "\tcase $prev in\n\t--config|-c|--source|-S|--kernel|-k|--nics|--log|--from|-f) "
	     "COMPREPLY=($(compgen "
	     "-f -- "
	     "\"$cur\")); return ;;\n"
	     "\t--interface|-i) COMPREPLY=($(compgen -W \"$(ls /sys/class/net)\" -- \"$cur\")); "
	     "return ;;\n"
	     "\t--layer|-l) COMPREPLY=($(compgen -W \"$(mkdcroot --quiet layer list 2>/dev/null | "
	     "awk 'NR>1 {print $1}')\" -- \"$cur\")); return ;;\n\tesac\n"
	     "\tlocal hosts='' words=''\n\tcase $cmd in");
	for (const struct command *c = commands; c->name; c++) {
		if (!c->summary)
			continue;
		printf("\t'%s') words='", c->name);
		for (size_t i = 0; i < N_OPTIONS; i++)
			if (goes_with(&option_table[i], c))
				printf("--%s ", option_table[i].name);
		printf("'%s ;;\n", strstr(c->args, "NAME") && strcmp(c->name, "add") != 0 &&
						   strncmp(c->name, "layer", 5) != 0
					   ? "; hosts=yes"
					   : "");
	}
	printf("\t'layer') words='create list show remove' ;;\n\t*) words='layer ");
	for (const struct command *c = commands; c->name; c++)
		if (c->summary && !strchr(c->name, ' '))
			printf("%s ", c->name);
	puts("' ;;\n\tesac\n"
	     "\t[[ $hosts ]] && words+=\" $(mkdcroot --quiet list 2>/dev/null | awk 'NR>1 {print "
	     "$1}')\"\n"
	     "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\n"
	     "complete -F _mkdcroot mkdcroot");
}

/* For man/mkdcroot.8: one section a command, in man(7). */
static void print_man_section(void)
{
	for (const struct command *c = commands; c->name; c++) {
		if (!c->summary)
			continue;
		printf(".SS mkdcroot %s %s\n%s\n", c->name, c->args, c->help);
		for (size_t i = 0; i < N_OPTIONS; i++) {
			const struct option_desc *d = &option_table[i];

			if (d->global || !goes_with(d, c))
				continue;
			printf(".TP\n\\fB\\-\\-%s\\fR%s%s%s\n%s.\n", d->name, d->arg ? " \\fI" : "",
			       d->arg ? d->arg : "", d->arg ? "\\fR" : "", d->help);
		}
	}
}

static void print_man_setting(const char *key, const char *type, const char *preset, bool per_host,
			      const char *help, void *arg)
{
	(void)arg;
	printf(".TP\n\\fB%s\\fR (%s%s)\n%s", key, type, per_host ? "; per host" : "", help);
	if (*preset)
		printf("\nDefault: %s", preset);
	putchar('\n');
}

static void free_options(struct options *o)
{
	for (size_t i = 0; i < N_OPTIONS; i++)
		if (option_table[i].kind == O_TEXT) {
			char **field = (char **)((char *)o + option_table[i].offset);

			free(*field);
			*field = NULL;
		}
	strv_free(&o->set);
	strv_free(&o->texts);
	strv_free(&o->args);
}

static void take(struct options *o, const struct option_desc *d, const char *value)
{
	void *field = (char *)o + d->offset;

	if (d->kind == O_FLAG) {
		*(bool *)field = true;
	} else if (d->kind == O_WORDS) {
		strv_add(field, value);
	} else {
		free(*(char **)field);
		*(char **)field = mem_strdup(value);
		strv_addf(&o->texts, "%s=%s", d->name, value);
	}
}

void option_values(const struct options *o, const char *name, struct strv *out)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < o->texts.n; i++)
		if (strncmp(o->texts.v[i], name, len) == 0 && o->texts.v[i][len] == '=')
			strv_add(out, o->texts.v[i] + len + 1);
}

/* The tables of getopt_long for all options: which go with the command is asked afterwards. */
static void fill_getopt(struct option *long_options, char *letters)
{
	*letters++ = ':';
	for (size_t i = 0; i < N_OPTIONS; i++) {
		const struct option_desc *d = &option_table[i];

		long_options[i] =
			(struct option){ d->name, d->arg ? required_argument : no_argument, NULL,
					 (int)i + 256 };
		if (!d->letter)
			continue;
		*letters++ = d->letter;
		if (d->arg)
			*letters++ = ':';
	}
	long_options[N_OPTIONS] = (struct option){ 0 };
	*letters = '\0';
}

static const struct option_desc *option_of(int code)
{
	if (code >= 256)
		return &option_table[code - 256];
	for (size_t i = 0; i < N_OPTIONS; i++)
		if (option_table[i].letter == code)
			return &option_table[i];
	return NULL;
}

/* Parse everything; *@used gets a bit for each option that stood there. */
static int parse(struct options *o, unsigned long *used, int argc, char **argv, struct error *err)
{
	struct option long_options[N_OPTIONS + 1];
	char letters[2 * N_OPTIONS + 2];
	int code;

	fill_getopt(long_options, letters);
	opterr = 0;
	while ((code = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
		const struct option_desc *d = option_of(code);

		if (code == ':')
			return error_say(err, -EINVAL, "option %s takes a value", argv[optind - 1]);
		if (!d)
			return error_say(err, -EINVAL, "unknown or ambiguous option %s",
					 argv[optind - 1]);
		*used |= 1ul << (d - option_table);
		take(o, d, optarg);
	}
	for (int i = optind; i < argc; i++)
		strv_add(&o->args, argv[i]);
	return 0;
}

/* Take the first @n arguments off. */
static void shift(struct strv *args, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(args->v[i]);
	memmove(args->v, args->v + n, (args->n - n + 1) * sizeof(*args->v));
	args->n -= n;
}

/* "layer create" is two words. */
static const struct command *take_command(struct options *o, struct error *err)
{
	const struct command *c = NULL;
	char *two;

	if (o->args.n > 1) {
		two = mem_printf("%s %s", o->args.v[0], o->args.v[1]);
		c = find_command(two);
		free(two);
	}
	if (c) {
		shift(&o->args, 2);
		return c;
	}
	c = find_command(o->args.v[0]);
	if (c)
		shift(&o->args, 1);
	else if (strcmp(o->args.v[0], "layer") == 0)
		error_say(err, -EINVAL, "layer takes one of: create, list, show, remove");
	else
		error_say(err, -EINVAL, "there is no command '%s'", o->args.v[0]);
	return c;
}

static int check_use(const struct command *c, const struct options *o, unsigned long used,
		     struct error *err)
{
	for (size_t i = 0; i < N_OPTIONS; i++)
		if ((used >> i & 1) && !goes_with(&option_table[i], c))
			return error_say(err, -EINVAL, "%s has no option --%s", c->name,
					 option_table[i].name);
	if ((int)o->args.n < c->min_args)
		return error_say(err, -EINVAL, "%s: too few arguments: %s%s%s", c->name, c->name,
				 *c->args ? " " : "", c->args);
	if (c->max_args >= 0 && (int)o->args.n > c->max_args)
		return error_say(err, -EINVAL, "%s: '%s' is one argument too many: %s%s%s", c->name,
				 o->args.v[c->max_args], c->name, *c->args ? " " : "", c->args);
	return 0;
}

/* Errors of several lines (a file's) get the program's name on each. */
static void print_error(const struct error *err)
{
	const char *p = error_text(err);

	while (*p) {
		int len = (int)strcspn(p, "\n");

		fprintf(stderr, "mkdcroot: %.*s\n", len, p);
		p += len;
		p += *p == '\n';
	}
}

static int run(struct options *o, unsigned long used, struct error *err)
{
	const struct command *c;

	if (!o->args.n) {
		print_help();
		return o->help ? EXIT_OK : EXIT_USAGE;
	}
	c = take_command(o, err);
	if (!c)
		return EXIT_USAGE;
	if (o->help) {
		print_command_help(c);
		return EXIT_OK;
	}
	if (check_use(c, o, used, err))
		return EXIT_USAGE;
	log_set_level(o->quiet ? LOG_QUIET : o->verbose ? LOG_VERBOSE : LOG_NORMAL);
	interrupt_catch();
	return c->run(o, err);
}

int command_main(int argc, char **argv)
{
	cleanup_error struct error err = ERROR_INIT;
	struct options o = { 0 };
	unsigned long used = 0;
	int status;

	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		status = puts("mkdcroot " VERSION) < 0;
	else if (argc == 2 && strcmp(argv[1], "--completion") == 0)
		print_completion(), status = EXIT_OK;
	else if (argc == 2 && strcmp(argv[1], "--man-commands") == 0)
		print_man_section(), status = EXIT_OK;
	else if (argc == 2 && strcmp(argv[1], "--man-settings") == 0)
		settings_describe(print_man_setting, NULL), status = EXIT_OK;
	else if (parse(&o, &used, argc, argv, &err))
		status = EXIT_USAGE;
	else
		status = run(&o, used, &err);
	free_options(&o);
	if (fflush(stdout) == EOF && status == EXIT_OK) {
		error_set(&err, -errno, "write to standard output");
		status = EXIT_FAILED;
	}
	if (err.status)
		print_error(&err);
	if (status == EXIT_USAGE && err.status)
		fputs("mkdcroot: see mkdcroot --help\n", stderr);
	return status;
}
