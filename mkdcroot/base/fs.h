/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fs: file system calls on the administrator's own files and on the store.
 * Paths inside a host's root are never given to these: see tree.h.
 */
#ifndef MKDCROOT_BASE_FS_H
#define MKDCROOT_BASE_FS_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The largest text file that is read as a whole (64 MiB). */
#define FS_READ_MAX (64u << 20)

/* Append all of @path to @out.  -EFBIG above FS_READ_MAX, -EINVAL when it is not a regular file. */
int fs_read_file(const char *path, struct str *out, struct error *err);

/* As fs_read_file(), but a file that does not exist leaves @out as it is and returns 0. */
int fs_read_optional(const char *path, struct str *out, struct error *err);

/* Append all that is left to read of the regular file @fd; @name is for the messages. */
int fs_read_fd(int fd, const char *name, struct str *out, struct error *err);

/*
 * Replace (or create) @path by @len bytes of @data, atomically and durably:
 * an exclusive temporary file in the same directory, written, owner, mode and
 * extended attributes (ACLs, labels) taken from the old file, fsync, rename,
 * fsync of the directory.  A symbolic link is followed: the file behind it is
 * replaced.  When the old content is already the same, nothing is written.
 * @mode: permissions of a new file; an old file keeps its own.
 */
int fs_replace_file(const char *path, const void *data, size_t len, mode_t mode, struct error *err);

/* As fs_replace_file() with STR's content, and then read back and compared: -EIO when it is not
 * what was written. */
int fs_replace_checked(const char *path, const struct str *data, mode_t mode, struct error *err);

/*
 * As fs_replace_file(), but not synced: for files of the store that a later step makes durable
 * together.
 */
int fs_replace_later(const char *path, const void *data, size_t len, mode_t mode,
		     struct error *err);

/*
 * Remove the temporary files that fs_replace_file(@path) left when it was killed.  Only for
 * who keeps others from replacing @path meanwhile; what cannot be removed stays.
 */
void fs_remove_temporaries(const char *path);

/*
 * Create @path, which must not exist, with @len bytes of @data.  Not synced: for files of the
 * store that a later step makes durable together.
 */
int fs_create_file(const char *path, const void *data, size_t len, mode_t mode, struct error *err);

/* Write all of @len bytes.  Returns 0 or -errno. */
int fs_write_all(int fd, const void *data, size_t len);

/* Make @path and its missing parents; existing directories keep their mode.  Each new one is
 * durable. */
int fs_mkdir_p(const char *path, mode_t mode, struct error *err);

/* Make the directory that is to hold the file @path. */
int fs_mkdir_p_for(const char *path, mode_t mode, struct error *err);

/* fsync the directory @path. */
int fs_sync_dir(const char *path, struct error *err);

/* fsync the directory that holds @path. */
int fs_sync_parent(const char *path, struct error *err);

/* Give the directory @to the owner and the permissions of @from. */
int fs_copy_owner(const char *from, const char *to, struct error *err);

/* rename(2) and fsync of both directories. */
int fs_rename(const char *from, const char *to, struct error *err);

/*
 * Remove @path and all below it.  Directory file descriptors only, no symbolic
 * link is followed and no mount point is crossed (-EXDEV, nothing below it is
 * touched).  The immutable flag is taken off first.  A missing @path is success.
 */
int fs_remove_tree(const char *path, struct error *err);

/*
 * Move the directory @from to @to, both durable, so that it can be called again: a
 * missing @from is success, and then @to stays as it is; otherwise what stands at @to is
 * removed first.
 */
int fs_move_tree(const char *from, const char *to, struct error *err);

/* fs_remove_tree() of @name in the open directory @at; 0 or -errno. */
int fs_remove_at(int at, const char *name);

/* unlink(2); a missing file is success. */
int fs_unlink(const char *path, struct error *err);

/* For what is only shown or chosen by it: a disk that cannot be read looks as if nothing were there. */
bool fs_exists(const char *path);

/* Is there something at @path?  1 yes, 0 no, or -errno when it cannot be known. */
int fs_find(const char *path, struct error *err);

/* @dir/@name, freshly allocated. */
char *fs_join(const char *dir, const char *name);

/* Set or clear the immutable flag of @path (chattr +i).  -EOPNOTSUPP where the file system has
 * none. */
int fs_set_immutable(const char *path, bool on, struct error *err);

/* Is @path the root of a mount?  1 yes, 0 no (or missing), negative errno. */
int fs_is_mount_point(const char *path);

/*
 * Bytes that may be written to the file system of @path so that it is not full afterwards: what is
 * left but for a reserve, a twentieth of it or 256 MiB, whichever is less.
 */
int fs_room(const char *path, unsigned long long *bytes, struct error *err);

/* Bytes allocated below @path (st_blocks; mounts not crossed). */
unsigned long long fs_disk_usage(const char *path);

#endif
