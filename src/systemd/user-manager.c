/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/user-manager.h"

#include <assert.h>
#include <sys/wait.h>
#include <sysexits.h>

#include "basic/clock.h"
#include "basic/fd.h"
#include "basic/parse.h"
#include "delegation/drop-in.h"
#include "systemd/job.h"
#include "systemd/unit-control.h"
#include "systemd/unit.h"

/* ActiveState= of one that runs. It is "reloading" while it re-executes, and "refreshing" is what newer systemd calls
 * another way of being active. */
static const char *const running_states[] = { "active", "activating", "reloading", "refreshing" };

char *user_manager_unit(uid_t uid, char buffer[static USER_MANAGER_UNIT_MAX]) {
        (void) snprintf(buffer, USER_MANAGER_UNIT_MAX, "user@%u.service", (unsigned) uid);
        return buffer;
}

/* The other way round; false for what logind does not make. */
static bool uid_of_unit(const char *unit, uid_t *ret) {
        char digits[USER_MANAGER_UNIT_MAX] = "";
        const char *instance = startswith(unit, "user@"), *end = instance ? endswith(instance, ".service") : NULL;
        uint64_t uid;

        if (!end || strlen(unit) >= sizeof(digits))
                return false;

        memcpy(digits, instance, (size_t) (end - instance));
        if (parse_unsigned(digits, 0, UINT32_MAX, &uid) < 0 || !delegation_uid_is_valid(uid))
                return false;

        *ret = (uid_t) uid;
        return true;
}

static bool is_running(const char *active_state) {
        for (size_t i = 0; i < ELEMENTSOF(running_states); i++)
                if (streq(running_states[i], active_state))
                        return true;

        return false;
}

static int compare_uids(const void *a, const void *b) {
        const uid_t *x = a, *y = b;

        return (*x > *y) - (*x < *y);
}

static int read_list(sd_bus_message *reply, uid_t **ret, size_t *ret_n) {
        _cleanup_free_ uid_t *uids = NULL;
        const char *unit, *state;
        size_t n = 0;
        uid_t uid;
        int r;

        r = sd_bus_message_enter_container(reply, SD_BUS_TYPE_ARRAY, "(ssssssouso)");
        if (r < 0)
                return r;

        while ((r = sd_bus_message_read(reply, "(ssssssouso)", &unit, NULL, NULL, &state, NULL, NULL, NULL, NULL, NULL,
                                        NULL)) > 0) {
                if (!is_running(state) || !uid_of_unit(unit, &uid))
                        continue;

                if (ARRAY_APPEND(uids, n, uid) < 0)
                        return -ENOMEM;
        }
        if (r < 0)
                return r;

        if (n > 0)
                qsort(uids, n, sizeof(*uids), compare_uids);
        *ret = TAKE_PTR(uids);
        *ret_n = n;
        return 0;
}

int user_manager_list(Manager *manager, uid_t **ret, size_t *ret_n, Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        int r;

        r = manager_call_new(manager, &call, "ListUnitsByPatterns", "asas", 0, 1, "user@*.service");
        if (r < 0)
                return r;

        r = manager_call(manager, call, &reply, trouble);
        return r < 0 ? r : read_list(reply, ret, ret_n);
}

int user_manager_loaded(Manager *manager, uid_t uid, ControllerMask *ret, Trouble *trouble) {
        char unit[USER_MANAGER_UNIT_MAX];

        return unit_get_controllers(manager, user_manager_unit(uid, unit), SYSTEMD_SERVICE, "DelegateControllers", ret,
                                    trouble);
}

