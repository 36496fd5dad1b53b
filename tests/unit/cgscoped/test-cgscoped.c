/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What may be asked of the service, what it lets through, and what it answers. */

#include <signal.h>
#include <sys/resource.h>

#include "cgscoped/cgscoped-test.h"
#include "systemd/delegation-message.h"

/* What a user may: all that does not need root. */
static Caller *start(ServiceTest *test) {
        if (!test->polkit)
                test->polkit = fake_polkit_new(fake_polkit_authorize);
        service_test_start(test);
        return caller_new(service_test_uid());
}

static void assert_record(ServiceTest *test, const char *text) {
        g_autofree char *record = service_test_record(test);

        g_assert_cmpstr(record, ==, text);
}

static void test_get(ServiceTest *test, gconstpointer data _unused_) {
        g_autofree char *answer = NULL, *expected = NULL, *record = NULL;
        Caller *caller = start(test);
        GDBusMessage *reply;

        reply = caller_call(caller, "Get", g_variant_new("(t)", (guint64) service_test_uid()));
        answer = g_variant_print(g_dbus_message_get_body(reply), false);
        expected = g_strdup_printf("([(%u, true, 'cgscope', [])], "
                                   "[(7, ['io'], ['cpu', 'pids'], ['cpuset'], [], 'busy')])",
                                   (unsigned) service_test_uid());
        g_assert_cmpstr(answer, ==, expected);
        g_assert_cmpstr(g_dbus_message_get_signature(reply), ==, DELEGATION_STATE_SIGNATURE);
        g_object_unref(reply);

        record = g_strdup_printf("begin get %u [] 0\nend get %u [] 0\n", (unsigned) service_test_uid(),
                                 (unsigned) service_test_uid());
        assert_record(test, record);
        g_assert_cmpuint(fake_bus_count(test->bus, "CheckAuthorization"), ==, 0);

        /* Nothing was changed, so this is the first signal. */
        assert_answer(caller_call(caller, "Enable", change_new(DELEGATION_EVERYBODY, "io", true)), NULL, NULL);
        g_assert_cmpuint(caller_await_changed(caller), ==, DELEGATION_EVERYBODY);
        caller_free(caller);
}

/* What is meant reaches the operation as it was meant, and all are told. */
static void test_change(ServiceTest *test, gconstpointer data _unused_) {
        static const struct {
                const char *member, *parameters, *record;
        } rows[] = {
                { "Enable", "(uint64 %llu, ['io'], false)", "enable %llu [io] 0" },
                { "Enable", "(uint64 %llu, ['io', 'cpuset', 'io'], true)", "enable %llu [cpuset,io] 1" },
                { "Disable", "(uint64 %llu, ['pids', 'memory', 'cpu'], false)", "disable %llu [cpu,memory,pids] 0" },
                { "Disable", "(uint64 %llu, ['io'], true)", "disable %llu [io] 1" },
                { "EnableWithFlags", "(uint64 %llu, ['io'], uint64 0, uint64 0)", "enable %llu [io] 0" },
                { "EnableWithFlags", "(uint64 %llu, ['io'], uint64 2, uint64 0)", "enable %llu [io] 2" },
                { "EnableWithFlags", "(uint64 %llu, ['io'], uint64 3, uint64 0)", "enable %llu [io] 3" },
                { "DisableWithFlags", "(uint64 %llu, ['io'], uint64 3, uint64 0)", "disable %llu [io] 3" },
        };
        const guint64 uids[] = { service_test_uid(), DELEGATION_EVERYBODY };
        g_autoptr(GString) expected = g_string_new(NULL);
        Caller *caller = start(test), *listener = caller_new(service_test_uid());

        for (size_t i = 0; i < 2 * ELEMENTSOF(rows); i++) {
                unsigned long long uid = uids[i % 2];
                g_autofree char *text = g_strdup_printf(rows[i / 2].parameters, uid);
                g_autofree char *line = g_strdup_printf(rows[i / 2].record, uid);

                assert_answer(caller_call(caller, rows[i / 2].member, g_variant_new_parsed(text)), NULL, NULL);
                g_string_append_printf(expected, "begin %s\nend %s\n", line, line);
                g_assert_cmpuint(caller_await_changed(listener), ==, uid);
        }

        assert_record(test, expected->str);
        caller_free(caller);
        caller_free(listener);
}

