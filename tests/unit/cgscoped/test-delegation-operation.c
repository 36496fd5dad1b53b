/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What cgscoped does when it is asked, in a world that is made up here: files, the system manager, users' managers and
 * the kernel's groups stand below under the names of the functions that the operation calls. */

#include <fcntl.h>
#include <glib.h>

#include "basic/fd.h"
#include "basic/trouble.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"
#include "cgscoped/operation-state.h"
#include "cgscoped/operation.h"
#include "delegation/store.h"
#include "systemd/manager-open.h"
#include "systemd/user-manager.h"

#define IO (1U << CONTROLLER_IO)
#define CPUSET (1U << CONTROLLER_CPUSET)
#define USUAL (1U << CONTROLLER_CPU | 1U << CONTROLLER_MEMORY | 1U << CONTROLLER_PIDS)
#define KERNEL (USUAL | IO | CPUSET | 1U << CONTROLLER_RDMA)

#define N_USERS 3

typedef struct User {
        bool running, gone; /* gone: it is listed still */
        bool unreadable;
        ControllerMask loaded, slice, live, enabled;
        DelegationOutcome outcome; /* of a refresh */
        bool refreshed;
} User;

static struct World {
        ControllerMask kernel; /* 0: no cgroup v2 */
        ControllerMask files;  /* what the drop-ins hand on besides the usual */
        User users[N_USERS];   /* UID 1000 and so on */
        bool reload_realizes;  /* as systemd 252 does it */
        bool outdated;
        ControllerMask unread; /* what systemd does not load for all that the files say */
        bool write_half;       /* the error comes after the first of two files */
        int write_error, reload_error, refresh_error, list_error, open_error;
        unsigned n_writes, n_reloads, n_refreshes;
        DelegationRequest written;
        const char *paths[64]; /* of open groups, by descriptor */
} world;

static User *user_of(uid_t uid) {
        g_assert_cmpuint(uid, >=, 1000);
        g_assert_cmpuint(uid, <, 1000 + N_USERS);
        return &world.users[uid - 1000];
}

/* PID 1 hands on what it has loaded, and takes back what it has not and nobody uses. */
static void realize(User *user) {
        user->live = ((user->loaded & world.kernel) | user->enabled) & world.kernel;
        user->slice |= user->live;
}

/* The files. */

