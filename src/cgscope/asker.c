/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asker.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "basic/fd.h"
#include "basic/log.h"

typedef struct Answer {
        int error;
        ScopeResult result;
} Answer;

/* Found by the program's run path: the build directory, or where it is installed. */
static const Asking *load_asking(void) {
        void *module = dlopen(ASKING_MODULE, RTLD_LAZY | RTLD_LOCAL);
        const Asking *asking = module ? dlsym(module, ASKING_SYMBOL) : NULL;

        if (!asking)
                log_error("cannot load the part that speaks to systemd (is libsystemd installed?): %s", dlerror());

        return asking;
}

static int ask_manager(const ManagerOptions *options, AskFunction ask, void *userdata, ScopeResult *ret) {
        _cleanup_free_ char *message = NULL;
        const Asking *asking = load_asking();
        Manager *manager = NULL;
        int r;

        if (!asking)
                return -ELIBACC;

        r = asking->manager_open(options, &manager, &message);
        if (r >= 0) {
                /* Only now: a password agent needs our terminal. */
                (void) setsid();
                r = ask(asking, manager, userdata, ret, &message);
        }

        if (r < 0 && message)
                log_error("%s", message);
        else if (r < 0 && r != -ECANCELED)
                log_error_errno(r, "cannot ask for the scope");

        asking->manager_free(manager);
        return r;
}

static bool write_all(int fd, const void *data, size_t size) {
        for (const char *p = data; size > 0;) {
                ssize_t n = write(fd, p, size);

                if (n < 0 && errno != EINTR)
                        return false;
                if (n > 0)
                        p += n, size -= (size_t) n;
        }

        return true;
}

int asker_start(Asker *asker, const ManagerOptions *options, AskFunction ask, void *userdata) {
        _cleanup_close_ int reader = -EBADF, writer = -EBADF;
        int fds[2];
        pid_t pid;

        if (pipe2(fds, O_CLOEXEC) < 0)
                return log_error_errno(-errno, "cannot make a pipe");
        reader = fds[0];
        writer = fds[1];

        pid = fork();
        if (pid < 0)
                return log_error_errno(-errno, "cannot start the process that asks the manager");
        if (pid == 0) {
                Answer answer = {};

                (void) signal(SIGPIPE, SIG_IGN);
                answer.error = ask_manager(options, ask, userdata, &answer.result);
                (void) write_all(writer, &answer, sizeof(answer));
                _exit(EXIT_SUCCESS);
        }

        *asker = (Asker) { .pid = pid, .reader = TAKE_FD(reader) };
        return 0;
}

int asker_wait(Asker *asker, ScopeResult *ret) {
        Answer answer;
        size_t size = 0;

        while (size < sizeof(answer)) {
                ssize_t n = read(asker->reader, (char *) &answer + size, sizeof(answer) - size);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        break;
                size += (size_t) n;
        }
        asker->reader = fd_close(asker->reader);

        if (size < sizeof(answer)) {
                log_error("the process that asks the manager was killed");
                return -ECHILD;
        }
        if (answer.error < 0)
                return answer.error;

        *ret = answer.result;
        return 0;
}

void asker_reap(Asker *asker) {
        if (asker->pid <= 0)
                return;

        while (waitpid(asker->pid, NULL, 0) < 0 && errno == EINTR)
                ;
        asker->pid = 0;
}
