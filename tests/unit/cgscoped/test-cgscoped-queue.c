/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Many at once: whose turn it is, how many there may be, and those who leave before it comes. */

#include <signal.h>

#include "cgscoped/cgscoped-test.h"

#define PER_USER 8 /* what service-queue.h says */
#define IN_ALL 64
#define READERS 4

static void start(ServiceTest *test, FakeOperation operation) {
        test->operation = operation;
        test->polkit = fake_polkit_new(fake_polkit_authorize);
        service_test_start(test);
}

static uint32_t send_enable(Caller *caller, const char *controllers) {
        return caller_send(caller, "Enable", change_new(service_test_uid(), controllers, false), false);
}

static uint32_t send_get(Caller *caller) {
        return caller_send(caller, "Get", g_variant_new("(t)", UINT64_MAX), false);
}

/* The answer to the @n-th question. */
static void say_yes(ServiceTest *test, unsigned n) {
        fake_polkit_reply(test->polkit, fake_bus_nth(test->bus, "CheckAuthorization", n, NULL),
                          g_variant_new_parsed("((true, false, @a{ss} {}),)"));
}

/* Two at once, several times: one after the other, and both are answered. */
static void test_two(ServiceTest *test, gconstpointer data _unused_) {
        Caller *callers[2];
        uint32_t serials[2][4];

        start(test, OPERATION_WELL);
        for (unsigned i = 0; i < 2; i++)
                callers[i] = caller_new(service_test_uid());
        for (unsigned n = 0; n < 4; n++)
                for (unsigned i = 0; i < 2; i++)
                        serials[i][n] = send_enable(callers[i], i ? "cpu" : "io");
        for (unsigned i = 0; i < 2; i++) {
                for (unsigned n = 0; n < 4; n++)
                        assert_answer(caller_await(callers[i], serials[i][n]), NULL, NULL);
                caller_free(callers[i]);
        }
        g_assert_cmpuint(service_test_overlap(test, "enable"), ==, 1);
}

/* In the order of the answers of polkit, not of the calls. */
static void test_order(ServiceTest *test, gconstpointer data _unused_) {
        static const char *const controllers[] = { "cpu", "cpuset", "io", "memory", "pids" };
        static const unsigned order[] = { 3, 0, 4, 2, 1 };
        g_autofree char *record = NULL;
        g_autoptr(GString) expected = g_string_new(NULL);
        Caller *caller;
        uint32_t serials[5];

        start(test, OPERATION_GATED);
        test->polkit->answer = fake_polkit_ignore;
        caller = caller_new(service_test_uid());
        for (unsigned i = 0; i < 5; i++) {
                serials[i] = send_enable(caller, controllers[i]);
                (void) fake_bus_nth(test->bus, "CheckAuthorization", i, NULL);
        }

        for (unsigned i = 0; i < 5; i++) {
                g_autofree char *line =
                        g_strdup_printf("enable %u [%s] 0\n", (unsigned) service_test_uid(), controllers[order[i]]);

                say_yes(test, order[i]);
                g_string_append_printf(expected, "begin %send %s", line, line);
        }
        caller_sync(caller);
        service_test_open_gate(test, 5);
        for (unsigned i = 0; i < 5; i++)
                assert_answer(caller_await(caller, serials[i]), NULL, NULL);

        record = service_test_record(test);
        g_assert_cmpstr(record, ==, expected->str);
        caller_free(caller);
}

/* Who only looks does not wait for a change, nor a change for him. */
static void test_beside(ServiceTest *test, gconstpointer data _unused_) {
        uint32_t enable, get;
        Caller *caller;

        start(test, OPERATION_GATED);
        caller = caller_new(service_test_uid());
        enable = send_enable(caller, "io");
        service_test_await(test, 1);
        get = send_get(caller);
        service_test_await(test, 2);

        service_test_open_gate(test, 2);
        assert_answer(caller_await(caller, get), NULL, NULL);
        assert_answer(caller_await(caller, enable), NULL, NULL);
        caller_free(caller);
}

static void test_readers(ServiceTest *test, gconstpointer data _unused_) {
        uint32_t serials[PER_USER];
        Caller *caller;

        start(test, OPERATION_GATED);
        caller = caller_new(service_test_uid());
        for (unsigned i = 0; i < PER_USER; i++)
                serials[i] = send_get(caller);
        caller_sync(caller);
        service_test_await(test, READERS);

        service_test_open_gate(test, PER_USER);
        for (unsigned i = 0; i < PER_USER; i++)
                assert_answer(caller_await(caller, serials[i]), NULL, NULL);
        g_assert_cmpuint(service_test_overlap(test, "get"), ==, READERS);
        caller_free(caller);
}

