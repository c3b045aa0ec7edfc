/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bootptab_edit: the document itself: entries found, added and taken away, the text written. */

#include "bootptab/bootptab_private.h"

#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Bytes of vendor area that every BOOTP client has (RFC 951), with the cookie and the end mark. */
#define VENDOR_AREA 64

typedef int compare_fn(const void *a, const void *b);

static int by_name(const void *a, const void *b)
{
	return strcasecmp(((const struct bootptab_node *)a)->e.name,
			  ((const struct bootptab_node *)b)->e.name);
}

static int by_exact_name(const void *a, const void *b)
{
	return strcmp(((const struct bootptab_node *)a)->e.name,
		      ((const struct bootptab_node *)b)->e.name);
}

static int by_ip(const void *a, const void *b)
{
	/* Addresses of bootptab(5) are IPv4. */
	return memcmp(&((const struct bootptab_node *)a)->e.ip.v4,
		      &((const struct bootptab_node *)b)->e.ip.v4, sizeof(struct in_addr));
}

static int by_mac(const void *a, const void *b)
{
	return memcmp(((const struct bootptab_node *)a)->e.mac.byte,
		      ((const struct bootptab_node *)b)->e.mac.byte, 6);
}

static struct bootptab_node *find(void *const *tree, const struct bootptab_node *key,
				  compare_fn *compare)
{
	struct bootptab_node *const *found = tfind(key, tree, compare);

	return found ? *found : NULL;
}

/* Put @node in; of equal ones the first stays, or with @last the last. */
static void insert(void **tree, struct bootptab_node *node, compare_fn *compare, bool last)
{
	struct bootptab_node **found = tsearch(node, tree, compare);

	/* No memory for one more leaf: nothing can be saved, nothing has been written. */
	if (!found)
		abort();
	if (last)
		*found = node;
}

static void forget(void **tree, struct bootptab_node *node, compare_fn *compare)
{
	if (find(tree, node, compare) == node)
		tdelete(node, tree, compare);
}

struct bootptab *bootptab_new(const char *file)
{
	struct bootptab *doc = mem_new(sizeof(*doc));

	doc->file = mem_strdup(file);
	marked_init(&doc->marked);
	TAILQ_INIT(&doc->nodes);
	return doc;
}

static bool is_host(const struct bootptab_node *node)
{
	return node->e.name[0] != '.';
}

void bootptab_node_add(struct bootptab *doc, struct bootptab_node *node)
{
	struct bootptab_index *index = node->text ? &doc->ours : &doc->foreign;

	TAILQ_INSERT_TAIL(&doc->nodes, node, link);
	insert(&index->by_name, node, by_name, false);
	insert(&doc->exact, node, by_exact_name, true);
	if (ip_is_set(&node->e.ip))
		insert(&index->by_ip, node, by_ip, false);
	if (node->e.mac.set)
		insert(&index->by_mac, node, by_mac, false);
	doc->n_hosts += node->text && is_host(node);
}

void bootptab_node_free(struct bootptab_node *node)
{
	for (size_t i = 0; i < node->e.n_tags; i++)
		free((char *)node->e.tags[i].value);
	free((void *)node->e.tags);
	free(node->templates);
	free((char *)node->e.name);
	free(node);
}

/* Entries that name @node by tc= get the values of @other (NULL: of none) from now on. */
static void replace_template(struct bootptab *doc, const struct bootptab_node *node,
			     struct bootptab_node *other)
{
	struct bootptab_node *user;

	if (!node->is_template)
		return;
	for (user = TAILQ_FIRST(&doc->nodes); user; user = TAILQ_NEXT(user, link))
		for (size_t i = 0; i < user->e.n_tags; i++)
			if (user->templates[i] == node)
				user->templates[i] = other;
	if (other)
		other->is_template = true;
}

/* Take @node away, with its line; @other takes its place as a template. */
static void remove_node(struct bootptab *doc, struct bootptab_node *node,
			struct bootptab_node *other)
{
	struct bootptab_index *index = node->text ? &doc->ours : &doc->foreign;

