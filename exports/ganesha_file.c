/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ganesha_file: our file of EXPORT blocks. */

#include "exports/ganesha_file.h"

#include "exports/nfs_private.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"

#include <ctype.h>
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

/* Below that are the administrator's own, by habit; above 65535 there is none. */
#define ID_MIN 4096u
#define ID_MAX 65535u

#define HEADER                                                                                    \
	"# Written by mkdcroot, wholly: what is changed here is lost.  ganesha.conf takes it up " \
	"by\n"                                                                                    \
	"# %%include \"%s\"\n"

struct block {
	TAILQ_ENTRY(block) link;
	char *path;
	char *text; /* the line, with its newline */
	unsigned int id;
};

struct ganesha_file {
	char *name;
	TAILQ_HEAD(blocks, block) blocks;
	void *by_path; /* search tree of blocks */
	uint8_t used[(ID_MAX + 1) / 8];
};

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct block *)a)->path, ((const struct block *)b)->path);
}

static struct block *find(const struct ganesha_file *file, const char *path)
{
	const struct block key = { .path = (char *)path };
	struct block *const *found = tfind(&key, &file->by_path, by_path);

	return found ? *found : NULL;
}

static bool is_used(const struct ganesha_file *file, unsigned int id)
{
	return file->used[id / 8] & 1u << id % 8;
}

/* Add a block as the last one.  Takes @path and @text. */
static void add_block(struct ganesha_file *file, char *path, char *text, unsigned int id)
{
	struct block *b = mem_new(sizeof(*b));

	b->path = path;
	b->text = text;
	b->id = id;
	file->used[id / 8] |= (uint8_t)(1u << id % 8);
	TAILQ_INSERT_TAIL(&file->blocks, b, link);
	/* No memory for one more leaf: nothing can be saved, nothing has been written. */
	if (!tsearch(b, &file->by_path, by_path))
		abort();
}

static void remove_block(struct ganesha_file *file, struct block *b)
{
	file->used[b->id / 8] &= (uint8_t) ~(1u << b->id % 8);
	tdelete(b, &file->by_path, by_path);
	TAILQ_REMOVE(&file->blocks, b, link);
	free(b->path);
	free(b->text);
	free(b);
}

void ganesha_file_free(struct ganesha_file *file)
{
	struct block *b;

	if (!file)
		return;
	while ((b = TAILQ_FIRST(&file->blocks)) != NULL)
		remove_block(file, b);
	free(file->name);
	free(file);
}

/* "EXPORT { Export_Id = 4711; Path = "/tftpboot/192.168.1.100"; ... }" */
static int parse_block(struct ganesha_file *file, const char *line, size_t len, unsigned int number,
		       struct error *err)
{
	static const char head[] = "EXPORT { Export_Id = ", middle[] = "; Path = \"";
	cleanup_free char *text = mem_printf("%.*s\n", (int)len, line);
	cleanup_free char *path = NULL;
	char *end = text, *quote = NULL;
	unsigned long id = 0;

	if (str_has_prefix(text, head))
		id = strtoul(text + strlen(head), &end, 10);
	if (str_has_prefix(end, middle))
		quote = strstr(end + strlen(middle), "\"; ");
	if (!quote || id < 1 || id > ID_MAX || !str_has_suffix(text, " }\n"))
		return error_say(
			err, -EINVAL,
			"%s:%u: not a line of mkdcroot, to which this file belongs: put your own "
			"exports into ganesha.conf",
			file->name, number);
	path = mem_strndup(end + strlen(middle), (size_t)(quote - end) - strlen(middle));
	if (find(file, path) || is_used(file, (unsigned int)id))
		return error_say(err, -EINVAL, "%s:%u: %s or its Export_Id %lu stands twice",
				 file->name, number, path, id);
	add_block(file, steal_ptr(&path), steal_ptr(&text), (unsigned int)id);
	return 0;
}

int ganesha_file_parse(struct ganesha_file **out, const char *path, const char *text, size_t len,
		       struct error *err)
{
	struct ganesha_file *file = mem_new(sizeof(*file));
	unsigned int number = 0;
	size_t at = 0;
	int r = 0;

