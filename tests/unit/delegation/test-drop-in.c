/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>

#include "delegation/drop-in.h"

#define CPUSET (1U << CONTROLLER_CPUSET)
#define CPU (1U << CONTROLLER_CPU)
#define IO (1U << CONTROLLER_IO)
#define MEMORY (1U << CONTROLLER_MEMORY)
#define PIDS (1U << CONTROLLER_PIDS)
#define ALL CONTROLLER_MASK_MANAGED

#define S "[Service]\n"
#define H DROP_IN_HEADER "\n"
#define USER "# For this user:\n"
#define EVERYBODY "# For every user:\n"

typedef struct Row {
        const char *text;
        DropInKind kind;
        ControllerMask own;
        const char *other;
        size_t length; /* where the text has NUL bytes */
} Row;

static const Row rows[] = {
        { "", DROP_IN_FOREIGN },
        { S, DROP_IN_FOREIGN },
        { S "Delegate=io\n", DROP_IN_FOREIGN, IO },
        { S "Delegate=io", DROP_IN_FOREIGN, IO },
        { S "Delegate=cpuset io\nDelegate=memory\n", DROP_IN_FOREIGN, CPUSET | IO | MEMORY },
        { "\n  [Service]  \n\t Delegate \t= \t io\tcpu  pids \n\n", DROP_IN_FOREIGN, IO | CPU | PIDS },
        { S "Delegate=yes\n", DROP_IN_FOREIGN, ALL },
        { S "Delegate=TRUE\n", DROP_IN_FOREIGN, ALL },
        { S "Delegate=io\nDelegate=on\n", DROP_IN_FOREIGN, ALL },
        { S S "Delegate=io\n" S "Delegate=cpu\n", DROP_IN_FOREIGN, IO | CPU },

        /* comments, and lines that are continued */
        { "# Delegate=cpu\n;[Unit]\n" S "  # x\n ;y\nDelegate=io\n#", DROP_IN_FOREIGN, IO },
        { S "Delegate=io \\\ncpuset\n", DROP_IN_FOREIGN, IO | CPUSET },
        { S "Delegate=io \\\r\ncpuset\r\n", DROP_IN_FOREIGN, IO | CPUSET },
        { S "Delegate=io\\\n#comment\\\n  cpuset\n", DROP_IN_FOREIGN, IO | CPUSET },
        { S "Delegate=io\\\n\nDelegate=cpu\n", DROP_IN_FOREIGN, IO | CPU },
        { S "Dele\\\ngate=io\n", DROP_IN_FOREIGN, 0, "Dele gate=io" },
        { S "Delegate=io\\", DROP_IN_FOREIGN, IO },
        { S "Delegate=io \\\\\ncpuset\n", DROP_IN_FOREIGN, IO, "Delegate=io \\\\" },
        { "[Service]\rDelegate=io\n\rDelegate=cpu", DROP_IN_FOREIGN, IO | CPU },
        { "\xef\xbb\xbf" S "Delegate=io\n", DROP_IN_FOREIGN, IO },
        { S "\xef\xbb\xbf" "Delegate=io\n", DROP_IN_FOREIGN, IO },
        { "\xef\xbb\xbf\xef\xbb\xbf" S "Delegate=io\n", DROP_IN_FOREIGN, 0, "\xef\xbb\xbf[Service]" },

        /* quotes */
        { S "Delegate=\"io\" 'cpu'\n", DROP_IN_FOREIGN, IO | CPU },
        { S "Delegate=i\"o\"\n", DROP_IN_FOREIGN, IO },
        { S "Delegate=\"io cpu\"\n", DROP_IN_FOREIGN, 0, "Delegate=\"io cpu\"" },
        { S "Delegate=cpu\nDelegate=\"io\n", DROP_IN_FOREIGN, CPU, "Delegate=\"io" },
        { S "Delegate=\"yes\"\n", DROP_IN_FOREIGN, 0, "Delegate=\"yes\"" },

        /* what takes away */
        { S "Delegate=no\n", DROP_IN_FOREIGN, 0, "Delegate=no" },
        { S "Delegate=io\nDelegate=0\n", DROP_IN_FOREIGN, 0, "Delegate=0" },
        { S "Delegate=io\nDelegate=\nDelegate=cpu\n", DROP_IN_FOREIGN, CPU, "Delegate=" },
        { S "Delegate= \t\n", DROP_IN_FOREIGN, 0, "Delegate=" },

        /* names that are none, or none of ours */
        { S "Delegate=io,cpu\n", DROP_IN_FOREIGN, 0, "Delegate=io,cpu" },
        { S "Delegate=IO\n", DROP_IN_FOREIGN, 0, "Delegate=IO" },
        { S "Delegate=io hugetlb\n", DROP_IN_FOREIGN, IO, "Delegate=io hugetlb" },
        { S "Delegate=rdma misc dmem\n", DROP_IN_FOREIGN, 0, "Delegate=rdma misc dmem" },
        { S "Delegate=cpu cpuacct\n", DROP_IN_FOREIGN, CPU, "Delegate=cpu cpuacct" },
        { S "Delegate=io bpf-firewall devices\n", DROP_IN_FOREIGN, IO, "Delegate=io bpf-firewall devices" },
        { S "Delegate=blkio\n", DROP_IN_FOREIGN, 0, "Delegate=blkio" },
        { S "Delegate=io no\n", DROP_IN_FOREIGN, IO, "Delegate=io no" },
        { S "Delegate=i\\o\n", DROP_IN_FOREIGN, 0, "Delegate=i\\o" },

        /* other settings; the first one is named */
        { S "MemoryMax=1G\nTasksMax=5\nDelegate=io\n", DROP_IN_FOREIGN, IO, "MemoryMax=1G" },
        { S "delegate=io\n", DROP_IN_FOREIGN, 0, "delegate=io" },
        { S "DelegateSubgroup=x\n", DROP_IN_FOREIGN, 0, "DelegateSubgroup=x" },
        { S "Delegate\n", DROP_IN_FOREIGN, 0, "Delegate" },
        { "Delegate=io\n", DROP_IN_FOREIGN, 0, "Delegate=io" },
        { "[Unit]\nDelegate=io\n" S "Delegate=cpu\n", DROP_IN_FOREIGN, CPU, "[Unit]" },
        { S "Delegate=cpu\n[X-Mine]\nDelegate=io\n", DROP_IN_FOREIGN, CPU, "[X-Mine]" },
        { "[service]\nDelegate=io\n", DROP_IN_FOREIGN, 0, "[service]" },

        /* where systemd stops reading */
        { S "Delegate=cpu\n[Service\nDelegate=io\n", DROP_IN_FOREIGN, CPU, "[Service" },
        { S "Delegate=cpu\n[Ser\"vice]\n" S "Delegate=io\n", DROP_IN_FOREIGN, CPU, "[Ser\"vice]" },
        { S "Delegate=cpu\nX=\xff\nDelegate=io\n", DROP_IN_FOREIGN, CPU, "X=\\xff" },

        /* what is shown is harmless */
        { S "X=\x1b[31m\x7f\tä\xc2\x9b\n", DROP_IN_FOREIGN, 0,
          "X=\\x1b[31m\\x7f\\x09ä\\xc2\\x9b" },

        { S "Delegate=io\n\0", DROP_IN_FOREIGN, IO, "(a NUL byte)", sizeof(S "Delegate=io\n") },
        { S "Delegate=io\0Delegate=cpu\n", DROP_IN_FOREIGN, IO | CPU, "(a NUL byte)",
          sizeof(S "Delegate=io\0Delegate=cpu\n") - 1 },
        { H S USER "Delegate=io\n\0", DROP_IN_FOREIGN, IO, "(a NUL byte)", sizeof(H S USER "Delegate=io\n") },

        /* ours */
        { H S USER "Delegate=io\n", DROP_IN_OURS, IO },
        { H S EVERYBODY "Delegate=cpuset io\n", DROP_IN_OURS, CPUSET | IO },

        /* no longer */
        { H, DROP_IN_EDITED },
        { H S, DROP_IN_EDITED },
        { H S USER "Delegate=io cpuset\n", DROP_IN_EDITED, IO | CPUSET },
        { H S USER "Delegate=io", DROP_IN_EDITED, IO },
        { H S USER "Delegate=io\n\n", DROP_IN_EDITED, IO },
        { H S USER "Delegate=io io\n", DROP_IN_EDITED, IO },
        { H S USER "Delegate=yes\n", DROP_IN_EDITED, ALL },
        { H S USER "Delegate=io\n# mine\n", DROP_IN_EDITED, IO },
        { H S USER "Delegate=io\nMemoryMax=1G\n", DROP_IN_EDITED, IO, "MemoryMax=1G" },
        { DROP_IN_HEADER "\r\n" S USER "Delegate=io\n", DROP_IN_FOREIGN, IO },
        { DROP_IN_HEADER, DROP_IN_FOREIGN },
        { " " H S USER "Delegate=io\n", DROP_IN_FOREIGN, IO },
};

