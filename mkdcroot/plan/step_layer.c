/* SPDX-License-Identifier: GPL-2.0-or-later */
/* step_layer: the steps that make and remove layers.  Arguments: { "layer", "source", "profile", "generation" }. */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/json_file.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/progress.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/model/profile.h"
#include "mkdcroot/model/source.h"
#include "mkdcroot/plan/mounting.h"
#include "mkdcroot/plan/steps.h"
#include "mkdcroot/root/archive.h"
#include "mkdcroot/root/clone.h"
#include "mkdcroot/root/left_out.h"
#include "mkdcroot/root/package_lock.h"
#include "mkdcroot/root/prepare.h"
#include "mkdcroot/root/server_view.h"
#include "mkdcroot/root/volumes.h"
#include "overlay/generation.h"
#include "overlay/mounts.h"

#include <errno.h>
#include <sys/stat.h>
#include <string.h>
#include <time.h>

/* The arguments of a layer's step; the strings belong to the JSON. */
struct step_layer {
	const char *name;
	const char *source;
	const char *profile;
	unsigned int generation;
};

static int load(struct step_layer *sl, const json_t *args, struct error *err)
{
	json_error_t where;
	int generation;

	if (json_unpack_ex((json_t *)args, &where, 0, "{s:s, s:s, s:s, s:i}", "layer", &sl->name,
			   "source", &sl->source, "profile", &sl->profile, "generation",
			   &generation) < 0)
		return error_say(err, -EINVAL, "a step's arguments: %s", where.text);
	sl->generation = (unsigned int)generation;
	return 0;
}

static int make_layer_run(struct farm *farm, const json_t *args, struct error *err)
{
	struct step_layer sl;
	int rc = load(&sl, args, err);

	if (!rc) {
		cleanup_free char *dir = path_layer(&farm->settings, sl.name);
		cleanup_free char *stage = path_layer_stage(&farm->settings, sl.name);
		cleanup_free char *gen = mem_printf("%s/gen", dir);

		rc = fs_mkdir_p(dir, 0700, err) ?: fs_mkdir_p(stage, 0755, err) ?:
						   fs_mkdir_p(gen, 0700, err);
	}
	return rc;
}

static int make_layer_undo(struct farm *farm, const json_t *args, struct error *err)
{
	struct step_layer sl;
	int rc = load(&sl, args, err);

	if (!rc) {
		cleanup_free char *dir = path_layer(&farm->settings, sl.name);

		rc = fs_remove_tree(dir, err);
	}
	return rc;
}

const struct step_type step_make_layer = { "make-layer", make_layer_run, make_layer_undo };

static int load_profile(struct profile *p, const struct farm *farm, const char *name,
			struct error *err)
{
	cleanup_strv struct strv dirs = STRV_INIT;

	profile_dirs(&farm->settings, &dirs);
	return profile_load_one(p, &dirs, name, err);
}

/* A stage that is being filled. */
struct filling {
	struct farm *farm;
	const struct step_layer *sl;
	struct source source;
	struct profile profile;
	struct strv excludes;
	struct left_out left_out;
	char *stage;
};

static void filling_free(struct filling *f)
{
	profile_free(&f->profile);
	strv_free(&f->excludes);
	left_out_free(&f->left_out);
	free(f->stage);
}

/* Say what the source had that the stage has not, and keep it. */
static int keep_left_out(const struct filling *f, struct error *err)
{
	cleanup_free char *path = path_layer_left_out(&f->farm->settings, f->sl->name);
	int rc = fs_unlink(path, err);

	if (!rc)
		rc = json_file_write(left_out_json(&f->left_out), path, false, err);
	if (!rc)
		left_out_tell(&f->left_out);
	return rc;
}

static int fill_from_debian(struct filling *f, struct error *err)
{
	cleanup_strv struct strv packages = STRV_INIT;

	profile_packages(&f->profile, &packages);
	return clone_debian(f->source.value, f->farm->settings.debian_mirror, &packages, f->stage,
			    f->farm->quiet, err);
}

