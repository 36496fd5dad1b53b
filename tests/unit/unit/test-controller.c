/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>

#include "basic/macros.h"
#include "unit/controller.h"

#define CPU (1U << CONTROLLER_CPU)
#define IO (1U << CONTROLLER_IO)
#define MEMORY (1U << CONTROLLER_MEMORY)

static void test_names(void) {
        for (Controller c = 0; c < _CONTROLLER_MAX; c++) {
                const char *name = controller_to_string(c);

                g_assert_nonnull(name);
                g_assert_cmpint(controller_from_name(name, strlen(name)), ==, c);
                g_assert_cmpint(controller_from_name(name, strlen(name) - 1), !=, c);
        }

        g_assert_cmpint(controller_from_name("cpu,io", 3), ==, CONTROLLER_CPU);
        g_assert_cmpint(controller_from_name("cpus", 4), ==, _CONTROLLER_INVALID);
        g_assert_cmpint(controller_from_name("CPU", 3), ==, _CONTROLLER_INVALID);
        g_assert_cmpint(controller_from_name("", 0), ==, _CONTROLLER_INVALID);
}

static void test_parse(void) {
        static const struct {
                const char *text;
                int r;
                ControllerMask mask;
                const char *unknown;
        } rows[] = {
                { "cpu", 0, CPU, NULL },
                { "cpu,io", 0, CPU | IO, NULL },
                { "io cpu", 0, CPU | IO, NULL },
                { " cpu,, io ,", 0, CPU | IO, NULL },
                { "cpu,cpu", 0, CPU, NULL },
                { "memory\tio\ncpu", 0, CPU | IO | MEMORY, NULL },
                { "", -EINVAL, 0, NULL },
                { " , ", -EINVAL, 0, NULL },
                { "bogus", -EINVAL, 0, "bogus" },
                { "cpu,bogus,io", -EINVAL, 0, "bogus" },
                { "cpu;io", -EINVAL, 0, "cpu;io" },
                { "CPU", -EINVAL, 0, "CPU" },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ char *unknown = NULL;
                ControllerMask mask = 0;

                g_assert_cmpint(controller_mask_parse(rows[i].text, &mask, &unknown), ==, rows[i].r);
                g_assert_cmpuint(mask, ==, rows[i].mask);
                g_assert_cmpstr(unknown, ==, rows[i].unknown);
                g_assert_cmpint(controller_mask_parse(rows[i].text, &mask, NULL), ==, rows[i].r);
        }
}

static void test_read(void) {
        g_assert_cmpuint(controller_mask_read("cpuset cpu io memory hugetlb pids rdma misc dmem\n"), ==,
                         CONTROLLER_MASK_ALL);
        g_assert_cmpuint(controller_mask_read("cpu future io\n"), ==, CPU | IO);
        g_assert_cmpuint(controller_mask_read("\n"), ==, CONTROLLER_MASK_NONE);
        g_assert_cmpuint(controller_mask_read(""), ==, CONTROLLER_MASK_NONE);
}

static void test_format(void) {
        char text[CONTROLLER_MASK_TEXT_MAX];

        g_assert_cmpstr(controller_mask_format(CPU | IO, ',', text), ==, "cpu,io");
        g_assert_cmpstr(controller_mask_format(MEMORY | CPU, ' ', text), ==, "cpu memory");
        g_assert_cmpstr(controller_mask_format(CONTROLLER_MASK_NONE, ',', text), ==, "");
        g_assert_cmpstr(controller_mask_format(CONTROLLER_MASK_ALL, ' ', text), ==,
                        "cpuset cpu io memory hugetlb pids rdma misc dmem");
        g_assert_cmpuint(controller_mask_read(text), ==, CONTROLLER_MASK_ALL);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/controller/names", test_names);
        g_test_add_func("/controller/parse", test_parse);
        g_test_add_func("/controller/read", test_read);
        g_test_add_func("/controller/format", test_format);

        return g_test_run();
}
