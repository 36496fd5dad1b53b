/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/trouble.h"

#include <glib.h>

static void assert_text(const Trouble *trouble, int error, const char *expected) {
        _cleanup_free_ char *text = trouble_text(trouble, error);

        g_assert_cmpstr(text, ==, expected);
}

static void test_text(void) {
        _cleanup_trouble_ Trouble trouble = {};

        assert_text(&trouble, -ENOENT, "No such file or directory");

        g_assert_cmpint(trouble_set(&trouble, -EPERM, "no %s", "right"), ==, -EPERM);
        assert_text(&trouble, -EPERM, "no right");
        g_assert_cmpint(trouble_help(&trouble, -EPERM, "ask %d", 7), ==, -EPERM);
        g_assert_cmpint(trouble.error, ==, -EPERM);
        assert_text(&trouble, -EPERM, "no right; ask 7");

        /* What helped against the one need not help against another. */
        g_assert_cmpint(trouble_set(&trouble, -EIO, "%s at all", trouble.cause), ==, -EIO);
        assert_text(&trouble, -EIO, "no right at all");
}

static void test_wrap(void) {
        _cleanup_trouble_ Trouble trouble = {}, other = {};

        g_assert_cmpint(trouble_wrap(&trouble, 0, "here"), ==, 0);
        g_assert_null(trouble.cause);
        g_assert_cmpint(trouble_wrap(&trouble, -ENOENT, "here"), ==, -ENOENT);
        g_assert_cmpint(trouble_help(&trouble, -ENOENT, "look"), ==, -ENOENT);
        g_assert_cmpint(trouble_wrap(&trouble, -EIO, "%s", "there"), ==, -EIO);
        assert_text(&trouble, -EIO, "there: here: No such file or directory; look");

        g_assert_cmpint(trouble_set(&other, -EPERM, "else"), ==, -EPERM);
        g_assert_cmpint(trouble_move(&other, -EIO, &trouble), ==, -EIO);
        assert_text(&other, -EIO, "there: here: No such file or directory; look");
        g_assert_null(trouble.cause);
        g_assert_cmpint(trouble.error, ==, 0);
}

static void test_unwanted(void) {
        _cleanup_trouble_ Trouble trouble = {};

        g_assert_cmpint(trouble_set(NULL, -EPERM, "no"), ==, -EPERM);
        g_assert_cmpint(trouble_help(NULL, -EPERM, "no"), ==, -EPERM);
        g_assert_cmpint(trouble_wrap(NULL, -EPERM, "no"), ==, -EPERM);
        g_assert_cmpint(trouble_move(NULL, -EPERM, &trouble), ==, -EPERM);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/trouble/text", test_text);
        g_test_add_func("/trouble/wrap", test_wrap);
        g_test_add_func("/trouble/unwanted", test_unwanted);

        return g_test_run();
}
