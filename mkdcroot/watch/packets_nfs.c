/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packets_nfs: a root being mounted and used: MOUNT and NFSv3 (RFC 1813), NFSv4 (RFC 7530, 8881).
 *
 * With NFSv3 mountd says which directory the host got.  With NFSv4 the host walks down from the server's root by
 * LOOKUP; it is there when that is the path the boot server gave, or when it looks for what stands in a root.
 * What is executed is looked up or opened by name first, since nothing of the root is in the host's caches yet.
 */
#include "mkdcroot/watch/boot_packets_private.h"

#include <stdio.h>
#include <string.h>

#define PROGRAM_MOUNT 100005u
#define PROGRAM_NFS   100003u

enum { MOUNTPROC_MNT = 1, NFSPROC3_LOOKUP = 3, NFSPROC4_COMPOUND = 1 };
enum { NFS4ERR_DELAY = 10008, NFS4ERR_GRACE = 10013 };

/* NFSv4's operations as far as they are skipped over. */
enum {
	OP_ACCESS = 3,
	OP_GETATTR = 9,
	OP_GETFH = 10,
	OP_LOOKUP = 15,
	OP_OPEN = 18,
	OP_PUTFH = 22,
	OP_PUTROOTFH = 24,
	OP_READLINK = 27,
	OP_RESTOREFH = 31,
	OP_SAVEFH = 32,
	OP_SETCLIENTID = 35,
	OP_EXCHANGE_ID = 42,
	OP_SEQUENCE = 53,
};

enum rpc_call { CALL_NONE, CALL_MNT, CALL_WALK, CALL_ROOT, CALL_HELLO, CALL_INIT, CALL_LOGIN };

/* What stands in a root and is in no path to one. */
static const char *const root_names[] = { "sbin", "dev", "proc", "etc", "bin", "sys", "init" };
static const char *const init_names[] = { "init", "systemd", "runit-init", "openrc-init" };
static const char *const login_names[] = { "agetty",  "getty", "mingetty", "mgetty", "fgetty",
					   "login",   "gdm3",  "gdm",	   "sddm",   "lightdm",
					   "lxdm",    "xdm",   "kdm",	   "slim",   "nodm",
					   "sulogin", "greetd" };

/* Of MOUNT3 (RFC 1813), NFSv3 and NFSv4: the same numbers where they mean the same. */
static const struct {
	uint32_t status;
	const char *name;
} status_names[] = {
	{ 1, "not permitted" },
	{ 2, "no such directory" },
	{ 5, "I/O error on the server" },
	{ 13, "access denied" },
	{ 20, "not a directory" },
	{ 22, "invalid argument" },
	{ 63, "name too long" },
	{ 70, "stale file handle" },
	{ 10004, "not supported" },
	{ 10006, "fault of the server" },
	{ 10016, "wrong security flavor" },
	{ 10019, "moved to another server" },
	{ 10021, "minor version not supported" },
};

#define IS_AMONG(name, list) is_among(name, list, sizeof(list) / sizeof((list)[0]))

static bool is_among(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(name, list[i]) == 0)
			return true;
	return false;
}

static const char *status_name(uint32_t status, char *buf, size_t size)
{
	for (size_t i = 0; i < sizeof(status_names) / sizeof(status_names[0]); i++)
		if (status_names[i].status == status)
			return status_names[i].name;
	snprintf(buf, size, "error %u", status);
	return buf;
}

/* The client at @ip; with @make a slot is taken for it: a free one, or the one that was silent longest. */
static struct nfs_client *client_of(struct boot_packets *p, const struct ip_addr *ip, bool make)
{
	struct nfs_client *oldest = &p->client[0];

	for (size_t i = 0; i < NFS_CLIENTS; i++) {
		struct nfs_client *c = &p->client[i];

		if (c->used_ms && ip_equal(&c->ip, ip)) {
			c->used_ms = p->now_ms;
			return c;
		}
		if (c->used_ms < oldest->used_ms)
			oldest = c;
	}
	if (!make)
		return NULL;
	*oldest = (struct nfs_client){ .ip = *ip, .used_ms = p->now_ms };
	return oldest;
}

