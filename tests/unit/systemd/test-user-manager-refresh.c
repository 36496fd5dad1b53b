/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The system manager is asked to reload, to have users' managers look for their controllers again, and to restart one:
 * what comes of each, also where things go wrong on the way. */

#include <sys/wait.h>

#include "basic/clock.h"
#include "systemd/fake-manager.h"
#include "systemd/manager-open.h"
#include "systemd/user-manager.h"

#define ERROR "org.freedesktop.DBus.Error."

/* How the fake manager deals with one user's manager. */
typedef struct User {
        uid_t uid;
        const char *const *states; /* ActiveState= of user@UID.service at each look, the last one for ever; NULL: there
                                    * is no such unit */
        unsigned n_busy;           /* that often it has a job of its own */
        const char *job_result;    /* of cgscope-reexecute@UID.service; NULL: its job does not end */
        const char *result;        /* that unit's properties then */
        int code, status;

        unsigned n_looks, n_started, n_stopped, n_reset; /* what the manager saw */
} User;

typedef struct RefreshTest {
        FakeBus *bus;
        FakeManager *fake;
        Manager *manager;
        Trouble trouble;
        User users[3];
        DelegationOutcome outcomes[3];
        GThread *thread;
} RefreshTest;

static const char *const active[] = { "active", NULL };

static User *find_user(RefreshTest *test, const char *unit) {
        for (size_t i = 0; i < ELEMENTSOF(test->users); i++) {
                unsigned uid = (unsigned) test->users[i].uid;
                g_autofree char *manager = g_strdup_printf("user@%u.service", uid);
                g_autofree char *refresh = g_strdup_printf("cgscope-reexecute@%u.service", uid);

                if (g_strcmp0(unit, manager) == 0 || g_strcmp0(unit, refresh) == 0)
                        return &test->users[i];
        }

        g_error("nobody has %s", unit);
}

static const char *unit_argument(GDBusMessage *call) {
        const char *unit;

        g_variant_get_child(g_dbus_message_get_body(call), 0, "&s", &unit);
        return unit;
}

static char *job_of(const User *user) {
        return g_strdup_printf("/org/freedesktop/systemd1/job/%u", (unsigned) user->uid);
}

static void get_unit(FakeManager *fake, GDBusMessage *call) {
        User *user = find_user(fake->userdata, unit_argument(call));
        _cleanup_free_ char *path = NULL;

        if (!user->states) {
                fake_reply_error(fake, call, "org.freedesktop.systemd1.NoSuchUnit", "not loaded");
                return;
        }

        g_assert_cmpint(sd_bus_path_encode(SYSTEMD_UNIT_PREFIX, unit_argument(call), &path), >=, 0);
        fake_reply(fake, call, g_variant_new("(o)", path));
}

static void get(FakeManager *fake, GDBusMessage *call) {
        RefreshTest *test = fake->userdata;
        _cleanup_free_ char *unit = NULL;
        const char *name;
        GVariant *value;
        bool busy;
        User *user;

        g_assert_cmpint(sd_bus_path_decode(g_dbus_message_get_path(call), SYSTEMD_UNIT_PREFIX, &unit), >, 0);
        g_variant_get(g_dbus_message_get_body(call), "(&s&s)", NULL, &name);
        user = find_user(test, unit);

        if (strcmp(name, "ActiveState") == 0) {
                value = g_variant_new_string(user->states[user->n_looks]);
                user->n_looks += user->states[user->n_looks + 1] != NULL;
        } else if (strcmp(name, "Job") == 0) {
                busy = g_str_has_prefix(unit, "user@") && user->n_busy > 0;
                user->n_busy -= busy;
                value = g_variant_new("(uo)", busy, busy ? FAKE_OTHER_JOB : "/");
        } else if (strcmp(name, "Result") == 0)
                value = g_variant_new_string(user->result);
        else
                value = g_variant_new_int32(strcmp(name, "ExecMainCode") == 0 ? user->code : user->status);
        fake_reply(fake, call, g_variant_new("(v)", value));
}

static void end_job(FakeManager *fake, const User *user, const char *result) {
        g_autofree char *job = job_of(user);
        g_autofree char *unit = g_strdup_printf("cgscope-reexecute@%u.service", (unsigned) user->uid);

        fake_job_removed(fake, job, unit, result);
}

static void start(FakeManager *fake, GDBusMessage *call) {
        User *user = find_user(fake->userdata, unit_argument(call));
        g_autofree char *job = job_of(user);

        user->n_started++;
        fake_reply(fake, call, g_variant_new("(o)", job));
        if (user->job_result)
                end_job(fake, user, user->job_result);
}

