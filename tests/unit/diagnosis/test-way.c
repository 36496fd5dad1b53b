/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <fcntl.h>
#include <glib.h>

#include "delegation/store.h"
#include "diagnosis/way-reason.h"

/* Why io stops, and what helps: judged by groups, drop-ins and managers that are made up here. */

#define UID 1000
#define OTHER 1001
#define IO (1U << CONTROLLER_IO)
#define CPUSET (1U << CONTROLLER_CPUSET)
#define ALL CONTROLLER_MASK_MANAGED
#define MANAGER "/user.slice/user-1000.slice/user@1000.service"

static const char *const user_paths[] = {
        "/", "/user.slice", "/user.slice/user-1000.slice", MANAGER, MANAGER "/app.slice", MANAGER "/app.slice/a.scope",
};
static const char *const system_paths[] = { "/", "/system.slice", "/system.slice/b.service" };

typedef struct Row {
        const char *title;
        WayEnd end;
        const char *const *paths;
        size_t n_levels, depth; /* io is in the first @depth of them */
        bool another;           /* user asks */
        bool silent;            /* PID 1 does not answer */
        ControllerMask loaded;
        const char *reset; /* the file that takes it back */
        const char *slice; /* which keeps io back */
        ManagerKind slice_kind;
        DelegationDropIn drop_ins[3];

        Arrival arrival;
        const char *stop, *why, *remedy;
} Row;

