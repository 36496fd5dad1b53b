/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Workers that do well, badly, and not at all. No bus, no threads: these processes are forked from the test itself. */

#include <dirent.h>
#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "basic/trouble.h"
#include "cgscoped/worker.h"

#define PATIENCE (60 * USEC_PER_SEC)
#define MANY 12000 /* rows: more than a socket holds */

typedef struct WorkerTest {
        sd_event *event;
        Worker *worker;
        bool done, keep;
        int error;
        DelegationState state; /* a copy */
        int effect;            /* -1: nobody knows */
        Trouble trouble;
} WorkerTest;

static void setup(WorkerTest *test, gconstpointer data _unused_) {
        g_assert_cmpint(sd_event_new(&test->event), >=, 0);
}

static void teardown(WorkerTest *test, gconstpointer data _unused_) {
        worker_free(test->worker);
        delegation_state_done(&test->state);
        trouble_done(&test->trouble);
        (void) sd_event_unref(test->event);

        /* All are reaped. */
        g_assert_cmpint(waitpid(-1, NULL, WNOHANG), ==, -1);
        g_assert_cmpint(errno, ==, ECHILD);
}

static void on_done(int error, const DelegationState *state, const char *message, void *userdata) {
        WorkerTest *test = userdata;

        g_assert_false(test->done);
        g_assert_true(error < 0 || state);
        g_assert_true(error == 0 || !state || (state->n_drop_ins == 0 && state->n_managers == 0));
        test->effect = state ? (int) state->effect : -1;
        test->done = true;
        test->error = error;
        for (size_t i = 0; state && i < state->n_drop_ins; i++)
                g_assert_cmpint(delegation_state_add_drop_in(&test->state, &state->drop_ins[i]), ==, 0);
        for (size_t i = 0; state && i < state->n_managers; i++)
                g_assert_cmpint(delegation_state_add_manager(&test->state, &state->managers[i]), ==, 0);
        test->trouble.cause = message ? strdup(message) : NULL;

        if (!test->keep)
                worker_free(TAKE_PTR(test->worker)); /* as the service does it */
}

static const DelegationRequest asked = {
        .operation = DELEGATION_ENABLE,
        .uid = 1000,
        .controllers = 1U << CONTROLLER_IO,
        .flags = DELEGATION_RUNTIME,
};

static int run(WorkerTest *test, WorkerJob job, const DelegationRequest *request, uint64_t timeout) {
        g_assert_cmpint(worker_start(test->event, job, request, timeout, on_done, test, &test->worker), ==, 0);
        while (!test->done)
                g_assert_cmpint(sd_event_run(test->event, PATIENCE), >, 0);

        return test->error;
}

/* A WorkerJob. */
#define JOB(name) \
        int name(const DelegationRequest *request _unused_, DelegationState *ret _unused_, Trouble *trouble _unused_)

static JOB(job_well) {
        const DelegationDropIn drop_in = {
                .uid = request->uid,
                .runtime = request->flags & DELEGATION_RUNTIME,
                .kind = DROP_IN_EDITED,
                .controllers = request->controllers,
        };
        const DelegationManager manager = {
                .uid = 1000,
                .loaded = 1,
                .slice = 2,
                .live = 4,
                .enabled = 8,
                .outcome = OUTCOME_FAILED,
        };

        if (request->operation != DELEGATION_ENABLE || delegation_state_add_drop_in(ret, &drop_in) < 0 ||
            delegation_state_add_manager(ret, &manager) < 0)
                return -EINVAL;

        return trouble_set(trouble, 0, "well");
}

