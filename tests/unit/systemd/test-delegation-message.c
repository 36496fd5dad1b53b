/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* org.cgscope.Delegation1 on the wire: what one end writes the other reads, and it reads nothing else. */

#include <glib.h>
#include <sys/socket.h>

#include "systemd/delegation-message.h"
#include "systemd/property-encode.h"

/* A bus that goes nowhere: messages are made for one. */
static sd_bus *bus;

static void open_bus(void) {
        int fds[2];

        g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), ==, 0);
        g_assert_cmpint(sd_bus_new(&bus), >=, 0);
        g_assert_cmpint(sd_bus_set_fd(bus, fds[0], fds[0]), >=, 0);
        g_assert_cmpint(sd_bus_start(bus), >=, 0);
        (void) close(fds[1]);
}

static sd_bus_message *message_new(void) {
        sd_bus_message *message;

        g_assert_cmpint(sd_bus_message_new_signal(bus, &message, DELEGATION_PATH, DELEGATION_NAME, "Test"), >=, 0);
        return message;
}

static void seal(sd_bus_message *message) {
        g_assert_cmpint(sd_bus_message_seal(message, 1, 0), >=, 0);
        g_assert_cmpint(sd_bus_message_rewind(message, true), >=, 0);
}

static const ControllerMask masks[] = { 0, 1U << CONTROLLER_IO, 1U << CONTROLLER_CPUSET | 1U << CONTROLLER_DMEM,
                                        CONTROLLER_MASK_MANAGED, CONTROLLER_MASK_ALL };

static void test_controllers(void) {
        for (size_t i = 0; i < ELEMENTSOF(masks); i++) {
                _cleanup_(sd_bus_message_unrefp) sd_bus_message *message = message_new();
                ControllerMask mask = 77;
                const char *unknown = "x";

                g_assert_cmpint(controllers_append(message, masks[i]), >=, 0);
                seal(message);
                g_assert_cmpint(delegation_read_controllers(message, true, &mask, &unknown), ==, 0);
                g_assert_cmpuint(mask, ==, masks[i]);
                g_assert_null(unknown);
                g_assert_cmpint(sd_bus_message_at_end(message, true), >, 0);
        }
}

static void read_names(const char *const *names, bool may_be_empty, int error, ControllerMask expected,
                       const char *expected_unknown) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *message = message_new();
        ControllerMask mask = 77;
        const char *unknown = "x";

        g_assert_cmpint(sd_bus_message_append_strv(message, (char **) names), >=, 0);
        seal(message);
        g_assert_cmpint(delegation_read_controllers(message, may_be_empty, &mask, &unknown), ==, error);
        g_assert_cmpuint(mask, ==, error == 0 ? expected : 77);
        g_assert_cmpstr(unknown, ==, expected_unknown);
}

static void test_names(void) {
        static const char *const junk[] = { "", "io ", "IO", "i", "cpu,io", "io\n", "../io", "io\n[Service]" };
        const char *many[66] = {};

        read_names((const char *[]) { "io", "cpuset", "io", NULL }, false, 0,
                   controller_bit(CONTROLLER_IO) | controller_bit(CONTROLLER_CPUSET), NULL);
        read_names((const char *[]) { NULL }, true, 0, 0, NULL);
        read_names((const char *[]) { NULL }, false, -EINVAL, 0, NULL);
        for (size_t i = 0; i < ELEMENTSOF(junk); i++)
                read_names((const char *[]) { "io", junk[i], "bogus", NULL }, true, -EINVAL, 0, junk[i]);

        for (size_t i = 0; i < 65; i++)
                many[i] = "memory";
        read_names(many, false, -EINVAL, 0, NULL);
        many[64] = NULL;
        read_names(many, false, 0, controller_bit(CONTROLLER_MEMORY), NULL);
}

static void test_controllers_wrong_type(void) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *message = message_new();
        ControllerMask mask;

        g_assert_cmpint(sd_bus_message_append(message, "s", "io"), >=, 0);
        seal(message);
        g_assert_cmpint(delegation_read_controllers(message, true, &mask, NULL), <, 0);
}