static const Row rows[] = {
        { "arrives", WAY_PROBE, user_paths, 6, 6 },
        { "arrives in a unit", WAY_UNIT, system_paths, 3, 3 },

        { "nobody asked", WAY_PROBE, user_paths, 6, 1, .arrival = ARRIVAL_NO, .stop = "/",
          .why = "PID 1 does not hand it to the user manager unless told to", .remedy = "cgscope enable io" },
        { "nobody asked, and the slice has it", WAY_PROBE, user_paths, 6, 3, .arrival = ARRIVAL_NO,
          .stop = "/user.slice/user-1000.slice", .why = "PID 1 does not hand it to the user manager unless told to",
          .remedy = "cgscope enable io" },
        { "nobody asked for another", WAY_MANAGER, user_paths, 5, 1, .another = true, .arrival = ARRIVAL_NO,
          .stop = "/", .why = "PID 1 does not hand it to the user manager unless told to",
          .remedy = "cgscope enable io --user-id=1000" },
        { "written", WAY_PROBE, user_paths, 6, 2,
          .drop_ins = { { .uid = UID, .kind = DROP_IN_OURS, .controllers = IO } }, .arrival = ARRIVAL_NO,
          .stop = "/user.slice",
          .why = "/etc/systemd/system/user@1000.service.d/delegate-user.conf asks for it, which PID 1 has not read yet",
          .remedy = "cgscope enable io" },
        { "written, and taken back", WAY_PROBE, user_paths, 6, 2, .reset = "/etc/z.conf",
          .drop_ins = { { .uid = UID, .kind = DROP_IN_OURS, .controllers = IO } }, .arrival = ARRIVAL_NO,
          .stop = "/user.slice",
          .why = "/etc/systemd/system/user@1000.service.d/delegate-user.conf asks for it, and /etc/z.conf, which systemd "
                 "reads later, takes it back (Delegate=)",
          .remedy = "change or remove the latter, then: systemctl daemon-reload" },
        { "written, and PID 1 is silent", WAY_PROBE, user_paths, 6, 2, .silent = true,
          .drop_ins = { { .uid = UID, .kind = DROP_IN_OURS, .controllers = IO } }, .arrival = ARRIVAL_NO,
          .stop = "/user.slice", .why = "PID 1 does not hand it to the user manager unless told to",
          .remedy = "cgscope enable io" },
        { "the administrator's file", WAY_PROBE, user_paths, 6, 1,
          .drop_ins = { { .uid = UID, .kind = DROP_IN_FOREIGN, .controllers = CPUSET } }, .arrival = ARRIVAL_NO,
          .stop = "/",
          .why = "/etc/systemd/system/user@1000.service.d/delegate-user.conf, where cgscope enable would have PID 1 hand "
                 "it on, is the administrator's",
          .remedy = "add it there, as root" },
        { "loaded", WAY_MANAGER, user_paths, 5, 2, .another = true, .loaded = IO, .arrival = ARRIVAL_NO,
          .stop = "/user.slice", .why = "PID 1 is to hand it to the user manager, and has not done so yet",
          .remedy = "cgscope enable io --user-id=1000" },
        { "not taken up", WAY_PROBE, user_paths, 6, 4, .loaded = IO, .arrival = ARRIVAL_NO, .stop = MANAGER,
          .why = "the user manager was handed it and has not looked since",
          .remedy = "systemctl --user daemon-reexec" },
        { "further down", WAY_PROBE, user_paths, 6, 5, .loaded = IO, .arrival = ARRIVAL_NO,
          .stop = MANAGER "/app.slice", .why = "its cgroup.subtree_control lacks it" },

        { "kept back for all", WAY_PROBE, user_paths, 6, 1, .slice = "-.slice", .arrival = ARRIVAL_NO, .stop = "/",
          .why = "-.slice keeps it from all that is below (DisableControllers=)", .remedy = "systemctl edit -.slice" },
        { "kept back for users", WAY_PROBE, user_paths, 6, 2, .loaded = IO, .slice = "user.slice",
          .arrival = ARRIVAL_NO, .stop = "/user.slice",
          .why = "user.slice keeps it from all that is below (DisableControllers=)",
          .remedy = "systemctl edit user.slice" },
        { "kept back further down", WAY_PROBE, user_paths, 6, 1, .slice = "user.slice", .arrival = ARRIVAL_NO,
          .stop = "/", .why = "PID 1 does not hand it to the user manager unless told to",
          .remedy = "cgscope enable io" },
        { "kept back by the user", WAY_PROBE, user_paths, 6, 5, .slice = "app.slice", .slice_kind = MANAGER_USER,
          .arrival = ARRIVAL_NO, .stop = MANAGER "/app.slice",
          .why = "the user manager's app.slice keeps it from all that is below (DisableControllers=)",
          .remedy = "systemctl --user edit app.slice" },
        { "kept back by the user manager's root", WAY_PROBE, user_paths, 6, 4, .slice = "-.slice",
          .slice_kind = MANAGER_USER, .arrival = ARRIVAL_NO, .stop = MANAGER,
          .why = "the user manager's -.slice keeps it from all that is below (DisableControllers=)",
          .remedy = "systemctl --user edit -.slice" },

        { "a scope without it", WAY_UNIT, user_paths, 6, 5, .arrival = ARRIVAL_NO, .stop = MANAGER "/app.slice",
          .why = "a.scope was made without it", .remedy = "cgscope run --delegate=io -- COMMAND" },
        { "a scope that nothing could reach", WAY_UNIT, user_paths, 6, 2, .arrival = ARRIVAL_NO, .stop = "/user.slice",
          .why = "PID 1 does not hand it to the user manager unless told to", .remedy = "cgscope enable io" },
        { "a service without it", WAY_UNIT, system_paths, 3, 2, .arrival = ARRIVAL_NO, .stop = "/system.slice",
          .why = "b.service was made without it", .remedy = "systemctl edit b.service" },

        { "another's manager has it", WAY_MANAGER, user_paths, 5, 4, .another = true,
          .why = "whether the user manager has looked since, only a new scope would show" },
        { "another's manager hands it on", WAY_MANAGER, user_paths, 5, 5, .another = true },
        { "no scope was made", WAY_MANAGER, user_paths, 5, 5, .arrival = ARRIVAL_UNKNOWN,
          .why = "it reaches the user manager; no scope could be made to see more" },

        { "a login would get it", WAY_LOGIN, user_paths, 2, 1, .loaded = IO,
          .why = "a user manager would be handed it" },
        { "a login would not", WAY_LOGIN, user_paths, 2, 2, .arrival = ARRIVAL_NO, .stop = "/",
          .why = "PID 1 does not hand it to the user manager unless told to", .remedy = "cgscope enable io" },
        { "a login after the drop-in", WAY_LOGIN, user_paths, 2, 2, .arrival = ARRIVAL_NO, .stop = "/",
          .drop_ins = { { .uid = DELEGATION_EVERYBODY, .runtime = true, .kind = DROP_IN_OURS, .controllers = IO } },
          .why = "/run/systemd/system/user@.service.d/delegate-runtime.conf asks for it, which PID 1 has not read yet",
          .remedy = "cgscope enable io" },
        { "a login that nobody can tell of", WAY_LOGIN, user_paths, 2, 2, .silent = true, .arrival = ARRIVAL_UNKNOWN,
          .why = "PID 1 could not be asked what it would hand to a user manager" },
        { "a login below a slice that keeps it back", WAY_LOGIN, user_paths, 2, 1, .loaded = IO, .slice = "user.slice",
          .arrival = ARRIVAL_NO, .stop = "/user.slice",
          .why = "user.slice keeps it from all that is below (DisableControllers=)",
          .remedy = "systemctl edit user.slice" },

        { "root's", WAY_SYSTEM, system_paths, 2, 1, .another = true },
        { "root's own, and no scope was made", WAY_SYSTEM, system_paths, 2, 2, .arrival = ARRIVAL_UNKNOWN,
          .why = "no scope could be made to see whether it arrives" },
        { "root's, and there is no system.slice", WAY_SYSTEM, system_paths, 1, 1, .another = true,
          .arrival = ARRIVAL_UNKNOWN, .why = "no scope could be made to see whether it arrives" },
        { "root's, kept back", WAY_SYSTEM, system_paths, 2, 1, .another = true, .slice = "system.slice",
          .arrival = ARRIVAL_NO, .stop = "/system.slice",
          .why = "system.slice keeps it from all that is below (DisableControllers=)",
          .remedy = "systemctl edit system.slice" },
};

