/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscoped-test.h"

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#define PATIENCE_USEC (20 * G_USEC_PER_SEC)
#define ARGUMENT "--service"

static uid_t caller_uid;
static char *caller_user;

uid_t service_test_uid(void) {
        return caller_uid;
}

const char *service_test_user(void) {
        return caller_user;
}

/* Beside the bus. To be freed. */
static char *activation_file(const char *name) {
        g_autofree char *directory = g_path_get_dirname(strchr(fake_bus_address(), '/'));

        return g_strdup_printf("%s/%s.service", directory, name);
}

static void setup(ServiceTest *test, gconstpointer data _unused_) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        g_autoptr(GError) error = NULL;
        g_autofree char *gate = NULL, *bus = g_path_get_dirname(strchr(fake_bus_address(), '/'));

        test->bus = fake_bus_new(false);
        test->options = service_defaults;
        g_assert_cmpint(chmod(bus, 0755), ==, 0); /* for callers that are somebody else */

        test->directory = g_dir_make_tmp("cgscoped-XXXXXX", &error);
        g_assert_no_error(error);

        gate = g_build_filename(test->directory, "gate", NULL);
        g_assert_cmpint(mkfifo(gate, 0600), ==, 0);
        test->gate = open(gate, O_RDWR | O_CLOEXEC);
        g_assert_cmpint(test->gate, >=, 0);

        test->notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        (void) snprintf(address.sun_path, sizeof(address.sun_path), "%s/notify", test->directory);
        g_assert_cmpint(bind(test->notify, (struct sockaddr *) &address, sizeof(address)), ==, 0);
}

static void teardown(ServiceTest *test, gconstpointer data _unused_) {
        static const char *const names[] = { "gate", "notify", "record", "journal" };
        g_autofree char *service = activation_file(DESTINATION), *polkit = activation_file(FAKE_POLKIT_NAME);

        if (test->pid > 0) {
                (void) kill(test->pid, SIGTERM);
                service_test_open_gate(test, 100);
                g_free(service_test_end(test, EXIT_SUCCESS));
        }
        if (test->polkit)
                fake_polkit_free(test->polkit);
        fake_bus_free(test->bus);
        (void) unlink(service);
        (void) unlink(polkit);

        (void) close(test->gate);
        (void) close(test->notify);
        for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
                g_autofree char *path = g_build_filename(test->directory, names[i], NULL);

                (void) unlink(path);
        }
        g_assert_cmpint(rmdir(test->directory), ==, 0);
        g_free(test->directory);
}

void service_test_add(const char *name, void (*fn)(ServiceTest *test, gconstpointer data)) {
        g_test_add(name, ServiceTest, NULL, setup, fn, teardown);
}