static DelegationState make_state(void) {
        DelegationState state = {};

        for (size_t i = 0; i < ELEMENTSOF(masks); i++) {
                const DelegationDropIn drop_in = {
                        .uid = i == 0 ? DELEGATION_EVERYBODY : 1000 + i,
                        .runtime = i % 2,
                        .kind = (DropInKind) (DROP_IN_OURS + i % 3),
                        .controllers = masks[i],
                };
                const DelegationManager manager = {
                        .uid = (uid_t) (i == 4 ? UINT32_MAX - 1 : i),
                        .loaded = masks[i],
                        .slice = masks[(i + 1) % 5],
                        .live = masks[(i + 2) % 5],
                        .enabled = masks[(i + 3) % 5],
                        .outcome = (DelegationOutcome) i,
                };

                g_assert_cmpint(delegation_state_add_drop_in(&state, &drop_in), ==, 0);
                g_assert_cmpint(delegation_state_add_manager(&state, &manager), ==, 0);
        }

        return state;
}

static void assert_same(const DelegationState *a, const DelegationState *b) {
        g_assert_cmpuint(a->n_drop_ins, ==, b->n_drop_ins);
        for (size_t i = 0; i < a->n_drop_ins; i++) {
                g_assert_cmpuint(a->drop_ins[i].uid, ==, b->drop_ins[i].uid);
                g_assert_cmpint(a->drop_ins[i].runtime, ==, b->drop_ins[i].runtime);
                g_assert_cmpint(a->drop_ins[i].kind, ==, b->drop_ins[i].kind);
                g_assert_cmpuint(a->drop_ins[i].controllers, ==, b->drop_ins[i].controllers);
        }

        g_assert_cmpuint(a->n_managers, ==, b->n_managers);
        for (size_t i = 0; i < a->n_managers; i++) {
                g_assert_cmpuint(a->managers[i].uid, ==, b->managers[i].uid);
                g_assert_cmpuint(a->managers[i].loaded, ==, b->managers[i].loaded);
                g_assert_cmpuint(a->managers[i].slice, ==, b->managers[i].slice);
                g_assert_cmpuint(a->managers[i].live, ==, b->managers[i].live);
                g_assert_cmpuint(a->managers[i].enabled, ==, b->managers[i].enabled);
                g_assert_cmpint(a->managers[i].outcome, ==, b->managers[i].outcome);
        }
}

static void round_trip(const DelegationState *state) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *message = message_new();
        _cleanup_(delegation_state_done) DelegationState got = {};

        g_assert_cmpint(delegation_append_state(message, state), >=, 0);
        g_assert_true(sd_bus_message_has_signature(message, DELEGATION_STATE_SIGNATURE));
        seal(message);
        g_assert_cmpint(delegation_read_state(message, &got), ==, 0);
        assert_same(&got, state);
}

static void test_state(void) {
        _cleanup_(delegation_state_done) DelegationState state = make_state();

        round_trip(&state);
        round_trip(&(DelegationState) {});

        /* One that is not there is no row. */
        {
                _cleanup_(sd_bus_message_unrefp) sd_bus_message *message = message_new();

                state.drop_ins[1].kind = DROP_IN_ABSENT;
                g_assert_cmpint(delegation_append_state(message, &state), ==, -EINVAL);
        }
}

static void refuse_state(sd_bus_message *message) {
        DelegationState state = { .n_drop_ins = 77 };

        seal(message);
        g_assert_cmpint(delegation_read_state(message, &state), ==, -EBADMSG);
        g_assert_cmpuint(state.n_drop_ins, ==, 77);
        (void) sd_bus_message_unref(message);
}