static void test_well(WorkerTest *test, gconstpointer data _unused_) {
        g_assert_cmpint(run(test, job_well, &asked, PATIENCE), ==, 0);
        g_assert_cmpstr(test->trouble.cause, ==, "well");

        g_assert_cmpuint(test->state.n_drop_ins, ==, 1);
        g_assert_cmpuint(test->state.drop_ins->uid, ==, 1000);
        g_assert_true(test->state.drop_ins->runtime);
        g_assert_cmpint(test->state.drop_ins->kind, ==, DROP_IN_EDITED);
        g_assert_cmpuint(test->state.drop_ins->controllers, ==, 1U << CONTROLLER_IO);

        g_assert_cmpuint(test->state.n_managers, ==, 1);
        g_assert_cmpuint(test->state.managers->uid, ==, 1000);
        g_assert_cmpuint(test->state.managers->loaded, ==, 1);
        g_assert_cmpuint(test->state.managers->enabled, ==, 8);
        g_assert_cmpint(test->state.managers->outcome, ==, OUTCOME_FAILED);
}

static int add_rows(DelegationState *state, unsigned n) {
        state->managers = calloc(n, sizeof(*state->managers));
        state->n_managers = n;
        for (unsigned i = 0; i < n; i++)
                state->managers[i].uid = i;
        return 0;
}

static JOB(job_many) {
        return add_rows(ret, MANY);
}

static JOB(job_too_many) {
        return add_rows(ret, 65537);
}

static void test_many(WorkerTest *test, gconstpointer data _unused_) {
        g_assert_cmpint(run(test, job_many, &asked, PATIENCE), ==, 0);
        g_assert_cmpuint(test->state.n_managers, ==, MANY);
        g_assert_cmpuint(test->state.managers[MANY - 1].uid, ==, MANY - 1);
        g_assert_null(test->trouble.cause);

        test->done = false;
        g_assert_cmpint(run(test, job_too_many, &asked, PATIENCE), ==, -E2BIG);
}

static JOB(job_error) {
        (void) job_well(request, ret, trouble);
        return trouble_set(trouble, -EEXIST, "it is not ours");
}

static void test_error(WorkerTest *test, gconstpointer data _unused_) {
        g_assert_cmpint(run(test, job_error, &asked, PATIENCE), ==, -EEXIST);
        g_assert_cmpstr(test->trouble.cause, ==, "it is not ours");
}

static JOB(job_own_eio) {
        return -EIO;
}

static void test_own_eio(WorkerTest *test, gconstpointer data _unused_) {
        g_assert_cmpint(run(test, job_own_eio, &asked, PATIENCE), ==, -EIO);
        g_assert_null(test->trouble.cause);
}

static JOB(job_long_text) {
        trouble->cause = malloc(1024 * 1024);
        memset(trouble->cause, 'x', 1024 * 1024 - 1);
        trouble->cause[1024 * 1024 - 1] = '\0';
        return -EPERM;
}

static void test_long_text(WorkerTest *test, gconstpointer data _unused_) {
        g_assert_cmpint(run(test, job_long_text, &asked, PATIENCE), ==, -EPERM);
        g_assert_cmpuint(strlen(test->trouble.cause), >, 1000);
        g_assert_cmpuint(strlen(test->trouble.cause), <, 10000);
}

/* In the worker: the only socket beside the standard descriptors. */
static int find_socket(void) {
        struct stat st;

        for (int fd = STDERR_FILENO + 1; fd < 1024; fd++)
                if (fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode))
                        return fd;
        abort();
}

static JOB(job_die) {
        return raise(SIGKILL);
}

static JOB(job_leave) {
        _exit(EXIT_SUCCESS);
}

/* The beginning of an answer, and a bad end. */
static JOB(job_half) {
        const char zero[24] = {};

        (void) write(find_socket(), zero, sizeof(zero));
        return raise(SIGKILL);
}

static JOB(job_short) {
        const char zero[20] = {};

        (void) write(find_socket(), zero, sizeof(zero));
        _exit(EXIT_SUCCESS);
}

static JOB(job_junk) {
        char junk[4096];

        memset(junk, 0xff, sizeof(junk));
        (void) write(find_socket(), junk, sizeof(junk));
        _exit(EXIT_SUCCESS);
}

/* Counts that do not fit what follows: 2^60 rows, whose size is 0 where it is reckoned without care. */
static JOB(job_overflow) {
        const uint64_t header[3] = { 0, UINT64_C(1) << 61, 0 };

        (void) write(find_socket(), header, sizeof(header));
        _exit(EXIT_SUCCESS);
}