static void stop(FakeManager *fake, GDBusMessage *call) {
        find_user(fake->userdata, unit_argument(call))->n_stopped++;
        fake_reply_job(fake, call);
}

static void reset(FakeManager *fake, GDBusMessage *call) {
        find_user(fake->userdata, unit_argument(call))->n_reset++;
        fake_reply_empty(fake, call);
}

static void setup(RefreshTest *test, gconstpointer data _unused_) {
        const ManagerOptions options = { .kind = MANAGER_SYSTEM, .deadline = deadline_after(60 * USEC_PER_SEC) };

        for (size_t i = 0; i < ELEMENTSOF(test->users); i++)
                test->users[i] = (User) { .uid = 1000 + (uid_t) i,
                                          .states = active,
                                          .job_result = "done",
                                          .result = "success",
                                          .code = CLD_EXITED };

        test->bus = fake_bus_new(true);
        test->fake = fake_manager_new(test->bus);
        test->fake->userdata = test;
        test->fake->get = get;
        test->fake->get_unit = get_unit;
        test->fake->restart = start;
        test->fake->stop = stop;
        test->fake->reset = reset;
        g_assert_cmpint(manager_open(&options, &test->manager, &test->trouble), ==, 0);
}

static void teardown(RefreshTest *test, gconstpointer data _unused_) {
        manager_free(test->manager);
        if (test->thread)
                (void) g_thread_join(test->thread);
        fake_manager_free(test->fake);
        fake_bus_free(test->bus);
        trouble_done(&test->trouble);
}

static void set_timeout(RefreshTest *test, uint64_t usec) {
        test->manager->options.deadline = deadline_after(usec);
}

static int refresh(RefreshTest *test) {
        uid_t uids[ELEMENTSOF(test->users)];

        for (size_t i = 0; i < ELEMENTSOF(uids); i++)
                uids[i] = test->users[i].uid;
        return user_manager_refresh(test->manager, uids, ELEMENTSOF(uids), test->outcomes, &test->trouble);
}

/* Nobody waited who need not; @second is what came of the second, of the others OUTCOME_APPLIED. */
static void refresh_others_well(RefreshTest *test, DelegationOutcome second) {
        g_assert_cmpint(refresh(test), ==, 0);
        g_assert_cmpint(test->outcomes[0], ==, OUTCOME_APPLIED);
        g_assert_cmpint(test->outcomes[1], ==, second);
        g_assert_cmpint(test->outcomes[2], ==, OUTCOME_APPLIED);
}

/* All that was sent has been dealt with: the manager answers in order. */
static void settle(RefreshTest *test) {
        _cleanup_trouble_ Trouble trouble = {};

        set_timeout(test, 10 * USEC_PER_SEC);
        g_assert_cmpint(manager_reload(test->manager, &trouble), ==, 0);
}

static void test_all_well(RefreshTest *test, gconstpointer data _unused_) {
        g_autofree char *arguments = NULL;
        unsigned matched, asked;

        refresh_others_well(test, OUTCOME_APPLIED);
        g_assert_null(test->trouble.cause);
        settle(test);
        for (size_t i = 0; i < ELEMENTSOF(test->users); i++) {
                g_assert_cmpuint(test->users[i].n_started, ==, 1);
                g_assert_cmpuint(test->users[i].n_stopped, ==, 0);
                g_assert_cmpuint(test->users[i].n_reset, ==, 0);
        }

        (void) fake_bus_nth(test->bus, "AddMatch", 1, &matched);
        arguments = g_variant_print(g_dbus_message_get_body(fake_bus_nth(test->bus, "RestartUnit", 0, &asked)), true);
        g_assert_cmpuint(matched, <, asked);
        g_assert_cmpstr(arguments, ==, "('cgscope-reexecute@1000.service', 'replace')");
}

static void test_nobody(RefreshTest *test, gconstpointer data _unused_) {
        g_assert_cmpint(user_manager_refresh(test->manager, NULL, 0, NULL, &test->trouble), ==, 0);
        g_assert_cmpuint(fake_bus_count(test->bus, "AddMatch"), ==, 0);
}

