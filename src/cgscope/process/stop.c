/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <sys/stat.h>

#include "basic/clock.h"
#include "basic/escape.h"
#include "basic/fd.h"
#include "basic/log.h"
#include "basic/parse.h"
#include "cgroup/group.h"
#include "cgroup/search.h"
#include "cgscope/cli/aim.h"
#include "cgscope/cli/output.h"
#include "cgscope/cli/skipped.h"
#include "cgscope/process/remainder.h"
#include "cgscope/verbs.h"

/* `cgscope stop`: a unit by its manager; in a group all processes are ended and the group stays. With --empty, scopes
 * that others left behind. */

#define GRACE_DEFAULT_USEC (5 * USEC_PER_SEC)

typedef struct Stop {
        CommonOptions options;
        uint64_t grace;
        bool empty, all, self;
} Stop;

enum {
        OPTION_GRACE = OPTION_OWN,
};

static const Option stop_options[] = {
        { "grace", 0, "TIME", "Of a group: SIGKILL so long after SIGTERM [5s]", OPTION_GRACE },
        { "empty", 0, NULL, "Stop scopes that no process is in any more", OPTION_FLAG(Stop, empty) },
        { "all", 'a', NULL, "With --empty: those of other users, too", OPTION_FLAG(Stop, all) },
        { "self", 0, NULL, "Also where this very process is in there", OPTION_FLAG(Stop, self) },
        CHANGING_OPTIONS,
};

static int parse_option(void *userdata, int id _unused_) {
        Stop *stop = userdata;

        if (parse_timespan(optarg, &stop->grace) < 0)
                return log_refuse(-EINVAL, "--grace: '%s' is no time (examples: 0, 10s, 1min)", optarg);

        return 0;
}

static int stop_group(Aim *aim, const void *userdata) {
        const Stop *stop = userdata;
        int r;

        /* To come to the end of it, this process must not be among those that go. Where no other group takes it, it
         * goes last. Likewise where that cannot be told. */
        if (aim_holds_caller(aim) != 0) {
                (void) signal(SIGHUP, SIG_IGN);
                if (aim->groups->leave(&aim->target, false) < 0)
                        (void) signal(SIGTERM, SIG_IGN);
        }

        r = aim->groups->stop(&aim->target, stop->grace, common_options_left(aim->options));

        /* With a last process its unit may go, and the group with it. */
        if (r < 0 && aim_is_gone(aim))
                return 0;
        if (r == -EOPNOTSUPP)
                return log_refuse(r,
                                  "%s is a threaded group, in which threads are and no processes; stop the group "
                                  "above it",
                                  aim->text);
        return r < 0 ? aim_report(aim, r, "cannot stop") : 0;
}

static int stop_unit(Aim *aim, const char *unit, const void *userdata _unused_) {
        Trouble trouble = {};
        int r;

        /* Its manager would wait for what cannot end of itself. */
        r = aim->hidden ? 0 : aim_check_frozen(aim, false);
        if (r < 0)
                return r;

        r = aim_ask(aim);
        if (r < 0)
                return r;

        r = aim->client.asking->unit_stop_wait(aim->client.manager, unit, &trouble);
        if (r < 0 && r != -ENOENT)
                return log_trouble(r, &trouble);

        /* That the manager has none of that name any more is what was wanted. It says also "done" of one in which a
         * process is left that it may not signal. */
        trouble_done(&trouble);
        return aim->hidden ? aim_check_hidden(aim) : remainder_check(aim, false, "was stopped");
}

typedef struct EmptySearch {
        const Stop *stop;
        Client client;
        unsigned n_stopped, n_failed;
        WalkSkipped skipped;
} EmptySearch;

/* A unit that is being started has no process yet, and one that is ending has none any more: both are the manager's
 * business. What it holds for running, and is still empty after it said so, was left behind. */