static JOB(job_positive) {
        const int32_t header[6] = { 1 };

        (void) write(find_socket(), header, sizeof(header));
        _exit(EXIT_SUCCESS);
}

/* An answer, and something behind it. */
static JOB(job_more) {
        const int32_t header[7] = {};

        (void) write(find_socket(), header, sizeof(header));
        _exit(EXIT_SUCCESS);
}

static JOB(job_bad_outcome) {
        add_rows(ret, 1);
        ret->managers->outcome = _OUTCOME_MAX;
        return 0;
}

static JOB(job_bad_kind) {
        (void) job_well(request, ret, trouble);
        ret->drop_ins->kind = (DropInKind) 77;
        return 0;
}

static JOB(job_bad_boolean) {
        (void) job_well(request, ret, trouble);
        memset(&ret->drop_ins->runtime, 7, 1);
        return 0;
}

static _noreturn_ JOB(job_flood) {
        static const char zero[65536];
        int fd = find_socket();

        (void) prctl(PR_SET_PDEATHSIG, SIGKILL); /* also where the test fails */
        for (;;)
                (void) write(fd, zero, sizeof(zero));
}

static void test_no_word(WorkerTest *test, gconstpointer data _unused_) {
        static const WorkerJob jobs[] = {
                job_die,      job_leave, job_half,        job_short,    job_junk,        job_overflow,
                job_positive, job_more,  job_bad_outcome, job_bad_kind, job_bad_boolean, job_flood,
        };

        for (size_t i = 0; i < ELEMENTSOF(jobs); i++) {
                test->done = false;
                g_test_message("job %zu", i);
                g_assert_cmpint(run(test, jobs[i], &asked, PATIENCE), ==, -EIO);
                g_assert_nonnull(strstr(test->trouble.cause, "without a word"));
                trouble_done(&test->trouble);
        }
}

static _noreturn_ JOB(job_hang) {
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;)
                (void) pause();
}

static void test_hang(WorkerTest *test, gconstpointer data _unused_) {
        g_assert_cmpint(run(test, job_hang, &asked, 1000), ==, -ETIMEDOUT);
        g_assert_nonnull(strstr(test->trouble.cause, "too long"));
}

/* Whoever stops the service means the service. */
static JOB(job_signals) {
        sigset_t blocked;

        (void) raise(SIGTERM);
        (void) raise(SIGINT);
        (void) sigprocmask(SIG_SETMASK, NULL, &blocked);
        return sigismember(&blocked, SIGCHLD) || sigismember(&blocked, SIGTERM) ? -EBUSY : 0;
}

static void test_signals(WorkerTest *test, gconstpointer data _unused_) {
        g_assert_cmpint(run(test, job_signals, &asked, PATIENCE), ==, 0);
}

/* Nothing of the service's is in its reach but the standard descriptors and the socket. */
static JOB(job_descriptors) {
        DIR *directory = opendir("/proc/self/fd");
        struct dirent *entry;
        int n = 0;

        while ((entry = readdir(directory))) {
                int fd = atoi(entry->d_name);

                n += entry->d_name[0] != '.' && fd > STDERR_FILENO && fd != dirfd(directory);
        }
        (void) closedir(directory);
        return n == 1 ? 0 : trouble_set(trouble, -EMFILE, "%d descriptors", n);
}

static void test_descriptors(WorkerTest *test, gconstpointer data _unused_) {
        int fd = open("/dev/null", O_RDONLY), high = fcntl(fd, F_DUPFD, 500); /* below and above the socket */

        g_assert_cmpint(run(test, job_descriptors, &asked, PATIENCE), ==, 0);
        (void) close(fd);
        (void) close(high);
}

static bool *begun;

static JOB(job_begun) {
        *begun = true;
        return 0;
}

/* There are descriptors for the socket, and none to watch the process with: what is said not to have started has done
 * nothing. */
