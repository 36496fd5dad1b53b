/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Ownership in one place: every owning local carries _cleanup_(), and ownership leaves it only through
 * TAKE_PTR() or TAKE_FD(). */

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define _cleanup_(f) __attribute__((__cleanup__(f)))
#define _printf_(a, b) __attribute__((__format__(printf, a, b)))
#define _noreturn_ __attribute__((__noreturn__))
#define _public_ __attribute__((__visibility__("default")))
#define _unused_ __attribute__((__unused__))

#define ELEMENTSOF(array) (sizeof(array) / sizeof((array)[0]))

#define TAKE_PTR(pointer)                                \
        ({                                               \
                __typeof__(pointer) *_from = &(pointer); \
                __typeof__(pointer) _taken = *_from;     \
                *_from = NULL;                           \
                _taken;                                  \
        })

#define TAKE_FD(fd)                  \
        ({                           \
                int *_from = &(fd);  \
                int _taken = *_from; \
                *_from = -EBADF;     \
                _taken;              \
        })

/* Appends what follows to @array, whose @n elements malloc(3) has room for. Returns 0; -ENOMEM: all is as it was, and
 * what follows was not evaluated. */
#define ARRAY_APPEND(array, n, ...)                                                         \
        ({                                                                                  \
                __typeof__(array) _larger = reallocarray(array, (n) + 1, sizeof(*(array))); \
                                                                                            \
                if (_larger) {                                                              \
                        (array) = _larger;                                                  \
                        _larger[(n)++] = __VA_ARGS__;                                       \
                }                                                                           \
                _larger ? 0 : -ENOMEM;                                                      \
        })

#define USEC_PER_MSEC UINT64_C(1000)
#define USEC_PER_SEC UINT64_C(1000000)
#define NSEC_PER_USEC UINT64_C(1000)
#define USEC_INFINITY UINT64_MAX

/* There was too little memory, or too few descriptors, to look: which says nothing of what was looked at. */
static inline bool error_is_shortage(int error) {
        return error == -ENOMEM || error == -EMFILE || error == -ENFILE;
}

static inline bool streq(const char *a, const char *b) {
        return strcmp(a, b) == 0;
}

static inline bool isempty(const char *s) {
        return !s || !*s;
}

/* The part of @s after @prefix, or NULL where it does not begin with it. Borrowed from @s. */
static inline const char *startswith(const char *s, const char *prefix) {
        size_t length = strlen(prefix);

        return strncmp(s, prefix, length) == 0 ? s + length : NULL;
}

/* The place in @s where @suffix begins, or NULL where it does not end with it. Borrowed from @s. */
static inline const char *endswith(const char *s, const char *suffix) {
        size_t length = strlen(s), tail = strlen(suffix);

        return length >= tail && streq(s + length - tail, suffix) ? s + length - tail : NULL;
}

static inline void freep(void *pointer) {
        free(*(void **) pointer);
}

#define _cleanup_free_ _cleanup_(freep)