/* One user's are full, over two connections and in every stage; it says so at once, and others are served. */
static void test_limit(ServiceTest *test, gconstpointer data _unused_) {
        uint32_t serials[PER_USER], others = 0;
        Caller *callers[2], *other = NULL;

        start(test, OPERATION_GATED);
        for (unsigned i = 0; i < 2; i++)
                callers[i] = caller_new(service_test_uid());

        test->polkit->answer = fake_polkit_ignore;
        for (unsigned i = 0; i < 2; i++) { /* one runs, one waits for that */
                serials[i] = send_enable(callers[i], "io");
                say_yes(test, i);
        }
        service_test_await(test, 1);
        for (unsigned i = 2; i < PER_USER; i++)
                serials[i] = send_enable(callers[i % 2], "io");
        caller_sync(callers[0]);
        caller_sync(callers[1]);

        for (unsigned i = 0; i < 20; i++) {
                assert_answer(caller_call(callers[i % 2], "Get", g_variant_new("(t)", UINT64_MAX)), ERROR_LIMITS,
                              "8 requests", NULL);
                assert_answer(caller_call(callers[i % 2], "Enable", change_new(service_test_uid(), "io", true)),
                              ERROR_LIMITS, NULL);
        }

        if (geteuid() == 0) {
                other = caller_new(0);
                others = caller_send(other, "Get", g_variant_new("(t)", UINT64_MAX), false);
                service_test_await(test, 2);
        }

        /* Of those that were not answered some may be after all, where polkit comes to them late. */
        service_test_open_gate(test, 2 * PER_USER);
        if (other) {
                assert_answer(caller_await(other, others), NULL, NULL);
                caller_free(other);
        }
        assert_answer(caller_await(callers[0], serials[0]), NULL, NULL);
        assert_answer(caller_await(callers[1], serials[1]), NULL, NULL);

        /* There is room again. */
        test->polkit->answer = fake_polkit_authorize;
        assert_answer(caller_call(callers[0], "Enable", change_new(service_test_uid(), "io", true)), NULL, NULL);
        for (unsigned i = 0; i < 2; i++)
                caller_free(callers[i]);
}

/* Root has no limit but that of all. */
static void test_limit_in_all(ServiceTest *test, gconstpointer data _unused_) {
        uint32_t serials[IN_ALL];
        Caller *caller;

        if (geteuid() != 0) {
                g_test_skip("it takes many users, or root");
                return;
        }

        start(test, OPERATION_GATED);
        caller = caller_new(0);
        for (unsigned i = 0; i < IN_ALL; i++)
                serials[i] = send_enable(caller, "io");
        assert_answer(caller_call(caller, "Enable", change_new(0, "io", false)), ERROR_LIMITS, "64 requests", NULL);

        service_test_open_gate(test, IN_ALL);
        for (unsigned i = 0; i < IN_ALL; i++)
                assert_answer(caller_await(caller, serials[i]), NULL, NULL);
        g_assert_cmpuint(service_test_overlap(test, "enable"), ==, 1);
        caller_free(caller);
}

/* Leaves while another's change runs: it never begins. */
static void test_leaves_queued(ServiceTest *test, gconstpointer data _unused_) {
        g_autofree char *record = NULL;
        Caller *first, *second;
        uint32_t serial;

        start(test, OPERATION_GATED);
        first = caller_new(service_test_uid());
        second = caller_new(service_test_uid());
        serial = send_enable(first, "io");
        service_test_await(test, 1);
        (void) send_enable(second, "cpu");
        (void) fake_bus_nth(test->bus, "CheckAuthorization", 1, NULL);
        caller_sync(second);
        caller_free(second);

        /* The service hears of that before this. */
        caller_sync(first);
        service_test_open_gate(test, 1);
        assert_answer(caller_await(first, serial), NULL, NULL);
        service_test_open_gate(test, 1);
        assert_answer(caller_call(first, "Enable", change_new(service_test_uid(), "pids", false)), NULL, NULL);

        record = service_test_record(test);
        g_assert_null(strstr(record, "cpu"));
        caller_free(first);
}

