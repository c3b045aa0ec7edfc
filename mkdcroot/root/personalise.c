/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * personalise: the host part of a profile, item by item, into a list of paths; and the
 * list into the host's root.
 */
#include "mkdcroot/root/personalise.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/root/fstab.h"
#include "mkdcroot/root/place.h"

#include <string.h>

void personal_list_free(struct personal_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		struct personal_file *f = &list->v[i];

		if (f->secret && f->content.data)
			explicit_bzero(f->content.data, f->content.len);
		str_free(&f->content);
		free(f->path);
		free(f->why);
	}
	free(list->v);
	strv_free(&list->warnings);
	strv_free(&list->notes);
	*list = (struct personal_list){ .n = 0 };
}

/* The values of the template variables. */
struct values {
	const struct personal_input *in;
	char ip[IP_TEXT_MAX], mac[MAC_TEXT_MAX];
	struct str fqdn, names, dns;
};

struct build {
	const struct personal_input *in;
	struct personal_list *list;
	struct values values;
	struct accounts accounts; /* of the tree, as they will be */
	bool has_accounts;	  /* read yet? */
	struct str fstab;	  /* as it will be, once generated */
};

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

static void values_init(struct values *v, const struct personal_input *in)
{
	const struct host *host = in->host;

	v->in = in;
	ip_format(&host->ip, v->ip);
	if (host->mac.set)
		mac_format(&host->mac, v->mac);
	str_add(&v->fqdn, host->name);
	/* A name with dots is complete already. */
	if (!strchr(host->name, '.') && !str_is_empty(in->settings->domain))
		str_addf(&v->fqdn, ".%s", in->settings->domain);
	str_add(&v->names, str_text(&v->fqdn));
	if (strchr(str_text(&v->fqdn), '.'))
		str_addf(&v->names, " %.*s", (int)strcspn(host->name, "."), host->name);
	for (size_t i = 0; i < in->settings->dns.n; i++)
		str_addf(&v->dns, "%s%s", i ? " " : "", in->settings->dns.v[i]);
}

static void values_free(struct values *v)
{
	str_free(&v->fqdn);
	str_free(&v->names);
	str_free(&v->dns);
}

