/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "diagnosis/finding-test.h"

void assert_finding(int r, Finding *finding, const Expected *expected) {
        g_assert_cmpint(r, ==, 0);

        if (expected->result == _FINDING_MAX) {
                g_assert_null(finding->found);
                g_assert_null(finding->remedy);
                return;
        }

        g_assert_nonnull(finding->found);
        g_test_message("%s -> %s", finding->found, finding->remedy ?: "");
        g_assert_cmpint(finding->result, ==, expected->result);
        if (!strstr(finding->found, expected->found))
                g_error("\"%s\" is not in \"%s\"", expected->found, finding->found);
        if (!expected->remedy)
                g_assert_null(finding->remedy);
        else if (!finding->remedy || !strstr(finding->remedy, expected->remedy))
                g_error("\"%s\" is not in \"%s\"", expected->remedy, finding->remedy ?: "");

        g_assert_null(strchr(finding->found, '\n'));
        finding_done(finding);
}
