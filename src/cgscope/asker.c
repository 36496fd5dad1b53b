/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asker.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/wait.h>

#include "basic/fd.h"
#include "basic/log.h"
#include "config.h"

typedef struct Answer {
        int error;
        ScopeResult result;
} Answer;

/* Beside the program, as in the build directory, or where it is installed. */
static int module_path(char *path, size_t size) {
        ssize_t n = readlink("/proc/self/exe", path, size - sizeof(ASKING_MODULE));
        char *slash;

        if (n > 0) {
                path[n] = '\0';
                slash = strrchr(path, '/');
                (void) stpcpy(slash + 1, ASKING_MODULE);
                if (access(path, R_OK) == 0)
                        return 0;
        }

        return snprintf(path, size, MODULE_DIR "/" ASKING_MODULE) < (int) size ? 0 : -ENAMETOOLONG;
}

static const Asking *load_asking(void) {
        char path[PATH_MAX];
        const Asking *asking = NULL;
        void *module = NULL;

        if (module_path(path, sizeof(path)) >= 0)
                module = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
        if (module)
                asking = dlsym(module, ASKING_SYMBOL);
        if (!asking)
                log_error("cannot load the part that speaks to systemd (is libsystemd installed?): %s", dlerror());

        return asking;
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

/* The asking process. It tells what came of it before it cleans up: the other one is waiting. */
static _noreturn_ void run_asker(const ManagerOptions *options, AskFunction ask, void *userdata, int writer) {
        const Asking *asking = load_asking();
        Answer answer = { .error = -ELIBACC };
        Manager *manager = NULL;
        char *message = NULL;

        if (!asking)
                goto finish;

        (void) signal(SIGPIPE, SIG_IGN);

        answer.error = asking->manager_open(options, &manager, &message);
        if (answer.error >= 0) {
                /* Only now: a password agent needs our terminal. */
                (void) setsid();
                answer.error = ask(asking, manager, userdata, &answer.result, &message);
        }

        if (answer.error < 0 && message)
                log_error("%s", message);
        else if (answer.error < 0 && answer.error != -ECANCELED)
                log_error_errno(answer.error, "cannot ask for the scope");

finish:
        (void) write_all(writer, &answer, sizeof(answer));

        /* What failed may have a last message to flush; else the kernel clears up faster. */
        if (answer.error < 0 && manager)
                asking->manager_free(manager);
        _exit(EXIT_SUCCESS);
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
        if (pid == 0)
                run_asker(options, ask, userdata, writer);

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
