/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>
#include <sys/stat.h>

#include "systemd/bus-address.h"

/* What stands for the directory made for the test, and for the user. */
static char *fill_in(const char *text, const char *directory) {
        g_autofree char *uid = g_strdup_printf("%u", (unsigned) geteuid());
        GString *filled = g_string_new(text);

        (void) g_string_replace(filled, "DIR", directory, 0);
        (void) g_string_replace(filled, "UID", uid, 0);
        return g_string_free(filled, false);
}

static void set_variable(const char *name, const char *text, const char *directory) {
        g_autofree char *value = text ? fill_in(text, directory) : NULL;

        if (value)
                g_setenv(name, value, true);
        else
                g_unsetenv(name);
}

static void test_environment(void) {
        static const struct {
                ManagerKind kind;
                const char *runtime_dir, *session, *system;
                const char *address;
        } rows[] = {
                { MANAGER_USER, NULL, NULL, NULL, "unix:path=/run/user/UID/bus" },
                { MANAGER_USER, "", "", NULL, "unix:path=/run/user/UID/bus" },
                { MANAGER_USER, "DIR", NULL, NULL, "unix:path=DIR/bus" },
                { MANAGER_USER, "DIR", "", NULL, "unix:path=DIR/bus" },
                { MANAGER_USER, "DIR", "unix:path=/else", NULL, "unix:path=/else" },
                { MANAGER_USER, NULL, "unix:abstract=x,guid=1", "unix:path=/sys", "unix:abstract=x,guid=1" },
                { MANAGER_USER, "DIR/absent", NULL, NULL, "unix:path=DIR/absent/bus" },
                { MANAGER_USER, "DIR/a,b;c%d e=\xff\\*", NULL, NULL,
                  "unix:path=DIR/a%2cb%3bc%25d%20e%3d%ff%5c%2a/bus" },
                { MANAGER_SYSTEM, NULL, NULL, NULL, "unix:path=/run/dbus/system_bus_socket" },
                { MANAGER_SYSTEM, "DIR", "unix:path=/else", "", "unix:path=/run/dbus/system_bus_socket" },
                { MANAGER_SYSTEM, "DIR", "unix:path=/else", "unix:path=/sys", "unix:path=/sys" },
        };
        g_autofree char *directory = g_dir_make_tmp("cgscope-address-XXXXXX", NULL);

        g_assert_nonnull(directory);
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                g_autofree char *expected = fill_in(rows[i].address, directory);
                _cleanup_free_ char *address = NULL;
                _cleanup_trouble_ Trouble trouble = {};

                set_variable("XDG_RUNTIME_DIR", rows[i].runtime_dir, directory);
                set_variable("DBUS_SESSION_BUS_ADDRESS", rows[i].session, directory);
                set_variable("DBUS_SYSTEM_BUS_ADDRESS", rows[i].system, directory);

                g_assert_cmpint(bus_address(rows[i].kind, &address, &trouble), ==, 0);
                g_assert_cmpstr(address, ==, expected);
                g_assert_null(trouble.cause);
        }
        (void) rmdir(directory);
}

static void test_private(void) {
        _cleanup_free_ char *address = NULL;
        _cleanup_trouble_ Trouble trouble = {};

        set_variable("XDG_RUNTIME_DIR", "/absent/a;b", "");
        g_assert_cmpint(bus_address_private(&address, &trouble), ==, 0);
        g_assert_cmpstr(address, ==, "unix:path=/absent/a%3bb/systemd/private");
}

/* Which addresses are somebody's choice, and what is said to him where nothing answers there. */
static void test_chosen(void) {
        static const struct {
                ManagerKind kind;
                const char *runtime_dir, *address;
                bool chosen;
                const char *word; /* NULL: neither variable is named */
        } rows[] = {
                { MANAGER_USER, NULL, "unix:path=/run/user/UID/bus", false, NULL },
                { MANAGER_USER, "/run/user/UID", "unix:path=/run/user/UID/bus", false, NULL },
                { MANAGER_USER, NULL, "unix:path=/run/user/UID/bus,guid=1", true, "DBUS_SESSION_BUS_ADDRESS says so" },
                { MANAGER_USER, NULL, "garbage", true, "unix:path=/run/user/UID/bus" },
                { MANAGER_USER, NULL, "disabled:", true, "DBUS_SESSION_BUS_ADDRESS says so: unset it" },
                { MANAGER_USER, "/absent", "unix:path=/run/user/UID/bus", true, "DBUS_SESSION_BUS_ADDRESS" },
                { MANAGER_USER, "/absent", "unix:path=/absent/bus", false,
                  "XDG_RUNTIME_DIR says so: unset it and DBUS_SESSION_BUS_ADDRESS, your user manager's is /run/user/UID" },
                { MANAGER_SYSTEM, NULL, "unix:path=/run/dbus/system_bus_socket", false, NULL },
                { MANAGER_SYSTEM, NULL, "unix:path=/else", true, "DBUS_SYSTEM_BUS_ADDRESS says so: unset it" },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                g_autofree char *address = fill_in(rows[i].address, "DIR"),
                                *word = fill_in(rows[i].word ?: "/bus", "DIR");
                _cleanup_trouble_ Trouble trouble = {};

                set_variable("XDG_RUNTIME_DIR", rows[i].runtime_dir, "");
                set_variable(rows[i].kind == MANAGER_USER ? "DBUS_SESSION_BUS_ADDRESS" : "DBUS_SYSTEM_BUS_ADDRESS",
                             address, "");

                g_assert_cmpint(bus_address_is_chosen(rows[i].kind, address), ==, rows[i].chosen);
                g_assert_cmpint(bus_explain(rows[i].kind, address, -EACCES, &trouble), ==, -EACCES);
                g_assert_nonnull(strstr(trouble.cause, address));
                if (rows[i].word && (!trouble.remedy || !strstr(trouble.remedy, word)))
                        g_error("\"%s\" is not in \"%s\"", word, trouble.remedy);
                g_assert_true(rows[i].word || !trouble.remedy || !strstr(trouble.remedy, "says so"));
        }
}