/* In the child, before it becomes the service. Of a test that crashed nothing is to stay. */
static void child_setup(void *userdata) {
        ServiceTest *test = userdata;
        g_autofree char *journal = g_build_filename(test->directory, "journal", NULL);
        int fd = open(journal, O_WRONLY | O_CREAT | O_APPEND, 0600);

        (void) dup2(fd, STDERR_FILENO);
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* The bus reads that when it begins. */
static void renew_bus(ServiceTest *test, const char *name, const char *more) {
        g_autofree char *path = activation_file(name), *text = NULL;
        g_autoptr(GError) error = NULL;

        text = g_strdup_printf("[D-BUS Service]\nName=%s\nExec=/bin/false\n%s", name, more);
        (void) g_file_set_contents(path, text, -1, &error);
        g_assert_no_error(error);

        fake_bus_free(test->bus);
        test->bus = fake_bus_new(*more);
}

void service_test_activatable(ServiceTest *test) {
        renew_bus(test, DESTINATION, "SystemdService=cgscoped.service\n");
}

void service_test_broken_polkit(ServiceTest *test) {
        renew_bus(test, FAKE_POLKIT_NAME, "");
}

void service_test_start(ServiceTest *test) {
        service_test_spawn(test);
        service_test_expect(test, "READY=1");
}

void service_test_spawn(ServiceTest *test) {
        const uint64_t numbers[] = {
                test->operation, test->options.idle, test->options.timeouts.look_up, test->options.timeouts.work,
                test->options.timeouts.authorize, test->options.timeouts.interactive,
        };
        g_autofree char *notify = g_build_filename(test->directory, "notify", NULL);
        g_autoptr(GPtrArray) arguments = g_ptr_array_new_with_free_func(g_free);
        g_auto(GStrv) environment = g_environ_setenv(g_get_environ(), "NOTIFY_SOCKET", notify, true);
        g_autoptr(GError) error = NULL;

        g_ptr_array_add(arguments, g_strdup("/proc/self/exe"));
        g_ptr_array_add(arguments, g_strdup(ARGUMENT));
        g_ptr_array_add(arguments, g_strdup(test->directory));
        for (unsigned i = 0; i < G_N_ELEMENTS(numbers); i++)
                g_ptr_array_add(arguments, g_strdup_printf("%" G_GUINT64_FORMAT, numbers[i]));
        g_ptr_array_add(arguments, NULL);

        (void) g_spawn_async(NULL, (char **) arguments->pdata, environment, G_SPAWN_DO_NOT_REAP_CHILD, child_setup,
                             test, &test->pid, &error);
        g_assert_no_error(error);
}

void service_test_expect(ServiceTest *test, const char *text) {
        struct timeval patience = { .tv_sec = PATIENCE_USEC / G_USEC_PER_SEC };
        char buffer[256];
        ssize_t n;

        (void) setsockopt(test->notify, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
        n = recv(test->notify, buffer, sizeof(buffer) - 1, 0);
        g_assert_cmpint(n, >, 0);
        buffer[n] = '\0';
        g_assert_cmpstr(buffer, ==, text);
}

void service_test_expect_nothing(ServiceTest *test) {
        char byte;

        g_assert_cmpint(recv(test->notify, &byte, 1, MSG_DONTWAIT), ==, -1);
        g_assert_cmpint(errno, ==, EAGAIN);
}

static char *read_file(ServiceTest *test, const char *name) {
        g_autofree char *path = g_build_filename(test->directory, name, NULL);
        char *text = NULL;

        return g_file_get_contents(path, &text, NULL, NULL) ? text : g_strdup("");
}

char *service_test_end(ServiceTest *test, int status) {
        g_autofree char *journal = NULL;
        int how;

        g_assert_cmpint(waitpid(test->pid, &how, 0), ==, test->pid);
        test->pid = 0;
        journal = read_file(test, "journal");
        if (!WIFEXITED(how) || WEXITSTATUS(how) != status)
                g_error("the service ended with %#x: %s", (unsigned) how, journal);

        return g_steal_pointer(&journal);
}

char *service_test_record(ServiceTest *test) {
        return read_file(test, "record");
}

static unsigned count_begun(ServiceTest *test) {
        g_autofree char *record = service_test_record(test);
        unsigned n = 0;

        for (const char *p = record; (p = strstr(p, "begin ")); p++)
                n++;
        return n;
}

void service_test_await(ServiceTest *test, unsigned n) {
        gint64 end = g_get_monotonic_time() + PATIENCE_USEC;

        while (count_begun(test) < n)
                if (g_get_monotonic_time() < end)
                        g_usleep(1000);
                else
                        g_error("%u operations have begun, not %u", count_begun(test), n);
}

void service_test_open_gate(ServiceTest *test, unsigned n) {
        while (n-- > 0)
                g_assert_cmpint(write(test->gate, "", 1), ==, 1);
}

unsigned service_test_overlap(ServiceTest *test, const char *name) {
        g_autofree char *record = service_test_record(test), *begin = g_strconcat("begin ", name, " ", NULL);
        g_autofree char *end = g_strconcat("end ", name, NULL);
        g_auto(GStrv) lines = g_strsplit(record, "\n", -1);
        unsigned n = 0, most = 0;

        for (char **line = lines; *line; line++) {
                n += g_str_has_prefix(*line, begin);
                n -= g_str_has_prefix(*line, end);
                most = MAX(n, most);
        }

        return most;
}

/* Callers. */

static GDBusMessage *on_received(GDBusConnection *connection, GDBusMessage *message, gboolean incoming,
                                 void *userdata) {
        Caller *caller = userdata;

        (void) connection;
        if (!incoming)
                return message;

        g_mutex_lock(&caller->mutex);
        g_ptr_array_add(caller->received, g_object_ref(message));
        g_cond_broadcast(&caller->changed);
        g_mutex_unlock(&caller->mutex);
        return message;
}

/* The first message that fits, taken out. */
static GDBusMessage *take(Caller *caller, bool (*fits)(GDBusMessage *message, uint32_t serial), uint32_t serial) {
        gint64 end = g_get_monotonic_time() + PATIENCE_USEC;
        GDBusMessage *found = NULL;

        g_mutex_lock(&caller->mutex);
        while (!found) {
                for (unsigned i = 0; !found && i < caller->received->len; i++)
                        if (fits(caller->received->pdata[i], serial))
                                found = g_ptr_array_steal_index(caller->received, i);
                if (!found && !g_cond_wait_until(&caller->changed, &caller->mutex, end))
                        g_error("a caller waits in vain");
        }
        g_mutex_unlock(&caller->mutex);

        return found;
}

static bool is_answer(GDBusMessage *message, uint32_t serial) {
        return g_dbus_message_get_reply_serial(message) == serial;
}

static bool is_changed(GDBusMessage *message, uint32_t serial _unused_) {
        return g_dbus_message_get_message_type(message) == G_DBUS_MESSAGE_TYPE_SIGNAL &&
               g_strcmp0(g_dbus_message_get_member(message), "Changed") == 0;
}

/* For this thread alone, which the C library cannot do. */
static void become(uid_t effective) {
        g_assert_cmpint(syscall(SYS_setresuid, effective, effective, 0), ==, 0);
}

static void connect_to_bus(Caller *caller) {
        g_autoptr(GVariant) answer = NULL;
        g_autoptr(GError) error = NULL;

        caller->connection = g_dbus_connection_new_for_address_sync(
                fake_bus_address(), G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, &error);
        g_assert_no_error(error);

        (void) g_dbus_connection_add_filter(caller->connection, on_received, caller, NULL);
        answer = g_dbus_connection_call_sync(caller->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                             "org.freedesktop.DBus", "AddMatch",
                                             g_variant_new("(s)", "type='signal',interface='" DESTINATION "'"), NULL,
                                             G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
        g_assert_no_error(error);
}

Caller *caller_new(uid_t uid) {
        bool other = uid != geteuid();
        Caller *caller = g_new0(Caller, 1);

        g_mutex_init(&caller->mutex);
        g_cond_init(&caller->changed);
        caller->received = g_ptr_array_new_with_free_func(g_object_unref);

        if (other)
                become(uid);
        connect_to_bus(caller);
        if (other)
                become(0);
        return caller;
}

void caller_free(Caller *caller) {
        (void) g_dbus_connection_close_sync(caller->connection, NULL, NULL);
        g_object_unref(caller->connection);
        g_ptr_array_unref(caller->received);
        g_cond_clear(&caller->changed);
        g_mutex_clear(&caller->mutex);
        g_free(caller);
}

static uint32_t send_call(Caller *caller, const char *interface, const char *member, GVariant *parameters,
                     bool interactive) {
        g_autoptr(GDBusMessage) call = g_dbus_message_new_method_call(DESTINATION, "/org/cgscope/Delegation1",
                                                                      interface, member);
        g_autoptr(GError) error = NULL;
        uint32_t serial = 0;

        if (parameters)
                g_dbus_message_set_body(call, parameters);
        if (interactive)
                g_dbus_message_set_flags(call, G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION);
        (void) g_dbus_connection_send_message(caller->connection, call, G_DBUS_SEND_MESSAGE_FLAGS_NONE, &serial,
                                              &error);
        g_assert_no_error(error);
        return serial;
}

uint32_t caller_send(Caller *caller, const char *member, GVariant *parameters, bool interactive) {
        return send_call(caller, DESTINATION, member, parameters, interactive);
}

GDBusMessage *caller_await(Caller *caller, uint32_t serial) {
        return take(caller, is_answer, serial);
}

GDBusMessage *caller_call(Caller *caller, const char *member, GVariant *parameters) {
        return caller_await(caller, caller_send(caller, member, parameters, false));
}

void caller_sync(Caller *caller) {
        g_object_unref(caller_await(caller, send_call(caller, "org.freedesktop.DBus.Peer", "Ping", NULL, false)));
}

uint64_t caller_await_changed(Caller *caller) {
        g_autoptr(GDBusMessage) message = take(caller, is_changed, 0);
        guint64 uid;

        g_variant_get(g_dbus_message_get_body(message), "(t)", &uid);
        return uid;
}

void assert_answer(GDBusMessage *answer, const char *name, ...) {
        const char *text = NULL, *word;
        va_list words;

        if (g_dbus_message_get_message_type(answer) == G_DBUS_MESSAGE_TYPE_ERROR)
                g_variant_get(g_dbus_message_get_body(answer), "(&s)", &text);
        if (text)
                g_test_message("%s", text);
        g_assert_cmpstr(g_dbus_message_get_error_name(answer), ==, name);

        if (text) {
                g_assert_null(strchr(text, '\n'));
                g_assert_null(strstr(text, "(null)"));
                g_assert_cmpuint(strlen(text), <, 1000);
        }

        va_start(words, name);
        while ((word = va_arg(words, const char *)))
                if (!text || !strstr(text, word))
                        g_error("\"%s\" is not in \"%s\"", word, text ?: "");
        va_end(words);
        g_object_unref(answer);
}

GVariant *change_new(uint64_t uid, const char *controllers, bool runtime) {
        g_auto(GStrv) names = g_strsplit(controllers, " ", -1);

        return g_variant_new("(t^asb)", uid, names, runtime);
}

int service_test_main(int argc, char *argv[], void (*add)(void)) {
        struct passwd *entry;

        if (argc > 1 && streq(argv[1], ARGUMENT))
                return service_test_serve(argv + 2);

        g_test_init(&argc, &argv, NULL);
        fake_bus_init();

        entry = geteuid() == 0 ? getpwnam("nobody") : getpwuid(geteuid());
        if (!entry) {
                g_print("1..0 # SKIP nobody is in no user database here\n");
                return EXIT_SUCCESS;
        }
        caller_uid = entry->pw_uid;
        caller_user = g_strdup(entry->pw_name);

        add();
        return g_test_run();
}