void packets_nfs_root(struct boot_packets *p, const struct ip_addr *ip, const char *root)
{
	struct nfs_client *c;

	if (!ip_is_set(ip))
		return;
	c = client_of(p, ip, *root);
	if (!c)
		return;
	/* "server:/path,options": what initramfs-tools and the kernel take a root path for. */
	if (*root != '/' && strstr(root, ":/"))
		root = strstr(root, ":/") + 1;
	snprintf(c->root, sizeof(c->root), "%.*s", (int)strcspn(root, ","), root);
	for (size_t n = strlen(c->root); n > 1 && c->root[n - 1] == '/'; n--)
		c->root[n - 1] = '\0';
}

static struct rpc_pending *slot_of(struct boot_packets *p, uint32_t xid)
{
	/* xids of a client count up, so neighbours go to neighbouring slots. */
	return &p->pending[xid % RPC_PENDING];
}

static struct rpc_pending *expect_reply(struct boot_packets *p, const struct frame *f, uint32_t xid,
					enum rpc_call what, const char *name)
{
	struct rpc_pending *call = slot_of(p, xid);

	*call = (struct rpc_pending){
		.client = f->source, .client_port = f->source_port, .xid = xid, .what = what
	};
	snprintf(call->name, sizeof(call->name), "%s", name);
	return call;
}

/* The call that @f replies to, taken off; false: nobody waits for it. */
static bool take_pending(struct boot_packets *p, const struct frame *f, uint32_t xid,
			 struct rpc_pending *out)
{
	struct rpc_pending *call = slot_of(p, xid);

	if (!call->what || call->xid != xid || call->client_port != f->dest_port ||
	    !ip_equal(&call->client, &f->dest))
		return false;
	*out = *call;
	call->what = CALL_NONE;
	return true;
}

static void say(struct boot_packets *p, const struct nfs_client *c, const struct ip_addr *server,
		enum boot_event_kind kind, const char *file, const char *text)
{
	struct boot_event e = boot_packets_event(p, kind);

	e.ip = c->ip;
	e.server = *server;
	snprintf(e.file, sizeof(e.file), "%s", file);
	snprintf(e.text, sizeof(e.text), "%s", text);
	p->emit(&e, p->arg);
}

static void say_refused(struct boot_packets *p, struct nfs_client *c, const struct frame *f,
			const char *file, const char *why)
{
	say(p, c, &f->source, EVENT_MOUNT_REFUSED, file, why);
}

static void say_mounted(struct boot_packets *p, struct nfs_client *c, const struct frame *f,
			const char *file)
{
	c->mounted = true;
	say(p, c, &f->source, EVENT_MOUNTED, file, "");
}

/* A mount begins: what was known of an earlier one no longer holds. */
static void begin_mount(struct boot_packets *p, struct nfs_client *c, const struct frame *f,
			const char *file)
{
	bool known = c->asked && !c->mounted;

	c->asked = true;
	c->mounted = c->init = c->up = false;
	c->path[0] = '\0';
	c->parent = 0;
	if (!known)
		say(p, c, &f->dest, EVENT_MOUNT_ASKED, file, "");
}

/* An opaque or a string of at most @size - 1 bytes, made printable. */
static bool read_name(struct wire *w, char *name, size_t size)
{
	uint32_t len = wire_u32(w);
	const uint8_t *bytes = len < size ? wire_bytes(w, (len + 3) & ~3u) : NULL;

	if (!bytes) {
		w->bad = true;
		return false;
	}
	boot_event_copy(name, size, (const char *)bytes, len);
	return true;
}

static void skip_opaque(struct wire *w)
{
	uint32_t len = wire_u32(w);

	wire_bytes(w, ((size_t)len + 3) & ~(size_t)3);
}

static void skip_words(struct wire *w)
{
	uint32_t n = wire_u32(w);

	wire_bytes(w, (size_t)n * 4);
}

/* What a name means that the host looks up in its mounted root; CALL_NONE: nothing. */
static enum rpc_call meaning(const struct nfs_client *c, const char *name)
{
	if (!c->init && IS_AMONG(name, init_names))
		return CALL_INIT;
	if (!c->up && IS_AMONG(name, login_names))
		return CALL_LOGIN;
	return CALL_NONE;
}

