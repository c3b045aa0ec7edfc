/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trial: the part outside of the namespaces. */
#include "mkdcroot/try/trial.h"
#include "mkdcroot/base/child.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/interrupt.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/progress.h"
#include "mkdcroot/model/paths.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* Left free beside the copy: the host writes during its boot. */
#define SPARE_BYTES (128ull << 20)

/* --- lock --- */

/* The lock of a trial's directory @dir, or -EWOULDBLOCK when it is held. */
static int lock_dir(const char *dir, int flags)
{
	cleanup_free char *path = fs_join(dir, "lock");
	cleanup_fd int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return -errno;
	return steal_fd(&fd);
}

/* The lock goes last: until then nobody else takes the directory for a leftover. */
static int remove_dir(const char *dir, struct error *err)
{
	static const char *const names[] = { "upper", "work", "" };
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(names) / sizeof(names[0]); i++) {
		cleanup_free char *path = fs_join(dir, names[i]);

		rc = fs_remove_tree(*names[i] ? path : dir, err);
	}
	return rc;
}

void trial_sweep(const struct settings *s)
{
	cleanup_free char *top = path_trial(s, "");
	cleanup_dir DIR *list = opendir(top);
	struct dirent *e;

	while (list && (e = readdir(list))) {
		cleanup_error struct error why = ERROR_INIT;
		cleanup_free char *dir = path_trial(s, e->d_name);
		cleanup_fd int lock = -1;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		lock = lock_dir(dir, 0);
		if (lock < 0 && lock != -ENOENT)
			continue;
		log_debug("delete what an interrupted trial of %s left", e->d_name);
		if (remove_dir(dir, &why))
			log_warn("%s", error_text(&why));
	}
}

/* --- the copy --- */

static int check_space(const char *upper, const char *dir, struct error *err)
{
	unsigned long long need = fs_disk_usage(upper) + SPARE_BYTES;
	char bytes[16], left[16];
	struct statvfs fs;

	if (statvfs(dir, &fs) < 0)
		return error_set(err, -errno, "look at the file system of %s", dir);
	if ((unsigned long long)fs.f_bavail * fs.f_frsize >= need)
		return 0;
	return error_say(err, -ENOSPC,
			 "the copy of %s needs %s in %s, and there are %s: make room in the store",
			 upper, progress_bytes(need, bytes), dir,
			 progress_bytes((unsigned long long)fs.f_bavail * fs.f_frsize, left));
}

/*
 * The extended attributes that tie an upper's inodes to their own numbers and to its index do not hold for a
 * copy; without them it fits every generation (Documentation/filesystems/overlayfs.rst).  The path-based
 * ones (opaque, redirect, whiteouts) are what the host changed, and stay.
 */
static int copy_upper(const struct trial *t, const char *upper, struct error *err)
{
	cleanup_free char *from = mem_printf("%s/", upper), *to = mem_printf("%s/", t->upper);
	const char *const argv[] = { "rsync",
				     "-aHAXS",
				     "--numeric-ids",
				     "--filter=-x trusted.overlay.origin",
				     "--filter=-x trusted.overlay.nlink",
				     "--filter=-x trusted.overlay.impure",
				     from,
				     to,
				     NULL };

	return child_run_argv(argv, err);
}

int trial_open(struct trial *t, const struct trial_options *o, struct error *err)
{
	const struct settings *s = &o->farm->settings;
	cleanup_free char *upper = path_host_upper(s, o->host->name);
	int rc;

	*t = (struct trial){ .o = o, .lock = -1 };
	t->dir = path_trial(s, o->host->name);
	t->upper = fs_join(t->dir, "upper");
	t->work = fs_join(t->dir, "work");
	rc = fs_mkdir_p(t->dir, 0700, err);
	if (rc)
		return rc;
	t->lock = lock_dir(t->dir, O_CREAT);
	if (t->lock == -EWOULDBLOCK)
		return error_say(err, -EBUSY, "another trial of %s is running: wait for its end",
				 o->host->name);
	if (t->lock < 0)
		return error_set(err, t->lock, "lock %s", t->dir);
	rc = fs_remove_tree(t->upper, err) ?: fs_remove_tree(t->work, err);
	if (!rc)
		rc = check_space(upper, t->dir, err);
	if (!rc)
		rc = fs_mkdir_p(t->upper, 0755, err) ?: fs_mkdir_p(t->work, 0700, err);
	if (!rc)
		rc = copy_upper(t, upper, err);
	return rc ? error_wrap(err, "copy %s", upper) : 0;
}

