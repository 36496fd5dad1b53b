/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* deny-call CALL ERROR COMMAND…: the command, for which one system call answers with an error, as it does under an old
 * kernel (ENOSYS) or under the filter of a container (EPERM). Without words: the names of the calls that it knows. */

#include <err.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Those of what strace(1) shows that are newer than Linux 5.3, and the older ones that filters are known to forbid. */
static const struct {
        const char *name;
        unsigned number;
} calls[] = {
        { "statx", SYS_statx },                         /* 4.11 */
        { "pidfd_send_signal", SYS_pidfd_send_signal }, /* 5.1 */
        { "fsopen", SYS_fsopen },                       /* 5.2 */
        { "fsmount", SYS_fsmount },                     /* 5.2 */
        { "clone3", SYS_clone3 },                       /* 5.3 */
        { "pidfd_open", SYS_pidfd_open },               /* 5.3 */
        { "openat2", SYS_openat2 },                     /* 5.6 */
        { "faccessat2", SYS_faccessat2 },               /* 5.8 */
        { "close_range", SYS_close_range },             /* 5.9 */
};

static void deny(unsigned call, unsigned error) {
        struct sock_filter filter[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        struct sock_fprog program = { .len = sizeof(filter) / sizeof(*filter), .filter = filter };

        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
                err(1, "cannot install the filter");
}

int main(int argc, char *argv[]) {
        for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
                if (argc < 4)
                        puts(calls[i].name);
                else if (strcmp(argv[1], calls[i].name) == 0)
                        deny(calls[i].number, strcmp(argv[2], "ENOSYS") == 0 ? ENOSYS : EPERM);

        if (argc < 4)
                return 0;
        (void) execvp(argv[3], argv + 3);
        err(1, "cannot execute %s", argv[3]);
}
