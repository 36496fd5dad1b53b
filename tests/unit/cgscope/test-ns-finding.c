/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib.h>

#include "cgscope/ns/ns-finding.h"
#include "cgscope/ns/ns.h"

/* What `cgscope ns` makes of what was read. */

static char v2[] = "0::/user.slice/a b:c (deleted)\n";
static char hybrid[] = "9:name=systemd:/s\n4:cpu,cpuacct:/c:d/e\n0::/u\n";
static char legacy[] = "4:cpu,cpuacct:/c\n9:name=systemd:/s\n";
static char other[] = "4:cpu,cpuacct:/c\n3:cpuset:/\n";

/* The one that stands for all. */
static void test_main_row(void) {
        static const struct {
                char *text;
                const char *name, *path;
        } cases[] = {
                { v2, "", "/user.slice/a b:c (deleted)" },
                { hybrid, "", "/u" },
                { legacy, "name=systemd", "/s" },
                { other, "cpu,cpuacct", "/c" },
        };
        const Ns ns = {};

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                const NsProcess process = { .ours.text = cases[i].text, .sight = SIZE_MAX };
                _cleanup_(ns_row_done) NsRow row = {};

                g_assert_cmpint(ns_main_row(&ns, &process, &row), ==, 0);
                g_assert_cmpstr(row.hierarchy, ==, cases[i].name);
                g_assert_cmpstr(row.ours, ==, cases[i].path);
                g_assert_null(row.inside);
                g_assert_null(row.absolute);
        }
}

/* Of one of which nothing is known. */
static void test_unknown_row(void) {
        const NsProcess process = { .sight = SIZE_MAX };
        _cleanup_(ns_row_done) NsRow row = {};
        const Ns ns = {};

        g_assert_cmpint(ns_main_row(&ns, &process, &row), ==, 0);
        g_assert_null(row.hierarchy);
        g_assert_null(row.ours);
        g_assert_cmpuint(row.marks, ==, 0);
}

static void parse(const char *text, CgroupMounts *ret) {
        g_autofree char *copy = g_strdup(text);

        g_assert_cmpint(cgroup_mounts_parse(copy, ret), ==, 0);
}

#define V2 " rw - cgroup2 cgroup2 rw\n"
#define V1 " rw - cgroup cgroup rw,name=x\n"

static void test_marks(void) {
        static const struct {
                const char *mounts;
                unsigned marks[3];
        } cases[] = {
                { "1 0 0:1 / /sys/fs/cgroup" V2, { 0 } },
                { "1 0 0:1 /a /sys/fs/cgroup" V2, { 0 } },
                { "1 0 0:1 /.. /sys/fs/cgroup" V2, { NS_STALE_MOUNT } },
                { "1 0 0:1 /../.. /sys/fs/cgroup" V2, { NS_STALE_MOUNT } },
                { "1 0 0:1 /..a /sys/fs/cgroup" V2, { 0 } },
                /* It shows no group of its own at all. */
                { "1 0 0:1 /../a /sys/fs/cgroup" V2, { NS_SHOWS_MORE } },
                /* There is a better one beside it, of the same hierarchy. */
                { "1 0 0:1 /.. /a" V2 "2 0 0:1 / /sys/fs/cgroup" V2, { NS_SHOWS_MORE, 0 } },
                { "1 0 0:1 /.. /a" V2 "2 0 0:2 / /b" V1, { NS_STALE_MOUNT, 0 } },
                { "1 0 0:1 /.. /a" V2 "2 0 0:2 /.. /b" V1, { NS_STALE_MOUNT, NS_STALE_MOUNT } },
                /* One that is covered misleads nobody, and is no better one either. */
                { "1 0 0:1 /.. /a" V2 "2 1 0:1 / /a" V2, { 0, 0 } },
                { "1 0 0:1 /.. /a" V2 "2 0 0:1 / /b" V2 "3 2 0:1 /.. /b" V2, { NS_STALE_MOUNT, 0, NS_STALE_MOUNT } },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(cgroup_mounts_done) CgroupMounts mounts = {};

                parse(cases[i].mounts, &mounts);
                for (size_t k = 0; k < mounts.n; k++)
                        g_assert_cmpuint(ns_judge_mount(&mounts, k), ==, cases[i].marks[k]);
        }

        g_assert_cmpuint(ns_judge_path("/"), ==, 0);
        g_assert_cmpuint(ns_judge_path("/a"), ==, 0);
        g_assert_cmpuint(ns_judge_path("/..a"), ==, 0);
        g_assert_cmpuint(ns_judge_path("/.."), ==, NS_OUTSIDE);
        g_assert_cmpuint(ns_judge_path("/../a (deleted)"), ==, NS_OUTSIDE);
}

