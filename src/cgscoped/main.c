/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <malloc.h>
#include <signal.h>

#include "basic/log.h"
#include "cgscoped/service.h"
#include "config.h"

#define STATUS_USAGE 2

static int print_help(void) {
        printf("cgscoped\n\n"
               "The service that hands cgroup controllers to users' managers, for cgscope enable\n"
               "and disable: org.cgscope.Delegation1 on the system bus. Not to be started by hand.\n\n"
               "  -h --help     Show this help\n"
               "     --version  Show the version\n\n"
               "See cgscoped(8) for details.\n");
        return EXIT_SUCCESS;
}

static int block_signals(void) {
        sigset_t signals;

        (void) sigemptyset(&signals);
        (void) sigaddset(&signals, SIGTERM);
        (void) sigaddset(&signals, SIGINT);
        (void) sigaddset(&signals, SIGCHLD);
        return sigprocmask(SIG_BLOCK, &signals, NULL) < 0 ? -errno : 0;
}

/* The largest message is given back whole when it was dealt with; malloc() would else learn to keep blocks of its size.
 */
#define LARGE_BLOCK (128 * 1024)

static int serve(void) {
        _cleanup_(sd_event_unrefp) sd_event *event = NULL;
        _cleanup_(service_freep) Service *service = NULL;
        Trouble trouble = {};
        int r;

        (void) mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);

        r = block_signals();
        if (r < 0)
                return log_error_errno(r, "cannot block signals");
        r = sd_event_default(&event);
        if (r < 0)
                return log_error_errno(r, "cannot make an event loop");
        r = service_new(event, &service_defaults, &service, &trouble);
        if (r < 0)
                return log_trouble(r, &trouble);

        return sd_event_loop(event);
}

int main(int argc, char *argv[]) {
        const char *option = argc > 1 ? argv[1] : NULL;

        log_set_program("cgscoped");
        log_set_service();

        if (option && (streq(option, "-h") || streq(option, "--help")))
                return print_help();
        if (option && streq(option, "--version")) {
                printf("cgscoped %s\n", CGSCOPE_VERSION);
                return EXIT_SUCCESS;
        }
        if (option)
                return log_refuse(STATUS_USAGE, "'%s' is not known here; see cgscoped --help", option);
        if (geteuid() != 0) {
                log_error("only root can hand controllers to users; systemctl start cgscoped");
                return EXIT_FAILURE;
        }

        return serve() < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
