/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_archive: archives made here by libarchive, good and hostile ones, unpacked into a box.  None may
 * touch anything outside it, and what cannot be placed is an error with the archive's name.
 */
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/log.h"
#include "mkdcroot/root/archive.h"
#include "mkdcroot/root/tree_writer.h"
#include "tests/unit/box.h"
#include "tests/unit/tap.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

struct pack {
	struct archive *a;
	char *path;
};

static void pack_open(struct pack *p, const struct box *b, const char *name, bool gzip)
{
	p->path = fs_join(b->dir, name);
	p->a = archive_write_new();
	archive_write_set_format_pax(p->a);
	archive_write_set_options(p->a, "hdrcharset=BINARY");
	if (gzip)
		archive_write_add_filter_gzip(p->a);
	archive_write_set_bytes_per_block(p->a, 512);
	if (archive_write_open_filename(p->a, p->path) != ARCHIVE_OK)
		box_die(p->path);
}

static void pack_close(struct pack *p)
{
	archive_write_free(p->a);
	free(p->path);
}

struct file {
	const char *name;
	int type; /* AE_IF...; 0: a hard link to @link */
	const char *link;
	const char *text;
	mode_t mode;
};

static void pack_add(struct pack *p, const struct file *f)
{
	struct archive_entry *e = archive_entry_new();
	size_t len = f->text ? strlen(f->text) : 0;

	archive_entry_set_pathname(e, f->name);
	archive_entry_set_filetype(e, f->type ? (unsigned)f->type : AE_IFREG);
	archive_entry_set_perm(e, f->mode ? f->mode : f->type == AE_IFDIR ? 0755 : 0644);
	archive_entry_set_uid(e, geteuid());
	archive_entry_set_gid(e, getegid());
	archive_entry_set_mtime(e, 1000000000, 123456789);
	archive_entry_set_size(e, (la_int64_t)len);
	if (f->type == AE_IFCHR || f->type == AE_IFBLK)
		archive_entry_set_rdev(e, makedev(1, 3));
	if (!f->type)
		archive_entry_set_hardlink(e, f->link);
	else if (f->link)
		archive_entry_set_symlink(e, f->link);
	if (archive_write_header(p->a, e) < ARCHIVE_WARN)
		box_die(archive_error_string(p->a));
	if (len)
		archive_write_data(p->a, f->text, len);
	archive_entry_free(e);
}

static const struct strv no_excludes = STRV_INIT;

static int unpack(const struct box *b, const char *file, const struct strv *excludes,
		  struct left_out *left_out, struct error *err)
{
	struct unpack u = { file, b->root, excludes ? excludes : &no_excludes, true };
	cleanup_left_out struct left_out mine = LEFT_OUT_INIT;

	return archive_unpack(&u, left_out ? left_out : &mine, err);
}

static bool victim_is_untouched(const struct box *b)
{
	cleanup_str struct str text = STR_INIT;
	cleanup_error struct error err = ERROR_INIT;
	struct stat st;

	return stat(b->victim, &st) == 0 && st.st_nlink == 1 && (st.st_mode & 07777) == 0600 &&
	       !fs_read_file(b->victim, &text, &err) && strcmp(str_text(&text), BOX_VICTIM) == 0;
}

/* Unpack @files; the victim must be as it was, and an error must name the archive. */
static int unpack_files(struct box *b, const char *what, const struct file *files)
{
	cleanup_error struct error err = ERROR_INIT;
	struct pack p;
	int rc;

	box_open(b);
	pack_open(&p, b, "a.tar", false);
	for (; files->name; files++)
		pack_add(&p, files);
	archive_write_close(p.a);
	rc = unpack(b, p.path, NULL, NULL, &err);
	tap_ok(victim_is_untouched(b), "%s: nothing outside is touched", what);
	if (rc)
		tap_ok(strstr(error_text(&err), p.path) && !strpbrk(error_text(&err), "\n\033"),
		       "%s: %s", what, error_text(&err));
	pack_close(&p);
	return rc;
}