static int fill_from_directory(struct filling *f, struct error *err)
{
	struct clone c = { .source = f->source.value,
			   .stage = f->stage,
			   .excludes = &f->excludes,
			   .quiet = f->farm->quiet };

	return clone_tree(&c, &f->left_out, err) ?: keep_left_out(f, err) ?:
							clone_devices(f->stage, err);
}

static int fill_from_archive(struct filling *f, struct error *err)
{
	struct unpack u = { .file = f->source.value,
			    .stage = f->stage,
			    .excludes = &f->excludes,
			    .quiet = f->farm->quiet };

	return archive_unpack(&u, &f->left_out, err) ?: keep_left_out(f, err) ?:
							clone_devices(f->stage, err);
}

/* The settings may name links: what they lead to must not be copied into itself. */
static void exclude_real(struct strv *excludes, const char *dir)
{
	cleanup_free char *real = realpath(dir, NULL);

	if (real && strcmp(real, dir) != 0 && strcmp(real, "/") != 0)
		strv_addf(excludes, "%s/*", real);
}

/* Files that are swapped to, wherever they are. */
static int exclude_swap(struct strv *excludes, struct error *err)
{
	cleanup_str struct str text = STR_INIT;
	cleanup_strv struct strv lines = STRV_INIT;
	int rc = fs_read_optional("/proc/swaps", &text, err);

	strv_split(&lines, str_text(&text), "\n");
	for (size_t i = 1; i < lines.n; i++) {
		size_t len = strcspn(lines.v[i], " \t");

		/* Devices are in /dev, which is left out anyway. */
		if (lines.v[i][0] == '/')
			strv_addf(excludes, "%.*s", (int)len, lines.v[i]);
	}
	return rc;
}

/* The package managers are kept waiting only while it is copied. */
static int fill_from_server(struct filling *f, struct error *err)
{
	const struct settings *s = &f->farm->settings;
	cleanup_free char *at = path_layer_view(s, f->sl->name);
	cleanup_package_lock struct package_lock lock = { .n = 0 };
	cleanup_volumes struct volumes volumes = { NULL, 0 };
	cleanup_server_view struct server_view view = { .fd = NULL };
	struct clone c = {
		.view = &view, .stage = f->stage, .excludes = &f->excludes, .quiet = f->farm->quiet
	};
	int rc = fs_mkdir_p(at, 0700, err);

	exclude_real(&f->excludes, s->store);
	exclude_real(&f->excludes, s->farm);
	exclude_real(&f->excludes, s->tftp_root);
	if (!rc)
		rc = exclude_swap(&f->excludes, err);
	if (!rc)
		rc = volumes_read(&volumes, "/proc/self/mountinfo", &f->excludes, NULL, err);
	if (!rc)
		rc = package_lock_take(&lock, "", s->package_lock_wait, err);
	if (!rc)
		rc = server_view_open(&view, &volumes, at, err);
	if (!rc)
		rc = clone_tree(&c, &f->left_out, err);
	f->left_out.volumes = &volumes;
	if (!rc)
		rc = keep_left_out(f, err);
	f->left_out.volumes = NULL;
	return rc ? rc : clone_devices(f->stage, err);
}

static int (*const fill_from[])(struct filling *f, struct error *err) = {
	[SOURCE_SERVER] = fill_from_server,
	[SOURCE_DIRECTORY] = fill_from_directory,
	[SOURCE_ARCHIVE] = fill_from_archive,
	[SOURCE_DEBIAN] = fill_from_debian,
};

static int fill_stage_run(struct farm *farm, const json_t *args, struct error *err)
{
	struct step_layer sl;
	struct filling f = { .farm = farm, .sl = &sl, .left_out = LEFT_OUT_INIT };
	int rc = load(&sl, args, err);

	if (!rc)
		rc = source_parse(&f.source, sl.source, err);
	if (!rc)
		rc = load_profile(&f.profile, farm, sl.profile, err);
	if (!rc) {
		f.stage = path_layer_stage(&farm->settings, sl.name);
		profile_excludes(&f.profile, &farm->settings, &f.excludes);
		rc = fill_from[f.source.kind](&f, err);
	}
	filling_free(&f);
	return rc;
}