static void test_failures(RefreshTest *test, gconstpointer data _unused_) {
        static const struct {
                const char *job_result, *result;
                int code, status;
                DelegationOutcome outcome;
        } rows[] = {
                { "failed", "exit-code", CLD_EXITED, 75, OUTCOME_BUSY },
                { "failed", "exit-code", CLD_EXITED, 1, OUTCOME_NO_ANSWER },
                { "failed", "exit-code", CLD_EXITED, 199, OUTCOME_NO_ANSWER },
                { "failed", "exit-code", CLD_EXITED, 203, OUTCOME_FAILED }, /* EXIT_EXEC */
                { "failed", "exit-code", CLD_EXITED, 217, OUTCOME_FAILED }, /* EXIT_USER */
                { "timeout", "timeout", CLD_KILLED, 15, OUTCOME_NO_ANSWER },
                { "failed", "timeout", CLD_EXITED, 0, OUTCOME_NO_ANSWER },
                { "failed", "signal", CLD_KILLED, 75, OUTCOME_FAILED },
                { "failed", "core-dump", CLD_DUMPED, 6, OUTCOME_FAILED },
                { "failed", "resources", 0, 0, OUTCOME_FAILED },
                { "dependency", "success", 0, 0, OUTCOME_FAILED },
                { "skipped", "success", 0, 0, OUTCOME_FAILED },
                { "canceled", "success", 0, 0, OUTCOME_FAILED },
        };

        for (unsigned i = 0; i < ELEMENTSOF(rows); i++) {
                test->users[1].job_result = rows[i].job_result;
                test->users[1].result = rows[i].result;
                test->users[1].code = rows[i].code;
                test->users[1].status = rows[i].status;
                refresh_others_well(test, rows[i].outcome);

                settle(test);
                g_assert_cmpuint(test->users[1].n_reset, ==, i + 1);
                g_assert_cmpuint(test->users[0].n_reset, ==, 0);
        }
}

static void start_not_second(FakeManager *fake, GDBusMessage *call) {
        if (find_user(fake->userdata, unit_argument(call))->uid == 1001)
                fake_reply_error(fake, call, "org.freedesktop.systemd1.NoSuchUnit", "Unit not found.");
        else
                start(fake, call);
}

static void test_refused(RefreshTest *test, gconstpointer data _unused_) {
        test->fake->restart = start_not_second;
        refresh_others_well(test, OUTCOME_FAILED);
        g_assert_nonnull(test->trouble.cause);
        g_assert_nonnull(strstr(test->trouble.cause, "Unit not found"));
}

/* One that never ends is ended; the others are told of all the same. */
static void test_endless(RefreshTest *test, gconstpointer data _unused_) {
        test->users[1].job_result = NULL;
        set_timeout(test, 4 * USEC_PER_SEC);
        refresh_others_well(test, OUTCOME_NO_ANSWER);
        g_assert_null(test->trouble.cause);
        settle(test);
        g_assert_cmpuint(test->users[0].n_stopped, ==, 0);
        g_assert_cmpuint(test->users[1].n_stopped, ==, 1);
}

/* It ended since it was listed. */
static void test_gone(RefreshTest *test, gconstpointer data _unused_) {
        static const char *const ends[][2] = { { "inactive" }, { "failed" }, { "deactivating" } };

        for (size_t i = 0; i <= ELEMENTSOF(ends); i++) {
                test->users[1].n_looks = 0;
                test->users[1].states = i < ELEMENTSOF(ends) ? ends[i] : NULL;
                refresh_others_well(test, OUTCOME_NO_ANSWER);
                g_assert_cmpuint(test->users[1].n_started, ==, 0);
        }
}

/* It is not at rest itself. */
static void test_unsettled(RefreshTest *test, gconstpointer data _unused_) {
        static const char *const states[] = { "activating", "reloading", "active", NULL };
        static const char *const ends[] = { "activating", "inactive", NULL };

        test->users[0].states = states;
        test->users[1].states = ends;
        test->users[2].n_busy = 2;
        refresh_others_well(test, OUTCOME_NO_ANSWER);
        g_assert_cmpuint(test->users[0].n_looks, ==, 2);
        g_assert_cmpuint(test->users[1].n_started, ==, 0);
        g_assert_cmpuint(test->users[2].n_busy, ==, 0);
}

static void test_never_settled(RefreshTest *test, gconstpointer data _unused_) {
        static const char *const states[] = { "activating", NULL };

        test->users[1].states = states;
        set_timeout(test, 4 * USEC_PER_SEC);
        refresh_others_well(test, OUTCOME_NO_ANSWER);
        g_assert_cmpuint(test->users[1].n_started, ==, 0);
        g_assert_cmpuint(test->users[1].n_stopped, ==, 0);
}

