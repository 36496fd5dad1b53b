/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/scope-disturbed.h"

#include <sys/stat.h>

#include "basic/clock.h"
#include "systemd/manager-open.h"
#include "systemd/unit.h"

/* A manager that is to take in a process from elsewhere asks PID 1 to move it. A PID 1 that re-executes itself just
 * then loses the question, and the job fails. Which is as if nobody had asked, and will not happen to who asks again.
 */

/* A unit of which nothing is left is unloaded by its manager as soon as that has nothing else to do. */
#define UNLOAD_USEC (2 * USEC_PER_SEC)
#define NAP_USEC (10 * USEC_PER_MSEC)
#define TICK_USEC (10 * USEC_PER_MSEC)

/* When it began to read all units last: moved by daemon-reexec and daemon-reload, on systemd 252, 257 and 262, and 0
 * before the first of them. (UnitsLoadStartTimestamp is of the start of the system.) */
static int get_units_loaded(Manager *system, uint64_t *ret) {
        int r;

        /* The question can be lost likewise. */
        do {
                r = manager_get_basic(system, NULL, SYSTEMD_MANAGER, "UnitsLoadTimestampMonotonic", 't', ret, NULL);
        } while (r == -ETIMEDOUT && deadline_left(system->options.deadline) > 0);

        return r;
}

/* Between that instant and its return to the bus questions are lost, too: it makes this socket right before. File times
 * are those of the last tick. */
static bool is_back_since(uint64_t since) {
        uint64_t ago = now_usec() - since, made, now;
        struct timespec ts;
        struct stat st;

        if (stat(SYSTEMD_PRIVATE_SOCKET, &st) < 0 || clock_gettime(CLOCK_REALTIME, &ts) < 0)
                return false;

        now = (uint64_t) ts.tv_sec * USEC_PER_SEC + (uint64_t) ts.tv_nsec / NSEC_PER_USEC;
        made = (uint64_t) st.st_ctim.tv_sec * USEC_PER_SEC + (uint64_t) st.st_ctim.tv_nsec / NSEC_PER_USEC;
        return made + TICK_USEC >= now - ago;
}

/* The answer comes from a PID 1 that is back. */
static int has_loaded_units(const Manager *manager, uint64_t since, Trouble *trouble) {
        const ManagerOptions options = { .kind = MANAGER_SYSTEM, .deadline = manager->options.deadline };
        _cleanup_(manager_freep) Manager *system = NULL;
        uint64_t loaded = 0;
        int r;

        r = manager_open(&options, &system, trouble);
        if (r < 0)
                return r;

        r = get_units_loaded(system, &loaded);
        return r < 0 ? r : loaded >= since || is_back_since(since);
}

static int wait_until_gone(Manager *manager, const char *unit, Trouble *trouble) {
        uint64_t end = deadline_after(UNLOAD_USEC);

        for (;;) {
                int r = unit_is_loaded(manager, unit, trouble);

                if (r <= 0)
                        return r < 0 ? r : 1;
                if (deadline_left(end) == 0 || deadline_left(manager->options.deadline) == 0)
                        return 0;
                (void) usleep(NAP_USEC);
        }
}

int scope_was_disturbed(Manager *manager, const char *unit, uint64_t since, Trouble *trouble) {
        int r = has_loaded_units(manager, since, trouble);

        return r <= 0 ? r : wait_until_gone(manager, unit, trouble);
}
