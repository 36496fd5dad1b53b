/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <fcntl.h>

#include "basic/fd.h"
#include "basic/user-namespace.h"
#include "diagnosis/check-session.h"
#include "diagnosis/check-user.h"
#include "diagnosis/finding-test.h"

static void test_identity(void) {
        static const struct {
                uid_t uid;
                const char *sudo_uid, *login_uid;
                Expected expected;
        } rows[] = {
                { 1000, NULL, NULL, { FINDING_OK, "you are uid 1000" } },
                { 1000, NULL, "4294967295", { FINDING_OK, "you are uid 1000" } },
                { 1000, NULL, "1000", { FINDING_OK, "you are uid 1000" } },
                { 1000, "1001", NULL, { FINDING_NOTE, "you were uid 1001 and are uid 1000", "machinectl" } },
                { 1000, "0", "4294967295", { FINDING_NOTE, "you were uid 0 and are uid 1000", "shell 1000@" } },
                { 1000, "1001", "1000", { FINDING_OK, "you are uid 1000" } },
                { 1000, NULL, "1001\n", { FINDING_NOTE, "you were uid 1001 and are uid 1000", "machinectl" } },
                { 0, NULL, NULL, { FINDING_OK, "you are root" } },
                { 0, "1000", NULL, { FINDING_NOTE, "sudo, from uid 1000", "--user-id 1000" } },
                { 0, "1000", "1000", { FINDING_NOTE, "sudo, from uid 1000", "--user-id 1000" } },
                { 0, "0", "0", { FINDING_OK, "you are root" } },
                { 0, NULL, "1000", { FINDING_NOTE, "you were uid 1000 and are uid 0" } },
                { 0, "; rm", "x\x1b", { FINDING_OK, "you are root" } },
                { 0, "99999999999", "99999999999999999999", { FINDING_OK, "you are root" } },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                Finding finding = {};
                int r = judge_identity(rows[i].uid, rows[i].sudo_uid, rows[i].login_uid, &finding);

                assert_finding(r, &finding, &rows[i].expected);
        }
}

static void test_session_bus(void) {
        static const struct {
                const char *address;
                Expected expected;
        } rows[] = {
                { NULL, { FINDING_OK, "not set" } },
                { "", { FINDING_OK, "not set" } },
                { "unix:path=/run/user/1000/bus", { FINDING_OK, "is your user manager's" } },
                { "unix:path=/run/user/1000/bus,guid=00ff", { FINDING_OK, "is your user manager's" } },
                { "unix:path=/run/user/1000/bus;unix:path=/x", { FINDING_OK, "is your user manager's" } },
                { "unix:path=/run/user/1000/bus2", { FINDING_NOTE, "/bus2 is not", "unset it" } },
                { "unix:path=/run/user/10001/bus", { FINDING_NOTE, "10001/bus is not", "unset it" } },
                { "unix:path=/tmp/dbus-x,guid=1", { FINDING_NOTE, "unix:path=/tmp/dbus-x,guid=1", "unset it" } },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                Finding finding = {};
                int r = judge_session_bus(1000, rows[i].address, &finding);

                assert_finding(r, &finding, &rows[i].expected);
        }
}

#define USER "/user.slice/user-1000.slice"

static void test_place(void) {
        static const struct {
                uid_t uid;
                const char *group;
                Expected expected;
        } rows[] = {
                { 1000, USER "/session-3.scope", { FINDING_OK, "in the login session session-3.scope" } },
                { 1000, USER "/user@1000.service/app.slice/a.scope", { FINDING_OK, "in a.scope of your user" } },
                { 1000, USER "/user@1000.service/app.slice/a.scope/main", { FINDING_OK, "in a.scope of your" } },
                { 1001, USER "/session-3.scope", { FINDING_NOTE, "in session-3.scope of uid 1000", "shell 1001@" } },
                { 1001, USER "0/a.scope", { FINDING_NOTE, "in a.scope of the system manager" } },
                { 1001, "/user.slice/user-01000.slice/a.scope", { FINDING_NOTE, "in a.scope of the system manager" } },
                { 0, USER "/session-3.scope", { FINDING_OK, "in the login session" } },
                { 0, USER "/user@1000.service/app.slice/a.scope", { FINDING_OK, "in a.scope of a user" } },
                { 0, "/system.slice/x.service", { FINDING_OK, "x.service of the system manager" } },
                { 1000, "/system.slice/cron.service", { FINDING_NOTE, "no login session" } },
                { 1000, "/system.slice/a\x1b[31m.service/x", { FINDING_NOTE, "in a\\x1b[31m.service of" } },
                { 1000, "/", { FINDING_NOTE, "in no unit" } },
                { 1000, "/../..", { FINDING_NOTE, "in no unit" } },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                Finding finding = {};
                int r = judge_place(rows[i].uid, rows[i].group, &finding);

                assert_finding(r, &finding, &rows[i].expected);
        }
}