/* The stage goes with the layer's directory. */
const struct step_type step_fill_stage = { "fill-stage", fill_stage_run, NULL };

static void tell_prepared(const struct prepare_report *r)
{
	for (size_t i = 0; i < r->lines.n; i++)
		log_debug("%s", r->lines.v[i]);
	log_info("prepared: %zu secrets and %zu password hashes out, %zu people's accounts out, "
		 "%zu units masked, %zu files written",
		 r->scrubbed, r->hashes, r->people, r->masked, r->written);
}

/* prepared/ must be empty, or it would hide what the stage has got since. */
static int fresh_upper(const char *upper, const char *work, struct error *err)
{
	int rc = fs_remove_tree(upper, err);

	if (!rc)
		rc = fs_remove_tree(work, err);
	/* Not durable: a sync here would wait for all that was copied into the stage. */
	if (!rc && (mkdir(upper, 0755) < 0 || mkdir(work, 0700) < 0))
		rc = error_set(err, -errno, "create %s", upper);
	return rc;
}

static int prepare_run(struct farm *farm, const json_t *args, struct error *err)
{
	cleanup_prepare_report struct prepare_report report = { 0 };
	cleanup_profile struct profile profile = PROFILE_INIT;
	struct step_layer sl;
	int rc = load(&sl, args, err);

	if (!rc) {
		const struct settings *s = &farm->settings;
		cleanup_free char *stage = path_layer_stage(s, sl.name);
		cleanup_free char *upper = path_layer_prepared(s, sl.name);
		cleanup_free char *work = path_layer_prepared_work(s, sl.name);
		struct overlay overlay = { stage, upper, work };
		cleanup_tree struct tree view = TREE_INIT;

		rc = load_profile(&profile, farm, sl.profile, err);
		if (!rc)
			rc = fresh_upper(upper, work, err);
		if (!rc)
			/* As for a host's upper: the merged root shows the upper's owner and mode. */
			rc = fs_copy_owner(stage, upper, err);
		if (!rc) {
			view = (struct tree){ .fd = overlay_mount_detached(&overlay, err),
					      .name = mem_strdup(stage) };
			rc = view.fd < 0 ? view.fd : 0;
		}
		if (!rc)
			rc = prepare_layer(&profile, &view, &report, err);
	}
	if (rc)
		return error_wrap(err, "prepare");
	tell_prepared(&report);
	return 0;
}

const struct step_type step_prepare = { "prepare", prepare_run, NULL };

static void show_image(unsigned long long bytes, void *arg)
{
	progress_update(arg, bytes);
}

static int make_generation_run(struct farm *farm, const json_t *args, struct error *err)
{
	struct step_layer sl;
	int rc = load(&sl, args, err);

	if (!rc) {
		const struct settings *s = &farm->settings;
		cleanup_free char *stage = path_layer_stage(s, sl.name);
		cleanup_free char *upper = path_layer_prepared(s, sl.name);
		cleanup_free char *work = path_layer_prepared_work(s, sl.name);
		cleanup_free char *view = path_layer_view(s, sl.name);
		cleanup_free char *image = path_generation_image(s, sl.name, sl.generation);
		struct overlay overlay = { stage, upper, work };
		struct progress progress;

		progress_begin(&progress, "make the image", 0, farm->quiet);
		if (mkdir(view, 0700) < 0 && errno != EEXIST)
			rc = error_set(err, -errno, "create %s", view);
		if (!rc)
			rc = generation_build(&overlay, view, image, show_image, &progress,
					      &farm->built, err);
		if (!rc) {
			progress.done = farm->built.bytes;
			progress_end(&progress);
		}
	}
	return rc;
}

const struct step_type step_make_generation = { "make-generation", make_generation_run, NULL };

static int mount_generation_run(struct farm *farm, const json_t *args, struct error *err)
{
	struct step_layer sl;
	int rc = load(&sl, args, err);

	return rc ? rc : mount_generation(&farm->settings, sl.name, sl.generation, err);
}

