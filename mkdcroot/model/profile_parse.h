/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * profile_parse: one profile.conf and its templates, before inheritance.  Private to
 * the profile_*.c files and their tests.
 */
#ifndef MKDCROOT_MODEL_PROFILE_PARSE_H
#define MKDCROOT_MODEL_PROFILE_PARSE_H

#include "mkdcroot/model/profile.h"

/* `without = VERB WHAT`: what is taken away of what was inherited. */
struct profile_without {
	enum profile_verb verb;
	char *what;
	unsigned int line;
};

/* `inherits = NAME`, with its line. */
struct profile_parent {
	char *name;
	unsigned int line;
};

/* What one file says. */
struct profile_doc {
	char *name; /* of the profile */
	char *file; /* its profile.conf */
	char *summary;
	enum profile_kind kind;
	struct strv detect; /* os-release IDs */
	struct profile_parent *parents;
	size_t n_parents;
	struct profile_without *withouts;
	size_t n_withouts;
	struct profile_item *items;
	size_t n_items;
};

void profile_doc_free(struct profile_doc *doc);
void profile_item_free(struct profile_item *item);

/*
 * Parse @text, the contents of @doc->file (set by the caller, as is @doc->name).
 * @files: directory of the templates, or NULL not to read them.  Mistakes are appended
 * to @errors, a line each.
 */
void profile_doc_parse(struct profile_doc *doc, const char *text, const char *files,
		       struct str *errors);

/* The key that stands for @verb in profile.conf. */
const char *profile_verb_name(enum profile_verb verb);

/* Read a file of a profile, refused when its group or the world can write it. */
int profile_read_file(const char *path, struct str *out, struct error *err);

/* Look for unknown variables in the template @text; mistakes are appended to @errors. */
void profile_template_check(const char *text, const char *file, enum profile_part part,
			    struct str *errors);

/* Is @name fit to be the name of a profile?  It becomes part of a path. */
bool profile_name_is_fit(const char *name);

#endif