int user_manager_find_reset(Manager *manager, uid_t uid, Controller controller, char **ret, Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_free_ char *found = NULL;
        char unit[USER_MANAGER_UNIT_MAX];
        const char *path;
        int r = user_manager_is_outdated(manager, uid, trouble);

        if (r != 0)
                return r < 0 ? r : 0;

        /* In the order in which they were read. */
        r = manager_get_property(manager, user_manager_unit(uid, unit), SYSTEMD_UNIT, "DropInPaths", "as", &reply,
                                 trouble);
        if (r >= 0)
                r = sd_bus_message_enter_container(reply, SD_BUS_TYPE_ARRAY, "s");
        while (r >= 0 && (r = sd_bus_message_read(reply, "s", &path)) > 0) {
                _cleanup_free_ char *text = NULL;
                DropInEffect effect;

                if (fd_read_path_all(path, &text) < 0)
                        continue;

                effect = drop_in_effect(text, controller);
                if (effect == DROP_IN_SAYS_NOTHING)
                        continue;
                free(found);
                found = effect == DROP_IN_TAKES_BACK ? strdup(path) : NULL;
        }
        if (r < 0 || !found)
                return r < 0 ? r : 0;

        *ret = TAKE_PTR(found);
        return 1;
}

int user_manager_is_outdated(Manager *manager, uid_t uid, Trouble *trouble) {
        char unit[USER_MANAGER_UNIT_MAX];
        int outdated, r;

        r = manager_get_basic(manager, user_manager_unit(uid, unit), SYSTEMD_UNIT, "NeedDaemonReload", 'b', &outdated,
                              trouble);
        return r < 0 ? r : outdated != 0;
}

int user_manager_control_group(Manager *manager, uid_t uid, char **ret, Trouble *trouble) {
        char unit[USER_MANAGER_UNIT_MAX];

        return unit_get_control_group(manager, user_manager_unit(uid, unit), ret, trouble);
}

/* --- having them look again --- */

/* The program of the unit ends with EX_TEMPFAIL where the manager never came to rest. From 200 on an exit status is
 * systemd's own: the program was not started (systemd.exec(5), "Process Exit Codes"). */
#define EXIT_STATUS_SYSTEMD 200

/* How long a manager that is itself being started or reloaded is waited for. */
#define SETTLE_USEC (20 * USEC_PER_SEC)

/* Between two looks at one. */
#define NAP_USEC (100 * USEC_PER_MSEC)

/* The part of the time that is left for clearing up, and for the caller's last looks. */
#define MARGIN_PART 10

/* As long as it is waited for the end of what was stopped. */
#define END_USEC (2 * USEC_PER_SEC)
#define END_NAP_USEC (20 * USEC_PER_MSEC)

#define REFRESH_UNIT_MAX 48

typedef struct Refresh {
        Manager *manager;
        const uid_t *uids;
        size_t n;
        DelegationOutcome *outcomes; /* _OUTCOME_MAX: not known yet */
        Job *jobs;                   /* of each; without a path: not started yet */
        JobWatch watch;
        uint64_t settle_deadline, next_look;
        Trouble trouble; /* why the first that failed did so */
} Refresh;

static char *refresh_unit(uid_t uid, char buffer[static REFRESH_UNIT_MAX]) {
        (void) snprintf(buffer, REFRESH_UNIT_MAX, "cgscope-reexecute@%u.service", (unsigned) uid);
        return buffer;
}

/* 1: it runs and is at rest, as far as PID 1 knows. 0: not yet. -ESRCH: it does not run. */
static int is_settled(Manager *manager, uid_t uid, Trouble *trouble) {
        _cleanup_free_ char *state = NULL;
        char unit[USER_MANAGER_UNIT_MAX];
        int r;

        r = unit_state(manager, user_manager_unit(uid, unit), &state, trouble);
        if (r < 0)
                return r;
        if (r == 0 || streq(state, "inactive") || streq(state, "failed") || streq(state, "deactivating"))
                return -ESRCH;
        if (!streq(state, "active"))
                return 0;

        r = unit_has_job(manager, unit, trouble);
        return r < 0 ? r : r == 0;
}

/* Restarted: one that is still at it from a time before may have looked already. */
static int start(Refresh *refresh, size_t i, Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        char unit[REFRESH_UNIT_MAX];
        int r = manager_call_new(refresh->manager, &call, "RestartUnit", "ss", refresh_unit(refresh->uids[i], unit),
                                 "replace");

        if (r < 0)
                return r;

        r = manager_call(refresh->manager, call, &reply, trouble);
        return r < 0 ? r : job_watch_take(&refresh->watch, &refresh->jobs[i], reply);
}