/* For profile_expand() and profile_item_applies(). */
static const char *variable(const char *name, const void *arg)
{
	const struct values *v = arg;
	const struct {
		const char *name, *value;
	} table[] = {
		{ "name", v->in->host->name },
		{ "fqdn", str_text(&v->fqdn) },
		{ "names", str_text(&v->names) },
		{ "ip", v->ip },
		{ "mac", v->mac },
		{ "netmask", v->in->netmask },
		{ "gateway", v->in->gateway },
		{ "dns", str_text(&v->dns) },
		{ "domain", v->in->settings->domain },
		{ "server", v->in->server },
		{ "machine_id", v->in->identity->machine_id },
		{ "layer", v->in->host->layer },
		{ "role", v->in->host->role },
		{ "nic", v->in->host->nic },
		{ "console", v->in->console },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (strcmp(table[i].name, name) == 0)
			return or_empty(table[i].value);
	return "";
}

/* A new entry for @path; one that is there gives way, so that each path stands once. */
static struct personal_file *add(struct build *b, enum personal_type type, const char *path,
				 const struct profile_item *item)
{
	struct personal_list *list = b->list;
	struct personal_file *f = NULL;

	for (size_t i = 0; i < list->n && !f; i++)
		if (strcmp(list->v[i].path, path) == 0)
			f = &list->v[i];
	if (f) {
		str_free(&f->content);
		free(f->path);
		free(f->why);
	} else {
		list->v = mem_resize(list->v, list->n + 1, sizeof(*list->v));
		f = &list->v[list->n++];
	}
	*f = (struct personal_file){ .type = type,
				     .path = mem_strdup(path),
				     .why = mem_printf("%s:%u", item->file, item->line) };
	return f;
}

static struct personal_file *add_text(struct build *b, const char *path, mode_t mode,
				      const char *text, bool secret,
				      const struct profile_item *item)
{
	struct personal_file *f = add(b, PERSONAL_FILE, path, item);

	f->attr.mode = mode;
	f->secret = secret;
	str_add(&f->content, text);
	return f;
}

static int need_accounts(struct build *b, struct error *err)
{
	int rc = b->has_accounts ? 0 : accounts_read(&b->accounts, b->in->tree, err);

	b->has_accounts = !rc;
	return rc;
}

static int find_attr(struct build *b, const struct profile_item *item, struct tree_attr *attr,
		     struct error *err)
{
	int rc = need_accounts(b, err);

	if (rc)
		return rc;
	attr->mode = item->mode;
	rc = accounts_find_owner(&b->accounts, item->owner, item->group, attr);
	return rc ? error_say(err, rc, "%s has no account %s or no group %s", b->in->tree->name,
			      item->owner, item->group)
		  : 0;
}

static int build_file(struct build *b, const struct profile_item *item, struct error *err)
{
	struct tree_attr attr = { .mode = 0 };
	int rc = find_attr(b, item, &attr, err);
	struct personal_file *f;

	if (rc)
		return rc;
	f = add(b, PERSONAL_FILE, item->what, item);
	f->attr = attr;
	return profile_expand(item, variable, &b->values, &f->content, err);
}

static int build_link(struct build *b, const struct profile_item *item, struct error *err)
{
	(void)err;
	str_add(&add(b, PERSONAL_LINK, item->what, item)->content, item->text);
	return 0;
}

static int build_mkdir(struct build *b, const struct profile_item *item, struct error *err)
{
	struct tree_attr attr = { .mode = 0 };
	int rc = find_attr(b, item, &attr, err);

	if (!rc)
		add(b, PERSONAL_DIR, item->what, item)->attr = attr;
	return rc;
}

static int build_remove(struct build *b, const struct profile_item *item, struct error *err)
{
	cleanup_strv struct strv paths = STRV_INIT;
	int rc = tree_glob(b->in->tree, item->what, &paths, err);

	for (size_t i = 0; !rc && i < paths.n; i++)
		add(b, PERSONAL_REMOVE, paths.v[i], item);
	return rc;
}

static int generate_machine_id(struct build *b, const struct profile_item *item, struct error *err)
{
	cleanup_free char *line = mem_printf("%s\n", b->in->identity->machine_id);

	(void)err;
	/* As systemd-machine-id-setup(1) makes it. */
	add_text(b, "/etc/machine-id", 0444, line, false, item);
	return 0;
}

static int generate_host_keys(struct build *b, const struct profile_item *item, struct error *err)
{
	const struct identity *id = b->in->identity;

	(void)err;
	for (size_t i = 0; i < id->n; i++) {
		cleanup_free char *secret =
			mem_printf("/etc/ssh/ssh_host_%s_key", id->keys[i].type);
		cleanup_free char *public = mem_printf("%s.pub", secret);

		add_text(b, secret, 0600, id->keys[i].secret, true, item);
		add_text(b, public, 0644, id->keys[i].public, false, item);
	}
	return 0;
}

/* ${server} and the like in a line of fstab. */
static int expand_mount(struct build *b, const char *line, const char *origin, struct strv *mounts,
			struct error *err)
{
	const struct profile_item item = { .part = PROFILE_HOST,
					   .text = (char *)line,
					   .template = (char *)origin };
	cleanup_str struct str text = STR_INIT;
	int rc = profile_expand(&item, variable, &b->values, &text, err);

	if (!rc)
		strv_take(mounts, str_steal(&text));
	return rc;
}

/* The mounts of the profile, then those of the settings. */
static int collect_mounts(struct build *b, struct strv *mounts, struct error *err)
{
	const struct profile *p = b->in->profile;
	int rc = 0;

	for (size_t i = 0; i < p->n && !rc; i++) {
		const struct profile_item *item = &p->items[i];

		if (item->verb != VERB_MOUNT)
			continue;
		rc = profile_item_applies(item, b->in->tree, variable, &b->values, err);
		if (rc > 0)
			rc = expand_mount(b, item->text, item->file, mounts, err);
	}
	for (size_t i = 0; i < b->in->settings->mount.n && !rc; i++)
		rc = expand_mount(b, b->in->settings->mount.v[i], "mount", mounts, err);
	return rc;
}

static int generate_fstab(struct build *b, const struct profile_item *item, struct error *err)
{
	static const char path[] = "/etc/fstab";
	cleanup_strv struct strv mounts = STRV_INIT;
	cleanup_str struct str old = STR_INIT;
	cleanup_error struct error why = ERROR_INIT;
	int rc = tree_read(b->in->tree, path, &old, &why);

	/* A link, a FIFO, a device: the host's doing; it is replaced. */
	if (rc && rc != -ENOENT)
		strv_addf(&b->list->warnings, "%s: a new one is written", error_text(&why));
	rc = collect_mounts(b, &mounts, err);
	if (!rc)
		rc = fstab_rewrite(str_text(&old), path, &mounts, &b->fstab, &b->list->notes, err);
	if (!rc)
		add_text(b, path, 0644, str_text(&b->fstab), false, item);
	return rc;
}

/* An account file that has changed, with the attributes that it has in the tree. */
static int add_account_file(struct build *b, const char *path, const struct str *now,
			    const struct str *before, mode_t mode, const struct profile_item *item,
			    struct error *err)
{
	struct tree_attr attr = { .mode = mode };
	struct stat st;
	int rc;

	if (now->len == before->len &&
	    (!now->len || memcmp(now->data, before->data, now->len) == 0))
		return 0;
	rc = tree_stat(b->in->tree, path, &st, err);
	if (rc && rc != -ENOENT)
		return rc;
	if (!rc && S_ISREG(st.st_mode))
		attr = (struct tree_attr){ st.st_mode & 07777, st.st_uid, st.st_gid };
	add_text(b, path, 0, str_text(now), (attr.mode & S_IROTH) == 0, item);
	add_text(b, path, 0, str_text(now), (attr.mode & S_IROTH) == 0, item)->attr = attr;
	return 0;
}

/* Homes that no file system is mounted over. */
static void add_homes(struct build *b, const struct strv *homes, const struct profile_item *item)
{
	for (size_t i = 0; i < homes->n; i++) {
		unsigned int uid = 0, gid = 0;
		int at = 0;
		struct personal_file *f;

		if (sscanf(homes->v[i], "%u %u %n", &uid, &gid, &at) != 2 ||
		    fstab_covers(str_text(&b->fstab), homes->v[i] + at))
			continue;
		f = add(b, PERSONAL_DIR, homes->v[i] + at, item);
		f->attr = (struct tree_attr){ 0700, uid, gid };
		f->keep = true;
	}
}

static void add_directory(struct build *b, const char *path, bool keep,
			  const struct profile_item *item)
{
	struct personal_file *f = add(b, PERSONAL_DIR, path, item);

	f->attr.mode = 0700;
	f->keep = keep;
}

static int add_root_keys(struct build *b, const struct credentials *c,
			 const struct profile_item *item, bool *any, struct error *err)
{
	cleanup_str struct str keys = STR_INIT;
	int rc = credentials_root_keys(c, &keys, err);

	if (rc || !keys.len)
		return rc;
	*any = true;
	add_directory(b, "/root", true, item);
	add_directory(b, "/root/.ssh", false, item);
	add_text(b, "/root/.ssh/authorized_keys", 0600, str_text(&keys), false, item);
	return 0;
}

static void warn_about_login(struct build *b, bool has_key)
{
	cleanup_free char *why = NULL;
	bool usable = has_key && tree_exists(b->in->tree, "/usr/sbin/sshd");

	if (!credentials_can_login(&b->accounts, usable, &why))
		strv_addf(&b->list->warnings, "nobody will be able to log in: %s%s", why,
			  has_key ? " (root's key is of no use: the layer has no sshd)" : "");
}

static int generate_credentials(struct build *b, const struct profile_item *item, struct error *err)
{
	const struct settings *s = b->in->settings;
	const struct credentials c = { s->users, s->root_hash, s->root_key, b->in->people };
	cleanup_accounts struct accounts before = { .has_shadow = false };
	cleanup_strv struct strv homes = STRV_INIT;
	const struct {
		const char *path;
		const struct str *now, *before;
		mode_t mode;
	} files[] = {
		{ "/etc/passwd", &b->accounts.passwd, &before.passwd, 0644 },
		{ "/etc/shadow", &b->accounts.shadow, &before.shadow, 0600 },
		{ "/etc/group", &b->accounts.group, &before.group, 0644 },
		{ "/etc/gshadow", &b->accounts.gshadow, &before.gshadow, 0600 },
	};
	bool has_key = false;
	int rc = accounts_read(&before, b->in->tree, err);

	if (!rc)
		rc = need_accounts(b, err);
	if (!rc)
		rc = accounts_apply(&b->accounts, &c, &homes, err);
	for (size_t i = 0; !rc && i < sizeof(files) / sizeof(*files); i++)
		rc = add_account_file(b, files[i].path, files[i].now, files[i].before,
				      files[i].mode, item, err);
	if (!rc)
		rc = add_root_keys(b, &c, item, &has_key, err);
	if (rc)
		return rc;
	add_homes(b, &homes, item);
	warn_about_login(b, has_key);
	return 0;
}

static int build_generate(struct build *b, const struct profile_item *item, struct error *err)
{
	static const struct {
		const char *name;
		int (*run)(struct build *b, const struct profile_item *item, struct error *err);
	} generators[] = {
		{ "machine-id", generate_machine_id },
		{ "ssh-host-keys", generate_host_keys },
		{ "fstab", generate_fstab },
		{ "credentials", generate_credentials },
	};

	for (size_t i = 0; i < sizeof(generators) / sizeof(*generators); i++)
		if (strcmp(generators[i].name, item->what) == 0)
			return generators[i].run(b, item, err);
	return error_say(err, -EINVAL, "no generator %s", item->what);
}

typedef int verb_fn(struct build *b, const struct profile_item *item, struct error *err);

static verb_fn *const verbs[] = {
	[VERB_REMOVE] = build_remove, [VERB_LINK] = build_link,		[VERB_MKDIR] = build_mkdir,
	[VERB_FILE] = build_file,     [VERB_GENERATE] = build_generate,
};

int personalise_build(struct personal_list *list, const struct personal_input *in,
		      struct error *err)
{
	struct build b = { .in = in, .list = list };
	int rc = 0;

	values_init(&b.values, in);
	for (size_t i = 0; i < in->profile->n && rc >= 0; i++) {
		const struct profile_item *item = &in->profile->items[i];

		if (item->part != PROFILE_HOST || item->verb >= sizeof(verbs) / sizeof(*verbs) ||
		    !verbs[item->verb])
			continue;
		rc = profile_item_applies(item, in->tree, variable, &b.values, err);
		if (rc > 0)
			rc = verbs[item->verb](&b, item, err);
		if (rc < 0)
			error_wrap(err, "personalise %s (%s:%u)", in->host->name, item->file,
				   item->line);
	}
	values_free(&b.values);
	accounts_free(&b.accounts);
	str_free(&b.fstab);
	return rc < 0 ? rc : 0;
}

/* 1 when something had to be changed. */
static int apply_one(const struct personal_file *f, const struct tree *t, struct error *err)
{
	switch (f->type) {
	case PERSONAL_FILE:
		return place_file(t, f->path, &f->content, &f->attr, err);
	case PERSONAL_LINK:
		return place_link(t, f->path, str_text(&f->content), err);
	case PERSONAL_DIR:
		return place_dir(t, f->path, &f->attr, f->keep, err);
	case PERSONAL_REMOVE:
		return place_nothing(t, f->path, err);
	}
	return error_say(err, -EINVAL, "%s: of no kind", f->path);
}

int personalise_apply(const struct personal_list *list, const struct tree *t, size_t *written,
		      struct error *err)
{
	size_t count = 0;

	for (size_t i = 0; i < list->n; i++) {
		int rc = apply_one(&list->v[i], t, err);

		if (rc < 0)
			return error_wrap(err, "personalise (%s)", list->v[i].why);
		count += (size_t)rc;
	}
	if (written)
		*written = count;
	return 0;
}