static void test_root(ServiceTest *test, gconstpointer data _unused_) {
        g_autofree char *journal = NULL;
        Caller *caller;

        if (geteuid() != 0) {
                g_test_skip("only root is not asked for an authorisation");
                return;
        }

        service_test_start(test);
        caller = caller_new(0);
        assert_answer(caller_call(caller, "Enable", change_new(0, "io cpuset", true)), NULL, NULL);
        assert_answer(caller_call(caller, "DisableWithFlags",
                                  g_variant_new_parsed("(%t, ['io'], uint64 2, uint64 0)", DELEGATION_EVERYBODY)),
                      NULL, NULL);
        g_assert_cmpuint(fake_bus_count(test->bus, "CheckAuthorization"), ==, 0);
        caller_free(caller);

        (void) kill(test->pid, SIGTERM);
        journal = service_test_end(test, EXIT_SUCCESS);
        g_assert_cmpstr(journal, ==,
                        "uid 0 enabled cpuset io for uid 0 (root), until the next boot\n"
                        "uid 0 disabled io for every user\n");
}

static void test_journal(ServiceTest *test, gconstpointer data _unused_) {
        g_autofree char *journal = NULL, *expected = NULL;
        Caller *caller = start(test);
        unsigned uid = (unsigned) service_test_uid();

        assert_answer(caller_call(caller, "Get", g_variant_new("(t)", (guint64) uid)), NULL, NULL);
        assert_answer(caller_call(caller, "Enable", change_new(uid, "io", false)), NULL, NULL);
        caller_free(caller);

        (void) kill(test->pid, SIGTERM);
        journal = service_test_end(test, EXIT_SUCCESS);
        expected = g_strdup_printf("uid %u enabled io for uid %u (%s)\n", uid, uid, service_test_user());
        g_assert_cmpstr(journal, ==, expected);
}

