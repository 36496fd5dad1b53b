/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib.h>

#include "basic/user-name.h"

#define NOBODYS "4294967294" /* has no entry anywhere: the last number that is one */

static const char *const none[] = { "00", "0x0", "+0",         " 0",  "0 ",  "-0",
                                    "-1", "",    "4294967295", "0b0", "0.0", "no-such-name" };

static void test_user(void) {
        const struct passwd *entry = NULL;
        uid_t uid = 1;

        g_assert_cmpint(user_find("root", &uid, &entry), ==, 0);
        g_assert_cmpuint(uid, ==, 0);
        g_assert_cmpstr(entry->pw_name, ==, "root");

        uid = 1;
        g_assert_cmpint(user_find("0", &uid, &entry), ==, 0);
        g_assert_cmpuint(uid, ==, 0);
        g_assert_cmpstr(entry->pw_name, ==, "root");

        g_assert_cmpint(user_find(NOBODYS, &uid, &entry), ==, 0);
        g_assert_cmpuint(uid, ==, UID_NUMBER_MAX);
        g_assert_null(entry);

        for (size_t i = 0; i < ELEMENTSOF(none); i++)
                g_assert_cmpint(user_find(none[i], &uid, NULL), ==, -ESRCH);
        g_assert_cmpuint(uid, ==, UID_NUMBER_MAX);
}

static void test_group(void) {
        const struct group *entry = NULL;
        gid_t gid = 1;

        g_assert_cmpint(user_group_find("root", &gid, &entry), ==, 0);
        g_assert_cmpuint(gid, ==, 0);
        g_assert_cmpstr(entry->gr_name, ==, "root");

        g_assert_cmpint(user_group_find(NOBODYS, &gid, &entry), ==, 0);
        g_assert_cmpuint(gid, ==, UID_NUMBER_MAX);
        g_assert_null(entry);

        for (size_t i = 0; i < ELEMENTSOF(none); i++)
                g_assert_cmpint(user_group_find(none[i], &gid, NULL), ==, -ESRCH);
        g_assert_cmpuint(gid, ==, UID_NUMBER_MAX);
}

/* The same pointer: it was kept. */
static void test_known(void) {
        const char *name = NULL, *again = NULL;

        g_assert_cmpint(user_name_find(0, &name), ==, 0);
        g_assert_cmpstr(name, ==, "root");
        g_assert_cmpint(user_name_find(UID_NUMBER_MAX, &again), ==, -ESRCH);
        g_assert_cmpint(user_name_find(UID_NUMBER_MAX, &again), ==, -ESRCH);
        g_assert_cmpint(user_name_find(0, &again), ==, 0);
        g_assert_true(name == again);

        g_assert_true(user_name(0) == name);
        g_assert_null(user_name(UID_NUMBER_MAX));
        g_assert_cmpstr(user_name_or_number(0), ==, "root");
        g_assert_cmpstr(user_name_or_number(UID_NUMBER_MAX), ==, NOBODYS);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/user-name/user", test_user);
        g_test_add_func("/user-name/group", test_group);
        g_test_add_func("/user-name/known", test_known);
        return g_test_run();
}