/* Leaves while it runs: it is done, and everybody is told. */
static void test_leaves_running(ServiceTest *test, gconstpointer data _unused_) {
        g_autofree char *record = NULL;
        Caller *caller, *listener;

        start(test, OPERATION_GATED);
        listener = caller_new(service_test_uid());
        caller = caller_new(service_test_uid());
        (void) send_enable(caller, "io");
        service_test_await(test, 1);
        caller_free(caller);
        caller_sync(listener);

        service_test_open_gate(test, 1);
        g_assert_cmpuint(caller_await_changed(listener), ==, service_test_uid());
        record = service_test_record(test);
        g_assert_nonnull(strstr(record, "end enable"));
        caller_free(listener);
}

static unsigned count_descriptors(ServiceTest *test) {
        g_autofree char *path = g_strdup_printf("/proc/%d/fd", (int) test->pid);
        GDir *dir = g_dir_open(path, 0, NULL);
        unsigned n = 0;

        while (g_dir_read_name(dir))
                n++;
        g_dir_close(dir);
        return n;
}

/* In kilobytes. */
static unsigned long measure_memory(ServiceTest *test) {
        g_autofree char *path = g_strdup_printf("/proc/%d/status", (int) test->pid), *text = NULL;

        g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
        return strtoul(strstr(text, "VmRSS:") + strlen("VmRSS:"), NULL, 10);
}

/* A burst of all kinds: what is refused at once, what is too much, what is done. */
static void burst(Caller *caller, unsigned n) {
        uint32_t last = 0;

        for (unsigned i = 0; i < n; i++)
                switch (i % 4) {
                case 0:
                        (void) send_enable(caller, "no-such");
                        break;
                case 1:
                        last = send_get(caller);
                        break;
                case 2:
                        (void) caller_send(caller, "Disable", change_new(NOBODY_ELSE, "io", false), true);
                        break;
                default:
                        (void) send_enable(caller, "io");
                }
        g_object_unref(caller_await(caller, last));
        caller_sync(caller);
}

/* Waits until the service has nothing left to do: each request that is under way holds descriptors. */
static void settle(ServiceTest *test, unsigned n_descriptors) {
        gint64 end = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;

        while (count_descriptors(test) != n_descriptors)
                if (g_get_monotonic_time() < end)
                        g_usleep(1000);
                else
                        g_error("%u descriptors, %u before", count_descriptors(test), n_descriptors);
}

static void test_no_growth(ServiceTest *test, gconstpointer data _unused_) {
        unsigned long memory[2];
        unsigned n_descriptors;
        Caller *caller;

        start(test, OPERATION_WELL);
        caller = caller_new(service_test_uid());
        caller_sync(caller);
        n_descriptors = count_descriptors(test);
        caller_free(caller);

        for (unsigned i = 0; i < 2; i++) {
                caller = caller_new(service_test_uid());
                for (unsigned n = 0; n < 4; n++)
                        burst(caller, 500);
                settle(test, n_descriptors);
                memory[i] = measure_memory(test);
                caller_free(caller);
        }

        g_test_message("%u descriptors, %lu and %lu kB", n_descriptors, memory[0], memory[1]);
#ifndef __SANITIZE_ADDRESS__ /* which keeps what is freed */
        g_assert_cmpuint(memory[1], <, memory[0] + 1024);
#endif
}

/* The line of a record, or its absence. */
static void assert_before(const char *record, const char *first, const char *second) {
        const char *a = strstr(record, first), *b = strstr(record, second);

        if (!a || !b || a > b)
                g_error("\"%s\" is not before \"%s\" in: %s", first, second, record);
}

/* Waits until the record has the line. */
static void await_record(ServiceTest *test, const char *line) {
        gint64 end = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;

        for (;;) {
                g_autofree char *record = service_test_record(test);

                if (strstr(record, line))
                        return;
                if (g_get_monotonic_time() > end)
                        g_error("no \"%s\" in: %s", line, record);
                g_usleep(1000);
        }
}