	file->name = mem_strdup(path);
	TAILQ_INIT(&file->blocks);
	while (at < len && r == 0) {
		const char *line = text + at;
		const char *end = memchr(line, '\n', len - at);
		size_t n = end ? (size_t)(end - line) : len - at;

		number++;
		at += n + (end != NULL);
		if (memchr(line, '\0', n))
			r = error_say(err, -EINVAL, "%s:%u: a NUL character", path, number);
		else if (n && line[0] != '#')
			r = parse_block(file, line, n, number, err);
	}
	if (r < 0) {
		ganesha_file_free(file);
		return r;
	}
	*out = file;
	return 0;
}

int ganesha_file_read(struct ganesha_file **out, const char *path, struct error *err)
{
	cleanup_str struct str text = STR_INIT;
	int r = fs_read_optional(path, &text, err);

	return r < 0 ? r : ganesha_file_parse(out, path, str_text(&text), text.len, err);
}

/* What options of exports(5) mean to ganesha. */
struct meaning {
	const char *access;
	const char *squash;
	struct str more; /* further parameters */
};

static const struct {
	const char *option;
	const char *access;
	const char *squash;
	const char *more;
} options[] = {
	{ "rw", "RW", NULL, NULL },
	{ "ro", "RO", NULL, NULL },
	{ "root_squash", NULL, "Root_Squash", NULL },
	{ "no_root_squash", NULL, "No_Root_Squash", NULL },
	{ "all_squash", NULL, "All_Squash", NULL },
	{ "secure", NULL, NULL, " PrivilegedPort = true;" },
	{ "insecure", NULL, NULL, " PrivilegedPort = false;" },
	/* Always so, or without a counterpart that matters. */
	{ "sync", NULL, NULL, NULL },
	{ "no_all_squash", NULL, NULL, NULL },
	{ "no_subtree_check", NULL, NULL, NULL },
	{ "wdelay", NULL, NULL, NULL },
	{ "no_wdelay", NULL, NULL, NULL },
	{ "hide", NULL, NULL, NULL },
	{ "nocrossmnt", NULL, NULL, NULL },
	{ "mp", NULL, NULL, NULL },
	{ "mountpoint", NULL, NULL, NULL },
	{ "sec=sys", NULL, NULL, NULL },
};

static bool is_digits(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

static int add_meaning(struct meaning *m, const char *option)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (strcmp(options[i].option, option))
			continue;
		if (options[i].access)
			m->access = options[i].access;
		if (options[i].squash)
			m->squash = options[i].squash;
		if (options[i].more)
			str_add(&m->more, options[i].more);
		return 0;
	}
	if (str_has_prefix(option, "fsid="))
		return 0;
	if (str_has_prefix(option, "anonuid=") && is_digits(option + 8))
		str_addf(&m->more, " Anonymous_Uid = %s;", option + 8);
	else if (str_has_prefix(option, "anongid=") && is_digits(option + 8))
		str_addf(&m->more, " Anonymous_Gid = %s;", option + 8);
	else
		return -EINVAL;
	return 0;
}

static int understand(struct meaning *m, const struct nfs_export *e, struct error *err)
{
	cleanup_strv struct strv each = STRV_INIT;

	m->access = "RO";
	m->squash = "Root_Squash";
	strv_split(&each, e->options, ",");
	for (size_t i = 0; i < each.n; i++)
		if (add_meaning(m, each.v[i]) < 0)
			return error_say(err, -EINVAL,
					 "export %s: nfs-ganesha has nothing for the option "
					 "\"%s\": leave it "
					 "out of export_options",
					 e->path, each.v[i]);
	return 0;
}

/* Filesystem_Id: the UUID's two halves as numbers.  Returns false when it is no UUID. */
static bool add_fsid(struct str *out, const char *uuid)
{
	unsigned long long half[2] = { 0, 0 };
	unsigned int n = 0;

	for (; uuid && *uuid; uuid++) {
		unsigned int c = (unsigned char)*uuid;

		if (!isxdigit((int)c))
			continue;
		if (n == 32)
			return false;
		half[n / 16] =
			half[n / 16] << 4 |
			(isdigit((int)c) ? c - '0' : (unsigned int)tolower((int)c) - 'a' + 10);
		n++;
	}
	if (n != 32)
		return false;
	str_addf(out, " Filesystem_Id = %llu.%llu;", half[0], half[1]);
	return true;
}