static void test_good(void)
{
	static const struct file files[] = { { "./", AE_IFDIR, NULL, NULL, 0750 },
					     { "./etc/", AE_IFDIR, NULL, NULL, 02711 },
					     { "./etc/passwd", AE_IFREG, NULL, "root\n", 0600 },
					     { "/usr/bin/su", AE_IFREG, NULL, "su", 06755 },
					     { "bin", AE_IFLNK, "usr/bin", NULL, 0 },
					     { "bin/ls", AE_IFREG, NULL, "ls", 0 },
					     { "usr/bin/dir", 0, "./bin/ls", NULL, 0 },
					     { "etc//./group", AE_IFREG, NULL, "group", 0 },
					     { "run/pipe", AE_IFIFO, NULL, NULL, 0600 },
					     { NULL } };
	cleanup_error struct error err = ERROR_INIT;
	struct stat st, link;
	struct box b;

	TAP_OK(unpack_files(&b, "a good one", files) == 0);
	TAP_OK(box_has(&b, "/etc/passwd", "root\n") && box_has(&b, "/etc/group", "group"));
	TAP_OK(tree_stat(&b.tree, "/", &st, &err) == 0 && (st.st_mode & 07777) == 0750);
	TAP_OK(tree_stat(&b.tree, "/etc", &st, &err) == 0 && (st.st_mode & 07777) == 02711 &&
	       st.st_mtim.tv_sec == 1000000000);
	TAP_OK(tree_stat(&b.tree, "/etc/passwd", &st, &err) == 0 && (st.st_mode & 07777) == 0600 &&
	       st.st_mtim.tv_sec == 1000000000 && st.st_mtim.tv_nsec == 123456789);
	TAP_OK(tree_stat(&b.tree, "/usr/bin/su", &st, &err) == 0 && (st.st_mode & 07777) == 06755);
	TAP_OK(tree_stat(&b.tree, "/usr/bin/ls", &st, &err) == 0 && st.st_nlink == 2 &&
	       tree_stat(&b.tree, "/usr/bin/dir", &link, &err) == 0 && link.st_ino == st.st_ino);
	TAP_OK(tree_stat(&b.tree, "/run/pipe", &st, &err) == 0 && S_ISFIFO(st.st_mode));
	box_close(&b);
}

/* Names that lead out, or through a link. */
static void test_names(void)
{
	static const struct file dots[] = { { "etc/../../outside", AE_IFREG, NULL, "x", 0 },
					    { NULL } };
	static const struct file dots_link[] = { { "d", AE_IFLNK, "..", NULL, 0 },
						 { "d/outside", AE_IFREG, NULL, "x", 0 },
						 { NULL } };
	static const struct file through_root[] = { { "x", AE_IFLNK, "/", NULL, 0 },
						    { "x/etc/file", AE_IFREG, NULL, "in", 0 },
						    { NULL } };
	static const struct file dangling[] = { { "x", AE_IFLNK, "/tmp/nowhere", NULL, 0 },
						{ "x/file", AE_IFREG, NULL, "x", 0 },
						{ NULL } };
	static const struct file swapped[] = { { "d/", AE_IFDIR, NULL, NULL, 0 },
					       { "d/f", AE_IFREG, NULL, "1", 0 },
					       { "d", AE_IFLNK, "/proc/self/root/tmp", NULL, 0 },
					       { "d/mkdcroot-escaped", AE_IFREG, NULL, "2", 0 },
					       { NULL } };
	static const struct file loop[] = { { "l", AE_IFLNK, "l", NULL, 0 },
					    { "l/f", AE_IFREG, NULL, "x", 0 },
					    { NULL } };
	static const struct file root[] = { { ".", AE_IFLNK, "/tmp", NULL, 0 }, { NULL } };
	struct box b;

	TAP_OK(unpack_files(&b, "\"..\" in a name", dots) == -EINVAL);
	box_close(&b);
	/* As in a chroot: ".." of the root is the root. */
	TAP_OK(unpack_files(&b, "a link to \"..\"", dots_link) == 0 &&
	       box_has(&b, "/outside", "x"));
	box_close(&b);
	TAP_OK(unpack_files(&b, "a link to /", through_root) == 0 &&
	       box_has(&b, "/etc/file", "in"));
	box_close(&b);
	TAP_OK(unpack_files(&b, "a link that leads nowhere", dangling) < 0 &&
	       access("/tmp/nowhere", F_OK) != 0);
	box_close(&b);
	TAP_OK(unpack_files(&b, "a directory that becomes a link", swapped) < 0 &&
	       access("/tmp/mkdcroot-escaped", F_OK) != 0);
	box_close(&b);
	TAP_OK(unpack_files(&b, "a loop", loop) < 0);
	box_close(&b);
	TAP_OK(unpack_files(&b, "a link for the root", root) < 0);
	box_close(&b);
}

