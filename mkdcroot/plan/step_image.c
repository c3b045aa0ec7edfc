/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * step_image: the steps that make tagged images and let hosts boot them.  Arguments:
 * { "layer", "generation", "kernel", "existed" } of an image, { "target", "before" } of the link,
 * and for a host its own (steps.h) with { "image", "before" }.
 *
 * An image is boot/LAYER-N.nb; while the plan runs, .LAYER-N.nb.new is the one being
 * made and .LAYER-N.nb.old the one before.
 */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/plan/make_image.h"
#include "mkdcroot/plan/register.h"
#include "mkdcroot/plan/steps.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

struct step_image {
	const char *layer, *kernel; /* the JSON's */
	unsigned int generation;
	bool existed; /* there was an image in its place when the plan was made */
	char *image, *fresh, *old;
};

static void step_image_free(struct step_image *si)
{
	free(si->image);
	free(si->fresh);
	free(si->old);
}

#define cleanup_step_image __attribute__((cleanup(step_image_free)))

static int load(struct step_image *si, const struct farm *farm, const json_t *args,
		struct error *err)
{
	cleanup_free char *boot = path_boot(&farm->settings);
	json_error_t where;
	int generation, existed;

	*si = (struct step_image){ 0 };
	if (json_unpack_ex((json_t *)args, &where, 0, "{s:s, s:i, s:s, s:b}", "layer", &si->layer,
			   "generation", &generation, "kernel", &si->kernel, "existed",
			   &existed) < 0)
		return error_say(err, -EINVAL, "a step's arguments: %s", where.text);
	si->generation = (unsigned int)generation;
	si->existed = existed;
	si->image = path_image(&farm->settings, si->layer, si->generation);
	si->fresh = mem_printf("%s/.%s-%u.nb.new", boot, si->layer, si->generation);
	si->old = mem_printf("%s/.%s-%u.nb.old", boot, si->layer, si->generation);
	return 0;
}

/* The TFTP daemon must be able to enter it, whatever our umask is; an old one is the administrator's. */
static int make_boot_dir(const struct farm *farm, struct error *err)
{
	cleanup_free char *boot = path_boot(&farm->settings);
	int rc;

	if (fs_exists(boot))
		return 0;
	rc = fs_mkdir_p(boot, 0755, err);
	if (!rc && chmod(boot, 0755) < 0)
		rc = error_set(err, -errno, "set the mode of %s", boot);
	return rc;
}

static int make_image_run(struct farm *farm, const json_t *args, struct error *err)
{
	cleanup_step_image struct step_image si;
	int rc = load(&si, farm, args, err);

	if (!rc)
		rc = make_boot_dir(farm, err);
	return rc ? rc
		  : make_image(&farm->settings, si.layer, si.generation,
			       *si.kernel ? si.kernel : NULL, si.fresh, err);
}

static int make_image_undo(struct farm *farm, const json_t *args, struct error *err)
{
	cleanup_step_image struct step_image si;
	int rc = load(&si, farm, args, err);

	return rc ? rc : fs_unlink(si.fresh, err);
}

const struct step_type step_make_image = { "make-image", make_image_run, make_image_undo };

static int place_image_run(struct farm *farm, const json_t *args, struct error *err)
{
	cleanup_step_image struct step_image si;
	int rc = load(&si, farm, args, err);

	if (!rc)
		rc = fs_unlink(si.old, err);
	if (!rc && si.existed && link(si.image, si.old) < 0)
		rc = error_set(err, -errno, "keep %s as %s", si.image, si.old);
	return rc ? rc : fs_rename(si.fresh, si.image, err);
}

static int place_image_undo(struct farm *farm, const json_t *args, struct error *err)
{
	cleanup_step_image struct step_image si;
	int rc = load(&si, farm, args, err);

	if (rc)
		return rc;
	if (!si.existed)
		return fs_unlink(si.image, err);
	/* Without the old one kept, nothing was begun; where both are one file rename(2) does nothing. */
	if (!fs_exists(si.old))
		return 0;
	rc = fs_rename(si.old, si.image, err);
	return rc ? rc : fs_unlink(si.old, err);
}

const struct step_type step_place_image = { "place-image", place_image_run, place_image_undo };

static int drop_image_run(struct farm *farm, const json_t *args, struct error *err)
{
	cleanup_step_image struct step_image si;
	int rc = load(&si, farm, args, err);

	return rc ? rc : fs_unlink(si.old, err);
}

/* Behind the commit point: never undone. */
const struct step_type step_drop_image = { "drop-image", drop_image_run, NULL };

/* Point the link to the newest image to @target, in one rename; "" removes it. */
static int set_link(const struct farm *farm, const char *target, struct error *err)
{
	cleanup_free char *name = path_image_link(&farm->settings);
	cleanup_free char *fresh = mem_printf("%s.new", name);
	struct stat st;

	if (lstat(name, &st) == 0 && !S_ISLNK(st.st_mode))
		return error_say(err, -EEXIST, "%s is no link of mkdcroot's: it stays as it is",
				 name);
	if (!*target)
		return fs_unlink(name, err);
	if (fs_unlink(fresh, err))
		return err->status;
	if (symlink(target, fresh) < 0)
		return error_set(err, -errno, "create %s", fresh);
	return fs_rename(fresh, name, err);
}

static int link_image(struct farm *farm, const json_t *args, const char *key, struct error *err)
{
	const char *target = json_string_value(json_object_get(args, key));

	return target ? set_link(farm, target, err)
		      : error_say(err, -EINVAL, "a step's arguments: no %s", key);
}

static int link_image_run(struct farm *farm, const json_t *args, struct error *err)
{
	return link_image(farm, args, "target", err);
}

static int link_image_undo(struct farm *farm, const json_t *args, struct error *err)
{
	return link_image(farm, args, "before", err);
}

const struct step_type step_link_image = { "link-image", link_image_run, link_image_undo };

/* @key: the argument with the boot file; "" is the one of the settings. */
static int boot_image(struct farm *farm, const json_t *args, const char *key, struct error *err)
{
	const char *file = json_string_value(json_object_get(args, key));
	cleanup_step_host struct step_host sh;
	int rc = step_host_load(&sh, farm, args, err);

	if (!rc && !file)
		rc = error_say(err, -EINVAL, "a step's arguments: no %s", key);
	for (int i = 0; !rc && i < farm->n_boot; i++)
		rc = register_boot_file(farm, farm->boot[i], sh.host, *file ? file : NULL, true,
					NULL, err);
	return rc;
}

static int boot_image_run(struct farm *farm, const json_t *args, struct error *err)
{
	return boot_image(farm, args, "image", err);
}

static int boot_image_undo(struct farm *farm, const json_t *args, struct error *err)
{
	return boot_image(farm, args, "before", err);
}

const struct step_type step_boot_image = { "boot-image", boot_image_run, boot_image_undo };
