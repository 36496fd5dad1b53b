/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>
#include <sched.h>
#include <sys/wait.h>

#include "basic/user-namespace.h"

static void test_map(void) {
        static const struct {
                const char *map;
                uid_t inside, outside;
        } rows[] = {
                { "         0          0 4294967295\n", 0, 0 },
                { "         0          0 4294967295\n", 1000, 1000 },
                { "         0       1000          1\n", 0, 1000 },
                { "         0       1000          1\n", 1, 1 },
                { "0 1000 1\n1 100000 65536\n", 0, 1000 },
                { "0 1000 1\n1 100000 65536\n", 1, 100000 },
                { "0 1000 1\n1 100000 65536\n", 65536, 165535 },
                { "0 1000 1\n1 100000 65536\n", 65537, 65537 },
                { "", 0, 0 },
                { "junk\n5 7 1", 5, 7 },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                g_assert_cmpuint(user_map_outside(rows[i].map, rows[i].inside), ==, rows[i].outside);
}

static void test_initial(void) {
        g_autoptr(GString) map = g_string_new("0 0 1\n");

        g_assert_true(user_map_is_initial("         0          0 4294967295\n"));
        g_assert_false(user_map_is_initial("         0       1000          1\n"));
        g_assert_false(user_map_is_initial(""));
        for (unsigned i = 1; i < 340; i++)
                g_string_append_printf(map, "%10u %10u %10u\n", i, i, 1);
        g_assert_false(user_map_is_initial(map->str));
}

static bool write_map(uid_t uid) {
        g_autofree char *map = g_strdup_printf("0 %u 1", (unsigned) uid);
        FILE *file = fopen("/proc/self/uid_map", "we");
        bool done = file && fputs(map, file) >= 0;

        return (file ? fclose(file) == 0 : false) && done;
}

/* In a child: "77" where the system lets nobody make such a namespace. */
static int look_in_namespace(uid_t uid) {
        if (unshare(CLONE_NEWUSER) < 0 || !write_map(uid))
                return 77;

        return geteuid() == 0 && !user_is_administrator() ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void test_own_namespace(void) {
        uid_t uid = geteuid();
        int status;
        pid_t pid = fork();

        if (pid == 0)
                _exit(look_in_namespace(uid));

        g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
        if (WEXITSTATUS(status) == 77)
                g_test_skip("no user namespace can be made here");
        else
                g_assert_cmpint(status, ==, 0);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/user-namespace/map", test_map);
        g_test_add_func("/user-namespace/initial", test_initial);
        g_test_add_func("/user-namespace/own", test_own_namespace);

        return g_test_run();
}