/* --- who is asked --- */

static const Row *current;
static unsigned n_opened;

struct Manager {
        ManagerKind kind;
};

int store_open(const char *path) {
        return open(path, O_PATH | O_CLOEXEC);
}

int store_list(int root, uint64_t uid, DelegationState *state, Trouble *trouble) {
        (void) root, (void) trouble;
        g_assert_cmpuint(uid, <=, UID);

        for (size_t i = 0; i < ELEMENTSOF(current->drop_ins); i++)
                if (current->drop_ins[i].kind != DROP_IN_ABSENT)
                        g_assert_cmpint(delegation_state_add_drop_in(state, current->drop_ins + i), >=, 0);
        return 0;
}

static int fake_open(const ManagerOptions *options, Manager **ret, Trouble *trouble) {
        if (current->silent) {
                (void) trouble_set(trouble, -ENOENT, "no bus");
                return -ENOENT;
        }

        n_opened++;
        *ret = malloc(sizeof(Manager));
        (*ret)->kind = options->kind;
        return 0;
}

static void fake_free(Manager *manager) {
        free(manager);
}

static int fake_loaded(Manager *manager, uid_t uid, ControllerMask *ret, Trouble *trouble) {
        (void) trouble;
        g_assert_cmpint(manager->kind, ==, MANAGER_SYSTEM);
        g_assert_cmpuint(uid, ==, UID);
        *ret = (ALL & ~IO) | current->loaded;
        return 0;
}

static int fake_find_reset(Manager *manager, uid_t uid, Controller controller, char **ret, Trouble *trouble) {
        (void) trouble;
        g_assert_true(manager->kind == MANAGER_SYSTEM && uid == UID && controller == CONTROLLER_IO);
        *ret = current->reset ? strdup(current->reset) : NULL;
        return *ret != NULL;
}

static int fake_disabled(Manager *manager, const char *slice, ControllerMask *ret, Trouble *trouble) {
        (void) trouble;
        *ret = current->slice && streq(current->slice, slice) && manager->kind == current->slice_kind ? IO : 0;
        return 0;
}

static const Asking asking = {
        .manager_open = fake_open,
        .manager_free = fake_free,
        .user_manager_loaded = fake_loaded,
        .user_manager_find_reset = fake_find_reset,
        .slice_disabled_controllers = fake_disabled,
};

/* --- the ways --- */

static void make_way(const Row *row, Way *ret) {
        *ret = (Way) { .end = row->end,
                       .reach = { .manager = REACH_NOWHERE, .uid = UID, .levels = g_new0(ReachLevel, row->n_levels) } };

        for (size_t i = 0; i < row->n_levels; i++) {
                ReachLevel *level = ret->reach.levels + ret->reach.n_levels++;

                level->path = g_strdup(row->paths[i]);
                level->controllers = i < row->depth ? ALL : ALL & ~IO;
                level->enabled = i + 1 < row->depth ? ALL : ALL & ~IO;
                if (streq(level->path, MANAGER))
                        ret->reach.manager = i;
        }
}