static sd_bus_message *one_drop_in(uint64_t uid, const char *kind, const char *controller) {
        sd_bus_message *message = message_new();

        g_assert_cmpint(sd_bus_message_append(message, DELEGATION_STATE_SIGNATURE, 2, UINT64_C(1000), 0, "cgscope", 1,
                                              "io", uid, 1, kind, 1, controller, 0),
                        >=, 0);
        return message;
}

static sd_bus_message *two_managers(uint64_t first, uint64_t second, const char *controller, const char *outcome) {
        sd_bus_message *message = message_new();

        g_assert_cmpint(sd_bus_message_append(message, DELEGATION_STATE_SIGNATURE, 0, 2, first, 0, 0, 0, 0, "none",
                                              second, 1, "io", 0, 0, 2, "cpu", controller, outcome),
                        >=, 0);
        return message;
}

static void test_state_junk(void) {
        _cleanup_(delegation_state_done) DelegationState state = {};
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *good = one_drop_in(DELEGATION_EVERYBODY, "edited", "cpu");
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *good_too = two_managers(0, 1000, "io", "applied");
        sd_bus_message *message;

        seal(good);
        g_assert_cmpint(delegation_read_state(good, &state), ==, 0);
        g_assert_cmpuint(state.drop_ins[1].uid, ==, DELEGATION_EVERYBODY);
        delegation_state_done(&state);
        seal(good_too);
        g_assert_cmpint(delegation_read_state(good_too, &state), ==, 0);
        g_assert_cmpuint(state.managers[1].enabled, ==, 1U << CONTROLLER_CPU | 1U << CONTROLLER_IO);

        refuse_state(one_drop_in(UINT32_MAX, "cgscope", "io"));
        refuse_state(one_drop_in(UINT16_MAX, "cgscope", "io"));
        refuse_state(one_drop_in(UINT64_C(1) << 32, "cgscope", "io"));
        refuse_state(one_drop_in(1001, "", "io"));
        refuse_state(one_drop_in(1001, "absent", "io"));
        refuse_state(one_drop_in(1001, "cgscope", "bogus"));

        refuse_state(two_managers(0, UINT32_MAX, "io", "none"));
        refuse_state(two_managers(0, DELEGATION_EVERYBODY, "io", "none"));
        refuse_state(two_managers(0, (UINT64_C(1) << 32) + 5, "io", "none"));
        refuse_state(two_managers(1000, 1000, "io", "none")); /* they come by UID */
        refuse_state(two_managers(1001, 1000, "io", "none"));
        refuse_state(two_managers(0, 1, "Io", "none"));
        refuse_state(two_managers(0, 1, "io", "well"));
        refuse_state(two_managers(0, 1, "io", ""));

        refuse_state(message_new());
        message = message_new();
        g_assert_cmpint(sd_bus_message_append(message, "a(tbsas)", 0), >=, 0);
        refuse_state(message);
        message = message_new();
        g_assert_cmpint(sd_bus_message_append(message, "a(tbsas)a(tasasasass)s", 0, 0, "more"), >=, 0);
        refuse_state(message);
}

static void test_state_without_end(void) {
        const DelegationState state = { .n_drop_ins = DELEGATION_STATE_ROWS_MAX + 1 };
        sd_bus_message *message = message_new();

        g_assert_cmpint(delegation_append_state(message, &state), ==, -E2BIG);

        g_assert_cmpint(sd_bus_message_open_container(message, 'a', "(tbsas)"), >=, 0);
        for (unsigned i = 0; i <= DELEGATION_STATE_ROWS_MAX; i++)
                g_assert_cmpint(sd_bus_message_append(message, "(tbsas)", UINT64_C(1), 0, "cgscope", 0), >=, 0);
        g_assert_cmpint(sd_bus_message_close_container(message), >=, 0);
        g_assert_cmpint(sd_bus_message_append(message, "a(tasasasass)", 0), >=, 0);
        refuse_state(message);
}

