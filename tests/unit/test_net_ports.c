/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_net_ports: the kernel's tables of sockets, as they are and as they must not be; what is made of them. */
#include "mkdcroot/base/mem.h"
#include "mkdcroot/plan/net_ports.h"
#include "mkdcroot/plan/service_status.h"
#include "mkdcroot/plan/services_table.h"
#include "tests/unit/tap.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAD                                                                                  \
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  " \
	"timeout inode ref pointer drops\n"
#define TAIL " 00000000:00000000 00:00000000 00000000     0        0 4711 2 0000000000000000 0\n"

static void parse(struct net_ports *out, const char *text, bool tcp, bool ipv6)
{
	/* Without a terminating NUL: a read beyond the end is seen by the sanitizer. */
	size_t len = strlen(text);
	char *copy = malloc(len + !len);

	memcpy(copy, text, len);
	net_ports_parse(out, copy, len, tcp, ipv6);
	free(copy);
}

static bool is_local(const struct net_port *p, const char *text)
{
	struct in6_addr want;

	return inet_pton(AF_INET6, text, &want) == 1 && memcmp(&want, &p->local, sizeof(want)) == 0;
}

static void test_forms(void)
{
	cleanup_net_ports struct net_ports all = { 0 };

	parse(&all,
	      HEAD "  117: 00000000:0043 00000000:0000 07" TAIL
		   "    0: 0100007F:0045 00000000:0000 07" TAIL
		   "    1: 0101A8C0:0045 0201A8C0:0045 01" TAIL,
	      false, false);
	tap_ok(all.n == 2, "two UDP sockets wait, the connected one does not");
	TAP_OK(all.port[0].port == 67 && all.port[0].any && all.port[0].inode == 4711);
	TAP_OK(all.port[1].port == 69 && !all.port[1].any &&
	       is_local(&all.port[1], "::ffff:127.0.0.1"));
	parse(&all,
	      HEAD
	      "   0: 00000000000000000000000000000000:0801 00000000000000000000000000000000:0000 "
	      "0A" TAIL "   1: 00000000000000000000000001000000:006F "
	      "00000000000000000000000000000000:0000 0A" TAIL
	      "   2: 0000000000000000FFFF00000101A8C0:0801 00000000000000000000000000000000:0000 "
	      "0a" TAIL "   3: 000080FE000000000000000001000000:0801 "
	      "00000000000000000000000000000000:0000 06" TAIL,
	      true, true);
	tap_ok(all.n == 5, "three TCP sockets listen, the one in TIME_WAIT does not");
	TAP_OK(all.port[2].tcp && all.port[2].any && all.port[2].port == 2049);
	TAP_OK(is_local(&all.port[3], "::1") && !all.port[3].any);
	TAP_OK(is_local(&all.port[4], "::ffff:192.168.1.1"));
}

static void test_hostile(void)
{
	static const char *const texts[] = {
		"",
		"\n\n\n",
		HEAD,
		"   0: 0000000:0043 00000000:0000 07" TAIL,
		"   0: 000000000:0043 00000000:0000 07" TAIL,
		"   0: 00000000:43 00000000:0000 07" TAIL,
		"   0: 00000000:00043 00000000:0000 07" TAIL,
		"   0: 0000000G:0043 00000000:0000 07" TAIL,
		"   0: 00000000:0000 00000000:0000 07" TAIL,
		"   0: 00000000:0043 00000000:0000 0",
		"   0: 00000000:0043 00000000:0000 07",
		"   0: 00000000:0043 00000000:",
		"   0: 00000000:0043",
		"   0:",
		"   0 00000000:0043 00000000:0000 07" TAIL,
		"   -1: 00000000:0043 00000000:0000 07" TAIL,
		"   0: 00000000000000000000000000000000:0043 00000000000000000000000000000000:0000 "
		"07" TAIL,
		"999999999999999999999999999999999999",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		cleanup_net_ports struct net_ports all = { 0 };

		parse(&all, texts[i], false, false);
		tap_ok(all.n == 0, "line %zu is passed over", i);
	}
}

/* The inode number of "...07 " and @rest. */
static unsigned long inode_of(const char *rest)
{
	cleanup_net_ports struct net_ports all = { 0 };
	char *line = mem_printf("   0: 00000000:0043 00000000:0000 07 %s", rest);
	unsigned long inode;

	parse(&all, line, false, false);
	inode = all.n == 1 ? all.port[0].inode : ~0ul;
	free(line);
	return inode;
}

static void test_inode(void)
{
	TAP_OK(inode_of("0:0 0:0 0 0 0 12") == 12);
	TAP_OK(inode_of("0:0 0:0 0     0        0 12 2 0") == 12);
	TAP_OK(inode_of("0:0 0:0 0 0 0") == 0);
	TAP_OK(inode_of("") == 0);
	TAP_OK(inode_of("0:0 0:0 0 0 0 99999999999999999999999") == 0);
	TAP_OK(inode_of("0:0 0:0 0 0 0 -5") == 0);
	TAP_OK(inode_of("0:0 0:0 0 0 0 5x") == 0);
}

/* A socket of our own is found, with our own name; a name with control characters is not shown as it is. */
static void test_own(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001) };
	cleanup_net_ports struct net_ports all = { 0 };
	socklen_t len = sizeof(at);
	const struct net_port *found = NULL;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	uint16_t port;

	prctl(PR_SET_NAME, "a\033[2Jb");
	TAP_OK(bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 &&
	       getsockname(fd, (struct sockaddr *)&at, &len) == 0);
	port = ntohs(at.sin_port);
	net_ports_read(&all);
	net_ports_find_owners(&all, &port, 1);
	for (size_t i = 0; i < all.n; i++)
		if (all.port[i].port == port && !all.port[i].tcp)
			found = &all.port[i];
	TAP_OK(found && !found->any && is_local(found, "::ffff:127.0.0.1"));
	TAP_OK(found && found->owners.n == 1 && strcmp(found->owners.v[0], "a?[2Jb") == 0);
	TAP_OK(net_ports_process_runs("a?[2Jb") && !net_ports_process_runs("no such thing"));
	close(fd);
}

