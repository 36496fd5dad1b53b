/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib.h>

#include "namespace/view-mark.h"
#include "namespace/view-namespace.h"
#include "namespace/view-read.h"

/* What is made of what was read. */

/* The one that stands for all. */
static void test_main_row(void) {
        static const struct {
                const char *names[3], *name;
        } cases[] = {
                { { "" }, "" },
                { { "name=systemd", "cpu,cpuacct", "" }, "" },
                { { "cpu,cpuacct", "name=systemd" }, "name=systemd" },
                { { "cpu,cpuacct", "cpuset" }, "cpu,cpuacct" },
        };
        const ViewProcess none = {};

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                ViewRow rows[3] = {};
                ViewProcess process = { .rows = rows };

                for (; process.n_rows < 3 && cases[i].names[process.n_rows]; process.n_rows++)
                        rows[process.n_rows].hierarchy = (char *) cases[i].names[process.n_rows];
                g_assert_cmpstr(view_main_row(&process)->hierarchy, ==, cases[i].name);
        }

        g_assert_null(view_main_row(&none));
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
                { "1 0 0:1 /.. /sys/fs/cgroup" V2, { VIEW_STALE_MOUNT } },
                { "1 0 0:1 /../.. /sys/fs/cgroup" V2, { VIEW_STALE_MOUNT } },
                { "1 0 0:1 /..a /sys/fs/cgroup" V2, { 0 } },
                /* It shows no group of its own at all. */
                { "1 0 0:1 /../a /sys/fs/cgroup" V2, { VIEW_SHOWS_MORE } },
                /* There is a better one beside it, of the same hierarchy. */
                { "1 0 0:1 /.. /a" V2 "2 0 0:1 / /sys/fs/cgroup" V2, { VIEW_SHOWS_MORE, 0 } },
                { "1 0 0:1 /.. /a" V2 "2 0 0:2 / /b" V1, { VIEW_STALE_MOUNT, 0 } },
                { "1 0 0:1 /.. /a" V2 "2 0 0:2 /.. /b" V1, { VIEW_STALE_MOUNT, VIEW_STALE_MOUNT } },
                /* One that is covered misleads nobody, and is no better one either. */
                { "1 0 0:1 /.. /a" V2 "2 1 0:1 / /a" V2, { 0, 0 } },
                { "1 0 0:1 /.. /a" V2 "2 0 0:1 / /b" V2 "3 2 0:1 /.. /b" V2,
                  { VIEW_STALE_MOUNT, 0, VIEW_STALE_MOUNT } },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(cgroup_mounts_done) CgroupMounts mounts = {};
                ViewMount seen[3];

                parse(cases[i].mounts, &mounts);
                for (size_t k = 0; k < mounts.n; k++) {
                        seen[k] = (ViewMount) { .mount = mounts.mounts + k, .inside = mounts.mounts[k].root };
                        seen[k].hierarchy = (char *) (mounts.mounts[k].unified ? "" : "name=x");
                }
                g_assert_cmpint(view_mark_mounts(seen, mounts.n), ==, 0);
                for (size_t k = 0; k < mounts.n; k++)
                        g_assert_cmpuint(seen[k].marks, ==, cases[i].marks[k]);
                for (size_t k = 0; k < mounts.n; k++)
                        seen[k].inside = NULL; /* what is not known is not judged */
                g_assert_cmpint(view_mark_mounts(seen, mounts.n), ==, 0);
                g_assert_cmpuint(seen[0].marks, ==, 0);
        }

        g_assert_cmpuint(view_mark_path("/"), ==, 0);
        g_assert_cmpuint(view_mark_path("/a"), ==, 0);
        g_assert_cmpuint(view_mark_path("/..a"), ==, 0);
        g_assert_cmpuint(view_mark_path("/.."), ==, VIEW_OUTSIDE);
        g_assert_cmpuint(view_mark_path("/../a (deleted)"), ==, VIEW_OUTSIDE);
}