/* Links to the victim by its whole path, then written to. */
static void test_victim(void)
{
	struct box b;
	cleanup_error struct error err = ERROR_INIT;

	for (int kind = 0; kind < 4; kind++) {
		static const char *const what[] = { "a file over a link", "a hard link to it",
						    "a hard link to a link to it",
						    "a directory over a link" };
		struct pack p;
		int rc;

		box_open(&b);
		pack_open(&p, &b, "a.tar", false);
		pack_add(&p, &(struct file){ "evil", kind == 1 ? 0 : AE_IFLNK, b.victim, NULL, 0 });
		if (kind == 2)
			pack_add(&p, &(struct file){ "second", 0, "evil", NULL, 0 });
		pack_add(&p, &(struct file){ kind == 2 ? "second" : "evil",
					     kind == 3 ? AE_IFDIR : AE_IFREG, NULL,
					     kind == 3 ? NULL : "overwritten", 0777 });
		archive_write_close(p.a);
		rc = unpack(&b, p.path, NULL, NULL, &err);
		tap_ok(victim_is_untouched(&b), "%s: nothing outside is touched", what[kind]);
		tap_ok((rc < 0) == (kind == 1), "%s: %s", what[kind], error_text(&err));
		error_clear(&err);
		pack_close(&p);
		box_close(&b);
	}
}

static void test_links(void)
{
	static const struct file dots[] = { { "l", 0, "../outside", NULL, 0 }, { NULL } };
	static const struct file directory[] = { { "d/", AE_IFDIR, NULL, NULL, 0 },
						 { "l", 0, "d", NULL, 0 },
						 { NULL } };
	static const struct file self[] = { { "f", AE_IFREG, NULL, "f", 0 },
					    { "f", 0, "f", NULL, 0 },
					    { "g", 0, "f", NULL, 0 },
					    { "f", 0, "g", NULL, 0 },
					    { NULL } };
	static const struct file later[] = { { "l", 0, "f", NULL, 0 },
					     { "f", AE_IFREG, NULL, "f", 0 },
					     { NULL } };
	struct box b;

	TAP_OK(unpack_files(&b, "a hard link with \"..\"", dots) < 0);
	box_close(&b);
	TAP_OK(unpack_files(&b, "a hard link to a directory", directory) < 0);
	box_close(&b);
	TAP_OK(unpack_files(&b, "a hard link to itself", self) == 0 && box_has(&b, "/f", "f") &&
	       box_has(&b, "/g", "f"));
	box_close(&b);
	TAP_OK(unpack_files(&b, "a hard link before its file", later) < 0);
	box_close(&b);
}