static void expect_state(const char *text, bool ipv6, const char *server, enum service_state state,
			 const char *where)
{
	cleanup_net_ports struct net_ports all = { 0 };
	cleanup_strv struct strv owners = STRV_INIT;
	cleanup_str struct str at = STR_INIT;

	parse(&all, text, false, ipv6);
	tap_ok(service_state_of(&all, 69, false, server, &at, &owners) == state &&
		       strcmp(str_text(&at), where) == 0,
	       "state %d at '%s': %s", state, server, str_text(&at));
}

static void test_state(void)
{
#define V6 "00000000000000000000000000000000:0000 07" TAIL
	expect_state("", false, "192.168.1.1", SERVICE_DOWN, "");
	expect_state("0: 00000000:0045 00000000:0000 07" TAIL, false, "192.168.1.1", SERVICE_UP,
		     "0.0.0.0");
	expect_state("0: 0101A8C0:0045 00000000:0000 07" TAIL, false, "192.168.1.1", SERVICE_UP,
		     "192.168.1.1");
	expect_state("0: 0101A8C0:0045 00000000:0000 07" TAIL, false, "10.0.0.1",
		     SERVICE_OTHER_ADDRESS, "192.168.1.1");
	expect_state("0: 0100007F:0045 00000000:0000 07" TAIL, false, "192.168.1.1",
		     SERVICE_OTHER_ADDRESS, "127.0.0.1");
	expect_state("0: 0100007F:0045 00000000:0000 07" TAIL, false, "", SERVICE_OTHER_ADDRESS,
		     "127.0.0.1");
	expect_state("0: 0101A8C0:0045 00000000:0000 07" TAIL, false, "", SERVICE_UP,
		     "192.168.1.1");
	expect_state("0: 0100007F:0045 00000000:0000 07" TAIL
		     "1: 0101A8C0:0045 00000000:0000 07" TAIL,
		     false, "192.168.1.1", SERVICE_UP, "127.0.0.1, 192.168.1.1");
	expect_state("0: 00000000000000000000000000000000:0045 " V6, true, "192.168.1.1",
		     SERVICE_UP, "::");
	expect_state("0: 00000000000000000000000001000000:0045 " V6, true, "",
		     SERVICE_OTHER_ADDRESS, "::1");
	expect_state("0: 00000000000000000000000000000000:0043 " V6, true, "", SERVICE_DOWN, "");
}

static void expect_words(const char *names, const char *words)
{
	cleanup_strv struct strv owners = STRV_INIT;
	char *text;

	strv_split(&owners, names, " ");
	text = service_owners_in_words(&owners);
	tap_ok(strcmp(text, words) == 0, "%s: %s", names, text);
	free(text);
}

static void test_words(void)
{
	expect_words("", "");
	expect_words("bootpd", "bootpd");
	expect_words("inetd", "inetd, which starts it when it is asked");
	expect_words("inetd tcpd", "inetd, which starts it when it is asked");
	expect_words("inetd bootpd", "bootpd (from inetd)");
	expect_words("xinetd in.tftpd", "in.tftpd (from xinetd)");
	expect_words("systemd", "systemd (socket unit), which starts it when it is asked");
	expect_words("rpcbind systemd", "rpcbind (socket unit of systemd)");
}

static void expect_distribution(const char *os_release, const char *name)
{
	const struct distribution *d = distribution_find(os_release);

	tap_ok(name ? d && strcmp(d->name, name) == 0 : !d, "distribution %s",
	       d ? d->name : "not known");
}

static void test_distributions(void)
{
	expect_distribution("NAME=x\nID=debian\n", "Debian 12");
	expect_distribution("ID=ubuntu\nID_LIKE=debian\n", "Ubuntu");
	expect_distribution("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", "Fedora, RHEL");
	expect_distribution("ID_LIKE=\"suse opensuse\"\nID=\"opensuse-leap\"\n", "openSUSE");
	expect_distribution("ID=alpine\r\n", "Alpine");
	expect_distribution("ID='arch'", "Arch Linux");
	expect_distribution("ID=slackware\n", "Slackware");
	expect_distribution("ID=raspbian\nID_LIKE=debian\n", "Debian 12");
	expect_distribution("ID=plan9\nNAME=debian\n", NULL);
	expect_distribution("", NULL);
	expect_distribution("ID=\n", NULL);
	for (const struct distribution *d = distributions; d->name; d++)
		tap_ok(d->tested == (strcmp(d->name, "Debian 12") == 0), "%s: %s", d->name,
		       d->tested ? "tested" : "untested");
}

static void test_versions(void)
{
	TAP_OK(settings_want_nfs3("3", "vers=4") && !settings_want_nfs3("4", "vers=3"));
	TAP_OK(!settings_want_nfs3("", "vers=4,rsize=65536") && settings_want_nfs3("", "vers=3"));
	TAP_OK(!settings_want_nfs3("", "nfsvers=4.2") && settings_want_nfs3("", "rsize=65536"));
	TAP_OK(settings_want_nfs3("", "") && !settings_want_nfs3("", "v4.1"));
}

int main(void)
{
	test_forms();
	test_hostile();
	test_inode();
	test_own();
	test_state();
	test_words();
	test_distributions();
	test_versions();
	return tap_done();
}
