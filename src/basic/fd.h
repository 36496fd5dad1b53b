/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Descriptors: closing, and small files read and written beneath a directory that is already open. Paths below are
 * resolved by openat2(2) with RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS and RESOLVE_NO_XDEV: there is no fallback, a kernel
 * without it (before 5.6) answers ENOSYS. All return a negative errno. */

#include <sys/types.h>

#include "basic/macros.h"

/* Whether @fd is the end of a pipe or socket from which nobody reads any more. */
bool fd_reader_has_gone(int fd);

/* Closes @fd where it is one; leaves errno as it was. Returns -EBADF, to be assigned. */
int fd_close(int fd);

static inline void fd_closep(int *fd) {
        (void) fd_close(*fd);
}

#define _cleanup_close_ _cleanup_(fd_closep)

/* Raises the soft limit of descriptors to the hard one, which is that low for select(2) alone, and gives it back before
 * another program takes over this process. */
void fd_limit_raise(void);
void fd_limit_restore(void);

/* Whether @n more descriptors can be had just now: 0, -EMFILE or -ENFILE. For what cannot stop half way. */
int fd_check_room(size_t n);

/* Opens anew what @fd, perhaps one with O_PATH, stands for; by /proc. O_CLOEXEC is added to @flags. Returns the
 * descriptor. */
int fd_reopen(int fd, int flags);

/* Opens @path, relative, strictly beneath @dir. O_CLOEXEC is added to @flags. Returns the descriptor. -EXDEV: the way
 * leads upwards, or over a mount, unless that shows the very directory that it is mounted on: so a part of a tree that
 * is mounted read-only is left writable. */
int fd_open_beneath(int dir, const char *path, int flags);

/* Reads all of the small file @path beneath @dir into @buffer and ends it with NUL. Returns the length; -EFBIG where
 * it did not fit. */
ssize_t fd_read_file(int dir, const char *path, char *buffer, size_t size);

/* The same for a path from the root or the working directory, for /proc. */
ssize_t fd_read_path(const char *path, char *buffer, size_t size);

/* Reads @fd, of any length, to its end. *ret, to be freed by the caller, ends with NUL. Returns the length. */
ssize_t fd_read_all(int fd, char **ret);

/* The same for a path from the root or the working directory. 0 where it was read. */
int fd_read_path_all(const char *path, char **ret);

/* Writes @text to the existing file @path beneath @dir in one write(2): the kernel takes an attribute whole or not at
 * all. A short write is -EIO. */
int fd_write_file(int dir, const char *path, const char *text);

/* Flushes @file. Negative errno, with which writing failed, also where it did so before. */
int stream_end(FILE *file);

/* The part of @path, an absolute one, that the sandbox of a unit hides; to be freed. NULL: none. */
char *path_find_hidden(const char *path);
