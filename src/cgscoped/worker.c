/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscoped/worker.h"

#include <assert.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "basic/child.h"
#include "basic/fd.h"
#include "systemd/delegation-message.h"

/* Of the text: two paths of PATH_MAX and a sentence. */
#define MESSAGE_MAX 9000

/* What comes through the socket: this, then the drop-ins, the managers and the text. Both ends are the same program at
 * the same moment: the structures go as they are. */
typedef struct WorkerHeader {
        int32_t error;
        uint32_t message_length;
        uint32_t effect;
        uint64_t n_drop_ins, n_managers;
} WorkerHeader;

#define OUTPUT_MAX \
        (sizeof(WorkerHeader) + MESSAGE_MAX + \
         DELEGATION_STATE_ROWS_MAX * (sizeof(DelegationDropIn) + sizeof(DelegationManager)))

struct Worker {
        pid_t pid;
        int fd; /* our end of the socket */
        sd_event_source *child, *output, *timer;
        bool timed_out, overflowed;

        char *buffer;
        size_t length, size;

        WorkerFunction done;
        void *userdata;
};

/* In the child. */

static void write_all(int fd, const void *data, size_t size) {
        for (const char *p = data; size > 0;) {
                ssize_t n = write(fd, p, size);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0) /* the service is gone: there is nobody to tell */
                        _exit(EXIT_FAILURE);

                p += n;
                size -= (size_t) n;
        }
}

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

/* Nothing is begun that the service says it cannot start. */
static void wait_for_go(int fd) {
        char byte;
        ssize_t n;

        do
                n = read(fd, &byte, sizeof(byte));
        while (n < 0 && errno == EINTR);
        if (n <= 0)
                _exit(EXIT_FAILURE);
}

static _noreturn_ void work(int fd, WorkerJob job, const DelegationRequest *request) {
        DelegationState state = {};
        Trouble trouble = {};
        char *message;
        WorkerHeader header;
        int r;

        forget_parent(fd);
        wait_for_go(fd);
        r = job(request, &state, &trouble);
        message = trouble.cause ? trouble_text(&trouble, r) : NULL;

        if (state.n_drop_ins > DELEGATION_STATE_ROWS_MAX || state.n_managers > DELEGATION_STATE_ROWS_MAX)
                r = -E2BIG;
        header = (WorkerHeader) {
                .error = r < 0 ? r : 0,
                .message_length = message ? (uint32_t) strnlen(message, MESSAGE_MAX) : 0,
                .effect = state.effect,
                .n_drop_ins = r < 0 ? 0 : state.n_drop_ins,
                .n_managers = r < 0 ? 0 : state.n_managers,
        };

        write_all(fd, &header, sizeof(header));
        write_all(fd, state.drop_ins, header.n_drop_ins * sizeof(*state.drop_ins));
        write_all(fd, state.managers, header.n_managers * sizeof(*state.managers));
        write_all(fd, message, header.message_length);
        _exit(EXIT_SUCCESS);
}

/* In the service. */

static bool boolean_is_sane(const bool *value) {
        unsigned char byte;

        memcpy(&byte, value, sizeof(byte));
        return byte <= 1;
}

static bool state_is_sane(const DelegationState *state) {
        for (size_t i = 0; i < state->n_drop_ins; i++)
                if (!boolean_is_sane(&state->drop_ins[i].runtime) ||
                    (unsigned) state->drop_ins[i].kind > DROP_IN_FOREIGN)
                        return false;

        for (size_t i = 0; i < state->n_managers; i++)
                if ((unsigned) state->managers[i].outcome >= _OUTCOME_MAX)
                        return false;

        return true;
}