static int keep_copy(struct trial *t, struct error *err)
{
	const struct settings *s = &t->o->farm->settings;
	cleanup_free char *kept = path_kept(s, t->o->host->name);
	cleanup_free char *to = fs_join(kept, "upper");
	int rc = fs_remove_tree(kept, err);

	if (!rc)
		rc = fs_mkdir_p(kept, 0700, err);
	return rc ? rc : fs_rename(t->upper, to, err);
}

int trial_close(struct trial *t, bool keep, struct error *err)
{
	int rc = 0;

	/* Without the lock the directory is another's. */
	if (t->lock >= 0 && keep)
		rc = keep_copy(t, err);
	if (t->lock >= 0 && !rc)
		rc = remove_dir(t->dir, err);
	cleanup_fdp(&t->lock);
	free(t->dir);
	free(t->upper);
	free(t->work);
	*t = (struct trial){ .lock = -1 };
	return rc;
}

/* --- the namespaces --- */

/* As fork(2), into namespaces of its own. */
static pid_t fork_apart(void)
{
	struct clone_args args = { .flags = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID |
					    CLONE_NEWUTS | CLONE_NEWIPC,
				   .exit_signal = SIGCHLD };

	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

/* A signal that only this process got goes on to the first process of the namespaces. */
static int await(pid_t pid)
{
	cleanup_fd int fd = pidfd_open(pid, 0);
	struct pollfd ended = { .fd = fd, .events = POLLIN };
	bool told = false;
	int status;

	while (fd >= 0 && poll(&ended, 1, 200) <= 0)
		if (interrupt_signal() && !told)
			told = kill(pid, SIGTERM) == 0;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static int boot(struct trial *t, struct trial_result *r, int alive[2], struct error *err)
{
	pid_t pid;
	int status;

	fflush(stdout);
	fflush(stderr);
	pid = fork_apart();
	if (pid < 0)
		return error_set(err, -errno, "make namespaces for the trial");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(alive[1]);
		trial_run(t, r, alive[0]);
		_exit(0);
	}
	cleanup_fdp(&alive[0]);
	status = await(pid);
	if (WIFEXITED(status) && WEXITSTATUS(status))
		return error_say(err, -ECHILD, "the process of the trial ended with status %d",
				 WEXITSTATUS(status));
	if (WIFSIGNALED(status))
		return error_say(err, -ECHILD, "the process of the trial was killed by signal %d",
				 WTERMSIG(status));
	return r->status ? error_say(err, r->status, "%s", r->error) : 0;
}

int trial_boot(struct trial *t, struct trial_result *r, struct error *err)
{
	struct trial_result *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
					   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int alive[2] = { -1, -1 };
	int rc;

	if (shared == MAP_FAILED)
		return error_set(err, -errno, "get memory for the result");
	if (pipe2(alive, O_CLOEXEC) < 0)
		rc = error_set(err, -errno, "make a pipe");
	else
		rc = boot(t, shared, alive, err);
	cleanup_fdp(&alive[0]);
	cleanup_fdp(&alive[1]);
	*r = *shared;
	munmap(shared, sizeof(*shared));
	return rc;
}

/* --- the kernel's words --- */

/* @options without those of @skip, a NULL-terminated list of prefixes. */
static void add_options(struct str *out, const char *options, const char *const *skip)
{
	cleanup_strv struct strv words = STRV_INIT;

	strv_split(&words, options, ",");
	for (size_t i = 0; i < words.n; i++) {
		bool keep = true;

		for (const char *const *p = skip; *p; p++)
			keep = keep && !str_has_prefix(words.v[i], *p);
		if (keep)
			str_addf(out, ",%s", words.v[i]);
	}
}

char *trial_kernel_words(const struct settings *own, const char *server, const char *root, char nfs)
{
	static const char *const versions[] = { "vers=", "nfsvers=", "v3",    "v4",
						"noacl", "nolock",   "minor", NULL };
	struct str words = STR_INIT;

	/* QEMU's only console that can be read.  The last one named is /dev/console. */
	str_add(&words, "console=tty0 console=ttyS0,115200");
	if (nfs) {
		str_addf(&words, " nfsroot=%s:%s", server, root);
		add_options(&words, own->nfs_options, versions);
		str_addf(&words, ",vers=%c", nfs);
	}
	/* nfs-ganesha 4.3 answers SETACL wrongly, and there is nobody to keep locks. */
	if (nfs == '3')
		str_add(&words, ",nolock,noacl");
	return str_steal(&words);
}