static void test_parse(void) {
        for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
                const Row *row = &rows[i];
                DropIn d = {};

                g_test_message("%zu", i);
                g_assert_cmpint(drop_in_parse(row->text, row->length ?: strlen(row->text), &d), ==, 0);
                g_assert_cmpint(d.kind, ==, row->kind);
                g_assert_cmphex(d.own, ==, row->own);
                g_assert_cmpstr(d.other, ==, row->other);
                g_assert_false(d.unread);
                drop_in_done(&d);
                g_assert_null(d.other);
        }
}

/* Whatever is written is read again as ours, and says the same. */
static void test_round_trip(void) {
        for (ControllerMask own = 0; own <= ALL; own++)
                for (uint64_t uid = 0; uid <= 1; uid++) {
                        _cleanup_free_ char *text = NULL;
                        DropIn d = {};
                        int r;

                        r = drop_in_format(uid ? DELEGATION_EVERYBODY : 1000, own, &text);
                        if (own == 0 || (own & ~ALL)) {
                                g_assert_cmpint(r, ==, -EINVAL);
                                continue;
                        }

                        g_assert_cmpint(r, ==, 0);
                        g_assert_cmpint(drop_in_parse(text, strlen(text), &d), ==, 0);
                        g_assert_cmpint(d.kind, ==, DROP_IN_OURS);
                        g_assert_cmphex(d.own, ==, own);
                        drop_in_done(&d);
                }
}

