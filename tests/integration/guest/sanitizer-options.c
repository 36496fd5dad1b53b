/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Linked into all that is built with the sanitizers: so this applies whatever becomes of the environment. A report goes
 * to a file, where no test takes it for a message, and run-cases.sh looks for it after each. */

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OPTIONS                                                                          \
        "log_path=/opt/cgscope/sanitizer/report:handle_sigill=1:strict_string_checks=1:" \
        "detect_stack_use_after_return=1"

__attribute__((visibility("default"))) const char *__asan_default_options(void);

/* The library's functions are not yet what they will be: so all is done by hand. */
static bool contains(const char *text, const char *part) {
        for (; *text; text++) {
                size_t i = 0;

                while (part[i] && text[i] == part[i])
                        i++;
                if (!part[i])
                        return true;
        }

        return false;
}

static bool proc_is_own(void) {
        char link[16] = "";
        long pid = 0;

        (void) syscall(SYS_readlinkat, AT_FDCWD, "/proc/self", link, sizeof(link) - 1);
        for (const char *p = link; *p; p++)
                pid = 10 * pid + *p - '0';
        return pid == syscall(SYS_getpid);
}

/* Who looks for leaks stops the process by ptrace(2), and finds it in /proc: its own number is to be there, no filter
 * of system calls, and nobody who traces it. */
static bool can_look_for_leaks(void) {
        char status[4096];
        long fd = syscall(SYS_openat, AT_FDCWD, "/proc/self/status", O_RDONLY);
        long n = syscall(SYS_read, fd, status, sizeof(status) - 1);

        (void) syscall(SYS_close, fd);
        status[n < 0 ? 0 : n] = '\0';
        return proc_is_own() && contains(status, "\nTracerPid:\t0\n") && contains(status, "\nSeccomp:\t0\n");
}

const char *__asan_default_options(void) {
        return can_look_for_leaks() ? OPTIONS : OPTIONS ":detect_leaks=0";
}
