/* SPDX-License-Identifier: GPL-2.0-or-later */
/* make_image: see the header. */
#include "mkdcroot/plan/make_image.h"
#include "kernel-config/check.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/tree.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/plan/mounting.h"
#include "mkdcroot/root/kernel.h"
#include "overlay/sandbox.h"
#include "rom/tools/linux_nbi.h"
#include "rom/tools/nbi_read.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* mkinitramfs needs about half a minute on a slow machine. */
#define INITRD_SECONDS 900

#define MKINITRAMFS "/usr/sbin/mkinitramfs"
#define INITRD	    "/mkdcroot.initrd" /* in the sandbox */

/* Where an image is made, and what it is made of. */
struct workshop {
	char *dir, *upper, *work, *root; /* of the sandbox */
	char *lower;			 /* the mounted generation */
	struct tree tree;		 /* the generation */
	char *kernel;			 /* file of the server's */
	char *version;			 /* of a kernel of the layer's, else NULL */
	char *initrd;			 /* file of the server's, or NULL */
};

static void workshop_close(struct workshop *w)
{
	cleanup_error struct error ignored = ERROR_INIT;

	tree_close(&w->tree);
	if (w->dir && fs_remove_tree(w->dir, &ignored))
		log_warn("%s", error_text(&ignored));
	free(w->dir);
	free(w->upper);
	free(w->work);
	free(w->root);
	free(w->lower);
	free(w->kernel);
	free(w->version);
	free(w->initrd);
}

#define cleanup_workshop __attribute__((cleanup(workshop_close)))

static int workshop_open(struct workshop *w, const struct settings *s, const char *layer,
			 unsigned int generation, struct error *err)
{
	int rc = mount_generation(s, layer, generation, err);

	*w = (struct workshop){ .tree = TREE_INIT };
	if (rc)
		return rc;
	w->dir = path_layer_workshop(s, layer);
	w->upper = fs_join(w->dir, "upper");
	w->work = fs_join(w->dir, "work");
	w->root = fs_join(w->dir, "root");
	w->lower = path_generation(s, layer, generation);
	rc = tree_open(&w->tree, w->lower, err);
	/* What an interrupted run left would be part of this one. */
	if (!rc)
		rc = fs_remove_tree(w->dir, err);
	if (!rc)
		rc = fs_mkdir_p(w->upper, 0755, err) ?: fs_mkdir_p(w->work, 0700, err);
	if (!rc)
		rc = fs_mkdir_p(w->root, 0700, err);
	if (!rc && (chmod(w->dir, 0700) < 0 || chmod(w->upper, 0755) < 0))
		rc = error_set(err, -errno, "protect %s", w->dir);
	return rc;
}

/* The newest kernel of the layer, and its configuration, as files in the workshop. */
static int take_kernel(struct workshop *w, struct error *err)
{
	cleanup_layer_kernel struct layer_kernel k = { 0 };
	cleanup_free char *from = NULL, *to = NULL;
	int rc = layer_kernel_find(&k, &w->tree, err);

	if (rc)
		return rc;
	w->kernel = mem_printf("%s/vmlinuz-%s", w->dir, k.version);
	w->version = steal_ptr(&k.version);
	rc = tree_copy_out(&w->tree, k.path, w->kernel, err);
	from = mem_printf("/boot/config-%s", w->version);
	to = mem_printf("%s/config-%s", w->dir, w->version);
	if (!rc && tree_exists(&w->tree, from))
		rc = tree_copy_out(&w->tree, from, to, err);
	return rc;
}

/* --- command line --- */

/* The setting `nfs` goes before what nfs_options says; of two the last counts. */
static char *nfs_options(const struct settings *s)
{
	const char *sep = *s->nfs_options ? "," : "";

	return *s->nfs ? mem_printf("%s%svers=%s", s->nfs_options, sep, s->nfs)
		       : mem_strdup(s->nfs_options);
}

/* '3' or '4'; 0 when nothing is said. */
static char nfs_version(const struct settings *s)
{
	static const char *const keys[] = { "vers=", "nfsvers=", "v" };
	cleanup_free char *options = nfs_options(s);
	cleanup_strv struct strv words = STRV_INIT;
	char version = 0;

	strv_split(&words, options, ",");
	for (size_t i = 0; i < words.n; i++)
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
			const char *value = words.v[i] + strlen(keys[k]);

			if (str_has_prefix(words.v[i], keys[k]) && (*value == '3' || *value == '4'))
				version = *value;
		}
	return version;
}

/* --- is an initrd needed? --- */

