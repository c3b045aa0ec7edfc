/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bootptab: a bootptab(5) file as a document that keeps every byte.
 *
 * Grammar: bootpd 2.4.3, as bootpd reads it: continued lines, backslashes, "quoted"
 * strings, tag=value, boolean tags, tag@, generic tags Tn, templates by tc=.  Our own
 * entries stand in one marked block (mkdcroot/base/marked.h): first the template, then a line a
 *host:
 *
 *	.mkdcroot:ht=ethernet:vm=rfc1048:sm=255.255.255.0:td=/tftpboot:hd=/:bf=vmlinuz.nb:
 *	aldebaran:tc=.mkdcroot:ha=006008C7A3D8:ip=192.168.1.100:rp=/tftpboot/192.168.1.100:hn:
 */
#ifndef BOOTPTAB_BOOTPTAB_H
#define BOOTPTAB_BOOTPTAB_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"
#include "mkdcroot/model/netaddr.h"

#include <stdbool.h>
#include <stddef.h>

/* The longest string (path, name) that bootpd keeps, in bytes. */
#define BOOTPTAB_STRING_MAX 79
/* The longest entry, in bytes after continuation. */
#define BOOTPTAB_ENTRY_MAX 2047

struct bootptab;

enum bootptab_op { BOOTPTAB_SET, BOOTPTAB_DELETE, BOOTPTAB_BOOLEAN };

/* One tag as it stands. */
struct bootptab_tag {
	char name[6]; /* "ha", "T37" */
	enum bootptab_op op;
	const char
		*value; /* decoded; "" unless BOOTPTAB_SET.  Generic hexadecimal data as written */
	unsigned int line;
};

/* One entry.  All strings belong to the document. */
struct bootptab_entry {
	const char *name; /* a dot first: a template, no computer */
	unsigned int line;
	const struct bootptab_tag *tags; /* in order */
	size_t n_tags;
	struct ip_addr ip;   /* unset when not given, or given as a name to look up */
	struct mac_addr mac; /* likewise; unset for hardware that is no 48-bit network */
	bool ours;	     /* stands in the marked block */
};

/*
 * Parse @len bytes of @text, which is the content of @file.  On success *@out is the
 * document (bootptab_free()).  Errors (-EINVAL) read "file:line: text": what makes bootpd drop
 * an entry, a tc= that names no entry before it, broken markers.
 */
int bootptab_parse(struct bootptab **out, const char *file, const char *text, size_t len,
		   struct error *err);

/* Read and parse @file; missing: empty. */
int bootptab_read(struct bootptab **out, const char *file, struct error *err);

void bootptab_free(struct bootptab *doc);

/* What bootpd takes otherwise than its author means: "file:line: text" each.  Belongs to the
 * document. */
const struct strv *bootptab_warnings(const struct bootptab *doc);

/* Walk over all entries: the first for NULL, then the one after @entry; NULL after the last. */
const struct bootptab_entry *bootptab_next(const struct bootptab *doc,
					   const struct bootptab_entry *entry);

/* An entry with that name (case does not matter), IP or MAC, or NULL. */
const struct bootptab_entry *bootptab_find_name(const struct bootptab *doc, const char *name);
const struct bootptab_entry *bootptab_find_ip(const struct bootptab *doc, const struct ip_addr *ip);
const struct bootptab_entry *bootptab_find_mac(const struct bootptab *doc,
					       const struct mac_addr *mac);

/*
 * The value of @tag for @entry after templates (tc=) and deletions (tag@), as bootpd
 * sees it: "" for a boolean tag that is on, NULL for one that is not set.
 */
const char *bootptab_value(const struct bootptab *doc, const struct bootptab_entry *entry,
			   const char *tag);

/* What the template or a host's entry says.  NULL or "": the tag is left out. */
struct bootptab_params {
	const char *netmask;	 /* sm */
	const char *gateway;	 /* gw: one or more addresses */
	const char *dns;	 /* ds: one or more addresses, space-separated */
	const char *tftp_server; /* sa */
	const char *tftp_dir;	 /* td */
	const char *home_dir;	 /* hd */
	const char *boot_file;	 /* bf */
};

struct bootptab_host {
	const char *name;
	struct ip_addr ip;
	struct mac_addr mac; /* must be set */
	const char *root_path;
	struct bootptab_params params; /* only what differs from the template is written */
};

/*
 * Make our block begin with the template ".mkdcroot" saying @p.  Host entries keep their
 * text: those whose own tags depend on the difference must be ensured again.
 */
int bootptab_ensure_template(struct bootptab *doc, const struct bootptab_params *p, bool *changed,
			     struct error *err);

/*
 * Make our block have the entry of @h, whose name is the key; the template must be there.
 * Errors: -EEXIST "file:line: ..." when another entry has its name, IP or MAC; -EINVAL for what
 * bootptab(5) cannot say.
 */
int bootptab_ensure_host(struct bootptab *doc, const struct bootptab_host *h, bool *changed,
			 struct error *err);

/* Take our entry @name away, and with the last one the template.  Returns whether there was one. */
bool bootptab_remove_host(struct bootptab *doc, const char *name);

/* Append the text of the file as it stands now. */
void bootptab_write(const struct bootptab *doc, struct str *out);

#endif