/* While one user's manager is slow to look again, others change things; he himself has to wait for it. */
static void test_slow_manager(ServiceTest *test, gconstpointer data _unused_) {
        g_autofree char *record = NULL, *finish = g_strdup_printf("finish enable %u", (unsigned) service_test_uid());
        uint32_t first, second, everybody;
        Caller *slow, *other;

        if (geteuid() != 0) {
                g_test_skip("it takes two users");
                return;
        }

        start(test, OPERATION_SLOW_FINISH);
        slow = caller_new(service_test_uid());
        other = caller_new(0);
        first = send_enable(slow, "io");
        await_record(test, finish);
        second = send_enable(slow, "cpu");
        caller_sync(slow);

        assert_answer(caller_call(other, "Enable", change_new(0, "io", false)), NULL, NULL);
        assert_answer(caller_call(other, "Get", g_variant_new("(t)", UINT64_MAX)), NULL, NULL);

        /* Who waits for all managers has them look for himself first: of the two that wait then this one goes on. */
        everybody = caller_send(other, "Enable", change_new(UINT64_MAX, "pids", false), false);
        await_record(test, "finish enable 18446744073709551615");
        service_test_open_gate(test, 1);
        assert_answer(caller_await(other, everybody), NULL, NULL);

        service_test_open_gate(test, 2);
        assert_answer(caller_await(slow, first), NULL, NULL);
        assert_answer(caller_await(slow, second), NULL, NULL);

        record = service_test_record(test);
        assert_before(record, "begin enable 0 [io]", "[cpu]");
        assert_before(record, "finished enable 18446744073709551615", "[cpu]");
        caller_free(slow);
        caller_free(other);
}

/* An administrator who is not root, asking for everybody, waits for no manager of one who asks for himself alone,
 * however slow that is made. */
static void test_administrator(ServiceTest *test, gconstpointer data _unused_) {
        Caller *slow, *administrator;
        uint32_t first, everybody;

        if (geteuid() != 0) {
                g_test_skip("it takes two users");
                return;
        }

        start(test, OPERATION_SLOW_FINISH);
        slow = caller_new(service_test_uid());
        administrator = caller_new(1);
        first = send_enable(slow, "io");
        await_record(test, "finish enable");
        everybody = caller_send(administrator, "Enable", change_new(UINT64_MAX, "pids", false), false);
        await_record(test, "finish enable 18446744073709551615");

        service_test_open_gate(test, 1);
        assert_answer(caller_await(administrator, everybody), NULL, NULL);
        service_test_open_gate(test, 1);
        assert_answer(caller_await(slow, first), NULL, NULL);
        caller_free(slow);
        caller_free(administrator);
}

/* What waits for the managers of several is not overtaken by one after the other that is for one of them. */
static void test_not_overtaken(ServiceTest *test, gconstpointer data _unused_) {
        g_autofree char *record = NULL;
        uint32_t first, everybody, late;
        Caller *callers[3], *root;

        if (geteuid() != 0) {
                g_test_skip("it takes many users");
                return;
        }

        start(test, OPERATION_SLOW_FINISH);
        root = caller_new(0);
        callers[0] = caller_new(1);
        callers[1] = caller_new(2);
        callers[2] = caller_new(service_test_uid());
        first = caller_send(callers[0], "Enable", change_new(service_test_uid(), "io", false), false);
        await_record(test, "finish enable");
        everybody = caller_send(callers[1], "Enable", change_new(UINT64_MAX, "pids", false), false);
        await_record(test, "end enable 18446744073709551615");
        late = caller_send(callers[2], "Enable", change_new(1, "cpu", false), false);
        await_record(test, "end enable 1 ");

        /* Files change one at a time: when root is answered, the service knows that the others' have. */
        assert_answer(caller_call(root, "Enable", change_new(0, "io", false)), NULL, NULL);
        record = service_test_record(test);
        g_assert_null(strstr(record, "finish enable 1 "));
        g_assert_null(strstr(record, "finish enable 18446744073709551615"));

        service_test_open_gate(test, 3);
        assert_answer(caller_await(callers[0], first), NULL, NULL);
        assert_answer(caller_await(callers[1], everybody), NULL, NULL);
        assert_answer(caller_await(callers[2], late), NULL, NULL);
        g_free(record);
        record = service_test_record(test);
        assert_before(record, "finished enable 18446744073709551615", "finish enable 1 ");

        for (unsigned i = 0; i < 3; i++)
                caller_free(callers[i]);
        caller_free(root);
}

