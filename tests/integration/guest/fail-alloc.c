/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* To be preloaded: no memory for anybody while /run/systemd/no-memory is there. */

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *block, size_t size);

static bool fails(void) {
        int before = errno;
        bool there = syscall(SYS_faccessat, AT_FDCWD, "/run/systemd/no-memory", F_OK) == 0;

        errno = there ? ENOMEM : before;
        return there;
}

__attribute__((__visibility__("default"))) void *malloc(size_t size) {
        return fails() ? NULL : __libc_malloc(size);
}

__attribute__((__visibility__("default"))) void *calloc(size_t n, size_t size) {
        return fails() ? NULL : __libc_calloc(n, size);
}

__attribute__((__visibility__("default"))) void *realloc(void *block, size_t size) {
        return fails() ? NULL : __libc_realloc(block, size);
}