static int stop_if_left(EmptySearch *search, int fd, const char *unit, Trouble *trouble) {
        const Asking *asking = search->client.asking;
        _cleanup_free_ char *state = NULL;
        int r;

        r = asking->unit_state(search->client.manager, unit, &state, trouble);
        if (r <= 0 || !streq(state, "active") || group_is_populated(fd) != 0)
                return r < 0 ? r : 0;

        r = asking->unit_stop_wait(search->client.manager, unit, trouble);
        return r == -ENOENT ? 0 : r < 0 ? r : 1;
}

static bool is_ours(const EmptySearch *search, int fd) {
        struct stat st;

        return search->stop->all || (fstat(fd, &st) >= 0 && st.st_uid == geteuid());
}

/* An error with one scope does not keep the others from their turn. */
static int look_at_unit(int fd, const char *path, void *userdata) {
        EmptySearch *search = userdata;
        _cleanup_free_ char *unit = NULL;
        Trouble trouble = {};
        int r;

        if (!endswith(path, ".scope") || group_is_populated(fd) != 0 || !is_ours(search, fd) ||
            unit_of_path(path, &unit, NULL) < 0)
                return 0;

        r = stop_if_left(search, fd, unit, &trouble);
        if (r > 0) {
                escape_print(stdout, unit);
                putchar('\n');
                search->n_stopped++;
        }
        if (r < 0) {
                search->n_failed++;
                (void) log_trouble(trouble_wrap(&trouble, r, "cannot stop %s", unit), &trouble);
        }

        trouble_done(&trouble);
        return 0;
}

static int search_empty(EmptySearch *search, int root) {
        const CommonOptions *options = &search->stop->options;
        _cleanup_free_ char *top = NULL;
        int r;

        r = client_open(&search->client, options->manager, options);
        if (r < 0)
                return r;

        r = client_call(&search->client, manager_control_group, &top);
        if (r < 0)
                return r;

        r = search_units(root, top, UID_INVALID, look_at_unit, search, &search->skipped);
        skipped_report(&search->skipped, "");
        return r < 0 ? log_error_errno(r, "cannot look for scopes in %s", *top ? top : "/") : 0;
}

static int stop_empty(const Stop *stop) {
        EmptySearch search = { .stop = stop };
        _cleanup_close_ int root = root_open(NULL);
        int r, e;

        if (root < 0)
                return STATUS_FAILURE;

        r = search_empty(&search, root);
        client_close(&search.client);
        walk_skipped_done(&search.skipped);
        e = output_check(stream_end(stdout));
        if (e < 0)
                r = e;
        if (r >= 0)
                log_info("Stopped %u empty scope%s.", search.n_stopped, search.n_stopped == 1 ? "" : "s");

        return r < 0 || search.n_failed > 0 ? STATUS_FAILURE : EXIT_SUCCESS;
}

static int run(const Verb *verb, int argc, char *argv[]) {
        Stop stop = { .grace = GRACE_DEFAULT_USEC };
        int status;
        char **targets = verb_parse(verb, &stop.options, &stop, argc, argv, &status);
        VerbAction action = { stop_group, stop_unit, stop.self ? NULL : "would be stopped" };

        if (!targets)
                return status;
        if (stop.empty == !!*targets || (stop.all && !stop.empty))
                return log_refuse(status, "stop: either targets are given, or --empty, perhaps with --all; "
                                          "see cgscope stop --help");

        return stop.empty ? stop_empty(&stop) : verb_for_targets(verb, &stop.options, targets, &action, &stop);
}

const Verb verb_stop = {
        .name = "stop",
        .synopsis = "[OPTIONS…] TARGET…\n--empty [OPTIONS…]",
        .summary = "Stop a scope, or end a group",
        .description = "Stop a unit, or end all processes in a group, which stays: by SIGTERM, and by SIGKILL "
                       "those that are left after --grace. With --empty, stop the scopes of the "
                       "caller in which no process is any more, and print their names.",
        VERB_TAKES(0, VERB_ANY, "target"),
        .targets = AIM_UNIT_OR_GROUP | AIM_MAY_BE_GONE,
        .changes = true,
        .example = "./job",
        .options = stop_options,
        .parse = parse_option,
        .run = run,
};
