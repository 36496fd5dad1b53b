/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the tests of scope_start() share: a bus, a fake manager, and a request that they change. The client's library
 * has the symbol of systemd 255 here, so PIDFDs= is tried first, whatever version is installed. */

#include "systemd/fake-manager.h"
#include "systemd/scope.h"

#define TEST_UNIT "test.scope"

typedef struct ScopeTest {
        FakeBus *bus;
        FakeManager *fake;
        pid_t pid; /* of the test itself: a fake manager moves nobody */
        int pidfd;

        ManagerOptions options; /* the deadline is set from: */
        uint64_t timeout;
        PropertyList properties;
        ScopeRequest request;
        void (*before)(struct ScopeTest *test); /* called when the manager is open and the call not yet made */

        ScopeResult result;
        Trouble trouble;
        uint64_t elapsed;
} ScopeTest;

/* For g_test_add(): a user manager that is well, a unique name, a deadline far away. */
void scope_test_setup(ScopeTest *test, gconstpointer data);
void scope_test_teardown(ScopeTest *test, gconstpointer data);

void scope_test_add(const char *name, void (*fn)(ScopeTest *test, gconstpointer data));

/* manager_open() and scope_start() with test->request, then all is on record. */
int scope_test_run(ScopeTest *test);

/* The message is one line and has each of the words, up to NULL, in it. */
void scope_test_assert_message(const ScopeTest *test, ...) G_GNUC_NULL_TERMINATED;

/* How often it was called for; and nothing was stopped, which is for others to do. */
void scope_test_assert_calls(ScopeTest *test, unsigned n_start);

/* It did not wait for the deadline, and waited until it. */
void scope_test_assert_quick(const ScopeTest *test);
void scope_test_assert_patient(const ScopeTest *test);

/* Whether the @n-th StartTransientUnit has the property @name; *ret (may be NULL) is what it is set to. */
bool scope_test_property(ScopeTest *test, unsigned n, const char *name, GVariant **ret);
