/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/scope/run-stop.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/wait.h>

#include "basic/clock.h"
#include "basic/fd.h"
#include "basic/log.h"
#include "cgroup/control.h"
#include "cgscope/scope/run-limits.h"

/* How much later than we the manager kills. Its timers may be late by a part of a second, on purpose. */
#define MARGIN_USEC (5 * USEC_PER_SEC)
#define LATE_USEC (USEC_PER_SEC / 2)

static bool is_word(const PropertyList *list, const char *name, const char *word) {
        const PropertyValue *value = property_of(list, name);

        return value && streq(value->string, word);
}

static int signal_of(const PropertyList *list, const char *name, int otherwise) {
        const PropertyValue *value = property_of(list, name);

        return value ? value->int32 : otherwise;
}

static uint64_t add_usec(uint64_t usec, uint64_t more) {
        return usec >= USEC_INFINITY - more ? USEC_INFINITY : usec + more;
}

/* What the manager would do: KillMode= and its companions. A scope has no main process that KillMode=mixed would ask
 * first, or that KillMode=process would kill. */
static void plan_signals(const PropertyList *asked, Stop *stop) {
        const PropertyValue *kill = property_of(asked, "SendSIGKILL"), *hang_up = property_of(asked, "SendSIGHUP");
        bool spares = is_word(asked, "KillMode", "process") || is_word(asked, "KillMode", "none");

        stop->signal = signal_of(asked, "KillSignal", SIGTERM);
        stop->hangs_up = hang_up && hang_up->boolean;
        stop->asks = !spares && !is_word(asked, "KillMode", "mixed") && stop->signal != SIGKILL;
        stop->kills = !spares && (!kill || kill->boolean) && signal_of(asked, "FinalKillSignal", SIGKILL) == SIGKILL;
}

/* The manager would draw it, and not say what it drew. */
static void draw_extra(const PropertyList *asked, PropertyValue *runtime) {
        PropertyValue *extra = property_of(asked, "RuntimeRandomizedExtraSec");
        uint64_t number;

        if (!extra || extra->uint64 == 0 || getrandom(&number, sizeof(number), 0) != sizeof(number))
                return;

        runtime->uint64 = add_usec(runtime->uint64, number % extra->uint64);
        extra->uint64 = 0;
}

static int find_timeout(Run *run) {
        const PropertyValue *given = property_of(&run->asked, "TimeoutStopSec");

        if (given) {
                run->stop.timeout = given->uint64;
                return 0;
        }

        return client_call(&run->ask.client, manager_stop_timeout, &run->stop.timeout);
}

static int ask_for_timeout(Run *run, uint64_t usec) {
        PropertyValue *given = property_of(&run->asked, "TimeoutStopSec");
        char assignment[64];
        int r;

        if (given) {
                given->uint64 = usec;
                return 0;
        }
        if (usec == USEC_INFINITY)
                return 0;

        (void) snprintf(assignment, sizeof(assignment), "TimeoutStopSec=%" PRIu64 "us", usec);
        r = property_list_add(&run->added, assignment, NULL);
        return r < 0 ? log_error_errno(r, "cannot ask for TimeoutStopSec") : 0;
}

/* The manager asks those in the scope to end, and is to wait a little longer than we until it kills. Where it would ask
 * nobody, it is to be late altogether. */
static int plan_time_limit(Run *run) {
        PropertyValue *runtime = property_of(&run->asked, "RuntimeMaxSec");
        Stop *stop = &run->stop;

        if (!runtime)
                return 0;

        draw_extra(&run->asked, runtime);
        stop->runtime = runtime->uint64;
        stop->earliest = deadline_after(stop->runtime);
        if (!stop->kills || stop->runtime == USEC_INFINITY)
                return 0;

        if (!stop->asks) {
                runtime->uint64 = add_usec(runtime->uint64, MARGIN_USEC);
                return 0;
        }

        return ask_for_timeout(run, add_usec(stop->timeout, MARGIN_USEC));
}

/* A manager that hears of one more process killed, while it waits for the others to end, kills all: so it is to do
 * nothing, and we do it. */
static void plan_oom(Run *run) {
        PropertyValue *policy = property_of(&run->asked, "OOMPolicy");

        if (!policy || streq(policy->string, "continue"))
                return;

        run->stop.oom = true;
        run->stop.oom_kills = streq(policy->string, "kill");
        policy->string = (char *) "continue";
}

int run_plan_stop(Run *run) {
        int r;

        plan_signals(&run->asked, &run->stop);
        plan_oom(run);

        if (run->stop.oom || property_of(&run->asked, "RuntimeMaxSec")) {
                r = find_timeout(run);
                if (r < 0)
                        return r;
        }

        return plan_time_limit(run);
}