/* Starts what is done for one, where it can be. 0: it has to be waited for. Negative: it is over with all of them. */
static int consider(Refresh *refresh, size_t i) {
        _cleanup_trouble_ Trouble trouble = {};
        int r;

        r = is_settled(refresh->manager, refresh->uids[i], &trouble);
        if (r > 0)
                r = start(refresh, i, &trouble);

        if (*refresh->jobs[i].path)
                return 1;

        if (r == -ETIMEDOUT && deadline_left(refresh->manager->options.deadline) > 0)
                r = 0; /* PID 1 left the bus, and will be back */
        if (r == -ESRCH || (r == 0 && deadline_left(refresh->settle_deadline) == 0)) {
                refresh->outcomes[i] = OUTCOME_NO_ANSWER;
                return 1;
        }
        if (r == 0)
                return 0;

        refresh->outcomes[i] = OUTCOME_FAILED;
        if (!refresh->trouble.error)
                (void) trouble_move(&refresh->trouble, r, &trouble);
        return r == -ENOMEM || r == -ETIMEDOUT || !sd_bus_is_open(refresh->manager->bus) ? r : 1;
}

/* 1: some are still to be started. */
static int start_all(Refresh *refresh) {
        bool waiting = false;

        for (size_t i = 0; i < refresh->n; i++) {
                int r;

                if (refresh->outcomes[i] != _OUTCOME_MAX || *refresh->jobs[i].path)
                        continue;

                r = consider(refresh, i);
                if (r < 0)
                        return r;
                waiting |= r == 0;
        }

        refresh->next_look = waiting ? deadline_after(NAP_USEC) : USEC_INFINITY;
        return waiting;
}

/* What came of one whose job did not end well, or nobody told how: its program's exit status says. What has failed
 * would be shown as failed until somebody resets it. No answer to that is waited for. */
static DelegationOutcome judge(Manager *manager, const char *unit) {
        _cleanup_free_ char *result = NULL;
        int code, status;
        bool known = manager_get_text(manager, unit, SYSTEMD_SERVICE, "Result", &result, NULL) >= 0 &&
                     manager_get_basic(manager, unit, SYSTEMD_SERVICE, "ExecMainCode", 'i', &code, NULL) >= 0 &&
                     manager_get_basic(manager, unit, SYSTEMD_SERVICE, "ExecMainStatus", 'i', &status, NULL) >= 0;

        (void) sd_bus_call_method_async(manager->bus, NULL, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                        "ResetFailedUnit", NULL, NULL, "s", unit);
        if (known && streq(result, "timeout"))
                return OUTCOME_NO_ANSWER;
        if (!known || code != CLD_EXITED || status >= EXIT_STATUS_SYSTEMD)
                return OUTCOME_FAILED;
        if (status == EX_TEMPFAIL)
                return OUTCOME_BUSY;
        return status == 0 ? OUTCOME_APPLIED : OUTCOME_NO_ANSWER;
}

/* 1: some are still at it. */
static int end_all(Refresh *refresh) {
        bool running = false, returned = refresh->watch.returned;

        refresh->watch.returned = false;
        for (size_t i = 0; i < refresh->n; i++) {
                Job *job = &refresh->jobs[i];
                char unit[REFRESH_UNIT_MAX];

                if (refresh->outcomes[i] != _OUTCOME_MAX || !*job->path)
                        continue;

                (void) refresh_unit(refresh->uids[i], unit);
                if (job->ended && streq(job->result, "done"))
                        refresh->outcomes[i] = OUTCOME_APPLIED;
                else if (job->ended || (returned && unit_has_job(refresh->manager, unit, NULL) == 0))
                        refresh->outcomes[i] = judge(refresh->manager, unit);
                else
                        running = true;
        }

        return running;
}

