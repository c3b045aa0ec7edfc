/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * profile: what has to be done to a tree so that it runs diskless, as data.
 *
 * A profile is a directory NAME with profile.conf (INI, see mkdcroot-profile(5))
 * and files/ (templates).  The administrator's directory is searched before the
 * shipped one.  A profile inherits others; what it says comes after what they say,
 * replaces their word about the same thing, and `without =` takes their word away.
 *
 * The [layer] part is done once for a layer (root/prepare.h), the [host] part for
 * each host (root/personalise.h).  Everything here is pure data: nothing of a tree
 * is changed, and only profile_detect() looks into one.
 */
#ifndef MKDCROOT_MODEL_PROFILE_H
#define MKDCROOT_MODEL_PROFILE_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"
#include "mkdcroot/base/tree.h"
#include "mkdcroot/model/settings.h"

#include <stdbool.h>
#include <sys/types.h>

enum profile_kind { PROFILE_BASE, PROFILE_DISTRIBUTION, PROFILE_ROLE };

enum profile_part { PROFILE_LAYER, PROFILE_HOST };

/* One verb a key of profile.conf; which part may use it is in profile.c's table. */
enum profile_verb {
	VERB_EXCLUDE,  /* layer: rsync(1) pattern that is not copied from a source */
	VERB_SCRUB,    /* layer: secret; neither copied nor, where it got in, kept */
	VERB_REMOVE,   /* both: remove what matches */
	VERB_EMPTY,    /* layer: remove what is inside the directories that match */
	VERB_TRUNCATE, /* layer: cut the files that match to nothing */
	VERB_FILTER,   /* layer: a built-in rewriting: "accounts", "fstab" */
	VERB_MASK,     /* layer: systemd units that match, where the tree has them */
	VERB_PACKAGE,  /* layer: package of a tree made from a Debian suite */
	VERB_MKDIR,    /* both: PATH MODE OWNER GROUP */
	VERB_LINK,     /* both: PATH TARGET */
	VERB_FILE,     /* both: PATH MODE OWNER GROUP TEMPLATE */
	VERB_MOUNT,    /* both: a line of fstab(5) to be there */
	VERB_GENERATE, /* host: "machine-id", "ssh-host-keys", "fstab", "credentials" */
};

/* One thing that a profile says. */
struct profile_item {
	enum profile_part part;
	enum profile_verb verb;
	char *what;  /* path, glob, pattern, unit, package, built-in; for VERB_MOUNT its target */
	mode_t mode; /* VERB_MKDIR, VERB_FILE */
	char *owner; /* name in the tree's passwd, or a number */
	char *group; /* name in the tree's group, or a number */
	char *text;  /* VERB_LINK: target; VERB_FILE: the template's text; VERB_MOUNT: the line */
	char *template;	  /* VERB_FILE: path of the template on the server, for messages */
	struct strv when; /* conditions that must all hold; see profile_item_applies() */
	char *file;	  /* profile.conf that says it, and where */
	unsigned int line;
};

/* A loaded profile: its own items after those of all that it inherits. */
struct profile {
	char *name;    /* of the last one that was asked for */
	char *summary; /* of the same */
	enum profile_kind kind;
	struct strv names; /* every profile that went in, in order */
	struct profile_item *items;
	size_t n;
};

#define PROFILE_INIT         \
	{                    \
		.name = NULL \
	}

/* The directories to search, the administrator's first, appended to @dirs. */
void profile_dirs(const struct settings *s, struct strv *dirs);

/*
 * Load the profiles @names (a distribution's, then a role's) from @dirs into one.
 * Each inherited profile comes before the one that names it, once.
 * Every mistake of all files is reported, one "file:line: ..." a line of the error's
 * text; -EINVAL; so is a file that its group or the world can write.  A profile that does not
 * exist is -ENOENT, with the names of those that do.
 */
int profile_load(struct profile *p, const struct strv *dirs, const struct strv *names,
		 struct error *err);
/* The same for a single name. */
int profile_load_one(struct profile *p, const struct strv *dirs, const char *name,
		     struct error *err);
void profile_free(struct profile *p);
#define cleanup_profile __attribute__((cleanup(profile_free)))

/* Names of all profiles in @dirs, sorted, each once, appended to @names. */
int profile_list(const struct strv *dirs, struct strv *names, struct error *err);

/*
 * Which distribution profile fits @t?  By ID, then ID_LIKE of its os-release against
 * `detect =`; without a match "systemd" where the tree has systemd, else "base".
 * @name: set to a string that the caller frees.
 */
int profile_detect(char **name, const struct strv *dirs, const struct tree *t, struct error *err);
/* The same from the text of its os-release ("" for none), where there is no tree yet. */
int profile_detect_release(char **name, const struct strv *dirs, const char *release,
			   bool has_systemd, struct error *err);

/*
 * rsync(1) --exclude patterns, appended to @out: the profile's, and the farm, store
 * and TFTP directories of @s.  Meant for `rsync --delete --delete-excluded`.
 */
void profile_excludes(const struct profile *p, const struct settings *s, struct strv *out);

/* Packages for mmdebstrap --include, each once, appended to @out. */
void profile_packages(const struct profile *p, struct strv *out);

/*
 * Do the item's conditions hold?  A word is a path or glob that the tree must have
 * ("/etc/netplan"), or the name of a variable that must not be empty ("dns"); a
 * leading "!" turns it round.  @variable gives a variable's value ("" for empty); it
 * is not called for items of the layer part, which cannot name variables.
 * Returns 1, 0, or negative errno.
 */
int profile_item_applies(const struct profile_item *item, const struct tree *t,
			 const char *(*variable)(const char *name, const void *arg),
			 const void *arg, struct error *err);

/* Is @name a variable that templates and conditions of the host part may use? */
bool profile_variable_is_known(const char *name);

/*
 * Put values into the item's template: ${name}; $${ stands for ${ itself.  A line that
 * begins with ${?name} stands only when the value is not empty; one that begins with
 * ${*name} stands once for each word of the value.  Appended to @out.
 */
int profile_expand(const struct profile_item *item,
		   const char *(*variable)(const char *name, const void *arg), const void *arg,
		   struct str *out, struct error *err);

/* Parse the text of a profile.conf, for the fuzzer: no other file is opened. */
int profile_parse_text(struct profile *p, const char *text, const char *file, struct error *err);

#endif
