/* SPDX-License-Identifier: GPL-2.0-or-later */
/* qemu: see the header. */
#include "mkdcroot/try/qemu.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/json_file.h"
#include "mkdcroot/base/mem.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#define NOBODY	   65534
#define MONITOR_MS 10000
#define STOP_MS	   5000

/* The descriptors that QEMU finds, beside 0 and 1 (console) and 2 (errors). */
enum { FD_TAP = 3, FD_MONITOR, FD_ROM, FD_SCREENSHOT, FD_COUNT };

/* QEMU 7.2's, of the cards that have a boot ROM of ours. */
static const struct qemu_card cards[] = {
	{ "rtl8139", "rtl8139" },
	{ "ne2k_pci", "ne2k_pci" },
	{ "pcnet32", "pcnet" },
	{ "e1000", "e1000" },
	{ "e1000e", "e1000e" },
	/* Of QEMU's family the one whose id the ROM carries: SeaBIOS looks at nothing else. */
	{ "eepro100", "i82557b" },
	{ "tulip", "tulip" },
	{ "virtio_net", "virtio-net-pci" },
	{ "vmxnet3", "vmxnet3" },
};

#define N_CARDS (sizeof(cards) / sizeof(cards[0]))

const struct qemu_card *qemu_card_find(const char *nic, struct error *err)
{
	cleanup_str struct str all = STR_INIT;

	for (size_t i = 0; i < N_CARDS; i++) {
		if (strcmp(cards[i].nic, nic) == 0)
			return &cards[i];
		str_addf(&all, "%s%s", i ? ", " : "", cards[i].nic);
	}
	error_say(err, -EOPNOTSUPP,
		  "QEMU does not emulate the card %s: name one that it does by --nic (%s)", nic,
		  str_text(&all));
	return NULL;
}

