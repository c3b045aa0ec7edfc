/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trial_run: the first process of the trial's namespaces; when it ends, all in them ends. */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/interrupt.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/now.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/plan/mounting.h"
#include "mkdcroot/serve/farm_server.h"
#include "mkdcroot/try/console.h"
#include "mkdcroot/try/trial.h"
#include "mkdcroot/watch/boot_log.h"
#include "mkdcroot/watch/boot_packets.h"
#include "overlay/mounts.h"

#include <fcntl.h>
#include <mntent.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>

#define TICK_MS	   200
#define SERVER_FDS 16
/* A host that is in trouble and gets no further for so long will not come up. */
#define TROUBLE_MS 10000
/* For the rest of a line whose beginning says that all is lost. */
#define LINE_MS 500
/* What QEMU complains before it ends. */
#define ERRORS_KEEP 400

/* Places in run.marks.  From MARK_HOPELESS on nothing more comes behind them. */
enum mark { MARK_UNTIL, MARK_KERNEL, MARK_HOPELESS, MARK_COUNT = 10 };

struct run {
	const struct trial *t;
	const struct trial_options *o;
	struct trial_result *r;
	struct trial_facts *facts; /* of @r */
	bool ended;
	int parent; /* a pipe that ends with the process which started us */
	int wire;   /* packet socket */
	char *root; /* the host's, as in the farm */
	struct hosts_file hosts;
	struct strv own; /* addresses of the server */
	struct host host;
	struct console_mark marks[MARK_COUNT];
	struct console *console;
	struct boot_watch *watch;
	struct boot_packets *packets;
	struct boot_log *log;
	struct farm_server *servers;
	struct qemu qemu;
	struct str errors;
	enum boot_stage stage; /* reached so far, and when */
	uint64_t stage_ms;
	uint64_t ticked_ms;
	const char *hopeless; /* the mark that the console showed, and when */
	uint64_t hopeless_ms;
};

/* The first reason is the one that counts. */
static void end(struct run *x, enum trial_end how, const char *why)
{
	if (x->ended)
		return;
	x->ended = true;
	x->facts->end = how;
	x->facts->ended_ms = now_realtime_ms();
	snprintf(x->facts->why, sizeof(x->facts->why), "%s", why);
}

/* --- what is seen --- */

static void take_event(const struct boot_event *e, void *arg)
{
	struct run *x = arg;

	if (e->kind == EVENT_MOUNT_ASKED && !x->facts->mount_asked_ms)
		x->facts->mount_asked_ms = e->when_ms ?: now_realtime_ms();
	boot_watch_take(x->watch, e);
}

static void take_line(const char *daemon, const char *line, void *arg)
{
	struct run *x = arg;
	struct boot_event e;

	log_debug("%s: %s", daemon, line);
	if (boot_log_take(x->log, daemon, line, 0, &e))
		take_event(&e, x);
}

static void say(const struct boot_line *line, void *arg)
{
	const struct run *x = arg;

	if (line->say == SAY_TROUBLE)
		log_warn("%s: %s%s%s", x->host.name, line->text, line->hint ? ": " : "",
			 line->hint ? line->hint : "");
	else if (line->say == SAY_STAGE)
		log_info("%s: %s", x->host.name, line->text);
	else
		log_debug("%s: %s", x->host.name, line->text);
}

static void take_mark(int id, const char *line, void *arg)
{
	struct run *x = arg;
	struct boot_event up = { .kind = EVENT_UP, .ip = x->host.ip, .mac = x->host.mac };

	(void)line;
	if (id == MARK_KERNEL && !x->facts->kernel_ms)
		x->facts->kernel_ms = now_realtime_ms();
	if (id >= MARK_HOPELESS && id < MARK_COUNT && !x->hopeless) {
		x->hopeless = x->marks[id].text;
		x->hopeless_ms = now_realtime_ms();
	}
	if (id != MARK_UNTIL || x->ended)
		return;
	up.when_ms = x->facts->up_ms = now_realtime_ms();
	snprintf(up.text, sizeof(up.text), "%s", x->o->until);
	snprintf(up.source, sizeof(up.source), "console");
	take_event(&up, x);
	end(x, TRIAL_UP, "");
}

/* The texts that tell how it stands. */
static void set_marks(struct run *x)
{
	static const char *const known[MARK_COUNT] = {
		[MARK_KERNEL] = "Linux version ",
		[MARK_HOPELESS] = "Kernel panic - not syncing: ",
		"VFS: Unable to mount root fs",
		"(initramfs)",
		"You are in emergency mode",
		"Cannot open access to console, the root account is locked",
		"reboot: Power down",
	};
	size_t n = 0;

	for (; n < MARK_COUNT && (n == MARK_UNTIL || known[n]); n++)
		x->marks[n] = (struct console_mark){ known[n], (int)n };
	x->marks[MARK_UNTIL].text = x->o->until;
	x->console = console_new(x->marks, n, take_mark, x);
}

