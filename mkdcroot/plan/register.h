/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * register: hosts in the boot servers' databases.  One session opens a backend once for as many hosts
 * as there are:
 *
 *	register_open(&r, farm, ops, &err);
 *	register_ensure(&r, h, image, &state, &err);	or register_remove(&r, "aldebaran", &err)
 *	register_save(&r, &err);			or not, when it was only to be checked
 *	register_close(&r);
 */
#ifndef MKDCROOT_PLAN_REGISTER_H
#define MKDCROOT_PLAN_REGISTER_H

#include "mkdcroot/plan/farm.h"
#include "mkdcroot/plan/served_from.h"

struct registration {
	struct farm *farm;
	struct boot_server srv;
	struct settings common; /* of the template */
	struct settings plain;	/* of a host without settings of its own, for one netmask */
	struct network net;
	/* The image that was looked for last. */
	char *image;
	bool has_image;
};

int register_open(struct registration *r, struct farm *farm, const struct boot_server_ops *ops,
		  struct error *err);

/*
 * Make the backend (in memory) have @h.  @boot_file: the path on this server of what it boots, NULL
 * for that of the settings.  *@state (may be NULL) tells what came of it.
 */
int register_ensure(struct registration *r, const struct host *h, const char *boot_file,
		    enum boot_state *state, struct error *err);

/* Take the host @name out of it (in memory); one that is not there is success. */
int register_remove(struct registration *r, const char *name, struct error *err);

/* Is there something of ours about the host @name? */
bool register_has(const struct registration *r, const char *name);

/* Write what changed, once, and tell the daemon. */
int register_save(struct registration *r, struct error *err);

/* Also for one that failed to open. */
void register_close(struct registration *r);
#define cleanup_registration __attribute__((cleanup(register_close)))

/*
 * The tagged image of generation @generation of @layer, which @h boots; NULL when there is none, and for
 * a host that says its own boot_file.  Belongs to @r until the next call.
 */
const char *register_image(struct registration *r, const struct host *h, const char *layer,
			   unsigned int generation);

/*
 * The path of the image that @h is told to boot, freed by the caller: that of its own generation
 * where there is one, unless its line has a boot_file; else the settings'.  NULL with @err set when its
 * settings are wrong.
 */
char *register_boot_path(const struct settings *s, const struct host *h, struct error *err);

/* All of it for one host in backend @ops.  @save: write it; false: only check that it could be done. */
int register_boot_file(struct farm *farm, const struct boot_server_ops *ops, const struct host *h,
		       const char *boot_file, bool save, enum boot_state *state, struct error *err);

#endif