void qemu_arguments(const struct qemu_options *o, struct strv *argv)
{
	char mac[MAC_TEXT_MAX];

	strv_add(argv, QEMU_PROGRAM);
	strv_add(argv, "-nodefaults");
	strv_add(argv, "-no-user-config");
	strv_add(argv, "-no-reboot");
	strv_add(argv, "-machine");
	strv_addf(argv, "pc,accel=%s", o->accel);
	strv_add(argv, "-cpu");
	strv_add(argv, strcmp(o->accel, "kvm") == 0 ? "host" : "max");
	strv_add(argv, "-m");
	strv_addf(argv, "%u", o->memory_mb);
	strv_add(argv, "-display");
	strv_add(argv, "none");
	strv_add(argv, "-vga");
	strv_add(argv, o->screenshot >= 0 ? "std" : "none");
	strv_add(argv, "-chardev");
	strv_add(argv, "stdio,id=console,signal=off");
	strv_add(argv, "-serial");
	strv_add(argv, "chardev:console");
	strv_add(argv, "-chardev");
	strv_addf(argv, "socket,id=monitor,fd=%d", FD_MONITOR);
	strv_add(argv, "-mon");
	strv_add(argv, "chardev=monitor,mode=control");
	if (o->screenshot >= 0) {
		strv_add(argv, "-add-fd");
		strv_addf(argv, "fd=%d,set=1", FD_SCREENSHOT);
	}
	strv_add(argv, "-netdev");
	strv_addf(argv, "tap,id=net,fd=%d", FD_TAP);
	strv_add(argv, "-device");
	strv_addf(argv, "%s,netdev=net,mac=%s,bootindex=0,romfile=/proc/self/fd/%d",
		  o->card->device, mac_format(&o->mac, mac), FD_ROM);
	strv_add(argv, "-sandbox");
	strv_add(argv, "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
}

/* --- start --- */

/* What the child has before it becomes QEMU. */
struct ends {
	int console, errors, monitor;
};

/* /dev/kvm's group is all that nobody needs for KVM. */
static int become_nobody(const char *accel)
{
	struct stat st;
	gid_t kvm;
	size_t n = 0;

	if (strcmp(accel, "kvm") == 0 && stat("/dev/kvm", &st) == 0) {
		kvm = st.st_gid;
		n = 1;
	}
	if (setgroups(n, &kvm) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
	    setresuid(NOBODY, NOBODY, NOBODY) < 0)
		return -errno;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

/* Put the descriptors where QEMU's arguments say; first out of each other's way. */
static int place_descriptors(const struct qemu_options *o, const struct ends *ends)
{
	const int from[FD_COUNT] = { ends->console, ends->console, ends->errors, o->tap,
				     ends->monitor, o->rom,	   o->screenshot };
	int high[FD_COUNT];

	for (int i = 0; i < FD_COUNT; i++) {
		high[i] = from[i] < 0 ? -1 : fcntl(from[i], F_DUPFD_CLOEXEC, 32);
		if (from[i] >= 0 && high[i] < 0)
			return -errno;
	}
	for (int i = 0; i < FD_COUNT; i++)
		if (high[i] >= 0 && dup2(high[i], i) < 0)
			return -errno;
	if (close_range(o->screenshot < 0 ? FD_SCREENSHOT : FD_COUNT, ~0u, 0) < 0)
		return -errno;
	return 0;
}

static _Noreturn void child_main(const struct qemu_options *o, const struct ends *ends,
				 char *const *argv)
{
	int rc;

	/* Ctrl-C is for us: QEMU is ended when the screenshot is taken. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_DFL);
	rc = place_descriptors(o, ends);
	if (!rc)
		rc = become_nobody(o->accel);
	if (!rc) {
		execvp(argv[0], argv);
		rc = -errno;
	}
	dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(-rc));
	_exit(127);
}

int qemu_start(struct qemu *q, const struct qemu_options *o, struct error *err)
{
	int console[2] = { -1, -1 }, monitor[2] = { -1, -1 }, errors[2] = { -1, -1 };
	cleanup_strv struct strv argv = STRV_INIT;
	int rc = 0;

	*q = (struct qemu)QEMU_INIT;
	qemu_arguments(o, &argv);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, console) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, monitor) < 0 ||
	    pipe2(errors, O_CLOEXEC) < 0)
		rc = -errno;
	if (!rc) {
		struct ends ends = { console[1], errors[1], monitor[1] };

		q->pid = fork();
		if (q->pid == 0)
			child_main(o, &ends, argv.v);
		rc = q->pid < 0 ? -errno : 0;
	}
	if (rc)
		q->pid = 0;
	q->console = console[0];
	q->monitor = monitor[0];
	q->errors = errors[0];
	cleanup_fdp(&console[1]);
	cleanup_fdp(&monitor[1]);
	cleanup_fdp(&errors[1]);
	if (!rc && (fcntl(q->console, F_SETFL, O_NONBLOCK) < 0 ||
		    fcntl(q->errors, F_SETFL, O_NONBLOCK) < 0))
		rc = -errno;
	if (rc) {
		qemu_stop(q);
		return error_set(err, rc, "start %s", argv.v[0]);
	}
	return 0;
}

/* --- monitor: QMP, one JSON object a line --- */

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* The answer to the command "shot"; other objects (greeting, events) are passed over.  1 when it came. */
static int take_answer(const char *line, struct error *err)
{
	cleanup_json json_t *answer = json_loads(line, 0, NULL);
	json_t *failure = json_object_get(answer, "error");
	const char *id = json_string_value(json_object_get(answer, "id"));

	if (!id || strcmp(id, "shot") != 0)
		return 0;
	if (!failure)
		return 1;
	return error_say(err, -EPROTO, "take the screenshot: QEMU says: %s",
			 json_string_value(json_object_get(failure, "desc")) ?: "no reason");
}

int qemu_screenshot(struct qemu *q, struct error *err)
{
	static const char commands[] = "{\"execute\":\"qmp_capabilities\"}\n"
				       "{\"execute\":\"screendump\",\"id\":\"shot\",\"arguments\":"
				       "{\"filename\":\"/dev/fdset/1\",\"format\":\"png\"}}\n";
	long long end = now_ms() + MONITOR_MS;
	cleanup_str struct str text = STR_INIT;
	struct pollfd fd = { .fd = q->monitor, .events = POLLIN };
	char byte;
	int rc = fs_write_all(q->monitor, commands, sizeof(commands) - 1);

	while (!rc) {
		long long left = end - now_ms();

		if (left <= 0 || poll(&fd, 1, (int)left) <= 0) {
			if (now_ms() >= end)
				rc = -ETIMEDOUT;
			continue;
		}
		if (read(q->monitor, &byte, 1) != 1)
			rc = -EPIPE;
		else if (byte != '\n')
			str_addc(&text, byte);
		else {
			rc = take_answer(str_text(&text), err);
			if (rc)
				return rc < 0 ? rc : 0;
			str_free(&text);
		}
	}
	return error_set(err, rc, "take the screenshot: ask QEMU");
}

/* --- end --- */

static char *how_it_ended(int status)
{
	if (WIFSIGNALED(status))
		return mem_printf("killed by signal %d", WTERMSIG(status));
	return mem_printf("exit status %d", WEXITSTATUS(status));
}

char *qemu_has_ended(struct qemu *q)
{
	int status;

	if (!q->pid || waitpid(q->pid, &status, WNOHANG) != q->pid)
		return NULL;
	q->pid = 0;
	return how_it_ended(status);
}

void qemu_stop(struct qemu *q)
{
	struct timespec pause = { .tv_nsec = 20000000 };
	long long end = now_ms() + STOP_MS;
	char *how = NULL;

	if (q->pid)
		kill(q->pid, SIGTERM);
	while (q->pid && !(how = qemu_has_ended(q)) && now_ms() < end)
		nanosleep(&pause, NULL);
	free(how);
	if (q->pid) {
		kill(q->pid, SIGKILL);
		while (waitpid(q->pid, NULL, 0) < 0 && errno == EINTR)
			;
		q->pid = 0;
	}
	cleanup_fdp(&q->console);
	cleanup_fdp(&q->errors);
	cleanup_fdp(&q->monitor);
}