static void test_duplicates(void)
{
	static const struct file files[] = { { "a", AE_IFREG, NULL, "first", 0 },
					     { "a", AE_IFREG, NULL, "2", 0600 },
					     { "b/c/d", AE_IFREG, NULL, "deep", 0 },
					     { "b", AE_IFREG, NULL, "now a file", 0 },
					     { "e", AE_IFREG, NULL, "file", 0 },
					     { "e/", AE_IFDIR, NULL, NULL, 0700 },
					     { "e/f", AE_IFREG, NULL, "below", 0 },
					     { "e/", AE_IFDIR, NULL, NULL, 0711 },
					     { NULL } };
	cleanup_error struct error err = ERROR_INIT;
	struct stat st;
	struct box b;

	TAP_OK(unpack_files(&b, "names that come again", files) == 0);
	TAP_OK(box_has(&b, "/a", "2") && box_has(&b, "/b", "now a file") &&
	       box_has(&b, "/e/f", "below"));
	TAP_OK(tree_stat(&b.tree, "/e", &st, &err) == 0 && (st.st_mode & 07777) == 0711);
	box_close(&b);
}

static void test_odd_names(void)
{
	static const struct file files[] = { { "bad\xff\xfe", AE_IFREG, NULL, "bytes", 0 },
					     { "\xc3\xbc", AE_IFREG, NULL, "utf-8", 0 },
					     { "new\nline\033[31m", AE_IFREG, NULL, "nl", 0 },
					     { "l", AE_IFLNK, "to\xff", NULL, 0 },
					     { NULL } };
	char component[301], deep[6001], target[5001];
	struct file long_name[] = { { component, AE_IFREG, NULL, "x", 0 }, { NULL } };
	struct file long_path[] = { { deep, AE_IFREG, NULL, "x", 0 }, { NULL } };
	struct file long_link[] = { { "l", AE_IFLNK, target, NULL, 0 }, { NULL } };
	struct file escape[] = { { "x\033[31m/../y\n", AE_IFREG, NULL, "x", 0 }, { NULL } };
	struct box b;

	TAP_OK(unpack_files(&b, "names that are not UTF-8", files) == 0);
	TAP_OK(box_has(&b, "/bad\xff\xfe", "bytes") && box_has(&b, "/\xc3\xbc", "utf-8") &&
	       box_has(&b, "/new\nline\033[31m", "nl"));
	box_close(&b);
	memset(component, 'n', 300);
	component[300] = '\0';
	TAP_OK(unpack_files(&b, "a name of 300 bytes", long_name) == -ENAMETOOLONG);
	box_close(&b);
	for (size_t i = 0; i < 6000; i += 2)
		memcpy(deep + i, "d/", 2);
	deep[5999] = '\0';
	TAP_OK(unpack_files(&b, "a path of 6000 bytes", long_path) == -ENAMETOOLONG);
	box_close(&b);
	memset(target, 't', 5000);
	target[5000] = '\0';
	TAP_OK(unpack_files(&b, "a link to 5000 bytes", long_link) == -ENAMETOOLONG);
	box_close(&b);
	TAP_OK(unpack_files(&b, "a name with escapes", escape) == -EINVAL);
	box_close(&b);
}

static void test_devices(void)
{
	static const struct file files[] = { { "dev/null", AE_IFCHR, NULL, NULL, 0666 },
					     { "dev/sda", AE_IFBLK, NULL, NULL, 0660 },
					     { "dev/null", AE_IFREG, NULL, "a file", 0 },
					     { NULL } };
	cleanup_error struct error err = ERROR_INIT;
	struct stat st;
	struct box b;

	if (geteuid() != 0) {
		tap_ok(true, "devices # SKIP only root makes devices");
		return;
	}
	TAP_OK(unpack_files(&b, "devices", files) == 0);
	TAP_OK(tree_stat(&b.tree, "/dev/sda", &st, &err) == 0 && S_ISBLK(st.st_mode) &&
	       st.st_rdev == makedev(1, 3) && (st.st_mode & 07777) == 0660);
	/* Not written to the device. */
	TAP_OK(box_has(&b, "/dev/null", "a file"));
	box_close(&b);
}