static int converse(Refresh *refresh, uint64_t deadline) {
        int r;

        for (;;) {
                bool waiting = refresh->next_look < USEC_INFINITY;

                if (deadline_left(refresh->next_look) == 0) {
                        r = start_all(refresh);
                        if (r < 0)
                                return r;
                        waiting = r > 0;
                }

                if (end_all(refresh) == 0 && !waiting)
                        return 0;

                r = job_watch_step(&refresh->watch, deadline < refresh->next_look ? deadline : refresh->next_look);
                if (r == -ETIMEDOUT && deadline_left(deadline) == 0)
                        return 0;
                if (r < 0 && r != -ETIMEDOUT)
                        return r;
        }
}

/* One that was stopped ends at once, with what it was waiting for as its exit status, unless its user, as whom it runs,
 * keeps it from that. */
static DelegationOutcome await_end(Refresh *refresh, const char *unit, uint64_t deadline) {
        for (;;) {
                _cleanup_free_ char *state = NULL;
                int r = unit_state(refresh->manager, unit, &state, NULL);

                if (r > 0 && streq(state, "failed"))
                        break;
                if (r <= 0 || streq(state, "inactive") || deadline_left(deadline) == 0)
                        return OUTCOME_NO_ANSWER;
                (void) usleep(END_NAP_USEC);
        }

        return judge(refresh->manager, unit) == OUTCOME_BUSY ? OUTCOME_BUSY : OUTCOME_NO_ANSWER;
}

/* What is still at it is not to go on behind our back. */
static void give_up(Refresh *refresh) {
        uint64_t deadline = deadline_after(END_USEC);
        char unit[REFRESH_UNIT_MAX];

        if (deadline > refresh->manager->options.deadline)
                deadline = refresh->manager->options.deadline;

        for (size_t i = 0; i < refresh->n; i++)
                if (refresh->outcomes[i] == _OUTCOME_MAX && *refresh->jobs[i].path)
                        (void) sd_bus_call_method_async(refresh->manager->bus, NULL, SYSTEMD_NAME, SYSTEMD_PATH,
                                                        SYSTEMD_MANAGER, "StopUnit", NULL, NULL, "ss",
                                                        refresh_unit(refresh->uids[i], unit), "replace");

        for (size_t i = 0; i < refresh->n; i++)
                if (refresh->outcomes[i] == _OUTCOME_MAX)
                        refresh->outcomes[i] =
                                *refresh->jobs[i].path
                                        ? await_end(refresh, refresh_unit(refresh->uids[i], unit), deadline)
                                        : OUTCOME_NO_ANSWER;
}

static void refresh_done(Refresh *refresh) {
        job_watch_done(&refresh->watch);
        free(refresh->jobs);
        trouble_done(&refresh->trouble);
}

int user_manager_refresh(Manager *manager, const uid_t *uids, size_t n, DelegationOutcome *outcomes, Trouble *trouble) {
        _cleanup_(refresh_done) Refresh refresh = {
                .manager = manager,
                .uids = uids,
                .n = n,
                .outcomes = outcomes,
                .settle_deadline = deadline_after(SETTLE_USEC),
        };
        uint64_t left = deadline_left(manager->options.deadline);
        int r;

        assert(manager && (n == 0 || (uids && outcomes)));

        for (size_t i = 0; i < n; i++)
                outcomes[i] = _OUTCOME_MAX;
        if (n == 0)
                return 0;

        refresh.jobs = calloc(n, sizeof(*refresh.jobs));
        r = refresh.jobs ? job_watch_begin(&refresh.watch, manager, NULL, refresh.jobs, n) : -ENOMEM;
        if (r >= 0)
                r = converse(&refresh, deadline_after(left == USEC_INFINITY ? left : left - left / MARGIN_PART));
        if (r < 0 && !refresh.trouble.error)
                r = manager_explain(manager, r, NULL, &refresh.trouble);
        give_up(&refresh);

        return trouble_move(trouble, r < 0 ? r : 0, &refresh.trouble);
}

int user_manager_restart(Manager *manager, uid_t uid, Trouble *trouble) {
        char unit[USER_MANAGER_UNIT_MAX];

        return unit_restart_wait(manager, user_manager_unit(uid, unit), trouble);
}