/* The line that the mark stands in, now that it is complete. */
static void end_hopeless(struct run *x)
{
	cleanup_strv struct strv lines = STRV_INIT;
	const char *line = x->hopeless;

	console_last(x->console, &lines);
	for (size_t i = 0; i < lines.n; i++)
		if (strstr(lines.v[i], x->hopeless))
			line = lines.v[i];
	end(x, TRIAL_CONSOLE, line);
}

/* --- mounts --- */

static int mount_new(const char *type, const char *target, const char *options, struct error *err)
{
	if (mount(type, target, type, MS_NOSUID | MS_NODEV, options) < 0)
		return error_set(err, -errno, "mount %s at %s", type, target);
	return 0;
}

/*
 * A mount in this namespace would keep the upper of a host in use that is unmounted outside, so none of the
 * farm's overlays stays here.  Slave mounts tell nobody of it.
 */
static void drop_overlays(const char *farm)
{
	cleanup_strv struct strv targets = STRV_INIT;
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *m;

	while (mounts && (m = getmntent(mounts)))
		if (strcmp(m->mnt_type, "overlay") == 0 && str_has_prefix(m->mnt_dir, farm) &&
		    m->mnt_dir[strlen(farm)] == '/')
			strv_add(&targets, m->mnt_dir);
	if (mounts)
		endmntent(mounts);
	while (targets.n) {
		umount2(targets.v[targets.n - 1], MNT_DETACH | UMOUNT_NOFOLLOW);
		free(targets.v[--targets.n]);
		targets.v[targets.n] = NULL;
	}
}

/* bootpd looks the server's own name up, and ends when nobody knows it. */
static int name_server(const char *address, struct error *err)
{
	cleanup_free char *text = mem_printf("127.0.0.1 localhost\n%s mkdcroot-try\n", address);
	int rc;

	if (sethostname("mkdcroot-try", 12) < 0)
		return error_set(err, -errno, "set the host name");
	rc = fs_create_file("/run/hosts", text, strlen(text), 0644, err);
	if (!rc && fs_exists("/etc/hosts") &&
	    mount("/run/hosts", "/etc/hosts", NULL, MS_BIND, NULL) < 0)
		rc = error_set(err, -errno, "mount at /etc/hosts");
	return rc;
}

/* /run hides the machine's own servers: their sockets, their D-Bus. */
static int make_mounts(struct run *x, struct error *err)
{
	const struct settings *s = &x->o->farm->settings;
	const struct host_state *state = x->o->state;
	cleanup_free char *lower = path_generation(s, state->layer, state->generation);
	struct overlay overlay = { lower, x->t->upper, x->t->work };
	int rc;

	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return error_set(err, -errno, "make the mounts private");
	rc = mount_new("proc", "/proc", NULL, err);
	if (rc)
		return rc;
	drop_overlays(s->farm);
	rc = mount_new("tmpfs", "/run", "mode=755", err);
	if (!rc && fs_exists("/var/lib/nfs"))
		rc = mount_new("tmpfs", "/var/lib/nfs", "mode=755", err);
	if (!rc)
		rc = fs_mkdir_p(TRIAL_SERVERS, 0700, err);
	if (!rc)
		rc = name_server(x->o->addresses.server, err);
	if (!rc)
		rc = mount_generation(s, state->layer, state->generation, err);
	return rc ? rc : overlay_mount(&overlay, x->root, err);
}

/* --- start --- */

static int start_servers(struct run *x, struct error *err)
{
	const struct trial_options *o = x->o;
	cleanup_free char *words = trial_kernel_words(o->own, o->addresses.server, x->root, o->nfs);
	struct served_host served = { .host = &x->host,
				      .root = x->root,
				      .boot_file = o->boot_file,
				      .fsid = o->state->fsid,
				      .kernel_args = words };
	struct farm_server_options options = { .farm = o->farm,
					       .interface = TRIAL_INTERFACE,
					       .address = o->addresses.server,
					       .netmask = o->addresses.netmask,
					       .boot_server = o->boot_server,
					       .nfs = true,
					       .dir = TRIAL_SERVERS,
					       .hosts = &served,
					       .n_hosts = 1,
					       .on_line = take_line,
					       .arg = x };

	return farm_server_start(&x->servers, &options, err);
}

/* The ROM in memory: QEMU, which is nobody, need not reach its path. */
static int open_rom(const char *path, struct error *err)
{
	cleanup_str struct str bytes = STR_INIT;
	cleanup_fd int fd = memfd_create("rom", MFD_CLOEXEC);
	int rc = fs_read_file(path, &bytes, err);

	if (!rc && fd < 0)
		rc = error_set(err, -errno, "get memory for the ROM");
	if (!rc) {
		rc = fs_write_all(fd, bytes.data, bytes.len);
		if (rc)
			error_set(err, rc, "copy the ROM %s", path);
	}
	return rc ? rc : steal_fd(&fd);
}

