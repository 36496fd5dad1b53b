/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* To be preloaded: allocation number N fails, $FAIL_ALLOCATION being "N", or that and what follows within a quarter of
 * a second, "N+". They are counted in the file $FAIL_ALLOCATION_COUNT, by all processes that this one becomes,
 * together. What it executes is spared. */

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define FRAMES_MAX 32

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *memory, size_t size);

__attribute__((visibility("default"))) void *malloc(size_t size);
__attribute__((visibility("default"))) void *calloc(size_t n, size_t size);
__attribute__((visibility("default"))) void *realloc(void *memory, size_t size);

/* In the file. */
static struct Shared { unsigned long count, until; /* in nanoseconds */ } * shared;
static unsigned long first;
static bool more;

__attribute__((constructor)) static void begin(void) {
        const char *text = getenv("FAIL_ALLOCATION"), *path = getenv("FAIL_ALLOCATION_COUNT");
        void *frame, *map = MAP_FAILED;
        int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;

        if (fd >= 0)
                map = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (!text || map == MAP_FAILED)
                abort();

        (void) close(fd);
        (void) unsetenv("LD_PRELOAD");
        (void) backtrace(&frame, 1); /* loads what it needs */
        first = strtoul(text, NULL, 10);
        more = strchr(text, '+');
        shared = map;
}

/* Those of libsmartcols never fail, for it is not what is tested. It reads through NULL where there is no memory for a
 * cell of a column with SCOLS_FL_WRAP: in 2.41 when allocation 14 of scols_print_table() fails, of a table with one
 * such column and one line, in which "x" stands. Elsewhere it prints a part and returns 0. Callers can do nothing about
 * that. */
static bool is_smartcols(void) {
        void *frames[FRAMES_MAX];
        int n = backtrace(frames, FRAMES_MAX);
        Dl_info info;

        for (int i = 0; i < n; i++)
                if (dladdr(frames[i], &info) && info.dli_fname && strstr(info.dli_fname, "libsmartcols"))
                        return true;

        return false;
}

static unsigned long now(void) {
        struct timespec time;

        (void) clock_gettime(CLOCK_MONOTONIC, &time);
        return (unsigned long) time.tv_sec * 1000000000 + (unsigned long) time.tv_nsec;
}

static bool fails(void) {
        unsigned long number = shared ? __atomic_add_fetch(&shared->count, 1, __ATOMIC_RELAXED) : 0;

        if (number == 0 || first == 0 || number < first || (number > first && (!more || now() > shared->until)) ||
            is_smartcols())
                return false;

        if (number == first)
                shared->until = now() + 250000000;
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
