/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_try: mkdcroot try NAME: boot a host in QEMU, through the whole chain, without changing it. */
#include "kernel-config/nics.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/json_file.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/commands.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/serve/daemon.h"
#include "mkdcroot/try/console.h"
#include "mkdcroot/try/running.h"
#include "mkdcroot/try/trial.h"
#include "overlay/mounts.h"
#include "rom/tools/nbi_read.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#define DEFAULT_NIC	"rtl8139"
#define DEFAULT_UNTIL	"login:"
#define DEFAULT_MEMORY	1024
#define DEFAULT_SECONDS 300

/* All that one trial needs, in the order in which it is found out. */
struct job {
	struct farm farm;
	struct host host; /* shares the strings of the farm's */
	struct settings own;
	struct host_state state;
	struct trial_options trial;
	char *boot_file, *rom;
	bool made_up_mac;
};

static void job_free(struct job *j)
{
	if (j->trial.log >= 0)
		close(j->trial.log);
	if (j->trial.screenshot >= 0)
		close(j->trial.screenshot);
	free(j->boot_file);
	free(j->rom);
	host_state_free(&j->state);
	settings_free(&j->own);
	farm_close(&j->farm);
}

#define cleanup_job __attribute__((cleanup(job_free)))

/* --- the command line --- */

static int number(const char *option, const char *text, unsigned int preset, unsigned int min,
		  unsigned int max, unsigned int *out, struct error *err)
{
	unsigned long value = preset;
	char *rest = NULL;

	if (text) {
		value = strtoul(text, &rest, 10);
		if (*text < '0' || *text > '9' || *rest || value < min || value > max)
			return error_say(err, -EINVAL, "--%s %s: a number from %u to %u, please",
					 option, text, min, max);
	}
	*out = (unsigned int)value;
	return 0;
}

static int choice(const char *option, const char *text, const char *const *words, struct error *err)
{
	cleanup_str struct str all = STR_INIT;

	for (; *words; words++) {
		if (strcmp(text, *words) == 0)
			return 0;
		str_addf(&all, "%s%s", all.len ? ", " : "", *words);
	}
	return error_say(err, -EINVAL, "--%s %s: one of %s, please", option, text, str_text(&all));
}

static int check_until(const char *text, struct error *err)
{
	if (!*text || strlen(text) > CONSOLE_MARK_MAX)
		return error_say(err, -EINVAL, "--until: a text of 1 to %d bytes, please",
				 CONSOLE_MARK_MAX);
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7F)
			return error_say(err, -EINVAL,
					 "--until: a control character cannot stand in it");
	return 0;
}

static int take_options(struct trial_options *t, const struct options *o, struct error *err)
{
	static const char *const versions[] = { "3", "4", NULL };
	static const char *const servers[] = { "dnsmasq", "bootpd", NULL };
	static const char *const accels[] = { "tcg", "kvm", NULL };

	t->until = o->until ? o->until : DEFAULT_UNTIL;
	t->accel = o->accel ? o->accel : "tcg";
	t->boot_server = o->boot_server ? o->boot_server : "dnsmasq";
	t->nfs = o->nfs ? o->nfs[0] : 0;
	t->show_console = isatty(STDOUT_FILENO) && !o->quiet && !o->json;
	if (number("memory", o->memory, DEFAULT_MEMORY, 64, 65536, &t->memory_mb, err) ||
	    number("timeout", o->timeout, DEFAULT_SECONDS, 1, 86400, &t->timeout_s, err) ||
	    check_until(t->until, err) || choice("accel", t->accel, accels, err) ||
	    choice("boot-server", t->boot_server, servers, err) ||
	    (o->nfs && choice("nfs", o->nfs, versions, err)))
		return err->status;
	return 0;
}

/* --- what is tried --- */

/* A card that is only emulated may have any address. */
static void make_up_mac(struct host *h)
{
	uint32_t ip = ntohl(h->ip.v4.s_addr);

	h->mac = (struct mac_addr){
		true, { 0x52, 0x54, 0x00, (uint8_t)(ip >> 16), (uint8_t)(ip >> 8), (uint8_t)ip }
	};
}

