/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* To be preloaded: allocation number N fails, $FAIL_ALLOCATION being "N", or that and the hundred that follow, "N+".
 * They are counted in the file $FAIL_ALLOCATION_COUNT, by all processes that this one becomes, together. What it
 * executes is spared.
 *
 * Those of libsmartcols never fail: see spares_smartcols(). */

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define FRAMES_MAX 32

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *memory, size_t size);

__attribute__((visibility("default"))) void *malloc(size_t size);
__attribute__((visibility("default"))) void *calloc(size_t n, size_t size);
__attribute__((visibility("default"))) void *realloc(void *memory, size_t size);

static unsigned long *count;
static unsigned long first, last;

__attribute__((constructor)) static void begin(void) {
        const char *text = getenv("FAIL_ALLOCATION"), *path = getenv("FAIL_ALLOCATION_COUNT");
        void *frame, *map = MAP_FAILED;
        int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;

        if (fd >= 0)
                map = mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (!text || map == MAP_FAILED)
                abort();

        (void) close(fd);
        (void) unsetenv("LD_PRELOAD");
        (void) backtrace(&frame, 1); /* loads what it needs */
        first = strtoul(text, NULL, 10);
        last = first + (strchr(text, '+') ? 100 : 0);
        count = map;
}

static bool is_smartcols(void) {
        void *frames[FRAMES_MAX];
        int n = backtrace(frames, FRAMES_MAX);
        Dl_info info;

        for (int i = 0; i < n; i++)
                if (dladdr(frames[i], &info) && info.dli_fname && strstr(info.dli_fname, "libsmartcols"))
                        return true;

        return false;
}

static bool fails(void) {
        unsigned long number = count ? __atomic_add_fetch(count, 1, __ATOMIC_RELAXED) : 0;

        if (first == 0 || number < first || number > last || is_smartcols())
                return false;

        errno = ENOMEM;
        return true;
}

void *malloc(size_t size) {
        return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size) {
        return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *memory, size_t size) {
        return size > 0 && fails() ? NULL : __libc_realloc(memory, size);
}