static int start_host(struct run *x, int tap, struct error *err)
{
	cleanup_fd int rom = open_rom(x->o->rom, err);
	struct qemu_options options = { .card = x->o->card,
					.mac = x->host.mac,
					.memory_mb = x->o->memory_mb,
					.accel = x->o->accel,
					.tap = tap,
					.rom = rom,
					.screenshot = x->o->screenshot };

	if (rom < 0)
		return rom;
	x->facts->started_ms = x->stage_ms = x->ticked_ms = now_realtime_ms();
	return qemu_start(&x->qemu, &options, err);
}

static int start(struct run *x, struct error *err)
{
	cleanup_fd int tap = -1;
	int rc = make_mounts(x, err);

	if (rc)
		return rc;
	tap = trial_net_make(&x->o->addresses, err);
	if (tap < 0)
		return tap;
	strv_add(&x->own, x->o->addresses.server);
	if (*x->o->addresses.router)
		strv_add(&x->own, x->o->addresses.router);
	x->watch = boot_watch_new(&x->hosts, &x->own, say, x);
	x->packets = boot_packets_new(take_event, x);
	x->log = boot_log_new();
	set_marks(x);
	x->wire = boot_packets_open(TRIAL_INTERFACE, err);
	if (x->wire < 0)
		return x->wire;
	rc = start_servers(x, err);
	return rc ? rc : start_host(x, tap, err);
}

/* --- the terminal --- */

/* Single keys, not echoed here; Ctrl-C stays ours. */
static bool open_keyboard(const struct run *x, struct termios *before)
{
	struct termios raw;

	if (!x->o->show_console || !isatty(STDIN_FILENO) || tcgetpgrp(STDIN_FILENO) != getpgrp() ||
	    tcgetattr(STDIN_FILENO, before) < 0)
		return false;
	raw = *before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_iflag &= ~(tcflag_t)(ICRNL | IXON);
	return tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
}

static void take_keys(const struct run *x)
{
	char keys[256];
	ssize_t n = read(STDIN_FILENO, keys, sizeof(keys));

	/* A console that takes no more loses them, as a serial line does. */
	if (n > 0 && write(x->qemu.console, keys, (size_t)n) < 0)
		return;
}

/* --- the loop --- */

static void take_console(struct run *x)
{
	char buf[4096];
	ssize_t n;

	while ((n = read(x->qemu.console, buf, sizeof(buf))) > 0) {
		if (x->o->log >= 0 && fs_write_all(x->o->log, buf, (size_t)n))
			log_debug("the console's log cannot be written");
		if (x->o->show_console && fs_write_all(STDOUT_FILENO, buf, (size_t)n))
			log_debug("the console cannot be shown");
		console_take(x->console, buf, (size_t)n);
	}
}

static void take_errors(struct run *x)
{
	char buf[512];
	ssize_t n;

	while ((n = read(x->qemu.errors, buf, sizeof(buf))) > 0)
		if (x->errors.len < ERRORS_KEEP)
			str_addn(&x->errors, buf, (size_t)n);
}

/* What it wrote before it ended is still to be read. */
static void look_at_qemu(struct run *x)
{
	cleanup_free char *how = qemu_has_ended(&x->qemu), *why = NULL;

	if (!how)
		return;
	take_console(x);
	take_errors(x);
	if (x->hopeless)
		end_hopeless(x);
	for (size_t i = 0; i < x->errors.len; i++)
		if (x->errors.data[i] < ' ')
			x->errors.data[i] = ' ';
	why = mem_printf("QEMU ended (%s)%s%s", how, x->errors.len ? ": " : "",
			 str_text(&x->errors));
	end(x, TRIAL_QEMU, why);
}

/* That something takes long is no sign that it will not come: an emulated computer is slow. */
static bool may_still_come(const char *trouble)
{
	static const char *const patient[] = { "file-stalled", "no-kernel", "no-mount", "no-init",
					       "no-up" };

	for (size_t i = 0; i < sizeof(patient) / sizeof(patient[0]); i++)
		if (strcmp(trouble, patient[i]) == 0)
			return true;
	return !*trouble;
}

/* What did not happen. */
static void look_at_clock(struct run *x)
{
	struct boot_progress p = { 0 };
	uint64_t now = now_realtime_ms();

	if (now - x->ticked_ms >= 1000) {
		boot_watch_tick(x->watch, now);
		x->ticked_ms = now;
	}
	boot_watch_progress(x->watch, x->host.name, &p);
	if (p.stage != x->stage || may_still_come(p.trouble)) {
		x->stage = p.stage;
		x->stage_ms = now;
	}
	if (x->hopeless && now - x->hopeless_ms >= LINE_MS)
		end_hopeless(x);
	if (now - x->stage_ms >= TROUBLE_MS)
		end(x, TRIAL_TROUBLE, "");
	if (now - x->facts->started_ms >= x->o->timeout_s * 1000ull)
		end(x, TRIAL_TIMEOUT, "");
	if (interrupt_signal())
		end(x, TRIAL_INTERRUPTED, "");
}

