/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscoped/worker.h"

#include <assert.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "basic/child.h"
#include "basic/fd.h"
#include "basic/user-name.h"
#include "cgscoped/worker-result.h"

struct Worker {
        pid_t pid;
        WorkerResult *result; /* not to be looked at before it has ended */
        sd_event_source *child, *timer;
        bool timed_out;

        WorkerFunction done;
        void *userdata;
};

/* In the child. */

/* The parent's connections and its event loop are memory without a meaning here: nothing may touch them, flush them
 * least of all. Their descriptors are closed.
 *
 * What is asked for is done whole, also where the service is stopped or killed meanwhile: the drop-in would be safe at
 * any point, but a manager that has been told to look again is to be waited for. So there is no PR_SET_PDEATHSIG, and
 * the signals that ask the service to stop do not concern a worker. */
static void forget_parent(int fd) {
        static const int ignored[] = { SIGTERM, SIGINT, SIGHUP };
        sigset_t none;

        if (fd > STDERR_FILENO + 1)
                (void) close_range(STDERR_FILENO + 1, (unsigned) fd - 1, 0);
        (void) close_range((unsigned) fd + 1, ~0U, 0);

        for (size_t i = 0; i < ELEMENTSOF(ignored); i++)
                (void) signal(ignored[i], SIG_IGN);
        (void) sigemptyset(&none);
        (void) sigprocmask(SIG_SETMASK, &none, NULL);
}

static _noreturn_ void work(int fd, WorkerJob job, const DelegationRequest *request, WorkerResult *result) {
        DelegationState state = {};
        Trouble trouble = {};
        char go;
        int r;

        forget_parent(fd);

        /* Nothing is begun that the service says it cannot start. */
        if (read(fd, &go, sizeof(go)) != sizeof(go))
                _exit(EXIT_FAILURE);

        r = job(request, &state, &trouble);
        worker_result_write(result, r, &state, &trouble);
        _exit(EXIT_SUCCESS);
}

/* In the service. */

static int on_timeout(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        Worker *worker = userdata;

        worker->timed_out = true;
        (void) kill(worker->pid, SIGKILL); /* not reaped yet, so the PID is still its own */
        return 0;
}

static int on_ended(sd_event_source *source _unused_, const siginfo_t *info, void *userdata) {
        Worker *worker = userdata;
        WorkerResult *result = worker->result;
        const DelegationState state = worker_result_state(result);

        (void) sd_event_source_set_enabled(worker->timer, SD_EVENT_OFF); /* its PID may be reused from now on */

        if (worker->timed_out)
                worker->done(-ETIMEDOUT, NULL, "it took too long and was ended; see journalctl --unit cgscoped",
                             worker->userdata);
        else if (info->si_code != CLD_EXITED || info->si_status != EXIT_SUCCESS || !worker_result_is_sane(result))
                worker->done(-EIO, NULL, "the worker ended without a word; see journalctl --unit cgscoped",
                             worker->userdata);
        else
                worker->done(result->error, &state, *result->message ? result->message : NULL, worker->userdata);

        return 0;
}

static int watch(Worker *worker, sd_event *event, uint64_t timeout) {
        int r;

        r = sd_event_add_child(event, &worker->child, worker->pid, WEXITED, on_ended, worker);
        if (r < 0) {
                (void) kill(worker->pid, SIGKILL);
                (void) child_wait(worker->pid, NULL);
                return r;
        }

        r = sd_event_source_set_child_process_own(worker->child, true);
        if (r < 0)
                return r;

        return sd_event_add_time_relative(event, &worker->timer, CLOCK_MONOTONIC, timeout, 0, on_timeout, worker);
}

static void worker_freep(Worker **worker) {
        worker_free(*worker);
}

int worker_start(sd_event *event, WorkerJob job, const DelegationRequest *request, uint64_t timeout,
                 WorkerFunction done, void *userdata, Worker **ret) {
        _cleanup_(worker_freep) Worker *worker = NULL;
        _cleanup_close_ int from = -EBADF, to = -EBADF;
        int fds[2], r;

        assert(job && done);

        worker = calloc(1, sizeof(*worker));
        if (!worker)
                return -ENOMEM;
        *worker = (Worker) { .done = done, .userdata = userdata };

        worker->result = mmap(NULL, sizeof(WorkerResult), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (worker->result == MAP_FAILED)
                return -errno;
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
                return -errno;
        to = fds[0];
        from = fds[1];

        worker->pid = fork();
        if (worker->pid < 0)
                return -errno;
        if (worker->pid == 0)
                work(from, job, request, worker->result);

        r = watch(worker, event, timeout);
        if (r < 0)
                return r;
        if (send(to, "", 1, MSG_NOSIGNAL) < 0)
                return -errno;

        *ret = TAKE_PTR(worker);
        return 0;
}

void worker_free(Worker *worker) {
        if (!worker)
                return;

        /* One that is still running is killed and reaped by the first of them, whose own it is. */
        (void) sd_event_source_disable_unref(worker->child);
        (void) sd_event_source_disable_unref(worker->timer);
        (void) munmap(worker->result, sizeof(WorkerResult));
        free(worker);
}

int user_look_up(const DelegationRequest *request, DelegationState *ret _unused_, Trouble *trouble) {
        uid_t uid = (uid_t) request->uid;
        const char *name;
        int r = user_name_find(uid, &name);

        if (r == -ESRCH)
                return trouble_set(trouble, r, "there is no user with uid %u; see getent passwd", (unsigned) uid);
        if (r < 0)
                return trouble_set(trouble, r, "cannot look uid %u up in the user database: %s", (unsigned) uid,
                                   strerror(-r));

        return trouble_set(trouble, 0, "%s", name);
}