	replace_template(doc, node, other);
	forget(&index->by_name, node, by_name);
	forget(&doc->exact, node, by_exact_name);
	if (ip_is_set(&node->e.ip))
		forget(&index->by_ip, node, by_ip);
	if (node->e.mac.set)
		forget(&index->by_mac, node, by_mac);
	doc->n_hosts -= node->text && is_host(node);
	TAILQ_REMOVE(&doc->nodes, node, link);
	if (node->text)
		marked_remove(&doc->marked, node->text);
	bootptab_node_free(node);
}

static void keep(void *node)
{
	(void)node;
}

static void free_index(struct bootptab_index *index)
{
	tdestroy(index->by_name, keep);
	tdestroy(index->by_ip, keep);
	tdestroy(index->by_mac, keep);
}

void bootptab_free(struct bootptab *doc)
{
	struct bootptab_node *node;

	if (!doc)
		return;
	free_index(&doc->ours);
	free_index(&doc->foreign);
	tdestroy(doc->exact, keep);
	while ((node = TAILQ_FIRST(&doc->nodes)) != NULL) {
		TAILQ_REMOVE(&doc->nodes, node, link);
		bootptab_node_free(node);
	}
	marked_free(&doc->marked);
	strv_free(&doc->warnings);
	free(doc->file);
	free(doc);
}

const struct strv *bootptab_warnings(const struct bootptab *doc)
{
	return &doc->warnings;
}

const struct bootptab_entry *bootptab_next(const struct bootptab *doc,
					   const struct bootptab_entry *entry)
{
	/* The entry is the first member of its node. */
	const struct bootptab_node *node = (const void *)entry;

	node = node ? TAILQ_NEXT(node, link) : TAILQ_FIRST(&doc->nodes);
	return node ? &node->e : NULL;
}

/* The entry of @index with what @key has: name, address or MAC. */
static struct bootptab_node *find_name(const struct bootptab_index *index, const char *name)
{
	struct bootptab_node key = { .e = { .name = name } };

	return find(&index->by_name, &key, by_name);
}

static struct bootptab_node *find_ip(const struct bootptab_index *index, const struct ip_addr *ip)
{
	struct bootptab_node key = { .e = { .ip = *ip } };

	return ip->family == AF_INET ? find(&index->by_ip, &key, by_ip) : NULL;
}

static struct bootptab_node *find_mac(const struct bootptab_index *index,
				      const struct mac_addr *mac)
{
	struct bootptab_node key = { .e = { .mac = *mac } };

	return mac->set ? find(&index->by_mac, &key, by_mac) : NULL;
}

static const struct bootptab_entry *either(const struct bootptab_node *ours,
					   const struct bootptab_node *foreign)
{
	return ours ? &ours->e : foreign ? &foreign->e : NULL;
}

const struct bootptab_entry *bootptab_find_name(const struct bootptab *doc, const char *name)
{
	return either(find_name(&doc->ours, name), find_name(&doc->foreign, name));
}

const struct bootptab_entry *bootptab_find_ip(const struct bootptab *doc, const struct ip_addr *ip)
{
	return either(find_ip(&doc->ours, ip), find_ip(&doc->foreign, ip));
}

const struct bootptab_entry *bootptab_find_mac(const struct bootptab *doc,
					       const struct mac_addr *mac)
{
	return either(find_mac(&doc->ours, mac), find_mac(&doc->foreign, mac));
}

struct bootptab_node *bootptab_find_template(const struct bootptab *doc, const char *name)
{
	struct bootptab_node key = { .e = { .name = name } };
	struct bootptab_node *node = find(&doc->exact, &key, by_exact_name);
	struct ip_addr ip;

	if (node)
		return node;
	/* By its manual bootpd takes the address of an entry, too. */
	if (!isdigit((unsigned char)*name) || name[bootptab_parse_address(name, &ip)])
		return NULL;
	node = find_ip(&doc->foreign, &ip);
	return node ? node : find_ip(&doc->ours, &ip);
}

/* A template does not give its own addresses on. */
static bool is_inherited(const char *tag)
{
	return strcmp(tag, "ip") && strcmp(tag, "ha") && strcmp(tag, "tc");
}