/* Everything that is not what it should be, and that nobody is asked about. */
static void test_refused(ServiceTest *test, gconstpointer data _unused_) {
        static const struct {
                const char *member, *parameters, *error, *word;
        } rows[] = {
                /* signatures */
                { "Get", "('1000',)", ERROR_INVALID, "expecting 't'" },
                { "Get", "(uint32 1000,)", ERROR_INVALID, "expecting 't'" },
                { "Get", "()", ERROR_INVALID, "expecting 't'" },
                { "Enable", "(uint64 0, 'io', true)", ERROR_INVALID, "expecting 'tasb'" },
                { "Enable", "(uint64 0, ['io'])", ERROR_INVALID, "expecting 'tasb'" },
                { "Enable", "(uint64 0, ['io'], uint64 0)", ERROR_INVALID, "expecting 'tasb'" },
                { "Disable", "(['io'], true)", ERROR_INVALID, "expecting 'tasb'" },
                { "EnableWithFlags", "(uint64 0, ['io'], true, uint64 0)", ERROR_INVALID, "expecting 'tastt'" },
                { "DisableWithFlags", "(uint64 0, ['io'], uint32 0, uint64 0)", ERROR_INVALID, "expecting 'tastt'" },
                { "Reload", "()", "org.freedesktop.DBus.Error.UnknownMethod", "Reload" },

                /* uids: 16 and 32 bits of -1, and too many bits */
                { "Get", "(uint64 65535,)", ERROR_INVALID, "65535 is no uid" },
                { "Get", "(uint64 4294967295,)", ERROR_INVALID, "4294967295 is no uid" },
                { "Enable", "(uint64 4294967296, ['io'], true)", ERROR_INVALID, "4294967296 is no uid" },
                { "Disable", "(uint64 18446744073709551614, ['io'], true)", ERROR_INVALID, "no uid" },
                { "Enable", "(uint64 4294967290, ['io'], true)", DELEGATION_ERROR_NO_SUCH_USER, "4294967290" },

                /* controllers */
                { "Enable", "(uint64 0, @as [], true)", ERROR_INVALID, "no controllers" },
                { "Disable", "(uint64 0, [''], true)", ERROR_INVALID, "'' is no controller" },
                { "Enable", "(uint64 0, ['io', 'IO'], true)", ERROR_INVALID, "'IO' is no controller" },
                { "Enable", "(uint64 0, ['io cpu'], true)", ERROR_INVALID, "'io cpu'" },
                { "Enable", "(uint64 0, ['io\\n'], true)", ERROR_INVALID, "'io\\x0a'" },
                { "Enable", "(uint64 0, ['io\\n[Service]\\nUser=root'], true)", ERROR_INVALID, "'io\\x0a[Service]" },
                { "Enable", "(uint64 0, ['..'], true)", ERROR_INVALID, "'..'" },
                { "Enable", "(uint64 0, ['../../etc/passwd'], true)", ERROR_INVALID, "'../../etc/passwd'" },
                { "Enable", "(uint64 0, ['%s%n'], true)", ERROR_INVALID, "'%s%n'" },
                { "Enable", "(uint64 0, ['\\u001b[31m\\u009b'], true)", ERROR_INVALID, "'\\x1b[31m\\xc2\\x9b'" },
                { "Enable", "(uint64 0, ['io', 'hugetlb'], true)", DELEGATION_ERROR_NO_SUCH_CONTROLLER, "hugetlb" },
                { "EnableWithFlags", "(uint64 0, ['rdma'], uint64 0, uint64 0)", DELEGATION_ERROR_NO_SUCH_CONTROLLER,
                  "rdma" },
                { "Disable", "(uint64 0, ['misc', 'dmem'], true)", DELEGATION_ERROR_NO_SUCH_CONTROLLER, "misc dmem" },

                /* flags */
                { "EnableWithFlags", "(uint64 0, ['io'], uint64 4, uint64 0)", ERROR_INVALID, "0x4" },
                { "DisableWithFlags", "(uint64 0, ['io'], uint64 0x8000000000000001, uint64 0)", ERROR_INVALID,
                  "0x8000000000000000" },
                { "DisableWithFlags", "(uint64 0, ['io'], uint64 0x100000000, uint64 0)", ERROR_INVALID,
                  "0x100000000" },

                /* times */
                { "EnableWithFlags", "(uint64 0, ['io'], uint64 0, uint64 600000001)", ERROR_INVALID, "600000001" },
        };
        Caller *caller = start(test);

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                g_autoptr(GError) error = NULL;
                GVariant *parameters = g_variant_parse(NULL, rows[i].parameters, NULL, NULL, &error);

                g_assert_no_error(error);
                assert_answer(caller_call(caller, rows[i].member, parameters), rows[i].error, rows[i].word, NULL);
                g_variant_unref(parameters);
        }

        assert_record(test, "");
        g_assert_cmpuint(fake_bus_count(test->bus, "CheckAuthorization"), ==, 0);
        caller_free(caller);
}

