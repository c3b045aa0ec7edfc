/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_race: a client swaps directories and files of its root with links out of it while we work there.
 * Whatever a call says, what stands outside is neither changed nor read.
 */
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/tree.h"
#include "tests/unit/box.h"
#include "tests/unit/tap.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

/* How long a race of one call lasts. */
#define RACE_MS 150

struct racer {
	struct box *box;
	const char *a, *b;  /* swapped, in @dir of the box's directory; without @b ... */
	const char *target; /* ... @a becomes a link to this, again and again */
	const char *dir;
	atomic_bool stop;
	atomic_ulong swaps;
};

static void *race_main(void *arg)
{
	struct racer *r = arg;
	char *path = fs_join(r->box->dir, r->dir);
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	free(path);
	while (!atomic_load(&r->stop))
		if (r->b ? renameat2(dir, r->a, dir, r->b, RENAME_EXCHANGE) == 0
			 : symlinkat(r->target, dir, ".planted") == 0 &&
				    renameat(dir, ".planted", dir, r->a) == 0)
			atomic_fetch_add(&r->swaps, 1);
	close(dir);
	return NULL;
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static const struct tree_attr attr = { .mode = 0644 };

/* One call each; what they say does not matter. */
static void do_write(const struct tree *t, struct error *err)
{
	tree_write(t, "/etc/hostname", "ours\n", 5, &attr, err);
}

static void do_mkdir(const struct tree *t, struct error *err)
{
	tree_mkdir(t, "/etc/new/deeper", &attr, err);
	tree_remove(t, "/etc/new", err);
}

static void do_symlink(const struct tree *t, struct error *err)
{
	tree_symlink(t, "ours", "/etc/hostname", err);
}

static void do_device(const struct tree *t, struct error *err)
{
	tree_device(t, "/etc/device", 0x103, 0666, err);
}

static void do_remove(const struct tree *t, struct error *err)
{
	tree_unlink(t, "/etc/hostname", err);
	tree_remove(t, "/etc/sub", err);
}

static void do_empty(const struct tree *t, struct error *err)
{
	tree_empty(t, "/etc", err);
}

static void do_truncate(const struct tree *t, struct error *err)
{
	tree_truncate(t, "/etc/hostname", err);
}

static void do_read(const struct tree *t, struct error *err)
{
	struct strv paths = STRV_INIT;
	struct str text = STR_INIT;

	tree_read(t, "/etc/hostname", &text, err);
	tree_glob(t, "/etc/*/*", &paths, err);
	if (strstr(str_text(&text), BOX_VICTIM))
		box_die("it read what stands outside");
	for (size_t i = 0; i < paths.n; i++)
		if (strstr(paths.v[i], "secret"))
			box_die("it listed what stands outside");
	strv_free(&paths);
	str_free(&text);
}

/* /etc of a root, with a file and a directory. */
static void fill(const struct box *b)
{
	struct error err = ERROR_INIT;

	tree_write(&b->tree, "/etc/hostname", "inside\n", 7, &attr, &err);
	tree_mkdir(&b->tree, "/etc/sub", &attr, &err);
	error_clear(&err);
}

static bool outside_is_whole(const struct box *b)
{
	struct error err = ERROR_INIT;
	struct strv names = STRV_INIT;
	struct tree t = TREE_INIT;
	struct str text = STR_INIT;
	char *path = fs_join(b->dir, "server");
	bool whole = tree_open(&t, path, &err) == 0 &&
		     tree_read(&t, "/hostname", &text, &err) == 0 &&
		     strcmp(str_text(&text), BOX_VICTIM) == 0 &&
		     tree_list(&t, "/", NULL, &names, &err) == 0 && names.n == 2 &&
		     tree_exists(&t, "/sub/secret");

	tree_close(&t);
	strv_free(&names);
	str_free(&text);
	error_clear(&err);
	free(path);
	return whole && box_victim_is_whole(b);
}

/* /etc is the directory again, wherever the last race ended. */
static void settle(const struct box *b)
{
	static const char *const links[] = { "etc.link", "etc.up" };
	char *etc = fs_join(b->root, "etc");
	struct stat st;

	for (size_t i = 0; i < 2 && lstat(etc, &st) == 0 && S_ISLNK(st.st_mode); i++) {
		char *link = fs_join(b->root, links[i]);

		if (lstat(link, &st) == 0 && S_ISDIR(st.st_mode) &&
		    renameat2(AT_FDCWD, etc, AT_FDCWD, link, RENAME_EXCHANGE))
			box_die(link);
		free(link);
	}
	if (lstat(etc, &st) || !S_ISDIR(st.st_mode))
		box_die(etc);
	free(etc);
	fill(b);
}

typedef void call_fn(const struct tree *t, struct error *err);

static void race(struct box *b, const char *what, struct racer r, call_fn *call)
{
	long end = now_ms() + RACE_MS;
	unsigned long calls = 0;
	pthread_t thread;

	r.box = b;
	settle(b);
	if (pthread_create(&thread, NULL, race_main, &r))
		box_die("pthread_create");
	while (now_ms() < end) {
		struct error err = ERROR_INIT;

		call(&b->tree, &err);
		error_clear(&err);
		calls++;
		fill(b);
	}
	atomic_store(&r.stop, true);
	pthread_join(thread, NULL);
	tap_ok(outside_is_whole(b), "%s, %s and a link in turn: %lu calls, %lu swaps", what, r.a,
	       calls, atomic_load(&r.swaps));
}

/* A tree that is removed while its directories become links. */
static void test_remove(struct box *b)
{
	static const char *const pair[] = { "d", "d.link" };
	unsigned long removed = 0, kept = 0, swaps = 0;
	char *doomed = fs_join(b->dir, "doomed"), *link = fs_join(b->dir, "doomed/d.link");
	char *dir = fs_join(b->dir, "doomed/d/e/f"), *server = fs_join(b->dir, "server");

	for (long end = now_ms() + 4 * RACE_MS; now_ms() < end;) {
		struct racer r = { .box = b, .a = pair[0], .b = pair[1], .dir = "doomed" };
		struct error err = ERROR_INIT;
		pthread_t thread;

		if (fs_mkdir_p(dir, 0755, &err) || symlink(server, link) ||
		    pthread_create(&thread, NULL, race_main, &r))
			box_die("doomed");
		if (fs_remove_tree(doomed, &err))
			kept++;
		else
			removed++;
		atomic_store(&r.stop, true);
		pthread_join(thread, NULL);
		swaps += atomic_load(&r.swaps);
		error_clear(&err);
		if (fs_remove_tree(doomed, &err))
			box_die("it cannot be removed, though nobody disturbs");
	}
	tap_ok(outside_is_whole(b),
	       "fs_remove_tree: %lu times removed, %lu times disturbed, %lu swaps", removed, kept,
	       swaps);
	free(doomed);
	free(link);
	free(dir);
	free(server);
}

int main(void)
{
	static const struct {
		const char *name;
		void (*call)(const struct tree *t, struct error *err);
	} calls[] = { { "tree_write", do_write },	{ "tree_mkdir", do_mkdir },
		      { "tree_symlink", do_symlink },	{ "tree_device", do_device },
		      { "tree_remove", do_remove },	{ "tree_empty", do_empty },
		      { "tree_truncate", do_truncate }, { "tree_read", do_read } };
	struct error err = ERROR_INIT;
	struct box b;
	char *path, *secret;

	box_open(&b);
	path = fs_join(b.dir, "server/hostname");
	if (fs_mkdir_p_for(path, 0755, &err))
		box_die(path);
	box_put(path, BOX_VICTIM, 0600);
	secret = path;
	path = fs_join(b.dir, "server/sub/secret");
	if (fs_mkdir_p(path, 0700, &err))
		box_die(path);
	free(path);
	path = fs_join(b.dir, "server");
	box_symlink(&b, path, "/etc.link");
	free(path);
	box_symlink(&b, "../../../../../server", "/etc.up");
	fill(&b);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		race(&b, calls[i].name,
		     (struct racer){ .a = "etc", .b = "etc.link", .dir = "inside" }, calls[i].call);
		race(&b, calls[i].name,
		     (struct racer){ .a = "etc", .b = "etc.up", .dir = "inside" }, calls[i].call);
		race(&b, calls[i].name,
		     (struct racer){ .a = "hostname", .target = secret, .dir = "inside/etc" },
		     calls[i].call);
	}
	settle(&b);
	test_remove(&b);
	free(secret);
	box_close(&b);
	return tap_done();
}