/* The marks of a process are those of its mounts, too: of all, or of the hierarchy of the row. */
static void test_rows(void) {
        ViewRow rows[] = { { .hierarchy = (char *) "name=x", .marks = VIEW_STALE_MOUNT },
                           { .hierarchy = (char *) "", .marks = VIEW_OUTSIDE } };
        ViewSight sight = { .marks = VIEW_STALE_MOUNT };
        const View view = { .sights = &sight, .n_sights = 1 };
        ViewProcess process = { .rows = rows, .n_rows = 2 };
        const ViewRow *row;
        bool all = false;
        size_t n;

        row = view_rows(&process, all, &n);
        g_assert_cmpuint(n, ==, 1);
        g_assert_true(row == rows + 1);
        g_assert_cmpuint(view_row_marks(&view, &process, row, all), ==, VIEW_OUTSIDE | VIEW_STALE_MOUNT);

        all = true;
        g_assert_true(view_rows(&process, all, &n) == rows);
        g_assert_cmpuint(n, ==, 2);
        g_assert_cmpuint(view_row_marks(&view, &process, rows, all), ==, VIEW_STALE_MOUNT);
        g_assert_cmpuint(view_row_marks(&view, &process, rows + 1, all), ==, VIEW_OUTSIDE);

        /* One of which nothing is known. */
        process = (ViewProcess) { .sight = SIZE_MAX };
        row = view_rows(&process, all, &n);
        g_assert_cmpuint(n, ==, 1);
        g_assert_null(row->hierarchy);
        g_assert_cmpuint(view_row_marks(&view, &process, row, all), ==, 0);
}

static void test_names(void) {
        char text[VIEW_MARKS_TEXT_MAX];

        g_assert_cmpstr(view_marks_format(0, text), ==, "");
        g_assert_cmpstr(view_marks_format(VIEW_SHOWS_MORE, text), ==, "shows-more");
        g_assert_cmpstr(view_marks_format(VIEW_OUTSIDE | VIEW_STALE_MOUNT | VIEW_SHOWS_MORE, text), ==,
                        "outside,stale-mount,shows-more");
        for (unsigned i = 0; i < VIEW_MARKS; i++)
                g_assert_cmpint(view_mark_text(1U << i)[0], !=, '\0');
        for (ViewReason i = VIEW_KNOWN + 1; i < _VIEW_REASON_MAX; i++)
                g_assert_cmpint(view_reason_text(i)[0], !=, '\0');
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
                g_autofree char *line =
                        g_strdup_printf("1 0 0:1 / /a %s - cgroup cgroup %s", cases[i].flags, cases[i].options);
                _cleanup_(cgroup_mounts_done) CgroupMounts mounts = {};
                _cleanup_free_ char *text = NULL;

                parse(line, &mounts);
                text = view_mount_options(mounts.mounts);
                g_assert_cmpstr(text, ==, cases[i].text);
        }
}

static void test_namespace_root(void) {
        char unified[] = "", other[] = "name=x", ours[] = "/a/b", outside[] = "/..", inside[] = "/b";
        ViewPair pairs[] = { { other, ours, ours }, { unified, ours, outside }, { unified, ours, inside } };
        ViewNamespace namespaces[] = { { .own = true },
                                       { .pairs = pairs, .n_pairs = 3 },
                                       { .pairs = pairs, .n_pairs = 2 },
                                       { .pairs = pairs + 2, .n_pairs = 1 } };
        _cleanup_free_ char *own = NULL, *known = NULL, *unknown = NULL, *translated = NULL;

        g_assert_cmpint(view_namespace_root(namespaces + 0, "", &own), ==, 0);
        g_assert_cmpstr(own, ==, "/");
        g_assert_cmpint(view_namespace_root(namespaces + 1, "", &known), ==, 0);
        g_assert_cmpstr(known, ==, "/a");
        g_assert_cmpint(view_namespace_root(namespaces + 2, "", &unknown), ==, -ENODATA);

        g_assert_cmpint(view_translate(namespaces + 3, "", "/a/c", &translated), ==, 0);
        g_assert_cmpstr(translated, ==, "/c");
        free(TAKE_PTR(translated));
        g_assert_cmpint(view_translate(namespaces + 3, "cpu", "/a/c", &translated), ==, 0);
        g_assert_null(translated);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/view/main-row", test_main_row);
        g_test_add_func("/view/marks", test_marks);
        g_test_add_func("/view/rows", test_rows);
        g_test_add_func("/view/names", test_names);
        g_test_add_func("/view/options", test_options);
        g_test_add_func("/view/namespace-root", test_namespace_root);

        return g_test_run();
}
