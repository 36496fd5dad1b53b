/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>

#include "proc/kernel.h"

static void test_argument(void) {
        static const struct {
                const char *line, *name, *value; /* NULL: not there */
        } rows[] = {
                { "", "psi", NULL },
                { "\n", "psi", NULL },
                { "psi=1\n", "psi", "1" },
                { "quiet psi=1", "psi", "1" },
                { "quiet  psi", "psi", "" },
                { "psi=", "psi", "" },
                { "xpsi=1 psix=1 p=1", "psi", NULL },
                { "psi=0 psi=1", "psi", "0,1" },
                { "cgroup_disable=memory,io x cgroup_disable=pressure", "cgroup_disable", "memory,io,pressure" },
                { "cgroup-no-v1=all", "cgroup_no_v1", "all" }, /* '-' and '_' are one to the kernel */
                { "cgroup_no-v1=all", "cgroup_no_v1", "all" },
                { "systemd.unified_cgroup_hierarchy=0", "systemd.unified_cgroup_hierarchy", "0" },
                { "dyndbg=\"file x +p psi=0\" psi=1", "psi", "1" },
                { "dyndbg=\"file x +p\"", "dyndbg", "file x +p" },
                { "\"psi=1 2\" quiet", "psi", "1 2" },
                { "\"psi=1", "psi", "1" },
                { "quiet -- psi=1", "psi", NULL },
                { "--x psi=1", "psi", "1" },
                { "root=\"", "psi", NULL },
                { "\"", "psi", NULL },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ char *value = NULL;
                int r = kernel_argument_get(rows[i].line, rows[i].name, &value);

                g_assert_cmpint(r, ==, rows[i].value ? 1 : 0);
                g_assert_cmpstr(value, ==, rows[i].value);
        }
}

static void test_config(void) {
        static const char text[] = "# CONFIG_A is not set\nCONFIG_B=y\nCONFIG_C=m\nXCONFIG_D=y\nCONFIG_E=yes\n"
                                   "CONFIG_F=\"CONFIG_G=y\"\nCONFIG_H=y";

        g_assert_true(kernel_config_has(text, "B"));
        g_assert_true(kernel_config_has(text, "H"));
        for (const char *const *p = (const char *const[]) { "A", "C", "D", "E", "F", "G", "", NULL }; *p; p++)
                g_assert_false(kernel_config_has(text, *p));
        g_assert_true(kernel_config_has("CONFIG_A=y\n", "A"));
        g_assert_false(kernel_config_has("", "A"));
}

/* It can be there as a file, packed, or not at all. */
static void test_config_file(void) {
        _cleanup_free_ char *config = NULL, *packed = NULL, *again = NULL;
        g_autofree char *path = g_strdup(g_getenv("PATH"));
        char release[KERNEL_RELEASE_SIZE];
        int r;

        if (kernel_config_read(kernel_release(release), &config) >= 0)
                g_assert_nonnull(strstr(config, "CONFIG_CGROUPS=y"));
        else
                g_assert_null(config);

        r = kernel_config_read("no-such-release/..", &packed);
        g_assert_cmpint(r, ==, access("/proc/config.gz", R_OK) >= 0 ? 0 : -ENOENT);
        g_assert_true((r < 0) == !packed);

        /* PATH has no say in which program unpacks it. */
        g_setenv("PATH", "/nonexistent", true);
        g_assert_cmpint(kernel_config_read("no-such-release", &again), ==, r);
        g_assert_cmpstr(again, ==, packed);
        g_setenv("PATH", path, true);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/kernel/argument", test_argument);
        g_test_add_func("/kernel/config", test_config);
        g_test_add_func("/kernel/config-file", test_config_file);
        return g_test_run();
}