const char *bootptab_value(const struct bootptab *doc, const struct bootptab_entry *entry,
			   const char *tag)
{
	const struct bootptab_node *node = (const void *)entry;
	const char *value = NULL;

	for (size_t i = 0; i < entry->n_tags; i++) {
		const struct bootptab_tag *t = &entry->tags[i];

		if (!strcmp(t->name, tag))
			value = t->op == BOOTPTAB_DELETE ? NULL : t->value;
		else if (node->templates[i] && !value && is_inherited(tag))
			value = bootptab_value(doc, &node->templates[i]->e, tag);
	}
	return value;
}

/* Append ":tag=value", quoted where needed.  Returns false for what bootptab(5) cannot say. */
static bool add_string(struct str *out, const char *tag, const char *value)
{
	bool quote = false;

	if (strlen(value) > BOOTPTAB_STRING_MAX || isspace((unsigned char)*value) ||
	    isspace((unsigned char)value[strlen(value) - 1]))
		return false;
	for (const char *p = value; *p; p++) {
		if (iscntrl((unsigned char)*p) || *p == '"' || *p == '\\')
			return false;
		quote = quote || !(isalnum((unsigned char)*p) || strchr("/._-+@%=~", *p));
	}
	str_addf(out, quote ? "%s=\"%s\":" : "%s=%s:", tag, value);
	return true;
}

/* Append ":tag=addresses", separated by single blanks. */
static bool add_addresses(struct str *out, const char *tag, const char *value, bool list)
{
	cleanup_strv struct strv each = STRV_INIT;
	struct in_addr ip;

	strv_split(&each, value, " ,\t");
	if (!each.n || (!list && each.n > 1))
		return false;
	str_addf(out, "%s=", tag);
	for (size_t i = 0; i < each.n; i++) {
		if (inet_pton(AF_INET, each.v[i], &ip) != 1)
			return false;
		str_addf(out, "%s%s", i ? " " : "", each.v[i]);
	}
	str_addc(out, ':');
	return true;
}

/* The parameters that the template has and a host can have otherwise, in the order of writing. */
static const struct {
	const char *tag;
	size_t offset;
	enum bootptab_kind kind;
} params[] = {
	{ "sm", offsetof(struct bootptab_params, netmask), BOOTPTAB_ADDRESS },
	{ "gw", offsetof(struct bootptab_params, gateway), BOOTPTAB_ADDRESSES },
	{ "ds", offsetof(struct bootptab_params, dns), BOOTPTAB_ADDRESSES },
	{ "sa", offsetof(struct bootptab_params, tftp_server), BOOTPTAB_ADDRESS },
	{ "td", offsetof(struct bootptab_params, tftp_dir), BOOTPTAB_PATH },
	{ "hd", offsetof(struct bootptab_params, home_dir), BOOTPTAB_STRING },
	{ "bf", offsetof(struct bootptab_params, boot_file), BOOTPTAB_STRING },
};

#define N_PARAMS (sizeof(params) / sizeof(params[0]))

/* Append parameter @i of @p unless the template has it already as @have. */
static bool add_param(struct str *out, const struct bootptab_params *p, size_t i, const char *have)
{
	const char *value = *(const char *const *)((const char *)p + params[i].offset);
	cleanup_str struct str tag = STR_INIT;
	size_t skip = strlen(params[i].tag) + 1;
	bool good;

	if (str_is_empty(value)) {
		if (have)
			str_addf(out, "%s@:", params[i].tag);
		return true;
	}
	if (params[i].kind == BOOTPTAB_ADDRESS || params[i].kind == BOOTPTAB_ADDRESSES)
		good = add_addresses(&tag, params[i].tag, value,
				     params[i].kind == BOOTPTAB_ADDRESSES);
	else
		good = add_string(&tag, params[i].tag, value) &&
		       (params[i].kind != BOOTPTAB_PATH || *value == '/');
	if (!good)
		return false;
	/* Compared as it would be written, without the colon at the end; a quoted one is just written again. */
	if (have && strlen(have) == tag.len - skip - 1 &&
	    !memcmp(have, tag.data + skip, tag.len - skip - 1))
		return true;
	str_addn(out, tag.data, tag.len);
	return true;
}