static void add_sparse(struct pack *p, const char *name, la_int64_t size)
{
	struct archive_entry *e = archive_entry_new();
	char block[512] = "data";

	archive_entry_set_pathname(e, name);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0644);
	archive_entry_set_uid(e, geteuid());
	archive_entry_set_gid(e, getegid());
	archive_entry_set_size(e, size);
	archive_entry_sparse_add_entry(e, 0, sizeof(block));
	if (archive_write_header(p->a, e) < ARCHIVE_WARN)
		box_die(archive_error_string(p->a));
	archive_write_data(p->a, block, sizeof(block));
	archive_entry_free(e);
}

static void test_sparse(void)
{
	cleanup_error struct error err = ERROR_INIT;
	struct stat st;
	struct pack p;
	struct box b;
	int rc;

	box_open(&b);
	pack_open(&p, &b, "a.tar", false);
	add_sparse(&p, "sparse", 1 << 30);
	archive_write_close(p.a);
	TAP_OK(unpack(&b, p.path, NULL, NULL, &err) == 0);
	TAP_OK(tree_stat(&b.tree, "/sparse", &st, &err) == 0 && st.st_size == 1 << 30 &&
	       st.st_blocks <= 64);
	pack_close(&p);
	pack_open(&p, &b, "b.tar", false);
	add_sparse(&p, "huge", INT64_MAX - 512);
	archive_write_close(p.a);
	rc = unpack(&b, p.path, NULL, NULL, &err);
	tap_ok(rc == -EFBIG, "8 EiB: %s", error_text(&err));
	pack_close(&p);
	box_close(&b);
}

/* The same, cut after each 512 bytes, and at odd places: an error each time. */
static void test_cut(bool gzip)
{
	static const struct file files[] = { { "etc/", AE_IFDIR, NULL, NULL, 0 },
					     { "etc/a", AE_IFREG, NULL, "aaaaaaaaaaaaaaaa", 0 },
					     { "etc/b", AE_IFREG, NULL, "bbbbbbbbbbbbbbbb", 0 },
					     { NULL } };
	cleanup_str struct str whole = STR_INIT;
	cleanup_error struct error err = ERROR_INIT;
	size_t bad = 0, step = gzip ? 7 : 64;
	struct pack p;
	struct box b;

	box_open(&b);
	pack_open(&p, &b, "a.tar", gzip);
	for (const struct file *f = files; f->name; f++)
		pack_add(&p, f);
	archive_write_close(p.a);
	if (fs_read_file(p.path, &whole, &err))
		box_die("read");
	/* One block of zeros of the two is end enough. */
	for (size_t len = gzip ? 0 : whole.len % step; len + (gzip ? 8 : 1024) < whole.len;
	     len += step) {
		struct archive_facts facts = { .has_systemd = false };

		if (truncate(p.path, (off_t)len) < 0)
			box_die("truncate");
		if (unpack(&b, p.path, NULL, NULL, &err) != -EINVAL ||
		    !strstr(error_text(&err), p.path))
			printf("# cut at %zu: %s%zu\n", len, error_text(&err), bad++);
		error_clear(&err);
		archive_probe(p.path, &facts, &err);
		archive_facts_free(&facts);
		error_clear(&err);
		if (fs_replace_file(p.path, whole.data, whole.len, 0600, &err))
			box_die("replace");
	}
	tap_ok(!bad, "cut off anywhere, %s", gzip ? "compressed" : "plain");
	TAP_OK(victim_is_untouched(&b) && unpack(&b, p.path, NULL, NULL, &err) == 0);
	pack_close(&p);
	box_close(&b);
}

