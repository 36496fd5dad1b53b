/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "basic/macros.h"

/* spawn-floor DIRECTORY COMMAND…
 *
 * The floor of `exec --create --remove`: makes a group, starts the command right in it, waits, and removes the group.
 * It limits, counts and reports nothing. */

static pid_t spawn(int group, char *argv[]) {
        struct clone_args args = {
                .flags = CLONE_INTO_CGROUP | CLONE_VFORK,
                .exit_signal = SIGCHLD,
                .cgroup = (uint64_t) group,
        };
        pid_t pid = (pid_t) syscall(SYS_clone3, &args, sizeof(args));

        if (pid == 0) {
                (void) execvp(argv[0], argv);
                _exit(127);
        }

        return pid;
}

int main(int argc, char *argv[]) {
        int group, status = EXIT_FAILURE;
        pid_t pid;

        if (argc < 3 || mkdir(argv[1], 0755) < 0)
                return EXIT_FAILURE;

        group = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        pid = group < 0 ? -1 : spawn(group, argv + 2);
        if (pid > 0)
                (void) waitpid(pid, &status, 0);

        return rmdir(argv[1]) < 0 || pid < 0 || status != 0;
}