static int mount_generation_undo(struct farm *farm, const json_t *args, struct error *err)
{
	struct step_layer sl;
	int rc = load(&sl, args, err);

	if (!rc) {
		cleanup_free char *dir = path_generation(&farm->settings, sl.name, sl.generation);

		rc = mount_remove(dir, err);
	}
	return rc;
}

const struct step_type step_mount_generation = { "mount-generation", mount_generation_run,
						 mount_generation_undo };

/* Until the state is there, no command sees the layer. */
static int publish_layer_run(struct farm *farm, const json_t *args, struct error *err)
{
	cleanup_layer_state struct layer_state state = { 0 };
	const struct generation *built = &farm->built;
	struct generation_state g = { .bytes = built->bytes, .created = time(NULL) };
	struct step_layer sl;
	int rc = load(&sl, args, err);

	if (rc)
		return rc;
	g.number = sl.generation;
	memcpy(g.uuid, built->uuid, sizeof(g.uuid));
	memcpy(g.sha256, built->sha256, sizeof(g.sha256));
	state.name = mem_strdup(sl.name);
	state.source = mem_strdup(sl.source);
	strv_add(&state.profile, sl.profile);
	layer_state_add(&state, &g);
	return layer_state_write(&state, &farm->settings, err);
}

const struct step_type step_publish_layer = { "publish-layer", publish_layer_run, NULL };

/* All generations of the layer; the highest number stands in the arguments. */
static int unmount_layer_run(struct farm *farm, const json_t *args, struct error *err)
{
	struct step_layer sl;
	int rc = load(&sl, args, err);

	for (unsigned int n = 1; !rc && n <= sl.generation; n++) {
		cleanup_free char *dir = path_generation(&farm->settings, sl.name, n);

		rc = mount_remove(dir, err);
	}
	return rc;
}

/* Mounted again only the newest: hosts mount what they need. */
const struct step_type step_unmount_layer = { "unmount-layer", unmount_layer_run,
					      mount_generation_run };

static char *layer_trash(const struct farm *farm, const char *name)
{
	cleanup_free char *entry = mem_printf("layer:%s", name);

	return path_trash(&farm->settings, entry);
}

static int move_layer(struct farm *farm, const json_t *args, bool to_trash, struct error *err)
{
	struct step_layer sl;
	int rc = load(&sl, args, err);

	if (!rc) {
		cleanup_free char *dir = path_layer(&farm->settings, sl.name);
		cleanup_free char *trash = layer_trash(farm, sl.name);

		if (to_trash)
			return fs_move_tree(dir, trash, err);
		rc = fs_find(dir, err);
		/* Else it was never moved, and the trash is an older one's. */
		if (!rc)
			return fs_move_tree(trash, dir, err);
	}
	return rc < 0 ? rc : 0;
}

static int retire_layer_run(struct farm *farm, const json_t *args, struct error *err)
{
	return move_layer(farm, args, true, err);
}

static int retire_layer_undo(struct farm *farm, const json_t *args, struct error *err)
{
	return move_layer(farm, args, false, err);
}

const struct step_type step_retire_layer = { "retire-layer", retire_layer_run, retire_layer_undo };

/* An image is kept as long as its generation; the link to the newest must not lead nowhere. */
static int delete_images(const struct farm *farm, const struct step_layer *sl, struct error *err)
{
	cleanup_free char *link = path_image_link(&farm->settings);
	struct stat st;
	int rc = 0;

	for (unsigned int n = 1; !rc && n <= sl->generation; n++) {
		cleanup_free char *image = path_image(&farm->settings, sl->name, n);

		rc = fs_unlink(image, err);
	}
	if (!rc && lstat(link, &st) == 0 && S_ISLNK(st.st_mode) && stat(link, &st) < 0)
		rc = fs_unlink(link, err);
	return rc;
}

static int delete_layer_run(struct farm *farm, const json_t *args, struct error *err)
{
	struct step_layer sl;
	int rc = load(&sl, args, err);

	if (!rc) {
		cleanup_free char *trash = layer_trash(farm, sl.name);

		rc = fs_remove_tree(trash, err) ?: delete_images(farm, &sl, err);
	}
	return rc;
}

const struct step_type step_delete_layer = { "delete-layer", delete_layer_run, NULL };