static void test_no_archive(void)
{
	static const char *const texts[] = { "", "no archive at all\n", "\x1f\x8b\x08garbage",
					     "PK\x03\x04\x14\x00\x01\x00", "Salted__abcdefgh" };
	cleanup_error struct error err = ERROR_INIT;
	char *path;
	struct box b;
	int rc;

	box_open(&b);
	path = fs_join(b.dir, "x.tar");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct archive_facts facts = { .has_systemd = false };

		box_put(path, texts[i], 0644);
		rc = archive_probe(path, &facts, &err);
		tap_ok(rc < 0 && strstr(error_text(&err), path), "%s", error_text(&err));
		archive_facts_free(&facts);
		error_clear(&err);
		TAP_OK(unpack(&b, path, NULL, NULL, &err) < 0);
		error_clear(&err);
	}
	free(path);
	box_close(&b);
}

static void test_probe(void)
{
	cleanup_error struct error err = ERROR_INIT;
	struct archive_facts facts = { .has_systemd = false };
	struct pack p;
	struct box b;
	int rc;

	box_open(&b);
	pack_open(&p, &b, "a.tar", true);
	pack_add(&p, &(struct file){ "lib/systemd/systemd", AE_IFREG, NULL, "x", 0 });
	pack_add(&p,
		 &(struct file){ "etc/os-release", AE_IFLNK, "../usr/lib/os-release", NULL, 0 });
	pack_add(&p, &(struct file){ "usr/lib/os-release", AE_IFREG, NULL, "ID=debian\n", 0 });
	archive_write_close(p.a);
	TAP_OK(archive_probe(p.path, &facts, &err) == 0 && facts.has_systemd &&
	       strcmp(str_text(&facts.release), "ID=debian\n") == 0);
	pack_close(&p);
	pack_open(&p, &b, "b.tar", true);
	pack_add(&p, &(struct file){ "photo.jpg", AE_IFREG, NULL, "x", 0 });
	archive_write_close(p.a);
	rc = archive_probe(p.path, &facts, &err);
	tap_ok(rc == -EINVAL && strstr(error_text(&err), "no root file system"), "%s",
	       error_text(&err));
	pack_close(&p);
	archive_facts_free(&facts);
	box_close(&b);
}

static void test_excludes(void)
{
	cleanup_strv struct strv excludes = STRV_INIT;
	cleanup_left_out struct left_out left_out = LEFT_OUT_INIT;
	cleanup_error struct error err = ERROR_INIT;
	struct pack p;
	struct box b;

	strv_add(&excludes, "/home/*");
	strv_add(&excludes, "/etc/ssh/ssh_host_*");
	strv_add(&excludes, "/var/log/**.gz");
	box_open(&b);
	pack_open(&p, &b, "a.tar", false);
	pack_add(&p, &(struct file){ "home/", AE_IFDIR, NULL, NULL, 0 });
	pack_add(&p, &(struct file){ "home/ann/a", AE_IFREG, NULL, "x", 0 });
	pack_add(&p, &(struct file){ "home/ann/b", AE_IFREG, NULL, "x", 0 });
	pack_add(&p, &(struct file){ "./etc/ssh/ssh_host_key", AE_IFREG, NULL, "x", 0 });
	pack_add(&p, &(struct file){ "etc/copy", 0, "etc/ssh/ssh_host_key", NULL, 0 });
	pack_add(&p, &(struct file){ "var/log/a/b.gz", AE_IFREG, NULL, "x", 0 });
	pack_add(&p, &(struct file){ "etc/ssh/sshd_config", AE_IFREG, NULL, "x", 0 });
	archive_write_close(p.a);
	log_set_level(LOG_QUIET);
	TAP_OK(unpack(&b, p.path, &excludes, &left_out, &err) == 0);
	TAP_OK(box_has(&b, "/etc/ssh/sshd_config", "x") && tree_exists(&b.tree, "/home") &&
	       !tree_exists(&b.tree, "/home/ann") && !tree_exists(&b.tree, "/etc/copy") &&
	       !tree_exists(&b.tree, "/etc/ssh/ssh_host_key") && !tree_exists(&b.tree, "/var/log"));
	TAP_OK(left_out.paths.n == 4 && strcmp(left_out.paths.v[0], "/home/ann") == 0 &&
	       strcmp(left_out.rules.v[0], "/home/*") == 0);
	pack_close(&p);
	box_close(&b);
}

