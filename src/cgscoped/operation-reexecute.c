/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cgscope-reexecute: has the manager of the user that it runs as re-execute itself, whereupon that manager looks which
 * controllers it has. Calls that are under way just then are lost, so it is waited until no job is. Run by PID 1 in the
 * slice above the manager, which makes PID 1 hand on to it what is newly delegated. */

#include <signal.h>
#include <sysexits.h>

#include "basic/clock.h"
#include "basic/fd.h"
#include "basic/format.h"
#include "basic/log.h"
#include "basic/trouble.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"
#include "cgscoped/operation-state.h"
#include "systemd/manager-open.h"

/* How long it may take in all is for cgscoped to say, which stops it then. Where nobody does any more, the unit does.
 */
#define LIFE_USEC (DELEGATION_TIMEOUT_MAX_USEC + 60 * USEC_PER_SEC)

/* As long as PID 1 may take to hand on what it has loaded: it does so in the next iteration of its loop. */
#define HAND_ON_USEC (2 * USEC_PER_SEC)

#define REST_NAP_USEC (100 * USEC_PER_MSEC)
#define NAP_USEC (20 * USEC_PER_MSEC)

/* What is waited for, to be said when it is stopped at that, and the exit status then. */
static char last_words[160];
static volatile sig_atomic_t last_status = EXIT_FAILURE;

static void set_last_words(int status, const char *cause) {
        last_status = status;
        (void) snprintf(last_words, sizeof(last_words), "cgscope-reexecute: the user manager of uid %u %s\n",
                        (unsigned) geteuid(), cause);
}

static void on_terminated(int number _unused_) {
        (void) write(STDERR_FILENO, last_words, strlen(last_words));
        _exit(last_status);
}

/* Where PID 1 cannot be asked, there is nothing to wait for: the re-execution is of use for what is there. */
static void await_controllers(void) {
        const ManagerOptions options = { .kind = MANAGER_SYSTEM, .deadline = deadline_after(HAND_ON_USEC) };
        _cleanup_(manager_freep) Manager *manager = NULL;
        _cleanup_close_ int hierarchy = cgroup_open_root(NULL);
        ControllerMask available;
        DelegationManager looked;

        if (hierarchy < 0 || group_controllers(hierarchy, &available) < 0 || manager_open(&options, &manager, NULL) < 0)
                return;

        while (look_at_manager(manager, hierarchy, geteuid(), &looked, NULL) >= 0 &&
               !look_is_settled(&looked, available) && deadline_left(options.deadline) > 0)
                (void) usleep(NAP_USEC);
}

static int count_jobs(Manager *manager, uint32_t *ret, Trouble *trouble) {
        return manager_get_basic(manager, NULL, SYSTEMD_MANAGER, "NJobs", 'u', ret, trouble);
}

/* Connects, and has an answer. One that is just being started or re-executed, by whomever, is waited for. */
static int open_manager(uint64_t deadline, Manager **ret, Trouble *trouble) {
        for (;;) {
                _cleanup_(manager_freep) Manager *manager = NULL;
                uint32_t n;
                int r;

                r = manager_open_private(deadline, &manager, trouble);
                if (r >= 0)
                        r = count_jobs(manager, &n, trouble);
                if (r >= 0) {
                        *ret = TAKE_PTR(manager);
                        return 0;
                }
                if (r == -EPERM || r == -ENOMEM || deadline_left(deadline) == 0)
                        return r;
                (void) usleep(NAP_USEC);
        }
}

/* Waits until it has no jobs. */
static int await_rest(Manager *manager, Trouble *trouble) {
        for (;;) {
                uint32_t n;
                int r;

                r = count_jobs(manager, &n, trouble);
                if (r < 0 || n == 0)
                        return r;
                set_last_words(EX_TEMPFAIL, "did not come to rest and was left alone; see systemctl --user list-jobs");
                (void) usleep(REST_NAP_USEC);
        }
}

/* It does not answer this call, but closes the connection when it is about to go. */
static int reexecute(Manager *manager, Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        int r;

        set_last_words(EXIT_FAILURE, "was told to re-execute itself, and is not back yet");
        r = manager_call_new(manager, &call, "Reexecute", "");
        if (r < 0)
                return manager_explain(manager, r, &error, trouble);

        r = manager_try(manager, call, &error, &reply);
        if (manager_is_closed(r))
                return 0;

        return manager_explain(manager, r < 0 ? r : -EPROTO, &error, trouble);
}

static int run(Trouble *trouble) {
        _cleanup_(manager_freep) Manager *returned = NULL;
        uint64_t deadline = deadline_after(LIFE_USEC);
        bool has_controllers = false;
        int r;

        do {
                _cleanup_(manager_freep) Manager *manager = NULL;

                set_last_words(EXIT_FAILURE, "does not answer");
                r = open_manager(deadline, &manager, trouble);
                if (r < 0)
                        return r;

                if (!has_controllers)
                        await_controllers();
                has_controllers = true;

                /* Somebody else may re-execute it meanwhile: one at a time. */
                r = await_rest(manager, trouble);
                if (r >= 0)
                        r = reexecute(manager, trouble);
        } while (manager_is_closed(r) && deadline_left(deadline) > 0);

        /* The old one has closed its socket, so whoever answers is the new one. */
        return r < 0 ? r : open_manager(deadline, &returned, trouble);
}

int main(int argc, char *argv[] _unused_) {
        Trouble trouble = {};
        char elapsed[FORMAT_MAX];
        uint64_t begin = now_usec();
        int r;

        log_set_program("cgscope-reexecute");
        if (argc > 1)
                return log_refuse(EX_USAGE, "takes no arguments; it is run by cgscope-reexecute@UID.service");

        (void) signal(SIGTERM, on_terminated);
        r = run(&trouble);
        if (r >= 0)
                log_info("the user manager of uid %u was re-executed, and is back after %s", (unsigned) geteuid(),
                         format_timespan(now_usec() - begin, USEC_PER_MSEC, elapsed));
        return log_trouble(r, &trouble) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