static void mount_call(struct boot_packets *p, const struct frame *f, uint32_t xid, struct wire *w)
{
	char path[256];
	struct nfs_client *c;

	if (!read_name(w, path, sizeof(path)))
		return;
	c = client_of(p, &f->source, true);
	begin_mount(p, c, f, path);
	expect_reply(p, f, xid, CALL_MNT, path);
}

static void lookup3_call(struct boot_packets *p, const struct frame *f, uint32_t xid,
			 struct wire *w)
{
	struct nfs_client *c = client_of(p, &f->source, false);
	enum rpc_call what;
	char name[64];

	if (!c || !c->mounted || c->up)
		return;
	skip_opaque(w);
	if (!read_name(w, name, sizeof(name)))
		return;
	what = meaning(c, name);
	if (what)
		expect_reply(p, f, xid, what, name);
}

/* OPEN of an existing file by its name; anything else ends the reading. */
static void read_open(struct wire *w, char *name, size_t size)
{
	wire_bytes(w, 3 * 4 + 8); /* seqid, share access and deny, client id */
	skip_opaque(w);		  /* the owner */
	if (wire_u32(w) != 0 || wire_u32(w) != 0 || !read_name(w, name, size))
		w->bad = true;
}

/* FNV-1a of an opaque. */
static uint32_t hash_opaque(struct wire *w)
{
	uint32_t len = wire_u32(w), hash = 2166136261u;
	const uint8_t *bytes = wire_bytes(w, ((size_t)len + 3) & ~(size_t)3);

	for (uint32_t i = 0; bytes && i < len; i++)
		hash = (hash ^ bytes[i]) * 16777619u;
	return hash;
}

/* What a compound asks for. */
struct compound {
	bool root, hello;
	uint32_t parent; /* hash of the file handle that the first name is looked up in */
	char names[256]; /* looked up one after the other: "tftpboot/192.168.1.100" */
	char last[256];	 /* the last of them, or what is opened */
};

static void add_name(struct compound *c, const char *name)
{
	size_t n = strlen(c->names);

	snprintf(c->names + n, sizeof(c->names) - n, "%s%s", n ? "/" : "", name);
}

/* One operation; false: what follows cannot be read. */
static bool read_operation(struct wire *w, struct compound *c)
{
	uint32_t op = wire_u32(w);
	char name[256];

	switch (op) {
	case OP_SEQUENCE:
		wire_bytes(w, 16 + 4 * 4);
		break;
	case OP_PUTROOTFH:
		c->root = true;
		break;
	case OP_PUTFH:
		c->parent = hash_opaque(w);
		break;
	case OP_ACCESS:
		wire_u32(w);
		break;
	case OP_GETATTR:
		skip_words(w);
		break;
	case OP_GETFH:
	case OP_READLINK:
	case OP_SAVEFH:
	case OP_RESTOREFH:
		break;
	case OP_LOOKUP:
		if (!read_name(w, name, sizeof(name)))
			return false;
		add_name(c, name);
		memcpy(c->last, name, sizeof(name));
		break;
	case OP_OPEN:
		read_open(w, name, sizeof(name));
		if (!w->bad)
			memcpy(c->last, name, sizeof(name));
		return false;
	case OP_SETCLIENTID:
	case OP_EXCHANGE_ID:
		c->hello = true;
		return false;
	default:
		return false;
	}
	return !w->bad;
}

static void compound_call(struct boot_packets *p, const struct frame *f, uint32_t xid,
			  struct wire *w)
{
	struct nfs_client *c = client_of(p, &f->source, false);
	struct compound ops = { 0 };
	uint32_t n;

	/* Of a host that is up only a new mount says something; most of its calls are cheap to skip. */
	skip_opaque(w);
	wire_u32(w);
	n = wire_u32(w);
	for (uint32_t i = 0; i < n && i < 16 && !w->bad; i++)
		if (!read_operation(w, &ops))
			break;
	if (ops.root || (ops.hello && !c)) {
		c = client_of(p, &f->source, true);
		begin_mount(p, c, f, "");
	}
	if (!c || !c->asked)
		return;
	if (ops.hello)
		expect_reply(p, f, xid, CALL_HELLO, "");
	else if (!c->mounted && (ops.root || ops.names[0]))
		expect_reply(p, f, xid, ops.names[0] ? CALL_WALK : CALL_ROOT, ops.names)->parent =
			ops.parent;
	else if (c->mounted && ops.last[0] && meaning(c, ops.last))
		expect_reply(p, f, xid, meaning(c, ops.last), ops.last);
}