static int check_nfs_version(const struct settings *s, const char *kernel,
			     const struct check_result *r, struct error *err)
{
	char version = nfs_version(s);

	for (size_t i = 0; i < r->versions.n; i++)
		if (!version || r->versions.v[i][0] == version)
			return 0;
	return error_say(err, -ENOEXEC,
			 "%s has no NFSv%c, which the hosts' roots are mounted by (settings nfs, "
			 "nfs_options)",
			 kernel, version ? version : '3');
}

/* Seen with Debian 13's kernel and nfs-ganesha 4.3: running init fails with EIO over 4.2, not over 4.1. */
static void warn_of_read_plus(const struct settings *s, const struct kconfig *k)
{
	cleanup_free char *options = nfs_options(s);

	if (strcmp(s->nfs_backend, "ganesha") == 0 && nfs_version(s) == '4' &&
	    !strstr(options, "4.0") && !strstr(options, "4.1") &&
	    kconfig_state(k, "NFS_V4_2_READ_PLUS") == KCONFIG_ON)
		log_warn("this kernel reads by READ_PLUS over NFSv4.2, which nfs-ganesha 4.3 "
			 "answers wrongly: if hosts stop with an I/O error, say vers=4.1 in "
			 "nfs_options and make the image again");
}

static int say_unfit(const char *kernel, const struct check_result *r, struct error *err)
{
	return error_say(err, -ENOEXEC, "%s would mount no NFS root: %s (mkdcroot kernel-check %s)",
			 kernel, r->n_findings ? r->findings[0].text : "unknown why", kernel);
}

/* *@initrd: does it need one?  A kernel that does not tell is taken as its origin suggests. */
static int check_kernel_file(const struct settings *s, const char *kernel, bool of_layer,
			     bool *initrd, struct error *err)
{
	cleanup_check_result struct check_result r = CHECK_RESULT_INIT;
	cleanup_kconfig struct kconfig k = KCONFIG_INIT;
	cleanup_error struct error why = ERROR_INIT;
	int rc = kconfig_read(&k, kernel, &why);

	*initrd = of_layer;
	if (rc == -ENODATA) {
		log_warn("%s; it is taken for one that %s", error_text(&why),
			 of_layer ? "needs an initrd" : "mounts its root alone");
		return 0;
	}
	if (rc)
		return error_say(err, rc, "%s", error_text(&why));
	check_kernel(&k, NULL, &r);
	*initrd = r.verdict == CHECK_INITRD;
	if (r.verdict == CHECK_NO)
		return say_unfit(kernel, &r, err);
	warn_of_read_plus(s, &k);
	return check_nfs_version(s, kernel, &r, err);
}

int make_image_check_kernel(const struct settings *s, const char *kernel, struct error *err)
{
	bool initrd;
	int rc = check_kernel_file(s, kernel, false, &initrd, err);

	if (!rc && initrd)
		rc = error_say(err, -ENOEXEC,
			       "%s needs an initrd to mount an NFS root, and one is made for a "
			       "layer's own kernel only: build one that does without (make "
			       "kernel), or make a layer with --profile debian-kernel",
			       kernel);
	return rc;
}

int make_image_check_card(const struct settings *s, const char *kernel, const char *nic,
			  struct error *err)
{
	cleanup_check_result struct check_result r = CHECK_RESULT_INIT;
	cleanup_nic_table struct nic_table table = NIC_TABLE_INIT;
	cleanup_free char *path = fs_join(s->data, "nics");
	cleanup_error struct error ignored = ERROR_INIT;
	cleanup_kconfig struct kconfig k = KCONFIG_INIT;
	const struct nic *card;
	int rc = nic_table_read(&table, path, err);

	if (rc)
		return rc;
	card = nic_table_get(&table, nic, err);
	if (!card)
		return err->status;
	if (kconfig_read(&k, kernel, &ignored))
		return 0;
	check_kernel(&k, card, &r);
	if (r.verdict == CHECK_ALONE)
		return 0;
	return say_unfit(kernel, &r, err);
}

/* --- initrd --- */

static int check_tool(const struct tree *t, const char *version, struct error *err)
{
	if (tree_exists(t, MKINITRAMFS))
		return 0;
	return error_say(err, -ENOENT,
			 "Linux %s needs an initrd, and the layer has no " MKINITRAMFS
			 "%s: install its package initramfs-tools, or name a kernel that does "
			 "without initrd by --kernel FILE (make kernel)",
			 version,
			 tree_exists(t, "/usr/bin/dracut") ? " (dracut is not supported yet)" : "");
}