/* Lists without end, and names. */
static void test_overlong(ServiceTest *test, gconstpointer data _unused_) {
        Caller *caller = start(test);
        g_autofree char *name = g_strnfill(1000000, 'x');
        guint64 uid = service_test_uid();
        GVariantBuilder names;

        assert_answer(caller_call(caller, "Enable", change_new(uid, name, false)), ERROR_INVALID, "'xxx", "…' is no",
                      NULL);

        for (unsigned n = 64; n <= 100000; n += n == 64 ? 1 : 99935) {
                g_variant_builder_init(&names, G_VARIANT_TYPE("as"));
                for (unsigned i = 0; i < n; i++)
                        g_variant_builder_add(&names, "s", i % 2 ? "io" : "cpu");
                if (n == 64)
                        assert_answer(caller_call(caller, "Enable", g_variant_new("(tasb)", uid, &names, false)), NULL,
                                      NULL);
                else
                        assert_answer(caller_call(caller, "Enable", g_variant_new("(tasb)", uid, &names, false)),
                                      ERROR_INVALID, "far too many", NULL);
        }

        g_assert_cmpuint(fake_bus_count(test->bus, "CheckAuthorization"), ==, 1);
        caller_free(caller);
}

/* The operation's own words, made fit for one line of UTF-8. */
static void test_fail(ServiceTest *test, gconstpointer data _unused_) {
        g_autofree char *journal = NULL;
        Caller *caller;

        test->operation = OPERATION_FAIL;
        caller = start(test);
        assert_answer(caller_call(caller, "Enable", change_new(service_test_uid(), "io", false)),
                      DELEGATION_ERROR_NOT_OURS, "not", "ours", NULL);
        assert_answer(caller_call(caller, "Get", g_variant_new("(t)", DELEGATION_EVERYBODY)), DELEGATION_ERROR_NOT_OURS,
                      NULL);
        caller_free(caller);

        (void) kill(test->pid, SIGTERM);
        journal = service_test_end(test, EXIT_SUCCESS);
        g_assert_nonnull(strstr(journal, "failed to enable io for"));
        g_assert_true(strchr(journal, '\n') == journal + strlen(journal) - 1);
}

static void test_die(ServiceTest *test, gconstpointer data _unused_) {
        Caller *caller;

        test->operation = OPERATION_DIE;
        caller = start(test);
        for (unsigned i = 0; i < 3; i++)
                assert_answer(caller_call(caller, "Enable", change_new(service_test_uid(), "io", false)),
                              "org.freedesktop.DBus.Error.IOError", "without a word", "journalctl", NULL);
        caller_free(caller);
}

/* Nobody knows how far it came: what the files say is put into effect all the same, and the answer says so. */
static void test_repaired(ServiceTest *test, gconstpointer data _unused_) {
        g_autofree char *record = NULL;
        Caller *caller;

        test->operation = OPERATION_DIE;
        caller = start(test);
        assert_answer(caller_call(caller, "Disable", change_new(service_test_uid(), "io", false)),
                      "org.freedesktop.DBus.Error.IOError", "without a word", "what the files say now is in effect",
                      NULL);
        g_assert_cmpuint(caller_await_changed(caller), ==, service_test_uid());
        record = service_test_record(test);
        g_assert_nonnull(strstr(record, "repair disable"));
        caller_free(caller);
}

/* It failed after something was changed: that is in effect, all are told, and the answer is the failure. */
static void test_half(ServiceTest *test, gconstpointer data _unused_) {
        g_autofree char *record = NULL;
        Caller *caller;

        test->operation = OPERATION_FAIL_LATE;
        caller = start(test);
        assert_answer(caller_call(caller, "Disable", change_new(service_test_uid(), "io", false)),
                      "org.freedesktop.DBus.Error.IOError",
                      "the second could not be written; what was changed before that is in effect", NULL);
        g_assert_cmpuint(caller_await_changed(caller), ==, service_test_uid());
        record = service_test_record(test);
        g_assert_null(strstr(record, "repair"));
        caller_free(caller);
}

/* Sets how many descriptors the service may have, and returns how many it might. */
static rlim_t limit_descriptors(ServiceTest *test, rlim_t n) {
        struct rlimit limit;
        rlim_t before;

        g_assert_cmpint(prlimit(test->pid, RLIMIT_NOFILE, NULL, &limit), ==, 0);
        before = limit.rlim_cur;
        limit.rlim_cur = n;
        g_assert_cmpint(prlimit(test->pid, RLIMIT_NOFILE, &limit, NULL), ==, 0);
        return before;
}