static void clear_way(Way *way) {
        for (size_t i = 0; i < way->reach.n_levels; i++)
                free(way->reach.levels[i].path);
        for (size_t i = 0; i < way->n_controllers; i++)
                trouble_done(&way->controllers[i].trouble);
        free(way->reach.levels);
        trouble_done(&way->unknown);
}

static void judge(const Row *row, Way *way) {
        const Doctor doctor = {
                .deadline = USEC_INFINITY,
                .uid = row->end == WAY_SYSTEM ? 0 : UID,
                .own = !row->another,
                .root = -EBADF,
                .asking = &asking,
        };

        current = row;
        make_way(row, way);
        g_assert_cmpint(doctor_way_judge(&doctor, way), ==, 0);
}

static void test_row(const void *data) {
        const Row *row = data;
        Way way;

        judge(row, &way);

        g_assert_cmpuint(way.n_controllers, ==, 5);
        for (size_t i = 0; i < way.n_controllers; i++) {
                const WayController *c = way.controllers + i;

                if (c->controller != CONTROLLER_IO) {
                        g_assert_cmpint(c->arrival == ARRIVAL_NO, ==, false);
                        continue;
                }
                g_assert_cmpint(c->arrival, ==, row->arrival);
                g_assert_cmpstr(c->stop, ==, row->stop);
                g_assert_cmpstr(c->trouble.cause, ==, row->why);
                g_assert_cmpstr(c->trouble.remedy, ==, row->remedy);
        }
        g_assert_cmpstr(way.unknown.cause, ==, row->silent ? "cannot ask for more: no bus" : NULL);

        clear_way(&way);
}

/* One command helps all that it can help; what the root has and systemd does not hand on is told, too. */
static void test_several(void) {
        const Row row = { .end = WAY_PROBE, .paths = user_paths, .n_levels = 6, .depth = 1 };
        const Doctor doctor = { .deadline = USEC_INFINITY, .uid = UID, .own = true, .root = -EBADF, .asking = &asking };
        unsigned seen = 0;
        Way way;

        current = &row;
        n_opened = 0;
        make_way(&row, &way);
        way.reach.levels[0].controllers |= 1U << CONTROLLER_RDMA;
        for (size_t i = 3; i < way.reach.n_levels; i++)
                way.reach.levels[i].controllers &= ~CPUSET;
        g_assert_cmpint(doctor_way_judge(&doctor, &way), ==, 0);

        for (size_t i = 0; i < way.n_controllers; i++) {
                const WayController *c = way.controllers + i;

                if ((IO | CPUSET) & controller_bit(c->controller))
                        g_assert_cmpstr(c->trouble.remedy, ==, "cgscope enable cpuset io");
                else
                        g_assert_null(c->trouble.remedy);
                if (c->controller == CONTROLLER_RDMA) {
                        g_assert_false(way_controller_counts(c));
                        g_assert_cmpint(c->arrival, ==, ARRIVAL_NO);
                        g_assert_cmpstr(c->trouble.cause, ==, "systemd does not pass it on");
                        seen++;
                }
        }
        g_assert_cmpuint(seen, ==, 1);
        g_assert_cmpuint(n_opened, ==, 2); /* either manager, once */

        clear_way(&way);
}

/* Not one question is asked where nothing stops, and none where there is nobody to ask. */
static void test_nobody(void) {
        const Row arrives = { .end = WAY_PROBE, .paths = user_paths, .n_levels = 6, .depth = 6, .silent = true };
        const Row stops = { .end = WAY_PROBE, .paths = user_paths, .n_levels = 6, .depth = 1 };
        const Doctor doctor = {
                .deadline = USEC_INFINITY,
                .uid = UID,
                .own = true,
                .root = -EBADF,
                .absence = { .error = -ELIBACC, .cause = (char *) "no libsystemd" },
        };
        Way way;

        judge(&arrives, &way);
        g_assert_null(way.unknown.cause);
        clear_way(&way);

        current = &stops;
        make_way(&stops, &way);
        g_assert_cmpint(doctor_way_judge(&doctor, &way), ==, 0);
        g_assert_cmpstr(way.unknown.cause, ==, "cannot ask for more: no libsystemd");
        clear_way(&way);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                g_autofree char *path = g_strdup_printf("/doctor-way/%02zu %s", i, rows[i].title);

                g_test_add_data_func(path, rows + i, test_row);
        }
        g_test_add_func("/doctor-way/several", test_several);
        g_test_add_func("/doctor-way/nobody", test_nobody);

        return g_test_run();
}