void packets_nfs_call(struct boot_packets *p, const struct frame *f, uint32_t xid, uint32_t program,
		      uint32_t version, uint32_t procedure, struct wire *call)
{
	if (program == PROGRAM_MOUNT && procedure == MOUNTPROC_MNT && version <= 3)
		mount_call(p, f, xid, call);
	else if (program == PROGRAM_NFS && version == 3 && procedure == NFSPROC3_LOOKUP)
		lookup3_call(p, f, xid, call);
	else if (program == PROGRAM_NFS && version == 4 && procedure == NFSPROC4_COMPOUND)
		compound_call(p, f, xid, call);
}

/* A step down from the server's root was answered. */
static void walked(struct boot_packets *p, struct nfs_client *c, const struct frame *f,
		   const struct rpc_pending *call, uint32_t status)
{
	const char *names = call->name;
	char path[sizeof(c->path) * 2 + 1];
	const char *last = strrchr(names, '/');
	bool of_root = IS_AMONG(last ? last + 1 : names, root_names);
	char number[32];

	/* What is looked for in a root tells that this is one, whether it is there or not. */
	if (of_root && !last) {
		say_mounted(p, c, f, c->path);
		if (!status && meaning(c, names) == CALL_INIT) {
			c->init = true;
			say(p, c, &f->source, EVENT_INIT, names, names);
		}
		return;
	}
	snprintf(path, sizeof(path), "%s/%s", c->path, names);
	if (status) {
		say_refused(p, c, f, path, status_name(status, number, sizeof(number)));
		return;
	}
	/* Where another export begins the host asks for the same step again. */
	if (call->parent && call->parent == c->parent)
		return;
	c->parent = call->parent;
	snprintf(c->path, sizeof(c->path), "%.*s", (int)sizeof(c->path) - 1, path);
	if (c->root[0] && strcmp(c->path, c->root) == 0)
		say_mounted(p, c, f, c->path);
}

static void answer(struct boot_packets *p, struct nfs_client *c, const struct frame *f,
		   const struct rpc_pending *call, uint32_t status)
{
	char number[32];

	switch ((enum rpc_call)call->what) {
	case CALL_MNT:
		if (status)
			say_refused(p, c, f, call->name,
				    status_name(status, number, sizeof(number)));
		else
			say_mounted(p, c, f, call->name);
		break;
	case CALL_ROOT:
		if (status)
			say_refused(p, c, f, "/", status_name(status, number, sizeof(number)));
		break;
	case CALL_WALK:
		if (!c->mounted)
			walked(p, c, f, call, status);
		break;
	case CALL_INIT:
		if (!status && !c->init) {
			c->init = true;
			say(p, c, &f->source, EVENT_INIT, call->name, call->name);
		}
		break;
	case CALL_LOGIN:
		if (!status && !c->up) {
			c->up = true;
			say(p, c, &f->source, EVENT_UP, "", call->name);
		}
		break;
	case CALL_HELLO:
	case CALL_NONE:
		break;
	}
}

void packets_nfs_reply(struct boot_packets *p, const struct frame *f, uint32_t xid,
		       struct wire *reply)
{
	struct nfs_client *c = client_of(p, &f->dest, false);
	uint32_t status = wire_u32(reply);
	struct rpc_pending call;

	if (!c || reply->bad || status == NFS4ERR_DELAY || status == NFS4ERR_GRACE ||
	    !take_pending(p, f, xid, &call))
		return;
	answer(p, c, f, &call, status);
}

void packets_nfs_denied(struct boot_packets *p, const struct frame *f, uint32_t xid,
			const char *why)
{
	struct nfs_client *c = client_of(p, &f->dest, false);
	struct rpc_pending call;

	if (c && !c->mounted && take_pending(p, f, xid, &call))
		say_refused(p, c, f, call.name, why);
}

void packets_nfs_closed(struct boot_packets *p, const struct frame *f)
{
	struct nfs_client *c = client_of(p, &f->dest, true);

	if (!c->mounted)
		say_refused(p, c, f, c->root, "connection refused: nobody listens on the NFS port");
}