static int find_card(struct job *j, const char *wanted, struct error *err)
{
	cleanup_free char *path = fs_join(j->farm.settings.data, "nics");
	cleanup_nic_table struct nic_table table = NIC_TABLE_INIT;
	const char *name = wanted ? wanted : j->host.nic ? j->host.nic : DEFAULT_NIC;
	const struct nic *nic;
	int rc = nic_table_read(&table, path, err);

	if (rc)
		return rc;
	if (!wanted && !j->host.nic)
		log_info("%s has no nic in the hosts file: tried with the card " DEFAULT_NIC
			 " (--nic names another)",
			 j->host.name);
	nic = nic_table_get(&table, name, err);
	if (!nic)
		return err->status;
	j->trial.card = qemu_card_find(nic->name, err);
	if (!j->trial.card)
		return err->status;
	j->rom = mem_printf("%s/roms/%s.rom", j->farm.settings.data, nic->name);
	return 0;
}

/* Who the host is, what was made for it, and what it boots. */
static int find_host(struct job *j, const struct options *o, struct error *err)
{
	const struct host *h;
	int rc = farm_find(&j->farm, o->args.v[0], &h, err);

	if (rc)
		return rc;
	j->host = *h;
	rc = settings_for_host(&j->own, &j->farm.settings, h, err);
	if (!rc)
		rc = host_state_read(&j->state, &j->farm.settings, h->name, err);
	if (!rc)
		rc = find_card(j, o->nic, err);
	if (rc)
		return rc;
	j->boot_file = host_setting(h, "boot_file")
			       ? mem_strdup(j->own.boot_file)
			       : path_image(&j->farm.settings, j->state.layer, j->state.generation);
	if (!j->host.mac.set) {
		make_up_mac(&j->host);
		j->made_up_mac = true;
	}
	trial_addresses_find(&j->trial.addresses, &j->own, &h->ip);
	j->trial.farm = &j->farm;
	j->trial.host = &j->host;
	j->trial.state = &j->state;
	j->trial.own = &j->own;
	j->trial.boot_file = j->boot_file;
	j->trial.rom = j->rom;
	return 0;
}

/* --- preflight: all that is missing, at once --- */

static void need_program(struct strv *missing, const char *program, const char *packages)
{
	cleanup_free char *path = daemon_program(program);

	if (!path)
		strv_addf(missing, "%s is not installed: apt-get install %s", program, packages);
}

static void need_programs(struct strv *missing, const char *boot_server)
{
	need_program(missing, QEMU_PROGRAM, "qemu-system-x86");
	if (strcmp(boot_server, "bootpd") == 0) {
		need_program(missing, "bootpd", "bootp");
		need_program(missing, "in.tftpd", "tftpd-hpa");
	} else {
		need_program(missing, "dnsmasq", "dnsmasq-base");
	}
	need_program(missing, "ganesha.nfsd", "nfs-ganesha nfs-ganesha-vfs");
	need_program(missing, "rpcbind", "rpcbind");
	need_program(missing, "rsync", "rsync");
}