void run_begin_stop(Run *run) {
        run->stop.latest = run->stop.deadline = deadline_after(run->stop.runtime);
}

/* How many were killed for want of memory in the scope so far. From this descriptor, or poll(2) would go on to say that
 * there is something new. */
static uint64_t read_kills(int events) {
        static const char name[] = "\noom_kill ";
        char text[512];
        ssize_t n = events < 0 ? 0 : pread(events, text, sizeof(text) - 1, 0);
        const char *line;

        text[n > 0 ? n : 0] = '\0';
        line = strstr(text, name);
        return line ? strtoull(line + strlen(name), NULL, 10) : 0;
}

static bool has_met_oom(const Stop *stop) {
        return stop->oom && read_kills(stop->events) > stop->kills_before;
}

/* As the manager does it: who is stopped is to see the signal, too. */
static void ask_to_end(const Run *run) {
        const Stop *stop = &run->stop;
        const int signals[] = { stop->signal, SIGCONT, stop->hangs_up ? SIGHUP : 0 };

        for (size_t i = 0; i < ELEMENTSOF(signals); i++)
                if (signals[i] > 0)
                        group_signal_beside(run->scope.group.fd, run->scope.supervisor, signals[i]);
}

/* When all that is left is to be killed. What OOMPolicy=kill says, the kernel has done in the leaf. */
static uint64_t stop_for_oom(Run *run) {
        Stop *stop = &run->stop;
        bool asks = stop->asks && !stop->oom_kills;

        stop->stopped_by = "OOMPolicy";
        if (asks)
                ask_to_end(run);
        if (!stop->kills)
                return USEC_INFINITY;

        return asks ? deadline_after(stop->timeout) : now_usec();
}

static uint64_t stop_for_time(Stop *stop) {
        stop->stopped_by = "RuntimeMaxSec";
        if (!stop->kills)
                return USEC_INFINITY;

        return stop->asks ? deadline_after(add_usec(stop->timeout, LATE_USEC)) : now_usec();
}

static uint64_t wake(void *userdata) {
        Run *run = userdata;
        Stop *stop = &run->stop;
        bool due = deadline_left(stop->deadline) == 0, oom = has_met_oom(stop);

        if (!stop->stopped_by && (oom || due))
                stop->deadline = oom ? stop_for_oom(run) : stop_for_time(stop);
        else if (due) {
                (void) group_end(run->scope.group.fd, run->scope.supervisor, true);
                stop->deadline = USEC_INFINITY;
        }

        return stop->deadline;
}

void run_watch_stop(Run *run, Supervisor *supervisor) {
        Stop *stop = &run->stop;

        if (stop->oom)
                stop->events = fd_open_beneath(run->scope.group.fd, "memory.events", O_RDONLY);
        stop->kills_before = read_kills(stop->events);

        supervisor->stop_signal = stop->signal != SIGKILL ? stop->signal : 0;
        supervisor->stop_came = &stop->told;
        supervisor->deadline = stop->deadline;
        supervisor->events = stop->events;
        supervisor->wake = wake;
        supervisor->userdata = run;
}

/* Whether we were sent the manager's signal. It sends that to one process after the other, so the command may have
 * ended by it before our turn comes; and where both have happened, the end of a child is read before a real-time
 * signal. */
static bool is_told(const Stop *stop) {
        const struct timespec turn = { .tv_nsec = 200 * USEC_PER_MSEC * NSEC_PER_USEC };
        sigset_t set;

        if (stop->told || stop->signal == SIGKILL)
                return stop->told;

        (void) sigemptyset(&set);
        (void) sigaddset(&set, stop->signal);
        return sigtimedwait(&set, NULL, &turn) == stop->signal;
}

/* What has just happened may have ended the command before we were woken. The manager counts from when the scope was
 * made, which is some time after it was asked for (somebody may have had to type a password), and before we hear of it.
 * In between, it was stopped if it ended by the signal that the manager sends, or we were sent that, too. */
static bool has_met_time(const Stop *stop, int status) {
        if (deadline_left(stop->latest) == 0)
                return true;
        if (deadline_left(stop->earliest) > 0)
                return false;

        return (WIFSIGNALED(status) &&
                (WTERMSIG(status) == stop->signal || (stop->hangs_up && WTERMSIG(status) == SIGHUP))) ||
               is_told(stop);
}

const char *run_stopped_by(Run *run, int status) {
        Stop *stop = &run->stop;

        if (!stop->stopped_by && has_met_oom(stop))
                stop->stopped_by = "OOMPolicy";
        else if (!stop->stopped_by && has_met_time(stop, status))
                stop->stopped_by = "RuntimeMaxSec";

        return stop->stopped_by;
}