static void test_runtime_dir(void) {
        g_autofree char *made = g_dir_make_tmp("cgscope-checks-XXXXXX", NULL);
        _cleanup_close_ int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
        Doctor doctor = { .deadline = USEC_INFINITY, .uid = geteuid(), .own = true, .root = fd };
        bool root = user_is_administrator();
        Finding finding = {};

        g_unsetenv("XDG_RUNTIME_DIR");
        assert_finding(check_runtime_dir(&doctor, &finding), &finding,
                       root ? &NOTHING : &(Expected) { FINDING_NOTE, "is not set", "XDG_RUNTIME_DIR=/run/user/" });

        g_setenv("XDG_RUNTIME_DIR", "/nonexistent", true);
        assert_finding(check_runtime_dir(&doctor, &finding), &finding,
                       &(Expected) { root ? FINDING_NOTE : FINDING_PROBLEM, "R=/nonexistent: No such", "unset it" });

        g_setenv("XDG_RUNTIME_DIR", made, true);
        assert_finding(check_runtime_dir(&doctor, &finding), &finding,
                       &(Expected) { root ? FINDING_OK : FINDING_NOTE, made, root ? NULL : "unset it" });

        if (root)
                g_assert_cmpint(chown(made, 1234, (gid_t) -1), ==, 0);
        else
                g_setenv("XDG_RUNTIME_DIR", "/", true);
        assert_finding(check_runtime_dir(&doctor, &finding), &finding,
                       &(Expected) { root ? FINDING_NOTE : FINDING_PROBLEM,
                                     root ? "belongs to uid 1234" : "belongs to uid 0",
                                     "unset it, or log in as the user" });

        doctor.own = false;
        assert_finding(check_runtime_dir(&doctor, &finding), &finding, &NOTHING);
        assert_finding(check_identity(&doctor, &finding), &finding, &NOTHING);
        assert_finding(check_session_bus(&doctor, &finding), &finding, &NOTHING);
        assert_finding(check_place(&doctor, &finding), &finding, &NOTHING);
        assert_finding(check_answer(&doctor, &finding), &finding, &NOTHING);
        (void) rmdir(made);
}

/* An asking half that has only to be asked. */
static struct {
        int open, state;
        const char *text, *message, *remedy;
        int n_open;
} fake;

static int fake_open(const ManagerOptions *options, Manager **ret, Trouble *trouble) {
        g_assert_false(options->ask_password);
        if (fake.open < 0)
                return trouble_set(trouble, fake.open, "%s", fake.message);
        fake.n_open++;
        *ret = (Manager *) &fake;
        return 0;
}

static void fake_free(Manager *manager) {
        g_assert_true(manager == (Manager *) &fake);
        fake.n_open--;
}

static int fake_state(Manager *manager, const char *unit, char **ret_state, Trouble *trouble) {
        (void) manager;
        g_assert_cmpstr(unit, ==, "user@4711.service");
        if (fake.state > 0)
                *ret_state = strdup(fake.text);
        if (fake.state < 0 && fake.message)
                (void) trouble_set(trouble, fake.state, "%s", fake.message);
        if (fake.state < 0 && fake.remedy)
                (void) trouble_help(trouble, fake.state, "%s", fake.remedy);
        return fake.state;
}

static const Asking asking = {
        .manager_open = fake_open,
        .manager_free = fake_free,
        .unit_state = fake_state,
};

static void test_user_manager(void) {
        static const struct {
                int open, state;
                const char *text, *message;
                Expected expected;
                const char *remedy;
        } rows[] = {
                { 0, 1, "active", NULL, { FINDING_OK, "user@4711.service runs" } },
                { 0, 1, "reloading", NULL, { FINDING_OK, "runs" } },
                { 0, 1, "activating", NULL, { FINDING_NOTE, "is starting" } },
                { 0, 1, "deactivating", NULL, { FINDING_NOTE, "is ending" } },
                { 0, 1, "failed", NULL, { FINDING_PROBLEM, "has failed", "journalctl -u user@4711.service" } },
                { 0,
                  1,
                  "inactive",
                  NULL,
                  { FINDING_PROBLEM, "no user manager runs for uid 4711", "loginctl enable-linger 4711" } },
                { 0, 0, NULL, NULL, { FINDING_PROBLEM, "no user manager runs for uid 4711", "enable-linger" } },
                { 0, -EIO, NULL, "it is so", { FINDING_UNKNOWN, "it is so", "do this; or that" }, "do this; or that" },
                { 0, -EIO, NULL, NULL, { FINDING_UNKNOWN, "Input/output error" } },
                { -ECONNREFUSED, 0, NULL, "no system bus", { FINDING_UNKNOWN, "no system bus" } },
        };
        Doctor doctor = { .deadline = USEC_INFINITY, .uid = 4711, .root = -EBADF, .asking = &asking };
        Finding finding = {};

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                fake.open = rows[i].open;
                fake.state = rows[i].state;
                fake.text = rows[i].text;
                fake.message = rows[i].message;
                fake.remedy = rows[i].remedy;
                assert_finding(check_user_manager(&doctor, &finding), &finding, &rows[i].expected);
                g_assert_cmpint(fake.n_open, ==, 0);
        }

        doctor.asking = NULL;
        assert_finding(check_user_manager(&doctor, &finding), &finding,
                       &(Expected) { FINDING_UNKNOWN, "the part that speaks to systemd is not there" });
        doctor.uid = 0;
        assert_finding(check_user_manager(&doctor, &finding), &finding, &(Expected) { FINDING_OK, "none is needed" });
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/checks-session/identity", test_identity);
        g_test_add_func("/checks-session/session-bus", test_session_bus);
        g_test_add_func("/checks-session/place", test_place);
        g_test_add_func("/checks-session/runtime-dir", test_runtime_dir);
        g_test_add_func("/checks-session/user-manager", test_user_manager);

        return g_test_run();
}