/* Whether others may read it is for the TFTP server to find. */
static void need_image(struct strv *missing, const struct job *j)
{
	cleanup_fd int fd = open(j->boot_file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	cleanup_nbi_image struct nbi_image image = { 0 };
	cleanup_error struct error why = ERROR_INIT;

	if (fd < 0 && errno == ENOENT)
		strv_addf(missing, "there is no tagged image %s: mkdcroot image %s", j->boot_file,
			  j->host.name);
	else if (fd < 0)
		strv_addf(missing, "open the tagged image %s: %s", j->boot_file, strerror(errno));
	else if (nbi_image_read(fd, j->boot_file, &image, &why))
		strv_addf(missing, "%s", error_text(&why));
	else if (image.kind == NBI_KIND_TAGGED && image.n_problems)
		strv_addf(missing, "the tagged image %s is damaged (%s): mkdcroot image %s",
			  j->boot_file, image.problems[0].text, j->host.name);
}

static void need_devices(struct strv *missing, const struct job *j)
{
	if (!fs_exists("/dev/net/tun"))
		strv_add(missing, "there is no /dev/net/tun: modprobe tun");
	if (strcmp(j->trial.accel, "kvm") == 0 && !fs_exists("/dev/kvm"))
		strv_add(missing, "there is no /dev/kvm: modprobe kvm_intel or kvm_amd, or leave "
				  "--accel kvm out");
}

static int preflight(struct job *j, bool dry_run, struct error *err)
{
	cleanup_free char *running = running_evidence(&j->host.ip);
	cleanup_strv struct strv missing = STRV_INIT, warnings = STRV_INIT;
	cleanup_str struct str all = STR_INIT;
	int rc;

	if (running)
		return error_say(err, -EBUSY,
				 "%s is running (%s): its root would be copied while it changes; "
				 "shut it down first",
				 j->host.name, running);
	need_programs(&missing, j->trial.boot_server);
	need_image(&missing, j);
	if (!fs_exists(j->rom))
		strv_addf(&missing, "there is no boot ROM %s: make rom NIC=%s && make install",
			  j->rom, j->trial.card->nic);
	need_devices(&missing, j);
	for (size_t i = 0; i < missing.n; i++)
		str_addf(&all, "%s%s", i ? "\n" : "", missing.v[i]);
	if (missing.n)
		return error_say(err, -ENOENT, "%s", str_text(&all));
	if (dry_run)
		return 0;
	/* Loads modules and writes a probe, so it comes last. */
	rc = mounts_preflight(j->farm.settings.store, &warnings, err);
	for (size_t i = 0; !rc && i < warnings.n; i++)
		log_warn("%s", warnings.v[i]);
	return rc;
}

static int open_output(int *fd, const char *option, const char *path, struct error *err)
{
	if (!path)
		return 0;
	*fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0644);
	return *fd < 0 ? error_set(err, -errno, "write --%s %s", option, path) : 0;
}

/* --- the report --- */

static void print_verdict(const struct job *j, const struct trial_verdict *v,
			  const struct trial_result *r)
{
	if (j->trial.show_console)
		putchar('\n');
	for (int i = 0; i < TRIAL_STAGES; i++) {
		const char *title = trial_stage_title((enum trial_stage)i);

		if (v->stage_ms[i] >= 0)
			printf("%-18s %7.1f s\n", title, (double)v->stage_ms[i] / 1000);
		else
			printf("%-18s %9s\n", title,
			       !v->up && v->failed == (enum trial_stage)i ? "failed" : "-");
	}
	printf("%-18s %7.1f s\n", "all", (double)v->total_ms / 1000);
	if (!v->up && *r->console && !j->trial.show_console)
		printf("\nthe console's last lines:\n%s", r->console);
}

static json_t *lines_json(const char *text)
{
	cleanup_strv struct strv lines = STRV_INIT;
	json_t *out = json_array();

	strv_split(&lines, text, "\n");
	for (size_t i = 0; i < lines.n; i++)
		json_array_append_new(out, json_string(lines.v[i]));
	return out;
}

static void print_json(const struct job *j, const struct trial_verdict *v,
		       const struct trial_result *r, const char *kept)
{
	json_t *times = json_object();
	cleanup_json json_t *out = NULL;

	for (int i = 0; i < TRIAL_STAGES; i++)
		json_object_set_new(times, trial_stage_name((enum trial_stage)i),
				    v->stage_ms[i] < 0 ? json_null()
						       : json_integer(v->stage_ms[i]));
	out = json_pack("{s:s, s:b, s:s, s:s, s:s, s:s, s:o, s:I, s:o, s:s?, s:s?}", "host",
			j->host.name, "up", v->up, "nic", j->trial.card->nic, "server",
			j->trial.addresses.server, "image", j->boot_file, "boot_server",
			j->trial.boot_server, "stage_ms", times, "total_ms",
			(json_int_t)v->total_ms, "console", lines_json(r->console), "failed",
			v->up ? NULL : trial_stage_name(v->failed), "kept", kept);
	if (!v->up)
		json_object_update_new(out,
				       json_pack("{s:s, s:s, s:s?}", "reason", v->reason, "trouble",
						 r->facts.progress.trouble, "hint", v->hint));
	json_dumpf(out, stdout, JSON_INDENT(2));
	putchar('\n');
}