/* The marks of a process are those of its mounts, too: of all, or of the hierarchy of the row. */
static void test_rows(void) {
        char inside[] = "9:name=x:/\n0::/../u\n", ours[] = "9:name=x:/s\n0::/u\n";
        NsSight sight = {};
        Ns ns = { .sights = &sight, .n_sights = 1 };
        const NsProcess process = { .ours.text = ours, .inside.text = inside };
        const char *text = ours;
        _cleanup_(ns_row_done) NsRow row = {};

        parse("1 0 0:1 /.. /a" V1, &sight.inside);
        g_assert_cmpint(ns_main_row(&ns, &process, &row), ==, 0);
        g_assert_cmpuint(row.marks, ==, NS_OUTSIDE | NS_STALE_MOUNT);
        g_assert_cmpstr(row.inside, ==, "/../u");
        ns_row_done(&row);

        ns.all_hierarchies = true;
        g_assert_cmpint(ns_next_row(&ns, &process, &text, &row), ==, 1);
        g_assert_cmpuint(row.marks, ==, NS_STALE_MOUNT);
        ns_row_done(&row);
        g_assert_cmpint(ns_next_row(&ns, &process, &text, &row), ==, 1);
        g_assert_cmpuint(row.marks, ==, NS_OUTSIDE);
        ns_row_done(&row);
        g_assert_cmpint(ns_next_row(&ns, &process, &text, &row), ==, 0);

        /* What was not read is not judged. */
        sight.reason = NS_NOT_ENTERED;
        ns.all_hierarchies = false;
        g_assert_cmpint(ns_main_row(&ns, &process, &row), ==, 0);
        g_assert_cmpuint(row.marks, ==, NS_OUTSIDE);
        cgroup_mounts_done(&sight.inside);
}

static void test_names(void) {
        char text[NS_MARKS_TEXT_MAX];

        g_assert_cmpstr(ns_marks_format(0, ",", text), ==, "");
        g_assert_cmpstr(ns_marks_format(NS_SHOWS_MORE, ",", text), ==, "shows-more");
        g_assert_cmpstr(ns_marks_format(NS_OUTSIDE | NS_STALE_MOUNT | NS_SHOWS_MORE, ",", text), ==,
                        "outside,stale-mount,shows-more");
        for (unsigned i = 0; i < NS_MARKS; i++)
                g_assert_cmpint(ns_mark_text(1U << i)[0], !=, '\0');
        for (NsReason i = NS_KNOWN + 1; i < _NS_REASON_MAX; i++)
                g_assert_cmpint(ns_reason_text(i)[0], !=, '\0');
}

static void test_options(void) {
        static const struct {
                const char *flags, *options, *text;
        } cases[] = {
                { "rw,nosuid", "rw,nsdelegate", "rw,nosuid,nsdelegate" },
                { "rw", "rw", "rw" },
                { "ro,nosuid", "ro", "ro,nosuid" },
                { "rw", "ro,name=rw", "rw,ro,name=rw" }, /* read-only wherever it is mounted */
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                g_autofree char *line = g_strdup_printf("1 0 0:1 / /a %s - cgroup cgroup %s", cases[i].flags,
                                                        cases[i].options);
                _cleanup_(cgroup_mounts_done) CgroupMounts mounts = {};
                _cleanup_free_ char *text = NULL;

                parse(line, &mounts);
                text = ns_mount_options(mounts.mounts);
                g_assert_cmpstr(text, ==, cases[i].text);
        }
}

static void test_namespace_root(void) {
        char ours[] = "0::/a/b\n", outside[] = "0::/..\n", inside[] = "0::/b\n";
        NsNamespace namespaces[] = { { .own = true }, { .inode = 1 }, { .inode = 2 } };
        NsProcess processes[] = {
                { .namespace = 0, .ours.text = ours, .inside.text = ours },
                { .namespace = 1, .ours.text = ours },
                { .namespace = 1, .ours.text = ours, .inside.text = outside },
                { .namespace = 1, .ours.text = ours, .inside.text = inside },
                { .namespace = 2, .ours.text = ours, .inside.text = outside },
        };
        const Ns ns = { .namespaces = namespaces, .n_namespaces = 3, .processes = processes,
                        .n_processes = ELEMENTSOF(processes) };
        _cleanup_free_ char *own = NULL, *known = NULL, *unknown = NULL;

        g_assert_cmpint(ns_namespace_root(&ns, 0, "", &own), ==, 0);
        g_assert_cmpstr(own, ==, "/");
        g_assert_cmpint(ns_namespace_root(&ns, 1, "", &known), ==, 0);
        g_assert_cmpstr(known, ==, "/a");
        g_assert_cmpint(ns_namespace_root(&ns, 2, "", &unknown), ==, -ENODATA);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/ns/main-row", test_main_row);
        g_test_add_func("/ns/unknown-row", test_unknown_row);
        g_test_add_func("/ns/marks", test_marks);
        g_test_add_func("/ns/rows", test_rows);
        g_test_add_func("/ns/names", test_names);
        g_test_add_func("/ns/options", test_options);
        g_test_add_func("/ns/namespace-root", test_namespace_root);

        return g_test_run();
}