/* ---- container images ---------------------------------------------------------------------------- */

static void make_layer(const struct box *b, const char *name, const struct file *files,
		       struct str *out)
{
	cleanup_error struct error err = ERROR_INIT;
	struct pack p;

	pack_open(&p, b, name, true);
	for (; files->name; files++)
		pack_add(&p, files);
	archive_write_close(p.a);
	if (fs_read_file(p.path, out, &err))
		box_die("read");
	pack_close(&p);
}

static void pack_blob(struct pack *p, const char *name, const struct str *data)
{
	struct archive_entry *e = archive_entry_new();

	archive_entry_set_pathname(e, name);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0644);
	archive_entry_set_size(e, (la_int64_t)data->len);
	archive_write_header(p->a, e);
	archive_write_data(p->a, data->data, data->len);
	archive_entry_free(e);
}

#define BLOB_1 "1111111111111111111111111111111111111111111111111111111111111111"
#define BLOB_2 "2222222222222222222222222222222222222222222222222222222222222222"
#define BLOB_3 "3333333333333333333333333333333333333333333333333333333333333333"

static const struct file lower[] = { { "etc/", AE_IFDIR, NULL, NULL, 0 },
				     { "etc/os-release", AE_IFREG, NULL, "ID=alpine\n", 0 },
				     { "etc/gone", AE_IFREG, NULL, "x", 0 },
				     { "etc/gone.d/a", AE_IFREG, NULL, "x", 0 },
				     { "opt/old/a", AE_IFREG, NULL, "x", 0 },
				     { "opt/old/sub/b", AE_IFREG, NULL, "x", 0 },
				     { "opt/kept", AE_IFREG, NULL, "x", 0 },
				     { NULL } };
static const struct file upper[] = { { "etc/.wh.gone", AE_IFREG, NULL, NULL, 0 },
				     { "etc/.wh.gone.d", AE_IFREG, NULL, NULL, 0 },
				     { "opt/old/sub/new", AE_IFREG, NULL, "new", 0 },
				     { "opt/old/.wh..wh..opq", AE_IFREG, NULL, NULL, 0 },
				     { "opt/again", AE_IFREG, NULL, "mine", 0 },
				     { "opt/.wh.again", AE_IFREG, NULL, NULL, 0 },
				     { ".wh.", AE_IFREG, NULL, NULL, 0 },
				     { ".wh..", AE_IFREG, NULL, NULL, 0 },
				     { ".wh...", AE_IFREG, NULL, NULL, 0 },
				     { "opt/.wh..wh.plnk", AE_IFREG, NULL, NULL, 0 },
				     { NULL } };

static void check_image(struct box *b, const char *what, const char *path)
{
	cleanup_error struct error err = ERROR_INIT;
	struct archive_facts facts = { .has_systemd = false };
	int rc;

	rc = archive_probe(path, &facts, &err);
	tap_ok(rc == 0 && strcmp(str_text(&facts.release), "ID=alpine\n") == 0, "%s: os-release %s",
	       what, error_text(&err));
	archive_facts_free(&facts);
	rc = unpack(b, path, NULL, NULL, &err);
	tap_ok(rc == 0, "%s: unpacked %s", what, error_text(&err));
	tap_ok(!tree_exists(&b->tree, "/etc/gone") && !tree_exists(&b->tree, "/etc/gone.d") &&
		       !tree_exists(&b->tree, "/opt/old/a") &&
		       !tree_exists(&b->tree, "/opt/old/sub/b"),
	       "%s: what the upper layer takes away is gone", what);
	tap_ok(box_has(b, "/opt/kept", "x") && box_has(b, "/opt/old/sub/new", "new") &&
		       box_has(b, "/opt/again", "mine") &&
		       box_has(b, "/etc/os-release", "ID=alpine\n"),
	       "%s: the rest is there", what);
	TAP_OK(victim_is_untouched(b));
}