int store_open(const char *path) {
        g_assert_cmpstr(path, ==, "/");
        return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

int store_list(int root _unused_, uint64_t uid, DelegationState *state, Trouble *trouble _unused_) {
        const DelegationDropIn drop_in = { .uid = uid, .kind = DROP_IN_OURS, .controllers = world.files };

        return world.files ? delegation_state_add_drop_in(state, &drop_in) : 0;
}

int store_change(int root _unused_, const DelegationRequest *request, bool *ret_changed, Trouble *trouble) {
        ControllerMask before = world.files;

        world.n_writes++;
        world.written = *request;
        *ret_changed = false;
        if (world.write_error && !world.write_half)
                return trouble_set(trouble, world.write_error, "it is somebody else's");

        if (request->operation == DELEGATION_ENABLE)
                world.files |= request->controllers;
        else
                world.files &= ~request->controllers;
        *ret_changed = world.files != before;
        return world.write_half ? trouble_set(trouble, world.write_error, "the second is somebody else's")
                                : *ret_changed;
}

/* The kernel. */

int cgroup_open_root(bool *ret_read_only) {
        g_assert_null(ret_read_only);
        if (!world.kernel)
                return -EMEDIUMTYPE;

        int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        world.paths[fd] = "";
        return fd;
}

int cgroup_explain_mode(char **ret) {
        *ret = strdup("cgroup v1 holds them");
        return 0;
}

int group_open(int root, const char *path) {
        unsigned uid = (unsigned) strtoul(strrchr(path, '-') + 1, NULL, 10);
        int fd;

        g_assert_cmpstr(world.paths[root], ==, "");
        if (!user_of(uid)->running || user_of(uid)->gone)
                return -ENOENT;

        fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        world.paths[fd] = g_intern_string(path);
        return fd;
}

static User *user_of_group(int group, bool *ret_is_slice) {
        const char *path = world.paths[group];

        *ret_is_slice = g_str_has_suffix(path, ".slice");
        return user_of((uid_t) strtoul(strrchr(path, '-') + 1, NULL, 10));
}

int group_controllers(int group, ControllerMask *ret) {
        bool is_slice;
        User *user;

        if (!*world.paths[group])
                return *ret = world.kernel, 0;

        user = user_of_group(group, &is_slice);
        if (user->unreadable && !is_slice)
                return -EACCES;
        *ret = is_slice ? user->slice : user->live;
        return 0;
}

int group_enabled(int group, ControllerMask *ret) {
        bool is_slice;

        *ret = user_of_group(group, &is_slice)->enabled;
        g_assert_false(is_slice);
        return 0;
}

/* systemd. */

int manager_open(const ManagerOptions *options, Manager **ret, Trouble *trouble) {
        g_assert_cmpint(options->kind, ==, MANAGER_SYSTEM);
        if (world.open_error)
                return trouble_set(trouble, world.open_error, "no system bus");

        *ret = calloc(1, sizeof(**ret));
        return 0;
}

void manager_free(Manager *manager) {
        free(manager);
}

int manager_greet(Manager *manager _unused_, const char **ret_name, Trouble *trouble _unused_) {
        *ret_name = ":1.1";
        return 0;
}

int user_manager_list(Manager *manager _unused_, uid_t **ret, size_t *ret_n, Trouble *trouble) {
        if (world.list_error)
                return trouble_set(trouble, world.list_error, "no list");

        *ret = calloc(N_USERS, sizeof(**ret));
        *ret_n = 0;
        for (uid_t i = 0; i < N_USERS; i++)
                if (world.users[i].running)
                        (*ret)[(*ret_n)++] = 1000 + i;
        return 0;
}

int user_manager_loaded(Manager *manager _unused_, uid_t uid, ControllerMask *ret, Trouble *trouble _unused_) {
        *ret = user_of(uid)->loaded;
        return 0;
}

int user_manager_is_outdated(Manager *manager _unused_, uid_t uid _unused_, Trouble *trouble _unused_) {
        return world.outdated;
}

int user_manager_control_group(Manager *manager _unused_, uid_t uid, char **ret, Trouble *trouble _unused_) {
        *ret = g_strdup_printf("/user.slice/user-%u.slice/user@%u.service", (unsigned) uid, (unsigned) uid);
        return 0;
}

int manager_reload(Manager *manager _unused_, Trouble *trouble) {
        world.n_reloads++;
        if (world.reload_error)
                return trouble_set(trouble, world.reload_error, "no reload");

        world.outdated = false;
        for (size_t i = 0; i < N_USERS; i++) {
                world.users[i].loaded = USUAL | (world.files & ~world.unread);
                if (world.reload_realizes)
                        realize(&world.users[i]);
        }
        return 0;
}

int user_manager_refresh(Manager *manager _unused_, const uid_t *uids, size_t n, DelegationOutcome *outcomes,
                         Trouble *trouble) {
        world.n_refreshes++;
        for (size_t i = 0; i < n; i++) {
                User *user = user_of(uids[i]);

                outcomes[i] = user->outcome;
                user->refreshed = true;
                realize(user);
        }

        return world.refresh_error ? trouble_set(trouble, world.refresh_error, "no bus") : 0;
}

/* The tests. Each begins in a world where all is well, everybody's manager runs and nothing is enabled. */

static DelegationState state;
static Trouble trouble;

static void reset(void) {
        world = (struct World) { .kernel = KERNEL };
        for (size_t i = 0; i < N_USERS; i++)
                world.users[i] = (User) { .running = true,
                                          .loaded = USUAL,
                                          .slice = USUAL,
                                          .live = USUAL,
                                          .enabled = USUAL,
                                          .outcome = OUTCOME_APPLIED };
}

static bool spare; /* see operation_change() */

static int run(DelegationOperation operation, uint64_t uid, ControllerMask controllers, DelegationFlags flags) {
        const DelegationRequest request = { operation, uid, controllers, flags, .spare = spare };
        int r;

        delegation_state_done(&state);
        trouble_done(&trouble);
        world.n_writes = world.n_reloads = world.n_refreshes = 0;
        for (size_t i = 0; i < N_USERS; i++)
                world.users[i].refreshed = false;

        if (operation != DELEGATION_GET) {
                DelegationEffect effect;

                r = operation_change(&request, &state, &trouble);
                effect = state.effect;
                g_assert_cmpuint(state.n_drop_ins + state.n_managers, ==, 0);
                if (r < 0)
                        return r;
                r = operation_finish(&request, &state, &trouble);
                state.effect = effect;
                return r;
        }

        return operation_finish(&request, &state, &trouble);
}

static void assert_calls(unsigned n_writes, unsigned n_reloads, unsigned n_refreshes) {
        g_assert_cmpuint(world.n_writes, ==, n_writes);
        g_assert_cmpuint(world.n_reloads, ==, n_reloads);
        g_assert_cmpuint(world.n_refreshes, ==, n_refreshes);
}

static void assert_row(size_t i, uid_t uid, ControllerMask loaded, ControllerMask live, DelegationOutcome outcome) {
        g_assert_cmpuint(i, <, state.n_managers);
        g_assert_cmpuint(state.managers[i].uid, ==, uid);
        g_assert_cmpuint(state.managers[i].loaded, ==, loaded);
        g_assert_cmpuint(state.managers[i].live, ==, live);
        g_assert_cmpuint(state.managers[i].slice, ==, user_of(uid)->slice);
        g_assert_cmpuint(state.managers[i].enabled, ==, user_of(uid)->enabled);
        g_assert_cmpint(state.managers[i].outcome, ==, outcome);
}

static void test_enable(void) {
        for (int reload_realizes = 0; reload_realizes < 2; reload_realizes++) {
                reset();
                world.reload_realizes = reload_realizes;
                g_assert_cmpint(run(DELEGATION_ENABLE, 1001, IO | CPUSET, DELEGATION_RUNTIME), ==, 0);
                assert_calls(1, 1, 1);
                g_assert_cmpuint(world.written.uid, ==, 1001);
                g_assert_cmpuint(world.written.flags, ==, DELEGATION_RUNTIME);
                g_assert_cmpuint(state.n_managers, ==, 1);
                assert_row(0, 1001, USUAL | IO | CPUSET, USUAL | IO | CPUSET, OUTCOME_APPLIED);
                g_assert_cmpuint(state.n_drop_ins, ==, 1);
                g_assert_cmpuint(state.drop_ins[0].controllers, ==, IO | CPUSET);
                g_assert_false(world.users[0].refreshed || world.users[2].refreshed);
                g_assert_null(trouble.cause);

                /* Again: nobody can see whether it has looked since, so it looks once more. */
                g_assert_cmpint(run(DELEGATION_ENABLE, 1001, IO, 0), ==, 0);
                assert_calls(1, 0, 1);

                /* It hands all of it on: it has. */
                world.users[1].enabled |= IO | CPUSET;
                g_assert_cmpint(run(DELEGATION_ENABLE, 1001, IO | CPUSET, 0), ==, 0);
                assert_calls(1, 0, 0);
                assert_row(0, 1001, USUAL | IO | CPUSET, USUAL | IO | CPUSET, OUTCOME_NONE);
        }
}

static void test_enable_unloaded(void) {
        reset();
        world.files = IO; /* written by somebody who did not reload */
        g_assert_cmpint(run(DELEGATION_ENABLE, 1000, IO, 0), ==, 0);
        assert_calls(1, 1, 1);
        assert_row(0, 1000, USUAL | IO, USUAL | IO, OUTCOME_APPLIED);

        world.outdated = true;
        world.users[0].enabled |= IO;
        g_assert_cmpint(run(DELEGATION_ENABLE, 1000, IO, 0), ==, 0);
        assert_calls(1, 1, 0);
}

/* Another file takes it away again: there is nothing to look for. */
static void test_enable_unread(void) {
        reset();
        world.unread = IO;
        g_assert_cmpint(run(DELEGATION_ENABLE, 1000, IO, 0), ==, 0);
        assert_calls(1, 1, 0);
        assert_row(0, 1000, USUAL, USUAL, OUTCOME_NONE);
}

static void test_no_apply(void) {
        reset();
        g_assert_cmpint(run(DELEGATION_ENABLE, 1000, IO, DELEGATION_NO_APPLY), ==, 0);
        assert_calls(1, 1, 0);
        assert_row(0, 1000, USUAL | IO, USUAL, OUTCOME_LEFT);

        g_assert_cmpint(run(DELEGATION_ENABLE, 1000, 1U << CONTROLLER_CPU, DELEGATION_NO_APPLY), ==, 0);
        assert_row(0, 1000, USUAL | IO | 1U << CONTROLLER_CPU, USUAL, OUTCOME_NONE);
}

static void test_everybody(void) {
        reset();
        world.users[1].enabled |= IO;
        world.users[1].live |= IO;
        world.users[0].outcome = OUTCOME_BUSY;
        world.users[2].outcome = OUTCOME_NO_ANSWER;
        g_assert_cmpint(run(DELEGATION_ENABLE, DELEGATION_EVERYBODY, IO, 0), ==, 0);
        assert_calls(1, 1, 1);
        g_assert_cmpuint(state.n_managers, ==, 3);
        assert_row(0, 1000, USUAL | IO, USUAL | IO, OUTCOME_BUSY);
        assert_row(1, 1001, USUAL | IO, USUAL | IO, OUTCOME_NONE);
        assert_row(2, 1002, USUAL | IO, USUAL | IO, OUTCOME_NO_ANSWER);
}

static void test_not_running(void) {
        reset();
        world.users[0].running = false;
        g_assert_cmpint(run(DELEGATION_ENABLE, 1000, IO, 0), ==, 0);
        assert_calls(1, 1, 0);
        g_assert_cmpuint(state.n_managers, ==, 0);
        g_assert_cmpuint(state.n_drop_ins, ==, 1);

        /* It ends just now. */
        world.users[0].running = world.users[0].gone = true;
        g_assert_cmpint(run(DELEGATION_GET, DELEGATION_EVERYBODY, 0, 0), ==, 0);
        g_assert_cmpuint(state.n_managers, ==, 2);
        assert_row(0, 1001, USUAL | IO, USUAL, OUTCOME_NONE);
}

static void enabled_before(bool reload_realizes) {
        reset();
        world.reload_realizes = reload_realizes;
        world.files = IO;
        for (size_t i = 0; i < N_USERS; i++) {
                world.users[i].loaded |= IO;
                realize(&world.users[i]);
        }
}

static void test_disable(void) {
        enabled_before(true);
        g_assert_cmpint(run(DELEGATION_DISABLE, 1000, IO, 0), ==, 0);
        assert_calls(1, 1, 0);
        assert_row(0, 1000, USUAL, USUAL, OUTCOME_NONE);
        g_assert_cmpuint(state.n_drop_ins, ==, 0);

        enabled_before(false);
        g_assert_cmpint(run(DELEGATION_DISABLE, 1000, IO, 0), ==, 0);
        assert_calls(1, 1, 1);
        assert_row(0, 1000, USUAL, USUAL, OUTCOME_APPLIED);

        /* Twice: nothing is left to do. */
        g_assert_cmpint(run(DELEGATION_DISABLE, 1000, IO, 0), ==, 0);
        assert_calls(1, 0, 0);

        enabled_before(false);
        g_assert_cmpint(run(DELEGATION_DISABLE, 1000, IO, DELEGATION_NO_APPLY), ==, 0);
        assert_calls(1, 1, 0);
        assert_row(0, 1000, USUAL, USUAL | IO, OUTCOME_LEFT);
}

/* A scope has it still. */
static void test_disable_in_use(void) {
        enabled_before(true);
        world.users[0].enabled |= IO;
        g_assert_cmpint(run(DELEGATION_DISABLE, 1000, IO, 0), ==, 0);
        assert_calls(1, 1, 1);
        assert_row(0, 1000, USUAL, USUAL | IO, OUTCOME_APPLIED);
}

/* It was not by our file that it is handed on. */
static void test_disable_usual(void) {
        reset();
        g_assert_cmpint(run(DELEGATION_DISABLE, 1000, 1U << CONTROLLER_MEMORY, 0), ==, 0);
        g_assert_cmpuint(world.n_refreshes, ==, 0);
        assert_row(0, 1000, USUAL, USUAL, OUTCOME_NONE);
}

/* The file was removed by somebody who did not reload. */
static void test_disable_unloaded(void) {
        enabled_before(false);
        world.files = 0;
        g_assert_cmpint(run(DELEGATION_DISABLE, 1000, IO, 0), ==, 0);
        assert_calls(1, 1, 1);
        assert_row(0, 1000, USUAL, USUAL, OUTCOME_APPLIED);
}

static void test_get(void) {
        reset();
        world.files = IO;
        world.outdated = true;
        world.users[2].enabled |= CPUSET;
        g_assert_cmpint(run(DELEGATION_GET, DELEGATION_EVERYBODY, CONTROLLER_MASK_ALL, DELEGATION_FLAGS_ALL), ==, 0);
        assert_calls(0, 0, 0);
        g_assert_cmpuint(state.n_managers, ==, 3);
        assert_row(2, 1002, USUAL, USUAL, OUTCOME_NONE);
        g_assert_cmpuint(state.n_drop_ins, ==, 1);

        /* There is no cgroup v2: nothing arrives. */
        world.kernel = 0;
        g_assert_cmpint(run(DELEGATION_GET, 1002, 0, 0), ==, 0);
        g_assert_cmpuint(state.managers[0].loaded, ==, USUAL);
        g_assert_cmpuint(state.managers[0].live | state.managers[0].slice | state.managers[0].enabled, ==, 0);
}

static void refused(ControllerMask controllers, const char *word) {
        g_assert_cmpint(run(DELEGATION_ENABLE, 1000, controllers, 0), ==, -EOPNOTSUPP);
        if (!strstr(trouble.cause, word))
                g_error("\"%s\" is not in \"%s\"", word, trouble.cause);
        assert_calls(0, 0, 0);
}

static void test_no_such_controller(void) {
        reset();
        world.kernel &= ~(IO | CPUSET);
        refused(IO | CPUSET | 1U << CONTROLLER_CPU, "there is no cpuset io to hand on");
        refused(IO, "cgroup.controllers has cpu memory pids rdma");

        world.kernel = 0;
        refused(IO, "there is no io to hand on: cgroup v1 holds them");

        /* What is gone can be taken back. */
        world.files = IO;
        g_assert_cmpint(run(DELEGATION_DISABLE, 1000, IO, 0), ==, 0);
        assert_calls(1, 1, 0);
        g_assert_cmpuint(state.n_drop_ins, ==, 0);
}

static void test_not_written(void) {
        reset();
        world.write_error = -EEXIST;
        g_assert_cmpint(run(DELEGATION_ENABLE, 1000, IO, 0), ==, -EEXIST);
        g_assert_cmpstr(trouble.cause, ==, "it is somebody else's");
        assert_calls(1, 0, 0);

        /* Without systemd nothing is written. */
        world.open_error = -ECONNREFUSED;
        g_assert_cmpint(run(DELEGATION_ENABLE, 1000, IO, 0), ==, -ECONNREFUSED);
        g_assert_cmpstr(trouble.cause, ==, "no system bus");
        assert_calls(0, 0, 0);
}

/* The file is there: that it could not be put into effect is for the state to say. */
static void test_not_applied(void) {
        reset();
        world.reload_error = -ETIMEDOUT;
        g_assert_cmpint(run(DELEGATION_ENABLE, 1000, IO, 0), ==, 0);
        assert_calls(1, 1, 0);
        assert_row(0, 1000, USUAL, USUAL, OUTCOME_NONE);
        g_assert_cmpuint(state.n_drop_ins, ==, 1);
        g_assert_null(trouble.cause);

        enabled_before(false);
        world.reload_error = -ETIMEDOUT;
        world.outdated = true;
        g_assert_cmpint(run(DELEGATION_ENABLE, 1000, IO, 0), ==, 0);
        assert_calls(1, 1, 1); /* what is loaded already can be looked for */

        reset();
        world.refresh_error = -ECONNRESET;
        world.users[0].outcome = OUTCOME_FAILED;
        g_assert_cmpint(run(DELEGATION_ENABLE, 1000, IO, 0), ==, 0);
        assert_row(0, 1000, USUAL | IO, USUAL | IO, OUTCOME_FAILED);
        g_assert_null(trouble.cause);
}

/* Of two files the second could not be written: that is answered, and PID 1 reads the first. */
static void test_half_written(void) {
        reset();
        world.write_error = -EEXIST;
        world.write_half = true;
        g_assert_cmpint(run(DELEGATION_DISABLE, 1000, IO, 0), ==, -EEXIST);
        g_assert_cmpint(state.effect, ==, 0);
        assert_calls(1, 0, 0);

        enabled_before(false);
        world.write_error = -EEXIST;
        world.write_half = true;
        g_assert_cmpint(run(DELEGATION_DISABLE, 1000, IO, 0), ==, -EEXIST);
        g_assert_cmpstr(trouble.cause, ==, "the second is somebody else's");
        g_assert_cmpint(state.effect, ==, DELEGATION_CHANGED | DELEGATION_RELOADED);
        assert_calls(1, 1, 0);
        g_assert_cmpuint(user_of(1000)->loaded, ==, USUAL);
}

/* Another file takes it away again, and would do so after each reload: not each time for who asks again and again. */
static void test_spare(void) {
        reset();
        world.unread = IO;
        spare = true;
        g_assert_cmpint(run(DELEGATION_ENABLE, 1000, IO, 0), ==, 0);
        assert_calls(1, 1, 0);
        g_assert_cmpint(state.effect, ==, DELEGATION_CHANGED | DELEGATION_RELOADED);
        g_assert_cmpint(run(DELEGATION_ENABLE, 1000, IO, 0), ==, 0);
        assert_calls(1, 0, 0);
        g_assert_cmpint(state.effect, ==, 0);

        spare = false;
        g_assert_cmpint(run(DELEGATION_ENABLE, 1000, IO, 0), ==, 0);
        assert_calls(1, 1, 0);
        g_assert_cmpint(state.effect, ==, DELEGATION_RELOADED);
}

/* A user who takes the right to read his group from everybody: of him alone nothing is known. */
static void test_unreadable(void) {
        reset();
        world.users[1].unreadable = true;
        g_assert_cmpint(run(DELEGATION_ENABLE, DELEGATION_EVERYBODY, IO, 0), ==, 0);
        g_assert_cmpuint(state.n_managers, ==, 3);
        assert_row(0, 1000, USUAL | IO, USUAL | IO, OUTCOME_APPLIED);
        g_assert_cmpuint(state.managers[1].loaded, ==, USUAL | IO);
        g_assert_cmpuint(state.managers[1].live, ==, 0);
        assert_row(2, 1002, USUAL | IO, USUAL | IO, OUTCOME_APPLIED);
}

static void test_not_seen(void) {
        reset();
        world.list_error = -EIO;
        g_assert_cmpint(run(DELEGATION_ENABLE, 1000, IO, 0), ==, -EIO);
        g_assert_cmpstr(trouble.cause, ==, "no list");
        g_assert_cmpint(state.effect, ==, DELEGATION_CHANGED | DELEGATION_RELOADED);

        g_assert_cmpint(run(DELEGATION_GET, 1000, 0, 0), ==, -EIO);
        g_assert_cmpstr(trouble.cause, ==, "no list");
}

static void test_settled(void) {
        static const struct {
                ControllerMask loaded, live, enabled;
                bool settled;
        } rows[] = {
                { USUAL, USUAL, USUAL, true },
                { USUAL | IO, USUAL | IO, USUAL, true },
                { USUAL | IO, USUAL, USUAL, false },
                { USUAL, USUAL | IO, USUAL, false },                      /* to be taken back */
                { USUAL, USUAL | IO, USUAL | IO, true },                  /* in use */
                { USUAL | 1U << CONTROLLER_HUGETLB, USUAL, USUAL, true }, /* there is none */
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                const DelegationManager manager = { .loaded = rows[i].loaded,
                                                    .live = rows[i].live,
                                                    .enabled = rows[i].enabled };

                g_assert_cmpint(look_is_settled(&manager, KERNEL), ==, rows[i].settled);
        }
}

int main(int argc, char *argv[]) {
        int r;

        g_test_init(&argc, &argv, NULL);
        g_setenv("SYSTEMD_LOG_LEVEL", "emerg", true);

        g_test_add_func("/delegation-operation/enable", test_enable);
        g_test_add_func("/delegation-operation/enable-unloaded", test_enable_unloaded);
        g_test_add_func("/delegation-operation/enable-unread", test_enable_unread);
        g_test_add_func("/delegation-operation/no-apply", test_no_apply);
        g_test_add_func("/delegation-operation/everybody", test_everybody);
        g_test_add_func("/delegation-operation/not-running", test_not_running);
        g_test_add_func("/delegation-operation/disable", test_disable);
        g_test_add_func("/delegation-operation/disable-in-use", test_disable_in_use);
        g_test_add_func("/delegation-operation/disable-usual", test_disable_usual);
        g_test_add_func("/delegation-operation/disable-unloaded", test_disable_unloaded);
        g_test_add_func("/delegation-operation/get", test_get);
        g_test_add_func("/delegation-operation/no-such-controller", test_no_such_controller);
        g_test_add_func("/delegation-operation/not-written", test_not_written);
        g_test_add_func("/delegation-operation/not-applied", test_not_applied);
        g_test_add_func("/delegation-operation/half-written", test_half_written);
        g_test_add_func("/delegation-operation/spare", test_spare);
        g_test_add_func("/delegation-operation/unreadable", test_unreadable);
        g_test_add_func("/delegation-operation/not-seen", test_not_seen);

        g_test_add_func("/delegation-operation/settled", test_settled);

        r = g_test_run();
        delegation_state_done(&state);
        trouble_done(&trouble);
        return r;
}