/* May @text stand between quotes (@quoted), or as a word? */
static bool is_plain(const char *text, bool quoted)
{
	if (!*text)
		return false;
	for (; *text; text++)
		if (iscntrl((unsigned char)*text) ||
		    strchr(quoted ? "\"\\" : "\"\\ #;{}=,()'", *text))
			return false;
	return true;
}

/*
 * The rights stand in the CLIENT block: those of the EXPORT itself are for everybody else, who
 * gets none.
 */
static char *make_block(const struct nfs_export *e, unsigned int id, struct error *err)
{
	struct meaning m = { .more = STR_INIT };
	cleanup_str struct str fsid = STR_INIT;
	char *text = NULL;

	if (e->path[0] != '/' || !is_plain(e->path, true) || !is_plain(e->client, false) ||
	    !add_fsid(&fsid, e->uuid)) {
		error_say(err, -EINVAL,
			  "export %s to %s, fsid %s: nfs-ganesha's configuration cannot say that",
			  e->path, e->client, e->uuid ? e->uuid : "(none)");
		return NULL;
	}
	if (understand(&m, e, err) == 0)
		text = mem_printf("EXPORT { Export_Id = %u; Path = \"%s\"; Pseudo = \"%s\";"
				  " Access_Type = None; SecType = sys;%s FSAL { Name = VFS; }"
				  " CLIENT { Clients = %s; Access_Type = %s; Squash = %s; SecType "
				  "= sys;%s } }\n",
				  id, e->path, e->path, fsid.data, e->client, m.access, m.squash,
				  str_text(&m.more));
	str_free(&m.more);
	return text;
}

/* A free Export_Id, the same for the same path as far as possible (FNV-1a). */
static unsigned int choose_id(const struct ganesha_file *file, const char *path)
{
	const unsigned int range = ID_MAX - ID_MIN + 1;
	uint32_t hash = 2166136261u;

	for (; *path; path++)
		hash = (hash ^ (unsigned char)*path) * 16777619u;
	for (unsigned int i = 0; i < range; i++) {
		unsigned int id = ID_MIN + (hash % range + i) % range;

		if (!is_used(file, id))
			return id;
	}
	return 0;
}

int ganesha_file_ensure(struct ganesha_file *file, const struct nfs_export *e, bool *changed,
			struct error *err)
{
	struct block *old = find(file, e->path);
	unsigned int id = old ? old->id : choose_id(file, e->path);
	cleanup_free char *text = NULL;

	if (changed)
		*changed = false;
	if (!id)
		return error_say(err, -ENOSPC,
				 "export %s: nfs-ganesha has no more than %u Export_Ids", e->path,
				 ID_MAX);
	text = make_block(e, id, err);
	if (!text)
		return -EINVAL;
	if (old && !strcmp(old->text, text))
		return 0;
	if (old) {
		free(old->text);
		old->text = steal_ptr(&text);
	} else {
		add_block(file, mem_strdup(e->path), steal_ptr(&text), id);
	}
	if (changed)
		*changed = true;
	return 0;
}

bool ganesha_file_remove(struct ganesha_file *file, const char *path)
{
	struct block *b = find(file, path);

	if (b)
		remove_block(file, b);
	return b != NULL;
}

unsigned int ganesha_file_id(const struct ganesha_file *file, const char *path)
{
	const struct block *b = find(file, path);

	return b ? b->id : 0;
}

const char *ganesha_file_block(const struct ganesha_file *file, const char *path)
{
	const struct block *b = find(file, path);

	return b ? b->text : NULL;
}

void ganesha_file_write(const struct ganesha_file *file, struct str *out)
{
	const struct block *b;

	str_addf(out, HEADER, file->name);
	for (b = TAILQ_FIRST(&file->blocks); b; b = TAILQ_NEXT(b, link))
		str_add(out, b->text);
}