static void test_images(void)
{
	static const char docker[] =
		"[{\"Layers\": [\"" BLOB_1 "/layer.tar\", \"" BLOB_2 "/layer.tar\"]}]";
	static const char index[] = "{\"manifests\": [{\"digest\": \"sha256:" BLOB_3 "\"}]}";
	static const char manifest[] = "{\"layers\": [{\"digest\": \"sha256:" BLOB_1
				       "\"}, {\"digest\": \"sha256:" BLOB_2 "\"}]}";
	static const char evil[] = "{\"layers\": [{\"digest\": \"sha256:../../../outside\"}]}";
	cleanup_error struct error err = ERROR_INIT;
	struct str one = STR_INIT, two = STR_INIT;
	struct pack p;
	struct box b;
	int rc;

	box_open(&b);
	make_layer(&b, "1", lower, &one);
	make_layer(&b, "2", upper, &two);
	pack_open(&p, &b, "docker.tar", false);
	pack_blob(&p, BLOB_2 "/layer.tar", &two);
	pack_blob(&p, BLOB_1 "/layer.tar", &one);
	pack_add(&p, &(struct file){ "manifest.json", AE_IFREG, NULL, docker, 0 });
	archive_write_close(p.a);
	check_image(&b, "docker save", p.path);
	pack_close(&p);
	box_close(&b);

	box_open(&b);
	pack_open(&p, &b, "oci.tar", true);
	pack_add(&p, &(struct file){ "blobs/sha256/" BLOB_3, AE_IFREG, NULL, manifest, 0 });
	pack_blob(&p, "blobs/sha256/" BLOB_2, &two);
	pack_blob(&p, "blobs/sha256/" BLOB_1, &one);
	pack_add(&p, &(struct file){ "index.json", AE_IFREG, NULL, index, 0 });
	pack_add(&p, &(struct file){ "oci-layout", AE_IFREG, NULL, "{}", 0 });
	archive_write_close(p.a);
	check_image(&b, "OCI layout", p.path);
	pack_close(&p);
	pack_open(&p, &b, "evil.tar", true);
	pack_add(&p, &(struct file){ "index.json", AE_IFREG, NULL, evil, 0 });
	archive_write_close(p.a);
	rc = unpack(&b, p.path, NULL, NULL, &err);
	tap_ok(rc == -EINVAL, "%s", error_text(&err));
	pack_close(&p);
	box_close(&b);
	str_free(&one);
	str_free(&two);
}

/* Pieces of zeros without end. */
static int more_zeros(void *arg, const void **bytes, size_t *len, long long *offset,
		      struct error *err)
{
	static const char zeros[4096];

	(void)err;
	*bytes = zeros;
	*len = sizeof(zeros);
	*offset = *(long long *)arg;
	*(long long *)arg += sizeof(zeros);
	return 1;
}

static void test_budget(void)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_tree_writer struct tree_writer *w = NULL;
	long long offset = 0;
	int rc;
	struct tree_entry e = { .path = "bomb",
				.mode = S_IFREG | 0644,
				.uid = geteuid(),
				.gid = getegid(),
				.content = more_zeros,
				.arg = &offset };
	struct box b;

	box_open(&b);
	w = tree_writer_new(b.root, 1 << 20, &err);
	rc = w ? tree_writer_put(w, &e, &err) : -EINVAL;
	tap_ok(rc == -ENOSPC, "a bomb: %s", error_text(&err));
	TAP_OK(offset <= (1 << 20) + 8192);
	box_close(&b);
}

int main(void)
{
	log_set_level(LOG_QUIET);
	test_good();
	test_names();
	test_victim();
	test_links();
	test_duplicates();
	test_odd_names();
	test_devices();
	test_sparse();
	test_cut(false);
	test_cut(true);
	test_no_archive();
	test_probe();
	test_excludes();
	test_images();
	test_budget();
	return tap_done();
}
