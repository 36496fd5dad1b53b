/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscoped/cgscoped-test.h"

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
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
                test->operation,
                test->options.idle,
                test->options.timeouts.look_up,
                test->options.timeouts.work,
                test->options.timeouts.authorize,
                test->options.timeouts.interactive,
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
