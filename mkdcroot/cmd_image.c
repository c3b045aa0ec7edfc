/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_image: mkdcroot image: the tagged images of the layers' generations. */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/json_file.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/base/progress.h"
#include "mkdcroot/commands.h"
#include "mkdcroot/model/paths.h"
#include "mkdcroot/plan/image_plan.h"
#include "mkdcroot/plan/preflight.h"
#include "rom/tools/nbi_read.h"

#include <fcntl.h>
#include <string.h>

static const char *layer_of(const struct options *o)
{
	return o->layer ? o->layer : "base";
}

static int choose(struct image_targets *t, const struct farm *farm, const struct options *o,
		  struct error *err)
{
	if (o->args.n)
		return image_targets_host(t, farm, o->args.v[0], err);
	if (o->all)
		return image_targets_all(t, farm, err);
	return image_targets_layer(t, farm, layer_of(o), err);
}

static int check_use(const struct options *o, struct error *err)
{
	if ((o->args.n != 0) + o->all + (o->layer != NULL) > 1)
		return error_say(err, -EINVAL,
				 "image: say a host's name, or --layer LAYER, or --all");
	return 0;
}

/* What came of it, read back from the file. */
struct made {
	struct nbi_image image;
	struct nbi_linux parts;
	unsigned long long initrd; /* bytes */
};

static int read_made(struct made *m, const char *path, struct error *err)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	int rc = fd < 0 ? error_set(err, -errno, "open %s", path)
			: nbi_image_read(fd, path, &m->image, err);

	if (rc)
		return rc;
	nbi_linux_read(fd, &m->image, &m->parts);
	m->initrd = 0;
	for (size_t i = 0; i < m->image.n_segments; i++)
		if ((m->image.segments[i].flags >> 8 & 0xFF) == NBI_LINUX_RAMDISK)
			m->initrd = m->image.segments[i].image_length;
	return 0;
}

static json_t *made_json(const struct image_target *t, const char *path, const struct made *m)
{
	return json_pack("{s:s, s:i, s:s, s:I, s:s, s:I, s:s}", "layer", t->layer, "generation",
			 (int)t->generation, "image", path, "bytes", (json_int_t)m->image.file_size,
			 "kernel", m->parts.kernel.version, "initrd_bytes", (json_int_t)m->initrd,
			 "command_line", m->parts.command_line);
}

static void say_made(const char *path, const struct made *m)
{
	char bytes[16], initrd[16];

	log_info("image %s: %s, Linux %.*s, %s%s", path, progress_bytes(m->image.file_size, bytes),
		 (int)strcspn(m->parts.kernel.version, " "), m->parts.kernel.version,
		 m->initrd ? "with an initrd of " : "without initrd",
		 m->initrd ? progress_bytes(m->initrd, initrd) : "");
}

static int tell(const struct farm *farm, const struct image_targets *targets, bool json,
		struct error *err)
{
	cleanup_json json_t *all = json_array();
	int rc = 0;

	for (size_t i = 0; !rc && i < targets->n; i++) {
		const struct image_target *t = &targets->v[i];
		cleanup_free char *path = path_image(&farm->settings, t->layer, t->generation);
		struct made *m = mem_new(sizeof(*m));

		rc = read_made(m, path, err);
		if (!rc && json)
			json_array_append_new(all, made_json(t, path, m));
		else if (!rc)
			say_made(path, m);
		nbi_image_free(&m->image);
		free(m);
	}
	if (!rc && json) {
		json_dumpf(all, stdout, JSON_INDENT(2));
		putchar('\n');
	}
	return rc;
}

int cmd_image(const struct options *o, struct error *err)
{
	cleanup_image_targets struct image_targets targets = { 0 };
	cleanup_free char *kernel = o->kernel ? realpath(o->kernel, NULL) : NULL;
	cleanup_farm struct farm farm = { .lock = -1 };
	cleanup_plan struct plan plan = { 0 };
	int status;

	if (check_use(o, err))
		return EXIT_USAGE;
	if (o->kernel && !kernel)
		return error_set(err, -errno, "open the kernel %s", o->kernel), EXIT_FAILED;
	if (command_farm(&farm, o, true, err))
		return EXIT_FAILED;
	plan_init(&plan, "image %s",
		  o->args.n ? o->args.v[0]
		  : o->all  ? "of all layers"
			    : layer_of(o));
	if (choose(&targets, &farm, o, err) || image_plan(&plan, &farm, &targets, kernel, err) ||
	    (!o->dry_run && preflight_image(&farm, err)))
		return error_wrap(err, "image"), EXIT_FAILED;
	status = command_run_plan(&farm, &plan, o, err);
	if (status == EXIT_OK && !o->dry_run && tell(&farm, &targets, o->json, err))
		status = EXIT_FAILED;
	return status;
}