/* Root's turn comes before that of those who came first, and of those each user's once. */
static void test_root_first(ServiceTest *test, gconstpointer data _unused_) {
        g_autofree char *record = NULL;
        uint32_t serials[4], roots;
        Caller *caller, *root, *other;

        if (geteuid() != 0) {
                g_test_skip("it takes root");
                return;
        }

        start(test, OPERATION_GATED);
        caller = caller_new(service_test_uid());
        other = caller_new(1);
        root = caller_new(0);
        serials[0] = send_enable(caller, "io");
        service_test_await(test, 1);
        for (unsigned i = 1; i < 3; i++) {
                serials[i] = send_enable(caller, i == 1 ? "cpu" : "cpuset");
                (void) fake_bus_nth(test->bus, "CheckAuthorization", i, NULL);
                caller_sync(caller);
        }
        serials[3] = caller_send(other, "Enable", change_new(1, "memory", false), false);
        (void) fake_bus_nth(test->bus, "CheckAuthorization", 3, NULL);
        caller_sync(other);
        roots = caller_send(root, "Enable", change_new(0, "pids", false), false);
        /* Nobody is asked about root's, so nothing shows when it is in the line: the user is looked up first, in
         * another process. */
        for (unsigned i = 0; i < 20; i++) {
                caller_sync(root);
                caller_sync(other);
                g_usleep(100 * 1000);
        }

        service_test_open_gate(test, 5);
        for (unsigned i = 0; i < 3; i++)
                assert_answer(caller_await(caller, serials[i]), NULL, NULL);
        assert_answer(caller_await(other, serials[3]), NULL, NULL);
        assert_answer(caller_await(root, roots), NULL, NULL);

        record = service_test_record(test);
        assert_before(record, "begin enable 0 [pids]", "[cpu]");
        assert_before(record, "begin enable 0 [pids]", "[memory]");
        assert_before(record, "[memory]", "[cpuset]");
        caller_free(caller);
        caller_free(other);
        caller_free(root);
}

/* Subordinate users are one user's, however many: they cannot take all places. In a queue made up here, for dbus-daemon
 * lets nobody in whom the user database does not know; dbus-broker does. */
static void test_range(void) {
        static const struct {
                uid_t uid;
                bool admitted;
        } rows[] = {
                { 131072 + 2, false }, { 196607, false }, { 131071, true }, { 196608, true },
                { 65535, true },       { 1000, true },    { 0, true },
        };
        Request requests[2 * PER_USER] = {};
        Queue queue = {};

        queue_init(&queue);
        for (unsigned i = 0; i < G_N_ELEMENTS(requests); i++) {
                g_assert_cmpint(queue_admit(&queue, 131072 + i % 2, NULL), ==, 0);
                requests[i] = (Request) { .queue = &queue, .stage = REQUEST_AUTHORIZING, .sender = 131072 + i % 2 };
                queue_add(&queue, &requests[i]);
        }

        for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
                sd_bus_error error = SD_BUS_ERROR_NULL;
                int r = queue_admit(&queue, rows[i].uid, &error);

                g_assert_true((r == 0) == rows[i].admitted);
                if (r < 0) {
                        g_assert_cmpstr(error.name, ==, ERROR_LIMITS);
                        g_assert_nonnull(strstr(error.message, "the uids from 131072 to 196607 have 16 requests"));
                }
                sd_bus_error_free(&error);
        }
}

/* Who has nothing changed has PID 1 read its files once, and not again soon. */
static void test_spare(ServiceTest *test, gconstpointer data _unused_) {
        g_autofree char *record = NULL;
        Caller *caller;

        start(test, OPERATION_IDLE);
        caller = caller_new(service_test_uid());
        assert_answer(caller_call(caller, "Enable", change_new(service_test_uid(), "io", false)), NULL, NULL);
        assert_answer(caller_call(caller, "Enable", change_new(service_test_uid(), "cpu", false)), NULL, NULL);
        assert_answer(caller_call(caller, "Enable", change_new(service_test_uid(), "pids", false)), NULL, NULL);
        record = service_test_record(test);
        g_assert_null(strstr(record, "[io] 0\nspared"));
        g_assert_nonnull(strstr(record, "[cpu] 0\nspared enable"));
        g_assert_nonnull(strstr(record, "[pids] 0\nspared enable"));
        caller_free(caller);
}

static void add(void) {
        service_test_add("/service-queue/two", test_two);
        service_test_add("/service-queue/order", test_order);
        service_test_add("/service-queue/beside", test_beside);
        service_test_add("/service-queue/readers", test_readers);
        service_test_add("/service-queue/limit", test_limit);
        service_test_add("/service-queue/limit-in-all", test_limit_in_all);
        service_test_add("/service-queue/leaves-queued", test_leaves_queued);
        service_test_add("/service-queue/leaves-running", test_leaves_running);
        service_test_add("/service-queue/slow-manager", test_slow_manager);
        service_test_add("/service-queue/administrator", test_administrator);
        service_test_add("/service-queue/not-overtaken", test_not_overtaken);
        service_test_add("/service-queue/root-first", test_root_first);
        g_test_add_func("/service-queue/range", test_range);
        service_test_add("/service-queue/spare", test_spare);
        service_test_add("/service-queue/no-growth", test_no_growth);
}

int main(int argc, char *argv[]) {
        return service_test_main(argc, argv, add);
}