static int bad_value(const char *entry, const char *tag, const char *value, struct error *err)
{
	return error_say(
		err, -EINVAL,
		"bootptab entry \"%s\", tag \"%s\": bootptab(5) cannot say \"%s\" (addresses are "
		"dotted quads; a string has at most %d characters, no quote, no backslash)",
		entry, tag, value, BOOTPTAB_STRING_MAX);
}

/* Append all parameters that differ from the template @have (NULL: all). */
static int add_params(struct bootptab *doc, struct str *out, const char *name,
		      const struct bootptab_params *p, const struct bootptab_node *have,
		      struct error *err)
{
	for (size_t i = 0; i < N_PARAMS; i++) {
		const char *there = have ? bootptab_value(doc, &have->e, params[i].tag) : NULL;

		if (!add_param(out, p, i, there))
			return bad_value(name, params[i].tag,
					 *(const char *const *)((const char *)p + params[i].offset),
					 err);
	}
	return 0;
}

/* Put @line, which is ours, in place of @old (may be NULL), before @before or at the end of the block. */
static int put_line(struct bootptab *doc, const char *line, struct bootptab_node *old,
		    struct marked_line *before, struct error *err)
{
	struct bootptab_lexer lx = {
		.file = doc->file, .text = line, .len = strlen(line), .line = 1
	};
	cleanup_free struct bootptab_raw *raw = mem_new(sizeof(*raw));
	struct bootptab_node *node;
	struct marked_line *text;
	int r = bootptab_lex_entry(&lx, raw, err);

	if (r < 0)
		return r;
	if (old)
		before = TAILQ_NEXT(old->text, link);
	text = marked_add(&doc->marked, before, line, strlen(line));
	r = bootptab_parse_entry(doc, raw, text, &node, err);
	if (r < 0) {
		marked_remove(&doc->marked, text);
		return r;
	}
	/* The old one goes first, so that the trees take the new one. */
	if (old)
		remove_node(doc, old, node);
	bootptab_node_add(doc, node);
	return 0;
}

static bool is_same(const struct bootptab_node *node, const struct str *line)
{
	return node->text->len == line->len && !memcmp(node->text->text, line->data, line->len);
}

static int check_end(const struct bootptab *doc, struct error *err)
{
	if (doc->marked.begin_line || !doc->continued_at)
		return 0;
	return error_say(
		err, -EINVAL,
		"%s:%u: the file ends in a backslash, so that our entries would become a part of "
		"this one: remove it",
		doc->file, doc->continued_at);
}

int bootptab_ensure_template(struct bootptab *doc, const struct bootptab_params *p, bool *changed,
			     struct error *err)
{
	struct bootptab_node *old = find_name(&doc->ours, BOOTPTAB_TEMPLATE);
	const struct bootptab_node *other = find_name(&doc->foreign, BOOTPTAB_TEMPLATE);
	cleanup_str struct str line = STR_INIT;
	int r;

	if (changed)
		*changed = false;
	if (other)
		return error_say(err, -EEXIST,
				 "%s:%u: mkdcroot's template \"" BOOTPTAB_TEMPLATE
				 "\" stands outside of its block: remove it",
				 doc->file, other->e.line);
	r = check_end(doc, err);
	if (r < 0)
		return r;
	str_add(&line, BOOTPTAB_TEMPLATE ":ht=ethernet:vm=rfc1048:");
	r = add_params(doc, &line, BOOTPTAB_TEMPLATE, p, NULL, err);
	if (r < 0)
		return r;
	str_addc(&line, '\n');
	if (old && is_same(old, &line))
		return 0;
	r = put_line(doc, line.data, old, TAILQ_FIRST(&doc->marked.lines), err);
	if (changed)
		*changed = r == 0;
	return r;
}

static int find_conflict(const struct bootptab *doc, const struct bootptab_host *h,
			 struct error *err)
{
	const struct bootptab_node *other = find_name(&doc->foreign, h->name);
	char mac[MAC_TEXT_MAX], ip[IP_TEXT_MAX];
	const char *what = h->name;