static const struct {
        int error;
        const char *name;
        int back;
} error_names[] = {
        { -ESRCH, DELEGATION_ERROR_NO_SUCH_USER, -ESRCH },
        { -EOPNOTSUPP, DELEGATION_ERROR_NO_SUCH_CONTROLLER, -EOPNOTSUPP },
        { -EEXIST, DELEGATION_ERROR_NOT_OURS, -EEXIST },
        { -ELOOP, DELEGATION_ERROR_UNSAFE, -ELOOP },
        { -EPERM, DELEGATION_ERROR_UNSAFE, -ELOOP },
        { -EACCES, SD_BUS_ERROR_ACCESS_DENIED, -EACCES },
        { -EINVAL, SD_BUS_ERROR_INVALID_ARGS, -EINVAL },
        { -ENOBUFS, SD_BUS_ERROR_LIMITS_EXCEEDED, -ENOBUFS },
        { -ENOSPC, "System.Error.ENOSPC", -ENOSPC },
        { -EROFS, "System.Error.EROFS", -EROFS },
};

static void test_errors(void) {
        static const char *const texts[] = { "say it", NULL };

        for (size_t i = 0; i < ELEMENTSOF(error_names); i++)
                for (size_t j = 0; j < ELEMENTSOF(texts); j++) {
                        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;

                        g_assert_cmpint(delegation_error_set(&error, error_names[i].error, texts[j]), ==,
                                        error_names[i].error);
                        g_assert_cmpstr(error.name, ==, error_names[i].name);
                        g_assert_cmpstr(error.message, ==, texts[j] ?: strerror(-error_names[i].error));
                        g_assert_cmpint(delegation_error_get(&error), ==, error_names[i].back);
                }
}

static void test_error_text(void) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL, other = SD_BUS_ERROR_NULL;
        _cleanup_(sd_bus_error_free) sd_bus_error good = SD_BUS_ERROR_NULL;

        (void) delegation_error_set(&error, -EEXIST, "the line \"\xff\n\033\177\" in it");
        g_assert_cmpstr(error.message, ==, "the line \"\\xff\\x0a\\x1b\\x7f\" in it");
        (void) delegation_error_set(&other, -EIO, "a\nb");
        g_assert_cmpstr(other.message, ==, "a\\x0ab");
        (void) delegation_error_set(&good, -EEXIST, "für \u00fc");
        g_assert_cmpstr(good.message, ==, "für \u00fc");
}

/* Whatever the other end calls it, it is an error. */
static void test_error_names(void) {
        const sd_bus_error unknown = SD_BUS_ERROR_MAKE_CONST("org.example.Odd", "odd");
        const sd_bus_error near = SD_BUS_ERROR_MAKE_CONST(DELEGATION_NAME ".Error.NoSuchUser2", "odd");
        const sd_bus_error interactive =
                SD_BUS_ERROR_MAKE_CONST(SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED, "ask");
        const sd_bus_error none = SD_BUS_ERROR_NULL;

        g_assert_cmpint(delegation_error_get(&unknown), ==, -EIO);
        g_assert_cmpint(delegation_error_get(&near), ==, -EIO);
        g_assert_cmpint(delegation_error_get(&interactive), ==, -EACCES);
        g_assert_cmpint(delegation_error_get(&none), ==, -EIO);
}

int main(int argc, char *argv[]) {
        int r;

        g_test_init(&argc, &argv, NULL);
        open_bus();

        g_test_add_func("/delegation-message/controllers", test_controllers);
        g_test_add_func("/delegation-message/names", test_names);
        g_test_add_func("/delegation-message/controllers-wrong-type", test_controllers_wrong_type);
        g_test_add_func("/delegation-message/state", test_state);
        g_test_add_func("/delegation-message/state-junk", test_state_junk);
        g_test_add_func("/delegation-message/state-without-end", test_state_without_end);
        g_test_add_func("/delegation-message/errors", test_errors);
        g_test_add_func("/delegation-message/error-text", test_error_text);
        g_test_add_func("/delegation-message/error-names", test_error_names);

        r = g_test_run();
        (void) sd_bus_close_unref(bus);
        return r;
}
