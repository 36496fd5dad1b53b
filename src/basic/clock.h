/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Monotonic time in microseconds, and deadlines on it. USEC_INFINITY is a deadline that never passes. */

#include <time.h>

#include "basic/macros.h"

static inline uint64_t now_usec(void) {
        struct timespec ts;

        (void) clock_gettime(CLOCK_MONOTONIC, &ts);
        return (uint64_t) ts.tv_sec * USEC_PER_SEC + (uint64_t) ts.tv_nsec / NSEC_PER_USEC;
}

static inline uint64_t deadline_after(uint64_t usec) {
        uint64_t now = now_usec();

        return usec >= USEC_INFINITY - now ? USEC_INFINITY : now + usec;
}

/* Microseconds left until @deadline, 0 when it has passed. */
static inline uint64_t deadline_left(uint64_t deadline) {
        uint64_t now = now_usec();

        return deadline == USEC_INFINITY ? USEC_INFINITY : deadline > now ? deadline - now : 0;
}