static void test_stranger(void) {
        _cleanup_trouble_ Trouble trouble = {};

        g_assert_cmpint(bus_explain_stranger(MANAGER_USER, "unix:path=/else", "root", &trouble), ==, -EPERM);
        g_assert_nonnull(strstr(trouble.cause, "unix:path=/else"));
        g_assert_nonnull(strstr(trouble.cause, "root"));
        g_assert_nonnull(strstr(trouble.remedy, "DBUS_SESSION_BUS_ADDRESS"));
}

/* Somebody else's: "/" as an ordinary user, a directory given away as root. */
static void test_runtime_dir_of_other(void) {
        g_autofree char *made = geteuid() == 0 ? g_dir_make_tmp("cgscope-address-XXXXXX", NULL) : NULL;
        const char *directory = made ?: "/", *sessions[] = { NULL, "unix:path=/else" };

        if (made)
                g_assert_cmpint(chown(made, 1234, (gid_t) -1), ==, 0);
        set_variable("XDG_RUNTIME_DIR", directory, "");

        for (size_t i = 0; i < ELEMENTSOF(sessions); i++) {
                _cleanup_free_ char *address = NULL;
                _cleanup_trouble_ Trouble trouble = {};

                set_variable("DBUS_SESSION_BUS_ADDRESS", sessions[i], "");
                g_assert_cmpint(bus_address(MANAGER_USER, &address, &trouble), ==, -EPERM);
                g_assert_null(address);
                g_assert_nonnull(strstr(trouble.cause, directory));
                g_assert_nonnull(strstr(trouble.cause, made ? "belongs to uid 1234" : "belongs to uid 0"));
                g_assert_cmpint(strstr(trouble.remedy, "unset it and DBUS_SESSION_BUS_ADDRESS,") != NULL, ==,
                                sessions[i] != NULL);

                /* The system bus is where it is. */
                trouble_done(&trouble);
                g_assert_cmpint(bus_address(MANAGER_SYSTEM, &address, &trouble), ==, 0);
                g_assert_null(trouble.cause);
        }
        if (made)
                (void) rmdir(made);
}

static void assert_explained(ManagerKind kind, int error, const char *word) {
        _cleanup_trouble_ Trouble trouble = {};
        _cleanup_free_ char *text = NULL;

        g_assert_cmpint(bus_explain(kind, "unix:path=/the/bus", error, &trouble), ==, error);
        text = trouble_text(&trouble, error);
        g_assert_null(strchr(text, '\n'));
        if (!strstr(text, word))
                g_error("\"%s\" is not in \"%s\"", word, text);
}

static void test_explain(void) {
        g_autofree char *directory = g_strdup_printf("/run/user/%u", (unsigned) geteuid());
        bool user_is_there = access(directory, F_OK) >= 0, systemd_is_there = access("/run/systemd/system", F_OK) >= 0;
        const int absent[] = { -ENOENT, -ECONNREFUSED };

        for (size_t i = 0; i < ELEMENTSOF(absent); i++) {
                assert_explained(MANAGER_USER, absent[i],
                                 user_is_there    ? "no user bus at unix:path=/the/bus"
                                 : geteuid() == 0 ? "--system"
                                                  : "enable-linger");
                assert_explained(MANAGER_SYSTEM, absent[i],
                                 systemd_is_there ? "no system bus at unix:path=/the/bus" : "is not PID 1");
        }

        assert_explained(MANAGER_USER, -EACCES, "user bus at unix:path=/the/bus: Permission denied");
        assert_explained(MANAGER_SYSTEM, -EACCES, "system bus at unix:path=/the/bus: Permission denied");
}

static void test_no_systemd(void) {
        static const struct {
                ManagerKind kind;
                const char *session, *word;
        } rows[] = {
                { MANAGER_SYSTEM, "unix:path=/else", "no systemd on the system bus" },
                { MANAGER_USER, NULL, "loginctl user-status" },
                { MANAGER_USER, "unix:path=/else", "DBUS_SESSION_BUS_ADDRESS=unix:path=/else" },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_trouble_ Trouble trouble = {};
                _cleanup_free_ char *text = NULL;

                set_variable("DBUS_SESSION_BUS_ADDRESS", rows[i].session, "");
                g_assert_cmpint(bus_explain_no_systemd(rows[i].kind, &trouble), ==, -ESRCH);
                text = trouble_text(&trouble, 0);
                g_assert_nonnull(strstr(text, rows[i].word));
        }
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/bus-address/environment", test_environment);
        g_test_add_func("/bus-address/private", test_private);
        g_test_add_func("/bus-address/chosen", test_chosen);
        g_test_add_func("/bus-address/stranger", test_stranger);
        g_test_add_func("/bus-address/runtime-dir-of-other", test_runtime_dir_of_other);
        g_test_add_func("/bus-address/explain", test_explain);
        g_test_add_func("/bus-address/no-systemd", test_no_systemd);

        return g_test_run();
}