static void look_at_servers(struct run *x)
{
	cleanup_error struct error why = ERROR_INIT;

	if (farm_server_read(x->servers, &why))
		end(x, TRIAL_SERVER, error_text(&why));
	error_clear(&why);
	if (boot_packets_read(x->packets, x->wire, &why))
		end(x, TRIAL_SERVER, error_text(&why));
}

static void watch_until_end(struct run *x, bool keyboard)
{
	enum { PARENT, CONSOLE, ERRORS, WIRE, KEYBOARD, OWN };
	struct pollfd fds[OWN + SERVER_FDS] = {
		[PARENT] = { .fd = x->parent, .events = POLLIN },
		[CONSOLE] = { .fd = x->qemu.console, .events = POLLIN },
		[ERRORS] = { .fd = x->qemu.errors, .events = POLLIN },
		[WIRE] = { .fd = x->wire, .events = POLLIN },
		[KEYBOARD] = { .fd = keyboard ? STDIN_FILENO : -1, .events = POLLIN },
	};

	while (!x->ended) {
		size_t n = farm_server_fds(x->servers, fds + OWN, SERVER_FDS);

		if (poll(fds, OWN + n, TICK_MS) < 0 && errno != EINTR)
			end(x, TRIAL_SERVER, strerror(errno));
		/* The process that started us is gone: nobody waits for the result. */
		if (fds[PARENT].revents)
			_exit(1);
		if (fds[KEYBOARD].revents & POLLIN)
			take_keys(x);
		/* The servers first: their words explain what the console says. */
		look_at_servers(x);
		take_console(x);
		take_errors(x);
		look_at_qemu(x);
		look_at_clock(x);
	}
}

/* --- end --- */

static void take_screenshot(struct run *x)
{
	cleanup_error struct error why = ERROR_INIT;

	if (x->o->screenshot < 0)
		return;
	if (!x->qemu.pid)
		error_say(&why, -ECHILD, "take the screenshot: QEMU had ended");
	else
		qemu_screenshot(&x->qemu, &why);
	snprintf(x->r->screenshot_error, sizeof(x->r->screenshot_error), "%s",
		 why.status ? error_text(&why) : "");
}

static void write_last_lines(struct run *x)
{
	cleanup_strv struct strv lines = STRV_INIT;
	cleanup_str struct str text = STR_INIT;

	console_last(x->console, &lines);
	for (size_t i = 0; i < lines.n; i++)
		str_addf(&text, "%s\n", lines.v[i]);
	/* The end is what counts. */
	snprintf(x->r->console, sizeof(x->r->console), "%s",
		 str_text(&text) + (text.len >= sizeof(x->r->console)
					    ? text.len - sizeof(x->r->console) + 1
					    : 0));
}

static void finish(struct run *x)
{
	cleanup_error struct error ignored = ERROR_INIT;

	qemu_stop(&x->qemu);
	farm_server_stop(x->servers);
	/* What is kept of it is complete then. */
	mount_remove(x->root, &ignored);
	if (x->wire >= 0)
		close(x->wire);
	boot_packets_free(x->packets);
	boot_log_free(x->log);
	boot_watch_free(x->watch);
	console_free(x->console);
	strv_free(&x->own);
	str_free(&x->errors);
	free(x->root);
}

void trial_run(const struct trial *t, struct trial_result *r, int parent)
{
	cleanup_error struct error err = ERROR_INIT;
	struct run x = { .t = t,
			 .o = t->o,
			 .r = r,
			 .facts = &r->facts,
			 .parent = parent,
			 .wire = -1,
			 .host = *t->o->host,
			 .qemu = QEMU_INIT };
	struct termios before;
	bool keyboard;

	/* The servers' files are for whatever users they become. */
	umask(022);
	x.root = path_root(&t->o->farm->settings, &x.host.ip);
	x.hosts =
		(struct hosts_file){ .path = t->o->farm->settings.hosts, .host = &x.host, .n = 1 };
	r->status = start(&x, &err);
	if (r->status) {
		snprintf(r->error, sizeof(r->error), "%s", error_text(&err));
		finish(&x);
		return;
	}
	keyboard = open_keyboard(&x, &before);
	watch_until_end(&x, keyboard);
	if (keyboard)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	boot_watch_progress(x.watch, x.host.name, &x.facts->progress);
	take_screenshot(&x);
	write_last_lines(&x);
	finish(&x);
}