static void test_format(void) {
        _cleanup_free_ char *user = NULL, *everybody = NULL, *text = NULL;

        g_assert_cmpint(drop_in_format(1000, PIDS | IO | CPUSET, &user), ==, 0);
        g_assert_cmpstr(user, ==, H S USER "Delegate=cpuset io pids\n");
        g_assert_cmpint(drop_in_format(DELEGATION_EVERYBODY, IO, &everybody), ==, 0);
        g_assert_cmpstr(everybody, ==, H S EVERYBODY "Delegate=io\n");

        g_assert_cmpint(drop_in_format(0, 1U << CONTROLLER_HUGETLB, &text), ==, -EINVAL);
        g_assert_null(text);
}

/* A long line is cut where a character ends. */
static void test_long(void) {
        g_autoptr(GString) text = g_string_new(S "X=");
        DropIn d = {};

        for (unsigned i = 0; i < 4000; i++)
                g_string_append(text, i % 3 ? "ä" : "\x01");

        g_assert_cmpint(drop_in_parse(text->str, text->len, &d), ==, 0);
        g_assert_nonnull(d.other);
        g_assert_cmpuint(strlen(d.other), <, 200);
        g_assert_true(g_utf8_validate(d.other, -1, NULL));
        g_assert_true(g_str_has_suffix(d.other, "…"));
        drop_in_done(&d);
}

/* Text put together from what the parser looks for, at random: read somehow, never as ours but where it is. */
static void test_junk(void) {
        static const char *const parts[] = { "[Service]", "\n", "\n", "\n", "Delegate", "=", "=", "io", "cpuset", " ",
                                             "\\", "\"", "'", "#", ";", "\r", "]", "[", "yes", "no", "\xff",
                                             "\xef\xbb\xbf", "ä", "\t", H, USER, "\x01", "\xc2" };

        for (unsigned i = 0; i < 20000; i++) {
                g_autoptr(GString) text = g_string_new(NULL);
                DropIn d = {};

                for (int n = g_test_rand_int_range(0, 30); n > 0; n--) {
                        int part = g_test_rand_int_range(0, G_N_ELEMENTS(parts) + 1);

                        if (part < (int) G_N_ELEMENTS(parts))
                                g_string_append(text, parts[part]);
                        else
                                g_string_append_c(text, '\0');
                }

                g_assert_cmpint(drop_in_parse(text->str, text->len, &d), ==, 0);
                g_assert_true(!d.other || g_utf8_validate(d.other, -1, NULL));
                g_assert_true(d.kind != DROP_IN_EDITED || g_str_has_prefix(text->str, DROP_IN_HEADER));
                g_assert_cmphex(d.own & ~ALL, ==, 0);
                if (d.kind == DROP_IN_OURS) {
                        g_assert_null(d.other);
                        g_assert_cmphex(d.own, !=, 0);
                }
                drop_in_done(&d);
        }
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/drop-in/parse", test_parse);
        g_test_add_func("/drop-in/round-trip", test_round_trip);
        g_test_add_func("/drop-in/format", test_format);
        g_test_add_func("/drop-in/long", test_long);
        g_test_add_func("/drop-in/junk", test_junk);
        return g_test_run();
}
