/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configurations that serve makes for its daemons: against tests/golden/serve (UPDATE_GOLDEN=1 writes them),
 * and that no name or value can put a line of its own into one.
 */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/serve/conf.h"
#include "mkdcroot/serve/syslog_socket.h"
#include "tests/unit/tap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define GOLDEN "tests/golden/serve"

#define HOSTS_MAX 8

/* A farm of three, of which one has settings of its own. */
static const char hosts_text[] =
	"aldebaran 192.168.1.100 mac=00:60:08:c7:a3:d8\n"
	"bellatrix 192.168.1.101 mac=a2:00:00:00:00:02 gateway=192.168.1.254 domain=stars.example "
	"nfs=3\n"
	"capella 192.168.1.102 mac=02:00:00:00:00:03 netmask=255.255.0.0 dns=192.168.1.53\n";

struct bench {
	struct farm farm;
	struct served_host hosts[HOSTS_MAX];
	struct strv strings;
	struct farm_server_options o;
};

static void begin(struct bench *b, const char *text)
{
	struct error err = ERROR_INIT;

	*b = (struct bench){ .farm = { .lock = -1 } };
	settings_init(&b->farm.settings);
	if (hosts_file_parse(&b->farm.hosts, "hosts", text, strlen(text), &err)) {
		printf("Bail out! %s\n", error_text(&err));
		exit(1);
	}
	b->o = (struct farm_server_options){ .farm = &b->farm,
					     .interface = "br0",
					     .address = "192.168.1.1",
					     .netmask = "255.255.255.0",
					     .boot_server = "dnsmasq",
					     .nfs = true,
					     .hosts = b->hosts,
					     .n_hosts = b->farm.hosts.n };
	for (size_t i = 0; i < b->farm.hosts.n; i++) {
		const struct host *h = &b->farm.hosts.host[i];
		char ip[IP_TEXT_MAX];

		strv_addf(&b->strings, "/tftpboot/%s", ip_format(&h->ip, ip));
		b->hosts[i] = (struct served_host){
			.host = h,
			.root = b->strings.v[i],
			.boot_file = "/tftpboot/boot/base-1.nb",
			.fsid = "6c1ff9a5-9a3c-4bf0-8a5c-0123456789ab",
		};
	}
}

static void end(struct bench *b)
{
	farm_close(&b->farm);
	strv_free(&b->strings);
}

static void set(struct bench *b, const char *key, const char *value)
{
	struct error err = ERROR_INIT;

	if (settings_set(&b->farm.settings, key, value, &err))
		printf("# %s\n", error_text(&err));
	error_clear(&err);
}

static const char *text_of(const struct conf_files *files, const char *name)
{
	for (size_t i = 0; i < files->n; i++)
		if (strcmp(files->v[i].name, name) == 0)
			return str_text(&files->v[i].text);
	return "";
}

static void check_golden(const struct conf_file *f)
{
	cleanup_free char *path = mem_printf(GOLDEN "/%s", f->name);
	cleanup_str struct str expected = STR_INIT;
	struct error err = ERROR_INIT;

	if (getenv("UPDATE_GOLDEN"))
		fs_replace_file(path, str_text(&f->text), f->text.len, 0644, &err);
	fs_read_optional(path, &expected, &err);
	if (!tap_ok(strcmp(str_text(&expected), str_text(&f->text)) == 0, "%s is as in %s", f->name,
		    path))
		for (const char *p = str_text(&f->text); *p; p += strcspn(p, "\n"), p += *p == '\n')
			printf("# %.*s\n", (int)strcspn(p, "\n"), p);
	error_clear(&err);
}