/* Takes apart what was read, which ends with NUL. The outputs are borrowed from it. False: it makes no sense. */
static bool decode(Worker *worker, int *ret, DelegationState *ret_state, const char **ret_message) {
        size_t left = worker->length;
        WorkerHeader header;
        char *p;

        if (worker->overflowed || left < sizeof(header))
                return false;
        memcpy(&header, worker->buffer, sizeof(header));
        left -= sizeof(header);
        p = worker->buffer + sizeof(header);

        if (header.error > 0 || header.error < -4095 ||
            header.effect > (DELEGATION_CHANGED | DELEGATION_RELOADED) ||
            header.n_drop_ins > DELEGATION_STATE_ROWS_MAX || header.n_managers > DELEGATION_STATE_ROWS_MAX ||
            left != header.n_drop_ins * sizeof(DelegationDropIn) + header.n_managers * sizeof(DelegationManager) +
                    header.message_length)
                return false;

        *ret_state = (DelegationState) {
                .drop_ins = (DelegationDropIn *) p,
                .n_drop_ins = header.n_drop_ins,
                .managers = (DelegationManager *) (p + header.n_drop_ins * sizeof(DelegationDropIn)),
                .n_managers = header.n_managers,
                .effect = header.effect,
        };
        if (!state_is_sane(ret_state))
                return false;

        *ret_message = header.message_length > 0 ? worker->buffer + worker->length - header.message_length : NULL;
        *ret = header.error;
        return true;
}

/* Reads what is there. False: no more will come. */
static bool read_output(Worker *worker) {
        for (;;) {
                ssize_t n;

                if (worker->length + 1 >= worker->size) {
                        size_t size = worker->size ? 2 * worker->size : 4096;
                        char *larger = size <= 2 * OUTPUT_MAX ? realloc(worker->buffer, size) : NULL;

                        if (!larger)
                                return worker->overflowed = true, false;
                        worker->buffer = larger;
                        worker->size = size;
                }

                n = read(worker->fd, worker->buffer + worker->length, worker->size - worker->length - 1);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 && errno == EAGAIN;
                worker->length += (size_t) n;
                worker->buffer[worker->length] = '\0';
        }
}

static int on_output(sd_event_source *source, int fd _unused_, uint32_t events _unused_, void *userdata) {
        Worker *worker = userdata;

        if (read_output(worker))
                return 0;

        if (worker->overflowed)
                (void) kill(worker->pid, SIGKILL);
        return sd_event_source_set_enabled(source, SD_EVENT_OFF);
}

static int on_timeout(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        Worker *worker = userdata;

        worker->timed_out = true;
        (void) kill(worker->pid, SIGKILL); /* not reaped yet: the number is still its own */
        return 0;
}

static int on_ended(sd_event_source *source _unused_, const siginfo_t *info, void *userdata) {
        Worker *worker = userdata;
        DelegationState state = {};
        bool lost = true;
        const char *message;
        int r;

        (void) read_output(worker);
        (void) sd_event_source_set_enabled(worker->timer, SD_EVENT_OFF); /* the number is anybody's from now on */

        if (worker->timed_out) {
                r = -ETIMEDOUT;
                message = "it took too long and was ended; see journalctl --unit cgscoped";
        } else if (info->si_code != CLD_EXITED || info->si_status != EXIT_SUCCESS ||
                   !decode(worker, &r, &state, &message)) {
                r = -EIO;
                message = "the worker ended without a word; see journalctl --unit cgscoped";
        } else
                lost = false;

        worker->done(r, lost ? NULL : &state, message, worker->userdata);
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
        r = sd_event_add_io(event, &worker->output, worker->fd, EPOLLIN, on_output, worker);
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
        _cleanup_close_ int to = -EBADF;
        int fds[2], r;

        assert(job && done);

        worker = calloc(1, sizeof(*worker));
        if (!worker)
                return -ENOMEM;
        *worker = (Worker) { .fd = -EBADF, .done = done, .userdata = userdata };

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
                return -errno;
        worker->fd = fds[0];
        to = fds[1];
        if (fcntl(worker->fd, F_SETFL, O_NONBLOCK) < 0)
                return -errno;

        worker->pid = fork();
        if (worker->pid < 0)
                return -errno;
        if (worker->pid == 0)
                work(to, job, request);

        r = watch(worker, event, timeout);
        if (r < 0)
                return r;
        if (send(worker->fd, "", 1, MSG_NOSIGNAL) < 0)
                return -errno;

        *ret = TAKE_PTR(worker);
        return 0;
}

void worker_free(Worker *worker) {
        if (!worker)
                return;

        /* One that is still running is killed and reaped by the first of them, whose own it is. */
        (void) sd_event_source_disable_unref(worker->child);
        (void) sd_event_source_disable_unref(worker->output);
        (void) sd_event_source_disable_unref(worker->timer);
        (void) fd_close(worker->fd);
        free(worker->buffer);
        free(worker);
}