	if (!other) {
		other = find_ip(&doc->foreign, &h->ip);
		what = ip_format(&h->ip, ip);
	}
	if (!other) {
		other = find_mac(&doc->foreign, &h->mac);
		what = mac_format(&h->mac, mac);
	}
	if (other)
		return error_say(
			err, -EEXIST,
			"%s:%u: entry \"%s\", which mkdcroot did not write, is about %s already: "
			"remove it, or leave that host to it",
			doc->file, other->e.line, other->e.name, what);
	other = find_ip(&doc->ours, &h->ip);
	if (!other || !strcasecmp(other->e.name, h->name))
		other = find_mac(&doc->ours, &h->mac);
	if (other && strcasecmp(other->e.name, h->name))
		return error_say(err, -EEXIST, "%s: host %s has the address or MAC of %s already",
				 doc->file, other->e.name, h->name);
	return 0;
}

/* bootpd reads hexadecimal digits that begin with a letter as the name of a host, unless 0x comes first. */
static void add_mac(struct str *out, const struct mac_addr *mac)
{
	str_add(out, mac->byte[0] >= 0xa0 ? "ha=0x" : "ha=");
	for (size_t i = 0; i < sizeof(mac->byte); i++)
		str_addf(out, "%02X", mac->byte[i]);
	str_addc(out, ':');
}

static size_t count_addresses(const char *text)
{
	cleanup_strv struct strv each = STRV_INIT;

	strv_split(&each, text ? text : "", " ,\t");
	return each.n;
}

/* The root path has to fit where every client has room: behind mask and gateways, which bootpd puts first. */
static void warn_if_tight(struct bootptab *doc, const struct bootptab_host *h)
{
	size_t gateways = count_addresses(h->params.gateway);
	size_t used = 4 + 6 + (gateways ? 2 + 4 * gateways : 0) + 2 + strlen(h->root_path) + 1;

	if (used > VENDOR_AREA)
		strv_addf(
			&doc->warnings,
			"%s: the root path of %s does not fit into the %d bytes that a plain BOOTP "
			"reply has for options: bootpd leaves it out for clients that ask for no "
			"more",
			doc->file, h->name, VENDOR_AREA);
}

static int make_line(struct bootptab *doc, struct str *line, const struct bootptab_host *h,
		     struct error *err)
{
	const struct bootptab_node *template = find_name(&doc->ours, BOOTPTAB_TEMPLATE);
	char ip[IP_TEXT_MAX];
	int r;

	if (!template || !h->mac.set || h->ip.family != AF_INET)
		return error_say(
			err, -EINVAL,
			"bootptab entry \"%s\": needs the template, a MAC and an IPv4 address",
			h->name);
	r = hostname_check(h->name, err);
	if (r < 0)
		return r;
	str_addf(line, "%s:tc=" BOOTPTAB_TEMPLATE ":", h->name);
	add_mac(line, &h->mac);
	str_addf(line, "ip=%s:", ip_format(&h->ip, ip));
	if (!add_string(line, "rp", h->root_path))
		return bad_value(h->name, "rp", h->root_path, err);
	str_add(line, "hn:");
	r = add_params(doc, line, h->name, &h->params, template, err);
	str_addc(line, '\n');
	return r;
}

int bootptab_ensure_host(struct bootptab *doc, const struct bootptab_host *h, bool *changed,
			 struct error *err)
{
	struct bootptab_node *old = find_name(&doc->ours, h->name);
	cleanup_str struct str line = STR_INIT;
	int r;

	if (changed)
		*changed = false;
	r = make_line(doc, &line, h, err);
	if (r == 0)
		r = find_conflict(doc, h, err);
	if (r < 0)
		return r;
	if (old && is_same(old, &line))
		return 0;
	warn_if_tight(doc, h);
	r = put_line(doc, line.data, old, NULL, err);
	if (changed)
		*changed = r == 0;
	return r;
}

bool bootptab_remove_host(struct bootptab *doc, const char *name)
{
	struct bootptab_node *node = find_name(&doc->ours, name);
	struct bootptab_node *template = find_name(&doc->ours, BOOTPTAB_TEMPLATE);

	if (!node || !is_host(node))
		return false;
	remove_node(doc, node, NULL);
	if (!doc->n_hosts && template)
		remove_node(doc, template, NULL);
	return true;
}

void bootptab_write(const struct bootptab *doc, struct str *out)
{
	marked_write(&doc->marked, out);
}
