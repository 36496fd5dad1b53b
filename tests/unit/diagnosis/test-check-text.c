/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>
#include <sched.h>

#include "diagnosis/check-text.h"
#include "proc/kernel.h"

static void test_kernel(void) {
        static const struct {
                const char *release;
                unsigned major, minor;
                int result;
                unsigned wsl;
        } rows[] = {
                { "5.14.0", 5, 14, 1, 0 },
                { "5.13.19-2-pve", 5, 14, 0, 0 },
                { "6.1.0-56-cloud-amd64", 5, 14, 1, 0 },
                { "6.1.0-56-cloud-amd64", 6, 6, 0, 0 },
                { "6.10-rc1", 6, 6, 1, 0 },
                { "10.0", 6, 6, 1, 0 },
                { "4.4.0-19041-Microsoft", 5, 14, 0, 1 },
                { "5.15.153.1-microsoft-standard-WSL2", 5, 14, 1, 2 },
                { "6.6.36.3-microsoft-standard-WSL2+", 6, 6, 1, 2 },
                { "6.6.1-own-WSL2", 6, 6, 1, 2 },
                { "", 5, 14, -EINVAL, 0 },
                { "six", 5, 14, -EINVAL, 0 },
                { "6", 5, 14, -EINVAL, 0 },
                { "-6.1", 5, 14, -EINVAL, 0 },
                { " 6.1", 5, 14, -EINVAL, 0 },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                g_assert_cmpint(kernel_is_at_least(rows[i].release, rows[i].major, rows[i].minor), ==, rows[i].result);
                g_assert_cmpuint(kernel_wsl(rows[i].release), ==, rows[i].wsl);
        }
}

static void test_scheduler(void) {
        static const struct {
                const char *text, *name;
        } rows[] = {
                { "[none] mq-deadline kyber bfq \n", "none" },
                { "none mq-deadline kyber [bfq] \n", "bfq" },
                { "mq-deadline [bfq]", "bfq" },
                { "none\n", "none" },
                { "none", "none" },
                { "", "" },
                { "\n", "" },
                { "[none", "[none" },
                { "none] [bfq]", "bfq" },
                { "[a-name-that-is-far-too-long-for-us]", "a-name-that-is-" },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                char buffer[16];

                g_assert_cmpstr(scheduler_in_use(rows[i].text, buffer, sizeof(buffer)), ==, rows[i].name);
        }
}

static void test_io_cost(void) {
        static const char text[] = "8:0 enable=1 ctrl=auto rpct=0.00\n18:0 enable=0 ctrl=auto\n"
                                   "254:16 ctrl=user enable=1\n"
                                   "9:0 enable=10\n9:1\n9:2 \n9:3 enable=0\n9:4 enable=1";

        for (const char *const *p = (const char *const[]) { "8:0", "254:16", "9:4", NULL }; *p; p++)
                g_assert_true(io_cost_is_enabled(text, *p));
        for (const char *const *p = (const char *const[]) { "18:0", "8", "254:1", "9:0", "9:1", "9:3", NULL }; *p; p++)
                g_assert_false(io_cost_is_enabled(text, *p));
        g_assert_false(io_cost_is_enabled("", "8:0"));
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/checks-text/kernel", test_kernel);
        g_test_add_func("/checks-text/scheduler", test_scheduler);
        g_test_add_func("/checks-text/io-cost", test_io_cost);

        return g_test_run();
}