static void say_kept(const char *kept, const struct host *h)
{
	log_info("what %s wrote is kept in %s/upper, its own files over the layer's: look into it, "
		 "and delete it (rm -r) when it is no longer wanted; the next --keep replaces it",
		 h->name, kept);
}

static int report(const struct job *j, const struct trial_result *r, const char *kept,
		  const struct options *o, struct error *err)
{
	struct trial_verdict v;

	trial_verdict_make(&v, &r->facts);
	if (o->json)
		print_json(j, &v, r, kept);
	else if (!o->quiet)
		print_verdict(j, &v, r);
	if (kept && !o->json)
		say_kept(kept, &j->host);
	if (o->screenshot && *r->screenshot_error)
		log_warn("%s", r->screenshot_error);
	if (v.up)
		return EXIT_OK;
	if (r->facts.end == TRIAL_INTERRUPTED)
		error_say(err, -EINTR, "try %s: %s", j->host.name, v.reason);
	else
		error_say(err, -EIO, "try %s: %s failed: %s%s%s", j->host.name,
			  trial_stage_title(v.failed), v.reason, v.hint ? "\nlook at: " : "",
			  v.hint ? v.hint : "");
	return EXIT_FAILED;
}

/* --- the trial --- */

static void print_plan(const struct job *j)
{
	const struct trial_options *t = &j->trial;
	cleanup_free char *dir = path_trial(&j->farm.settings, j->host.name);
	cleanup_free char *upper = path_host_upper(&j->farm.settings, j->host.name);

	printf("1. copy %s to %s, over generation %u of layer %s\n", upper, dir,
	       j->state.generation, j->state.layer);
	printf("2. in namespaces of their own: %s, nfs-ganesha as %s, serving %s\n", t->boot_server,
	       t->addresses.server, j->boot_file);
	printf("3. boot a computer with the card %s, the ROM %s and %u MB of memory, for %u s at "
	       "most, until its console says '%s'\n",
	       t->card->device, j->rom, t->memory_mb, t->timeout_s, t->until);
	printf("4. delete the copy\n");
}

/* From the copy on. */
static int run_trial(struct job *j, const struct options *o, struct error *err)
{
	cleanup_free char *kept = o->keep ? path_kept(&j->farm.settings, j->host.name) : NULL;
	struct trial_result *r = mem_new(sizeof(*r));
	cleanup_error struct error closing = ERROR_INIT;
	struct trial t;
	int rc = trial_open(&t, &j->trial, err);
	int status = EXIT_FAILED;

	/* Others may work on the farm while the host boots. */
	close(j->farm.lock);
	j->farm.lock = -1;
	if (!rc) {
		log_info("%s boots in QEMU%s%s", j->host.name,
			 j->trial.show_console ? "; Ctrl-C ends it" : "",
			 j->made_up_mac ? ", with a made-up MAC, for its own is not known" : "");
		rc = trial_boot(&t, r, err);
	}
	if (trial_close(&t, o->keep && !rc, &closing) && !rc)
		rc = error_say(err, closing.status, "%s", error_text(&closing));
	if (rc)
		error_wrap(err, "try %s", j->host.name);
	else
		status = report(j, r, kept, o, err);
	free(r);
	return status;
}

int cmd_try(const struct options *o, struct error *err)
{
	cleanup_job struct job j = { .farm.lock = -1, .trial = { .log = -1, .screenshot = -1 } };
	struct trial_options *t = &j.trial;

	if (take_options(t, o, err))
		return EXIT_USAGE;
	if (command_farm(&j.farm, o, true, err) || find_host(&j, o, err))
		return EXIT_FAILED;
	if (preflight(&j, o->dry_run, err))
		return EXIT_FAILED;
	if (o->dry_run) {
		print_plan(&j);
		return EXIT_OK;
	}
	if (open_output(&t->log, "log", o->log, err) ||
	    open_output(&t->screenshot, "screenshot", o->screenshot, err))
		return EXIT_FAILED;
	return run_trial(&j, o, err);
}