/* Somebody who is not the manager says that it is done. */
static void forge(FakeManager *fake, GDBusMessage *call) {
        User *user = find_user(fake->userdata, unit_argument(call));
        FakeManager forger = { .destination = g_dbus_message_get_sender(call) };

        start(fake, call);
        if (user->job_result)
                return;

        forger.connection = g_dbus_connection_new_for_address_sync(
                fake_bus_address(),
                G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL,
                NULL, NULL);
        g_assert_nonnull(forger.connection);
        end_job(&forger, user, "done");
        fake_leave(&forger);
}

static void test_forged(RefreshTest *test, gconstpointer data _unused_) {
        test->users[1].job_result = NULL;
        test->fake->restart = forge;
        set_timeout(test, 4 * USEC_PER_SEC);
        refresh_others_well(test, OUTCOME_NO_ANSWER);
}

static void *come_back(void *userdata) {
        RefreshTest *test = userdata;

        g_usleep(100 * USEC_PER_MSEC);
        fake_leave(test->fake);
        fake_return(test->fake);
        return NULL;
}

/* The system manager re-executes when all were started, and tells nobody of those that end meanwhile. */
static void start_and_leave(FakeManager *fake, GDBusMessage *call) {
        RefreshTest *test = fake->userdata;

        start(fake, call);
        if (test->users[2].n_started > 0)
                test->thread = g_thread_new("return", come_back, test);
}

static void test_manager_reexecuted(RefreshTest *test, gconstpointer data _unused_) {
        test->users[1].job_result = test->users[2].job_result = NULL;
        test->users[1].result = "exit-code";
        test->users[1].status = 75;
        test->fake->restart = start_and_leave;
        refresh_others_well(test, OUTCOME_BUSY);
        g_assert_cmpuint(test->users[2].n_stopped, ==, 0);
}

/* It re-executes just when it is asked. */
static void leave_once(FakeManager *fake, GDBusMessage *call) {
        RefreshTest *test = fake->userdata;

        test->fake->restart = start;
        fake_leave(fake);
        fake_return(fake);
        g_assert_cmpuint(find_user(test, unit_argument(call))->n_started, ==, 0);
}

static void test_start_lost(RefreshTest *test, gconstpointer data _unused_) {
        test->fake->restart = leave_once;
        refresh_others_well(test, OUTCOME_APPLIED);

        /* The record is another connection's, and may come later than the answers. */
        while (fake_bus_count(test->bus, "RestartUnit") < 4)
                g_usleep(1000);
        g_assert_cmpuint(fake_bus_count(test->bus, "RestartUnit"), ==, 4);
}

static void start_and_kill(FakeManager *fake, GDBusMessage *call) {
        (void) call;
        fake_bus_kill(fake->bus);
}

static void test_bus_gone(RefreshTest *test, gconstpointer data _unused_) {
        test->fake->restart = start_and_kill;
        g_assert_cmpint(refresh(test), <, 0);
        g_assert_nonnull(test->trouble.cause);
        for (size_t i = 0; i < ELEMENTSOF(test->outcomes); i++)
                g_assert_cmpint(test->outcomes[i], <, _OUTCOME_MAX);
}

/* Reload. */

static unsigned n_reloads;

static void reload_late(FakeManager *fake, GDBusMessage *call) {
        g_usleep(200 * USEC_PER_MSEC);
        n_reloads++;
        fake_reply_empty(fake, call);
}

static void reload_lost_once(FakeManager *fake, GDBusMessage *call) {
        if (n_reloads++ == 0) {
                fake_leave(fake);
                fake_return(fake);
        } else
                fake_reply_empty(fake, call);
}

static void reload_lost(FakeManager *fake, GDBusMessage *call _unused_) {
        n_reloads++;
        fake_leave(fake);
        fake_return(fake);
}

static void reload_refused(FakeManager *fake, GDBusMessage *call) {
        fake_reply_error(fake, call, ERROR "LimitsExceeded", "Not enough space in /run.");
}

static void test_reload(RefreshTest *test, gconstpointer data _unused_) {
        n_reloads = 0;
        test->fake->reload = reload_late;
        g_assert_cmpint(manager_reload(test->manager, &test->trouble), ==, 0);
        g_assert_cmpuint(n_reloads, ==, 1);

        n_reloads = 0;
        test->fake->reload = reload_lost_once;
        g_assert_cmpint(manager_reload(test->manager, &test->trouble), ==, 0);
        g_assert_cmpuint(n_reloads, ==, 2);
        g_assert_null(test->trouble.cause);
}