static void test_not_begun(WorkerTest *test, gconstpointer data _unused_) {
        int fd = open("/dev/null", O_RDONLY | O_CLOEXEC), r;
        struct rlimit before, limit;

        begun = mmap(NULL, sizeof(*begun), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        g_assert_true(begun != MAP_FAILED);
        (void) close(fd);
        g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &before), ==, 0);
        limit = before;
        limit.rlim_cur = (rlim_t) fd + 2;
        g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &limit), ==, 0);
        r = worker_start(test->event, job_begun, &asked, PATIENCE, on_done, test, &test->worker);
        g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &before), ==, 0);

        if (r >= 0)
                g_test_skip("a process is watched without a descriptor here");
        else
                g_assert_false(*begun);
        (void) munmap(begun, sizeof(*begun));
}

/* Freed while it runs: it is killed, and nothing is called. */
static void test_free(WorkerTest *test, gconstpointer data _unused_) {
        g_assert_cmpint(worker_start(test->event, job_hang, &asked, PATIENCE, on_done, test, &test->worker), ==, 0);
        worker_free(TAKE_PTR(test->worker));
        g_assert_cmpint(sd_event_run(test->event, 0), ==, 0);
        g_assert_false(test->done);
        worker_free(NULL);
}

/* Freed later than it could be: what was to happen to it does not happen to another. */
static void test_free_late(WorkerTest *test, gconstpointer data _unused_) {
        test->keep = true;
        g_assert_cmpint(run(test, job_own_eio, &asked, 2 * USEC_PER_SEC), ==, -EIO);
        g_assert_cmpint(sd_event_run(test->event, 2100 * USEC_PER_MSEC), ==, 0);
}

static void test_no_process(WorkerTest *test, gconstpointer data _unused_) {
        struct rlimit none = {}, before;

        if (geteuid() == 0) {
                g_test_skip("root is not limited");
                return;
        }

        g_assert_cmpint(getrlimit(RLIMIT_NPROC, &before), ==, 0);
        none.rlim_max = before.rlim_max;
        g_assert_cmpint(setrlimit(RLIMIT_NPROC, &none), ==, 0);
        g_assert_cmpint(worker_start(test->event, job_well, &asked, PATIENCE, on_done, test, &test->worker), ==,
                        -EAGAIN);
        g_assert_null(test->worker);
        g_assert_cmpint(setrlimit(RLIMIT_NPROC, &before), ==, 0);
}

static void test_look_up(WorkerTest *test, gconstpointer data _unused_) {
        DelegationRequest request = { .uid = 0 };

        g_assert_cmpint(run(test, user_look_up, &request, PATIENCE), ==, 0);
        g_assert_cmpstr(test->trouble.cause, ==, "root");
        trouble_done(&test->trouble);

        test->done = false;
        request.uid = 4294967293;
        g_assert_cmpint(run(test, user_look_up, &request, PATIENCE), ==, -ESRCH);
        g_assert_nonnull(strstr(test->trouble.cause, "4294967293"));
}

static void add(const char *name, void (*fn)(WorkerTest *test, gconstpointer data)) {
        g_test_add(name, WorkerTest, NULL, setup, fn, teardown);
}

int main(int argc, char *argv[]) {
        sigset_t child;

        g_test_init(&argc, &argv, NULL);
        (void) sigemptyset(&child);
        (void) sigaddset(&child, SIGCHLD);
        (void) sigprocmask(SIG_BLOCK, &child, NULL);

        add("/worker/well", test_well);
        add("/worker/many", test_many);
        add("/worker/error", test_error);
        add("/worker/own-eio", test_own_eio);
        add("/worker/long-text", test_long_text);
        add("/worker/no-word", test_no_word);
        add("/worker/hang", test_hang);
        add("/worker/signals", test_signals);
        add("/worker/descriptors", test_descriptors);
        add("/worker/not-begun", test_not_begun);
        add("/worker/free", test_free);
        add("/worker/free-late", test_free_late);
        add("/worker/no-process", test_no_process);
        add("/worker/look-up", test_look_up);

        return g_test_run();
}
