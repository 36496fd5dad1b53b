/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The service of the tests, in a process of its own: all of the real one but what it would do to the system. */

#include "cgscoped/operation.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

#include "basic/log.h"
#include "basic/trouble.h"
#include "cgscoped/cgscoped-test.h"

static const char *directory;
static FakeOperation behaviour;

static int open_file(const char *name, int flags) {
        _cleanup_free_ char *path = NULL;
        int fd;

        if (asprintf(&path, "%s/%s", directory, name) < 0)
                abort();
        fd = open(path, flags | O_CLOEXEC, 0600);
        if (fd < 0)
                abort();
        return fd;
}

/* In one write: workers run beside each other. */
static void record(const char *what, const DelegationRequest *request) {
        static const char *const names[] = { "get", "enable", "disable" };
        char controllers[CONTROLLER_MASK_TEXT_MAX], line[256];
        int fd = open_file("record", O_WRONLY | O_CREAT | O_APPEND), n;

        n = snprintf(line, sizeof(line), "%s %s %llu [%s] %d\n", what, names[request->operation],
                     (unsigned long long) request->uid, controller_mask_format(request->controllers, ',', controllers),
                     (int) request->flags);
        if (write(fd, line, (size_t) n) != n)
                abort();
        (void) close(fd);
}

static void wait_at_gate(void) {
        int fd = open_file("gate", O_RDONLY);
        char byte;

        (void) read(fd, &byte, 1);
        (void) close(fd);
}

/* The service cannot open any more. */
static void take_descriptors(void) {
        struct rlimit limit;

        if (prlimit(getppid(), RLIMIT_NOFILE, NULL, &limit) < 0)
                abort();
        limit.rlim_cur = STDERR_FILENO + 1;
        if (prlimit(getppid(), RLIMIT_NOFILE, &limit, NULL) < 0)
                abort();
}

static int fill(const DelegationRequest *request, DelegationState *ret) {
        const DelegationDropIn drop_in = {
                .uid = request->uid,
                .runtime = true,
                .kind = DROP_IN_OURS,
                .controllers = request->controllers,
        };
        const DelegationManager manager = {
                .uid = 7,
                .loaded = 1U << CONTROLLER_IO,
                .slice = 1U << CONTROLLER_CPU | 1U << CONTROLLER_PIDS,
                .live = 1U << CONTROLLER_CPUSET,
                .outcome = OUTCOME_BUSY,
        };
        int r = delegation_state_add_drop_in(ret, &drop_in);

        return r < 0 ? r : delegation_state_add_manager(ret, &manager);
}

static int operate(const DelegationRequest *request, Trouble *trouble) {
        record("begin", request);
        if (behaviour == OPERATION_DIE_LAST)
                take_descriptors();
        if (behaviour == OPERATION_DIE || behaviour == OPERATION_DIE_LAST)
                (void) raise(SIGKILL);
        if (behaviour == OPERATION_GATED)
                wait_at_gate();
        record("end", request);

        return behaviour == OPERATION_FAIL ? trouble_set(trouble, -EEXIST, "not\nours: \xff") : 0;
}

int operation_change(const DelegationRequest *request, DelegationState *ret, Trouble *trouble) {
        int r = operate(request, trouble);

        if (behaviour == OPERATION_FAIL_LATE) {
                ret->effect = DELEGATION_CHANGED | DELEGATION_RELOADED;
                return trouble_set(trouble, -EIO, "the second could not be written");
        }
        if (r >= 0)
                ret->effect =
                        behaviour == OPERATION_IDLE ? request->spare ? 0 : DELEGATION_RELOADED : DELEGATION_CHANGED;
        if (behaviour == OPERATION_IDLE && request->spare)
                record("spared", request);

        return r;
}

int operation_repair(const DelegationRequest *request, DelegationState *ret, Trouble *trouble _unused_) {
        record("repair", request);
        ret->effect = DELEGATION_RELOADED;
        return 0;
}

int operation_finish(const DelegationRequest *request, DelegationState *ret, Trouble *trouble) {
        int r;

        if (request->operation == DELEGATION_GET) {
                r = operate(request, trouble);
                return r < 0 ? r : fill(request, ret);
        }

        if (behaviour == OPERATION_SLOW_FINISH) {
                record("finish", request);
                if (request->uid != 0)
                        wait_at_gate();
                record("finished", request);
        }

        return fill(request, ret);
}

static void block_signals(void) {
        sigset_t signals;

        (void) sigemptyset(&signals);
        (void) sigaddset(&signals, SIGTERM);
        (void) sigaddset(&signals, SIGINT);
        (void) sigaddset(&signals, SIGCHLD);
        (void) sigprocmask(SIG_BLOCK, &signals, NULL);
}

int service_test_serve(char *arguments[]) {
        ServiceOptions options;
        uint64_t *const numbers[] = {
                &options.idle,
                &options.timeouts.look_up,
                &options.timeouts.work,
                &options.timeouts.authorize,
                &options.timeouts.interactive,
        };
        _cleanup_trouble_ Trouble trouble = {};
        Service *service = NULL;
        sd_event *event = NULL;
        int r;

        directory = arguments[0];
        behaviour = (FakeOperation) atoi(arguments[1]);
        for (size_t i = 0; i < ELEMENTSOF(numbers); i++)
                *numbers[i] = g_ascii_strtoull(arguments[i + 2], NULL, 10);

        log_set_program("cgscoped");
        block_signals();
        r = sd_event_default(&event);
        if (r >= 0)
                r = service_new(event, &options, &service, &trouble);
        if (r < 0)
                log_error_errno(r, "%s", trouble.cause ?: "no service");
        else
                r = sd_event_loop(event);

        service_free(service);
        (void) sd_event_unref(event);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