static void test_golden(const char *boot_server)
{
	cleanup_conf_files struct conf_files files = { 0 };
	struct error err = ERROR_INIT;
	struct bench b;

	begin(&b, hosts_text);
	b.o.boot_server = boot_server;
	set(&b, "gateway", "192.168.1.1");
	set(&b, "dns", "192.168.1.2");
	set(&b, "dns", "192.168.1.3");
	b.hosts[1].kernel_args = "console=ttyS0 note=\"a, b\\c\" 10";
	b.hosts[2].boot_file = "/tftpboot/boot/other/base-2.nb";
	tap_ok(conf_all(&b.o, &files, &err) == 0, "%s: configurations are made (%s)", boot_server,
	       err.status ? error_text(&err) : "");
	for (size_t i = 0; i < files.n; i++)
		check_golden(&files.v[i]);
	error_clear(&err);
	end(&b);
}

/* A boot file elsewhere: then the TFTP daemon is rooted where the settings say. */
static void test_tftp_root(void)
{
	cleanup_conf_files struct conf_files files = { 0 };
	struct error err = ERROR_INIT;
	struct bench b;

	begin(&b, hosts_text);
	set(&b, "tftp_root", "/tftpboot");
	b.hosts[1].boot_file = "/tftpboot/own.nb";
	TAP_OK(conf_all(&b.o, &files, &err) == 0);
	TAP_OK(strstr(text_of(&files, "dnsmasq-tftp.conf"), "\ntftp-root=\"/tftpboot\"\n"));
	TAP_OK(strstr(text_of(&files, "dnsmasq.conf"),
		      "dhcp-boot=tag:h192-168-1-100,\"/boot/base-1.nb\",,192.168.1.1\n"));
	b.hosts[1].boot_file = "/srv/own.nb";
	conf_files_free(&files);
	TAP_OK(conf_all(&b.o, &files, &err) == -EINVAL);
	TAP_OK(strstr(error_text(&err), "bellatrix") && strstr(error_text(&err), "/srv/own.nb"));
	error_clear(&err);
	end(&b);
}

static size_t count_lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static size_t lines_of_all(const struct bench *b, struct error *err)
{
	cleanup_conf_files struct conf_files files = { 0 };
	size_t n = 0;

	if (conf_all(&b->o, &files, err))
		return 0;
	for (size_t i = 0; i < files.n; i++)
		n += count_lines(str_text(&files.v[i].text));
	return n;
}

/* @value as domain, kernel arguments, root and boot file: refused, or without a line more than a harmless one. */
static void inject(const char *boot_server, const char *value)
{
	static const char *const what[] = { "domain", "kernel_args", "root", "boot_file" };
	cleanup_free char *root = mem_printf("/tftpboot/%s", value);
	cleanup_free char *boot = mem_printf("/tftpboot/boot/%s", value);

	for (int i = 0; i < 4; i++) {
		struct error err = ERROR_INIT;
		size_t plain, lines;
		struct bench b;

		begin(&b, "a 192.168.1.9 mac=02:00:00:00:00:01\n");
		b.o.boot_server = boot_server;
		set(&b, "domain", "x");
		b.hosts[0].kernel_args = "x";
		plain = lines_of_all(&b, &err);
		if (i == 0) {
			free(b.farm.settings.domain);
			b.farm.settings.domain = mem_strdup(value);
		}
		if (i == 1)
			b.hosts[0].kernel_args = value;
		if (i == 2)
			b.hosts[0].root = root;
		if (i == 3)
			b.hosts[0].boot_file = boot;
		lines = lines_of_all(&b, &err);
		tap_ok(plain > 10 && (err.status == -EINVAL || lines == plain),
		       "%s: %s %s: %zu lines, %zu without", boot_server, what[i],
		       err.status ? "is refused" : "stays on its line", lines, plain);
		error_clear(&err);
		end(&b);
	}
}

static void test_injection(const char *boot_server)
{
	inject(boot_server, "x\ndhcp-option=6,10.0.0.1");
	inject(boot_server, "x\r\nevil:ip=10.0.0.1:");
	inject(boot_server, "x\"; } EXPORT { Export_Id = 1; Path = \"/\"; #");
	inject(boot_server, "x\\\nevil");
	inject(boot_server, "\",192.168.1.66,\"");
}

