/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is taken on for a while is given back whole. Needs root. */

#include <glib.h>
#include <grp.h>
#include <unistd.h>

#include "cgscope/command/identity.h"

#define OTHER_UID 65534
#define OTHER_GID 65533

static const gid_t own_groups[] = { 0, 7, 8 };

static void assert_own(uid_t real, uid_t effective) {
        gid_t groups[8];

        g_assert_cmpuint(getuid(), ==, real);
        g_assert_cmpuint(geteuid(), ==, effective);
        g_assert_cmpuint(getegid(), ==, 0);
        g_assert_cmpint(getgroups(G_N_ELEMENTS(groups), groups), ==, G_N_ELEMENTS(own_groups));
        for (size_t i = 0; i < G_N_ELEMENTS(own_groups); i++)
                g_assert_cmpuint(groups[i], ==, own_groups[i]);
}

/* Once more, as there are several who do so, and again after it was returned. */
static void borrow(uid_t real) {
        Identity identity = { .group_given = true, .foreign = true, .uid = OTHER_UID, .gid = OTHER_GID };

        g_assert_cmpint(setgroups(G_N_ELEMENTS(own_groups), own_groups), ==, 0);
        for (int i = 0; i < 2; i++) {
                g_assert_cmpint(identity_borrow(&identity), ==, 0);
                g_assert_cmpuint(geteuid(), ==, OTHER_UID);
                g_assert_cmpuint(getegid(), ==, OTHER_GID);
                g_assert_cmpint(getgroups(0, NULL), ==, 0);

                g_assert_cmpint(identity_return(&identity), ==, 0);
                assert_own(real, 0);
                g_assert_cmpint(identity_return(&identity), ==, 0);
                assert_own(real, 0);
        }

        identity_done(&identity);
}

static void test_root(void) {
        borrow(0);
}

/* As a program that is set-user-ID root is. */
static void test_effective_root(void) {
        g_assert_cmpint(setreuid(OTHER_UID, 0), ==, 0);
        borrow(OTHER_UID);
        g_assert_cmpint(setreuid(0, 0), ==, 0);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        if (geteuid() != 0 || setgroups(0, NULL) < 0)
                return 77;

        g_test_add_func("/identity/root", test_root);
        g_test_add_func("/identity/effective-root", test_effective_root);

        return g_test_run();
}