static int make_initrd(struct workshop *w, const struct settings *s, struct error *err)
{
	cleanup_free char *data = fs_join(s->data, "initramfs");
	const char *const argv[] = {
		MKINITRAMFS, "-d", SANDBOX_DATA, "-o", INITRD, w->version, NULL
	};
	struct sandbox sandbox = { .overlay = { w->lower, w->upper, w->work },
				   .mount_point = w->root,
				   .data = data,
				   .argv = argv,
				   .max_seconds = INITRD_SECONDS };
	cleanup_tree struct tree made = TREE_INIT;
	struct stat st;
	int rc = check_tool(&w->tree, w->version, err);

	if (rc)
		return rc;
	log_info("make an initrd for Linux %s with the layer's initramfs-tools", w->version);
	rc = sandbox_run(&sandbox, err);
	if (!rc)
		rc = tree_open(&made, w->upper, err);
	if (!rc)
		rc = tree_stat(&made, INITRD, &st, err);
	if (rc == -ENOENT || (!rc && (!S_ISREG(st.st_mode) || !st.st_size)))
		rc = error_say(err, -ENOENT, MKINITRAMFS " wrote no initrd");
	w->initrd = mem_printf("%s%s", w->upper, INITRD);
	return rc ? error_wrap(err, "make an initrd for Linux %s", w->version) : 0;
}

int make_image_check_layer(const struct settings *s, const char *layer, unsigned int generation,
			   struct error *err)
{
	cleanup_free char *dir = path_generation(s, layer, generation);
	cleanup_layer_kernel struct layer_kernel k = { 0 };
	cleanup_tree struct tree t = TREE_INIT;
	int rc;

	if (fs_is_mount_point(dir) <= 0)
		return 0;
	rc = tree_open(&t, dir, err);
	return rc ? rc : layer_kernel_find(&k, &t, err);
}

/* --- image --- */

static char *kernel_words(const struct workshop *w, const struct settings *s)
{
	struct str words = STR_INIT;

	if (*s->console)
		str_addf(&words, "console=tty0 console=%s", s->console);
	if (w->initrd)
		str_addf(&words, "%sboot=mkdcroot", words.len ? " " : "");
	return str_steal(&words);
}

/* Held against the specification by the same reader as disnbi's. */
static int verify(const char *path, struct error *err)
{
	cleanup_nbi_image struct nbi_image image = { 0 };
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	int rc = fd < 0 ? error_set(err, -errno, "open %s", path)
			: nbi_image_read(fd, path, &image, err);

	if (!rc && (image.kind != NBI_KIND_TAGGED || image.n_problems))
		rc = error_say(err, -EBADMSG, "%s breaks a rule of tagged images: %s", path,
			       image.n_problems ? image.problems[0].text : "it has no tag");
	return rc;
}

static int write_image(const struct workshop *w, const struct settings *s, const char *output,
		       struct error *err)
{
	cleanup_free char *options = nfs_options(s), *words = kernel_words(w, s);
	cleanup_free char *rootdir = mem_printf("rom%s%s", *options ? "," : "", options);
	const char *initrd[] = { w->initrd };
	struct linux_nbi job = { .kernel = w->kernel,
				 .initrds = initrd,
				 .n_initrds = w->initrd ? 1 : 0,
				 .output = output,
				 .param = "rw",
				 .append = *words ? words : NULL,
				 .rootdir = rootdir,
				 .ipaddrs = "rom" };
	int rc = linux_nbi_make(&job, err);

	/* TFTP daemons serve what everybody can read, whatever our umask is. */
	if (!rc && chmod(output, 0644) < 0)
		rc = error_set(err, -errno, "set the mode of %s", output);
	return rc ? rc : verify(output, err);
}

int make_image(const struct settings *s, const char *layer, unsigned int generation,
	       const char *kernel, const char *output, struct error *err)
{
	cleanup_workshop struct workshop w;
	int rc = workshop_open(&w, s, layer, generation, err);
	bool initrd = false;

	if (!rc && kernel)
		w.kernel = mem_strdup(kernel);
	else if (!rc)
		rc = take_kernel(&w, err);
	if (!rc)
		rc = kernel ? make_image_check_kernel(s, kernel, err)
			    : check_kernel_file(s, w.kernel, true, &initrd, err);
	if (!rc && initrd)
		rc = make_initrd(&w, s, err);
	if (!rc)
		rc = write_image(&w, s, output, err);
	return rc ? error_wrap(err, "make the image of layer %s generation %u", layer, generation)
		  : 0;
}
