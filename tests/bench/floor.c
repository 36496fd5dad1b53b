/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <limits.h>
#include <sys/random.h>
#include <systemd/sd-bus.h>

#include "basic/macros.h"

/* The floor of the benchmark: the least that a C program can do to run a command in a delegated scope without leaving
 * an empty one behind. It opens the bus, calls StartTransientUnit, waits for its job and executes. It checks nothing
 * that it was given, makes no leaf, and is not to be used for anything but as a measure. */

#define SYSTEMD_NAME "org.freedesktop.systemd1"
#define SYSTEMD_PATH "/org/freedesktop/systemd1"
#define SYSTEMD_MANAGER SYSTEMD_NAME ".Manager"

typedef struct Wait {
        char job[PATH_MAX];
        bool done;
} Wait;

static int on_job_removed(sd_bus_message *m, void *userdata, sd_bus_error *error _unused_) {
        Wait *wait = userdata;
        const char *job, *unit, *result;
        uint32_t id;

        if (sd_bus_message_read(m, "uoss", &id, &job, &unit, &result) >= 0 && streq(job, wait->job))
                wait->done = true;
        return 0;
}

static int start_scope(sd_bus *bus, Wait *wait, sd_bus_error *error) {
        sd_bus_message *call = NULL, *reply = NULL;
        const char *job;
        uint64_t random;
        char name[64];
        int r;

        if (getrandom(&random, sizeof(random), 0) != (ssize_t) sizeof(random))
                return -EIO;
        (void) snprintf(name, sizeof(name), "floor-%016" PRIx64 ".scope", random);

        r = sd_bus_message_new_method_call(bus, &call, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                           "StartTransientUnit");
        if (r >= 0)
                r = sd_bus_message_append(call, "ssa(sv)a(sa(sv))", name, "fail", 3, "PIDs", "au", 1,
                                          (uint32_t) getpid(), "Delegate", "b", 1, "CollectMode", "s",
                                          "inactive-or-failed", 0);
        if (r >= 0)
                r = sd_bus_call(bus, call, 0, error, &reply);
        if (r >= 0)
                r = sd_bus_message_read(reply, "o", &job);
        if (r >= 0)
                (void) snprintf(wait->job, sizeof(wait->job), "%s", job);

        sd_bus_message_unref(reply);
        sd_bus_message_unref(call);
        return r;
}

/* The match is answered before the call is made, so the signal cannot have come before the job is known. */
static int run(sd_bus **bus, sd_bus_error *error) {
        Wait wait = {};
        int r;

        r = geteuid() == 0 ? sd_bus_open_system(bus) : sd_bus_open_user(bus);
        if (r >= 0)
                r = sd_bus_match_signal(*bus, NULL, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER, "JobRemoved",
                                        on_job_removed, &wait);
        if (r >= 0)
                r = start_scope(*bus, &wait, error);

        while (r >= 0 && !wait.done) {
                r = sd_bus_process(*bus, NULL);
                if (r == 0)
                        r = sd_bus_wait(*bus, UINT64_MAX);
        }

        return r;
}

int main(int argc, char *argv[]) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus *bus = NULL;
        int r;

        if (argc < 2) {
                fprintf(stderr, "floor: no command given\n");
                return 125;
        }

        r = run(&bus, &error);
        if (r < 0) {
                fprintf(stderr, "floor: %s\n", error.message ?: strerror(-r));
                return 125;
        }

        (void) execvp(argv[1], argv + 1);
        fprintf(stderr, "floor: %s: %s\n", argv[1], strerror(errno));
        return 127;
}