/* In quotes everything is text: a quote cannot end them. */
static void test_quoting(void)
{
	cleanup_conf_files struct conf_files files = { 0 };
	struct error err = ERROR_INIT;
	struct bench b;

	begin(&b, "a 192.168.1.9 mac=02:00:00:00:00:01\n");
	b.hosts[0].kernel_args = "a\",6,\\10.0.0.1";
	TAP_OK(conf_all(&b.o, &files, &err) == 0);
	TAP_OK(strstr(text_of(&files, "dnsmasq.conf"), ",129,\"a\\\",6,\\\\10.0.0.1\"\n"));
	error_clear(&err);
	end(&b);
}

static void test_too_long(void)
{
	char args[300], *file;
	struct error err = ERROR_INIT;
	struct bench b;

	memset(args, 'x', sizeof(args));
	args[256] = '\0';
	begin(&b, "a 192.168.1.9 mac=02:00:00:00:00:01\n");
	b.hosts[0].kernel_args = args;
	TAP_OK(lines_of_all(&b, &err) == 0 && err.status == -EINVAL &&
	       strstr(error_text(&err), "255"));
	b.o.boot_server = "bootpd";
	TAP_OK(lines_of_all(&b, &err) == 0 && err.status == -EINVAL);
	b.hosts[0].kernel_args = args + 1;
	error_clear(&err);
	TAP_OK(lines_of_all(&b, &err) > 0 && !err.status);
	b.hosts[0].kernel_args = NULL;
	b.o.boot_server = "dnsmasq";
	file = mem_printf("/tftpboot/boot/%.130s", args);
	b.hosts[0].boot_file = file;
	TAP_OK(lines_of_all(&b, &err) == 0 && strstr(error_text(&err), "127"));
	free(file);
	error_clear(&err);
	end(&b);
}

static void test_without_mac(void)
{
	cleanup_conf_files struct conf_files files = { 0 };
	struct error err = ERROR_INIT;
	struct bench b;

	begin(&b, "a 192.168.1.9\nb 192.168.1.10 mac=02:00:00:00:00:01\n");
	TAP_OK(conf_all(&b.o, &files, &err) == 0);
	TAP_OK(!strstr(text_of(&files, "dnsmasq.conf"), "192.168.1.9,"));
	b.o.boot_server = "bootpd";
	conf_files_free(&files);
	TAP_OK(conf_all(&b.o, &files, &err) == 0);
	TAP_OK(!strstr(text_of(&files, "bootptab"), "192.168.1.9:") &&
	       strstr(text_of(&files, "bootptab"), "ip=192.168.1.10:"));
	error_clear(&err);
	end(&b);
}

static void message(const char *text, const char *program, const char *said)
{
	char copy[256];
	const char *p = NULL, *t = NULL;
	bool ok;

	snprintf(copy, sizeof(copy), "%s", text);
	ok = syslog_message_parse(copy, &p, &t);
	if (program)
		tap_ok(ok && strcmp(p, program) == 0 && strcmp(t, said) == 0, "syslog: %s", text);
	else
		tap_ok(!ok, "no syslog: %s", text);
}

static void test_syslog(void)
{
	message("<30>Nov 26 21:18:00 in.tftpd[17]: RRQ from 192.168.1.9 filename a: b", "in.tftpd",
		"RRQ from 192.168.1.9 filename a: b");
	message("<30>Nov 26 21:18:00 bootpd: found", "bootpd", "found");
	message("<30>bootpd: found", "bootpd", "found");
	message("<30>Nov 26 21:18:00 no colon", NULL, NULL);
	message("bootpd: found", NULL, NULL);
	message("<30", NULL, NULL);
	message("", NULL, NULL);
	message("<30>", NULL, NULL);
}

int main(void)
{
	test_golden("dnsmasq");
	test_golden("bootpd");
	test_tftp_root();
	test_injection("dnsmasq");
	test_injection("bootpd");
	test_quoting();
	test_too_long();
	test_without_mac();
	test_syslog();
	return tap_done();
}
