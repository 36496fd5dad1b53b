/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/scope-test.h"
#include "systemd/manager-open.h"

#include <sys/syscall.h>

#include "basic/clock.h"
#include "basic/fd.h"

#define TIMEOUT_USEC (20 * USEC_PER_SEC)

/* See the header. Nothing calls it. */
int sd_id128_get_app_specific(sd_id128_t base, sd_id128_t app, sd_id128_t *ret);
_public_ int sd_id128_get_app_specific(sd_id128_t base _unused_, sd_id128_t app _unused_, sd_id128_t *ret _unused_) {
        return -EOPNOTSUPP;
}

void scope_test_setup(ScopeTest *test, gconstpointer data _unused_) {
        test->bus = fake_bus_new(true);
        test->fake = fake_manager_new(test->bus);
        test->fake->userdata = test;

        test->pid = getpid();
        test->pidfd = (int) syscall(SYS_pidfd_open, test->pid, 0);
        g_assert_cmpint(test->pidfd, >=, 0);

        test->timeout = TIMEOUT_USEC;
        test->options = (ManagerOptions) { .kind = MANAGER_USER };
        test->request = (ScopeRequest) {
                .unit = TEST_UNIT,
                .properties = &test->properties,
                .pids = &test->pid,
                .pidfds = &test->pidfd,
                .n_pids = 1,
                .inquire = true,
        };
}

void scope_test_teardown(ScopeTest *test, gconstpointer data _unused_) {
        fake_manager_free(test->fake);
        fake_bus_free(test->bus);

        (void) fd_close(test->pidfd);
        property_list_done(&test->properties);
        trouble_done(&test->trouble);
}

void scope_test_add(const char *name, void (*fn)(ScopeTest *test, gconstpointer data)) {
        g_test_add(name, ScopeTest, NULL, scope_test_setup, fn, scope_test_teardown);
}

int scope_test_run(ScopeTest *test) {
        g_autofree char *name = NULL;
        const char *unique = NULL;
        Manager *manager;
        uint64_t begin;
        int r;

        trouble_done(&test->trouble);
        test->options.deadline = deadline_after(test->timeout);

        r = manager_open(&test->options, &manager, &test->trouble);
        g_assert_cmpint(r, ==, 0);
        if (test->before)
                test->before(test);

        begin = now_usec();
        r = scope_start(manager, &test->request, &test->result, &test->trouble);
        test->elapsed = now_usec() - begin;

        (void) sd_bus_get_unique_name(manager->bus, &unique);
        name = g_strdup(unique);
        manager_free(manager);
        if (name)
                fake_bus_settle(test->bus, name);
        return r;
}

void scope_test_assert_message(const ScopeTest *test, ...) {
        _cleanup_free_ char *text = trouble_text(&test->trouble, 0);
        const char *word;
        va_list words;

        g_assert_nonnull(test->trouble.cause);
        g_assert_null(strchr(text, '\n'));
        g_assert_null(strstr(text, "(null)"));

        va_start(words, test);
        while ((word = va_arg(words, const char *)))
                if (!strstr(text, word))
                        g_error("\"%s\" is not in \"%s\"", word, text);
        va_end(words);
}

void scope_test_assert_calls(ScopeTest *test, unsigned n_start) {
        g_assert_cmpuint(fake_bus_count(test->bus, "StartTransientUnit"), ==, n_start);
        g_assert_cmpuint(fake_bus_count(test->bus, "StopUnit"), ==, 0);
}

void scope_test_assert_quick(const ScopeTest *test) {
        g_assert_cmpuint(test->elapsed, <, test->timeout / 2);
}

void scope_test_assert_patient(const ScopeTest *test) {
        g_assert_cmpuint(test->elapsed, >=, test->timeout - 100 * USEC_PER_MSEC);
        g_assert_cmpuint(test->elapsed, <, test->timeout + TIMEOUT_USEC / 2);
}

bool scope_test_property(ScopeTest *test, unsigned n, const char *name, GVariant **ret) {
        GDBusMessage *call = fake_bus_nth(test->bus, "StartTransientUnit", n, NULL);
        g_autoptr(GVariantIter) properties = NULL;
        const char *key;
        GVariant *value;

        g_variant_get(g_dbus_message_get_body(call), "(&s&sa(sv)a(sa(sv)))", NULL, NULL, &properties, NULL);
        while (g_variant_iter_next(properties, "(&sv)", &key, &value)) {
                if (streq(key, name)) {
                        if (ret)
                                *ret = value;
                        else
                                g_variant_unref(value);
                        return true;
                }
                g_variant_unref(value);
        }

        return false;
}
