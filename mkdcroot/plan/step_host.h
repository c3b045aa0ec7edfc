/* SPDX-License-Identifier: GPL-2.0-or-later */
/* step_host: what the steps that make a host's things share with those that change them. */
#ifndef MKDCROOT_PLAN_STEP_HOST_H
#define MKDCROOT_PLAN_STEP_HOST_H

#include "mkdcroot/model/profile.h"
#include "mkdcroot/plan/served_from.h"
#include "mkdcroot/plan/steps.h"
#include "mkdcroot/root/personalise.h"

/* The store's directories of a host; those that are there stay as they are.  Mounts its generation. */
int step_host_make_dirs(const struct settings *s, const struct host_state *state,
			struct error *err);

/* The immutable directory that @ip's root is mounted at; one that is there is success. */
int step_host_make_mount_point(const struct settings *s, const struct ip_addr *ip,
			       struct error *err);
int step_host_remove_mount_point(const struct settings *s, const struct ip_addr *ip,
				 struct error *err);

/* The mount point and the link by the host's name. */
int step_host_make_place(const struct settings *s, const struct host *h, struct error *err);

/* What many hosts are personalised with, read once for those that follow one another. */
struct workshop {
	struct network net;
	struct profile profile;
	struct accounts people; /* of the layer's source, for users=keep */
	bool has_people;
	char *loaded;	      /* the layer and the role that the profile is of */
	struct strv warnings; /* each once */
	size_t *times;	      /* that it was met, parallel to them */
};

void workshop_open(struct workshop *w);
void workshop_close(struct workshop *w);
#define cleanup_workshop __attribute__((cleanup(workshop_close)))

/* Write the host's own files into its root, which is mounted at @path. */
int workshop_personalise(struct workshop *w, const struct step_host *sh, const char *path,
			 struct error *err);

#endif