static void test_reload_fails(RefreshTest *test, gconstpointer data _unused_) {
        n_reloads = 0;
        test->fake->reload = reload_lost;
        g_assert_cmpint(manager_reload(test->manager, &test->trouble), <, 0);
        g_assert_cmpuint(n_reloads, ==, 2);
        g_assert_nonnull(test->trouble.cause);
        trouble_done(&test->trouble);

        test->fake->reload = reload_refused;
        g_assert_cmpint(manager_reload(test->manager, &test->trouble), <, 0);
        g_assert_nonnull(strstr(test->trouble.cause, "Not enough space in /run"));
        trouble_done(&test->trouble);

        test->fake->reload = fake_ignore;
        set_timeout(test, 200 * USEC_PER_MSEC);
        g_assert_cmpint(manager_reload(test->manager, &test->trouble), ==, -ETIMEDOUT);
}

/* Restart. */

static const char *restart_result;

static void restart(FakeManager *fake, GDBusMessage *call) {
        fake_reply_job(fake, call);
        if (restart_result)
                fake_job_removed(fake, FAKE_JOB, "user@1000.service", restart_result);
}

static void restart_refused(FakeManager *fake, GDBusMessage *call) {
        fake_reply_error(fake, call, ERROR "InteractiveAuthorizationRequired", "Interactive authentication required.");
}

static void test_restart(RefreshTest *test, gconstpointer data _unused_) {
        g_autofree char *arguments = NULL;

        test->fake->restart = restart;
        restart_result = "done";
        g_assert_cmpint(user_manager_restart(test->manager, 1000, &test->trouble), ==, 0);
        arguments = g_variant_print(g_dbus_message_get_body(fake_bus_nth(test->bus, "RestartUnit", 0, NULL)), true);
        g_assert_cmpstr(arguments, ==, "('user@1000.service', 'replace')");
        g_assert_null(test->trouble.cause);

        restart_result = "failed";
        g_assert_cmpint(user_manager_restart(test->manager, 1000, &test->trouble), ==, -EIO);
        g_assert_nonnull(
                strstr(test->trouble.cause, "user@1000.service: the job that restarts it ended with \"failed\""));
        trouble_done(&test->trouble);

        test->fake->restart = restart_refused;
        g_assert_cmpint(user_manager_restart(test->manager, 1000, &test->trouble), ==, -EACCES);
        g_assert_nonnull(strstr(test->trouble.cause, "user@1000.service"));
        trouble_done(&test->trouble);

        test->fake->restart = restart;
        restart_result = NULL;
        set_timeout(test, 200 * USEC_PER_MSEC);
        g_assert_cmpint(user_manager_restart(test->manager, 1000, &test->trouble), ==, -ETIMEDOUT);
        g_assert_nonnull(strstr(test->trouble.cause, "user@1000.service: it was asked to restart"));
}

/* It is back and has the job no more: it did it, and told nobody. */
static void restarted_while_away(FakeManager *fake, GDBusMessage *call) {
        fake_reply_job(fake, call);
        fake_leave(fake);
        fake_return(fake);
}

static void test_restart_reexecuted(RefreshTest *test, gconstpointer data _unused_) {
        test->fake->restart = restarted_while_away;
        g_assert_cmpint(user_manager_restart(test->manager, 1000, &test->trouble), ==, 0);
}

static void add(const char *name, void (*fn)(RefreshTest *test, gconstpointer data)) {
        g_test_add(name, RefreshTest, NULL, setup, fn, teardown);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        fake_bus_init();

        add("/user-manager-refresh/all-well", test_all_well);
        add("/user-manager-refresh/nobody", test_nobody);
        add("/user-manager-refresh/failures", test_failures);
        add("/user-manager-refresh/refused", test_refused);
        add("/user-manager-refresh/endless", test_endless);
        add("/user-manager-refresh/gone", test_gone);
        add("/user-manager-refresh/unsettled", test_unsettled);
        add("/user-manager-refresh/never-settled", test_never_settled);
        add("/user-manager-refresh/forged", test_forged);
        add("/user-manager-refresh/manager-reexecuted", test_manager_reexecuted);
        add("/user-manager-refresh/start-lost", test_start_lost);
        add("/user-manager-refresh/bus-gone", test_bus_gone);
        add("/user-manager-refresh/reload", test_reload);
        add("/user-manager-refresh/reload-fails", test_reload_fails);
        add("/user-manager-refresh/restart", test_restart);
        add("/user-manager-refresh/restart-reexecuted", test_restart_reexecuted);

        return g_test_run();
}