/* Ends the service, which has enough descriptors again, and looks for the text in its journal. */
static void assert_journal(ServiceTest *test, rlim_t n, const char *text) {
        g_autofree char *journal = NULL;

        (void) limit_descriptors(test, n);
        (void) kill(test->pid, SIGTERM);
        journal = service_test_end(test, EXIT_SUCCESS);
        g_assert_nonnull(strstr(journal, text));
}

/* It was changed, and no second process can be started: that is answered and logged, and all are told. */
static void test_no_second(ServiceTest *test, gconstpointer data _unused_) {
        uint32_t serial;
        Caller *caller;
        rlim_t n;

        test->operation = OPERATION_GATED;
        caller = start(test);
        serial = caller_send(caller, "Enable", change_new(service_test_uid(), "io", false), false);
        service_test_await(test, 1);
        n = limit_descriptors(test, STDERR_FILENO + 1);
        service_test_open_gate(test, 1);
        assert_answer(caller_await(caller, serial), "System.Error.EMFILE", "the drop-in was changed, but",
                      "cannot start a process", NULL);
        g_assert_cmpuint(caller_await_changed(caller), ==, service_test_uid());
        assert_answer(caller_call(caller, "Get", g_variant_new("(t)", DELEGATION_EVERYBODY)), "System.Error.EMFILE",
                      "cannot start a process", NULL);
        caller_free(caller);
        assert_journal(test, n, ": the drop-in was changed, but what came of it cannot be seen: cannot start");
}

/* Nobody knows how far it came, and no process can be started that has the files read. */
static void test_not_repaired(ServiceTest *test, gconstpointer data _unused_) {
        g_autofree char *record = NULL;
        Caller *caller;
        rlim_t n;

        test->operation = OPERATION_DIE_LAST;
        caller = start(test);
        n = limit_descriptors(test, 1024);
        assert_answer(caller_call(caller, "Disable", change_new(service_test_uid(), "io", false)),
                      "org.freedesktop.DBus.Error.IOError", "without a word", "may not be in effect",
                      "systemctl daemon-reload", NULL);
        g_assert_cmpuint(caller_await_changed(caller), ==, service_test_uid());
        record = service_test_record(test);
        g_assert_null(strstr(record, "repair"));
        caller_free(caller);
        assert_journal(test, n, "may not be in effect");
}

static void test_hang(ServiceTest *test, gconstpointer data _unused_) {
        Caller *caller;

        test->operation = OPERATION_GATED;
        test->options.timeouts.work = 20 * USEC_PER_MSEC;
        caller = start(test);
        assert_answer(caller_call(caller, "Enable", change_new(service_test_uid(), "io", false)),
                      "org.freedesktop.DBus.Error.Timeout", "too long", NULL);
        assert_answer(caller_call(caller, "Get", g_variant_new("(t)", DELEGATION_EVERYBODY)),
                      "org.freedesktop.DBus.Error.Timeout", NULL);
        caller_free(caller);
}

static void add(void) {
        service_test_add("/service/get", test_get);
        service_test_add("/service/change", test_change);
        service_test_add("/service/root", test_root);
        service_test_add("/service/journal", test_journal);
        service_test_add("/service/refused", test_refused);
        service_test_add("/service/overlong", test_overlong);
        service_test_add("/service/fail", test_fail);
        service_test_add("/service/die", test_die);
        service_test_add("/service/repaired", test_repaired);
        service_test_add("/service/no-second", test_no_second);
        service_test_add("/service/not-repaired", test_not_repaired);
        service_test_add("/service/half", test_half);
        service_test_add("/service/hang", test_hang);
}

int main(int argc, char *argv[]) {
        return service_test_main(argc, argv, add);
}
